/* Numbers as ONNX defines them: halves, zero points and scales in f32. */
#include "nn/graph/consts.h"

#include <string.h>

#include "base/alloc.h"

cut_const *cut_const_new(cut_graph *graph, int type, int rank,
                         const int32_t *dims, cut_error *error)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++) count *= (size_t)dims[i];
    double *numbers = cut_alloc_zero(count + 1, sizeof *numbers);
    if (!numbers) {
        cut_fail(error, CUT_E_MEMORY, "No memory for the model's graph.");
        return NULL;
    }
    cut_const *constant = &graph->consts[graph->const_count++];
    *constant = (cut_const){.type = type,
                            .rank = rank,
                            .count = count,
                            .numbers = numbers,
                            .scale = -1,
                            .zero = -1};
    for (int i = 0; i < rank; i++) constant->dims[i] = dims[i];
    return constant;
}

static float half(uint16_t bits)
{
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16, e = bits >> 10 & 31,
             m = bits & 1023;
    float value;
    uint32_t wide = sign | (e + 112) << 23 | m << 13;
    if (e == 0) return (sign ? -1.0f : 1.0f) * (float)m * 0x1p-24f;
    if (e == 31) wide = sign | 0x7F800000u | m << 13;
    memcpy(&value, &wide, 4);
    return value;
}

cut_status cut_const_of_tensor(cut_graph *graph, const cut_onnx_tensor *tensor,
                               int *index, cut_error *error)
{
    *index = (int)graph->const_count;
    if (tensor->packed.size == 0) {
        cut_const *constant = &graph->consts[graph->const_count++];
        *constant = (cut_const){.type = tensor->type,
                                .rank = tensor->rank,
                                .count = tensor->count,
                                .raw = tensor->raw.at,
                                .scale = -1,
                                .zero = -1};
        memcpy(constant->dims, tensor->dims, sizeof constant->dims);
        return CUT_OK;
    }
    cut_const *constant = cut_const_new(graph, tensor->type, tensor->rank,
                                        tensor->dims, error);
    if (!constant) return CUT_E_MEMORY;
    cut_slice rest = tensor->packed;
    for (size_t i = 0; i < tensor->count; i++) {
        uint64_t bits;
        if (cut_pb_varint(&rest, &bits) != 1)
            return cut_fail(error, CUT_E_MODEL,
                            "Tensor %.*s has too few numbers.",
                            CUT_SLICE_ARGS(tensor->name));
        constant->numbers[i] = tensor->type == CUT_ONNX_F16
                                   ? (double)half((uint16_t)bits)
                                   : (double)(int64_t)bits;
    }
    return CUT_OK;
}

/* Element i as it lies in the file: unaligned, little endian, as we are. */
static double raw_at(const cut_const *constant, size_t i)
{
    const uint8_t *raw = constant->raw;
    union {
        float f;
        int32_t i;
        int64_t l;
        uint16_t h;
    } v;
    switch (constant->type) {
    case CUT_ONNX_I8: return (int8_t)raw[i];
    case CUT_ONNX_U8:
    case CUT_ONNX_BOOL: return raw[i];
    case CUT_ONNX_F32: memcpy(&v.f, raw + 4 * i, 4); return (double)v.f;
    case CUT_ONNX_I32: memcpy(&v.i, raw + 4 * i, 4); return v.i;
    case CUT_ONNX_I64: memcpy(&v.l, raw + 8 * i, 8); return (double)v.l;
    default: memcpy(&v.h, raw + 2 * i, 2); return (double)half(v.h);
    }
}

double cut_const_at(const cut_graph *graph, const cut_const *constant, size_t i)
{
    double value = constant->numbers ? constant->numbers[i]
                                     : raw_at(constant, i);
    if (!constant->quantised) return value;
    size_t inner = 1, channel = 0;
    const cut_const *scale = &graph->consts[constant->scale];
    if (scale->count > 1) {
        for (int k = constant->axis + 1; k < constant->rank; k++)
            inner *= (size_t)constant->dims[k];
        channel = i / inner % scale->count;
    }
    if (constant->zero >= 0)
        value -= cut_const_at(graph, &graph->consts[constant->zero], channel);
    /* in f32, as ONNX says */
    return (double)((float)value * (float)cut_const_at(graph, scale, channel));
}

int cut_is_finite(const cut_graph *graph, const cut_const *constant)
{
    const cut_const *real = constant->quantised
                                ? &graph->consts[constant->scale]
                                : constant;
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
