/* From nodes on feature maps to operations: attributes read and checked,
 * shapes inferred. What an attribute means is ONNX's Operators.md. */
#include "nn/graph.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

typedef struct infer {
    cut_graph *graph;
    const cut_onnx_node *node;
    cut_why *why;
    const cut_value *in[8]; /* NULL: absent; the first eight */
} infer;

static cut_status unsupported(const infer *f, const char *what)
{
    return cut_fail(f->why, CUT_E_MODEL_UNSUPPORTED, "%.*s (%.*s): %s.",
                    CUT_NODE_ARGS(f->node), what);
}

static cut_status wrong(const infer *f, const char *what)
{
    return cut_fail(f->why, CUT_E_MODEL, "%.*s (%.*s): %s.",
                    CUT_NODE_ARGS(f->node), what);
}

static cut_status no_memory(const infer *f)
{
    return cut_fail(f->why, CUT_E_MEMORY, "No memory for the model's graph.");
}

static const cut_map *map_in(const infer *f, int i)
{
    return f->in[i] && !f->in[i]->is_const ? &f->graph->maps[f->in[i]->index]
                                           : NULL;
}

static const cut_const *const_in(const infer *f, int i)
{
    return f->in[i] && f->in[i]->is_const
               ? &f->graph->consts[f->in[i]->index] : NULL;
}

/* An op of one input map that makes a map of c x h x w. */
static cut_status op_new(const infer *f, cut_op_kind kind, int in, int64_t c,
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

/* The node's first output is the map of `op`. */
static cut_status defined(const infer *f, const cut_op *op)
{
    return cut_define(f->graph, f->graph->onnx.names[f->node->first +
                                                     f->node->ins],
                      0, op->out, f->why);
}

/* The result is the input itself. */
static cut_status same(const infer *f)
{
    if (!map_in(f, 0)) return wrong(f, "no input");
    return cut_define(f->graph, f->graph->onnx.names[f->node->first +
                                                     f->node->ins],
                      0, f->in[0]->index, f->why);
}

/* ---- windows ----------------------------------------------------------- */

static cut_status pair(const infer *f, const char *name, int32_t value[2],
                       int32_t lo, int32_t hi)
{
    int count;
    int32_t read[2];
    cut_status status = cut_onnx_ints(f->node, name, read, 2, &count, f->why);
    if (status || count == 0) return status;
    for (int i = 0; i < 2; i++)
        if (count != 2 || read[i] < lo || read[i] > hi)
            return cut_fail(f->why, CUT_E_MODEL_UNSUPPORTED,
                            "%.*s (%.*s): %s is not two numbers of %d..%d.",
                            CUT_NODE_ARGS(f->node), name, (int)lo, (int)hi);
    value[0] = read[0];
    value[1] = read[1];
    return CUT_OK;
}

/* Output size along one axis; pads of SAME are filled in. */
static int32_t slid(cut_window *window, int axis, int32_t in, cut_slice same,
                    int ceil_mode)
{
    int32_t s = window->s[axis],
            reach = window->d[axis] * (window->k[axis] - 1) + 1;
    int32_t *before = &window->before[axis], *after = &window->after[axis];
    if (same.size != 0) {
        int32_t out = (in + s - 1) / s, pad = (out - 1) * s + reach - in;
        if (pad < 0) pad = 0;
        int lower = cut_slice_is(same, "SAME_LOWER");
        *before = lower ? pad - pad / 2 : pad / 2;
        *after = pad - *before;
    }
    int32_t span = in + *before + *after - reach;
    if (span < 0) return 0;
    int32_t out = span / s + 1;
    if (ceil_mode && span % s != 0 && out * s < in + *before) out++;
    return out;
}

/* Reads kernel_shape, strides, dilations, pads, auto_pad; `k` is the kernel
 * where the weights tell it. Gives the output's size. */
static cut_status window_of(const infer *f, cut_window *window,
                            const int32_t *k, int ceil_mode, int32_t out[2])
{
    *window = (cut_window){ .s = { 1, 1 }, .d = { 1, 1 } };
    const cut_map *in = map_in(f, 0);
    int32_t pads[4] = { 0 };
    int count;
    cut_slice auto_pad;
    cut_status status = pair(f, "kernel_shape", window->k, 1, 1024);
    if (!status) status = pair(f, "strides", window->s, 1, 1024);
    if (!status) status = pair(f, "dilations", window->d, 1, 1024);
    if (!status)
        status = cut_onnx_ints(f->node, "pads", pads, 4, &count, f->why);
    if (!status)
        status = cut_onnx_string(f->node, "auto_pad", &auto_pad, f->why);
    if (status) return status;
    for (int i = 0; i < 2 && k; i++)
        if (k[i] > 1024) return unsupported(f, "its kernel is over 1024 wide");
    if (k && window->k[0] == 0) memcpy(window->k, k, sizeof window->k);
    if (window->k[0] == 0 ||
        (k && (k[0] != window->k[0] || k[1] != window->k[1])))
        return wrong(f, "the kernel's shape");
    if (count != 0 && count != 4) return wrong(f, "pads are not four");
    if (auto_pad.size == 0 || cut_slice_is(auto_pad, "NOTSET")) {
        auto_pad = (cut_slice){ 0 };
        for (int i = 0; i < 4; i++)
            if (pads[i] < 0 || pads[i] > 1024)
                return unsupported(f, "pads are not 0..1024");
        memcpy(window->before, pads, sizeof window->before);
        memcpy(window->after, pads + 2, sizeof window->after);
    } else if (cut_slice_is(auto_pad, "VALID")) {
        auto_pad = (cut_slice){ 0 };
    } else if (!cut_slice_is(auto_pad, "SAME_UPPER") &&
               !cut_slice_is(auto_pad, "SAME_LOWER")) {
        return wrong(f, "auto_pad is not known");
    }
    out[0] = slid(window, 0, in->h, auto_pad, ceil_mode);
    out[1] = slid(window, 1, in->w, auto_pad, ceil_mode);
    /* kernels may copy the padded map, or as much of it as a window needs */
    int64_t h = (int64_t)in->h + window->before[0] + window->after[0],
            w = (int64_t)in->w + window->before[1] + window->after[1];
    if (h * w > CUT_NN_MAX_ELEMENTS / (in->c + 7))
        return unsupported(f, "its padded input is too large");
    return CUT_OK;
}

/* ---- channels ---------------------------------------------------------- */

/* Whether every element is a finite f32. Of 8 bits they always are. */
static int is_finite(const cut_graph *graph, const cut_const *constant)
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

/* The elements of a constant as floats by channel. */
static cut_status floats(const infer *f, const cut_const *constant, int32_t c,
                         float **out)
{
    if (!is_finite(f->graph, constant)) return wrong(f, "a number is not finite");
    *out = cut_alloc((size_t)c, sizeof **out);
    if (!*out) return no_memory(f);
    for (int32_t i = 0; i < c; i++)
        (*out)[i] = (float)cut_const_at(f->graph, constant,
                                        constant->count == 1 ? 0 : (size_t)i);
    return CUT_OK;
}

static cut_status infer_conv(infer *f)
{
    const cut_map *in = map_in(f, 0);
    const cut_const *weights = const_in(f, 1), *bias = const_in(f, 2);
    int32_t groups = 1, out[2];
    cut_status status = cut_onnx_only(
        f->node, "kernel_shape strides dilations pads auto_pad group", f->why);
    if (!status) status = cut_onnx_int(f->node, "group", &groups, f->why);
    if (status) return status;
    if (!in || !weights || (f->in[2] && !bias))
        return unsupported(f, "the weights are not constant");
    if (weights->rank != 4) return unsupported(f, "it is not of two dimensions");
    if (weights->count > CUT_NN_MAX_ELEMENTS / 4)
        return unsupported(f, "it has too many weights");
    int32_t c = weights->dims[0];
    if (groups < 1 || in->c % groups || c < 1 || c % groups ||
        weights->dims[1] != in->c / groups || weights->dims[2] < 1 ||
        weights->dims[3] < 1 || (bias && bias->count != (size_t)c))
        return wrong(f, "the weights' shape does not fit the input");
    if (weights->count / (size_t)c > INT32_MAX / 255) /* 8 bits sum to 32 */
        return unsupported(f, "a filter has too many weights");
    if (!is_finite(f->graph, weights)) return wrong(f, "a weight is not finite");
    cut_window window;
    status = window_of(f, &window, weights->dims + 2, 0, out);
    if (status) return status;
    cut_op *op;
    status = op_new(f, CUT_OP_CONV, f->in[0]->index, c, out[0], out[1], &op);
    if (status) return status;
    op->window = window;
    op->groups = groups;
    op->weights = f->in[1]->index;
    if (bias) status = floats(f, bias, c, &op->add);
    return status ? status : defined(f, op);
}

static cut_status infer_batchnorm(infer *f)
{
    const cut_map *in = map_in(f, 0);
    float epsilon = 1e-5f;
    int32_t training = 0, spatial = 1;
    cut_status status = cut_onnx_only(
        f->node, "epsilon momentum training_mode spatial", f->why);
    if (!status) status = cut_onnx_float(f->node, "epsilon", &epsilon, f->why);
    if (!status)
        status = cut_onnx_int(f->node, "training_mode", &training, f->why);
    if (!status) status = cut_onnx_int(f->node, "spatial", &spatial, f->why);
    if (status) return status;
    if (!in || training || !spatial) return unsupported(f, "its mode");
    for (int i = 1; i < 5; i++)
        if (!const_in(f, i) || const_in(f, i)->count != (size_t)in->c)
            return wrong(f, "its parameters do not fit the input");
    cut_op *op;
    status = op_new(f, CUT_OP_AFFINE, f->in[0]->index, in->c, in->h, in->w,
                    &op);
    if (!status) status = floats(f, const_in(f, 1), in->c, &op->mul);
    if (!status) status = floats(f, const_in(f, 2), in->c, &op->add);
    if (status) return status;
    for (int32_t i = 0; i < in->c; i++) {
        double mean = cut_const_at(f->graph, const_in(f, 3), (size_t)i);
        double variance = cut_const_at(f->graph, const_in(f, 4), (size_t)i);
        double gain = (double)op->mul[i] /
                      sqrt(variance + (double)epsilon);
        op->mul[i] = (float)gain;
        op->add[i] = (float)((double)op->add[i] - mean * gain);
        if (!(op->mul[i] - op->mul[i] == 0 && op->add[i] - op->add[i] == 0))
            return wrong(f, "its parameters give no finite number");
    }
    return defined(f, op);
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
    cut_status status = op_new(f, CUT_OP_AFFINE, map, c, in->h, in->w, &op);
    if (!status) status = floats(f, constant, c, &op->mul);
    if (!status) status = floats(f, constant, c, &op->add);
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
            return wrong(f, "it divides by 0");
    }
    return defined(f, op);
}

/* A constant operand that no affine can be: a map of its own. */
static cut_status const_map(infer *f, int i, int *map)
{
    const cut_const *constant = const_in(f, i);
    int32_t dims[3];
    if (!dims_of(constant, dims)) return unsupported(f, "a constant's shape");
    cut_op *op;
    cut_status status =
        op_new(f, CUT_OP_CONST, -1, dims[0], dims[1], dims[2], &op);
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
    if (!f->in[0] || !f->in[1] || (!map_in(f, 0) && !map_in(f, 1)))
        return wrong(f, "it has not two operands");
    int map[2];
    for (int i = 0; i < 2; i++) {
        map[i] = f->in[i]->index;
        const cut_const *constant = const_in(f, i);
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
    if (!broadcasts(a, b)) return unsupported(f, "the shapes it broadcasts");
    cut_op *op;
    status = op_new(f, CUT_OP_BINARY, map[0], a->c, a->h, a->w, &op);
    if (status) return status;
    f->graph->links[f->graph->link_count++] = map[1];
    op->ins = 2;
    op->binary = binary;
    return defined(f, op);
}

/* ---- one operand ------------------------------------------------------- */

static cut_status infer_act(infer *f, cut_act act)
{
    const cut_map *in = map_in(f, 0);
    if (!in) return wrong(f, "no input");
    cut_op *op;
    cut_status status =
        op_new(f, CUT_OP_ACT, f->in[0]->index, in->c, in->h, in->w, &op);
    if (status) return status;
    op->act = act;
    return defined(f, op);
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
        const cut_const *constant = const_in(f, i);
        if (!constant || constant->count != 1)
            return unsupported(f, "its limits are not constant");
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

/* Whether every window has an element on the map, along one axis: pads may be
 * as wide as a window, and a dilated one may step over a small map. */
static int meets(const cut_window *window, int axis, int32_t in, int32_t out)
{
    for (int32_t i = 0; i < out; i++) {
        int32_t at = i * window->s[axis] - window->before[axis];
        int32_t d = window->d[axis], first = at < 0 ? (d - 1 - at) / d : 0;
        if (first >= window->k[axis] || at + first * d >= in) return 0;
    }
    return 1;
}

static cut_status infer_pool(infer *f, cut_op_kind kind)
{
    int32_t ceil_mode = 0, include_pad = 0, order = 0, out[2];
    if (!map_in(f, 0)) return wrong(f, "no input");
    cut_status status = cut_onnx_only(
        f->node, kind == CUT_OP_MAXPOOL
                     ? "kernel_shape strides dilations pads auto_pad "
                       "ceil_mode storage_order"
                     : "kernel_shape strides dilations pads auto_pad "
                       "ceil_mode count_include_pad", f->why);
    if (!status)
        status = cut_onnx_int(f->node, "ceil_mode", &ceil_mode, f->why);
    if (!status)
        status = cut_onnx_int(f->node, "count_include_pad", &include_pad,
                              f->why);
    if (!status)
        status = cut_onnx_int(f->node, "storage_order", &order, f->why);
    cut_window window;
    if (!status) status = window_of(f, &window, NULL, ceil_mode, out);
    if (status) return status;
    const cut_map *in = map_in(f, 0);
    for (int i = 0; i < 2; i++)
        if (!meets(&window, i, i ? in->w : in->h, out[i]))
            return unsupported(f, "a window lies in the padding alone");
    cut_op *op;
    status = op_new(f, kind, f->in[0]->index, in->c, out[0], out[1], &op);
    if (status) return status;
    op->window = window;
    op->include_pad = include_pad;
    return defined(f, op);
}

static cut_status infer_mean(infer *f, int global)
{
    const cut_map *in = map_in(f, 0);
    int32_t axes[4], keep = 1;
    int count = 0;
    if (!in) return wrong(f, "no input");
    if (!global) {
        cut_status status = cut_onnx_only(f->node, "axes keepdims", f->why);
        if (!status)
            status = cut_onnx_ints(f->node, "axes", axes, 4, &count, f->why);
        if (!status) status = cut_onnx_int(f->node, "keepdims", &keep, f->why);
        if (status) return status;
        const cut_const *list = const_in(f, 1);
        if (f->in[1] && (!list || count || list->count > 4))
            return unsupported(f, "its axes are not constant");
        for (size_t i = 0; list && i < list->count; i++) {
            double axis = cut_const_at(f->graph, list, i);
            if (!(axis >= -4 && axis <= 3)) return wrong(f, "its axes");
            axes[count++] = (int32_t)axis;
        }
        uint32_t mask = 0;
        for (int i = 0; i < count; i++) {
            int32_t axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
            if (axis < 0 || axis > 3) return wrong(f, "its axes");
            mask |= 1u << axis;
        }
        if (keep != 1 || (mask != 2 && mask != 12))
            return unsupported(f, "its axes are not [1] or [2, 3]");
        if (mask == 2) {
            cut_op *op;
            status = op_new(f, CUT_OP_MEAN_CHANNELS, f->in[0]->index, 1,
                            in->h, in->w, &op);
            return status ? status : defined(f, op);
        }
    }
    cut_op *op;
    cut_status status = op_new(f, CUT_OP_MEAN, f->in[0]->index, in->c, 1, 1,
                               &op);
    return status ? status : defined(f, op);
}

static cut_status infer_concat(infer *f)
{
    int32_t axis = 0;
    int64_t c = 0;
    const cut_map *first = map_in(f, 0);
    cut_status status = cut_onnx_only(f->node, "axis", f->why);
    if (!status) status = cut_onnx_int(f->node, "axis", &axis, f->why);
    if (status) return status;
    if (!first || (axis != 1 && axis != -3))
        return unsupported(f, "not of feature maps by channel");
    for (uint32_t i = 0; i < f->node->ins; i++) {
        const cut_value *value = cut_input(f->graph, f->node, i, &status,
                                           f->why);
        if (status) return status;
        if (!value || value->is_const)
            return unsupported(f, "not of feature maps by channel");
        const cut_map *map = &f->graph->maps[value->index];
        if (map->h != first->h || map->w != first->w)
            return wrong(f, "the inputs differ in size");
        c += map->c;
    }
    cut_op *op;
    status = op_new(f, CUT_OP_CONCAT, -1, c, first->h, first->w, &op);
    if (status) return status;
    for (uint32_t i = 0; i < f->node->ins; i++)
        f->graph->links[f->graph->link_count++] =
            cut_input(f->graph, f->node, i, &status, f->why)->index;
    op->ins = f->node->ins;
    return defined(f, op);
}

/* ---- resize ------------------------------------------------------------ */

static int index_of(cut_slice text, const char *const names[])
{
    for (int i = 0; names[i]; i++)
        if (cut_slice_is(text, names[i])) return i;
    return -1;
}

static cut_status resize_modes(infer *f, cut_resize *resize)
{
    static const char *const modes[] = { "nearest", "linear", "bilinear",
                                         NULL };
    static const char *const coordinates[] = {
        "half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel",
        NULL
    };
    static const char *const nearest[] = { "floor", "ceil",
        "round_prefer_floor", "round_prefer_ceil", NULL };
    cut_slice mode, where, round;
    cut_status status = cut_onnx_string(f->node, "mode", &mode, f->why);
    if (!status)
        status = cut_onnx_string(f->node, "coordinate_transformation_mode",
                                 &where, f->why);
    if (!status)
        status = cut_onnx_string(f->node, "nearest_mode", &round, f->why);
    if (status) return status;
    int old = f->graph->onnx.opset < 11; /* Resize-10 and Upsample */
    int m = mode.size ? index_of(mode, modes) : 0;
    int c = where.size ? index_of(where, coordinates)
            : old ? CUT_ASYMMETRIC : CUT_HALF_PIXEL;
    int n = round.size ? index_of(round, nearest)
            : old ? CUT_FLOOR : CUT_PREFER_FLOOR;
    if (m < 0 || c < 0 || n < 0) return unsupported(f, "its mode");
    *resize = (cut_resize){ .linear = m > 0 };
    resize->coordinates = c;
    resize->nearest = n;
    return CUT_OK;
}

static cut_status infer_resize(infer *f, int upsample)
{
    const cut_map *in = map_in(f, 0);
    cut_resize resize;
    int32_t antialias = 0, outside = 0;
    cut_slice policy;
    if (!in) return wrong(f, "no input");
    cut_status status = cut_onnx_only(
        f->node, "mode coordinate_transformation_mode nearest_mode "
        "cubic_coeff_a exclude_outside extrapolation_value antialias "
        "keep_aspect_ratio_policy", f->why);
    if (!status) status = resize_modes(f, &resize);
    if (!status)
        status = cut_onnx_int(f->node, "antialias", &antialias, f->why);
    if (!status)
        status = cut_onnx_int(f->node, "exclude_outside", &outside, f->why);
    if (!status)
        status = cut_onnx_string(f->node, "keep_aspect_ratio_policy", &policy,
                                 f->why);
    if (status) return status;
    if (antialias || (policy.size && !cut_slice_is(policy, "stretch")))
        return unsupported(f, "its mode");
    /* X, roi, scales, sizes; before 11 and in Upsample: X, scales */
    int old = upsample || f->graph->onnx.opset < 11;
    const cut_const *scales = const_in(f, old ? 1 : 2),
                    *sizes = old ? NULL : const_in(f, 3);
    int32_t from[2] = { in->h, in->w }, to[2];
    double lead[2];
    const cut_const *list = sizes && sizes->count ? sizes : scales;
    if (!list || list->count != 4 || (f->in[3] && !const_in(f, 3)))
        return unsupported(f, "its sizes are not four known numbers");
    for (int i = 0; i < 2; i++) {
        double value = cut_const_at(f->graph, list, (size_t)i + 2);
        lead[i] = cut_const_at(f->graph, list, (size_t)i);
        if (!(value > 0 && value <= CUT_NN_MAX_SIDE))
            return wrong(f, "its sizes");
        float scale = (float)value;
        if (list == sizes) scale = (float)value / (float)from[i];
        to[i] = list == sizes ? (int32_t)value
                              : (int32_t)floorf((float)from[i] * scale);
        resize.scale[i] = scale;
    }
    if (lead[0] != 1 || lead[1] != (list == sizes ? in->c : 1))
        return unsupported(f, "it resizes batch or channels");
    cut_op *op;
    status = op_new(f, CUT_OP_RESIZE, f->in[0]->index, in->c, to[0], to[1],
                    &op);
    if (status) return status;
    op->resize = resize;
    return defined(f, op);
}

static cut_status infer_cast(infer *f)
{
    int32_t to = 0;
    cut_status status = cut_onnx_int(f->node, "to", &to, f->why);
    if (status) return status;
    return to == CUT_ONNX_F32 ? same(f) : unsupported(f, "its type");
}

cut_status cut_infer(cut_graph *graph, const cut_onnx_node *node,
                     cut_why *why)
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
    if (cut_slice_is(op, "Conv")) return infer_conv(&f);
    if (cut_slice_is(op, "BatchNormalization")) return infer_batchnorm(&f);
    if (cut_slice_is(op, "Clip")) return infer_clip(&f);
    if (cut_slice_is(op, "LeakyRelu"))
        return infer_scaled_act(&f, (cut_act){ CUT_ACT_LEAKY, 0.01f, 0 });
    if (cut_slice_is(op, "HardSigmoid"))
        return infer_scaled_act(&f, (cut_act){ CUT_ACT_HARDSIGMOID, 0.2f,
                                               0.5f });
    if (cut_slice_is(op, "MaxPool")) return infer_pool(&f, CUT_OP_MAXPOOL);
    if (cut_slice_is(op, "AveragePool")) return infer_pool(&f, CUT_OP_AVGPOOL);
    if (cut_slice_is(op, "GlobalAveragePool")) return infer_mean(&f, 1);
    if (cut_slice_is(op, "ReduceMean")) return infer_mean(&f, 0);
    if (cut_slice_is(op, "Concat")) return infer_concat(&f);
    if (cut_slice_is(op, "Resize")) return infer_resize(&f, 0);
    if (cut_slice_is(op, "Upsample")) return infer_resize(&f, 1);
    if (cut_slice_is(op, "Identity") || cut_slice_is(op, "Dropout"))
        return same(&f);
    if (cut_slice_is(op, "Cast")) return infer_cast(&f);
    return unsupported(&f, "the operator is not known");
}
