#include "nn/onnx/onnx.h"

#include "base/alloc.h"

static cut_status broken(cut_error *error, const char *what)
{
    return cut_fail(error, CUT_E_MODEL, "The %s cannot be read.", what);
}

/* ---- tensors ----------------------------------------------------------- */

static size_t size_of(int type)
{
    switch (type) {
    case CUT_ONNX_U8:
    case CUT_ONNX_I8:
    case CUT_ONNX_BOOL: return 1;
    case CUT_ONNX_F16: return 2;
    case CUT_ONNX_F32:
    case CUT_ONNX_I32: return 4;
    case CUT_ONNX_I64: return 8;
    default: return 0;
    }
}

static cut_status add_dim(cut_onnx_tensor *tensor, uint64_t value,
                          cut_error *error)
{
    if (tensor->rank == CUT_ONNX_MAX_RANK || value > INT32_MAX)
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "Tensor %.*s has too many dimensions or elements.",
                        CUT_SLICE_ARGS(tensor->name));
    tensor->dims[tensor->rank++] = (int32_t)value;
    return CUT_OK;
}

cut_status cut_onnx_tensor_read(cut_onnx_tensor *tensor, cut_slice message,
                                cut_error *error)
{
    *tensor = (cut_onnx_tensor){0};
    cut_field field;
    cut_slice rest = message;
    int more;
    uint32_t packed_in = 0;
    while ((more = cut_pb_next(&rest, &field)) == 1) {
        uint64_t dim;
        cut_slice dims = field.bytes;
        switch (field.number) {
        case 1: /* dims, packed or one by one */
            if (field.wire == 0) {
                cut_status status = add_dim(tensor, field.value, error);
                if (status) return status;
            } else {
                while ((more = cut_pb_varint(&dims, &dim)) == 1) {
                    cut_status status = add_dim(tensor, dim, error);
                    if (status) return status;
                }
                if (more < 0) return broken(error, "shape of a tensor");
            }
            break;
        case 2: tensor->type = (int)(field.value & 255); break;
        case 4:
        case 5:
        case 7: /* float_data, int32_data, int64_data */
            if (field.wire != 2 || packed_in != 0)
                return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                                "A tensor's numbers are not packed.");
            tensor->packed = field.bytes;
            packed_in = field.number;
            break;
        case 8: tensor->name = field.bytes; break;
        case 9: tensor->raw = field.bytes; break;
        case 13:
        case 14: /* external_data, data_location */
            if (field.number == 13 || field.value != 0)
                return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                                "Tensor %.*s lies in another file.",
                                CUT_SLICE_ARGS(tensor->name));
            break;
        default: break;
        }
    }
    if (more < 0) return broken(error, "message of a tensor");
    size_t each = size_of(tensor->type), count = 1;
    if (each == 0)
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "Tensor %.*s has type %d.",
                        CUT_SLICE_ARGS(tensor->name), tensor->type);
    for (int i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(count, (size_t)tensor->dims[i], &count) ||
            count > SIZE_MAX / 16)
            return cut_fail(error, CUT_E_MODEL, "Tensor %.*s is too large.",
                            CUT_SLICE_ARGS(tensor->name));
    tensor->count = count;
    if (packed_in == 4 && tensor->type == CUT_ONNX_F32) {
        tensor->raw = tensor->packed; /* floats are packed as they lie */
        packed_in = 0;
    }
    if (packed_in == 0) {
        if (tensor->raw.size != count * each)
            return cut_fail(
                error, CUT_E_MODEL, "Tensor %.*s has %u bytes of data, not %u.",
                CUT_SLICE_ARGS(tensor->name), (unsigned)tensor->raw.size,
                (unsigned)(count * each));
        tensor->packed = (cut_slice){0};
        return CUT_OK;
    }
    if (tensor->raw.size != 0 || tensor->packed.size < count ||
        tensor->type == CUT_ONNX_F32)
        return broken(error, "data of a tensor");
    return CUT_OK;
}

/* ---- the graph --------------------------------------------------------- */

/* What a graph holds, counted before the tables are made. */
typedef struct counts {
    uint32_t nodes, tensors, inputs, outputs, names;
} counts;

static cut_status count_node(cut_slice message, uint32_t *names,
                             cut_error *error)
{
    cut_field field;
    int more;
    while ((more = cut_pb_next(&message, &field)) == 1)
        if (field.number == 1 || field.number == 2) {
            if (field.wire != 2) return broken(error, "name of a value");
            ++*names;
        }
    return more < 0 ? broken(error, "message of a node") : CUT_OK;
}

/* How long the tables have to be; CUT_E_MODEL_UNSUPPORTED where that is
 * absurd. */
static cut_status count_graph(cut_slice graph, counts *n, cut_error *error)
{
    cut_field field;
    int more;
    while ((more = cut_pb_next(&graph, &field)) == 1) {
        cut_status status = CUT_OK;
        if (field.wire != 2) continue;
        switch (field.number) {
        case 1:
            n->nodes++;
            status = count_node(field.bytes, &n->names, error);
            break;
        case 5: n->tensors++; break;
        case 11: n->inputs++; break;
        case 12: n->outputs++; break;
        case 15:
            status = cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                              "The model has sparse tensors.");
            break;
        default: break;
        }
        if (status) return status;
    }
    if (more < 0) return broken(error, "graph");
    if (n->nodes > CUT_ONNX_MAX_NODES || n->tensors > CUT_ONNX_MAX_NODES ||
        n->inputs > CUT_ONNX_MAX_NODES || n->outputs > CUT_ONNX_MAX_NODES ||
        n->names > 8 * CUT_ONNX_MAX_NODES)
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "The graph has %u nodes and %u tensors; at most %d "
                        "can be read.",
                        (unsigned)n->nodes, (unsigned)n->tensors,
                        CUT_ONNX_MAX_NODES);
    return CUT_OK;
}

/* Names of inputs and outputs, in two passes: the file may mix them. */
static cut_status read_node(cut_onnx *onnx, cut_slice message, cut_error *error)
{
    cut_onnx_node *node = &onnx->nodes[onnx->node_count++];
    *node = (cut_onnx_node){.message = message, .first = onnx->name_count};
    for (uint32_t pass = 1; pass <= 2; pass++) { /* inputs, then outputs */
        cut_slice rest = message;
        cut_field field;
        while (cut_pb_next(&rest, &field) == 1) {
            if (field.number == pass)
                onnx->names[onnx->name_count++] = field.bytes;
            else if (field.wire != 2)
                continue;
            else if (field.number == 3)
                node->name = field.bytes;
            else if (field.number == 4)
                node->op = field.bytes;
            else if (field.number == 7)
                node->domain = field.bytes;
        }
        if (pass == 1) node->ins = onnx->name_count - node->first;
    }
    node->outs = onnx->name_count - node->first - node->ins;
    if (node->name.size == 0 && node->outs > 0)
        node->name = onnx->names[node->first + node->ins];
    if (node->domain.size != 0 && !cut_slice_is(node->domain, "ai.onnx"))
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "%.*s (%.*s) is of domain %.*s.", CUT_NODE_ARGS(node),
                        CUT_SLICE_ARGS(node->domain));
    return CUT_OK;
}

/* ValueInfoProto -> TypeProto -> Tensor -> TensorShapeProto -> Dimension */
static cut_status read_io(cut_onnx_io *io, cut_slice message, cut_error *error)
{
    cut_field field;
    cut_slice type = {0}, tensor = {0}, shape = {0};
    int more;
    *io = (cut_onnx_io){.rank = -1};
    while ((more = cut_pb_next(&message, &field)) == 1) {
        if (field.wire != 2) continue;
        if (field.number == 1) io->name = field.bytes;
        if (field.number == 2) type = field.bytes;
    }
    if (more < 0) return broken(error, "description of an input or output");
    while ((more = cut_pb_next(&type, &field)) == 1)
        if (field.number == 1 && field.wire == 2) tensor = field.bytes;
    if (more < 0) return broken(error, "type of an input or output");
    int shaped = 0;
    while ((more = cut_pb_next(&tensor, &field)) == 1) {
        if (field.number == 1) io->type = (int)(field.value & 255);
        if (field.number == 2 && field.wire == 2) {
            shape = field.bytes;
            shaped = 1;
        }
    }
    if (more < 0) return broken(error, "type of an input or output");
    if (!shaped) return CUT_OK;
    io->rank = 0;
    while ((more = cut_pb_next(&shape, &field)) == 1) {
        if (field.number != 1 || field.wire != 2) continue;
        if (io->rank == CUT_ONNX_MAX_RANK)
            return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                            "%.*s has more than %d dimensions.",
                            CUT_SLICE_ARGS(io->name), CUT_ONNX_MAX_RANK);
        int32_t size = -1;
        cut_slice dim = field.bytes;
        while ((more = cut_pb_next(&dim, &field)) == 1)
            if (field.number == 1 && field.wire == 0)
                size = field.value > 0 && field.value <= INT32_MAX
                           ? (int32_t)field.value
                           : -1;
        if (more < 0) break;
        io->dims[io->rank++] = size;
    }
    return more < 0 ? broken(error, "shape of an input or output") : CUT_OK;
}

/* Fills the tables; CUT_E_MODEL and the like where a message is broken. */
static cut_status read_graph(cut_onnx *onnx, cut_slice graph, cut_error *error)
{
    counts n = {0};
    cut_status status = count_graph(graph, &n, error);
    if (status) return status;
    onnx->nodes = cut_alloc_zero((size_t)n.nodes + 1, sizeof *onnx->nodes);
    onnx->tensors = cut_alloc_zero((size_t)n.tensors + 1,
                                   sizeof *onnx->tensors);
    onnx->inputs = cut_alloc_zero((size_t)n.inputs + 1, sizeof *onnx->inputs);
    onnx->outputs = cut_alloc_zero((size_t)n.outputs + 1,
                                   sizeof *onnx->outputs);
    onnx->names = cut_alloc_zero((size_t)n.names + 1, sizeof *onnx->names);
    if (!onnx->nodes || !onnx->tensors || !onnx->inputs || !onnx->outputs ||
        !onnx->names)
        return cut_fail(error, CUT_E_MEMORY,
                        "No memory for the model's graph.");
    cut_field field;
    while (cut_pb_next(&graph, &field) == 1) {
        if (field.wire != 2) continue;
        if (field.number == 1)
            status = read_node(onnx, field.bytes, error);
        else if (field.number == 5)
            status = cut_onnx_tensor_read(&onnx->tensors[onnx->tensor_count++],
                                          field.bytes, error);
        else if (field.number == 11)
            status = read_io(&onnx->inputs[onnx->input_count++], field.bytes,
                             error);
        else if (field.number == 12)
            status = read_io(&onnx->outputs[onnx->output_count++], field.bytes,
                             error);
        if (status) return status;
    }
    return CUT_OK;
}

/* Two-field messages: OperatorSetIdProto and StringStringEntryProto. */
static int read_pair(cut_slice message, cut_slice *text, cut_field *second)
{
    cut_field field;
    int more;
    *text = (cut_slice){0};
    *second = (cut_field){0};
    while ((more = cut_pb_next(&message, &field)) == 1) {
        if (field.number == 1) *text = field.bytes;
        if (field.number == 2) *second = field;
    }
    return more;
}

cut_status cut_onnx_read(cut_onnx *onnx, cut_slice file, cut_error *error)
{
    *onnx = (cut_onnx){0};
    cut_field field, second;
    cut_slice graph = {0}, text;
    int more, graphs = 0;
    while ((more = cut_pb_next(&file, &field)) == 1) {
        if (field.wire != 2) continue;
        if (field.number == 7) {
            graph = field.bytes;
            graphs++;
        } else if (field.number == 8) {
            if (read_pair(field.bytes, &text, &second) < 0)
                return broken(error, "operator set");
            if (text.size == 0 || cut_slice_is(text, "ai.onnx"))
                onnx->opset = second.value < 1000 ? (int32_t)second.value : 0;
        } else if (field.number == 14) {
            if (read_pair(field.bytes, &text, &second) < 0)
                return broken(error, "metadata");
            if (cut_slice_is(text, "cutaway.ranges"))
                onnx->ranges = second.bytes;
        }
    }
    if (more < 0 || graphs != 1) return broken(error, "file as an ONNX model");
    if (onnx->opset < 7 || onnx->opset > 22)
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "The model is of operator set %d; 7 to 22 are known.",
                        (int)onnx->opset);
    cut_status status = read_graph(onnx, graph, error);
    if (status) cut_onnx_free(onnx);
    return status;
}

void cut_onnx_free(cut_onnx *onnx)
{
    cut_free(onnx->nodes);
    cut_free(onnx->tensors);
    cut_free(onnx->inputs);
    cut_free(onnx->outputs);
    cut_free(onnx->names);
    *onnx = (cut_onnx){0};
}
