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

enum { AXES = 5 };

typedef struct grid {
    float *cells; /* [n0]..[n4][2]: sum of the map, count */
    float *plain; /* [n0][n1][2]: all colours together */
    int32_t n[AXES];
    size_t step[AXES]; /* floats from one cell to the next */
    size_t count;      /* floats in all */
    float scale;       /* cells a pixel */
} grid;

/* Where a pixel lies. There is no margin for the smoothing: what falls off the
 * border is missed in sum and count alike. */
static void place(float at[AXES], const grid *g, const uint8_t *px, int32_t x,
                  int32_t y)
{
    const float bin = 1.0f / CUT_COLOUR_MODEL_BIN,
                max = CUT_COLOUR_MODEL_CHROMA;
    float r = (float)px[0], gr = (float)px[1], b = (float)px[2];
    float luma = 0.299f * r + 0.587f * gr + 0.114f * b;
    float u = 0.564f * (b - luma), v = 0.713f * (r - luma); /* Rec. 601 */
    u = u < -max ? -max : u > max ? max : u;
    v = v < -max ? -max : v > max ? max : v;
    at[0] = (float)y * g->scale;
    at[1] = (float)x * g->scale;
    at[2] = luma * bin;
    at[3] = (u + max) * bin;
    at[4] = (v + max) * bin;
}

/* Smooths by [1 2 1] along an axis of n cells, `step` floats apart, in place.
 * line: [2][step] */
static void smooth(float *cells, size_t count, size_t n, size_t step,
                   float *line)
{
    for (size_t from = 0; from < count; from += n * step) {
        float *before = line, *here = line + step;
        memset(before, 0, step * sizeof *before);
        for (size_t i = 0; i < n; i++) {
            float *restrict row = cells + from + i * step;
            memcpy(here, row, step * sizeof *here);
            if (i + 1 < n) {
                const float *next = row + step;
                for (size_t k = 0; k < step; k++)
                    row[k] = before[k] + 2 * here[k] + next[k];
            } else {
                for (size_t k = 0; k < step; k++)
                    row[k] = before[k] + 2 * here[k];
            }
            float *kept = before;
            before = here;
            here = kept;
        }
    }
}

static void add_all(grid *g, const uint16_t *map, const uint8_t *rgb, int32_t w,
                    int32_t h)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t i = (size_t)y * (size_t)w + (size_t)x, cell = 0;
            float at[AXES];
            place(at, g, rgb + i * 4, x, y);
            for (int a = 0; a < AXES; a++)
                cell += (size_t)(at[a] + 0.5f) * g->step[a];
            g->cells[cell] += (float)map[i] * (1.0f / CUT_COLOUR_MODEL_ONE);
            g->cells[cell + 1] += 1;
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

static float between(float a, float b, float t)
{
    return a + (b - a) * t;
}

/* Map over count at `at`, among the first `axes` axes: multilinear. The axis
 * named last varies fastest. */
static float mean_at(const float *cells, const size_t *step, int axes,
                     const float *at)
{
    float part[AXES], sum[2][1 << AXES];
    size_t base = 0;
    for (int a = 0; a < axes; a++) {
        int32_t whole = (int32_t)at[a];
        part[a] = at[a] - (float)whole;
        base += (size_t)whole * step[a];
    }
    for (int corner = 0; corner < 1 << axes; corner++) {
        size_t cell = base;
        for (int a = 0; a < axes; a++)
            if (corner >> a & 1) cell += step[a];
        sum[0][corner] = cells[cell];
        sum[1][corner] = cells[cell + 1];
    }
    for (int a = axes - 1; a >= 0; a--)
        for (int i = 0; i < 1 << a; i++)
            for (int k = 0; k < 2; k++)
                sum[k][i] = between(sum[k][i], sum[k][i + (1 << a)], part[a]);
    return sum[0][0] / sum[1][0]; /* the pixel itself counts: not 0 */
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
    const size_t plain_step[2] = {(size_t)g->n[1] * 2, 2};
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t i = (size_t)y * (size_t)w + (size_t)x;
            if (map[i] == 0 || map[i] >= CUT_COLOUR_MODEL_ONE) continue;
            float at[AXES];
            place(at, g, rgb + i * 4, x, y);
            float v = mean_at(g->cells, g->step, AXES, at);
            float s = mean_at(g->plain, plain_step, 2, at);
            float m = (float)map[i] * (1.0f / CUT_COLOUR_MODEL_ONE);
            map[i] = (uint16_t)(weigh(m, v, s) * CUT_COLOUR_MODEL_ONE + 0.5f);
        }
}

cut_status cut_colour_model_weigh(uint16_t *map, const uint8_t *rgb, int32_t w,
                                  int32_t h, cut_error *error)
{
    int32_t side = w > h ? w : h;
    grid g = {.scale = (float)CUT_COLOUR_MODEL_CELLS / (float)side};
    /* the last cell that is read, and one */
    g.n[0] = (int32_t)((float)(h - 1) * g.scale) + 2;
    g.n[1] = (int32_t)((float)(w - 1) * g.scale) + 2;
    g.n[2] = 255 / CUT_COLOUR_MODEL_BIN + 2;
    g.n[3] = g.n[4] = 2 * CUT_COLOUR_MODEL_CHROMA / CUT_COLOUR_MODEL_BIN + 2;
    g.count = 2;
    for (int a = AXES - 1; a >= 0; a--) {
        g.step[a] = g.count;
        g.count *= (size_t)g.n[a];
    }
    g.cells = cut_alloc_zero(g.count, sizeof *g.cells);
    g.plain = cut_alloc((size_t)g.n[0] * (size_t)g.n[1] * 2, sizeof *g.plain);
    float *line = cut_alloc(g.step[0] * 2, sizeof *line);
    cut_status status = CUT_OK;
    if (g.cells && g.plain && line) {
        add_all(&g, map, rgb, w, h);
        for (int a = 0; a < AXES; a++)
            smooth(g.cells, g.count, (size_t)g.n[a], g.step[a], line);
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
