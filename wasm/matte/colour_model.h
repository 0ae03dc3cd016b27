#ifndef CUT_MATTE_COLOUR_MODEL_H
#define CUT_MATTE_COLOUR_MODEL_H

#include "base/fail.h"

/** What `map` holds for 1.0. */
#define CUT_COLOUR_MODEL_ONE 1024

/**
 * Weighs a map against the photo's colours: where pixels of one colour are
 * mostly subject nearby, one that the map leaves open is likely subject too.
 *
 * Near each pixel, smoothly windowed in place and colour by a bilateral grid
 * (Chen, Paris, Durand 2007, doi 10.1145/1276377.1276506), v is the mean of
 * the map among like colours and s its mean among all. Two things follow:
 *
 * - odds(v) / odds(s) is the likelihood ratio of that colour under subject and
 *   background (Bayes), as in the local colour models of Bai et al. 2009
 *   (Video SnapCut, 2.2). The map's odds are multiplied by its square root:
 *   neighbouring pixels are no independent witnesses.
 * - where like colours nearly agree, the pixel is drawn towards v.
 *
 * Where the colour tells nothing and where the map is even nothing changes,
 * and 0 and 1 are taken as settled. Colours decide in proportion: what is
 * half transparent stays so.
 *
 * @param[in,out] map u16 [h][w], 0..CUT_COLOUR_MODEL_ONE
 * @param      rgb    u8 [h][w][4], the photo of the same size
 * @return CUT_OK, CUT_E_MEMORY (map unchanged). O(w*h), and a grid whose size
 *         depends on the shape and on how many colours there are: 7 MB for a
 *         square that has all of them.
 */
cut_status cut_colour_model_weigh(uint16_t *map, const uint8_t *rgb, int32_t w,
                                  int32_t h, cut_error *error);

#endif
