/* Nodes whose inputs are known at load. */
#ifndef CUT_NN_FOLD_H
#define CUT_NN_FOLD_H

#include "nn/graph/graph.h"

/**
 * A node whose inputs are all known, or that asks for a shape. *done 0: it is
 * none of these.
 */
cut_status cut_fold(cut_graph *graph, const cut_onnx_node *node, int *done,
                    cut_error *error);

#endif
