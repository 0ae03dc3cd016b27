#include "nn/graph/fold_shape.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "nn/graph/consts.h"
#include "nn/onnx/attributes.h"

/* The number as an int32_t; what is none becomes one that fits nowhere. */
static int32_t whole(double value)
{
    return value > -2147483648.0 && value < 2147483648.0 ? (int32_t)value
                                                         : INT32_MIN;
}

/* A constant of other dims or type with the elements of another. */
static cut_status reshaped(const cut_fold_node *f, const cut_const *from,
                           int type, int rank, const int32_t *dims)
{
    if (from->quantised || type != from->type) {
        if (from->count > CUT_FOLD_MAX_NUMBERS && type != CUT_ONNX_F32)
            return cut_fold_unsupported(f, "too many elements");
        cut_const copy = *from; /* the table may not move: rooms are fixed */
        cut_const *out = cut_const_new(f->graph, type, rank, dims, f->error);
        if (!out) return CUT_E_MEMORY;
        for (size_t i = 0; i < out->count && i < copy.count; i++) {
            double v = cut_const_at(f->graph, &copy, i);
            out->numbers[i] = type == CUT_ONNX_F32 ? (double)(float)v
                                                   : trunc(v);
        }
        return cut_fold_result(f, out);
    }
    if (from->numbers) {
        cut_const *out = cut_const_new(f->graph, type, rank, dims, f->error);
        if (!out) return CUT_E_MEMORY;
        memcpy(out->numbers, from->numbers, out->count * sizeof(double));
        return cut_fold_result(f, out);
    }
    cut_const *out = &f->graph->consts[f->graph->const_count++];
    *out = *from;
    out->rank = rank;
    for (int i = 0; i < rank; i++) out->dims[i] = dims[i];
    return cut_fold_result(f, out);
}

/* The attribute that says the value: a tensor, a number, a list of numbers. */
cut_status cut_fold_constant(const cut_fold_node *f)
{
    cut_onnx_tensor tensor;
    int found, index;
    cut_status status = cut_onnx_tensor_attr(f->node, "value", &tensor, &found,
                                             f->error);
    if (!status && found) {
        status = cut_const_of_tensor(f->graph, &tensor, &index, f->error);
        return status ? status : cut_fold_result(f, &f->graph->consts[index]);
    }
    if (!status)
        status = cut_onnx_only(f->node,
                               "value value_float value_int "
                               "value_ints",
                               f->error);
    if (status) return status;
    int32_t ints[64], one = INT32_MIN;
    int count;
    float real = NAN;
    status = cut_onnx_float(f->node, "value_float", &real, f->error);
    if (!status) status = cut_onnx_int(f->node, "value_int", &one, f->error);
    if (!status)
        status = cut_onnx_ints(f->node, "value_ints", ints, 64, &count,
                               f->error);
    if (status) return status;
    int is_float = !isnan(real), scalar = is_float || one != INT32_MIN;
    cut_const *out = cut_const_new(f->graph,
                                   is_float ? CUT_ONNX_F32 : CUT_ONNX_I64,
                                   !scalar, (int32_t[]){count}, f->error);
    if (!out) return CUT_E_MEMORY;
    for (size_t i = 0; i < out->count; i++)
        out->numbers[i] = is_float ? (double)real : scalar ? one : ints[i];
    return cut_fold_result(f, out);
}

/* Stays as it lies in the file; scale and zero point are applied where it is
 * read. */
cut_status cut_fold_dequantize(const cut_fold_node *f)
{
    int32_t axis = 1;
    cut_status status = cut_onnx_only(f->node, "axis", f->error);
    if (!status) status = cut_onnx_int(f->node, "axis", &axis, f->error);
    if (status) return status;
    const cut_const *from = f->in[0], *scale = f->in[1], *zero = f->in[2];
    if (!scale || from->quantised || scale->type != CUT_ONNX_F32 ||
        scale->quantised ||
        (from->type != CUT_ONNX_I8 && from->type != CUT_ONNX_U8 &&
         from->type != CUT_ONNX_I32) ||
        (zero && (zero->type != from->type || zero->quantised)))
        return cut_fold_unsupported(f, "not 8 or 32 bits by an f32 scale");
    if (axis < 0) axis += from->rank;
    if (scale->count == 0 || (zero && zero->count != scale->count) ||
        (scale->count > 1 && (axis < 0 || axis >= from->rank ||
                              (size_t)from->dims[axis] != scale->count)))
        return cut_fail(f->error, CUT_E_MODEL,
                        "%.*s (%.*s): the scale has %u elements.",
                        CUT_NODE_ARGS(f->node), (unsigned)scale->count);
    cut_const *out = &f->graph->consts[f->graph->const_count++];
    *out = *from;
    if (from->numbers) { /* owned by `from`: a copy of its own */
        out->numbers = cut_alloc(from->count + 1, sizeof(double));
        if (!out->numbers)
            return cut_fail(f->error, CUT_E_MEMORY,
                            "No memory for the model's graph.");
        memcpy(out->numbers, from->numbers, from->count * sizeof(double));
    }
    out->quantised = 1;
    out->axis = axis;
    out->scale = (int)(scale - f->graph->consts);
    out->zero = zero ? (int)(zero - f->graph->consts) : -1;
    return cut_fold_result(f, out);
}

cut_status cut_fold_identity(const cut_fold_node *f)
{
    return cut_fold_result(f, f->in[0]);
}

cut_status cut_fold_cast(const cut_fold_node *f)
{
    int32_t to = 0;
    cut_status status = cut_onnx_int(f->node, "to", &to, f->error);
    if (status) return status;
    if (to != CUT_ONNX_F32 && to != CUT_ONNX_I64 && to != CUT_ONNX_I32)
        return cut_fold_unsupported(f, "a type that is not known");
    return reshaped(f, f->in[0], to, f->in[0]->rank, f->in[0]->dims);
}

/* The shape after Unsqueeze or Squeeze; axes as attribute or as input. */
static cut_status squeezed(const cut_fold_node *f,
                           int32_t dims[CUT_ONNX_MAX_RANK], int *rank)
{
    const cut_const *from = f->in[0], *list = f->in[1];
    int32_t axes[CUT_ONNX_MAX_RANK];
    int count, add = cut_slice_is(f->node->op, "Unsqueeze");
    cut_status status = cut_onnx_ints(f->node, "axes", axes, CUT_ONNX_MAX_RANK,
                                      &count, f->error);
    if (status) return status;
    if (list) {
        count = list->count > CUT_ONNX_MAX_RANK ? CUT_ONNX_MAX_RANK + 1
                                                : (int)list->count;
        for (int i = 0; i < count && i < CUT_ONNX_MAX_RANK; i++)
            axes[i] = whole(cut_fold_at(f, 1, (size_t)i));
    }
    int total = from->rank + (add ? count : 0);
    if (total > CUT_ONNX_MAX_RANK || count > CUT_ONNX_MAX_RANK)
        return cut_fold_unsupported(f, "its shape");
    uint32_t chosen = 0;
    for (int i = 0; i < count; i++) {
        int32_t axis = axes[i] < 0 ? axes[i] + total : axes[i];
        if (axis < 0 || axis >= total)
            return cut_fold_unsupported(f, "its axes");
        chosen |= 1u << axis;
    }
    int next = 0;
    *rank = 0;
    for (int i = 0; i < total; i++) {
        int is_chosen = (int)(chosen >> i & 1);
        if (add) {
            if (!is_chosen && next == from->rank)
                return cut_fold_unsupported(f, "its axes");
            dims[(*rank)++] = is_chosen ? 1 : from->dims[next++];
        } else if (!is_chosen && (count || from->dims[i] != 1)) {
            dims[(*rank)++] = from->dims[i];
        }
    }
    return CUT_OK;
}

/* Reshape (0: as before, -1: the rest), Unsqueeze, Squeeze. */
cut_status cut_fold_reshape(const cut_fold_node *f)
{
    const cut_const *from = f->in[0];
    int32_t dims[CUT_ONNX_MAX_RANK] = {0};
    int rank = 0, rest = -1;
    size_t known = 1;
    if (cut_slice_is(f->node->op, "Reshape")) {
        if (!f->in[1] || f->in[1]->count > CUT_ONNX_MAX_RANK)
            return cut_fold_unsupported(f, "its shape");
        rank = (int)f->in[1]->count;
        for (int i = 0; i < rank; i++) {
            double size = cut_fold_at(f, 1, (size_t)i);
            if (size == 0 && i < from->rank) size = from->dims[i];
            if (size == -1 && rest < 0)
                rest = i;
            else if (!(size >= 0 && size <= INT32_MAX) ||
                     __builtin_mul_overflow(known, (size_t)size, &known))
                return cut_fold_unsupported(f, "its shape");
            else
                dims[i] = (int32_t)size;
        }
        if (rest >= 0) dims[rest] = known ? (int32_t)(from->count / known) : 0;
    } else {
        cut_status status = squeezed(f, dims, &rank);
        if (status) return status;
    }
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(count, (size_t)dims[i], &count))
            return cut_fold_unsupported(f, "its shape");
    if (count != from->count) return cut_fold_unsupported(f, "its shape");
    return reshaped(f, from, cut_type_of(from), rank, dims);
}
