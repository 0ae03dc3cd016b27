/* Values and their shapes: what lies between a weight and its convolution. */
#ifndef CUT_NN_FOLD_SHAPE_H
#define CUT_NN_FOLD_SHAPE_H

#include "nn/graph/fold_node.h"

cut_fold_run cut_fold_constant, cut_fold_dequantize, cut_fold_identity;
cut_fold_run cut_fold_cast, cut_fold_reshape;

#endif
