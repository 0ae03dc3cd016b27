#ifndef CUT_MATTE_REFINE_H
#define CUT_MATTE_REFINE_H

#include "image/image.h"
#include "matte/matte.h"

/**
 * The model's map at the photo's size, its edges moved onto the photo's. What
 * it leaves open is weighed against the photo's colours (colour_model.h) and
 * small components are cleared (components.h); then the fast guided filter (He,
 * Sun 2015, arXiv 1505.00996) with the colour guide of He, Sun, Tang 2013 (eq.
 * 19, 20). The linear model alpha = a . rgb + b is fitted in windows of a
 * reduced photo and evaluated with the full one, so that no staircase of the
 * small map remains; then more contrast about the middle of the map's local
 * range, so that no fog does. Where the map is 0 or 1, or within a floor of it,
 * all over the window, alpha is exactly 0 or 255.
 *
 * @param[out] alpha u8 [h][w] of the photo; times the photo's own alpha,
 *                   rounded
 * @return CUT_OK, CUT_E_MEMORY. O(w*h), independent of the window.
 */
cut_status cut_matte_refine(uint8_t *alpha, const cut_matte *matte,
                            const cut_image *photo, cut_error *error);

#endif
