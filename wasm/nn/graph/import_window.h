/* Nodes that slide a window over a map. */
#ifndef CUT_NN_IMPORT_WINDOW_H
#define CUT_NN_IMPORT_WINDOW_H

#include "nn/graph/import_node.h"

cut_import_run cut_import_conv, cut_import_pool;

#endif
