#ifndef CUT_COMPOSE_SHADOW_H
#define CUT_COMPOSE_SHADOW_H

#include "compose/style.h"
#include "image/image.h"

/**
 * A soft shadow under a picture, by the picture's own alpha; what lies outside
 * the picture casts none. The offset is rounded to whole pixels, the blur is
 * three boxes a direction (a Gaussian within 1.5 % of full opacity) at 1 / k
 * of the size, k a quarter of the blur, and a straight line between samples.
 * Straight alpha: the result over any colour is what picture, shadow and that
 * colour are in turn, to a rounding of each. Pixels of alpha 255 stay.
 *
 * @param[in,out] image straight RGBA, clear or soft in places
 * @param         side  what 100 % of its lengths are, pixels
 * @return CUT_OK, CUT_E_MEMORY (image unchanged): u16 for each k x k pixels
 *         (24 MB at 12 megapixels without blur, 0.03 MB at its default) and a
 *         few rows. O(w*h), whatever the blur.
 */
cut_status cut_compose_shadow(cut_image *image, const cut_shadow *shadow,
                              int32_t side, cut_error *error);

/**
 * How far from a pixel its shadow falls at most, in pixels either way. `step`:
 * a picture that begins that many pixels later, or a multiple of it, is blurred
 * by the same blocks.
 */
int32_t cut_shadow_reach(const cut_shadow *shadow, int32_t side, int32_t *step);

#endif
