/* Where each map, each step's scratch and the output lie in the arena. */
#ifndef CUT_NN_PLACE_H
#define CUT_NN_PLACE_H

#include "nn/plan/plan_builder.h"

/** A step makes or reads the map: widens its life. */
void cut_map_lives(const cut_plan_builder *b, int map, int32_t step);

/** What is in the map after a run is there in the next one, too. */
void cut_map_stays(const cut_plan_builder *b, int map);

/** Sets offsets of views, steps and output, and the size of the arena.
 * CUT_E_MEMORY. */
cut_status cut_place(const cut_plan_builder *b);

#endif
