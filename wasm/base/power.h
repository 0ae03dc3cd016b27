#ifndef CUT_BASE_POWER_H
#define CUT_BASE_POWER_H

/** x to the power of an exponent, the same everywhere: the C library's differ
 * between systems, and take 10 KB. 0 for what is not above 0. */
double cut_power(double x, double exponent);

#endif
