/* Convolutions set up: which kernel, weights packed for it, bands of rows. */
#include "nn/conv.h"

#include <float.h>
#include <string.h>

#include "base/alloc.h"

/* ---- weights ----------------------------------------------------------- */

/* int8 by output channel as it lies in the file. */
static int is_direct(const cut_graph *graph, const cut_const *weights)
{
    return weights->quantised && !weights->numbers &&
           (weights->type == CUT_ONNX_I8 || weights->type == CUT_ONNX_U8) &&
           (weights->axis == 0 || graph->consts[weights->scale].count == 1);
}

static size_t window_size(const cut_const *weights)
{
    return weights->count / (size_t)weights->dims[0];
}

/* The filter of output channel o in f32, [cin][kh][kw]. */
static void filter_f32(const cut_graph *graph, const cut_op *op, int32_t o,
                       float *out)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = window_size(weights), first = (size_t)o * size;
    if (weights->raw && weights->type == CUT_ONNX_F32 && !weights->quantised) {
        memcpy(out, weights->raw + first * 4, size * 4);
        return;
    }
    for (size_t i = 0; i < size; i++)
        out[i] = (float)cut_const_at(graph, weights, first + i);
}

/* The filter as whole numbers; answers their scale. `tmp`: as many floats. */
static float filter_i16(const cut_graph *graph, const cut_op *op, int32_t o,
                        int16_t *out, float *tmp)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = window_size(weights), first = (size_t)o * size;
    if (is_direct(graph, weights)) {
        const cut_const *scale = &graph->consts[weights->scale];
        size_t channel = scale->count == 1 ? 0 : (size_t)o;
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
        return (float)cut_const_at(graph, scale, channel);
    }
    filter_f32(graph, op, o, tmp);
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

double cut_conv_weight_sum(const cut_graph *graph, const cut_op *op)
{
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = window_size(weights);
    double most = 1;
    int16_t *filter = cut_alloc(size, sizeof *filter);
    float *tmp = cut_alloc(size, sizeof *tmp);
    for (int32_t o = 0; filter && tmp && o < weights->dims[0]; o++) {
        uint32_t sum = 0;
        filter_i16(graph, op, o, filter, tmp);
        for (size_t i = 0; i < size; i++) {
            int magnitude = filter[i] < 0 ? -filter[i] : filter[i];
            sum += (uint32_t)magnitude;
        }
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

typedef struct packing {
    cut_step *step;
    const cut_graph *graph;
    int merged, one, depthwise;
    size_t depth; /* run_count * run_size */
} packing;

/* Index of element [o][ci][ky][kx] in the packed weights. */
static size_t packed_at(const packing *p, int32_t o, int32_t ci, int32_t ky,
                        int32_t kx)
{
    const cut_step *step = p->step;
    if (p->depthwise)
        return (size_t)(ky * step->window.k[1] + kx) * (size_t)step->in.cp +
               (size_t)o;
    size_t k = place(step, ci, ky, kx, p->merged);
    if (p->one) return k;
    size_t tile = (size_t)o / CUT_TILE, lane = (size_t)o % CUT_TILE;
    if (step->in.type == CUT_F32)
        return (tile * p->depth + k) * CUT_TILE + lane;
    return (tile * p->depth + k / 2 * 2) * CUT_TILE + lane * 2 + k % 2;
}

static cut_status pack(cut_plan *plan, const packing *p, cut_why *why)
{
    cut_step *step = p->step;
    const cut_op *op = step->op;
    const cut_const *weights = &p->graph->consts[op->weights];
    int32_t cin = weights->dims[1], kh = step->window.k[0],
            kw = step->window.k[1];
    size_t size = window_size(weights);
    int wide = step->in.type == CUT_F32;
    size_t count = p->depthwise ? (size_t)(kh * kw) * (size_t)step->in.cp
                   : p->one ? p->depth : p->depth * (size_t)step->out.cp;
    float *tmp = cut_alloc(size, sizeof *tmp);
    int16_t *filter = cut_alloc(size, sizeof *filter);
    cut_status status = tmp && filter
        ? cut_step_weights(plan, step, count * (wide ? 4u : 2u), why)
        : cut_fail(why, CUT_E_MEMORY, "No memory for the model's weights.");
    for (int32_t o = 0; !status && o < step->out.c; o++) {
        float gain = op->mul ? op->mul[o] : 1.0f, scale = 1.0f;
        if (wide)
            filter_f32(p->graph, op, o, tmp);
        else
            scale = filter_i16(p->graph, op, o, filter, tmp) * gain *
                    step->in.scale;
        float *f = step->weights;
        int16_t *q = step->weights;
        size_t i = 0;
        for (int32_t ci = 0; ci < cin; ci++)
            for (int32_t ky = 0; ky < kh; ky++)
                for (int32_t kx = 0; kx < kw; kx++, i++) {
                    size_t at = packed_at(p, o, ci, ky, kx);
                    if (wide)
                        f[at] = tmp[i] * gain;
                    else
                        q[at] = filter[i];
                }
        float to = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
        step->mul[o] = scale * to;
        step->add[o] = (op->add ? op->add[o] : 0) * to;
    }
    cut_free(tmp);
    cut_free(filter);
    return status;
}

/* ---- bands ------------------------------------------------------------- */

static int32_t reach(const cut_step *step, int axis)
{
    return step->window.d[axis] * (step->window.k[axis] - 1) + 1;
}

/* Rows of the padded map that rows from..to of the result need. */
static void copy_band(const cut_step *step, const uint8_t *arena,
                      uint8_t *scratch, int32_t from, int32_t to)
{
    const cut_view *in = &step->in;
    size_t element = cut_element(in->type);
    size_t pixel = (size_t)in->cp * element;
    size_t pitch = (size_t)step->pad_w * pixel;
    size_t left = (size_t)step->window.before[1];
    size_t inside = (size_t)in->w;
    if (left + inside > (size_t)step->pad_w)
        inside = (size_t)step->pad_w - left;
    int32_t first = from * step->window.s[0] - step->window.before[0];
    int32_t count = (to - from - 1) * step->window.s[0] + reach(step, 0);
    for (int32_t r = 0; r < count; r++) {
        uint8_t *row = scratch + (size_t)r * pitch;
        if (first + r < 0 || first + r >= in->h) {
            memset(row, 0, pitch);
            continue;
        }
        const uint8_t *src = arena + in->offset +
                             (size_t)(first + r) * (size_t)in->w *
                                 (size_t)in->ld * element;
        memset(row, 0, left * pixel);
        if (in->ld == in->cp)
            memcpy(row + left * pixel, src, inside * pixel);
        else
            for (size_t x = 0; x < inside; x++)
                memcpy(row + (left + x) * pixel,
                       src + x * (size_t)in->ld * element, pixel);
        memset(row + (left + inside) * pixel, 0,
               pitch - (left + inside) * pixel);
    }
}

/* The window of the first pixel of row `from`, after copying if need be. */
static const uint8_t *band(const cut_step *step, uint8_t *arena, int32_t from,
                           int32_t to, size_t *pitch, int32_t *pixel)
{
    size_t element = cut_element(step->in.type);
    if (step->pad_w) {
        uint8_t *scratch = arena + step->scratch;
        copy_band(step, arena, scratch, from, to);
        *pitch = (size_t)step->pad_w * (size_t)step->in.cp * element *
                 (size_t)step->window.s[0];
        *pixel = step->window.s[1] * step->in.cp;
        return scratch;
    }
    size_t row = (size_t)step->in.w * (size_t)step->in.ld * element;
    *pitch = row * (size_t)step->window.s[0];
    *pixel = step->window.s[1] * step->in.ld;
    return arena + step->in.offset + *pitch * (size_t)from;
}

static uint8_t *row_of(const cut_view *view, uint8_t *arena, int32_t y)
{
    return view->c ? arena + view->offset +
                         (size_t)y * (size_t)view->w * (size_t)view->ld *
                             cut_element(view->type)
                   : NULL;
}

static void run_tiles(const cut_step *step, uint8_t *arena, int32_t from,
                      int32_t to, cut_tile_run *tile_run, size_t tile_bytes,
                      int32_t tiles)
{
    size_t pitch;
    cut_tile tile = { .step = step };
    const uint8_t *a = band(step, arena, from, to, &pitch, &tile.pixel);
    int flat = !step->pad_w && step->window.k[0] * step->window.k[1] == 1 &&
               step->window.s[0] * step->window.s[1] == 1;
    int32_t rows = flat ? 1 : to - from;
    tile.n = flat ? (to - from) * step->out.w : step->out.w;
    for (int32_t i = 0; i < tiles; i++) {
        tile.w = (const uint8_t *)step->weights + (size_t)i * tile_bytes;
        tile.channel = i * CUT_TILE;
        for (int32_t y = 0; y < rows; y++) {
            tile.a = a + (size_t)y * pitch;
            tile.out = row_of(&step->out, arena, from + y);
            tile.other = row_of(&step->other, arena, from + y);
            tile_run(&tile);
        }
    }
}

static size_t depth(const cut_step *step)
{
    return (size_t)step->run_count * (size_t)step->run_size;
}

static void run_i16(const cut_step *step, uint8_t *arena, int32_t from,
                    int32_t to)
{
    run_tiles(step, arena, from, to, cut_conv_tile_i16,
              depth(step) * CUT_TILE * 2, step->out.cp / CUT_TILE);
}

static void run_f32(const cut_step *step, uint8_t *arena, int32_t from,
                    int32_t to)
{
    run_tiles(step, arena, from, to, cut_conv_tile_f32,
              depth(step) * CUT_TILE * 4, step->out.cp / CUT_TILE);
}

static void run_one_i16(const cut_step *step, uint8_t *arena, int32_t from,
                        int32_t to)
{
    run_tiles(step, arena, from, to, cut_conv_one_i16, 0, 1);
}

static void run_one_f32(const cut_step *step, uint8_t *arena, int32_t from,
                        int32_t to)
{
    run_tiles(step, arena, from, to, cut_conv_one_f32, 0, 1);
}

static void run_depthwise_f32(const cut_step *step, uint8_t *arena,
                              int32_t from, int32_t to)
{
    run_tiles(step, arena, from, to, cut_depthwise_f32, 0, 1);
}

static void run_depthwise_i16(const cut_step *step, uint8_t *arena,
                              int32_t from, int32_t to)
{
    run_tiles(step, arena, from, to, cut_depthwise_i16, 0, 1);
}

static void run_depthwise3_i16(const cut_step *step, uint8_t *arena,
                               int32_t from, int32_t to)
{
    run_tiles(step, arena, from, to, cut_depthwise3_i16, 0, 1);
}

/* Any groups, plainly: rare in this field. */
static void run_groups(const cut_step *step, uint8_t *arena, int32_t from,
                       int32_t to)
{
    size_t pitch;
    int32_t pixel;
    const uint8_t *band_at = band(step, arena, from, to, &pitch, &pixel);
    int32_t cin = step->in.c / step->groups, cout = step->out.c / step->groups;
    for (int32_t y = from; y < to; y++) {
        const float *row = (const float *)(const void *)(band_at +
            (size_t)(y - from) * pitch);
        float *out = (float *)(void *)row_of(&step->out, arena, y);
        const float *other =
            (const float *)(const void *)row_of(&step->other, arena, y);
        for (int32_t x = 0; x < step->out.w; x++, out += step->out.ld) {
            const float *w = step->weights;
            for (int32_t o = 0; o < step->out.c; o++) {
                const float *a = row + (ptrdiff_t)x * pixel + o / cout * cin;
                float sum = step->add[o];
                for (int32_t i = 0; i < cin; i++)
                    for (int32_t r = 0; r < step->run_count; r++)
                        sum += a[step->runs[r] + i] * *w++;
                if (other) sum += other[(ptrdiff_t)x * step->other.ld + o];
                sum = sum < step->act.a ? step->act.a : sum;
                out[o] = sum > step->act.b ? step->act.b : sum;
            }
            for (int32_t o = step->out.c; o < step->out.cp; o++) out[o] = 0;
        }
    }
}

/* ---- set-up ------------------------------------------------------------ */

/* Bytes of a band that stays near the core while every tile passes over it. */
#define BAND_BYTES 49152

static void set_bounds(cut_step *step)
{
    float lo = -FLT_MAX, hi = FLT_MAX;
    if (step->act.kind == CUT_ACT_CLAMP) {
        lo = step->act.a;
        hi = step->act.b;
    }
    if (step->out.type == CUT_I16) {
        lo /= step->out.scale;
        hi /= step->out.scale;
        float limit = step->out.limit;
        lo = lo < -limit ? -limit : lo > limit ? limit : lo;
        hi = hi < -limit ? -limit : hi > limit ? limit : hi;
    }
    step->act.a = lo;
    step->act.b = hi;
}

static void set_band(cut_step *step)
{
    size_t element = cut_element(step->in.type);
    int32_t last = (step->out.w - 1) * step->window.s[1] + reach(step, 1);
    int32_t last_row = (step->out.h - 1) * step->window.s[0] + reach(step, 0);
    int inside = step->window.before[0] == 0 && step->window.before[1] == 0 &&
                 last <= step->in.w && last_row <= step->in.h;
    int point = step->window.k[0] * step->window.k[1] == 1;
    step->pad_w = inside && (point || step->in.ld == step->in.cp) ? 0 : last;
    int32_t width = step->pad_w ? step->pad_w : step->in.w;
    size_t row = (size_t)width * (size_t)step->in.cp * element;
    int32_t overlap = reach(step, 0) - step->window.s[0];
    int32_t rows = (int32_t)(BAND_BYTES / (row * (size_t)step->window.s[0])) -
                   overlap;
    int32_t least = overlap > 2 ? overlap : 2;
    step->band = rows < least ? least : rows;
    if (step->band > step->out.h) step->band = step->out.h;
    if (step->pad_w)
        step->scratch_bytes = row * (size_t)((step->band - 1) *
                                             step->window.s[0] +
                                             reach(step, 0));
}

static cut_status set_runs(cut_plan *plan, cut_step *step, int merged,
                           cut_why *why)
{
    int32_t kh = step->window.k[0], kw = step->window.k[1];
    int32_t pixel = step->pad_w ? step->in.cp : step->in.ld;
    int32_t pitch = pixel * (step->pad_w ? step->pad_w : step->in.w);
    step->run_count = merged ? kh : kh * kw;
    step->run_size = merged ? kw * step->in.cp : step->in.cp;
    void *runs = NULL;
    cut_status status = cut_step_alloc(plan, &runs, (size_t)step->run_count,
                                       sizeof *step->runs, why);
    if (status) return status;
    step->runs = runs;
    for (int32_t r = 0; r < step->run_count; r++) {
        int32_t ky = merged ? r : r / kw, kx = merged ? 0 : r % kw;
        step->runs[r] = ky * step->window.d[0] * pitch +
                        kx * step->window.d[1] * pixel;
    }
    return CUT_OK;
}

cut_status cut_conv_setup(cut_plan *plan, cut_step *step,
                          const cut_graph *graph, cut_why *why)
{
    const cut_op *op = step->op;
    const cut_const *weights = &graph->consts[op->weights];
    int32_t kh = op->window.k[0], kw = op->window.k[1];
    packing p = { .step = step, .graph = graph };
    step->window = op->window;
    step->groups = op->groups;
    set_band(step);
    p.depthwise = op->groups > 1 && op->groups == step->in.c &&
                  step->out.c == step->in.c && step->in.cp == step->out.cp;
    int grouped = op->groups > 1 && !p.depthwise;
    p.one = step->out.c == 1;
    p.merged = !grouped && !p.depthwise && (kw == 1 || op->window.d[1] == 1);
    cut_status status = set_runs(plan, step, p.merged, why);
    void *mul = NULL, *add = NULL;
    if (!status)
        status = cut_step_alloc(plan, &mul, (size_t)step->out.cp, 4, why);
    step->mul = mul;
    if (!status)
        status = cut_step_alloc(plan, &add, (size_t)step->out.cp, 4, why);
    step->add = add;
    if (status) return status;
    set_bounds(step);
    p.depth = depth(step);
    size_t kmacs = weights->count / 1000 * (size_t)step->out.h *
                   (size_t)step->out.w;
    if (weights->count < 100000)
        kmacs = weights->count * (size_t)step->out.h * (size_t)step->out.w /
                1000;
    step->kmacs = kmacs > UINT32_MAX / 64 ? UINT32_MAX / 64 : (uint32_t)kmacs;
    int i16 = step->in.type == CUT_I16;
    if (grouped) {
        /* [o][ci][kh][kw] as in the file; runs are the taps */
        size_t size = window_size(weights);
        status = cut_step_weights(plan, step, weights->count * 4, why);
        for (int32_t o = 0; !status && o < step->out.c; o++) {
            float *w = (float *)step->weights + (size_t)o * size;
            float gain = op->mul ? op->mul[o] : 1.0f;
            filter_f32(graph, op, o, w);
            for (size_t i = 0; i < size; i++) w[i] *= gain;
            step->add[o] = op->add ? op->add[o] : 0;
        }
        step->run = run_groups;
        step->kernel = "groups f32";
        return status;
    }
    status = pack(plan, &p, why);
    if (status) return status;
    if (p.depthwise && i16 && kh == 3 && kw == 3) {
        void *plain = step->block;
        const int16_t *w = step->weights;
        status = cut_step_weights(plan, step, (size_t)step->in.cp * 20, why);
        if (!status) cut_depthwise3_pack(step->weights, w, step->in.cp);
        cut_free(plain);
        if (status) return status;
    }
    step->run = p.depthwise ? (!i16 ? run_depthwise_f32
                               : kh == 3 && kw == 3 ? run_depthwise3_i16
                                                    : run_depthwise_i16)
                : p.one ? (i16 ? run_one_i16 : run_one_f32)
                        : (i16 ? run_i16 : run_f32);
    step->kernel = p.depthwise ? (i16 ? "depthwise i16" : "depthwise f32")
                   : p.one ? (i16 ? "one channel i16" : "one channel f32")
                           : (i16 ? "gemm i16" : "gemm f32");
    return CUT_OK;
}
