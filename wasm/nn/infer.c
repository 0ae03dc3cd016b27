/* From nodes on feature maps to operations: attributes read and checked,
 * shapes inferred. What an attribute means is ONNX's Operators.md. */
#include "nn/infer.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

cut_status cut_unsupported(const infer *f, const char *what)
{
    return cut_fail(f->why, CUT_E_MODEL_UNSUPPORTED, "%.*s (%.*s): %s.",
                    CUT_NODE_ARGS(f->node), what);
}

cut_status cut_wrong(const infer *f, const char *what)
{
    return cut_fail(f->why, CUT_E_MODEL, "%.*s (%.*s): %s.",
                    CUT_NODE_ARGS(f->node), what);
}

static cut_status no_memory(const infer *f)
{
    return cut_fail(f->why, CUT_E_MEMORY, "No memory for the model's graph.");
}

const cut_map *cut_map_in(const infer *f, int i)
{
    return f->in[i] && !f->in[i]->is_const ? &f->graph->maps[f->in[i]->index]
                                           : NULL;
}

const cut_const *cut_const_in(const infer *f, int i)
{
    return f->in[i] && f->in[i]->is_const
               ? &f->graph->consts[f->in[i]->index] : NULL;
}

cut_status cut_op_new(const infer *f, cut_op_kind kind, int in, int64_t c,
                      int64_t h, int64_t w, cut_op **op)
{
    int out;
    cut_status status = cut_map_new(f->graph, f->node, c, h, w, &out, f->why);
    if (status) return status;
    cut_graph *graph = f->graph;
    *op = &graph->ops[graph->op_count++];
    **op = (cut_op){ .kind = kind, .node = f->node, .out = out,
                     .first = graph->link_count, .weights = -1,
                     .residual = -1, .groups = 1 };
    if (in >= 0) {
        graph->links[graph->link_count++] = in;
        (*op)->ins = 1;
    }
    return CUT_OK;
}

cut_status cut_op_done(const infer *f, const cut_op *op)
{
    return cut_define(f->graph, f->graph->onnx.names[f->node->first +
                                                     f->node->ins],
                      0, op->out, f->why);
}

/* The result is the input itself. */
static cut_status same(const infer *f)
{
    if (!cut_map_in(f, 0)) return cut_wrong(f, "no input");
    return cut_define(f->graph, f->graph->onnx.names[f->node->first +
                                                     f->node->ins],
                      0, f->in[0]->index, f->why);
}

/* ---- channels ---------------------------------------------------------- */

int cut_is_finite(const cut_graph *graph, const cut_const *constant)
{
    const cut_const *real = constant->quantised
        ? &graph->consts[constant->scale] : constant;
    if (!real->numbers && real->type != CUT_ONNX_F32 &&
        real->type != CUT_ONNX_F16)
        return 1;
    for (size_t i = 0; i < real->count; i++) {
        float value;
        if (real->numbers || real->type != CUT_ONNX_F32)
            value = (float)cut_const_at(graph, real, i);
        else
            memcpy(&value, real->raw + 4 * i, 4);
        if (!(value - value == 0)) return 0;
    }
    return 1;
}

cut_status cut_floats(const infer *f, const cut_const *constant, int32_t c,
                      float **out)
{
    if (!cut_is_finite(f->graph, constant))
        return cut_wrong(f, "a number is not finite");
    *out = cut_alloc((size_t)c, sizeof **out);
    if (!*out) return no_memory(f);
    for (int32_t i = 0; i < c; i++)
        (*out)[i] = (float)cut_const_at(f->graph, constant,
                                        constant->count == 1 ? 0 : (size_t)i);
    return CUT_OK;
}

static cut_status infer_batchnorm(infer *f)
{
    const cut_map *in = cut_map_in(f, 0);
    float epsilon = 1e-5f;
    int32_t training = 0, spatial = 1;
    cut_status status = cut_onnx_only(
        f->node, "epsilon momentum training_mode spatial", f->why);
    if (!status) status = cut_onnx_float(f->node, "epsilon", &epsilon, f->why);
    if (!status)
        status = cut_onnx_int(f->node, "training_mode", &training, f->why);
    if (!status) status = cut_onnx_int(f->node, "spatial", &spatial, f->why);
    if (status) return status;
    if (!in || training || !spatial) return cut_unsupported(f, "its mode");
    for (int i = 1; i < 5; i++)
        if (!cut_const_in(f, i) || cut_const_in(f, i)->count != (size_t)in->c)
            return cut_wrong(f, "its parameters do not fit the input");
    cut_op *op;
    status =
        cut_op_new(f, CUT_OP_AFFINE, f->in[0]->index, in->c, in->h, in->w, &op);
    if (!status) status = cut_floats(f, cut_const_in(f, 1), in->c, &op->mul);
    if (!status) status = cut_floats(f, cut_const_in(f, 2), in->c, &op->add);
    if (status) return status;
    for (int32_t i = 0; i < in->c; i++) {
        double mean = cut_const_at(f->graph, cut_const_in(f, 3), (size_t)i);
        double variance = cut_const_at(f->graph, cut_const_in(f, 4), (size_t)i);
        double gain = (double)op->mul[i] /
                      sqrt(variance + (double)epsilon);
        op->mul[i] = (float)gain;
        op->add[i] = (float)((double)op->add[i] - mean * gain);
        if (!(op->mul[i] - op->mul[i] == 0 && op->add[i] - op->add[i] == 0))
            return cut_wrong(f, "its parameters give no finite number");
    }
    return cut_op_done(f, op);
}

/* ---- two operands ------------------------------------------------------ */

/* A constant as [c][h][w] for broadcasting; 0 when it is none. */
static int dims_of(const cut_const *constant, int32_t dims[3])
{
    dims[0] = dims[1] = dims[2] = 1;
    if (constant->rank > 4 ||
        (constant->rank == 4 && constant->dims[0] != 1))
        return 0;
    int rank = constant->rank > 3 ? 3 : constant->rank;
    for (int i = 0; i < rank; i++)
        dims[3 - rank + i] = constant->dims[constant->rank - rank + i];
    return 1;
}

/* y = x (op) constant by channel: mul and add. 0 when it cannot be. */
static cut_status affine(infer *f, int map, const cut_const *constant,
                         int binary, int constant_first)
{
    const cut_map *in = &f->graph->maps[map];
    cut_op *op;
    int32_t c = in->c;
    cut_status status = cut_op_new(f, CUT_OP_AFFINE, map, c, in->h, in->w, &op);
    if (!status) status = cut_floats(f, constant, c, &op->mul);
    if (!status) status = cut_floats(f, constant, c, &op->add);
    if (status) return status;
    for (int32_t i = 0; i < c; i++) {
        float value = op->mul[i];
        switch (binary) {
        case CUT_ADD: op->mul[i] = 1; break;
        case CUT_SUB:
            op->mul[i] = constant_first ? -1.0f : 1.0f;
            op->add[i] = constant_first ? value : -value;
            break;
        case CUT_MUL: op->add[i] = 0; break;
        default:
            op->mul[i] = 1.0f / value;
            op->add[i] = 0;
            break;
        }
        if (!(op->mul[i] - op->mul[i] == 0))
            return cut_wrong(f, "it divides by 0");
    }
    return cut_op_done(f, op);
}

/* A constant operand that no affine can be: a map of its own. */
static cut_status const_map(infer *f, int i, int *map)
{
    const cut_const *constant = cut_const_in(f, i);
    int32_t dims[3];
    if (!dims_of(constant, dims))
        return cut_unsupported(f, "a constant's shape");
    cut_op *op;
    cut_status status =
        cut_op_new(f, CUT_OP_CONST, -1, dims[0], dims[1], dims[2], &op);
    if (status) return status;
    op->weights = f->in[i]->index;
    *map = op->out;
    return CUT_OK;
}

static int broadcasts(const cut_map *to, const cut_map *from)
{
    return (from->c == to->c || from->c == 1) &&
           ((from->h == to->h && from->w == to->w) ||
            (from->h == 1 && from->w == 1));
}

static cut_status infer_binary(infer *f, int binary)
{
    cut_status status = cut_onnx_only(f->node, "", f->why);
    if (status) return status;
    if (!f->in[0] || !f->in[1] || (!cut_map_in(f, 0) && !cut_map_in(f, 1)))
        return cut_wrong(f, "it has not two operands");
    int map[2];
    for (int i = 0; i < 2; i++) {
        map[i] = f->in[i]->index;
        const cut_const *constant = cut_const_in(f, i);
        if (!constant) continue;
        int32_t dims[3];
        int other = f->in[1 - i]->index, first = i == 0;
        if (dims_of(constant, dims) && dims[1] == 1 && dims[2] == 1 &&
            (dims[0] == 1 || dims[0] == f->graph->maps[other].c) &&
            !(binary == CUT_DIV && first))
            return affine(f, other, constant, binary, first);
        status = const_map(f, i, &map[i]);
        if (status) return status;
    }
    /* the larger first */
    const cut_map *a = &f->graph->maps[map[0]], *b = &f->graph->maps[map[1]];
    if (!broadcasts(a, b) && broadcasts(b, a)) {
        int swap = map[0];
        map[0] = map[1];
        map[1] = swap;
        a = &f->graph->maps[map[0]];
        b = &f->graph->maps[map[1]];
        if (binary == CUT_SUB) binary = CUT_SUB_FROM;
        if (binary == CUT_DIV) binary = CUT_DIV_INTO;
    }
    if (!broadcasts(a, b))
        return cut_unsupported(f, "the shapes it broadcasts");
    cut_op *op;
    status = cut_op_new(f, CUT_OP_BINARY, map[0], a->c, a->h, a->w, &op);
    if (status) return status;
    f->graph->links[f->graph->link_count++] = map[1];
    op->ins = 2;
    op->binary = binary;
    return cut_op_done(f, op);
}

/* ---- one operand ------------------------------------------------------- */

static cut_status infer_act(infer *f, cut_act act)
{
    const cut_map *in = cut_map_in(f, 0);
    if (!in) return cut_wrong(f, "no input");
    cut_op *op;
    cut_status status =
        cut_op_new(f, CUT_OP_ACT, f->in[0]->index, in->c, in->h, in->w, &op);
    if (status) return status;
    op->act = act;
    return cut_op_done(f, op);
}

static cut_status infer_clip(infer *f)
{
    cut_act act = { CUT_ACT_CLAMP, -3.402823466e38f, 3.402823466e38f };
    cut_status status = cut_onnx_only(f->node, "min max", f->why);
    if (!status) status = cut_onnx_float(f->node, "min", &act.a, f->why);
    if (!status) status = cut_onnx_float(f->node, "max", &act.b, f->why);
    if (status) return status;
    for (int i = 1; i < 3; i++) {
        if (!f->in[i]) continue;
        const cut_const *constant = cut_const_in(f, i);
        if (!constant || constant->count != 1)
            return cut_unsupported(f, "its limits are not constant");
        float limit = (float)cut_const_at(f->graph, constant, 0);
        *(i == 1 ? &act.a : &act.b) = limit;
    }
    return infer_act(f, act);
}

static cut_status infer_scaled_act(infer *f, cut_act act)
{
    cut_status status = cut_onnx_only(
        f->node, act.kind == CUT_ACT_LEAKY ? "alpha" : "alpha beta", f->why);
    if (!status) status = cut_onnx_float(f->node, "alpha", &act.a, f->why);
    if (!status) status = cut_onnx_float(f->node, "beta", &act.b, f->why);
    return status ? status : infer_act(f, act);
}

static cut_status infer_simple_act(infer *f, cut_act act)
{
    cut_status status = cut_onnx_only(f->node, "", f->why);
    return status ? status : infer_act(f, act);
}

static cut_status infer_mean(infer *f, int global)
{
    const cut_map *in = cut_map_in(f, 0);
    int32_t axes[4], keep = 1;
    int count = 0;
    if (!in) return cut_wrong(f, "no input");
    if (!global) {
        cut_status status = cut_onnx_only(f->node, "axes keepdims", f->why);
        if (!status)
            status = cut_onnx_ints(f->node, "axes", axes, 4, &count, f->why);
        if (!status) status = cut_onnx_int(f->node, "keepdims", &keep, f->why);
        if (status) return status;
        const cut_const *list = cut_const_in(f, 1);
        if (f->in[1] && (!list || count || list->count > 4))
            return cut_unsupported(f, "its axes are not constant");
        for (size_t i = 0; list && i < list->count; i++) {
            double axis = cut_const_at(f->graph, list, i);
            if (!(axis >= -4 && axis <= 3)) return cut_wrong(f, "its axes");
            axes[count++] = (int32_t)axis;
        }
        uint32_t mask = 0;
        for (int i = 0; i < count; i++) {
            int32_t axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
            if (axis < 0 || axis > 3) return cut_wrong(f, "its axes");
            mask |= 1u << axis;
        }
        if (keep != 1 || (mask != 2 && mask != 12))
            return cut_unsupported(f, "its axes are not [1] or [2, 3]");
        if (mask == 2) {
            cut_op *op;
            status = cut_op_new(f, CUT_OP_MEAN_CHANNELS, f->in[0]->index, 1,
                                in->h, in->w, &op);
            return status ? status : cut_op_done(f, op);
        }
    }
    cut_op *op;
    cut_status status =
        cut_op_new(f, CUT_OP_MEAN, f->in[0]->index, in->c, 1, 1, &op);
    return status ? status : cut_op_done(f, op);
}

static cut_status infer_concat(infer *f)
{
    int32_t axis = 0;
    int64_t c = 0;
    const cut_map *first = cut_map_in(f, 0);
    cut_status status = cut_onnx_only(f->node, "axis", f->why);
    if (!status) status = cut_onnx_int(f->node, "axis", &axis, f->why);
    if (status) return status;
    if (!first || (axis != 1 && axis != -3))
        return cut_unsupported(f, "not of feature maps by channel");
    for (uint32_t i = 0; i < f->node->ins; i++) {
        const cut_value *value = cut_input(f->graph, f->node, i, &status,
                                           f->why);
        if (status) return status;
        if (!value || value->is_const)
            return cut_unsupported(f, "not of feature maps by channel");
        const cut_map *map = &f->graph->maps[value->index];
        if (map->h != first->h || map->w != first->w)
            return cut_wrong(f, "the inputs differ in size");
        c += map->c;
    }
    cut_op *op;
    status = cut_op_new(f, CUT_OP_CONCAT, -1, c, first->h, first->w, &op);
    if (status) return status;
    for (uint32_t i = 0; i < f->node->ins; i++)
        f->graph->links[f->graph->link_count++] =
            cut_input(f->graph, f->node, i, &status, f->why)->index;
    op->ins = f->node->ins;
    return cut_op_done(f, op);
}

static cut_status infer_cast(infer *f)
{
    int32_t to = 0;
    cut_status status = cut_onnx_int(f->node, "to", &to, f->why);
    if (status) return status;
    return to == CUT_ONNX_F32 ? same(f) : cut_unsupported(f, "its type");
}

cut_status cut_infer(cut_graph *graph, const cut_onnx_node *node,
                     cut_error *why)
{
    infer f = { .graph = graph, .node = node, .why = why };
    cut_status status = CUT_OK;
    for (uint32_t i = 0; i < node->ins && i < 8; i++)
        f.in[i] = cut_input(graph, node, i, &status, why);
    if (status) return status;
    static const struct { const char *op; cut_act act; } acts[] = {
        { "Relu", { CUT_ACT_CLAMP, 0, 3.402823466e38f } },
        { "Sigmoid", { CUT_ACT_SIGMOID, 0, 0 } },
        { "HardSwish", { CUT_ACT_HARDSWISH, 0, 0 } }
    };
    static const struct { const char *op; int binary; } binaries[] = {
        { "Add", CUT_ADD }, { "Sub", CUT_SUB }, { "Mul", CUT_MUL },
        { "Div", CUT_DIV }
    };
    const cut_slice op = node->op;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (cut_slice_is(op, acts[i].op))
            return infer_simple_act(&f, acts[i].act);
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
        if (cut_slice_is(op, binaries[i].op))
            return infer_binary(&f, binaries[i].binary);
    if (cut_slice_is(op, "Conv")) return cut_infer_conv(&f);
    if (cut_slice_is(op, "BatchNormalization")) return infer_batchnorm(&f);
    if (cut_slice_is(op, "Clip")) return infer_clip(&f);
    if (cut_slice_is(op, "LeakyRelu"))
        return infer_scaled_act(&f, (cut_act){ CUT_ACT_LEAKY, 0.01f, 0 });
    if (cut_slice_is(op, "HardSigmoid"))
        return infer_scaled_act(&f, (cut_act){ CUT_ACT_HARDSIGMOID, 0.2f,
                                               0.5f });
    if (cut_slice_is(op, "MaxPool")) return cut_infer_pool(&f, CUT_OP_MAXPOOL);
    if (cut_slice_is(op, "AveragePool"))
        return cut_infer_pool(&f, CUT_OP_AVGPOOL);
    if (cut_slice_is(op, "GlobalAveragePool")) return infer_mean(&f, 1);
    if (cut_slice_is(op, "ReduceMean")) return infer_mean(&f, 0);
    if (cut_slice_is(op, "Concat")) return infer_concat(&f);
    if (cut_slice_is(op, "Resize")) return cut_infer_resize(&f, 0);
    if (cut_slice_is(op, "Upsample")) return cut_infer_resize(&f, 1);
    if (cut_slice_is(op, "Identity") || cut_slice_is(op, "Dropout"))
        return same(&f);
    if (cut_slice_is(op, "Cast")) return infer_cast(&f);
    return cut_unsupported(&f, "the operator is not known");
}
