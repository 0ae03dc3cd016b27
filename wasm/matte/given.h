/* Pictures whose own alpha says already what their subject is. */
#ifndef CUT_MATTE_GIVEN_H
#define CUT_MATTE_GIVEN_H

#include "image/image.h"

/**
 * Whether the picture's own alpha cuts its subject out:
 * - something is seen, and what is clear (alpha up to 8) is a hundredth of the
 *   picture or more and a fifth of its border or more: a hole is no cut-out;
 * - what is seen is no rectangle. One that fills 95 % of its box is a photo
 *   with round corners or with bars beside it, unless it is flat, as the
 *   square of an icon is: nine in ten of its pixels are like the next one.
 * Measured on icons and photos: docs/decisions/graphics.md.
 */
int cut_alpha_is_given(const cut_image *image);

/** Whether what is opaque, by half or more, is so light that it would vanish on
 * white: a mean of luma above 190. 0 for a picture without clear pixels. */
int cut_image_is_light(const cut_image *image);

#endif
