/*
 * The C library's exponential differs between systems; this one gives the same
 * bits everywhere.
 */
#ifndef CUT_BASE_EXP_H
#define CUT_BASE_EXP_H

#include <stdint.h>
#include <string.h>

/** e^x for -30 <= x <= 30 by 2^n * e^r, relative error below 1.3e-6. */
static inline float cut_exp(float x)
{
    float t = x * 1.44269504f;
    int32_t n = (int32_t)(t + (t < 0 ? -0.5f : 0.5f));
    float r = x - (float)n * 0.693147181f;
    float e = 1 + r * (1 + r * (0.5f +
                                r * (1 / 6.0f + r * (1 / 24.0f +
                                                     r * (1 / 120.0f +
                                                          r * (1 / 720.0f))))));
    uint32_t bits = (uint32_t)(n + 127) << 23;
    float power;
    memcpy(&power, &bits, 4);
    return e * power;
}

#endif
