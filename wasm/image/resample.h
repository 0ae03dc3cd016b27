/*
 * Antialiased resizing. Large reductions go through an integer box filter
 * first (exact, memory-bound), then a triangle filter whose support grows with
 * the scale, as PIL's and PyTorch's antialiased bilinear; enlarging is plain
 * bilinear. Pixel centres lie at +0.5.
 *
 * Clear pixels are flattened on white: a model or a background must not see
 * the colours that hide under alpha 0, and white is what people see there. A
 * picture that is light itself lies on dark grey.
 */
#ifndef CUT_IMAGE_RESAMPLE_H
#define CUT_IMAGE_RESAMPLE_H

#include "image/image.h"

/** Whether every pixel has alpha 255. O(w*h) unless it is known. */
int cut_image_is_opaque(const cut_image *image);

#define CUT_REDUCE_MAX 64 /* 16-bit sums of a column hold as many */

/**
 * Mean over blocks of k x k, flattened on white, or dark grey (light). Blocks at the right and lower
 * border are the rest that is left there.
 *
 * @param[out] out ceil(w/k) x ceil(h/k), alpha 255; owned by the caller
 * @param      k   1..CUT_REDUCE_MAX
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_image_reduce(cut_image *out, const cut_image *in, int32_t k,
                            cut_error *error);

/** A part of the same: samples x .. x + n - 1 of row y, [n][4]. `opaque`: what
 * cut_image_is_opaque() says of `in`. */
void cut_image_reduce_part(uint8_t *out, const cut_image *in, int32_t k,
                           int opaque, int32_t x, int32_t y, int32_t n);

/** The same with its alpha: colours by their share of it, alpha the mean. */
cut_status cut_image_reduce_clear(cut_image *out, const cut_image *in,
                                  int32_t k, cut_error *error);

/** A picture at another size, one row at a time, so that no second full-size
 * copy is needed. Borrows `in` until it is freed. */
typedef struct cut_resampler cut_resampler;

/** @return CUT_OK, CUT_E_MEMORY. w, h: 1..CUT_MAX_SIDE. */
cut_status cut_resampler_new(cut_resampler **out, const cut_image *in,
                             int32_t w, int32_t h, cut_error *error);

/** Where a picture is stretched over a result: from (x, y) of the result on,
 * over w x h of its pixels; less than one counts as one. */
typedef struct cut_stretch {
    float x, y, w, h;
} cut_stretch;

/** The same for the part of a stretched picture that lies on w x h pixels; its
 * edges repeat beyond it. Over {0, 0, w, h} it is cut_resampler_new(). */
cut_status cut_resampler_new_stretched(cut_resampler **out, const cut_image *in,
                                       int32_t w, int32_t h, cut_stretch over,
                                       cut_error *error);
void cut_resampler_free(cut_resampler *r); /* NULL is allowed */

/** Where a picture lies on a larger or smaller one. */
typedef struct cut_place {
    float x, y;  /* its left upper corner, pixels of the result */
    float scale; /* pixels of the result for one of its own, above 0 */
} cut_place;

/** At scale 1 and a whole place nothing is to be filtered. */
static inline int cut_place_is_copy(const cut_place *place)
{
    return place->scale == 1 && place->x == (float)(int32_t)place->x &&
           place->y == (float)(int32_t)place->y;
}

/**
 * The same for a picture that lies somewhere on the result, with its alpha:
 * rows come out as RGB times alpha (0..65025) and alpha (0..255), clear beyond
 * the picture, so that what hides under alpha 0 stays hidden and no edge is
 * darkened. At scale 1 and whole x, y colours come back exactly.
 *
 * @return CUT_OK, CUT_E_MEMORY: the weights of both sides, one row of the
 *         picture, and, below a scale of 1/2, the picture at 1 / k^2.
 */
cut_status cut_resampler_new_placed(cut_resampler **out, const cut_image *in,
                                    int32_t w, int32_t h, cut_place place,
                                    cut_error *error);

/**
 * The same from a copy that was reduced before, so that many placements share
 * it: to the bit what comes of the picture itself, when k is
 * cut_place_reduces_by().
 *
 * @param reduced of cut_image_reduce_clear() by k from a picture of in_w x in_h
 */
cut_status cut_resampler_new_reduced(cut_resampler **out,
                                     const cut_image *reduced, int32_t k,
                                     int32_t in_w, int32_t in_h, int32_t w,
                                     int32_t h, cut_place place,
                                     cut_error *error);

/** What cut_resampler_new_placed() reduces by before it filters; at least 1. */
static inline int32_t cut_place_reduces_by(const cut_place *place)
{
    float ratio = 1 / place->scale;
    if (!(ratio < 2 * CUT_REDUCE_MAX)) return CUT_REDUCE_MAX;
    return ratio < 4 ? 1 : (int32_t)(ratio / 2);
}

/** Row y of the result: f32 [w][4], 0..255, opaque (placed: above). Rows in any
 * order; going down is fastest. */
void cut_resampler_row(cut_resampler *r, float *row, int32_t y);

/**
 * The photo as a model wants it.
 *
 * @param[out] tensor f32 [3][sh][sw], RGB: (x/range - mean)/std
 * @param      range_is_max range is the picture's largest value after
 *             resizing (U2-Net's recipe) instead of 255
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_resample_tensor(float *tensor, const cut_image *in, int32_t sw,
                               int32_t sh, const float mean[3],
                               const float std[3], int range_is_max,
                               cut_error *error);

#endif
