/*
 * From a cut-out to the result: which layer lies over which. Bottom to top:
 * background, shadow (of all above it), outline, subject.
 */
#ifndef CUT_RENDER_H
#define CUT_RENDER_H

#include "compose/compose.h"
#include "options/options.h"

/** What the layers are made of. */
typedef struct cut_rendering {
    cut_image behind; /* owned; with CUT_BG_IMAGE; cropped on a canvas */
    cut_layer blur;   /* owned; with CUT_BG_BLUR */
    cut_subject kept; /* box of what is kept, on the photo */
    uint32_t done;    /* steps that need not be repeated after a refusal */
} cut_rendering;

static inline void cut_rendering_free(cut_rendering *r)
{
    cut_image_free(&r->behind);
    cut_layer_free(&r->blur);
}

/**
 * A photo's straight cut-out to the result, in place; opaque when it has a
 * background, is a mask or is to be a JPEG (on white).
 *
 * The canvas comes first, so that shadow and outline may reach beyond the
 * photo; lengths in percent are of the result's longer side. A crop comes last,
 * since pictures behind lie where the photo lies, but before a gradient, which
 * spans the result.
 *
 * @return CUT_OK, CUT_E_MEMORY (may be called again and goes on); one layer's
 *         memory at a time, which stands at each: compose/
 */
cut_status cut_render(cut_image *image, cut_rendering *r,
                      const cut_options *options, cut_why *why);

#endif
