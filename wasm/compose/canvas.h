#ifndef CUT_COMPOSE_CANVAS_H
#define CUT_COMPOSE_CANVAS_H

#include "compose/compose.h"

/** The size of the result and where the photo comes to lie on it. */
typedef struct cut_layout {
    int32_t w, h;
    cut_place place;
} cut_layout;

/**
 * With a size, what is fitted (the subject's box and its margin, or the whole
 * photo) is scaled until it fills `scale` of one side at most and is centred,
 * then moved by x, y. With a ratio, the canvas is the smallest of that ratio
 * where this holds and the photo keeps its pixels: scale 1, whole positions;
 * a canvas beyond CUT_MAX_SIDE or CUT_MAX_PIXELS is scaled down to them.
 *
 * @param subject without a box the whole photo is fitted
 * @param margin  as of cut_crop_box(), but it may reach beyond the photo
 * @param w, h    of the photo
 */
cut_layout cut_canvas_layout(const cut_canvas *canvas,
                             const cut_subject *subject, cut_length margin,
                             int32_t w, int32_t h);

/** The picture at its place on a clear canvas. CUT_OK, CUT_E_MEMORY. */
cut_status cut_canvas_draw(cut_image *out, const cut_image *image,
                           const cut_layout *layout, cut_error *error);

/** The same, to the bit, from a copy of a picture of in_w x in_h that
 * cut_image_reduce_clear() made by k = cut_place_reduces_by(). */
cut_status cut_canvas_draw_reduced(cut_image *out, const cut_image *reduced,
                                   int32_t k, int32_t in_w, int32_t in_h,
                                   const cut_layout *layout, cut_error *error);

/**
 * The same in place of the picture, whose pixels are freed.
 *
 * @return CUT_OK, CUT_E_MEMORY (image unchanged): the canvas and, until it is
 *         done, what cut_resampler_new_placed() needs
 */
cut_status cut_canvas_place(cut_image *image, const cut_layout *layout,
                            cut_error *error);

#endif
