/*
 * From nodes on feature maps to operations, by kind of node: shared by
 * infer.c and infer_window.c.
 */
#ifndef CUT_NN_INFER_H
#define CUT_NN_INFER_H

#include "nn/graph.h"

typedef struct infer {
    cut_graph *graph;
    const cut_onnx_node *node;
    cut_error *why;
    const cut_value *in[8]; /* NULL: absent; the first eight */
} infer;

/** CUT_E_MODEL_UNSUPPORTED or CUT_E_MODEL, in a sentence that names the node. */
cut_status cut_unsupported(const infer *f, const char *what);
cut_status cut_wrong(const infer *f, const char *what);

/** Input `i` as a feature map or as a constant; NULL: it is none. */
const cut_map *cut_map_in(const infer *f, int i);
const cut_const *cut_const_in(const infer *f, int i);

/** An op of one input map (-1: none) that makes a map of c x h x w. */
cut_status cut_op_new(const infer *f, cut_op_kind kind, int in, int64_t c,
                        int64_t h, int64_t w, cut_op **op);

/** The node's first output is the map of `op`. */
cut_status cut_op_done(const infer *f, const cut_op *op);

/** Whether every element is a finite f32. Of 8 bits they always are. */
int cut_is_finite(const cut_graph *graph, const cut_const *constant);

/** The elements of a constant as floats by channel; a single one for all. */
cut_status cut_floats(const infer *f, const cut_const *constant,
                            int32_t c, float **out);

cut_status cut_infer_conv(infer *f);
cut_status cut_infer_pool(infer *f, cut_op_kind kind);
cut_status cut_infer_resize(infer *f, int upsample);

#endif
