/*
 * The grid has five axes: y, x, luma, two colour differences; a cell holds the
 * sum of the map and the count. Pixels are added to the nearest cell, the grid
 * is smoothed by [1 2 1] along each axis, and read between its cells.
 *
 * Easy to get wrong: s must see the same window as v. It is the same grid with
 * its colours summed up, so that one even colour gives v = s.
 */
#include "matte/colour_model.h"

#include <math.h> /* sqrtf only: exact in every libc */
#include <string.h>

#include "base/alloc.h"
#include "base/simd.h"

/* Chosen by models/eval/matte.py: docs/decisions/matte-refinement.md. */
#ifndef CUT_COLOUR_MODEL_CELLS
#define CUT_COLOUR_MODEL_CELLS 24 /* along the longer side */
#endif
#ifndef CUT_COLOUR_MODEL_BIN
#define CUT_COLOUR_MODEL_BIN 20 /* levels of luma or difference in a cell */
#endif
#define CUT_COLOUR_MODEL_CHROMA 80 /* differences beyond are cut off */
#ifndef CUT_COLOUR_MODEL_DOUBT
#define CUT_COLOUR_MODEL_DOUBT 0.1f /* added to each side of the odds */
#endif
#ifndef CUT_COLOUR_MODEL_DRAW
#define CUT_COLOUR_MODEL_DRAW 1.0f /* towards v where like colours agree */
#endif

enum { AXES = 5, COLOUR = 2 /* the first axis of a colour */ };

typedef struct grid {
    float *cells;                 /* [n0]..[n4][2]: sum of the map, count */
    float *plain;                 /* [n0][n1][2]: all colours together */
    int32_t n[AXES], first[AXES]; /* cells first .. first + n - 1 are there:
                                     no photo has all colours */
    size_t step[AXES];            /* floats from one cell to the next */
    size_t count;                 /* floats in all */
    float scale;                  /* cells a pixel */
} grid;

/* Where four colours lie on the grid's last three axes. */
static void place_four(f32x4 at[3], const uint8_t *px)
{
    const float bin = 1.0f / CUT_COLOUR_MODEL_BIN,
                max = CUT_COLOUR_MODEL_CHROMA;
    u32x4 q = cut_load_u32(px);
    f32x4 r = cut_to_f32(q & 255), g = cut_to_f32(q >> 8 & 255),
          b = cut_to_f32(q >> 16 & 255);
    f32x4 luma = 0.299f * r + 0.587f * g + 0.114f * b;
    f32x4 u = 0.564f * (b - luma), v = 0.713f * (r - luma); /* Rec. 601 */
    at[0] = luma * bin;
    /* clamped after `max` is added: what is not is the same sum */
    at[1] = cut_clamp(u + max, 2 * max) * bin;
    at[2] = cut_clamp(v + max, 2 * max) * bin;
}

/* The same of as many as are left in a row, at most four; the others are the
 * last one. */
static void place_some(f32x4 at[3], const uint8_t *px, int32_t left)
{
    uint8_t four[16];
    if (left >= 4) {
        place_four(at, px);
        return;
    }
    for (int32_t i = 0; i < 4; i++)
        memcpy(four + i * 4, px + (i < left ? i : left - 1) * 4, 4);
    place_four(at, four);
}

/* Which cells the grid has. There is no margin for the smoothing in place: what
 * falls off the border is missed in sum and count alike. In colour there are
 * those that pixels are added to, and their neighbours: all others are 0. */
static void set_size(grid *g, const uint8_t *rgb, int32_t w, int32_t h)
{
    const int32_t full[3] = {
        255 / CUT_COLOUR_MODEL_BIN + 2,
        2 * CUT_COLOUR_MODEL_CHROMA / CUT_COLOUR_MODEL_BIN + 2,
        2 * CUT_COLOUR_MODEL_CHROMA / CUT_COLOUR_MODEL_BIN + 2};
    f32x4 at[3], lo[3], hi[3];
    place_some(lo, rgb, 1);
    memcpy(hi, lo, sizeof hi);
    for (int32_t y = 0; y < h; y++, rgb += (size_t)w * 4)
        for (int32_t x = 0; x < w; x += 4) {
            place_some(at, rgb + (size_t)x * 4, w - x);
            for (int a = 0; a < 3; a++) {
                i32x4 less = at[a]<lo[a], more = at[a]> hi[a];
                lo[a] = (f32x4)(((i32x4)at[a] & less) | ((i32x4)lo[a] & ~less));
                hi[a] = (f32x4)(((i32x4)at[a] & more) | ((i32x4)hi[a] & ~more));
            }
        }
    /* the last cell that is read, and one */
    g->n[0] = (int32_t)((float)(h - 1) * g->scale) + 2;
    g->n[1] = (int32_t)((float)(w - 1) * g->scale) + 2;
    for (int a = 0; a < 3; a++) {
        float min = lo[a][0], max = hi[a][0];
        for (int i = 1; i < 4; i++) {
            min = lo[a][i] < min ? lo[a][i] : min;
            max = hi[a][i] > max ? hi[a][i] : max;
        }
        int32_t first = (int32_t)(min + 0.5f) - 1;
        int32_t last = (int32_t)(max + 0.5f) + 1;
        if (first < 0) first = 0;
        if (last > full[a] - 1) last = full[a] - 1;
        g->first[COLOUR + a] = first;
        g->n[COLOUR + a] = last - first + 1;
    }
    g->count = 2;
    for (int a = AXES - 1; a >= 0; a--) {
        g->step[a] = g->count;
        g->count *= (size_t)g->n[a];
    }
}

/* Smooths by [1 2 1] along an axis of n cells, `step` floats apart, in place.
 * line: [step] */
static void smooth(float *cells, size_t count, size_t n, size_t step,
                   float *restrict line)
{
    for (size_t from = 0; from < count; from += n * step) {
        float *restrict row = cells + from;
        memset(line, 0, step * sizeof *line); /* the row before */
        for (size_t i = 0; i + 1 < n; i++, row += step) {
            const float *restrict next = row + step;
            for (size_t k = 0; k < step; k++) {
                float here = row[k];
                row[k] = line[k] + 2 * here + next[k];
                line[k] = here;
            }
        }
        for (size_t k = 0; k < step; k++) row[k] = line[k] + 2 * row[k];
    }
}

/* The same along the last two axes, whose lines are short: plane by plane,
 * [n3][n4][2], between zeros. plane: [n3 n4 2 + 4 n4] */
static void smooth_planes(const grid *g, float *restrict plane)
{
    size_t size = g->step[2], step = g->step[3], n = (size_t)g->n[3];
    float *middle = plane + step;
    memset(plane, 0, (size + 2 * step) * sizeof *plane);
    for (size_t from = 0; from < g->count; from += size) {
        float *restrict cells = g->cells + from;
        memcpy(middle, cells, size * sizeof *cells);
        for (size_t k = 0; k < size; k++) /* rows before and behind */
            cells[k] = plane[k] + 2 * middle[k] + middle[step + k];
        for (size_t i = 0; i < n; i++, cells += step) {
            float a = 0, b = 0;
            for (size_t k = 0; k + 2 < step; k += 2) {
                float here_a = cells[k], here_b = cells[k + 1];
                cells[k] = a + 2 * here_a + cells[k + 2];
                cells[k + 1] = b + 2 * here_b + cells[k + 3];
                a = here_a;
                b = here_b;
            }
            cells[step - 2] = a + 2 * cells[step - 2];
            cells[step - 1] = b + 2 * cells[step - 1];
        }
    }
}

/* The index of the cell that has place `first` on each colour axis: 0. */
static size_t origin(const grid *g)
{
    size_t at = 0;
    for (int a = COLOUR; a < AXES; a++) at += (size_t)g->first[a] * g->step[a];
    return at;
}

static void add_all(grid *g, const uint16_t *map, const uint8_t *rgb, int32_t w,
                    int32_t h)
{
    size_t none = origin(g);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x += 4) {
            size_t i = (size_t)y * (size_t)w + (size_t)x;
            f32x4 at[3];
            int32_t n = w - x < 4 ? w - x : 4;
            place_some(at, rgb + i * 4, n);
            for (int32_t k = 0; k < n; k++, i++) {
                size_t cell =
                    (size_t)((float)y * g->scale + 0.5f) * g->step[0] +
                    (size_t)((float)(x + k) * g->scale + 0.5f) * g->step[1] -
                    none;
                for (int a = 0; a < 3; a++)
                    cell += (size_t)(at[a][k] + 0.5f) * g->step[COLOUR + a];
                g->cells[cell] += (float)map[i] * (1.0f / CUT_COLOUR_MODEL_ONE);
                g->cells[cell + 1] += 1;
            }
        }
}

static void sum_colours(grid *g)
{
    const float *cell = g->cells;
    for (size_t i = 0; i < g->count / g->step[1]; i++) {
        float map = 0, count = 0;
        for (size_t k = 0; k < g->step[1]; k += 2, cell += 2) {
            map += cell[0];
            count += cell[1];
        }
        g->plain[i * 2] = map;
        g->plain[i * 2 + 1] = count;
    }
}

static f32x4 between(f32x4 a, f32x4 b, float t)
{
    return a + (b - a) * t;
}

/* Of two vectors that hold two pairs each: from the first ones to the second
 * ones. */
static f32x4 halves(f32x4 a, f32x4 b, float t)
{
    return between(__builtin_shufflevector(a, b, 0, 1, 4, 5),
                   __builtin_shufflevector(a, b, 2, 3, 6, 7), t);
}

static float ratio(f32x4 a, float t)
{
    f32x4 sum = halves(a, a, t);
    return sum[0] / sum[1]; /* the pixel itself counts: not 0 */
}

/* Map over count at `at`: multilinear, between the cells along the last axis
 * first. */
static float mean_at(const grid *g, const float at[AXES])
{
    f32x4 pair[8]; /* of cells; i and i + 8 */
    float part[AXES];
    size_t base = 0;
    for (int a = 0; a < AXES; a++) {
        int32_t whole = (int32_t)at[a];
        part[a] = at[a] - (float)whole;
        base += (size_t)(whole - g->first[a]) * g->step[a];
    }
    for (int i = 0; i < 8; i++) {
        const float *cell = g->cells + base;
        for (int a = 0; a < 3; a++)
            if (i >> a & 1) cell += g->step[a];
        pair[i] = halves(cut_load_f32(cell), cut_load_f32(cell + g->step[3]),
                         part[4]);
    }
    for (int i = 0; i < 4; i++) pair[i] = halves(pair[i], pair[i + 4], part[3]);
    for (int i = 0; i < 2; i++) pair[i] = halves(pair[i], pair[i + 2], part[2]);
    return ratio(halves(pair[0], pair[1], part[1]), part[0]);
}

/* The same of all colours. */
static float plain_at(const grid *g, const float at[2])
{
    int32_t y = (int32_t)at[0], x = (int32_t)at[1];
    size_t row = (size_t)g->n[1] * 2;
    const float *cell = g->plain + (size_t)y * row + (size_t)x * 2;
    f32x4 sum = halves(cut_load_f32(cell), cut_load_f32(cell + row),
                       at[1] - (float)x);
    return ratio(sum, at[0] - (float)y);
}

/* The map's value m at a pixel, given v and s. */
static float weigh(float m, float v, float s)
{
    const float doubt = CUT_COLOUR_MODEL_DOUBT;
    float agreed = (2 * v - 1) * (2 * v - 1);
    m += CUT_COLOUR_MODEL_DRAW * agreed * agreed * (v - m);
    float subject = m * sqrtf((v + doubt) * (1 - s + doubt));
    float other = (1 - m) * sqrtf((1 - v + doubt) * (s + doubt));
    return subject / (subject + other);
}

static void read_all(uint16_t *map, const grid *g, const uint8_t *rgb,
                     int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t i = (size_t)y * (size_t)w + (size_t)x;
            if (map[i] == 0 || map[i] >= CUT_COLOUR_MODEL_ONE) continue;
            f32x4 colour[3];
            place_some(colour, rgb + i * 4, 1);
            const float at[AXES] = {(float)y * g->scale, (float)x * g->scale,
                                    colour[0][0], colour[1][0], colour[2][0]};
            float m = (float)map[i] * (1.0f / CUT_COLOUR_MODEL_ONE);
            m = weigh(m, mean_at(g, at), plain_at(g, at));
            map[i] = (uint16_t)(m * CUT_COLOUR_MODEL_ONE + 0.5f);
        }
}

cut_status cut_colour_model_weigh(uint16_t *map, const uint8_t *rgb, int32_t w,
                                  int32_t h, cut_error *error)
{
    int32_t side = w > h ? w : h;
    grid g = {.scale = (float)CUT_COLOUR_MODEL_CELLS / (float)side};
    set_size(&g, rgb, w, h);
    size_t planes = (size_t)g.n[0] * (size_t)g.n[1];
    g.cells = cut_alloc_zero(g.count, sizeof *g.cells);
    g.plain = cut_alloc(planes * 2, sizeof *g.plain);
    float *line = cut_alloc(g.step[0] + 2 * g.step[3], sizeof *line);
    cut_status status = CUT_OK;
    if (g.cells && g.plain && line) {
        add_all(&g, map, rgb, w, h);
        for (int a = 0; a < 3; a++)
            smooth(g.cells, g.count, (size_t)g.n[a], g.step[a], line);
        smooth_planes(&g, line);
        sum_colours(&g);
        read_all(map, &g, rgb, w, h);
    } else {
        status = cut_fail(error, CUT_E_MEMORY, "No memory to refine %d x %d.",
                          (int)w, (int)h);
    }
    cut_free(g.cells);
    cut_free(g.plain);
    cut_free(line);
    return status;
}
