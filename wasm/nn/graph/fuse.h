/* Fewer operations: what follows a convolution into the convolution. */
#ifndef CUT_NN_FUSE_H
#define CUT_NN_FUSE_H

#include "nn/graph/graph.h"

/** Fuses what can be fused; marks what the output does not need as dead and
 * counts the uses of the other maps. CUT_E_MEMORY. */
cut_status cut_graph_fuse(cut_graph *graph, cut_error *error);

#endif
