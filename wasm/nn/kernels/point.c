/*
 * Operations on each element by itself: y = act(x * mul[c] + add[c]), y = act(a
 * op b) of two maps. An operand of one channel, or of one pixel, is spread over
 * the other. In f32 whatever lies in memory: these steps wait for memory, not
 * for arithmetic. Oracle: tests/c/test_nn_point.c.
 */
#include "nn/kernels/point.h"

#include <float.h>

/* e^x within 2 ulp for |x| < 87 (Cephes' expf), without libm: the same bits
 * everywhere. */
CUT_INLINE f32x4 exp4(f32x4 x)
{
    x = cut_min(cut_max(x, cut_f32x4(-87.0f)), cut_f32x4(87.0f));
    f32x4 n = cut_f32x4_of(cut_round(x * cut_f32x4(1.44269504f)));
    x -= n * cut_f32x4(0.693359375f);
    x -= n * cut_f32x4(-2.12194440e-4f);
    f32x4 y = cut_f32x4(1.9875691500e-4f);
    y = y * x + cut_f32x4(1.3981999507e-3f);
    y = y * x + cut_f32x4(8.3334519073e-3f);
    y = y * x + cut_f32x4(4.1665795894e-2f);
    y = y * x + cut_f32x4(1.6666665459e-1f);
    y = y * x + cut_f32x4(5.0000001201e-1f);
    y = y * x * x + x + cut_f32x4(1.0f);
    i32x4 power = (cut_round(n) + (i32x4){127, 127, 127, 127});
    return y * (f32x4)((u32x4)power << 23);
}

/* An activation of four numbers, as ONNX defines it. */
CUT_INLINE f32x4 act4(cut_act act, f32x4 x)
{
    f32x4 zero = cut_f32x4(0), one = cut_f32x4(1);
    switch (act.kind) {
    case CUT_ACT_LEAKY:
        return cut_max(x, zero) + cut_min(x, zero) * cut_f32x4(act.a);
    case CUT_ACT_SIGMOID: return one / (one + exp4(zero - x));
    case CUT_ACT_HARDSIGMOID:
        return cut_min(cut_max(x * cut_f32x4(act.a) + cut_f32x4(act.b), zero),
                       one);
    case CUT_ACT_HARDSWISH:
        return x *
               cut_min(cut_max(x * cut_f32x4(1.0f / 6) + cut_f32x4(0.5f), zero),
                       one);
    case CUT_ACT_CLAMP:
        return cut_min(cut_max(x, cut_f32x4(act.a)), cut_f32x4(act.b));
    default: return x;
    }
}

CUT_INLINE f32x4 binary4(int binary, f32x4 a, f32x4 b)
{
    switch (binary) {
    case CUT_ADD: return a + b;
    case CUT_SUB: return a - b;
    case CUT_MUL: return a * b;
    case CUT_SUB_FROM: return b - a;
    case CUT_DIV_INTO: return b / a;
    default: return a / b;
    }
}

/* Eight elements of the result from eight of each operand. Not inlined: a
 * browser compiles it once, not four times. */
__attribute__((noinline)) static void
elementwise8(const cut_step *step, uint8_t *out, const uint8_t *a,
             const uint8_t *b, int32_t channel, int spread)
{
    f32x4 x0, x1;
    cut_load8(a, step->in.type, &x0, &x1);
    if (step->in.type == CUT_I16) {
        x0 *= cut_f32x4(step->in.scale);
        x1 *= cut_f32x4(step->in.scale);
    }
    if (step->mul) {
        int32_t c = step->out.cp == 1 ? 0 : channel;
        f32x4 m0 = cut_f32x4(step->mul[0]), a0 = cut_f32x4(step->add[0]);
        f32x4 m1 = m0, a1 = a0;
        if (step->out.cp > 1) {
            m0 = cut_load_f32(step->mul + c);
            m1 = cut_load_f32(step->mul + c + 4);
            a0 = cut_load_f32(step->add + c);
            a1 = cut_load_f32(step->add + c + 4);
        }
        x0 = x0 * m0 + a0;
        x1 = x1 * m1 + a1;
    }
    if (b) {
        f32x4 y0, y1;
        if (spread) {
            y0 = y1 = cut_f32x4_splat_at((const float *)(const void *)b);
        } else {
            cut_load8(b, step->other.type, &y0, &y1);
            if (step->other.type == CUT_I16) {
                y0 *= cut_f32x4(step->other.scale);
                y1 *= cut_f32x4(step->other.scale);
            }
        }
        x0 = binary4(step->binary, x0, y0);
        x1 = binary4(step->binary, x1, y1);
    }
    x0 = act4(step->act, x0);
    x1 = act4(step->act, x1);
    if (step->out.type == CUT_I16) {
        f32x4 inv_scale = cut_f32x4(1.0f / step->out.scale);
        f32x4 limit = cut_f32x4(step->out.limit);
        x0 = cut_min(cut_max(x0 * inv_scale, cut_f32x4(0) - limit), limit);
        x1 = cut_min(cut_max(x1 * inv_scale, cut_f32x4(0) - limit), limit);
    }
    cut_store8(out, step->out.type, x0, x1);
}

/* A row of a map of one channel: f32, not padded. */
static void row_of_one(const cut_step *step, float *out, const float *a,
                       const float *b, int spread)
{
    float tail[3][8];
    int32_t n = step->out.w, x = 0;
    for (; x + 8 <= n; x += 8)
        elementwise8(step, (uint8_t *)(out + x), (const uint8_t *)(a + x),
                     b ? (const uint8_t *)(spread ? b : b + x) : NULL, 0,
                     spread);
    if (x == n) return;
    size_t rest = (size_t)(n - x) * sizeof(float);
    memset(tail, 0, sizeof tail);
    memcpy(tail[0], a + x, rest);
    if (b) memcpy(tail[1], spread ? b : b + x, spread ? sizeof(float) : rest);
    elementwise8(step, (uint8_t *)tail[2], (const uint8_t *)tail[0],
                 b ? (const uint8_t *)tail[1] : NULL, 0, spread);
    memcpy(out + x, tail[2], rest);
}

/* Row by row, pixel by pixel, eight channels at a time. */
static void run_point(const cut_step *step, uint8_t *arena, int32_t y_begin,
                      int32_t y_end)
{
    const cut_view *in = &step->in, *other = &step->other, *out = &step->out;
    size_t in_size = cut_element(in->type), out_size = cut_element(out->type);
    size_t other_size = cut_element(other->type);
    int whole = other->h == 1 && other->w == 1; /* the same at every pixel */
    int spread = other->c == 1 && (out->c > 1 || whole);
    int divides = step->kind == CUT_OP_BINARY &&
                  (step->binary == CUT_DIV || step->binary == CUT_DIV_INTO);
    for (int32_t y = y_begin; y < y_end; y++) {
        size_t first = (size_t)y * (size_t)out->w;
        const uint8_t *a = arena + in->offset +
                           first * (size_t)in->ld * in_size;
        const uint8_t *b = NULL;
        uint8_t *o = arena + out->offset + first * (size_t)out->ld * out_size;
        if (other->c)
            b = arena + other->offset +
                (whole ? 0 : first * (size_t)other->ld * other_size);
        if (out->cp == 1) {
            row_of_one(step, (float *)(void *)o, (const float *)(const void *)a,
                       (const float *)(const void *)b, spread);
            continue;
        }
        for (int32_t x = 0; x < out->w; x++) {
            for (int32_t c = 0; c < out->cp; c += 8)
                elementwise8(
                    step, o + (size_t)c * out_size, a + (size_t)c * in_size,
                    b ? b + (spread ? 0 : (size_t)c * other_size) : NULL, c,
                    spread);
            if (divides) /* what dividing by 0 left in the padding */
                memset(o + (size_t)out->c * out_size, 0,
                       (size_t)(out->cp - out->c) * out_size);
            a += (size_t)in->ld * in_size;
            o += (size_t)out->ld * out_size;
            if (b && !whole) b += (size_t)other->ld * other_size;
        }
    }
}

/* n elements (of a multiple of 8) of a sum of two maps of one type. */
CUT_INLINE void sum_of(const cut_step *step, int type, uint8_t *o,
                       const uint8_t *a, const uint8_t *b, int32_t n)
{
    float lo = -FLT_MAX, hi = FLT_MAX;
    if (step->act.kind == CUT_ACT_CLAMP) {
        lo = step->act.a;
        hi = step->act.b;
    }
    f32x4 ma = cut_f32x4(1), mb = ma;
    if (type == CUT_I16) {
        float limit = step->out.limit;
        float inv_scale = 1.0f / step->out.scale;
        lo *= inv_scale;
        hi *= inv_scale;
        lo = lo < -limit ? -limit : lo > limit ? limit : lo;
        hi = hi < -limit ? -limit : hi > limit ? limit : hi;
        ma = cut_f32x4(step->in.scale * inv_scale);
        mb = cut_f32x4(step->other.scale * inv_scale);
    }
    const f32x4 vlo = cut_f32x4(lo), vhi = cut_f32x4(hi);
    for (int32_t i = 0; i < n; i += 8) {
        f32x4 x0, x1, y0, y1;
        size_t at = (size_t)i * cut_element(type);
        cut_load8(a + at, type, &x0, &x1);
        cut_load8(b + at, type, &y0, &y1);
        if (type == CUT_I16) {
            x0 *= ma;
            x1 *= ma;
            y0 *= mb;
            y1 *= mb;
        }
        cut_store8(o + at, type, cut_min(cut_max(x0 + y0, vlo), vhi),
                   cut_min(cut_max(x1 + y1, vlo), vhi));
    }
}

/* The residual sum that no convolution could take over. */
static void run_sum(const cut_step *step, uint8_t *arena, int32_t y_begin,
                    int32_t y_end)
{
    const cut_view *in = &step->in, *other = &step->other, *out = &step->out;
    int dense = in->ld == out->cp && other->ld == out->cp && out->ld == out->cp;
    size_t size = cut_element(out->type),
           first = (size_t)y_begin * (size_t)out->w;
    int32_t pixels = (y_end - y_begin) * out->w,
            n = dense ? pixels * out->cp : out->cp;
    for (int32_t i = 0; i < (dense ? 1 : pixels); i++) {
        size_t at = first + (size_t)i;
        uint8_t *o = arena + out->offset + at * (size_t)out->ld * size;
        const uint8_t *a = arena + in->offset + at * (size_t)in->ld * size;
        const uint8_t *b = arena + other->offset +
                           at * (size_t)other->ld * size;
        if (out->type == CUT_I16)
            sum_of(step, CUT_I16, o, a, b, n);
        else
            sum_of(step, CUT_F32, o, a, b, n);
    }
}

/* ---- set-up ------------------------------------------------------------ */

static cut_status set_up(const cut_setup *setup)
{
    setup->step->band = cut_even_band(&setup->step->out);
    return CUT_OK;
}

static cut_status set_up_binary(const cut_setup *setup)
{
    setup->step->binary = setup->op->binary;
    return set_up(setup);
}

static cut_status set_up_affine(const cut_setup *setup)
{
    cut_step *step = setup->step;
    cut_status status = cut_step_affine(setup);
    for (int32_t i = 0; !status && i < step->out.c; i++) {
        step->mul[i] = setup->op->mul[i];
        step->add[i] = setup->op->add[i];
    }
    return status ? status : set_up(setup);
}

static int fits_sum(const cut_op *op, const cut_step *step)
{
    const cut_view *in = &step->in, *other = &step->other;
    return op->binary == CUT_ADD && in->c == other->c && in->cp > 1 &&
           in->h == other->h && in->w == other->w && in->type == other->type &&
           in->type == step->out.type &&
           (op->act.kind == CUT_ACT_NONE || op->act.kind == CUT_ACT_CLAMP);
}

const cut_kernel cut_point_act = {
    .name = "point", .set_up = set_up, .run = run_point};

const cut_kernel cut_point_affine = {
    .name = "point", .set_up = set_up_affine, .run = run_point};

const cut_kernel cut_point_binary = {
    .name = "point", .set_up = set_up_binary, .run = run_point};

const cut_kernel cut_point_sum = {
    .name = "sum", .fits = fits_sum, .set_up = set_up_binary, .run = run_sum};
