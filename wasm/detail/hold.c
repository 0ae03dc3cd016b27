/* What belongs to the subject is the coarse matte's to say: a network that sees
 * a tile at a time fills and empties whole regions where it is lost. */
#include <string.h>

#include "detail/state.h"

enum { CELL = CUT_DETAIL_CELL };

/* The window's half-width is a 25th of the longer side; what contradicts in it,
 * on average, is taken back from the one limit on, in part, and from the other
 * wholly. */
#ifndef CUT_DETAIL_HOLD
#define CUT_DETAIL_HOLD 25
#endif
#ifndef CUT_DETAIL_HOLD_FROM
#define CUT_DETAIL_HOLD_FROM 0.25f
#endif
#ifndef CUT_DETAIL_HOLD_TO
#define CUT_DETAIL_HOLD_TO 0.45f
#endif

/* Means over windows of 2 r + 1 along lines: `count` of them, of n values that
 * lie `step` apart. Windows end with the line. */
static void blur_lines(float *out, const float *in, int32_t n, size_t step,
                       int32_t count, size_t next, int32_t r)
{
    for (int32_t l = 0; l < count; l++, in += next, out += next)
        for (int32_t i = 0; i < n; i++) {
            int32_t from = i > r ? i - r : 0, end = i + r < n ? i + r + 1 : n;
            float sum = 0;
            for (int32_t j = from; j < end; j++) sum += in[(size_t)j * step];
            out[(size_t)i * step] = sum / (float)(end - from);
        }
}

/* A box blur of [h][w]; `tmp` as large. */
static void blur(float *plane, float *tmp, int32_t w, int32_t h, int32_t r)
{
    blur_lines(tmp, plane, w, 1, h, (size_t)w, r);
    blur_lines(plane, tmp, h, (size_t)w, w, 1, r);
}

/* What of a change contradicts the coarse matte: where that was in doubt,
 * either answer is one that it allows. */
static int contradiction(int before, int now)
{
    int doubt = 2 * (before < 128 ? before : 255 - before);
    int change = now - before;
    if (change > doubt) return change - doubt;
    return change < -doubt ? change + doubt : 0;
}

/* The mean contradiction of each cell, -1..1. */
static void measure(float *mean, const cut_detail_level *l, int32_t cw,
                    int32_t ch)
{
    for (int32_t y = 0; y < ch; y++)
        for (int32_t x = 0; x < cw; x++) {
            int32_t sum = 0, count = 0;
            for (int32_t v = y * CELL; v < (y + 1) * CELL && v < l->h; v++)
                for (int32_t u = x * CELL; u < (x + 1) * CELL && u < l->w;
                     u++, count++) {
                    size_t at = (size_t)v * (size_t)l->w + (size_t)u;
                    sum += contradiction(l->first[at], l->now[at]);
                }
            *mean++ = (float)sum / (float)(count * 255);
        }
}

/* Where sample i lies between the middles of n cells. */
static int32_t between(float *t, int32_t i, int32_t n)
{
    float f = ((float)i + 0.5f) / CELL - 0.5f;
    if (f < 0) f = 0;
    int32_t at = (int32_t)f < n - 1 ? (int32_t)f : n - 1;
    *t = at < n - 1 ? f - (float)at : 0;
    return at;
}

/* Keeps of each sample's change what `keep` says, which lies between cells. */
static void lessen(cut_detail_level *l, const float *keep, int32_t cw,
                   int32_t ch)
{
    for (int32_t y = 0; y < l->h; y++) {
        float s, t;
        int32_t v = between(&t, y, ch);
        const float *up = keep + (size_t)v * (size_t)cw;
        const float *low = v + 1 < ch ? up + cw : up;
        for (int32_t x = 0; x < l->w; x++) {
            size_t at = (size_t)y * (size_t)l->w + (size_t)x;
            if (l->now[at] == l->first[at]) continue;
            int32_t u = between(&s, x, cw);
            int32_t r = u + 1 < cw ? u + 1 : u;
            float a = up[u] + (up[r] - up[u]) * s;
            float b = low[u] + (low[r] - low[u]) * s;
            float change = (float)(l->now[at] - l->first[at]) *
                           (a + (b - a) * t);
            l->now[at] = (uint8_t)((float)l->first[at] + change + 0.5f);
        }
    }
}

cut_status cut_detail_hold(cut_detail_level *level, cut_error *error)
{
    int32_t cw = cut_cells_for(level->w), ch = cut_cells_for(level->h);
    int32_t side = level->w > level->h ? level->w : level->h;
    int32_t radius = (side / CUT_DETAIL_HOLD + CELL / 2) / CELL;
    size_t count = (size_t)cw * (size_t)ch;
    float *keep = cut_alloc(count * 2, sizeof *keep);
    if (!keep)
        return cut_fail(error, CUT_E_MEMORY, "No memory to hold %d x %d.",
                        (int)level->w, (int)level->h);
    measure(keep, level, cw, ch);
    blur(keep, keep + count, cw, ch, radius);
    for (size_t i = 0; i < count; i++) {
        float change = keep[i] < 0 ? -keep[i] : keep[i];
        float k = (CUT_DETAIL_HOLD_TO - change) /
                  (CUT_DETAIL_HOLD_TO - CUT_DETAIL_HOLD_FROM);
        keep[i] = k < 0 ? 0 : k > 1 ? 1 : k;
    }
    blur(keep, keep + count, cw, ch, radius / 2);
    lessen(level, keep, cw, ch);
    cut_free(keep);
    return CUT_OK;
}
