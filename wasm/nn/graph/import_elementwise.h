/* Nodes whose result has the size of their input: of one operand or of two. */
#ifndef CUT_NN_IMPORT_ELEMENTWISE_H
#define CUT_NN_IMPORT_ELEMENTWISE_H

#include "nn/graph/import_node.h"

cut_import_run cut_import_act, cut_import_clip, cut_import_batchnorm;
cut_import_run cut_import_binary;

#endif
