/* Weights from the file's order to the kernels', by vectors where most of a
 * model's weights are: int8 of 1x1 convolutions. */
#include "nn/plan/pack.h"

#include <float.h>
#include <string.h>

#include "base/alloc.h"
#include "nn/graph/consts.h"
#include "nn/kernels/kernel.h"

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

/* The filter as whole numbers; answers their scale. `tmp`: as many floats. */
static float filter_i16(const cut_graph *graph, const cut_op *op, int32_t o,
                        int16_t *out, float *tmp)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = cut_filter_size(weights), first = (size_t)o * size;
    /* products of bytes need weights of 8 bits, their zero point included */
    if (CUT_BYTE_DOTS ? is_plain(graph, weights) : is_direct(graph, weights)) {
        size_t channel = graph->consts[weights->scale].count == 1 ? 0
                                                                  : (size_t)o;
        int zero = weights->zero < 0
                       ? 0
                       : (int)cut_const_at(graph, &graph->consts[weights->zero],
                                           channel);
        const uint8_t *raw = weights->raw + first;
        if (weights->type == CUT_ONNX_I8)
            for (size_t i = 0; i < size; i++)
                out[i] = (int16_t)((int8_t)raw[i] - zero);
        else
            for (size_t i = 0; i < size; i++) out[i] = (int16_t)(raw[i] - zero);
        return scale_of(graph, weights, o);
    }
    cut_filter_f32(graph, op, o, tmp);
    float max = 0;
    for (size_t i = 0; i < size; i++) {
        float magnitude = tmp[i] < 0 ? -tmp[i] : tmp[i];
        max = magnitude > max ? magnitude : max;
    }
    float scale = max > 0 && max <= FLT_MAX ? max / 127.0f : 1.0f;
    for (size_t i = 0; i < size; i++) {
        float q = tmp[i] / scale;
        q = q < -127 ? -127 : q > 127 ? 127 : q == q ? q : 0;
        out[i] = (int16_t)(q < 0 ? q - 0.5f : q + 0.5f);
    }
    return scale;
}

static int32_t sum_of(const uint8_t *raw, size_t size)
{
    i32x4 sum = {0, 0, 0, 0};
    const i16x8 zero = {0, 0, 0, 0, 0, 0, 0, 0}, one = zero + 1;
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

double cut_filter_sum(const cut_graph *graph, const cut_op *op)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = cut_filter_size(weights);
    double max = 1;
    if (is_plain(graph, weights) && size < 1 << 20) {
        for (int32_t o = 0; o < weights->dims[0]; o++) {
            double sum = sum_of(weights->raw + (size_t)o * size, size);
            max = sum > max ? sum : max;
        }
        return max;
    }
    int16_t *filter = cut_alloc(size, sizeof *filter);
    float *tmp = cut_alloc(size, sizeof *tmp);
    for (int32_t o = 0; filter && tmp && o < weights->dims[0]; o++) {
        int32_t sum = 0;
        filter_i16(graph, op, o, filter, tmp);
        for (size_t i = 0; i < size; i++)
            sum += filter[i] < 0 ? -filter[i] : filter[i];
        max = (double)sum > max ? (double)sum : max;
    }
    /* no memory: the bound that no weights of 8 bits can exceed */
    if (!filter || !tmp) max = 255.0 * (double)size;
    cut_free(filter);
    cut_free(tmp);
    return max;
}

/* Elements of a filter that is packed by itself. */
static size_t depth_of(const cut_step *step)
{
    return (size_t)step->conv.run_count * (size_t)step->conv.run_size;
}

/* Where element [ci][ky][kx] of a filter stands in the runs, each of which
 * is one tap or a row of them. */
static size_t place(const cut_step *step, int32_t ci, int32_t ky, int32_t kx)
{
    int32_t kh = step->conv.window.k[0], kw = step->conv.window.k[1];
    int merged = step->conv.run_count == kh;
    int32_t run = merged ? ky : ky * kw + kx;
    return (size_t)run * (size_t)step->conv.run_size +
           (size_t)(merged ? kx * step->in.cp : 0) + (size_t)ci;
}

/* Bytes in front of a split step's tile: see kernels/tile_bytes.h. */
#define HEAD (CUT_TILE * sizeof(int32_t))

uint64_t cut_tile_bytes(const cut_step *step)
{
    uint64_t count = (uint64_t)depth_of(step) * CUT_TILE;
    return cut_is_split(step) ? HEAD + count
                              : count * cut_element(step->in.type);
}

/* Where the filter of channel o begins in the packed weights. */
static size_t first_of(const cut_step *step, cut_layout layout, int32_t o)
{
    size_t tile = (size_t)o / CUT_TILE, lane = (size_t)o % CUT_TILE;
    switch (layout) {
    case CUT_LAYOUT_TAPS: return (size_t)o;
    case CUT_LAYOUT_ONE: return 0;
    default:
        if (cut_is_split(step))
            return tile * step->conv.tile_bytes + HEAD + lane * 4;
        return tile * depth_of(step) * CUT_TILE +
               (step->in.type == CUT_F32 ? lane : lane * 2);
    }
}

/* How far from there each element [ci][ky][kx] of a filter stands. */
static void offsets_of(const cut_step *step, cut_layout layout,
                       uint32_t *offsets)
{
    const int32_t *k = step->conv.window.k;
    int32_t cin = layout == CUT_LAYOUT_TAPS ? 1 : step->in.c;
    for (int32_t ci = 0; ci < cin; ci++)
        for (int32_t ky = 0; ky < k[0]; ky++)
            for (int32_t kx = 0; kx < k[1]; kx++) {
                size_t i = place(step, ci, ky, kx);
                if (layout == CUT_LAYOUT_TAPS)
                    i = (size_t)(ky * k[1] + kx) * (size_t)step->in.cp;
                else if (layout == CUT_LAYOUT_TILES && cut_is_split(step))
                    i = i / 4 * 4 * CUT_TILE + i % 4;
                else if (layout == CUT_LAYOUT_TILES && step->in.type == CUT_F32)
                    i *= CUT_TILE;
                else if (layout == CUT_LAYOUT_TILES)
                    i = i / 2 * 2 * CUT_TILE + i % 2;
                *offsets++ = (uint32_t)i;
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
            cut_i16x8_store(
                to, (i16x8)__builtin_shufflevector(ab0, cd0, 0, 1, 4, 5));
            cut_i16x8_store(
                to + 16, (i16x8)__builtin_shufflevector(ab0, cd0, 2, 3, 6, 7));
            cut_i16x8_store(
                to + 32, (i16x8)__builtin_shufflevector(ab1, cd1, 0, 1, 4, 5));
            cut_i16x8_store(
                to + 48, (i16x8)__builtin_shufflevector(ab1, cd1, 2, 3, 6, 7));
        }
}

/* The same for bytes: four of each filter by turns. */
static void pack_bytes(int8_t *q, const uint8_t *raw, size_t size)
{
    for (size_t k = 0; k < size; k += 4, q += 4 * CUT_TILE)
        for (size_t o = 0; o < CUT_TILE; o++)
            memcpy(q + o * 4, raw + o * size + k, 4);
}

/* In front of each tile what its sums begin with. */
static void pack_heads(const cut_step *step)
{
    const u8x16 one = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    uint8_t *at = step->weights;
    for (int32_t i = 0; i < step->out.cp; i += CUT_TILE) {
        const int8_t *w = (const int8_t *)at + HEAD;
        i32x4 sums[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
        for (size_t k = 0; k < depth_of(step); k += 4, w += 4 * CUT_TILE) {
            sums[0] = cut_dot_bytes(sums[0], cut_i8x16_load(w), one);
            sums[1] = cut_dot_bytes(sums[1], cut_i8x16_load(w + 16), one);
        }
        const int32_t zero = step->conv.split == 1 ? 0 : -64;
        sums[0] *= zero;
        sums[1] *= zero;
        memcpy(at, sums, HEAD);
        at += step->conv.tile_bytes;
    }
}

/* Bytes of all packed weights. */
static uint64_t packed_bytes(const cut_step *step, cut_layout layout)
{
    const int32_t *k = step->conv.window.k;
    size_t element = cut_element(step->in.type);
    switch (layout) {
    case CUT_LAYOUT_TAPS:
        return (uint64_t)(k[0] * k[1]) * (uint64_t)step->in.cp * element;
    case CUT_LAYOUT_ONE: return depth_of(step) * element;
    default: return cut_tile_bytes(step) * (uint64_t)(step->out.cp / CUT_TILE);
    }
}

/* What packing goes through, filter by filter. */
typedef struct packer {
    const cut_setup *setup;
    cut_layout layout;
    size_t size;       /* of a filter */
    uint32_t *offsets; /* [size] */
    int16_t *filter;   /* [size] */
    float *tmp;        /* [size] */
} packer;

static void pack_f32(const packer *p, int32_t o, float gain)
{
    cut_step *step = p->setup->step;
    float *w = (float *)step->weights + first_of(step, p->layout, o);
    cut_filter_f32(p->setup->graph, p->setup->op, o, p->tmp);
    for (size_t i = 0; i < p->size; i++) w[p->offsets[i]] = p->tmp[i] * gain;
}

/* Answers the scale of the weights. `points`: eight filters at once. */
static float pack_i16(const packer *p, int32_t o, int points)
{
    const cut_setup *s = p->setup;
    const cut_const *weights = &s->graph->consts[s->op->weights];
    const int split = cut_is_split(s->step);
    const size_t first = first_of(s->step, p->layout, o);
    int16_t *q = (int16_t *)s->step->weights + first;
    int8_t *bytes = (int8_t *)s->step->weights + first;
    if (points && (o & -CUT_TILE) + CUT_TILE <= s->step->out.c) {
        const uint8_t *raw = weights->raw + (size_t)o * p->size;
        if (o % CUT_TILE == 0 && split) pack_bytes(bytes, raw, p->size);
        if (o % CUT_TILE == 0 && !split) pack_points(q, raw, p->size);
        return scale_of(s->graph, weights, o);
    }
    float scale = filter_i16(s->graph, s->op, o, p->filter, p->tmp);
    for (size_t i = 0; i < p->size && split; i++)
        bytes[p->offsets[i]] = (int8_t)p->filter[i];
    for (size_t i = 0; i < p->size && !split; i++)
        q[p->offsets[i]] = p->filter[i];
    return scale;
}

/* Whether the filters are such as pack_points() takes. */
static int has_points(const packer *p)
{
    const cut_setup *s = p->setup;
    const int32_t *k = s->step->conv.window.k;
    return s->step->in.type == CUT_I16 && k[0] * k[1] == 1 &&
           p->layout == CUT_LAYOUT_TILES && p->size == depth_of(s->step) &&
           p->size % 8 == 0 &&
           is_plain(s->graph, &s->graph->consts[s->op->weights]);
}

/* f32 weights take up the op's gain; i16 ones leave it, and all scales, to
 * mul. */
static void pack_all(const packer *p)
{
    cut_step *step = p->setup->step;
    const cut_op *op = p->setup->op;
    int points = has_points(p);
    float inv_scale = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
    offsets_of(step, p->layout, p->offsets);
    for (int32_t o = 0; o < step->out.c; o++) {
        float gain = op->mul ? op->mul[o] : 1.0f, scale = 1.0f;
        if (step->in.type == CUT_F32)
            pack_f32(p, o, gain);
        else
            scale = pack_i16(p, o, points) * gain * step->in.scale;
        step->mul[o] = scale * inv_scale;
        step->add[o] = (op->add ? op->add[o] : 0) * inv_scale;
    }
    if (cut_is_split(step)) pack_heads(step);
}

cut_status cut_pack(const cut_setup *setup, cut_layout layout)
{
    const cut_step *step = setup->step;
    packer p = {.setup = setup, .layout = layout};
    p.size = cut_filter_size(&setup->graph->consts[setup->op->weights]);
    p.tmp = cut_alloc(p.size, sizeof *p.tmp);
    p.filter = cut_alloc(p.size, sizeof *p.filter);
    p.offsets = cut_alloc(p.size, sizeof *p.offsets);
    cut_status status = p.tmp && p.filter && p.offsets
                            ? cut_step_weights(setup,
                                               packed_bytes(step, layout))
                            : cut_fail(setup->error, CUT_E_MEMORY,
                                       "No memory for the model's weights.");
    if (!status) pack_all(&p);
    cut_free(p.tmp);
    cut_free(p.filter);
    cut_free(p.offsets);
    return status;
}
