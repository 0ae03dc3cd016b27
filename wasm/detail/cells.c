#include "detail/state.h"

#include <string.h>

enum { CELL = CUT_DETAIL_CELL };
_Static_assert(CELL == 8, "is_open() reads a row of a cell as 64 bits");

/* .02 .. .98 of 255 */
static int is_undecided(uint8_t a)
{
    return a >= 6 && a <= 249;
}

/* Whether the matte is undecided anywhere in a cell of w x h samples. */
static int is_open(const uint8_t *at, size_t stride, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++, at += stride) {
        uint64_t eight = 0;
        memcpy(&eight, at, (size_t)w);
        if (eight == 0 || eight == UINT64_MAX) continue;
        for (int32_t x = 0; x < w; x++)
            if (is_undecided(at[x])) return 1;
    }
    return 0;
}

static int32_t less(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Sets `bits` in the cell and its eight neighbours. */
static void mark_around(cut_cells *cells, int32_t x, int32_t y, uint8_t bits)
{
    for (int32_t v = y > 0 ? y - 1 : 0; v <= less(y + 1, cells->h - 1); v++)
        for (int32_t u = x > 0 ? x - 1 : 0; u <= less(x + 1, cells->w - 1); u++)
            cells->of[(size_t)v * (size_t)cells->w + (size_t)u] |= bits;
}

/* Whether a cell, or one beside it, has changed; each cell of `change` stands
 * for `scale` cells both ways. */
static int has_changed(const cut_cells *change, int32_t x, int32_t y,
                       int32_t scale, int32_t settled)
{
    x = less(x / scale, change->w - 1);
    y = less(y / scale, change->h - 1);
    for (int32_t v = y > 0 ? y - 1 : 0; v <= less(y + 1, change->h - 1); v++)
        for (int32_t u = x > 0 ? x - 1 : 0; u <= less(x + 1, change->w - 1);
             u++)
            if (change->of[(size_t)v * (size_t)change->w + (size_t)u] > settled)
                return 1;
    return 0;
}

size_t cut_cells_mark(cut_cells *cells, const cut_detail_level *level,
                      const cut_cells *change, int32_t settled)
{
    size_t stride = (size_t)level->w, count = 0;
    size_t all = (size_t)cells->w * (size_t)cells->h;
    memset(cells->of, 0, all);
    for (int32_t y = 0; y < cells->h; y++)
        for (int32_t x = 0; x < cells->w; x++) {
            const uint8_t *at = level->now + (size_t)y * CELL * stride +
                                (size_t)x * CELL;
            if (is_open(at, stride, less(CELL, level->w - x * CELL),
                        less(CELL, level->h - y * CELL)))
                mark_around(cells, x, y, CUT_CELL_ACTIVE | CUT_CELL_DUE);
        }
    int32_t scale = change && change->w == cells->w ? 1 : 2;
    for (size_t i = 0; i < all; i++) {
        if (!cells->of[i]) continue;
        int32_t x = (int32_t)(i % (size_t)cells->w);
        int32_t y = (int32_t)(i / (size_t)cells->w);
        if (change && !has_changed(change, x, y, scale, settled))
            cells->of[i] = 0;
        count += cells->of[i] != 0;
    }
    return count;
}

void cut_cells_mark_within(cut_cells *cells, const cut_detail_level *level,
                           const uint8_t *cover, int32_t w, int32_t h)
{
    int32_t side = level->k * CELL;
    memset(cells->of, 0, (size_t)cells->w * (size_t)cells->h);
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *row = cover + (size_t)y * (size_t)w;
        uint8_t *of = cells->of + (size_t)(y / side) * (size_t)cells->w;
        if (row[0] == 0 && memcmp(row, row + 1, (size_t)w - 1) == 0) continue;
        for (int32_t x = 0; x < w; x++)
            if (row[x]) of[x / side] = CUT_CELL_ACTIVE | CUT_CELL_DUE;
    }
}

/* The first row below y0 that has a DUE cell in columns x0 .. x1 - 1; y1 when
 * there is none. */
static int32_t first_row(const cut_cells *cells, int32_t x0, int32_t x1,
                         int32_t y0, int32_t y1)
{
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = x0; x < x1; x++)
            if (cells->of[(size_t)y * (size_t)cells->w + (size_t)x] &
                CUT_CELL_DUE)
                return y;
    return y1;
}

/* The first column that has one in rows y0 .. y1 - 1. */
static int32_t first_column(const cut_cells *cells, int32_t y0, int32_t y1)
{
    int32_t first = cells->w;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < first; x++)
            if (cells->of[(size_t)y * (size_t)cells->w + (size_t)x] &
                CUT_CELL_DUE)
                first = x;
    return first;
}

/* Where a tile begins whose core begins with cell `c`, and its core, along one
 * side of n cells. */
static int32_t place_along(int32_t *core0, int32_t *core1, int32_t c, int32_t n)
{
    enum { TILE = CUT_DETAIL_TILE / CELL, MARGIN = CUT_DETAIL_MARGIN / CELL };
    int32_t at = less(c - MARGIN, n - TILE);
    if (at < 0) at = 0;
    *core0 = at > 0 ? at + MARGIN : 0;
    *core1 = at + TILE < n ? at + TILE - MARGIN : n;
    return at * CELL;
}

int cut_cells_place(cut_cells *cells, cut_tile *tile)
{
    enum { CORE = (CUT_DETAIL_TILE - 2 * CUT_DETAIL_MARGIN) / CELL };
    int32_t top = first_row(cells, 0, cells->w, 0, cells->h);
    if (top == cells->h) return 0;
    int32_t end = less(top + CORE, cells->h);
    int32_t x = first_column(cells, top, end);
    int32_t y = first_row(cells, x, less(x + CORE, cells->w), top, end);
    cut_tile t;
    t.x = place_along(&t.core_x0, &t.core_x1, x, cells->w);
    t.y = place_along(&t.core_y0, &t.core_y1, y, cells->h);
    for (int32_t v = t.core_y0; v < t.core_y1; v++)
        for (int32_t u = t.core_x0; u < t.core_x1; u++)
            cells->of[(size_t)v * (size_t)cells->w + (size_t)u] &=
                CUT_CELL_ACTIVE;
    *tile = t;
    return 1;
}

void cut_cells_change(cut_cells *change, const cut_cells *cells,
                      const cut_detail_level *level, const uint8_t *next)
{
    for (int32_t y = 0; y < cells->h; y++)
        for (int32_t x = 0; x < cells->w; x++) {
            size_t i = (size_t)y * (size_t)cells->w + (size_t)x;
            uint32_t sum = 0, count = 0;
            int32_t y1 = less((y + 1) * CELL, level->h);
            int32_t x1 = less((x + 1) * CELL, level->w);
            for (int32_t v = y * CELL; cells->of[i] && v < y1; v++)
                for (int32_t u = x * CELL; u < x1; u++, count++) {
                    size_t at = (size_t)v * (size_t)level->w + (size_t)u;
                    sum += (uint32_t)(next[at] > level->now[at]
                                          ? next[at] - level->now[at]
                                          : level->now[at] - next[at]);
                }
            uint32_t mean = count ? sum * 8 / count : 0;
            change->of[i] = (uint8_t)(mean < 255 ? mean : 255);
        }
}
