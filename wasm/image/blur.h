#ifndef CUT_IMAGE_BLUR_H
#define CUT_IMAGE_BLUR_H

#include <stddef.h>
#include <stdint.h>

#include "image/box.h"

/**
 * A Gaussian of a plane by three boxes a direction; beyond its border its last
 * samples repeat. Sums are whole numbers: a sample comes out as in any part of
 * the plane that has as much around it.
 *
 * @param[in,out] plane u16 [h][w]
 * @param         tmp   u16 [h][w], contents undefined after
 * @param         sum   u32 [w], the same
 * Cannot fail. O(w*h), whatever the radius.
 */
void cut_blur_plane(uint16_t *plane, uint16_t *tmp, uint32_t *sum, int32_t w,
                    int32_t h, cut_box_filter box);

/** How far around a sample counts. */
static inline int32_t cut_blur_reach(cut_box_filter box)
{
    return 3 * (box.radius + 1);
}

#endif
