/*
 * What somebody does to the edge of a finished matte: holes filled, contours
 * smoothed, the edge shifted in or out, and softened; in that order.
 *
 * All of it is local, so that a part of the picture comes out as it does in the
 * whole: a brush is the same filter under a stroke. Beyond the photo's border
 * its last pixels repeat, so that what the photo cuts off stays cut off there.
 */
#ifndef CUT_MATTE_EDGE_H
#define CUT_MATTE_EDGE_H

#include "image/image.h"

/** Of a shift, feather or smoothing, pixels; what is more counts as this. */
#define CUT_EDGE_MAX_PX 128

/** In pixels of the photo; 0: not that. */
typedef struct cut_edge {
    float hole;    /* side of a square as large as the largest hole filled */
    float smooth;  /* twice the standard deviation of what evens contours out */
    float shift;   /* outwards; inwards below 0 */
    float feather; /* twice the standard deviation of the blur */
} cut_edge;

/** Pixels x0..x1 - 1, y0..y1 - 1, within the photo. */
typedef struct cut_edge_part {
    int32_t x0, y0, x1, y1;
} cut_edge_part;

static inline int cut_edge_is_plain(const cut_edge *edge)
{
    return edge->hole == 0 && edge->smooth == 0 && edge->shift == 0 &&
           edge->feather == 0;
}

/**
 * Smooths, shifts and feathers a part.
 *
 * Smoothing takes away what is finer than it: a blur, after which an edge is
 * made as steep as it was, between the least and the largest alpha nearby. A shift is
 * the largest (outwards) or the least alpha within a disc; between whole pixels
 * it is mixed. The blur is three boxes a direction, a Gaussian within 1.5 %.
 *
 * @param[out] out   u8 [y1 - y0] rows that lie `stride` apart; may not be alpha
 * @param      alpha u8 [h][w]
 * @return CUT_OK; CUT_E_MEMORY, out unchanged: 8 bytes for each pixel of a tile
 *         of 128 and of what is around it, as far as it reaches. O(w*h) times
 *         shift and smoothing where alpha varies, next to nothing elsewhere.
 */
cut_status cut_edge_filter(uint8_t *out, size_t stride, const uint8_t *alpha,
                           int32_t w, int32_t h, cut_edge_part part,
                           const cut_edge *edge, cut_error *error);

/**
 * Fills holes: what is not solid (240 of 255 of the photo's own alpha),
 * hangs together by sides, reaches the photo's border nowhere and has at
 * most side_px^2 pixels gets the photo's own alpha.
 *
 * @param[in,out] alpha u8 [h][w], the matte times the photo's own alpha
 * @return CUT_OK; CUT_E_MEMORY, alpha unchanged: 12 bytes for each run of a row
 */
cut_status cut_edge_fill(uint8_t *alpha, const cut_image *photo, float side_px,
                         cut_error *error);

/**
 * All of it, in place, and never above the photo's own alpha.
 * @return CUT_OK; CUT_E_MEMORY, alpha unchanged: a copy of it, and as above
 */
cut_status cut_edge_apply(uint8_t *alpha, const cut_image *photo,
                          const cut_edge *edge, cut_error *error);

#endif
