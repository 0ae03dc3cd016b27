/* Nodes whose inputs are known at load: weights on their way to a convolution,
 * and the little arithmetic on shapes by which exporters write the sizes of a
 * Resize. */
#include "nn/graph.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

#define MAX_NUMBERS 4096 /* elements that arithmetic is done on */

typedef struct fold {
    cut_graph *graph;
    const cut_onnx_node *node;
    cut_error *why;
    cut_const *in[5]; /* NULL: absent */
    uint32_t ins;
} fold;

/* What a constant means: dequantised it is f32. */
static int type_of(const cut_const *constant)
{
    return constant->quantised ? CUT_ONNX_F32 : constant->type;
}

static cut_status unsupported(const fold *f, const char *what)
{
    return cut_fail(f->why, CUT_E_MODEL_UNSUPPORTED,
                    "%.*s (%.*s) of constants: %s.", CUT_NODE_ARGS(f->node),
                    what);
}

static cut_status result(const fold *f, const cut_const *constant)
{
    int index = (int)(constant - f->graph->consts);
    return cut_define(f->graph, f->graph->onnx.names[f->node->first +
                                                     f->node->ins],
                      1, index, f->why);
}

/* The number as an int32_t; what is none becomes one that fits nowhere. */
static int32_t whole(double value)
{
    return value > -2147483648.0 && value < 2147483648.0 ? (int32_t)value
                                                         : INT32_MIN;
}

/* A constant of other dims or type with the elements of another. */
static cut_status reshaped(const fold *f, const cut_const *from, int type,
                           int rank, const int32_t *dims)
{
    if (from->quantised || type != from->type) {
        if (from->count > MAX_NUMBERS && type != CUT_ONNX_F32)
            return unsupported(f, "too many elements");
        cut_const copy = *from; /* the table may not move: rooms are fixed */
        cut_const *out = cut_const_new(f->graph, type, rank, dims, f->why);
        if (!out) return CUT_E_MEMORY;
        for (size_t i = 0; i < out->count && i < copy.count; i++) {
            double v = cut_const_at(f->graph, &copy, i);
            out->numbers[i] = type == CUT_ONNX_F32 ? (double)(float)v
                                                   : trunc(v);
        }
        return result(f, out);
    }
    if (from->numbers) {
        cut_const *out = cut_const_new(f->graph, type, rank, dims, f->why);
        if (!out) return CUT_E_MEMORY;
        memcpy(out->numbers, from->numbers, out->count * sizeof(double));
        return result(f, out);
    }
    cut_const *out = &f->graph->consts[f->graph->const_count++];
    *out = *from;
    out->rank = rank;
    for (int i = 0; i < rank; i++) out->dims[i] = dims[i];
    return result(f, out);
}

static cut_status fold_constant(const fold *f)
{
    cut_onnx_tensor tensor;
    int found, index;
    cut_status status =
        cut_onnx_tensor_attr(f->node, "value", &tensor, &found, f->why);
    if (!status && found) {
        status = cut_const_of_tensor(f->graph, &tensor, &index, f->why);
        return status ? status : result(f, &f->graph->consts[index]);
    }
    if (!status)
        status = cut_onnx_only(f->node, "value value_float value_int "
                               "value_ints", f->why);
    if (status) return status;
    int32_t ints[64], one = INT32_MIN;
    int count;
    float real = NAN;
    status = cut_onnx_float(f->node, "value_float", &real, f->why);
    if (!status) status = cut_onnx_int(f->node, "value_int", &one, f->why);
    if (!status)
        status = cut_onnx_ints(f->node, "value_ints", ints, 64, &count,
                               f->why);
    if (status) return status;
    int is_float = !isnan(real), scalar = is_float || one != INT32_MIN;
    cut_const *out = cut_const_new(f->graph,
                                   is_float ? CUT_ONNX_F32 : CUT_ONNX_I64,
                                   !scalar, (int32_t[]){ count }, f->why);
    if (!out) return CUT_E_MEMORY;
    for (size_t i = 0; i < out->count; i++)
        out->numbers[i] = is_float ? (double)real : scalar ? one : ints[i];
    return result(f, out);
}

static cut_status fold_dequantize(const fold *f)
{
    int32_t axis = 1;
    cut_status status = cut_onnx_only(f->node, "axis", f->why);
    if (!status) status = cut_onnx_int(f->node, "axis", &axis, f->why);
    if (status) return status;
    const cut_const *from = f->in[0], *scale = f->in[1], *zero = f->in[2];
    if (!scale || from->quantised || scale->type != CUT_ONNX_F32 ||
        scale->quantised ||
        (from->type != CUT_ONNX_I8 && from->type != CUT_ONNX_U8 &&
         from->type != CUT_ONNX_I32) ||
        (zero && (zero->type != from->type || zero->quantised)))
        return unsupported(f, "not 8 or 32 bits by an f32 scale");
    if (axis < 0) axis += from->rank;
    if (scale->count == 0 || (zero && zero->count != scale->count) ||
        (scale->count > 1 &&
         (axis < 0 || axis >= from->rank ||
          (size_t)from->dims[axis] != scale->count)))
        return cut_fail(f->why, CUT_E_MODEL,
                        "%.*s (%.*s): the scale has %u elements.",
                        CUT_NODE_ARGS(f->node), (unsigned)scale->count);
    cut_const *out = &f->graph->consts[f->graph->const_count++];
    *out = *from;
    if (from->numbers) { /* owned by `from`: a copy of its own */
        out->numbers = cut_alloc(from->count + 1, sizeof(double));
        if (!out->numbers)
            return cut_fail(f->why, CUT_E_MEMORY,
                            "No memory for the model's graph.");
        memcpy(out->numbers, from->numbers, from->count * sizeof(double));
    }
    out->quantised = 1;
    out->axis = axis;
    out->scale = (int)(scale - f->graph->consts);
    out->zero = zero ? (int)(zero - f->graph->consts) : -1;
    return result(f, out);
}

static int is_small(const cut_const *constant)
{
    return !constant || constant->count <= MAX_NUMBERS;
}

static double at(const fold *f, uint32_t in, size_t i)
{
    return cut_const_at(f->graph, f->in[in], i);
}

static cut_status fold_gather(const fold *f)
{
    int32_t axis = 0;
    cut_status status = cut_onnx_int(f->node, "axis", &axis, f->why);
    if (status) return status;
    const cut_const *data = f->in[0], *index = f->in[1];
    if (!index || data->rank != 1 || (axis != 0 && axis != -1) ||
        index->rank > 1)
        return unsupported(f, "more than one dimension");
    cut_const *out = cut_const_new(f->graph, type_of(data), index->rank,
                                   index->dims, f->why);
    if (!out) return CUT_E_MEMORY;
    for (size_t i = 0; i < out->count; i++) {
        double where = at(f, 1, i);
        if (where < 0) where += (double)data->count;
        if (!(where >= 0 && where < (double)data->count))
            return cut_fail(f->why, CUT_E_MODEL,
                            "%.*s (%.*s) reads beyond its data.",
                            CUT_NODE_ARGS(f->node));
        out->numbers[i] = at(f, 0, (size_t)where);
    }
    return result(f, out);
}

static int32_t bound(double value, double count)
{
    if (value < 0) value += count;
    return (int32_t)(value > count ? count : value > 0 ? value : 0);
}

static cut_status fold_slice(const fold *f)
{
    const cut_const *data = f->in[0];
    int32_t starts[1] = { 0 }, ends[1] = { 0 };
    int count = 0, more = 0;
    double from, to;
    if (f->ins == 1) { /* before operator set 10 */
        cut_status status = cut_onnx_ints(f->node, "starts", starts, 1, &count,
                                          f->why);
        if (!status)
            status = cut_onnx_ints(f->node, "ends", ends, 1, &more, f->why);
        if (status) return status;
        if (count != 1 || more != 1)
            return unsupported(f, "more than one dimension");
        from = starts[0];
        to = ends[0];
    } else {
        if (!f->in[1] || !f->in[2] || f->in[1]->count != 1 ||
            f->in[2]->count != 1)
            return unsupported(f, "more than one dimension");
        from = at(f, 1, 0);
        to = at(f, 2, 0);
    }
    if (data->rank != 1 || (f->in[3] && f->in[3]->count != 1) ||
        (f->in[4] && (f->in[4]->count != 1 || at(f, 4, 0) != 1)))
        return unsupported(f, "more than one dimension, or a step");
    int32_t first = bound(from, (double)data->count),
            last = bound(to, (double)data->count);
    int32_t size = last > first ? last - first : 0;
    cut_const *out = cut_const_new(f->graph, type_of(data), 1, &size, f->why);
    if (!out) return CUT_E_MEMORY;
    for (int32_t i = 0; i < size; i++)
        out->numbers[i] = at(f, 0, (size_t)(first + i));
    return result(f, out);
}

static cut_status fold_concat(fold *f)
{
    size_t count = 0;
    cut_status status = CUT_OK;
    for (int pass = 0; pass < 2; pass++) {
        cut_const *out = NULL;
        if (pass == 1) {
            int32_t size = (int32_t)count;
            out = cut_const_new(f->graph, type_of(f->in[0]), 1, &size,
                                f->why);
            if (!out) return CUT_E_MEMORY;
        }
        size_t filled = 0;
        for (uint32_t k = 0; k < f->node->ins; k++) {
            const cut_value *value =
                cut_input(f->graph, f->node, k, &status, f->why);
            if (!value) return status ? status : unsupported(f, "no input");
            const cut_const *part = &f->graph->consts[value->index];
            if (part->rank > 1 ||
                (pass == 0 && count + part->count > MAX_NUMBERS))
                return unsupported(f, "more than one dimension");
            if (pass == 0)
                count += part->count;
            else
                for (size_t i = 0; i < part->count; i++)
                    out->numbers[filled++] = cut_const_at(f->graph, part, i);
        }
        if (pass == 1) return result(f, out);
    }
    return CUT_OK;
}

/* The shape after Unsqueeze or Squeeze; axes as attribute or as input. */
static cut_status squeezed(const fold *f, int32_t dims[CUT_ONNX_MAX_RANK],
                           int *rank)
{
    const cut_const *from = f->in[0], *list = f->in[1];
    int32_t axes[CUT_ONNX_MAX_RANK];
    int count, add = cut_slice_is(f->node->op, "Unsqueeze");
    cut_status status = cut_onnx_ints(f->node, "axes", axes,
                                      CUT_ONNX_MAX_RANK, &count, f->why);
    if (status) return status;
    if (list) {
        count = list->count > CUT_ONNX_MAX_RANK ? CUT_ONNX_MAX_RANK + 1
                                                : (int)list->count;
        for (int i = 0; i < count && i < CUT_ONNX_MAX_RANK; i++)
            axes[i] = whole(at(f, 1, (size_t)i));
    }
    int total = from->rank + (add ? count : 0);
    if (total > CUT_ONNX_MAX_RANK || count > CUT_ONNX_MAX_RANK)
        return unsupported(f, "its shape");
    uint32_t chosen = 0;
    for (int i = 0; i < count; i++) {
        int32_t axis = axes[i] < 0 ? axes[i] + total : axes[i];
        if (axis < 0 || axis >= total) return unsupported(f, "its axes");
        chosen |= 1u << axis;
    }
    int next = 0;
    *rank = 0;
    for (int i = 0; i < total; i++) {
        int is_chosen = (int)(chosen >> i & 1);
        if (add) {
            if (!is_chosen && next == from->rank)
                return unsupported(f, "its axes");
            dims[(*rank)++] = is_chosen ? 1 : from->dims[next++];
        } else if (!is_chosen && (count || from->dims[i] != 1)) {
            dims[(*rank)++] = from->dims[i];
        }
    }
    return CUT_OK;
}

static cut_status fold_reshape(const fold *f)
{
    const cut_const *from = f->in[0];
    int32_t dims[CUT_ONNX_MAX_RANK] = { 0 };
    int rank = 0, rest = -1;
    size_t known = 1;
    if (cut_slice_is(f->node->op, "Reshape")) {
        if (!f->in[1] || f->in[1]->count > CUT_ONNX_MAX_RANK)
            return unsupported(f, "its shape");
        rank = (int)f->in[1]->count;
        for (int i = 0; i < rank; i++) {
            double size = at(f, 1, (size_t)i);
            if (size == 0 && i < from->rank) size = from->dims[i];
            if (size == -1 && rest < 0)
                rest = i;
            else if (!(size >= 0 && size <= INT32_MAX) ||
                     __builtin_mul_overflow(known, (size_t)size, &known))
                return unsupported(f, "its shape");
            else
                dims[i] = (int32_t)size;
        }
        if (rest >= 0)
            dims[rest] = known ? (int32_t)(from->count / known) : 0;
    } else {
        cut_status status = squeezed(f, dims, &rank);
        if (status) return status;
    }
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(count, (size_t)dims[i], &count))
            return unsupported(f, "its shape");
    if (count != from->count) return unsupported(f, "its shape");
    return reshaped(f, from, type_of(from), rank, dims);
}

static cut_status fold_arithmetic(const fold *f, char op)
{
    const cut_const *a = f->in[0], *b = f->in[1] ? f->in[1] : a;
    int same = a->rank == b->rank &&
               memcmp(a->dims, b->dims, (size_t)a->rank * 4) == 0;
    if (!same && a->count != 1 && b->count != 1)
        return unsupported(f, "shapes that differ");
    const cut_const *shape =
        a->count == 1 && (b->count != 1 || b->rank > a->rank) ? b : a;
    cut_const *out = cut_const_new(f->graph, type_of(a), shape->rank,
                                   shape->dims, f->why);
    if (!out) return CUT_E_MEMORY;
    int whole = type_of(a) != CUT_ONNX_F32;
    for (size_t i = 0; i < out->count; i++) {
        double x = at(f, 0, a->count == 1 ? 0 : i);
        double y = f->in[1] ? at(f, 1, b->count == 1 ? 0 : i) : 1;
        if (op == '/' && whole && y == 0)
            return cut_fail(f->why, CUT_E_MODEL, "%.*s (%.*s) divides by 0.",
                            CUT_NODE_ARGS(f->node));
        double v = op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y
                   : op == '/' ? x / y : op == 'f' ? floor(x) : ceil(x);
        out->numbers[i] = whole ? trunc(v) : (double)(float)v;
    }
    return result(f, out);
}

static cut_status fold_cast(const fold *f)
{
    int32_t to = 0;
    cut_status status = cut_onnx_int(f->node, "to", &to, f->why);
    if (status) return status;
    if (to != CUT_ONNX_F32 && to != CUT_ONNX_I64 && to != CUT_ONNX_I32)
        return unsupported(f, "a type that is not known");
    return reshaped(f, f->in[0], to, f->in[0]->rank, f->in[0]->dims);
}

static cut_status fold_shape(const fold *f, const cut_value *of)
{
    cut_status status = cut_onnx_only(f->node, "", f->why);
    if (status) return status;
    int32_t dims[CUT_ONNX_MAX_RANK] = { 1 };
    int32_t rank = 4;
    if (of->is_const) {
        const cut_const *constant = &f->graph->consts[of->index];
        rank = constant->rank;
        memcpy(dims, constant->dims, sizeof dims);
    } else {
        const cut_map *map = &f->graph->maps[of->index];
        dims[1] = map->c;
        dims[2] = map->h;
        dims[3] = map->w;
    }
    cut_const *out = cut_const_new(f->graph, CUT_ONNX_I64, 1, &rank, f->why);
    if (!out) return CUT_E_MEMORY;
    for (int32_t i = 0; i < rank; i++) out->numbers[i] = dims[i];
    return result(f, out);
}

cut_status cut_fold(cut_graph *graph, const cut_onnx_node *node, int *done,
                    cut_error *why)
{
    fold f = { .graph = graph, .node = node, .why = why };
    cut_status status = CUT_OK;
    *done = 1;
    if (node->outs == 0)
        return cut_fail(why, CUT_E_MODEL, "%.*s (%.*s) has no output.",
                        CUT_NODE_ARGS(node));
    if (cut_slice_is(node->op, "Constant")) return fold_constant(&f);
    f.ins = node->ins;
    for (uint32_t i = 0; i < node->ins; i++) {
        const cut_value *value = cut_input(graph, node, i, &status, why);
        if (status) return status;
        if (i == 0 && value && cut_slice_is(node->op, "Shape"))
            return fold_shape(&f, value);
        if (value && !value->is_const) {
            *done = 0;
            return CUT_OK;
        }
        if (i < 5) f.in[i] = value ? &graph->consts[value->index] : NULL;
    }
    if (!f.in[0]) {
        *done = 0; /* no input at all: infer names it */
        return CUT_OK;
    }
    if (cut_slice_is(node->op, "DequantizeLinear")) return fold_dequantize(&f);
    if (cut_slice_is(node->op, "Identity")) return result(&f, f.in[0]);
    if (cut_slice_is(node->op, "Cast")) return fold_cast(&f);
    if (cut_slice_is(node->op, "Reshape") ||
        cut_slice_is(node->op, "Unsqueeze") ||
        cut_slice_is(node->op, "Squeeze"))
        return fold_reshape(&f);
    if (!is_small(f.in[0]) || !is_small(f.in[1]))
        return unsupported(&f, "too many elements");
    if (cut_slice_is(node->op, "Gather")) return fold_gather(&f);
    if (cut_slice_is(node->op, "Slice")) return fold_slice(&f);
    if (cut_slice_is(node->op, "Concat")) return fold_concat(&f);
    static const struct { const char *op; char sign; uint32_t ins; } signs[] = {
        { "Add", '+', 2 }, { "Sub", '-', 2 }, { "Mul", '*', 2 },
        { "Div", '/', 2 }, { "Floor", 'f', 1 }, { "Ceil", 'c', 1 }
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (cut_slice_is(node->op, signs[i].op) && node->ins == signs[i].ins)
            return fold_arithmetic(&f, signs[i].sign);
    *done = 0;
    return CUT_OK;
}
