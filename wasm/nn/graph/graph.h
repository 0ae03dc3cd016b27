/*
 * A model as operations on feature maps: what is left of an ONNX graph for one
 * input size when everything known at load is folded. Feature maps are
 * [c][h][w], N = 1. Here are its tables; build.h fills them, in rooms whose
 * size is known from the file, so that nothing in them ever moves.
 */
#ifndef CUT_NN_GRAPH_H
#define CUT_NN_GRAPH_H

#include "nn/onnx/onnx.h"

#define CUT_NN_MAX_CHANNELS 65536
#define CUT_NN_MAX_SIDE 8192
#define CUT_NN_MAX_ELEMENTS 268435456 /* of one feature map */

/** Something known at load: a tensor of the file, or numbers made from some. */
typedef struct cut_const {
    int type; /* CUT_ONNX_* */
    int rank;
    int32_t dims[CUT_ONNX_MAX_RANK];
    size_t count;
    const uint8_t *raw; /* in the file, unaligned; or: */
    double *numbers;    /* owned */
    /* DequantizeLinear: value = (raw - zero) * scale, along `axis` */
    int quantised, axis;
    int scale, zero; /* constants; zero -1: none */
} cut_const;

/** A feature map. */
typedef struct cut_map {
    cut_slice name;
    int32_t c, h, w;
    int uses; /* operations that read it; the asked output counts as one */
} cut_map;

/** THE list of operations: X(symbol, name in the plan's JSON). */
#define CUT_OP_LIST(X)                                                         \
    X(CUT_OP_CONV, "conv")                                                     \
    X(CUT_OP_AFFINE, "affine") /* x * mul[c] + add[c] */                       \
    X(CUT_OP_BINARY, "binary")                                                 \
    X(CUT_OP_ACT, "activation")                                                \
    X(CUT_OP_CONCAT, "concat")                                                 \
    X(CUT_OP_MAXPOOL, "maxpool")                                               \
    X(CUT_OP_AVGPOOL, "averagepool")                                           \
    X(CUT_OP_MEAN, "mean") /* over h and w */                                  \
    X(CUT_OP_MEAN_CHANNELS, "mean of channels")                                \
    X(CUT_OP_RESIZE, "resize")                                                 \
    X(CUT_OP_CONST, "constant") /* a constant as a feature map */

typedef enum cut_op_kind {
#define CUT_OP_SYMBOL(symbol, name) symbol,
    CUT_OP_LIST(CUT_OP_SYMBOL)
#undef CUT_OP_SYMBOL
} cut_op_kind;

/** THE list of activations: X(symbol, name in the plan's JSON). */
#define CUT_ACT_LIST(X)                                                        \
    X(CUT_ACT_NONE, NULL)                                                      \
    X(CUT_ACT_CLAMP, "clamp") /* a..b */                                       \
    X(CUT_ACT_LEAKY, "leaky") /* x < 0 ? a x : x */                            \
    X(CUT_ACT_SIGMOID, "sigmoid")                                              \
    X(CUT_ACT_HARDSIGMOID, "hardsigmoid") /* clamp(a x + b, 0, 1) */           \
    X(CUT_ACT_HARDSWISH, "hardswish")

typedef enum cut_act_kind {
#define CUT_ACT_SYMBOL(symbol, name) symbol,
    CUT_ACT_LIST(CUT_ACT_SYMBOL)
#undef CUT_ACT_SYMBOL
} cut_act_kind;

typedef struct cut_act {
    cut_act_kind kind;
    float a, b; /* CLAMP: lo, hi */
} cut_act;

enum {
    CUT_ADD,
    CUT_SUB,
    CUT_MUL,
    CUT_DIV,
    CUT_SUB_FROM,
    CUT_DIV_INTO /* b - a, b / a */
};

/** How a window slides: kernel, stride, dilation, padding before, by [y, x]. */
typedef struct cut_window {
    int32_t k[2], s[2], d[2], before[2], after[2];
} cut_window;

enum {
    CUT_HALF_PIXEL,
    CUT_ALIGN_CORNERS,
    CUT_ASYMMETRIC,
    CUT_PYTORCH_HALF_PIXEL
};
enum { CUT_FLOOR, CUT_CEIL, CUT_PREFER_FLOOR, CUT_PREFER_CEIL };

/** Source positions of a Resize along [y, x]. */
typedef struct cut_resize {
    int linear;
    int coordinates; /* CUT_HALF_PIXEL .. */
    int nearest;     /* CUT_FLOOR .. */
    float scale[2];
} cut_resize;

typedef struct cut_op {
    cut_op_kind kind;
    int dead; /* fused into another, or on no way to the output */
    const cut_onnx_node *node;
    uint32_t first, ins; /* graph->links[first ..]: maps */
    int out;             /* map */
    cut_act act;         /* after everything else */
    cut_window window;   /* CONV, MAXPOOL, AVGPOOL */
    int32_t groups;      /* CONV */
    int weights;         /* CONV, CONST: constant */
    int residual;        /* CONV: map added before `act`, or -1 */
    float *mul, *add;    /* CONV (of the result, by channel) and AFFINE: [c],
                            owned; NULL: 1 and 0 */
    int binary;          /* BINARY: CUT_ADD .. */
    int include_pad;     /* AVGPOOL */
    cut_resize resize;
} cut_op;

typedef struct cut_value { /* what a name stands for */
    cut_slice name;
    int is_const, index; /* constants[index] or maps[index] */
} cut_value;

typedef struct cut_graph {
    cut_onnx onnx;
    cut_const *consts;
    cut_map *maps;
    cut_op *ops;
    int *links;
    cut_value *values;
    uint32_t *table; /* open addressing: value + 1 by hash of its name */
    uint32_t const_count, map_count, op_count, link_count, value_count;
    uint32_t const_room, map_room, op_room, link_room, table_size;
    int input, output; /* maps */
} cut_graph;

/** One filter a channel: as many groups as the input and the result have. */
int cut_op_is_depthwise(const cut_graph *graph, const cut_op *op);

/** Makes the tables for graph->onnx, which was read; the rest is empty.
 * CUT_E_MEMORY. */
cut_status cut_graph_make_tables(cut_graph *graph, cut_error *error);

void cut_graph_free(cut_graph *graph);

/** What a name stands for, or NULL. */
const cut_value *cut_graph_value(const cut_graph *graph, cut_slice name);

/** The feature map of a name, or -1. */
int cut_graph_map(const cut_graph *graph, cut_slice name);

/** Looks up input `i` of a node. NULL: absent (an empty name, or beyond the
 * node's inputs) when `status` stays CUT_OK; an unknown name is CUT_E_MODEL. */
const cut_value *cut_input(const cut_graph *graph, const cut_onnx_node *node,
                           uint32_t i, cut_status *status, cut_error *error);

/** Gives an output of a node its meaning. */
cut_status cut_define(cut_graph *graph, cut_slice name, int is_const, int index,
                      cut_error *error);

/** The node's first output is such a map or constant. */
cut_status cut_define_output(cut_graph *graph, const cut_onnx_node *node,
                             int is_const, int index, cut_error *error);

/** A new map, named after the node's first output (NULL: the input).
 * CUT_E_MODEL where it is larger than the limits above. */
cut_status cut_map_new(cut_graph *graph, const cut_onnx_node *node, int64_t c,
                       int64_t h, int64_t w, int *index, cut_error *error);

#endif
