/* Operations on each element by itself: affine, sums and products of two
 * maps, activations, copies into a concatenation, constants. In f32 whatever
 * lies in memory: these steps wait for memory, not for arithmetic. */
#include <float.h>

#include "nn/conv.h"

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
    i32x4 power = (cut_round(n) + (i32x4){ 127, 127, 127, 127 });
    return y * (f32x4)((u32x4)power << 23);
}

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
        return x * cut_min(cut_max(x * cut_f32x4(1.0f / 6) + cut_f32x4(0.5f),
                                   zero), one);
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
__attribute__((noinline)) static void eight(const cut_step *step, uint8_t *out,
                                            const uint8_t *a, const uint8_t *b,
                                            int32_t channel, int spread)
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
        f32x4 to = cut_f32x4(1.0f / step->out.scale);
        f32x4 limit = cut_f32x4(step->out.limit);
        x0 = cut_min(cut_max(x0 * to, cut_f32x4(0) - limit), limit);
        x1 = cut_min(cut_max(x1 * to, cut_f32x4(0) - limit), limit);
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
        eight(step, (uint8_t *)(out + x), (const uint8_t *)(a + x),
              b ? (const uint8_t *)(spread ? b : b + x) : NULL, 0, spread);
    if (x == n) return;
    size_t rest = (size_t)(n - x) * sizeof(float);
    memset(tail, 0, sizeof tail);
    memcpy(tail[0], a + x, rest);
    if (b) memcpy(tail[1], spread ? b : b + x, spread ? sizeof(float) : rest);
    eight(step, (uint8_t *)tail[2], (const uint8_t *)tail[0],
          b ? (const uint8_t *)tail[1] : NULL, 0, spread);
    memcpy(out + x, tail[2], rest);
}

static void run_point(const cut_step *step, uint8_t *arena, int32_t from,
                      int32_t to)
{
    const cut_view *in = &step->in, *other = &step->other, *out = &step->out;
    size_t in_size = cut_element(in->type), out_size = cut_element(out->type);
    size_t other_size = cut_element(other->type);
    int whole = other->h == 1 && other->w == 1; /* the same at every pixel */
    int spread = other->c == 1 && (out->c > 1 || whole);
    for (int32_t y = from; y < to; y++) {
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
                eight(step, o + (size_t)c * out_size, a + (size_t)c * in_size,
                      b ? b + (spread ? 0 : (size_t)c * other_size) : NULL, c,
                      spread);
            if (step->binary == CUT_DIV || step->binary == CUT_DIV_INTO)
                /* what dividing by 0 left in the padding */
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
    float lo = -FLT_MAX, hi = FLT_MAX, to = 1.0f;
    if (step->act.kind == CUT_ACT_CLAMP) {
        lo = step->act.a;
        hi = step->act.b;
    }
    f32x4 ma = cut_f32x4(1), mb = ma;
    if (type == CUT_I16) {
        float limit = step->out.limit;
        to = 1.0f / step->out.scale;
        lo = lo * to < -limit ? -limit : lo * to > limit ? limit : lo * to;
        hi = hi * to < -limit ? -limit : hi * to > limit ? limit : hi * to;
        ma = cut_f32x4(step->in.scale * to);
        mb = cut_f32x4(step->other.scale * to);
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
static void run_sum(const cut_step *step, uint8_t *arena, int32_t from,
                    int32_t to)
{
    const cut_view *in = &step->in, *other = &step->other, *out = &step->out;
    int dense = in->ld == out->cp && other->ld == out->cp &&
                out->ld == out->cp;
    size_t size = cut_element(out->type), first = (size_t)from * (size_t)out->w;
    int32_t pixels = (to - from) * out->w, n = dense ? pixels * out->cp
                                                     : out->cp;
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

static int is_sum(const cut_step *step)
{
    const cut_view *in = &step->in, *other = &step->other;
    return step->binary == CUT_ADD && in->c == other->c && in->cp > 1 &&
           in->h == other->h && in->w == other->w &&
           in->type == other->type && in->type == step->out.type &&
           (step->act.kind == CUT_ACT_NONE || step->act.kind == CUT_ACT_CLAMP);
}

/* One input of a concatenation that could not be made in place: `out` is the
 * part of the wider map, perhaps not aligned to 8 channels. */
static void run_part(const cut_step *step, uint8_t *arena, int32_t from,
                     int32_t to)
{
    const cut_view *in = &step->in, *out = &step->out;
    for (int32_t y = from; y < to; y++) {
        size_t first = (size_t)y * (size_t)out->w;
        for (size_t x = first; x < first + (size_t)out->w; x++) {
            const uint8_t *a = arena + in->offset +
                               x * (size_t)in->ld * cut_element(in->type);
            uint8_t *o = arena + out->offset +
                         x * (size_t)out->ld * cut_element(out->type);
            if (in->type == out->type) { /* and the same scale */
                memcpy(o, a, (size_t)in->c * cut_element(in->type));
            } else { /* f32 into i16 */
                const float *f = (const float *)(const void *)a;
                for (int32_t c = 0; c < in->c; c++) {
                    float q = f[c] / out->scale;
                    q = q < -out->limit ? -out->limit
                        : q > out->limit ? out->limit : q;
                    int16_t whole = (int16_t)cut_round(cut_f32x4(q))[0];
                    memcpy(o + (size_t)c * 2, &whole, 2);
                }
            }
            if (step->groups) /* the last part: the padding after it */
                memset(o + (size_t)in->c * cut_element(out->type), 0,
                       (size_t)step->groups * cut_element(out->type));
        }
    }
}

static void run_const(const cut_step *step, uint8_t *arena, int32_t from,
                      int32_t to)
{
    size_t row = (size_t)step->out.w * (size_t)step->out.ld * 4;
    memcpy(arena + step->out.offset + (size_t)from * row,
           (const uint8_t *)step->weights + (size_t)from * row,
           (size_t)(to - from) * row);
}

static cut_status setup_const(cut_plan *plan, cut_step *step,
                              const cut_graph *graph, cut_error *why)
{
    const cut_const *constant = &graph->consts[step->op->weights];
    size_t pixels = (size_t)step->out.h * (size_t)step->out.w;
    cut_status status = cut_step_weights(
        plan, step, pixels * (size_t)step->out.ld * 4, why);
    if (status) return status;
    float *out = step->weights;
    for (size_t c = 0; c < (size_t)step->out.c; c++)
        for (size_t i = 0; i < pixels; i++)
            out[i * (size_t)step->out.ld + c] =
                (float)cut_const_at(graph, constant, c * pixels + i);
    step->run = run_const;
    step->kernel = "constant";
    return CUT_OK;
}

cut_status cut_point_setup(cut_plan *plan, cut_step *step,
                           const cut_graph *graph, cut_error *why)
{
    const cut_op *op = step->op;
    step->band = 16384 / (step->out.w * step->out.cp) + 1;
    step->binary = -1;
    if (op->kind == CUT_OP_CONST) return setup_const(plan, step, graph, why);
    if (op->kind == CUT_OP_CONCAT) {
        step->run = run_part;
        step->kernel = "part";
        return CUT_OK;
    }
    step->run = run_point;
    step->kernel = "point";
    if (op->kind == CUT_OP_BINARY) step->binary = op->binary;
    if (is_sum(step)) {
        step->run = run_sum;
        step->kernel = "sum";
        return CUT_OK;
    }
    if (op->kind != CUT_OP_AFFINE) return CUT_OK;
    void *mul = NULL, *add = NULL;
    cut_status status = cut_step_alloc(plan, &mul, (size_t)step->out.cp, 4,
                                       why);
    step->mul = mul;
    if (!status)
        status = cut_step_alloc(plan, &add, (size_t)step->out.cp, 4, why);
    step->add = add;
    for (int32_t i = 0; !status && i < step->out.c; i++) {
        step->mul[i] = op->mul[i];
        step->add[i] = op->add[i];
    }
    return status;
}
