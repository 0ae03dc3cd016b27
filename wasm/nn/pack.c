/* Weights from the file's order to the kernels', by vectors where most of a
 * model's weights are: int8 of 1x1 convolutions. */
#include "nn/pack.h"

#include <float.h>
#include <string.h>

#include "base/alloc.h"
#include "nn/conv.h"

/* int8 by output channel as it lies in the file. */
static int is_direct(const cut_graph *graph, const cut_const *weights)
{
    return weights->quantised && !weights->numbers &&
           (weights->type == CUT_ONNX_I8 || weights->type == CUT_ONNX_U8) &&
           (weights->axis == 0 || graph->consts[weights->scale].count == 1);
}

void cut_filter_f32(const cut_graph *graph, const cut_op *op, int32_t o,
                       float *out)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = cut_filter_size(weights), first = (size_t)o * size;
    if (weights->raw && weights->type == CUT_ONNX_F32 && !weights->quantised) {
        memcpy(out, weights->raw + first * 4, size * 4);
        return;
    }
    for (size_t i = 0; i < size; i++)
        out[i] = (float)cut_const_at(graph, weights, first + i);
}

static float scale_of(const cut_graph *graph, const cut_const *weights,
                      int32_t o)
{
    const cut_const *scale = &graph->consts[weights->scale];
    return (float)cut_const_at(graph, scale, scale->count == 1 ? 0 : (size_t)o);
}

/* The filter as whole numbers; answers their scale. `tmp`: as many floats. */
static float filter_i16(const cut_graph *graph, const cut_op *op, int32_t o,
                        int16_t *out, float *tmp)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = cut_filter_size(weights), first = (size_t)o * size;
    if (is_direct(graph, weights)) {
        size_t channel = graph->consts[weights->scale].count == 1 ? 0
                                                                  : (size_t)o;
        int zero = weights->zero < 0 ? 0
                   : (int)cut_const_at(graph, &graph->consts[weights->zero],
                                       channel);
        const uint8_t *raw = weights->raw + first;
        if (weights->type == CUT_ONNX_I8)
            for (size_t i = 0; i < size; i++)
                out[i] = (int16_t)((int8_t)raw[i] - zero);
        else
            for (size_t i = 0; i < size; i++)
                out[i] = (int16_t)(raw[i] - zero);
        return scale_of(graph, weights, o);
    }
    cut_filter_f32(graph, op, o, tmp);
    float most = 0;
    for (size_t i = 0; i < size; i++) {
        float magnitude = tmp[i] < 0 ? -tmp[i] : tmp[i];
        most = magnitude > most ? magnitude : most;
    }
    float scale = most > 0 && most <= FLT_MAX ? most / 127.0f : 1.0f;
    for (size_t i = 0; i < size; i++) {
        float q = tmp[i] / scale;
        q = q < -127 ? -127 : q > 127 ? 127 : q == q ? q : 0;
        out[i] = (int16_t)(q < 0 ? q - 0.5f : q + 0.5f);
    }
    return scale;
}

/* int8 as above and no zero point, as most weights are: by vectors. */
static int is_plain(const cut_graph *graph, const cut_const *weights)
{
    if (!is_direct(graph, weights) || weights->type != CUT_ONNX_I8) return 0;
    const cut_const *zero = weights->zero < 0 ? NULL
                                              : &graph->consts[weights->zero];
    for (size_t i = 0; zero && i < zero->count; i++)
        if (cut_const_at(graph, zero, i) != 0) return 0;
    return 1;
}

static int32_t sum_of(const uint8_t *raw, size_t size)
{
    i32x4 sum = { 0, 0, 0, 0 };
    const i16x8 zero = { 0, 0, 0, 0, 0, 0, 0, 0 }, one = zero + 1;
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        i16x8 v = cut_i16x8_of_bytes(raw + i);
        sum = cut_add(sum, cut_dot(cut_max_i16(v, zero - v), one));
    }
    int32_t total = sum[0] + sum[1] + sum[2] + sum[3];
    for (; i < size; i++)
        total += (int8_t)raw[i] < 0 ? -(int8_t)raw[i] : (int8_t)raw[i];
    return total;
}

double cut_conv_weight_sum(const cut_graph *graph, const cut_op *op)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = cut_filter_size(weights);
    double most = 1;
    if (is_plain(graph, weights) && size < 1 << 20) {
        for (int32_t o = 0; o < weights->dims[0]; o++) {
            double sum = sum_of(weights->raw + (size_t)o * size, size);
            most = sum > most ? sum : most;
        }
        return most;
    }
    int16_t *filter = cut_alloc(size, sizeof *filter);
    float *tmp = cut_alloc(size, sizeof *tmp);
    for (int32_t o = 0; filter && tmp && o < weights->dims[0]; o++) {
        int32_t sum = 0;
        filter_i16(graph, op, o, filter, tmp);
        for (size_t i = 0; i < size; i++)
            sum += filter[i] < 0 ? -filter[i] : filter[i];
        most = (double)sum > most ? (double)sum : most;
    }
    /* no memory: the bound that no weights of 8 bits can exceed */
    if (!filter || !tmp) most = 255.0 * (double)size;
    cut_free(filter);
    cut_free(tmp);
    return most;
}

/* Where element [ci][ky][kx] of a filter stands in the runs. */
static size_t place(const cut_step *step, int32_t ci, int32_t ky, int32_t kx,
                    int merged)
{
    int32_t kw = step->window.k[1];
    int32_t run = merged ? ky : ky * kw + kx;
    return (size_t)run * (size_t)step->run_size +
           (size_t)(merged ? kx * step->in.cp : 0) + (size_t)ci;
}

/* Where the filter of channel o begins in the packed weights. */
static size_t first_of(const cut_packing *p, int32_t o)
{
    if (p->depthwise) return (size_t)o;
    if (p->one) return 0;
    size_t tile = (size_t)o / CUT_TILE, lane = (size_t)o % CUT_TILE;
    return tile * p->depth * CUT_TILE +
           (p->step->in.type == CUT_F32 ? lane : lane * 2);
}

/* How far from there each element [ci][ky][kx] of a filter stands. */
static void offsets_of(const cut_packing *p, uint32_t *offsets)
{
    const cut_step *step = p->step;
    int32_t cin = p->depthwise ? 1 : step->in.c;
    for (int32_t ci = 0; ci < cin; ci++)
        for (int32_t ky = 0; ky < step->window.k[0]; ky++)
            for (int32_t kx = 0; kx < step->window.k[1]; kx++) {
                size_t k = place(step, ci, ky, kx, p->merged);
                if (p->depthwise)
                    k = (size_t)(ky * step->window.k[1] + kx) *
                        (size_t)step->in.cp;
                else if (!p->one && step->in.type == CUT_F32)
                    k *= CUT_TILE;
                else if (!p->one)
                    k = k / 2 * 2 * CUT_TILE + k % 2;
                *offsets++ = (uint32_t)k;
            }
}

/* Eight filters of a 1x1 convolution, eight input channels at a time: a 4x8
 * transposition of pairs. */
static void pack_points(int16_t *q, const uint8_t *raw, size_t size)
{
    for (size_t k = 0; k < size; k += 8, q += 64)
        for (int half = 0; half < 2; half++) {
            const uint8_t *row = raw + k + (size_t)half * 4 * size;
            i32x4 a = (i32x4)cut_i16x8_of_bytes(row);
            i32x4 b = (i32x4)cut_i16x8_of_bytes(row + size);
            i32x4 c = (i32x4)cut_i16x8_of_bytes(row + 2 * size);
            i32x4 d = (i32x4)cut_i16x8_of_bytes(row + 3 * size);
            i32x4 ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5);
            i32x4 ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
            i32x4 cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            i32x4 cd1 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            int16_t *to = q + half * 8;
            cut_i16x8_store(to, (i16x8)__builtin_shufflevector(ab0, cd0, 0, 1,
                                                               4, 5));
            cut_i16x8_store(to + 16, (i16x8)__builtin_shufflevector(
                                         ab0, cd0, 2, 3, 6, 7));
            cut_i16x8_store(to + 32, (i16x8)__builtin_shufflevector(
                                         ab1, cd1, 0, 1, 4, 5));
            cut_i16x8_store(to + 48, (i16x8)__builtin_shufflevector(
                                         ab1, cd1, 2, 3, 6, 7));
        }
}

cut_status cut_pack(cut_plan *plan, const cut_packing *p, cut_error *why)
{
    cut_step *step = p->step;
    const cut_op *op = step->op;
    size_t size = cut_filter_size(&p->graph->consts[op->weights]);
    int wide = step->in.type == CUT_F32;
    size_t taps = (size_t)(step->window.k[0] * step->window.k[1]);
    uint64_t count = p->depthwise ? (uint64_t)taps * (size_t)step->in.cp
                                    : p->depth;
    if (!p->depthwise && !p->one) count *= (uint64_t)step->out.cp;
    float *tmp = cut_alloc(size, sizeof *tmp);
    int16_t *filter = cut_alloc(size, sizeof *filter);
    uint32_t *offsets = cut_alloc(size, sizeof *offsets);
    cut_status status = tmp && filter && offsets
        ? cut_step_weights(plan, step, count * (wide ? 4u : 2u), why)
        : cut_fail(why, CUT_E_MEMORY, "No memory for the model's weights.");
    if (!status) offsets_of(p, offsets);
    float to = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
    const cut_const *weights = &p->graph->consts[op->weights];
    int points = !wide && taps == 1 && !p->one && !p->depthwise &&
                 size == p->depth && size % 8 == 0 &&
                 is_plain(p->graph, weights);
    for (int32_t o = 0; !status && o < step->out.c; o++) {
        float gain = op->mul ? op->mul[o] : 1.0f, scale = 1.0f;
        float *f = (float *)step->weights + first_of(p, o);
        int16_t *q = (int16_t *)step->weights + first_of(p, o);
        if (wide) {
            cut_filter_f32(p->graph, op, o, tmp);
            for (size_t i = 0; i < size; i++) f[offsets[i]] = tmp[i] * gain;
        } else if (points && (o & -CUT_TILE) + CUT_TILE <= step->out.c) {
            if (o % CUT_TILE == 0)
                pack_points(q, weights->raw + (size_t)o * size, size);
            scale = scale_of(p->graph, weights, o) * gain * step->in.scale;
        } else {
            scale = filter_i16(p->graph, op, o, filter, tmp) * gain *
                    step->in.scale;
            for (size_t i = 0; i < size; i++) q[offsets[i]] = filter[i];
        }
        step->mul[o] = scale * to;
        step->add[o] = (op->add ? op->add[o] : 0) * to;
    }
    cut_free(tmp);
    cut_free(filter);
    cut_free(offsets);
    return status;
}
