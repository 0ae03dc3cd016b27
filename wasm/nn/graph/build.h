/* From a file to a graph. */
#ifndef CUT_NN_BUILD_H
#define CUT_NN_BUILD_H

#include "nn/graph/graph.h"

/**
 * Reads `file` (which must outlive the graph) for an input of w x h. Statuses
 * of cut_net_load().
 */
cut_status cut_graph_build(cut_graph *graph, cut_slice file, int32_t w,
                           int32_t h, cut_slice output, cut_error *error);

#endif
