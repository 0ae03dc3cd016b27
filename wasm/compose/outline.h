#ifndef CUT_COMPOSE_OUTLINE_H
#define CUT_COMPOSE_OUTLINE_H

#include "compose/style.h"
#include "image/image.h"

/**
 * A rim of one colour around a picture, as of a sticker, under its own pixels.
 *
 * The contour is where alpha passes 50 %, between pixels by a straight line.
 * Each pixel just inside it is the middle of a disc of radius width + d, d its
 * distance to the contour; the rim is the union of the discs, its edge
 * antialiased over one pixel. Exact: the lower envelope of the discs' power
 * distances, columns and then rows, as Felzenszwalb and Huttenlocher (2012),
 * "Distance Transforms of Sampled Functions", on the contour's pixels alone.
 * Where alpha is 50 % and more the rim's colour lies behind all of it.
 *
 * @param[in,out] image straight RGBA
 * @param         side  what 100 % of the width are, pixels; the width is kept
 *                      in 0.5 px .. a tenth of `side`
 * @return CUT_OK, CUT_E_MEMORY (image unchanged): 24 bytes for each pixel of
 *         the contour (up to 48 while its list grows), 36 for each column.
 *         O(w*h + what the rim covers).
 */
cut_status cut_compose_outline(cut_image *image, const cut_outline *outline,
                               int32_t side, cut_error *error);

/** How far from the subject its outline comes at most, in pixels. */
int32_t cut_outline_reach(const cut_outline *outline, int32_t side);

#endif
