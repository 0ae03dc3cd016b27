/* A node whose inputs are known at load: what every way to fold one needs. */
#ifndef CUT_NN_FOLD_NODE_H
#define CUT_NN_FOLD_NODE_H

#include "nn/graph/graph.h"

#define CUT_FOLD_MAX_NUMBERS 4096 /* elements that arithmetic is done on */

typedef struct cut_fold_node {
    cut_graph *graph;
    const cut_onnx_node *node;
    cut_error *error;
    cut_const *in[5]; /* NULL: absent */
    uint32_t ins;
    char sign; /* of arithmetic */
} cut_fold_node;

/** Makes a constant of others, and the node's first output of it. CUT_E_MODEL,
 * CUT_E_MODEL_UNSUPPORTED, CUT_E_MEMORY. */
typedef cut_status cut_fold_run(const cut_fold_node *f);

/** CUT_E_MODEL_UNSUPPORTED, in a sentence that names the node. */
cut_status cut_fold_unsupported(const cut_fold_node *f, const char *what);

/** The node's first output is this constant. */
cut_status cut_fold_result(const cut_fold_node *f, const cut_const *constant);

/** Element i of input `in`. */
double cut_fold_at(const cut_fold_node *f, uint32_t in, size_t i);

/** What a constant means: dequantised it is f32. */
static inline int cut_type_of(const cut_const *constant)
{
    return constant->quantised ? CUT_ONNX_F32 : constant->type;
}

#endif
