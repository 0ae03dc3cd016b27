/* Attributes of a node, by name. */
#ifndef CUT_NN_ATTRIBUTES_H
#define CUT_NN_ATTRIBUTES_H

#include "nn/onnx/onnx.h"

/**
 * Attributes of a node. `found` tells whether it is there; `value` keeps its
 * default when it is not. A wrong type or more than `max` numbers: CUT_E_MODEL.
 */
cut_status cut_onnx_int(const cut_onnx_node *node, const char *name,
                        int32_t *value, cut_error *error);
cut_status cut_onnx_float(const cut_onnx_node *node, const char *name,
                          float *value, cut_error *error);
cut_status cut_onnx_ints(const cut_onnx_node *node, const char *name,
                         int32_t *values, int max, int *count,
                         cut_error *error);
/** size 0 when it is not there. */
cut_status cut_onnx_string(const cut_onnx_node *node, const char *name,
                           cut_slice *value, cut_error *error);
/** *found 0 when it is not there. */
cut_status cut_onnx_tensor_attr(const cut_onnx_node *node, const char *name,
                                cut_onnx_tensor *tensor, int *found,
                                cut_error *error);

/** Every attribute of `node` is one of `names` (space separated), else
 * CUT_E_MODEL_UNSUPPORTED. */
cut_status cut_onnx_only(const cut_onnx_node *node, const char *names,
                         cut_error *error);

#endif
