/*
 * Steps of a plan against plain loops. A model is planned, its arena filled
 * with rubbish and a random input, its steps run band by band; what the last
 * step read and wrote still stands in the arena then.
 *
 * Numbers are doubles: values where a map is f32, whole numbers where it is
 * i16. Inputs and weights are multiples of 2^-10, so that most f32 sums are
 * exact in any order.
 */
#ifndef CUT_TESTS_NN_ORACLE_H
#define CUT_TESTS_NN_ORACLE_H

#include <float.h>
#include <math.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "nn/graph/build.h"
#include "nn/graph/fuse.h"
#include "nn/kernels/kernel.h"
#include "nn/plan/plan.h"
#include "nn_model.h"

/* A map as [c][h][w]. */
typedef struct nn_map {
    int c, h, w, type;
    float scale, limit;
    double *at;
} nn_map;

typedef struct nn_run {
    cut_graph graph;
    cut_plan plan;
    uint8_t *block, *arena;
    nn_map input; /* as it was; its place may have been used again */
    cut_error error;
} nn_run;

static inline int nn_is_i16(const nn_map *map)
{
    return map->type == CUT_I16;
}

static inline nn_map nn_map_of(const cut_view *view)
{
    nn_map map = {view->c,     view->h,     view->w, view->type,
                  view->scale, view->limit, NULL};
    map.at = calloc((size_t)map.c * (size_t)(map.h * map.w), sizeof *map.at);
    if (!map.at) abort();
    return map;
}

static inline double *nn_spot(const nn_map *map, int c, int y, int x)
{
    return &map->at[((size_t)c * (size_t)map->h + (size_t)y) * (size_t)map->w +
                    (size_t)x];
}

/* The value an element stands for. */
static inline double nn_value_at(const nn_map *map, int c, int y, int x)
{
    double v = *nn_spot(map, c, y, x);
    return nn_is_i16(map) ? v * (double)map->scale : v;
}

static inline uint8_t *nn_address(const cut_view *view, uint8_t *arena, int c,
                                  int y, int x)
{
    size_t pixel = (size_t)y * (size_t)view->w + (size_t)x;
    return arena + view->offset +
           (pixel * (size_t)view->ld + (size_t)c) *
               (view->type == CUT_I16 ? 2 : 4);
}

static inline nn_map nn_read(const cut_view *view, uint8_t *arena)
{
    nn_map map = nn_map_of(view);
    for (int c = 0; c < map.c; c++)
        for (int y = 0; y < map.h; y++)
            for (int x = 0; x < map.w; x++) {
                const uint8_t *p = nn_address(view, arena, c, y, x);
                float f = 0;
                int16_t q = 0;
                if (view->type == CUT_I16)
                    memcpy(&q, p, 2);
                else
                    memcpy(&f, p, 4);
                *nn_spot(&map, c, y, x) = view->type == CUT_I16 ? q : (double)f;
            }
    return map;
}

/* Random multiples of 2^-10 within -1..1, or whole numbers up to the limit;
 * the padding is 0. */
static inline void nn_fill(const cut_view *view, uint8_t *arena, uint32_t seed)
{
    for (int y = 0; y < view->h; y++)
        for (int x = 0; x < view->w; x++)
            for (int c = 0; c < view->cp; c++) {
                uint8_t *p = nn_address(view, arena, c, y, x);
                int limit = (int)view->limit;
                float f = c < view->c ? nn_unit(&seed) : 0;
                int16_t q = 0;
                if (c < view->c && limit > 0)
                    q = (int16_t)((int)(nn_random(&seed) %
                                        (uint32_t)(2 * limit + 1)) -
                                  limit);
                if (view->type == CUT_I16)
                    memcpy(p, &q, 2);
                else
                    memcpy(p, &f, 4);
            }
}

static inline void nn_execute(nn_run *r)
{
    for (uint32_t i = 0; i < r->plan.step_count; i++) {
        const cut_step *step = &r->plan.steps[i];
        for (int32_t from = 0; from < step->out.h;) {
            int32_t to = from + step->band;
            if (to > step->out.h) to = step->out.h;
            step->kernel->run(step, r->arena, from, to);
            from = to;
        }
    }
}

static inline void nn_stop(nn_run *r)
{
    cut_plan_free(&r->plan);
    cut_graph_free(&r->graph);
    cut_free(r->block);
    free(r->input.at);
}

/**
 * Plans the finished model `m`, which must outlive the run, and runs it once.
 * I16 only where there are kernels for it; every map may hold -4..4. 0 when
 * the model is refused: then there is nothing to stop.
 */
static inline int nn_start(nn_run *r, const nn_model *m, int w, int h,
                           int arithmetic, uint32_t seed)
{
    *r = (nn_run){.block = NULL, .input = {.at = NULL}};
    cut_slice file = {m->file.at, m->file.size};
    if (cut_graph_build(&r->graph, file, w, h, (cut_slice){NULL, 0}, &r->error))
        return 0;
    cut_status status = cut_graph_fuse(&r->graph, &r->error);
    if (arithmetic == CUT_I16 && !cut_plan_can(&r->graph, CUT_I16))
        arithmetic = CUT_F32;
    cut_range *ranges = malloc((r->graph.map_count + 1) * sizeof *ranges);
    for (uint32_t i = 0; ranges && i < r->graph.map_count; i++)
        ranges[i] = (cut_range){-4, 4};
    if (!status)
        status = cut_plan_make(&r->plan, &r->graph, arithmetic, ranges, 1, 0,
                               &r->error);
    free(ranges);
    if (!status) r->block = cut_alloc(r->plan.arena_bytes + 64, 1);
    if (!r->block) {
        printf("%s\n", r->error.text);
        nn_stop(r);
        return 0;
    }
    r->arena = r->block + (64 - ((uintptr_t)r->block & 63));
    /* as i16 and as f32 a finite number, and none that could pass for right */
    memset(r->block, 0x45, r->plan.arena_bytes + 64);
    nn_fill(&r->plan.input, r->arena, seed);
    r->input = nn_read(&r->plan.input, r->arena);
    nn_execute(r);
    return 1;
}

static inline const cut_step *nn_last(const nn_run *r)
{
    return &r->plan.steps[r->plan.step_count - 1];
}

/* ---- convolution ------------------------------------------------------- */

typedef struct nn_conv {
    int ic, oc, k[2], s[2], d[2], pads[4], groups;
    int has_bias, clamped, int8;
    float lo, hi; /* when clamped */
    float *w;     /* [oc][ic / groups][kh][kw], without int8 */
    int8_t *q;    /* with it */
    float *scale; /* [oc] of q */
    float *bias;
} nn_conv;

/* Allocates and fills the numbers. */
static inline void nn_conv_numbers(nn_conv *k, uint32_t seed)
{
    size_t count = (size_t)(k->oc * (k->ic / k->groups) * k->k[0] * k->k[1]);
    k->w = malloc(count * sizeof *k->w);
    k->q = malloc(count);
    k->scale = malloc((size_t)k->oc * sizeof *k->scale);
    k->bias = malloc((size_t)k->oc * sizeof *k->bias);
    for (size_t i = 0; i < count; i++) {
        k->w[i] = nn_unit(&seed);
        k->q[i] = (int8_t)((int)(nn_random(&seed) % 255) - 127);
    }
    for (int i = 0; i < k->oc; i++) {
        k->scale[i] = (float)(1 + nn_random(&seed) % 7) / 1000.0f;
        k->bias[i] = nn_unit(&seed);
    }
}

static inline void nn_conv_free(nn_conv *k)
{
    free(k->w);
    free(k->q);
    free(k->scale);
    free(k->bias);
}

/* Writes the node and its constants: `out` = Conv(`in`). */
static inline void nn_conv_node(nn_model *m, const nn_conv *k, const char *in,
                                const char *out)
{
    char names[5][32], ins[96];
    static const char *const ends[5] = {"_w", "_q", "_s", "_b", "_c"};
    for (int i = 0; i < 5; i++)
        snprintf(names[i], sizeof names[i], "%.20s%s", out, ends[i]);
    int dims[4] = {k->oc, k->ic / k->groups, k->k[0], k->k[1]};
    if (k->int8) {
        nn_int8s(m, names[1], 4, dims, k->q);
        nn_floats(m, names[2], 1, &k->oc, k->scale);
        snprintf(ins, sizeof ins, "%s %s", names[1], names[2]);
        nn_node(m, "DequantizeLinear", names[0], ins, names[0]);
        nn_int(m, "axis", 0);
    } else {
        nn_floats(m, names[0], 4, dims, k->w);
    }
    if (k->has_bias) nn_floats(m, names[3], 1, &k->oc, k->bias);
    snprintf(ins, sizeof ins, k->has_bias ? "%s %s %s" : "%s %s", in, names[0],
             names[3]);
    nn_node(m, "Conv", out, ins, out);
    nn_ints(m, "strides", 2, k->s);
    nn_ints(m, "dilations", 2, k->d);
    nn_ints(m, "pads", 4, k->pads);
    if (k->groups > 1) nn_int(m, "group", k->groups);
}

/* ... and a Clip after it: `clipped` = Clip(`in`). */
static inline void nn_clip_node(nn_model *m, const nn_conv *k, const char *in,
                                const char *clipped)
{
    char lo[32], hi[32], ins[96];
    snprintf(lo, sizeof lo, "%.20s_lo", clipped);
    snprintf(hi, sizeof hi, "%.20s_hi", clipped);
    nn_floats(m, lo, 0, NULL, &k->lo);
    nn_floats(m, hi, 0, NULL, &k->hi);
    snprintf(ins, sizeof ins, "%s %s %s", in, lo, hi);
    nn_node(m, "Clip", clipped, ins, clipped);
}

/* One window: the sum of products, and of their magnitudes. Of whole numbers
 * where the input is i16. */
static inline double nn_window(const nn_conv *k, const nn_map *in, int o, int y,
                               int x, double *magnitude)
{
    int cin = k->ic / k->groups, first = o / (k->oc / k->groups) * cin;
    double sum = 0;
    size_t i = (size_t)(o * cin * k->k[0] * k->k[1]);
    *magnitude = 0;
    for (int c = 0; c < cin; c++)
        for (int ky = 0; ky < k->k[0]; ky++)
            for (int kx = 0; kx < k->k[1]; kx++, i++) {
                int sy = y * k->s[0] + ky * k->d[0] - k->pads[0];
                int sx = x * k->s[1] + kx * k->d[1] - k->pads[1];
                if (sy < 0 || sx < 0 || sy >= in->h || sx >= in->w) continue;
                double weight = !k->int8 ? (double)k->w[i]
                                : nn_is_i16(in)
                                    ? k->q[i]
                                    : (double)((float)k->q[i] * k->scale[o]);
                double product = weight * *nn_spot(in, first + c, sy, sx);
                sum += product; /* whole numbers below 2^53: exact */
                *magnitude += fabs(product);
            }
    return sum;
}

/* What the kernels do to an exact sum, in the same f32 operations (conv.h). */
static inline double nn_finish_i16(const nn_conv *k, int64_t sum, int o,
                                   const nn_map *in, const nn_map *other,
                                   double addend, const nn_map *out)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: the lowest bits are whole */
    float to = nn_is_i16(out) ? 1.0f / out->scale : 1.0f;
    float mul = k->scale[o] * 1.0f * in->scale * to;
    float y = (float)sum * mul;
    float add = (k->has_bias ? k->bias[o] : 0) * to;
    float lo = k->clamped ? k->lo : -FLT_MAX, hi = k->clamped ? k->hi : FLT_MAX;
    if (nn_is_i16(out)) {
        float limit = out->limit;
        lo /= out->scale;
        hi /= out->scale;
        lo = (lo < -limit ? -limit : lo > limit ? limit : lo) + magic;
        hi = (hi < -limit ? -limit : hi > limit ? limit : hi) + magic;
        add += magic;
    }
    y += add;
    if (other) y += (float)addend * (nn_is_i16(other) ? other->scale * to : to);
    y = y < lo ? lo : y;
    y = y > hi ? hi : y;
    return nn_is_i16(out) ? (double)(y - magic) : (double)y;
}

/**
 * What a convolution (then the sum with `other`, then the clamp) must give on
 * the map `view` describes. Exact for an i16 input; for f32 the largest
 * rounding error that may occur stands in `slack`. Both to be freed.
 */
static inline nn_map nn_conv_map(const nn_conv *k, const nn_map *in,
                                 const nn_map *other, const cut_view *view,
                                 nn_map *slack)
{
    nn_map out = nn_map_of(view);
    *slack = nn_map_of(view);
    for (int o = 0; o < out.c; o++)
        for (int y = 0; y < out.h; y++)
            for (int x = 0; x < out.w; x++) {
                double size, addend = other ? *nn_spot(other, o, y, x) : 0;
                double sum = nn_window(k, in, o, y, x, &size);
                if (nn_is_i16(in)) {
                    *nn_spot(&out, o, y, x) = nn_finish_i16(
                        k, (int64_t)sum, o, in, other, addend, &out);
                    continue;
                }
                if (other && nn_is_i16(other)) addend *= (double)other->scale;
                double bias = k->has_bias ? (double)k->bias[o] : 0;
                sum += bias + addend;
                if (k->clamped)
                    sum = fmin(fmax(sum, (double)k->lo), (double)k->hi);
                *nn_spot(&out, o, y, x) = sum;
                *nn_spot(slack, o, y, x) = (size + fabs(bias) + fabs(addend)) *
                                           1e-6;
            }
    return out;
}

/* How many elements differ by more than the slack (NULL: at all). */
static inline int nn_differ(const nn_map *got, const nn_map *want,
                            const nn_map *slack, double times)
{
    size_t count = (size_t)want->c * (size_t)(want->h * want->w);
    int differ = 0;
    if (got->c != want->c || got->h != want->h || got->w != want->w)
        return 1 << 30;
    for (size_t i = 0; i < count; i++)
        if (!(fabs(got->at[i] - want->at[i]) <=
              (slack ? slack->at[i] * times : 0)))
            differ++;
    return differ;
}

/**
 * How many values of `got` are further than allowed from `want` (values, not
 * i16 numbers): `units` steps of an i16 scale, else 1e-6 of the value or of 1.
 * What is not finite in `want` is passed over, what i16 cannot hold clipped.
 */
static inline int nn_far(const nn_map *got, const double *want, double units)
{
    size_t count = (size_t)got->c * (size_t)(got->h * got->w);
    int far = 0;
    for (size_t i = 0; i < count; i++) {
        double v = want[i], is = got->at[i], most = 1e-6 * (1 + fabs(v));
        if (!(v - v == 0)) continue;
        if (nn_is_i16(got)) {
            double scale = (double)got->scale;
            double end = (double)got->limit * scale;
            v = fmin(fmax(v, -end), end);
            is *= scale;
            most = units * scale + 1e-6 * fabs(v);
        }
        if (!(fabs(is - v) <= most)) far++;
    }
    return far;
}

/* Counts the kernels that were met. */
static inline int nn_met(const char *name)
{
    static struct {
        char name[32];
        int count;
    } met[32];
    for (int i = 0; i < 32; i++) {
        if (!met[i].name[0]) snprintf(met[i].name, 32, "%s", name);
        if (strcmp(met[i].name, name) == 0) return met[i].count++;
    }
    return 0;
}

#endif
