/* What is known at load: tensors of the file, in whatever type they are, and
 * numbers made from some. */
#ifndef CUT_NN_CONSTS_H
#define CUT_NN_CONSTS_H

#include "nn/graph/graph.h"

/** Element i of a constant, dequantised. */
double cut_const_at(const cut_graph *graph, const cut_const *constant,
                    size_t i);

/** A constant of `count` numbers, all 0; NULL without memory. */
cut_const *cut_const_new(cut_graph *graph, int type, int rank,
                         const int32_t *dims, cut_error *error);

/** Adds a tensor of the file: where it lies, or its numbers where the file
 * packs them. CUT_E_MODEL, CUT_E_MEMORY. */
cut_status cut_const_of_tensor(cut_graph *graph, const cut_onnx_tensor *tensor,
                               int *index, cut_error *error);

/** Whether every element is a finite f32. Of 8 bits they always are. */
int cut_is_finite(const cut_graph *graph, const cut_const *constant);

#endif
