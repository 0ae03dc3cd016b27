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

/**
 * Makes doubt within a subject solid: parts of the map of a half to 15/16 that
 * hang together (8 neighbours), somewhere 3/4 or less (what is less in doubt
 * may be translucent), with nothing below a half, nor the border, in the box
 * around them or as near to it as a 40th of the longer side. A hole has a
 * middle that is surely none, and gaps between strands lie near the outside;
 * what is left is a thing whose colours are the ground's, and would be taken for
 * a ghost of it, or emptied by what follows.
 *
 * @param[in,out] map u16 [h][w], 0..one
 * @return CUT_OK, CUT_E_MEMORY (map unchanged)
 */
cut_status cut_components_settle(uint16_t *map, int32_t w, int32_t h,
                                 uint16_t one, cut_error *error);

#endif
