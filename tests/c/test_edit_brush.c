/* The brush alone, against what its header says, pixel by pixel in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "edit/state.h"

enum { W = 120, H = 90 };

/* Distance of (x, y) from the segment a b. */
static double naive_away(double x, double y, const float a[2], const float b[2])
{
    double dx = (double)b[0] - a[0], dy = (double)b[1] - a[1];
    double whole = dx * dx + dy * dy; /* 0: a dot */
    double t = whole > 0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / whole : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(x - (a[0] + t * dx), y - (a[1] + t * dy));
}

static double smooth(double t)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* The brush without snapping: 1 to its core, 0 at its radius. */
static double naive_strength(cut_brush brush, double away)
{
    double core = (double)brush.radius * brush.hardness;
    if (away >= brush.radius) return 0;
    return away <= core ? 1
                        : smooth((brush.radius - away) / (brush.radius - core));
}

/* ---- without snapping -------------------------------------------------- */

/* Pixels whose cover is not the naive one, which differ by more than 1 of
 * 255; or that lie outside the answered rectangle and are covered. */
static int wrong_cover(const cut_image *photo, cut_brush brush,
                       const float a[2], const float b[2])
{
    static uint8_t cover[W * H];
    cut_rect r;
    int wrong = 0;
    memset(cover, 0, sizeof cover);
    CHECK_EQUAL(cut_brush_cover(cover, photo, brush, a, b, &r, NULL), CUT_OK);
    for (int i = 0; i < W * H; i++) {
        int x = i % W, y = i / W;
        double away = naive_away(x + 0.5, y + 0.5, a, b);
        wrong += fabs(cover[i] - 255 * naive_strength(brush, away)) > 0.6;
        wrong += cover[i] && (x < r.x0 || y < r.y0 || x >= r.x1 || y >= r.y1);
    }
    CHECK(r.x0 >= 0 && r.y0 >= 0 && r.x1 <= W && r.y1 <= H);
    return wrong;
}

/* In all eight directions, as a dot, over each side and the corners. */
static const float paths[][4] = {
    {60, 45, 60, 45},  {30.5f, 45, 90, 45.25f}, {90, 45, 30.5f, 45},
    {60, 20, 60, 70},  {60, 70, 60, 20},        {30, 20, 80, 60},
    {80, 60, 30, 20},  {30, 60, 80, 20},        {80, 20, 30, 60},
    {-9, -9, 15, 12},  {110, 80, 130, 99},      {-5, 60, 3, 95},
    {115, -20, 125, 5}};
enum { PATHS = sizeof paths / sizeof *paths };

static void a_brush_fades_by_its_distance_from_the_path(void)
{
    static const cut_brush brushes[] = {
        {10, 0.25f, 0}, {10, 0, 0}, {25.5f, 0.75f, 0}, {0.75f, 0, 0}};
    cut_image photo = {.px = cut_alloc_zero(W * H, 4), .w = W, .h = H};
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < PATHS; i++)
            CHECK_EQUAL(wrong_cover(&photo, brushes[k], paths[i], paths[i] + 2),
                        0);
    cut_image_free(&photo);
}

static void the_answered_rectangle_is_as_small_as_can_be(void)
{
    static uint8_t cover[W * H];
    cut_image photo = {.px = cut_alloc_zero(W * H, 4), .w = W, .h = H};
    const float a[2] = {40.5f, 30}, b[2] = {50, 60.5f};
    cut_rect r;
    CHECK_EQUAL(
        cut_brush_cover(cover, &photo, (cut_brush){7, 1, 0}, b, a, &r, NULL),
        CUT_OK);
    CHECK(r.x0 == 33 && r.y0 == 23 && r.x1 == 57 && r.y1 == 68);
    const float out[2] = {-8, 30};
    CHECK_EQUAL(cut_brush_cover(cover, &photo, (cut_brush){7, 1, 0}, out, out,
                                &r, NULL),
                CUT_OK);
    CHECK(cut_rect_is_empty(r));
    cut_image_free(&photo);
}

/* The path's parts overlap: a pixel keeps the most that any gave it. */
static void cover_only_rises(void)
{
    static uint8_t cover[W * H], before[W * H];
    cut_image photo = {.px = cut_alloc_zero(W * H, 4), .w = W, .h = H};
    const float a[2] = {40, 40}, b[2] = {60, 50};
    cut_rect r;
    for (int i = 0; i < W * H; i++) before[i] = (uint8_t)(i * 37);
    memcpy(cover, before, sizeof cover);
    CHECK_EQUAL(
        cut_brush_cover(cover, &photo, (cut_brush){20, 0, 0}, a, b, &r, NULL),
        CUT_OK);
    int wrong = 0, raised = 0;
    for (int i = 0; i < W * H; i++) {
        double away = naive_away(i % W + 0.5, i / W + 0.5, a, b);
        double s = 255 * naive_strength((cut_brush){20, 0, 0}, away);
        wrong += fabs(cover[i] - fmax(before[i], s)) > 0.6;
        raised += cover[i] > before[i];
    }
    CHECK_EQUAL(wrong, 0);
    CHECK(raised > 100);
    cut_image_free(&photo);
}

/* ---- snapping ---------------------------------------------------------- */

/* Cells of k x k over a rectangle: mean colours, and the levels that the best
 * way to each from the path crosses, where 6 at each step are no edge. */
typedef struct cells {
    int w, h, k;
    cut_rect rect;
    int *rgb;
    double *way;
} cells;

static void means(cells *g, const cut_image *photo)
{
    for (int i = 0; i < g->w * g->h; i++) {
        int sum[3] = {0}, count = 0;
        for (int v = 0; v < g->k; v++)
            for (int u = 0; u < g->k; u++) {
                int x = g->rect.x0 + i % g->w * g->k + u;
                int y = g->rect.y0 + i / g->w * g->k + v;
                if (x >= g->rect.x1 || y >= g->rect.y1) continue;
                for (int c = 0; c < 3; c++)
                    sum[c] += photo->px[(y * photo->w + x) * 4 + c];
                count++;
            }
        for (int c = 0; c < 3; c++)
            g->rgb[i * 3 + c] = (sum[c] + count / 2) / count;
    }
}

/* Shortest ways by going over all neighbours until nothing changes. The
 * brush's four scans only come near them where a way turns often; on the
 * pictures here it does not. */
static void shortest_ways(cells *g)
{
    for (int again = 2, back = 0; again > 0; back = !back) {
        again--;
        for (int at = 0; at < g->w * g->h; at++)
            for (int n = 0; n < 9; n++) {
                int i = back ? g->w * g->h - 1 - at : at;
                int x = i % g->w + n % 3 - 1, y = i / g->w + n / 3 - 1, d = 0;
                if (x < 0 || y < 0 || x >= g->w || y >= g->h) continue;
                int j = y * g->w + x;
                for (int c = 0; c < 3; c++) {
                    int e = abs(g->rgb[i * 3 + c] - g->rgb[j * 3 + c]);
                    d = e > d ? e : d;
                }
                double length = n % 2 ? 1 : sqrt(2);
                double way = g->way[j] + (d > 6 ? d - 6 : 0) * length;
                if (way >= g->way[i] - 1e-9) continue;
                g->way[i] = way;
                again = 2;
            }
    }
}

static cells naive_cells(const cut_image *photo, cut_rect rect, float radius,
                         const float a[2], const float b[2])
{
    cells g = {.k = (int)(radius / 96) + 1, .rect = rect};
    g.w = (rect.x1 - rect.x0 + g.k - 1) / g.k;
    g.h = (rect.y1 - rect.y0 + g.k - 1) / g.k;
    g.rgb = malloc((size_t)(g.w * g.h) * 3 * sizeof *g.rgb);
    g.way = malloc((size_t)(g.w * g.h) * sizeof *g.way);
    means(&g, photo);
    for (int i = 0; i < g.w * g.h; i++) /* the path: within 3/4 of a cell */
        g.way[i] = naive_away(rect.x0 + (i % g.w + 0.5) * g.k,
                              rect.y0 + (i / g.w + 0.5) * g.k, a,
                              b) <= 0.75 * g.k
                       ? 0
                       : 1e9;
    shortest_ways(&g);
    return g;
}

/* Between the middles of the cells. */
static double way_at(const cells *g, int x, int y)
{
    double u = (x - g->rect.x0 + 0.5) / g->k - 0.5,
           v = (y - g->rect.y0 + 0.5) / g->k - 0.5, way = 0;
    u = fmin(fmax(u, 0), g->w - 1);
    v = fmin(fmax(v, 0), g->h - 1);
    for (int n = 0; n < 4; n++) {
        int i = (int)u + n % 2, j = (int)v + n / 2;
        double weight = (1 - fabs(u - i)) * (1 - fabs(v - j));
        if (weight > 0) way += weight * g->way[j * g->w + i];
    }
    return way;
}

/* Changes nothing up to 16 levels and 0.15 more a pixel, at most 40; at twice
 * as many nothing is covered. Pixels that differ from that by more than 1. */
static int wrong_snap(const cut_image *photo, cut_brush brush, const float a[2],
                      const float b[2], int *between)
{
    uint8_t *cover = calloc((size_t)(photo->w * photo->h), 1);
    cut_rect r;
    int wrong = 0;
    CHECK_EQUAL(cut_brush_cover(cover, photo, brush, a, b, &r, NULL), CUT_OK);
    cells g = naive_cells(photo, r, brush.radius, a, b);
    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            double away = naive_away(x + 0.5, y + 0.5, a, b);
            double sure = fmin(16 + 0.15 * away, 40);
            double kept = 1 - smooth((way_at(&g, x, y) - sure) / sure);
            double want = 255 * naive_strength(brush, away) * kept;
            wrong += fabs(cover[y * photo->w + x] - want) > 1;
            *between += kept > 0.02 && kept < 0.98;
        }
    free(g.rgb);
    free(g.way);
    free(cover);
    return wrong;
}

/* Grey 100, and rectangles on it that differ by d; noise of `noise` levels. */
static cut_image blocks(int32_t w, int32_t h, int d, int noise)
{
    cut_image image = {.px = cut_alloc((size_t)(w * h), 4), .w = w, .h = h};
    uint32_t seed = 3;
    for (int32_t i = 0; i < w * h; i++) {
        int x = i % w * 12 / w, y = i / w * 12 / h; /* a raster of 12 x 12 */
        int in = (x >= 7 && y >= 2 && y < 9) || (x == 2 && y > 3) ||
                 (x + y == 12 && x < 5) || (x == y && x < 4);
        seed = seed * 1664525u + 1013904223u;
        uint8_t v = (uint8_t)(100 + (int)(seed >> 24) % (noise + 1));
        uint8_t *p = image.px + i * 4;
        p[0] = p[1] = p[2] = v;
        p[d % 3] = (uint8_t)(v + (in ? d : 0)); /* in one channel alone */
        p[3] = 255;
    }
    return image;
}

static void snapping_follows_the_shortest_ways_over_edges(void)
{
    static const int edges[] = {15, 26, 40, 90};
    int between = 0;
    for (int k = 0; k < 4; k++) {
        cut_image photo = blocks(W, H, edges[k], k);
        for (int i = k % 2; i < PATHS; i += 2) {
            cut_brush brush = {i % 3 ? 30 : 55, 0.5f, 1};
            CHECK_EQUAL(
                wrong_snap(&photo, brush, paths[i], paths[i] + 2, &between), 0);
        }
        cut_image_free(&photo);
    }
    CHECK(between > 1000);
}

/* Cells of 2 x 2 and 4 x 4, cut off at the right and below. */
static void large_brushes_snap_by_cells(void)
{
    int between = 0;
    for (int k = 2; k <= 4; k += 2) {
        cut_image photo = blocks(501, 397, 50, 2);
        static const float path[4] = {200.5f, 170, 260, 210};
        cut_brush brush = {96.0f * (float)k - 50, 0.75f, 1};
        CHECK_EQUAL(wrong_snap(&photo, brush, path, path + 2, &between), 0);
        cut_image_free(&photo);
    }
    CHECK(between > 1000);
}

int main(void)
{
    a_brush_fades_by_its_distance_from_the_path();
    the_answered_rectangle_is_as_small_as_can_be();
    cover_only_rises();
    snapping_follows_the_shortest_ways_over_edges();
    large_brushes_snap_by_cells();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
