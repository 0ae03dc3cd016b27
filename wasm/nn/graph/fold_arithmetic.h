/* The little arithmetic on lists of numbers by which exporters write sizes. */
#ifndef CUT_NN_FOLD_ARITHMETIC_H
#define CUT_NN_FOLD_ARITHMETIC_H

#include "nn/graph/fold_node.h"

cut_fold_run cut_fold_gather, cut_fold_slice, cut_fold_concat;
cut_fold_run cut_fold_arithmetic;

/** The shape of what the node's input is: a map, or a constant. */
cut_status cut_fold_shape(const cut_fold_node *f, const cut_value *of);

#endif
