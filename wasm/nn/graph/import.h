/* From nodes on feature maps to operations. */
#ifndef CUT_NN_IMPORT_H
#define CUT_NN_IMPORT_H

#include "nn/graph/graph.h"

/** Adds the operations of a node on feature maps, and defines its output.
 * CUT_E_MODEL, CUT_E_MODEL_UNSUPPORTED (also: there is no such operator),
 * CUT_E_MEMORY. */
cut_status cut_import(cut_graph *graph, const cut_onnx_node *node,
                      cut_error *error);

#endif
