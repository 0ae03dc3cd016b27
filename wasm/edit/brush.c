/* What a stroke covers: a brush with a soft edge, which edges of the photo
 * between a pixel and the stroke's path keep away (snap). */
#include "edit/state.h"

#include <math.h>
#include <stdlib.h> /* abs */
#include <string.h>

#define CELLS 96       /* of the grid along a radius, at most */
#define NOISE 6        /* levels between neighbours that are no edge */
#define SURE 16.0f     /* levels on the way that change nothing */
#define SLACK 0.15f    /* more of them by pixel of distance: texture adds up */
#define MAX_SURE 40.0f /* and no more than so many: none at twice as many */
#define FAR 1e9f

/* Squared distance of (x, y) from the segment a b. */
static float away2(float x, float y, const float a[2], const float b[2])
{
    float dx = b[0] - a[0], dy = b[1] - a[1];
    float along = (x - a[0]) * dx + (y - a[1]) * dy, whole = dx * dx + dy * dy;
    float t = along <= 0 || whole <= 0 ? 0 : along >= whole ? 1 : along / whole;
    float ex = x - a[0] - t * dx, ey = y - a[1] - t * dy;
    return ex * ex + ey * ey;
}

static float smooth(float t)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

static int32_t clip(float v, int32_t max)
{
    return v <= 0 ? 0 : v >= (float)max ? max : (int32_t)v;
}

/* ---- edges on the way -------------------------------------------------- */

/* Cells of k x k pixels over `rect`; `way`: levels crossed from the path. */
typedef struct grid {
    int32_t w, h, k;
    cut_rect rect;
    uint8_t *rgb; /* [h][w][4]: means */
    float *way;   /* [h][w] */
} grid;

/* A cell's colour: the mean of its pixels. */
static void set_cell(const grid *g, const cut_image *photo, int32_t x,
                     int32_t y)
{
    int32_t x0 = g->rect.x0 + x * g->k, y0 = g->rect.y0 + y * g->k;
    int32_t x1 = x0 + g->k, y1 = y0 + g->k;
    if (x1 > g->rect.x1) x1 = g->rect.x1;
    if (y1 > g->rect.y1) y1 = g->rect.y1;
    uint32_t sum[3] = {0}, count = (uint32_t)((x1 - x0) * (y1 - y0));
    for (int32_t v = y0; v < y1; v++) {
        const uint8_t *p = photo->px +
                           ((size_t)v * (size_t)photo->w + (size_t)x0) * 4;
        for (int32_t u = x0; u < x1; u++, p += 4)
            for (int c = 0; c < 3; c++) sum[c] += p[c];
    }
    uint8_t *cell = g->rgb + ((size_t)y * (size_t)g->w + (size_t)x) * 4;
    for (int c = 0; c < 3; c++)
        cell[c] = (uint8_t)((sum[c] + count / 2) / count);
}

/* A step of some length from a neighbour. */
static void relax(const grid *g, size_t cell, size_t from, float length)
{
    const uint8_t *p = g->rgb + cell * 4, *q = g->rgb + from * 4;
    int max = 0;
    for (int c = 0; c < 3; c++) {
        int d = abs(p[c] - q[c]);
        if (d > max) max = d;
    }
    float way = g->way[from] + (float)(max > NOISE ? max - NOISE : 0) * length;
    if (way < g->way[cell]) g->way[cell] = way;
}

/* Raster scans (Toivanen 1996): down and right, then up and left. */
static void scan(const grid *g, int forward)
{
    int32_t step = forward ? 1 : -1;
    for (int32_t i = 0; i < g->h; i++) {
        int32_t y = forward ? i : g->h - 1 - i, previous = y - step;
        int has_row = previous >= 0 && previous < g->h;
        for (int32_t j = 0; j < g->w; j++) {
            int32_t x = forward ? j : g->w - 1 - j, before = x - step;
            size_t at = (size_t)y * (size_t)g->w + (size_t)x;
            int has_before = before >= 0 && before < g->w;
            if (has_before)
                relax(g, at, (size_t)y * (size_t)g->w + (size_t)before, 1);
            if (!has_row) continue;
            size_t row = (size_t)previous * (size_t)g->w;
            relax(g, at, row + (size_t)x, 1);
            if (x > 0) relax(g, at, row + (size_t)x - 1, 1.41421356f);
            if (x + 1 < g->w) relax(g, at, row + (size_t)x + 1, 1.41421356f);
        }
    }
}

/* The grid under a stroke from a to b: the cells' colours, and how far each
 * lies from the line by colour. */
static cut_status grid_new(grid *g, const cut_image *photo, cut_rect rect,
                           float radius, const float a[2], const float b[2],
                           cut_error *error)
{
    *g = (grid){.rect = rect, .k = (int32_t)(radius / CELLS) + 1};
    g->w = (rect.x1 - rect.x0 + g->k - 1) / g->k;
    g->h = (rect.y1 - rect.y0 + g->k - 1) / g->k;
    size_t count = (size_t)g->w * (size_t)g->h;
    g->rgb = cut_alloc(count, 4);
    g->way = cut_alloc(count, sizeof *g->way);
    if (!g->rgb || !g->way) {
        cut_free(g->rgb);
        cut_free(g->way);
        return cut_fail(error, CUT_E_MEMORY, "No memory for a stroke.");
    }
    float near = (float)g->k * 0.75f;
    for (int32_t y = 0; y < g->h; y++)
        for (int32_t x = 0; x < g->w; x++) {
            set_cell(g, photo, x, y);
            float cx = (float)rect.x0 + ((float)x + 0.5f) * (float)g->k,
                  cy = (float)rect.y0 + ((float)y + 0.5f) * (float)g->k;
            g->way[(size_t)y * (size_t)g->w + (size_t)x] =
                away2(cx, cy, a, b) <= near * near ? 0 : FAR;
        }
    for (int i = 0; i < 4; i++) scan(g, i % 2 == 0);
    return CUT_OK;
}

/* Levels crossed on the way to the middle of a pixel, between cells. */
static float way_at(const grid *g, int32_t x, int32_t y)
{
    float u = ((float)(x - g->rect.x0) + 0.5f) / (float)g->k - 0.5f,
          v = ((float)(y - g->rect.y0) + 0.5f) / (float)g->k - 0.5f;
    int32_t i = clip(u, g->w - 1), j = clip(v, g->h - 1);
    int32_t right = i + 1 < g->w ? 1 : 0, down = j + 1 < g->h ? g->w : 0;
    float fx = u - (float)i, fy = v - (float)j;
    fx = fx < 0 ? 0 : fx > 1 ? 1 : fx;
    fy = fy < 0 ? 0 : fy > 1 ? 1 : fy;
    const float *p = g->way + (size_t)j * (size_t)g->w + (size_t)i;
    float top = p[0] + (p[right] - p[0]) * fx,
          low = p[down] + (p[down + right] - p[down]) * fx;
    return top + (low - top) * fy;
}

/* ---- the brush --------------------------------------------------------- */

static uint8_t effect(const cut_brush *brush, float away2_, const grid *g,
                      int32_t x, int32_t y)
{
    if (away2_ >= brush->radius * brush->radius) return 0;
    float away = sqrtf(away2_), core = brush->radius * brush->hardness;
    float strength = away <= core ? 1
                                  : smooth((brush->radius - away) /
                                           (brush->radius - core));
    if (g->way) {
        float sure = SURE + SLACK * away;
        if (sure > MAX_SURE) sure = MAX_SURE;
        strength *= 1 - smooth((way_at(g, x, y) - sure) / sure);
    }
    return (uint8_t)(strength * 255 + 0.5f);
}

cut_status cut_brush_cover(uint8_t *cover, const cut_image *photo,
                           cut_brush brush, const float a[2], const float b[2],
                           cut_rect *touched, cut_error *error)
{
    const float r = brush.radius;
    float left = a[0] < b[0] ? a[0] : b[0], right = a[0] + b[0] - left;
    float top = a[1] < b[1] ? a[1] : b[1], low = a[1] + b[1] - top;
    cut_rect rect = {
        clip(floorf(left - r), photo->w), clip(floorf(top - r), photo->h),
        clip(ceilf(right + r), photo->w), clip(ceilf(low + r), photo->h)};
    *touched = rect;
    if (cut_rect_is_empty(rect)) return CUT_OK;
    grid g = {0};
    if (brush.snap) {
        cut_status status = grid_new(&g, photo, rect, r, a, b, error);
        if (status) return status;
    }
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        uint8_t *row = cover + (size_t)y * (size_t)photo->w;
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            if (row[x] == 255) continue;
            uint8_t e = effect(&brush,
                               away2((float)x + 0.5f, (float)y + 0.5f, a, b),
                               &g, x, y);
            if (e > row[x]) row[x] = e;
        }
    }
    cut_free(g.rgb);
    cut_free(g.way);
    return CUT_OK;
}
