/* Holes of a matte, by its rows' runs: few where the matte is calm. */
#include <string.h>

#include "matte/edge.h"
#include "matte/layers.h"

#define SOLID 240 /* of 255: no part of a hole */

/* Pixels x0 .. x1 - 1 of a row that are not solid, as a set of a forest. */
typedef struct run {
    int32_t x0, x1;
    uint32_t parent; /* index of a run before it, or its own */
} run;

/* Of the whole set, at its root. */
typedef struct region {
    uint32_t area;
    uint32_t is_open; /* it reaches the photo's border */
} region;

typedef struct runs {
    run *of;
    region *region;
    uint32_t *row; /* [h + 1]: index of a row's first run */
    uint32_t count;
} runs;

static int is_solid(uint8_t alpha, uint8_t own)
{
    return cut_matte_part(alpha, own) >= SOLID;
}

/* The runs of a row: written when `of` is there, in any case counted. */
static uint32_t runs_of(run *of, const uint8_t *alpha, const uint8_t *px,
                        int32_t w, uint32_t index)
{
    uint32_t count = 0;
    for (int32_t x = 0; x < w;) {
        while (x < w && is_solid(alpha[x], px[x * 4 + 3])) x++;
        int32_t x0 = x;
        while (x < w && !is_solid(alpha[x], px[x * 4 + 3])) x++;
        if (x == x0) break;
        if (of) of[count] = (run){x0, x, index + count};
        count++;
    }
    return count;
}

static uint32_t root_of(run *of, uint32_t i)
{
    while (of[i].parent != i) {
        of[i].parent = of[of[i].parent].parent;
        i = of[i].parent;
    }
    return i;
}

/* Joins the runs of a row with those above that they touch by a side. */
static void join_rows(run *of, uint32_t up, uint32_t low, uint32_t end)
{
    for (uint32_t i = up, j = low; i < low && j < end;) {
        if (of[i].x0 < of[j].x1 && of[j].x0 < of[i].x1) {
            uint32_t a = root_of(of, i), b = root_of(of, j);
            if (a < b)
                of[b].parent = a;
            else
                of[a].parent = b;
        }
        if (of[i].x1 < of[j].x1)
            i++;
        else
            j++;
    }
}

static void measure(runs *r, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++)
        for (uint32_t i = r->row[y]; i < r->row[y + 1]; i++) {
            region *its = &r->region[root_of(r->of, i)];
            its->area += (uint32_t)(r->of[i].x1 - r->of[i].x0);
            its->is_open |= y == 0 || y == h - 1 || r->of[i].x0 == 0 ||
                            r->of[i].x1 == w;
        }
}

/* The run, and a pixel around it: solid by SOLID is not yet opaque. */
static void fill(uint8_t *alpha, const cut_image *photo, int32_t y, run of)
{
    int32_t w = photo->w, h = photo->h;
    int32_t x0 = of.x0 > 0 ? of.x0 - 1 : 0, x1 = of.x1 < w ? of.x1 + 1 : w;
    for (int32_t v = y > 0 ? y - 1 : 0; v <= y + 1 && v < h; v++)
        for (int32_t x = x0; x < x1; x++) {
            size_t at = (size_t)v * (size_t)w + (size_t)x;
            uint8_t own = photo->px[at * 4 + 3];
            int is_in = v == y && x >= of.x0 && x < of.x1;
            if (is_in || is_solid(alpha[at], own)) alpha[at] = own;
        }
}

/* All runs of the picture, rows after one another: counted first, then kept. */
static cut_status runs_new(runs *r, const uint8_t *alpha,
                           const cut_image *photo, cut_error *error)
{
    size_t w = (size_t)photo->w;
    r->row = cut_alloc((size_t)photo->h + 1, sizeof *r->row);
    for (int32_t y = 0; r->row && y < photo->h; y++) {
        size_t at = (size_t)y * w;
        r->row[y] = r->count;
        r->count += runs_of(NULL, alpha + at, photo->px + at * 4, photo->w, 0);
    }
    if (r->row) r->row[photo->h] = r->count;
    if (r->row && r->count) {
        r->of = cut_alloc(r->count, sizeof *r->of);
        r->region = cut_alloc_zero(r->count, sizeof *r->region);
    }
    if (!r->row || (r->count && (!r->of || !r->region)))
        return cut_fail(error, CUT_E_MEMORY, "No memory to find holes.");
    return CUT_OK;
}

cut_status cut_edge_fill(uint8_t *alpha, const cut_image *photo, float side_px,
                         cut_error *error)
{
    int32_t w = photo->w, h = photo->h;
    runs r = {0};
    cut_status status = runs_new(&r, alpha, photo, error);
    for (int32_t y = 0; !status && r.count && y < h; y++) {
        size_t at = (size_t)y * (size_t)w;
        runs_of(r.of + r.row[y], alpha + at, photo->px + at * 4, w, r.row[y]);
        if (y) join_rows(r.of, r.row[y - 1], r.row[y], r.row[y + 1]);
    }
    if (!status && r.count) {
        measure(&r, w, h);
        for (int32_t y = 0; y < h; y++)
            for (uint32_t i = r.row[y]; i < r.row[y + 1]; i++) {
                const region *its = &r.region[root_of(r.of, i)];
                if (!its->is_open && (float)its->area <= side_px * side_px)
                    fill(alpha, photo, y, r.of[i]);
            }
    }
    cut_free(r.of);
    cut_free(r.region);
    cut_free(r.row);
    return status;
}
