/*
 * One pixel over another, exact: straight alpha, the photo's own gamma-coded
 * RGB, rounded once to the nearest.
 */
#ifndef CUT_COMPOSE_OVER_H
#define CUT_COMPOSE_OVER_H

#include <stdint.h>

/** (v + 127) / 255 for v <= 65025, exactly, without a division. */
static inline uint8_t cut_by_255(uint32_t v)
{
    v += 128;
    return (uint8_t)((v + (v >> 8)) >> 8);
}

/** px over an opaque colour. */
static inline void cut_over(uint8_t *px, const uint8_t *bg)
{
    uint32_t a = px[3], rest = 255 - a;
    for (int c = 0; c < 3; c++) px[c] = cut_by_255(px[c] * a + bg[c] * rest);
    px[3] = 255;
}

/** px over a colour of alpha s: alpha a + s (1 - a), colours by their share. */
static inline void cut_under(uint8_t *px, const uint8_t *rgb, uint32_t s)
{
    uint32_t a = px[3];
    if (a == 255 || s == 0) return;
    if (a == 0) {
        for (int c = 0; c < 3; c++) px[c] = rgb[c];
        px[3] = (uint8_t)s;
        return;
    }
    uint32_t own = a * 255, its = s * (255 - a), all = own + its;
    for (int c = 0; c < 3; c++)
        px[c] = (uint8_t)((px[c] * own + rgb[c] * its + all / 2) / all);
    px[3] = cut_by_255(all);
}

#endif
