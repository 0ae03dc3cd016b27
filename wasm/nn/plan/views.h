/* How each map of a graph lies in memory: type, padding, part of a wider
 * map. */
#ifndef CUT_NN_VIEWS_H
#define CUT_NN_VIEWS_H

#include "nn/plan/plan_builder.h"

/** A map of this type that is a view into none. */
cut_view cut_view_of(const cut_map *map, int type);

/** Sets every view but its scale and offset; sets `parent` and `channel`, which
 * are -1 and 0 before. */
void cut_set_views(const cut_plan_builder *b);

/** The map that `map` is a view into, perhaps itself, and its first channel
 * there. */
int cut_root_map(const cut_plan_builder *b, int map, int32_t *channel);

#endif
