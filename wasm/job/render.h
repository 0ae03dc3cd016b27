/*
 * From a cut-out to the result: which layer lies over which. Bottom to top:
 * background, the photo's own shadow, reflection, shadow on the ground, line of
 * contact, shadow (of all above it), outline, subject. The result itself and
 * a smaller view of it take the same way, so that a preview shows what the file
 * will be.
 */
#ifndef CUT_RENDER_H
#define CUT_RENDER_H

#include "compose/canvas.h"
#include "compose/compose.h"
#include "compose/head.h"
#include "compose/natural.h"
#include "matte/strengths.h"
#include "options/options.h"

/** The result, or the same smaller. */
typedef struct cut_view {
    int32_t photo_w, photo_h; /* as the layout places it */
    int32_t full_w, full_h;   /* size of the result */
    cut_layout layout;  /* what is drawn on, and where the photo lies on it */
    cut_box box;        /* the part of it that is the result */
    float foot, height; /* of what is kept, on the photo: its lowest row, and
                           how tall it is */
    int32_t gap; /* of a canvas that goes by a head: rows under the body */
} cut_view;

/**
 * The result at full size: the canvas, or the photo in its own pixels, of which
 * a crop is a part.
 *
 * @param kept the box of what is kept
 * @param head of the cut-out, when cut_wants_head() and it has one, or NULL
 * @param w, h of the photo
 */
cut_view cut_view_full(const cut_options *options, const cut_subject *kept,
                       const cut_head *head, int32_t w, int32_t h);

/**
 * The same with a longer side of `max_side` at most. Of a photo that is cropped
 * no more is drawn than the result and what casts a shadow or has its outline
 * into it.
 */
cut_view cut_view_within(const cut_view *full, const cut_options *options,
                         int32_t max_side);

/** What the layers are made of. */
typedef struct cut_rendering {
    cut_image background_image; /* cropped to the canvas' ratio */
    cut_layer blur;             /* of cut_render_blur() */
    cut_shadow_matte natural;   /* of cut_render_natural() */
    cut_subject kept;           /* box of what is kept, on the photo */
    cut_view view;
    cut_head head; /* on the photo, where the canvas goes by it; chin 0: none */
    float sharpness; /* of that head, 0..1 */
    uint32_t done;   /* steps that need not be repeated after a refusal */
} cut_rendering;

static inline void cut_rendering_free(cut_rendering *r)
{
    cut_image_free(&r->background_image);
    cut_layer_free(&r->blur);
    cut_natural_free(&r->natural);
}

/** CUT_OK; CUT_E_STATE when the options ask for an image that is not there. */
cut_status cut_render_ready(const cut_options *options, int has_image,
                            cut_error *error);

/**
 * The blurred background, when the options ask for one and `out` has none.
 *
 * @param alpha u8 [h][w], the subject's
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_render_blur(cut_layer *out, const cut_image *photo,
                           const uint8_t *alpha, const cut_options *options,
                           cut_error *error);

/**
 * The photo's own shadow, when the options ask for it and it was not looked for.
 *
 * @param alpha u8 [h][w], the subject's
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_render_natural(cut_shadow_matte *out, const cut_image *photo,
                              const uint8_t *alpha, const cut_options *options,
                              cut_error *error);

/** Whether the options change the matte's edge. */
int cut_wants_edges(const cut_options *options);

/**
 * The matte's edge as the options want it, in place.
 * @return CUT_OK, CUT_E_MEMORY (alpha unchanged)
 */
cut_status cut_render_edges(uint8_t *alpha, const cut_image *photo,
                            const cut_options *options, cut_error *error);

/**
 * The photo to the cut-out of what is kept, in place.
 *
 * @param[in,out] alpha   u8 [h][w] of the subject, its edge as it is wanted,
 *                        then of what is kept
 * @param[out]    kept    `subject`, or what is left without it, measured anew
 *                        where it is not what `subject` was measured by
 * @param         strengths of cleaning, place by place
 * @return CUT_OK, CUT_E_MEMORY (all unchanged)
 */
cut_status cut_render_cutout(cut_image *photo, uint8_t *alpha,
                             cut_subject *kept, const cut_subject *subject,
                             const cut_strengths *strengths,
                             const cut_options *options, cut_error *error);

/**
 * The full view of a photo's cut-out, and the cut-out at its place on a canvas,
 * in place of its pixels. CUT_OK, CUT_E_MEMORY (may be called again).
 */
cut_status cut_render_place(cut_image *image, cut_rendering *r,
                            const cut_options *options, cut_error *error);

/**
 * A straight cut-out at its place to what the view shows, in place; opaque when
 * it has a background, is a mask or is to be a JPEG (on white).
 *
 * The canvas comes first, so that shadow and outline may reach beyond the
 * photo; lengths in percent are of the result's longer side. Then the crop,
 * since what is cropped away casts a shadow too. Background images lie where
 * the photo lies, or cover a canvas; a gradient spans the result.
 *
 * @param image r->view.layout says its size and where the photo lies on it
 * @return CUT_OK, CUT_E_MEMORY (may be called again and goes on); one layer's
 *         memory at a time, which stands at each: compose/
 */
cut_status cut_render(cut_image *image, cut_rendering *r,
                      const cut_options *options, cut_error *error);

#endif
