/*
 * An ONNX file as it lies in memory: protobuf read in place, nothing copied
 * but tables of where things are. Every length is checked against what holds
 * it. Field numbers are those of onnx.proto (onnx/onnx, IR version 3..10).
 */
#ifndef CUT_NN_ONNX_H
#define CUT_NN_ONNX_H

#include "base/fail.h"
#include "nn/onnx/protobuf.h"

#define CUT_ONNX_MAX_NODES 8192
#define CUT_ONNX_MAX_RANK 6

/** TensorProto.DataType, those that are read. */
enum {
    CUT_ONNX_F32 = 1,
    CUT_ONNX_U8 = 2,
    CUT_ONNX_I8 = 3,
    CUT_ONNX_I32 = 6,
    CUT_ONNX_I64 = 7,
    CUT_ONNX_BOOL = 9,
    CUT_ONNX_F16 = 10
};

/** A tensor in the file. */
typedef struct cut_onnx_tensor {
    cut_slice name;
    int type, rank;
    int32_t dims[CUT_ONNX_MAX_RANK];
    size_t count;     /* of elements */
    cut_slice raw;    /* little endian, `count` of them; or: */
    cut_slice packed; /* the field that holds them as protobuf numbers */
} cut_onnx_tensor;

typedef struct cut_onnx_node {
    cut_slice name, op, domain, message;
    uint32_t first, ins, outs; /* names[first ..]: inputs, then outputs */
} cut_onnx_node;

/** An input or output of the graph. dims: -1 where the file leaves it open. */
typedef struct cut_onnx_io {
    cut_slice name;
    int type, rank;
    int32_t dims[CUT_ONNX_MAX_RANK];
} cut_onnx_io;

typedef struct cut_onnx {
    cut_onnx_node *nodes;
    cut_onnx_tensor *tensors; /* the initializers */
    cut_onnx_io *inputs, *outputs;
    cut_slice *names;
    uint32_t node_count, tensor_count, input_count, output_count, name_count;
    int32_t opset;    /* of ai.onnx */
    cut_slice ranges; /* metadata "cutaway.ranges"; size 0: none */
} cut_onnx;

/**
 * Fills `onnx` from a file that outlives it. CUT_E_MODEL,
 * CUT_E_MODEL_UNSUPPORTED, CUT_E_MEMORY; then `onnx` holds nothing to free.
 */
cut_status cut_onnx_read(cut_onnx *onnx, cut_slice file, cut_error *error);
void cut_onnx_free(cut_onnx *onnx);

/** A TensorProto, of an initializer or an attribute. */
cut_status cut_onnx_tensor_read(cut_onnx_tensor *tensor, cut_slice message,
                                cut_error *error);

/** "Conv /enc/stem" for sentences: printf with "%.*s %.*s". */
#define CUT_SLICE_ARGS(slice)                                                  \
    (int)((slice).size > 60 ? 60 : (slice).size), (const char *)(slice).at
#define CUT_NODE_ARGS(node)                                                    \
    CUT_SLICE_ARGS((node)->op), CUT_SLICE_ARGS((node)->name)

#endif
