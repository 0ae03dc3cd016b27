/*
 * What the cut-out is shown on. All arithmetic on bytes is exact rounding:
 * out = (fg * a + bg * (255 - a)) / 255 to the nearest, in the photo's own
 * gamma-coded RGB, as browsers and editors compose.
 */
#ifndef CUT_COMPOSE_COMPOSE_H
#define CUT_COMPOSE_COMPOSE_H

#include "image/image.h"
#include "matte/layers.h"
#include "matte/subject.h"

/** Onto one colour; alpha becomes 255. Cannot fail. */
void cut_compose_colour(cut_image *image, const uint8_t rgb[3]);

/** Onto a picture stretched to the photo's size (flattened on white). */
cut_status cut_compose_image(cut_image *image, const cut_image *behind,
                             cut_why *why);

/** The matte as an opaque grey picture. Cannot fail. */
void cut_compose_mask(cut_image *image);

/**
 * The photo's background, blurred, small: normalised by 1 - alpha, so that
 * the subject leaves no glow in it. Taken before the foreground's colours
 * replace the photo's. Freed by cut_layer_free().
 *
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_blur_new(cut_layer *out, const cut_image *photo,
                        const uint8_t *alpha, cut_why *why);

/** Onto that. CUT_OK, CUT_E_MEMORY. */
cut_status cut_compose_blur(cut_image *image, const cut_layer *blur,
                            cut_why *why);

/**
 * To the subject's box and a margin on each side, as far as the photo reaches.
 *
 * @param margin pixels, or hundredths of a percent of the box's longer side
 *               (rounded to a pixel) when `is_percent`
 * A subject without a box leaves the picture whole. Cannot fail.
 */
void cut_crop(cut_image *image, const cut_subject *subject, int32_t margin,
              int is_percent);

#endif
