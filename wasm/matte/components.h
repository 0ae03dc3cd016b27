#ifndef CUT_MATTE_COMPONENTS_H
#define CUT_MATTE_COMPONENTS_H

#include "base/fail.h"

/**
 * Clears small connected components: parts of the map that hang together (8
 * neighbours, a quarter or more), whose solid pixels, a half or more, are fewer
 * than 2 % of the largest one's, and which the map is nowhere sure of, 15/16.
 * Several subjects, small ones that the model is sure of, tufts that fog joins
 * to the subject, and what is nowhere solid stay; holes stay open.
 *
 * @param[in,out] map u16 [h][w], 0..one
 * @return CUT_OK, CUT_E_MEMORY (map unchanged). O(w*h).
 */
cut_status cut_components_remove_small(uint16_t *map, int32_t w, int32_t h,
                                       uint16_t one, cut_error *error);

#endif
