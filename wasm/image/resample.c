/* Reducing, and drawing at another size. Long because both are there for
 * opaque pictures, for clear ones and for tensors. */
#include "image/resample.h"

#include <string.h>

#include "base/parallel.h"
#include "base/simd.h"

/* One axis: out sample o is the sum of weight[o][i] * in[first[o] + i]. */
typedef struct axis {
    int32_t *first;
    float *weight; /* [out][taps], 0 beyond what is needed */
    int32_t taps;
    int32_t from, end; /* the in samples that any weight is for */
} axis;

struct cut_resampler {
    const cut_image *in; /* opaque unless placed */
    cut_image reduced;   /* what `in` points to when it had to be made */
    int32_t w, placed;
    axis x, y;
    float *column; /* [in->w][4]: the vertical pass of one row */
};

int cut_image_is_opaque(const cut_image *image)
{
    if (image->opaque) return 1;
    const uint8_t *px = image->px;
    size_t count = (size_t)image->w * (size_t)image->h, i = 0;
    uint32_t all = 0xFFFFFFFFu;
    for (; i < count; i++) {
        uint32_t pixel;
        memcpy(&pixel, px + i * 4, 4);
        all &= pixel;
        if ((i & 0xFFFF) == 0xFFFF && all >> 24 != 255) return 0;
    }
    return all >> 24 == 255;
}

enum { WHITE = 255, DARK_GREY = 64 };

/* c over a grey at alpha a, rounded: exact for every c and a. */
static uint32_t on_grey(uint32_t c, uint32_t a, uint32_t grey)
{
    return (c * a + grey * (255 - a) + 127) / 255;
}

static void add_row(uint16_t *restrict sum, const uint8_t *restrict row,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) sum[i] = (uint16_t)(sum[i] + row[i]);
}

static void add_row_on_grey(uint16_t *restrict sum, const uint8_t *restrict row,
                            size_t pixels, uint32_t grey)
{
    for (size_t x = 0; x < pixels; x++)
        for (size_t c = 0; c < 3; c++)
            sum[x * 4 + c] = (uint16_t)(sum[x * 4 + c] + on_grey(row[x * 4 + c],
                                                                 row[x * 4 + 3],
                                                                 grey));
}

/* The mean over `columns` sums of `rows` pixels, with rounding. Exact without
 * a division: sums stay below 2^20 + 2^11, so that the quotient is off by less
 * than the half pixel that lies between it and the next integer. */
static void put_mean(uint8_t out[4], const uint16_t *sum, int32_t columns,
                     int32_t rows)
{
    int32_t n = rows * columns, half = n / 2;
    i32x4 total = {half, half, half, half};
    for (int32_t i = 0; i < columns; i++) total += cut_load_u16x4(sum + i * 4);
    f32x4 mean = (__builtin_convertvector(total, f32x4) + 0.5f) *
                 (1 / (float)n);
    cut_store_u8x4(out, __builtin_convertvector(mean, i32x4));
    out[3] = 255;
}

/* Columns at a time in cut_image_reduce(): their sums stay in L1. */
enum { SPAN = CUT_REDUCE_MAX };

/* The mean over blocks of k x k of `rows` rows, w pixels of each, which lie
 * `stride` apart: out[ceil(w / k)][4]. */
static void reduce_rows(uint8_t *out, const uint8_t *px, size_t stride,
                        int32_t w, int32_t rows, int32_t k, int opaque,
                        uint32_t grey)
{
    uint16_t sum[(SPAN) * 4];
    int32_t span = SPAN / k * k;
    for (int32_t x = 0; x < w; x += span) {
        int32_t n = x + span < w ? span : w - x;
        memset(sum, 0, (size_t)n * 4 * sizeof *sum);
        for (int32_t y = 0; y < rows; y++) {
            const uint8_t *row = px + ((size_t)y * stride + (size_t)x) * 4;
            if (opaque)
                add_row(sum, row, (size_t)n * 4);
            else
                add_row_on_grey(sum, row, (size_t)n, grey);
        }
        for (int32_t i = 0; i < n; i += k, out += 4)
            put_mean(out, sum + i * 4, i + k <= n ? k : n - i, rows);
    }
}

typedef struct reduction {
    uint8_t *px;
    const cut_image *in;
    int32_t k, w; /* w: of the result */
    int opaque;
} reduction;

/* Whole rows of the result. */
static void reduce_some(void *context, int32_t from, int32_t end,
                        int32_t thread)
{
    const reduction *all = context;
    (void)thread;
    for (int32_t y = from; y < end; y++)
        cut_image_reduce_part(all->px + (size_t)y * (size_t)all->w * 4, all->in,
                              all->k, all->opaque, 0, y, all->w);
}

cut_status cut_image_reduce(cut_image *out, const cut_image *in, int32_t k,
                            cut_error *error)
{
    int32_t w = (in->w + k - 1) / k, h = (in->h + k - 1) / k;
    uint8_t *px = cut_alloc((size_t)w * (size_t)h, 4);
    if (!px)
        return cut_fail(error, CUT_E_MEMORY, "No memory to reduce %d x %d.",
                        (int)in->w, (int)in->h);
    reduction all = {px, in, k, w, cut_image_is_opaque(in)};
    cut_parallel_rows(h, reduce_some, &all);
    *out = (cut_image){.px = px, .w = w, .h = h, .opaque = 1};
    return CUT_OK;
}

void cut_image_reduce_part(uint8_t *out, const cut_image *in, int32_t k,
                           int opaque, int32_t x, int32_t y, int32_t n)
{
    size_t at = (size_t)y * (size_t)k * (size_t)in->w + (size_t)(x * k);
    int32_t end = (x + n) * k < in->w ? (x + n) * k : in->w;
    reduce_rows(out, in->px + at * 4, (size_t)in->w, end - x * k,
                (y + 1) * k <= in->h ? k : in->h - y * k, k, opaque,
                in->light ? DARK_GREY : WHITE);
}

/* The weights of out sample o, whose middle lies at `centre` of the in samples,
 * times `share`. */
static void axis_tap(axis *a, int32_t in, int32_t o, float centre,
                     float support, float share)
{
    int32_t lo = (int32_t)(centre - support);
    int32_t hi = (int32_t)(centre + support) + 1;
    if (lo < 0) lo = 0;
    if (hi > in - 1) hi = in - 1;
    if (hi < 0) hi = 0; /* a middle far before the first sample: it repeats */
    if (lo > hi) lo = hi;
    if (hi - lo > a->taps - 1) hi = lo + a->taps - 1;
    float *weight = a->weight + (size_t)o * (size_t)a->taps, sum = 0;
    for (int32_t i = lo; i <= hi; i++) {
        float d = ((float)i - centre) / support;
        float v = 1 - (d < 0 ? -d : d);
        weight[i - lo] = v > 0 ? v : 0;
        sum += weight[i - lo];
    }
    for (int32_t i = 0; i <= hi - lo; i++)
        weight[i] = (sum > 0 ? weight[i] / sum : 1.0f / (float)(hi - lo + 1)) *
                    share;
    a->first[o] = lo;
    if (lo < a->from) a->from = lo;
    if (hi >= a->end) a->end = hi + 1;
}

/* ratio: in samples for one of the result */
static int axis_alloc(axis *a, int32_t in, float ratio, int32_t out)
{
    a->taps = 2 * (int32_t)(ratio > 1 ? ratio : 1) + 3;
    a->first = cut_alloc_zero((size_t)out, sizeof *a->first);
    a->weight = cut_alloc_zero((size_t)out * (size_t)a->taps,
                               sizeof *a->weight);
    a->from = in;
    return a->first && a->weight;
}

/* From `at` on, over `length` samples of the result. `extent`: the true length
 * in input samples; the last one of a reduced picture may stand for less than a
 * whole block. */
static int axis_stretch(axis *a, int32_t in, float extent, float at,
                        float length, int32_t out)
{
    float ratio = extent / length;
    if (!axis_alloc(a, in, ratio, out)) return 0;
    for (int32_t o = 0; o < out; o++)
        axis_tap(a, in, o, ((float)o + 0.5f - at) * ratio - 0.5f,
                 ratio > 1 ? ratio : 1, 1);
    return 1;
}

/* From `at` on, over `length` samples of the result; those that are covered in
 * part are weighted by their part. */
static int axis_place(axis *a, int32_t in, float at, float length, float ratio,
                      int32_t out)
{
    if (!axis_alloc(a, in, ratio, out)) return 0;
    for (int32_t o = 0; o < out; o++) {
        float from = (float)o > at ? (float)o : at;
        float end = (float)(o + 1) < at + length ? (float)(o + 1) : at + length;
        if (end > from)
            axis_tap(a, in, o, ((float)o + 0.5f - at) * ratio - 0.5f,
                     ratio > 1 ? ratio : 1, end - from);
    }
    return 1;
}

cut_status cut_resampler_new(cut_resampler **out, const cut_image *in,
                             int32_t w, int32_t h, cut_error *error)
{
    cut_stretch all = {0, 0, (float)w, (float)h};
    return cut_resampler_new_stretched(out, in, w, h, all, error);
}

cut_status cut_resampler_new_stretched(cut_resampler **out, const cut_image *in,
                                       int32_t w, int32_t h, cut_stretch over,
                                       cut_error *error)
{
    cut_resampler *r = cut_alloc_zero(1, sizeof *r);
    if (!r) goto no_memory;
    if (over.w < 1) over.w = 1;
    if (over.h < 1) over.h = 1;
    /* at least two reduced pixels stay for each result pixel */
    int32_t kx = (int32_t)((float)in->w / over.w) / 2;
    int32_t ky = (int32_t)((float)in->h / over.h) / 2;
    int32_t k = kx < ky ? kx : ky;
    if (k > CUT_REDUCE_MAX) k = CUT_REDUCE_MAX;
    if (k < 1) k = 1;
    r->in = in;
    r->w = w;
    if (k > 1 || !cut_image_is_opaque(in)) {
        if (cut_image_reduce(&r->reduced, in, k, error)) goto no_memory;
        r->in = &r->reduced;
    }
    r->column = cut_alloc((size_t)r->in->w * 4, sizeof *r->column);
    if (!r->column ||
        !axis_stretch(&r->x, r->in->w, (float)in->w / (float)k, over.x, over.w,
                      w) ||
        !axis_stretch(&r->y, r->in->h, (float)in->h / (float)k, over.y, over.h,
                      h))
        goto no_memory;
    *out = r;
    return CUT_OK;
no_memory:
    cut_resampler_free(r);
    return cut_fail(error, CUT_E_MEMORY, "No memory to resize to %d x %d.",
                    (int)w, (int)h);
}

void cut_resampler_free(cut_resampler *r)
{
    if (!r) return;
    cut_image_free(&r->reduced);
    cut_free(r->x.first);
    cut_free(r->x.weight);
    cut_free(r->y.first);
    cut_free(r->y.weight);
    cut_free(r->column);
    cut_free(r);
}

/* Adds a row to sums [ceil(w / k)][4] of colours times alpha, and alpha. */
static void add_clear(uint32_t *sums, const uint8_t *px, int32_t w, int32_t k)
{
    for (int32_t x = 0; x < w; sums += 4)
        for (int32_t end = x + k < w ? x + k : w; x < end; x++, px += 4) {
            uint32_t a = px[3];
            if (a == 0) continue;
            for (int c = 0; c < 3; c++) sums[c] += px[c] * a;
            sums[3] += a;
        }
}

cut_status cut_image_reduce_clear(cut_image *out, const cut_image *in,
                                  int32_t k, cut_error *error)
{
    int32_t w = (in->w + k - 1) / k, h = (in->h + k - 1) / k;
    uint8_t *px = cut_alloc((size_t)w * (size_t)h, 4);
    uint32_t *sums = cut_alloc((size_t)w * 4, sizeof *sums);
    if (!px || !sums) {
        cut_free(px);
        cut_free(sums);
        return cut_fail(error, CUT_E_MEMORY, "No memory to reduce %d x %d.",
                        (int)in->w, (int)in->h);
    }
    for (int32_t y = 0; y < h; y++) {
        int32_t rows = (y + 1) * k <= in->h ? k : in->h - y * k;
        memset(sums, 0, (size_t)w * 4 * sizeof *sums);
        for (int32_t i = 0; i < rows; i++)
            add_clear(sums,
                      in->px + ((size_t)y * (size_t)k + (size_t)i) *
                                   (size_t)in->w * 4,
                      in->w, k);
        for (int32_t x = 0; x < w; x++) {
            int32_t columns = (x + 1) * k <= in->w ? k : in->w - x * k;
            uint32_t n = (uint32_t)(rows * columns);
            const uint32_t *sum = sums + (size_t)x * 4;
            uint8_t *to = px + ((size_t)y * (size_t)w + (size_t)x) * 4;
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)(sum[3] ? (sum[c] + sum[3] / 2) / sum[3] : 0);
            to[3] = (uint8_t)((sum[3] + n / 2) / n);
        }
    }
    cut_free(sums);
    *out = (cut_image){.px = px, .w = w, .h = h, .opaque = 0};
    return CUT_OK;
}

/* What is left to do of a placement when `r` has what it reads, a sample of
 * which is k pixels of a picture of in_w x in_h. */
static cut_status place_axes(cut_resampler *r, int32_t k, int32_t in_w,
                             int32_t in_h, int32_t w, int32_t h,
                             cut_place place, cut_error *error)
{
    float ratio = 1 / place.scale / (float)k;
    r->w = w;
    r->placed = 1;
    r->column = cut_alloc((size_t)r->in->w * 4, sizeof *r->column);
    if (r->column &&
        axis_place(&r->x, r->in->w, place.x, (float)in_w * place.scale, ratio,
                   w) &&
        axis_place(&r->y, r->in->h, place.y, (float)in_h * place.scale, ratio,
                   h))
        return CUT_OK;
    return cut_fail(error, CUT_E_MEMORY, "No memory to place %d x %d.",
                    (int)in_w, (int)in_h);
}

cut_status cut_resampler_new_reduced(cut_resampler **out,
                                     const cut_image *reduced, int32_t k,
                                     int32_t in_w, int32_t in_h, int32_t w,
                                     int32_t h, cut_place place,
                                     cut_error *error)
{
    cut_resampler *r = cut_alloc_zero(1, sizeof *r);
    if (!r)
        return cut_fail(error, CUT_E_MEMORY, "No memory to place %d x %d.",
                        (int)in_w, (int)in_h);
    r->in = reduced;
    cut_status status = place_axes(r, k, in_w, in_h, w, h, place, error);
    if (status)
        cut_resampler_free(r);
    else
        *out = r;
    return status;
}

cut_status cut_resampler_new_placed(cut_resampler **out, const cut_image *in,
                                    int32_t w, int32_t h, cut_place place,
                                    cut_error *error)
{
    int32_t k = cut_place_reduces_by(&place);
    cut_image reduced = {0};
    cut_status status = k > 1 ? cut_image_reduce_clear(&reduced, in, k, error)
                              : CUT_OK;
    if (status) return status;
    status = cut_resampler_new_reduced(out, k > 1 ? &reduced : in, k, in->w,
                                       in->h, w, h, place, error);
    if (status) {
        cut_image_free(&reduced);
    } else if (k > 1) { /* it is the resampler's from now on */
        (*out)->reduced = reduced;
        (*out)->in = &(*out)->reduced;
    }
    return status;
}

static void add_weighted(float *restrict sum, const uint8_t *restrict row,
                         float weight, size_t count)
{
    for (size_t i = 0; i < count; i++) sum[i] += weight * (float)row[i];
}

/* The same with colours times their alpha, of `pixels`. */
static void add_premultiplied(float *restrict sum, const uint8_t *restrict row,
                              float weight, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++, row += 4, sum += 4) {
        if (row[3] == 0) continue;
        float share = weight * (float)row[3];
        const f32x4 by = {share, share, share, weight};
        cut_store_f32(sum, cut_load_f32(sum) + cut_load_u8x4(row) * by);
    }
}

/* The vertical pass of one row, over the columns that count. */
static void add_rows(cut_resampler *r, const float *wy, int32_t first)
{
    size_t count = (size_t)r->in->w * 4;
    size_t from = (size_t)r->x.from * 4, end = (size_t)r->x.end * 4;
    if (end <= from) return;
    memset(r->column + from, 0, (end - from) * sizeof *r->column);
    for (int32_t i = 0; i < r->y.taps; i++) {
        if (!(wy[i] > 0)) continue;
        const uint8_t *row = r->in->px + (size_t)(first + i) * count;
        if (r->placed)
            add_premultiplied(r->column + from, row + from, wy[i],
                              (end - from) / 4);
        else
            add_weighted(r->column + from, row + from, wy[i], end - from);
    }
}

void cut_resampler_row(cut_resampler *r, float *row, int32_t y)
{
    add_rows(r, r->y.weight + (size_t)y * (size_t)r->y.taps, r->y.first[y]);
    for (int32_t x = 0; x < r->w; x++) {
        const float *wx = r->x.weight + (size_t)x * (size_t)r->x.taps;
        const float *in = r->column + (size_t)r->x.first[x] * 4;
        f32x4 sum = {0};
        for (int32_t i = 0; i < r->x.taps; i++) {
            if (!(wx[i] > 0)) continue;
            sum += cut_load_f32(in + (size_t)i * 4) * wx[i];
        }
        cut_store_f32(row + (size_t)x * 4, sum);
    }
}

cut_status cut_resample_tensor(float *tensor, const cut_image *in, int32_t sw,
                               int32_t sh, const float mean[3],
                               const float std[3], int range_is_max,
                               cut_error *error)
{
    cut_resampler *r = NULL;
    size_t plane = (size_t)sw * (size_t)sh;
    float *row = cut_alloc((size_t)sw * 4, sizeof *row);
    cut_status status = row ? cut_resampler_new(&r, in, sw, sh, error)
                            : cut_fail(error, CUT_E_MEMORY, "No memory.");
    if (status) {
        cut_free(row);
        return status;
    }
    float range = range_is_max ? 1e-6f : 255;
    for (int32_t y = 0; y < sh; y++) {
        cut_resampler_row(r, row, y);
        for (size_t x = 0; x < (size_t)sw; x++)
            for (size_t c = 0; c < 3; c++) {
                float v = row[x * 4 + c];
                tensor[c * plane + (size_t)y * (size_t)sw + x] = v;
                if (range_is_max && v > range) range = v;
            }
    }
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < plane; i++) {
            float *v = tensor + c * plane + i;
            *v = (*v / range - mean[c]) / std[c];
        }
    cut_resampler_free(r);
    cut_free(row);
    return CUT_OK;
}
