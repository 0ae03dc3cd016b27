/*
 * A model as operations on feature maps: what is left of an ONNX graph for one
 * input size when everything known at load is folded. Feature maps are
 * [c][h][w], N = 1.
 */
#ifndef CUT_NN_GRAPH_H
#define CUT_NN_GRAPH_H

#include "nn/onnx.h"

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

typedef enum cut_op_kind {
    CUT_OP_CONV,
    CUT_OP_AFFINE, /* x * mul[c] + add[c] */
    CUT_OP_BINARY,
    CUT_OP_ACT,
    CUT_OP_CONCAT,
    CUT_OP_MAXPOOL,
    CUT_OP_AVGPOOL,
    CUT_OP_MEAN, /* over h and w */
    CUT_OP_MEAN_CHANNELS,
    CUT_OP_RESIZE,
    CUT_OP_CONST /* a constant as a feature map */
} cut_op_kind;

typedef enum cut_act_kind {
    CUT_ACT_NONE,
    CUT_ACT_CLAMP, /* lo..hi */
    CUT_ACT_LEAKY, /* x < 0 ? a x : x */
    CUT_ACT_SIGMOID,
    CUT_ACT_HARDSIGMOID, /* clamp(a x + b, 0, 1) */
    CUT_ACT_HARDSWISH
} cut_act_kind;

typedef struct cut_act {
    cut_act_kind kind;
    float a, b; /* CLAMP: lo, hi */
} cut_act;

enum { CUT_ADD, CUT_SUB, CUT_MUL, CUT_DIV,
       CUT_SUB_FROM, CUT_DIV_INTO /* b - a, b / a */ };

/** How a window slides: kernel, stride, dilation, padding before, by [y, x]. */
typedef struct cut_window {
    int32_t k[2], s[2], d[2], before[2], after[2];
} cut_window;

enum { CUT_HALF_PIXEL, CUT_ALIGN_CORNERS, CUT_ASYMMETRIC,
       CUT_PYTORCH_HALF_PIXEL };
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

/**
 * Reads `file` (which must outlive the graph) for an input of w x h. Statuses
 * of cut_net_load().
 */
cut_status cut_graph_build(cut_graph *graph, cut_slice file, int32_t w,
                           int32_t h, cut_slice output, cut_error *why);

/** Fuses what can be fused; drops what no output needs (fuse.c). */
cut_status cut_graph_fuse(cut_graph *graph, cut_error *why);

void cut_graph_free(cut_graph *graph);

/** The feature map of a name, or -1. */
int cut_graph_map(const cut_graph *graph, cut_slice name);

/* ---- between graph.c, consts.c, fold.c and infer.c --------------------- */

/** Element i of a constant, dequantised. */
double cut_const_at(const cut_graph *graph, const cut_const *constant,
                    size_t i);

/** A constant of `count` numbers, contents undefined; NULL without memory. */
cut_const *cut_const_new(cut_graph *graph, int type, int rank,
                         const int32_t *dims, cut_error *why);

/** Adds a file's tensor. */
cut_status cut_const_of_tensor(cut_graph *graph, const cut_onnx_tensor *tensor,
                               int *index, cut_error *why);

/** Looks up input `i` of a node. NULL: absent (an empty name, or beyond the
 * node's inputs) when `status` stays CUT_OK; an unknown name is CUT_E_MODEL. */
const cut_value *cut_input(const cut_graph *graph, const cut_onnx_node *node,
                           uint32_t i, cut_status *status, cut_error *why);

/** Gives an output of a node its meaning. */
cut_status cut_define(cut_graph *graph, cut_slice name, int is_const,
                      int index, cut_error *why);

/**
 * A node whose inputs are all known, or that asks for a shape. *done 0: it is
 * none of these.
 */
cut_status cut_fold(cut_graph *graph, const cut_onnx_node *node, int *done,
                    cut_error *why);

/** A node on feature maps. */
cut_status cut_infer(cut_graph *graph, const cut_onnx_node *node,
                     cut_error *why);

/** A new map with its limits checked, and an op that makes it. */
cut_status cut_map_new(cut_graph *graph, const cut_onnx_node *node, int64_t c,
                       int64_t h, int64_t w, int *index, cut_error *why);

#endif
