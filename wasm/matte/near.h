/* Whether something lies within a square around a pixel, in two passes. */
#ifndef CUT_MATTE_NEAR_H
#define CUT_MATTE_NEAR_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** near[y][x]: whether a 0 of `labels` lies within `reach` in that row. */
static inline void cut_near_along_rows(uint8_t *near, const uint8_t *labels,
                                       int32_t w, int32_t h, int32_t reach)
{
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *row = labels + (size_t)y * (size_t)w;
        uint8_t *out = near + (size_t)y * (size_t)w;
        for (int32_t x = 0, last = -1 - reach; x < w; x++) {
            if (row[x] == 0) last = x;
            out[x] = x - last <= reach;
        }
        for (int32_t x = w - 1, last = w + reach; x >= 0; x--) {
            if (row[x] == 0) last = x;
            out[x] |= last - x <= reach;
        }
    }
}

/** Whether one of those rows says so within `reach` above or below. */
static inline int cut_is_near(const uint8_t *near, int32_t x, int32_t y,
                              int32_t w, int32_t h, int32_t reach)
{
    for (int32_t v = y - reach; v <= y + reach; v++)
        if (v >= 0 && v < h && near[(size_t)v * (size_t)w + (size_t)x])
            return 1;
    return 0;
}

/** What alpha must be at least, in 255ths, that no channel of the colour which
 * with the ground gives p lies beyond 0..255. Channels that differ by `noise`
 * at most are left out: beside white a little more light would need all of
 * it. */
static inline int cut_min_alpha(const uint8_t *p, const uint8_t ground[3],
                                int noise)
{
    int min_alpha = 1;
    for (int c = 0; c < 3; c++) {
        int d = p[c] - ground[c], room = d > 0 ? 255 - ground[c] : ground[c];
        int need = abs(d) > noise ? (abs(d) * 255 + room - 1) / room : 0;
        if (need > min_alpha) min_alpha = need;
    }
    return min_alpha;
}

#endif
