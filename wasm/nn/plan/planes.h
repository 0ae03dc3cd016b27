/* Which planes of the input a map depends on: what only others of them change,
 * from run to run, need not be made again. */
#ifndef CUT_NN_PLANES_H
#define CUT_NN_PLANES_H

#include "nn/plan/plan_builder.h"

/**
 * Sets `planes`: those that have a weight other than 0 on the way to a map.
 * Of i16 alone, where a product with 0 leaves no trace; otherwise all.
 */
void cut_find_planes(const cut_plan_builder *b);

#endif
