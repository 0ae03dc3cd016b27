#ifndef CUT_MATTE_FOREGROUND_H
#define CUT_MATTE_FOREGROUND_H

#include "image/image.h"

/**
 * Foreground colours under soft alpha, so that no halo of the old background
 * stays: with F' and B' smooth layers of the surely known colours, the colour
 * is F' corrected by what alpha F' + (1 - alpha) B' leaves unexplained, the
 * fusion step of Forte (2021), "Approximate Fast Foreground Colour
 * Estimation", eq. 4 and 5.
 *
 * @param[in,out] photo RGB is replaced where the matte is soft, becomes 0 where
 *                      alpha is 0, stays byte for byte where the matte is
 *                      opaque; the alpha channel becomes `alpha`
 * @param         alpha u8 [h][w], the matte times the photo's own alpha
 * @return CUT_OK, CUT_E_MEMORY (photo unchanged). O(w*h).
 */
cut_status cut_foreground_estimate(cut_image *photo, const uint8_t *alpha,
                                   cut_why *why);

#endif
