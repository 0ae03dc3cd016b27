/* Convolutions set up and run: which kernel, and bands of rows for it. */
#include "nn/conv.h"

#include <float.h>
#include <string.h>

#include "base/alloc.h"
#include "nn/pack.h"

/* ---- bands ------------------------------------------------------------- */


static int32_t reach(const cut_step *step, int axis)
{
    return step->window.d[axis] * (step->window.k[axis] - 1) + 1;
}

/* Where rows of a map begin, and how far it is from pixel to pixel. */
typedef struct rows {
    uint8_t *at;
    size_t pitch; /* bytes from row to row */
    int32_t ld;   /* elements from pixel to pixel */
} rows;

static rows rows_of(const cut_view *view, uint8_t *arena, int32_t y)
{
    size_t pitch = (size_t)view->w * (size_t)view->ld *
                   cut_element(view->type);
    return (rows){ view->c ? arena + view->offset + (size_t)y * pitch : NULL,
                   pitch, view->ld };
}

/* One row of the padded map; what does not lie on the map is 0. */
static void copy_row(const cut_step *step, const uint8_t *arena, uint8_t *row,
                     int32_t y)
{
    const cut_view *in = &step->in;
    size_t element = cut_element(in->type);
    size_t pixel = (size_t)in->cp * element;
    size_t pitch = (size_t)step->pad_w * pixel;
    size_t left = (size_t)step->window.before[1], inside = (size_t)in->w;
    /* strides may end within the padding before the map, or within the map */
    if (left > (size_t)step->pad_w) left = (size_t)step->pad_w;
    if (left + inside > (size_t)step->pad_w)
        inside = (size_t)step->pad_w - left;
    if (y < 0 || y >= in->h) {
        memset(row, 0, pitch);
        return;
    }
    const uint8_t *src = arena + in->offset + (size_t)y * (size_t)in->w *
                                                  (size_t)in->ld * element;
    memset(row, 0, left * pixel);
    if (in->ld == in->cp)
        memcpy(row + left * pixel, src, inside * pixel);
    else
        for (size_t x = 0; x < inside; x++)
            memcpy(row + (left + x) * pixel, src + x * (size_t)in->ld * element,
                   pixel);
    memset(row + (left + inside) * pixel, 0, pitch - (left + inside) * pixel);
}

static void run_rows(const cut_step *step, uint8_t *arena, int32_t from,
                     int32_t to, rows out);

/* The same rows made by the step before, where it was fused into this one.
 * Those that the band before had are kept: bands come in order, each of
 * step->band rows. */
static void make_rows(const cut_step *step, uint8_t *arena, uint8_t *scratch,
                      int32_t from, int32_t first, int32_t count)
{
    const cut_view *in = &step->in;
    size_t pixel = (size_t)in->cp * cut_element(in->type);
    size_t pitch = (size_t)step->pad_w * pixel;
    size_t left = (size_t)step->window.before[1];
    int32_t have = 0;
    if (from == 0) {
        memset(scratch, 0, pitch * (size_t)count);
    } else {
        int32_t moved = step->band * step->window.s[0];
        int32_t before = (step->band - 1) * step->window.s[0] +
                         reach(step, 0);
        have = before > moved ? before - moved : 0;
        if (have > count) have = count;
        memmove(scratch, scratch + (size_t)moved * pitch,
                (size_t)have * pitch);
    }
    int32_t start = first + have, end = first + count;
    if (start < 0) start = 0;
    if (end > in->h) {
        size_t kept = (size_t)(in->h > start ? in->h - first : start - first);
        memset(scratch + kept * pitch, 0, ((size_t)count - kept) * pitch);
        end = in->h;
    }
    for (int32_t y = start; y < end;) {
        int32_t to = y + step->inner->band < end ? y + step->inner->band : end;
        run_rows(step->inner, arena, y, to,
                 (rows){ scratch + (size_t)(y - first) * pitch + left * pixel,
                         pitch, in->cp });
        y = to;
    }
}

/* The window of the first pixel of row `from`: in the map, or in a padded
 * copy. `pitch`: from one row of windows to the next. */
const uint8_t *cut_conv_band(const cut_step *step, uint8_t *arena,
                             int32_t from, int32_t to, size_t *pitch,
                             int32_t *pixel)
{
    size_t element = cut_element(step->in.type);
    if (!step->pad_w) {
        size_t row = (size_t)step->in.w * (size_t)step->in.ld * element;
        *pitch = row * (size_t)step->window.s[0];
        *pixel = step->window.s[1] * step->in.ld;
        return arena + step->in.offset + *pitch * (size_t)from;
    }
    uint8_t *scratch = arena + step->scratch;
    size_t row = (size_t)step->pad_w * (size_t)step->in.cp * element;
    int32_t first = from * step->window.s[0] - step->window.before[0];
    int32_t count = (to - from - 1) * step->window.s[0] + reach(step, 0);
    if (step->inner)
        make_rows(step, arena, scratch, from, first, count);
    else
        for (int32_t r = 0; r < count; r++)
            copy_row(step, arena, scratch + (size_t)r * row, first + r);
    *pitch = row * (size_t)step->window.s[0];
    *pixel = step->window.s[1] * step->in.cp;
    return scratch;
}

static void run_rows(const cut_step *step, uint8_t *arena, int32_t from,
                     int32_t to, rows out)
{
    size_t pitch, element = cut_element(step->out.type);
    size_t other_size = cut_element(step->other.type);
    cut_tile tile = { .step = step, .ld = out.ld };
    const uint8_t *a =
        cut_conv_band(step, arena, from, to, &pitch, &tile.pixel);
    rows other = rows_of(&step->other, arena, from);
    /* a 1x1 convolution in place goes over its rows as one */
    const cut_window *window = &step->window;
    int flat = !step->pad_w && window->k[0] * window->k[1] == 1 &&
               window->s[0] * window->s[1] == 1 &&
               out.pitch == (size_t)step->out.w * (size_t)out.ld * element;
    int32_t count = flat ? 1 : to - from;
    tile.n = flat ? (to - from) * step->out.w : step->out.w;
    for (int32_t i = 0; i < step->tiles; i++) {
        tile.w = (const uint8_t *)step->weights + (size_t)i * step->tile_bytes;
        tile.channel = i * CUT_TILE;
        for (int32_t y = 0; y < count; y++) {
            tile.a = a + (size_t)y * pitch;
            tile.out = out.at + (size_t)y * out.pitch +
                       (size_t)tile.channel * element;
            tile.other = other.at ? other.at + (size_t)y * other.pitch +
                                        (size_t)tile.channel * other_size
                                  : NULL;
            step->tile(&tile);
        }
    }
}

static void run_conv(const cut_step *step, uint8_t *arena, int32_t from,
                     int32_t to)
{
    run_rows(step, arena, from, to, rows_of(&step->out, arena, from));
}

static size_t depth(const cut_step *step)
{
    return (size_t)step->run_count * (size_t)step->run_size;
}

/* Any groups, plainly: rare in this field. */
static void run_groups(const cut_step *step, uint8_t *arena, int32_t from,
                       int32_t to)
{
    size_t pitch;
    int32_t pixel;
    const uint8_t *band_at =
        cut_conv_band(step, arena, from, to, &pitch, &pixel);
    int32_t cin = step->in.c / step->groups, cout = step->out.c / step->groups;
    for (int32_t y = from; y < to; y++) {
        const float *row = (const float *)(const void *)(band_at +
            (size_t)(y - from) * pitch);
        float *out = (float *)(void *)rows_of(&step->out, arena, y).at;
        const float *other =
            (const float *)(const void *)rows_of(&step->other, arena, y).at;
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
        lo += CUT_MAGIC;
        hi += CUT_MAGIC;
        for (int32_t o = 0; o < step->out.cp; o++) step->add[o] += CUT_MAGIC;
    }
    float to = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
    step->ratio = step->other.type == CUT_I16 ? step->other.scale * to : to;
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
    /* the step before writes whole rows, whatever the windows reach */
    int32_t made = step->window.before[1] + step->in.w;
    if (step->inner) step->pad_w = last > made ? last : made;
    int32_t width = step->pad_w ? step->pad_w : step->in.w;
    size_t row = (size_t)width * (size_t)step->in.cp * element;
    int32_t overlap = reach(step, 0) - step->window.s[0];
    int32_t count = (int32_t)(BAND_BYTES / row / (size_t)step->window.s[0]) -
                   overlap;
    int32_t least = overlap > 2 ? overlap : 2;
    step->band = count < least ? least : count;
    if (step->band > step->out.h) step->band = step->out.h;
    if (step->pad_w)
        step->scratch_bytes = row * (size_t)((step->band - 1) *
                                             step->window.s[0] +
                                             reach(step, 0));
}

static cut_status set_runs(cut_plan *plan, cut_step *step, int merged,
                           cut_error *why)
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

static uint32_t kmacs_of(const cut_step *step, const cut_const *weights)
{
    double macs = (double)weights->count * step->out.h * step->out.w / 1000;
    /* the sum stays in 32 bits */
    return macs < 6e7 ? (uint32_t)macs : 60000000u;
}

/* Weights [o][ci][kh][kw] as in the file; the runs are the taps. */
static cut_status setup_groups(cut_plan *plan, cut_step *step,
                               const cut_graph *graph, cut_error *why)
{
    const cut_op *op = step->op;
    const cut_const *weights = &graph->consts[op->weights];
    size_t size = cut_filter_size(weights);
    cut_status status = cut_step_weights(plan, step, weights->count * 4, why);
    for (int32_t o = 0; !status && o < step->out.c; o++) {
        float *w = (float *)step->weights + (size_t)o * size;
        float gain = op->mul ? op->mul[o] : 1.0f;
        cut_filter_f32(graph, op, o, w);
        for (size_t i = 0; i < size; i++) w[i] *= gain;
        step->add[o] = op->add ? op->add[o] : 0;
    }
    set_bounds(step);
    step->run = run_groups;
    step->kernel = "groups f32";
    return status;
}

/* The kernel for windows of one side, which reads the weights in pairs. */
static cut_status pair_taps(cut_plan *plan, cut_step *step, int32_t side,
                            cut_error *why)
{
    void *plain = step->block;
    const int16_t *w = step->weights;
    size_t pairs = (size_t)CUT_DEPTHWISE_PAIRS(side);
    cut_status status =
        cut_step_weights(plan, step, (size_t)step->in.cp * pairs * 4, why);
    if (!status) cut_depthwise_pack(step->weights, w, step->in.cp, side);
    cut_free(plain);
    step->tile = side == 3 ? cut_depthwise3_i16 : cut_depthwise5_i16;
    return status;
}

cut_status cut_conv_setup(cut_plan *plan, cut_step *step,
                          const cut_graph *graph, cut_error *why)
{
    const cut_op *op = step->op;
    const cut_const *weights = &graph->consts[op->weights];
    int32_t kh = op->window.k[0], kw = op->window.k[1];
    cut_packing p = { .step = step, .graph = graph };
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
    p.depth = depth(step);
    step->kmacs = kmacs_of(step, weights);
    int i16 = step->in.type == CUT_I16;
    if (grouped) return setup_groups(plan, step, graph, why);
    if (!step->banded && cut_winograd_fits(graph, op)) {
        float to = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
        for (int32_t o = 0; o < step->out.c; o++)
            step->add[o] = (op->add ? op->add[o] : 0) * to;
        set_bounds(step);
        return cut_winograd_setup(plan, step, graph, why);
    }
    status = cut_pack(plan, &p, why);
    if (status) return status;
    set_bounds(step);
    step->run = run_conv;
    step->tiles = 1;
    if (p.depthwise) {
        const int32_t *d = op->window.d, *s = op->window.s;
        int three = kh == 3 && kw == 3;
        int five = kh == 5 && kw == 5 && d[1] == 1 && s[1] <= 2;
        step->tile = i16 ? cut_depthwise_i16 : cut_depthwise_f32;
        step->kernel = i16 ? "depthwise i16" : "depthwise f32";
        return i16 && (three || five) ? pair_taps(plan, step, kh, why) : CUT_OK;
    }
    if (p.one) {
        step->tile = i16 ? cut_conv_one_i16 : cut_conv_one_f32;
        step->kernel = i16 ? "one channel i16" : "one channel f32";
        return CUT_OK;
    }
    step->tiles = step->out.cp / CUT_TILE;
    step->tile_bytes = p.depth * CUT_TILE * cut_element(step->in.type);
    step->tile = i16 ? cut_conv_tile_i16 : cut_conv_tile_f32;
    step->kernel = i16 ? "gemm i16" : "gemm f32";
    return CUT_OK;
}

/* Bytes of rows that one band of a fused pair passes through. */
#define FUSED_BYTES 98304

void cut_conv_fuse(cut_step *step, cut_step *inner)
{
    size_t row = (size_t)step->pad_w * (size_t)step->in.cp *
                 cut_element(step->in.type);
    int32_t stride = step->window.s[0], overlap = reach(step, 0) - stride;
    step->band = ((int32_t)(FUSED_BYTES / row) - overlap) / stride;
    int32_t least = overlap > 2 ? overlap : 2;
    if (step->band < least) step->band = least;
    if (step->band > step->out.h) step->band = step->out.h;
    step->scratch_bytes = row * (size_t)((step->band - 1) * stride +
                                         reach(step, 0));
    step->scratch_bytes = (step->scratch_bytes + 63) / 64 * 64;
    step->inner = inner;
    step->kmacs += inner->kmacs;
}
