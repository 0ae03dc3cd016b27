/*
 * Three boxes in a row are close to a Gaussian (Wells 1986). Boxes whose two
 * outermost samples count in part have any variance, not only that of a whole
 * radius (Gwosdek et al. 2011, "Theoretical Foundations of Gaussian Convolution
 * by Extended Box Filtering", eq. 8 to 10).
 */
#ifndef CUT_IMAGE_BOX_H
#define CUT_IMAGE_BOX_H

#include <stdint.h>

typedef struct cut_box_filter {
    int32_t radius; /* samples that count in full, to each side */
    float rim;      /* weight of the next one, 0..1 */
    float share;    /* 1 / (2 radius + 1 + 2 rim) */
} cut_box_filter;

/** The box to be applied three times for a Gaussian of `sigma_px` at 1 / k of
 * the size, where means of k and a straight line between them do k^2 / 4. */
static inline cut_box_filter cut_box_of(float sigma_px, int32_t k)
{
    float sigma = sigma_px / (float)k;
    float v = (sigma * sigma - (k > 1 ? 0.25f : 0)) / 3; /* of one box */
    if (!(v > 0)) return (cut_box_filter){0, 0, 1};
    int32_t r = 0;
    while ((float)((r + 1) * (r + 2)) <= 3 * v) r++; /* has r (r + 1) / 3 */
    float next = (float)((r + 1) * (r + 1));
    float rim = (float)(2 * r + 1) * ((float)(r * (r + 1)) - 3 * v) /
                (6 * (v - next));
    return (cut_box_filter){r, rim, 1 / ((float)(2 * r + 1) + 2 * rim)};
}

#endif
