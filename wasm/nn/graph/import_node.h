/* A node on its way into the graph: what every importer of nodes needs. */
#ifndef CUT_NN_IMPORT_NODE_H
#define CUT_NN_IMPORT_NODE_H

#include "nn/graph/graph.h"

typedef struct cut_import_node {
    cut_graph *graph;
    const cut_onnx_node *node;
    cut_error *error;
    const cut_value *in[8]; /* NULL: absent; the first eight */
} cut_import_node;

typedef struct cut_importer cut_importer;

/** Reads a node's attributes, checks and infers its shape, adds its
 * operations. */
typedef cut_status cut_import_run(const cut_import_node *f,
                                  const cut_importer *importer);

/** How nodes of one operator are imported: a row of import.c's table. */
struct cut_importer {
    const char *op; /* of ONNX */
    cut_import_run *run;
    const char *attributes; /* those it may have, by spaces; NULL: any */
    cut_op_kind kind;       /* where `run` serves several */
    int binary;             /* BINARY: CUT_ADD .. */
    cut_act act;            /* ACT: with the defaults of alpha and beta */
};

/** CUT_E_MODEL_UNSUPPORTED or CUT_E_MODEL, in a sentence that names the
 * node. */
cut_status cut_unsupported(const cut_import_node *f, const char *what);
cut_status cut_wrong(const cut_import_node *f, const char *what);

/** Input `i` as a feature map or as a constant; NULL: it is none. */
const cut_map *cut_map_in(const cut_import_node *f, int i);
const cut_const *cut_const_in(const cut_import_node *f, int i);

/** An op of one input map (-1: none) that makes a map of c x h x w.
 * CUT_E_MODEL: the map is too large. */
cut_status cut_op_new(const cut_import_node *f, cut_op_kind kind, int in,
                      int64_t c, int64_t h, int64_t w, cut_op **op);

/** The node's first output is the map of `op`. */
cut_status cut_op_done(const cut_import_node *f, const cut_op *op);

/** The elements of a constant as floats by channel; a single one for all.
 * Owned by the caller. CUT_E_MODEL: one is not finite; CUT_E_MEMORY. */
cut_status cut_floats(const cut_import_node *f, const cut_const *constant,
                      int32_t c, float **out);

#endif
