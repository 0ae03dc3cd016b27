#include "matte/matte.h"

#include "base/exp.h"

static float sigmoid(float x)
{
    if (x < -30) x = -30;
    if (x > 30) x = 30;
    return 1 / (1 + cut_exp(-x));
}

cut_status cut_matte_from_map(cut_matte *out, const float *map, int32_t w,
                              int32_t h, int logits, cut_error *error)
{
    size_t count = (size_t)w * (size_t)h;
    for (size_t i = 0; i < count; i++) {
        if (!(map[i] - map[i] == 0)) /* NaN or infinite */
            return cut_fail(error, CUT_E_OUTPUT,
                            "Value %u of the model's answer is not finite.",
                            (unsigned)i);
        if (!logits && (map[i] < -0.1f || map[i] > 1.1f))
            return cut_fail(error, CUT_E_OUTPUT,
                            "Value %u of the model's answer lies outside "
                            "0 to 1.",
                            (unsigned)i);
    }
    float *alpha = cut_alloc(count, sizeof *alpha);
    if (!alpha)
        return cut_fail(error, CUT_E_MEMORY, "No memory for a %d x %d matte.",
                        (int)w, (int)h);
    for (size_t i = 0; i < count; i++) {
        float a = logits ? sigmoid(map[i]) : map[i];
        alpha[i] = a < 0 ? 0 : a > 1 ? 1 : a;
    }
    *out = (cut_matte){alpha, w, h};
    return CUT_OK;
}

#define CONSTANT_RANGE (1 / 1024.0f)
#define NOTHING 0.04f /* and 1 less this: all of it */
#define SURE 0.9f
#define CLEAR 0.1f
#define RIM 0.03f
#define SURE_RIM 0.8f     /* share of the rim */
#define CLEAR_MIDDLE 0.2f /* share of the middle */

static int is_constant(const cut_matte *m)
{
    size_t count = (size_t)m->w * (size_t)m->h;
    float min = m->alpha[0], max = min;
    for (size_t i = 1; i < count; i++) {
        if (m->alpha[i] < min) min = m->alpha[i];
        if (m->alpha[i] > max) max = m->alpha[i];
    }
    return count > 1 && max > NOTHING && min < 1 - NOTHING &&
           max - min < CONSTANT_RANGE;
}

/* How many of the first and the last of n are the rim. */
static int32_t rim_of(int32_t n)
{
    int32_t rim = (int32_t)((float)n * RIM + 0.5f);
    return rim > 1 ? rim : 1;
}

/* Whether the rim is sure and the middle clear, as if the subject were the
 * background. */
static int is_inverted(const cut_matte *m)
{
    int32_t rx = rim_of(m->w), ry = rim_of(m->h);
    size_t rim = 0, sure = 0, middle = 0, clear = 0;
    for (int32_t y = 0; y < m->h; y++)
        for (int32_t x = 0; x < m->w; x++) {
            float a = m->alpha[(size_t)y * (size_t)m->w + (size_t)x];
            if (x < rx || y < ry || x >= m->w - rx || y >= m->h - ry) {
                rim++;
                sure += a > SURE;
            } else if (x >= m->w / 4 && x < m->w - m->w / 4 && y >= m->h / 4 &&
                       y < m->h - m->h / 4) {
                middle++;
                clear += a < CLEAR;
            }
        }
    return (float)sure > SURE_RIM * (float)rim &&
           (float)clear > CLEAR_MIDDLE * (float)middle;
}

cut_status cut_matte_check(const cut_matte *matte, cut_error *error)
{
    if (is_constant(matte))
        return cut_fail(error, CUT_E_OUTPUT,
                        "The model's answer is %d %% everywhere.",
                        (int)(matte->alpha[0] * 100 + 0.5f));
    if (is_inverted(matte))
        return cut_fail(error, CUT_E_OUTPUT,
                        "The model's answer is inverted: sure of the photo's "
                        "border, clear in its middle.");
    return CUT_OK;
}

void cut_mirror(float *rows, int32_t w, int32_t count)
{
    for (int32_t y = 0; y < count; y++) {
        float *row = rows + (size_t)y * (size_t)w;
        for (int32_t x = 0; x < w / 2; x++) {
            float left = row[x];
            row[x] = row[w - 1 - x];
            row[w - 1 - x] = left;
        }
    }
}

void cut_matte_join_mirrored(cut_matte *matte, cut_matte *mirrored)
{
    size_t count = (size_t)matte->w * (size_t)matte->h;
    cut_mirror(mirrored->alpha, mirrored->w, mirrored->h);
    for (size_t i = 0; i < count; i++)
        matte->alpha[i] = (matte->alpha[i] + mirrored->alpha[i]) * 0.5f;
}

float cut_matte_at(const cut_matte *m, float x, float y)
{
    float mx = (float)(m->w - 1), my = (float)(m->h - 1);
    x = x < 0 ? 0 : x > mx ? mx : x;
    y = y < 0 ? 0 : y > my ? my : y;
    int32_t x0 = (int32_t)x, y0 = (int32_t)y;
    int32_t x1 = x0 + 1 < m->w ? x0 + 1 : x0, y1 = y0 + 1 < m->h ? y0 + 1 : y0;
    const float *up = m->alpha + (size_t)y0 * (size_t)m->w;
    const float *low = m->alpha + (size_t)y1 * (size_t)m->w;
    float a = up[x0] + (up[x1] - up[x0]) * (x - (float)x0);
    float b = low[x0] + (low[x1] - low[x0]) * (x - (float)x0);
    return a + (b - a) * (y - (float)y0);
}
