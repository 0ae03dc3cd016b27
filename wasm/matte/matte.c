#include "matte/matte.h"

#include <string.h>

/* e^x for -30 <= x <= 30 by 2^n * e^r, relative error below 1e-6. The C
 * library's differs between systems; this one gives the same bits everywhere. */
static float exponential(float x)
{
    float t = x * 1.44269504f;
    int32_t n = (int32_t)(t + (t < 0 ? -0.5f : 0.5f));
    float r = x - (float)n * 0.693147181f;
    float e = 1 + r * (1 + r * (0.5f + r * (1 / 6.0f + r * (1 / 24.0f +
              r * (1 / 120.0f + r * (1 / 720.0f))))));
    uint32_t bits = (uint32_t)(n + 127) << 23;
    float power;
    memcpy(&power, &bits, 4);
    return e * power;
}

static float sigmoid(float x)
{
    if (x < -30) x = -30;
    if (x > 30) x = 30;
    return 1 / (1 + exponential(-x));
}

cut_status cut_matte_from_map(cut_matte *out, const float *map, int32_t w,
                              int32_t h, int logits, cut_why *why)
{
    size_t count = (size_t)w * (size_t)h;
    for (size_t i = 0; i < count; i++) {
        if (!(map[i] - map[i] == 0)) /* NaN or infinite */
            return cut_fail(why, CUT_E_OUTPUT,
                            "Value %u of the model's answer is not finite.",
                            (unsigned)i);
        if (!logits && (map[i] < -0.1f || map[i] > 1.1f))
            return cut_fail(why, CUT_E_OUTPUT,
                            "Value %u of the model's answer lies outside "
                            "0 to 1.", (unsigned)i);
    }
    float *alpha = cut_alloc(count, sizeof *alpha);
    if (!alpha)
        return cut_fail(why, CUT_E_MEMORY, "No memory for a %d x %d matte.",
                        (int)w, (int)h);
    for (size_t i = 0; i < count; i++) {
        float a = logits ? sigmoid(map[i]) : map[i];
        alpha[i] = a < 0 ? 0 : a > 1 ? 1 : a;
    }
    *out = (cut_matte){alpha, w, h};
    return CUT_OK;
}
