#include "base/power.h"

#include <stdint.h>
#include <string.h>

/* ln x for normal x > 0: x = 2^n * m, m around 1, and the series of artanh. */
static double logarithm(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int n = (int)(bits >> 52 & 0x7FF) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        n++;
    }
    double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
    for (int k = 19; k >= 1; k -= 2) sum = sum * t2 + 1.0 / k;
    return 2 * t * sum + n * 0.69314718055994531;
}

/* e^x for -700 < x < 700. */
static double exponential(double x)
{
    double t = x * 1.4426950408889634;
    int n = (int)(t + (t < 0 ? -0.5 : 0.5));
    double r = x - n * 0.69314718055994531, sum = 1;
    for (int k = 14; k >= 1; k--) sum = 1 + sum * r / k;
    uint64_t bits = (uint64_t)(n + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

double cut_power(double x, double exponent)
{
    return x < 1e-300 ? 0 : exponential(logarithm(x) * exponent);
}
