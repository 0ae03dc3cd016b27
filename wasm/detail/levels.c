/* The order of levels, rounds and tiles. */
#include "detail/detail.h"

#include <string.h>

#include "detail/state.h"
#include "image/resample.h"

static void level_free(const cut_detail *d, cut_detail_level *level)
{
    if (level->first != d->reduced) cut_free(level->first);
    cut_free(level->now);
    cut_free(level->change.of);
    *level = (cut_detail_level){0};
}

/* The matte at the finest level's size. */
static cut_status reduce_matte(cut_detail *d, const uint8_t *alpha,
                               cut_error *error)
{
    size_t k = (size_t)d->finest;
    d->reduced = cut_alloc(((size_t)d->photo->w + k - 1) / k,
                           ((size_t)d->photo->h + k - 1) / k);
    if (!d->reduced)
        return cut_fail(error, CUT_E_MEMORY, "No memory for details.");
    return cut_plane_reduce(d->reduced, alpha, d->opaque ? NULL : d->photo,
                            d->photo->w, d->photo->h, d->finest, error);
}

cut_status cut_detail_new(cut_detail **out, const cut_image *photo,
                          const uint8_t *alpha, int high, cut_error *error)
{
    cut_detail *d = cut_alloc_zero(1, sizeof *d);
    float *tensor = cut_alloc((size_t)CUT_DETAIL_TILE * CUT_DETAIL_TILE * 4,
                              sizeof *tensor);
    if (!d || !tensor) {
        cut_free(d);
        cut_free(tensor);
        return cut_fail(error, CUT_E_MEMORY, "No memory for details.");
    }
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    d->photo = photo;
    d->opaque = cut_image_is_opaque(photo);
    d->high = high;
    d->finest = (side + CUT_DETAIL_SIDE - 1) / CUT_DETAIL_SIDE;
    d->tensor = tensor;
    cut_status status = reduce_matte(d, alpha, error);
    if (status)
        cut_detail_free(d);
    else
        *out = d;
    return status;
}

void cut_detail_free(cut_detail *detail)
{
    if (!detail) return;
    level_free(detail, &detail->level);
    cut_free(detail->reduced);
    cut_free(detail->next);
    cut_free(detail->weight);
    cut_free(detail->cells.of);
    cut_free(detail->tensor);
    cut_free(detail);
}

void cut_detail_within(cut_detail *detail, const uint8_t *cover)
{
    detail->only = cover;
}

/* ---- levels ------------------------------------------------------------- */

static int32_t coarsest(const cut_detail *d)
{
    int32_t side = d->photo->w > d->photo->h ? d->photo->w : d->photo->h;
    int32_t k = d->finest;
    while (side / k >= 2 * CUT_DETAIL_LEAST_SIDE) k *= 2;
    return k;
}

/* The matte at 1/k, with what the level before has changed. */
static cut_status level_fill(cut_detail_level *level, const cut_detail *d,
                             cut_error *error)
{
    size_t count = (size_t)level->w * (size_t)level->h;
    int32_t k = d->finest;
    level->first = level->k == k ? d->reduced : cut_alloc(count, 1);
    level->now = cut_alloc(count, 1);
    if (!level->first || !level->now)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %d x %d details.",
                        (int)level->w, (int)level->h);
    if (level->k > k) {
        cut_status status = cut_plane_reduce(
            level->first, d->reduced, NULL, (d->photo->w + k - 1) / k,
            (d->photo->h + k - 1) / k, level->k / k, error);
        if (status) return status;
    }
    memcpy(level->now, level->first, count);
    if (!d->level.k) return CUT_OK;
    return cut_plane_add_change(level->now, NULL, level->w, level->h, &d->level,
                                d->level.k / level->k, error);
}

/* Goes on to blocks of k pixels. The level before stays as it is when memory
 * is refused. */
static cut_status level_begin(cut_detail *d, int32_t k, cut_error *error)
{
    cut_detail_level level = {
        .w = (d->photo->w + k - 1) / k, .h = (d->photo->h + k - 1) / k, .k = k};
    size_t count = (size_t)level.w * (size_t)level.h;
    uint8_t *next = NULL, *weight = NULL;
    cut_status status = level_fill(&level, d, error);
    if (!status) {
        next = cut_alloc(count, 1);
        weight = cut_alloc(count, 1);
        if (!next || !weight)
            status = cut_fail(error, CUT_E_MEMORY,
                              "No memory for %d x %d details.", (int)level.w,
                              (int)level.h);
    }
    if (status) {
        level_free(d, &level);
        cut_free(next);
        cut_free(weight);
        return status;
    }
    level.change = d->level.change;
    d->level.change = (cut_cells){0};
    level_free(d, &d->level);
    cut_free(d->next);
    cut_free(d->weight);
    d->level = level;
    d->next = next;
    d->weight = weight;
    d->rounds = (d->high && k == d->finest) || d->only ? 2 : 1;
    return CUT_OK;
}

/* ---- rounds ------------------------------------------------------------- */

static cut_status cells_new(cut_cells *cells, const cut_detail_level *level,
                            cut_error *error)
{
    cut_cells made = {.w = cut_cells_for(level->w),
                      .h = cut_cells_for(level->h)};
    made.of = cut_alloc((size_t)made.w * (size_t)made.h, 1);
    if (!made.of)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %d x %d cells.",
                        (int)made.w, (int)made.h);
    *cells = made;
    return CUT_OK;
}

/* How many tiles the cells take; `scratch` has their size. */
static uint32_t count_tiles(const cut_cells *cells, cut_cells *scratch)
{
    cut_tile tile;
    uint32_t count = 0;
    memcpy(scratch->of, cells->of, (size_t)cells->w * (size_t)cells->h);
    while (cut_cells_place(scratch, &tile)) count++;
    return count;
}

/* Marks the band. When it would take too many tiles, that part of it which the
 * round before has changed most. */
static void mark(cut_detail *d, cut_cells *cells, cut_cells *scratch)
{
    const cut_cells *change = d->level.change.of ? &d->level.change : NULL;
    int32_t settled = CUT_DETAIL_SETTLED;
    if (d->only) {
        cut_cells_mark_within(cells, &d->level, d->only, d->photo->w,
                              d->photo->h);
        return;
    }
    while (cut_cells_mark(cells, &d->level, change, settled) && change &&
           !d->high && settled < 256 &&
           d->report.tiles + count_tiles(cells, scratch) > CUT_DETAIL_TILES)
        settled += settled / 2;
}

/* Marks the cells that the network is asked about, and starts their sums at
 * what is there. */
static cut_status round_begin(cut_detail *d, cut_error *error)
{
    cut_cells cells, scratch;
    cut_status status = cells_new(&cells, &d->level, error);
    if (status) return status;
    status = cells_new(&scratch, &d->level, error);
    if (status) {
        cut_free(cells.of);
        return status;
    }
    size_t count = (size_t)d->level.w * (size_t)d->level.h;
    mark(d, &cells, &scratch);
    cut_free(scratch.of);
    memcpy(d->next, d->level.now, count);
    memset(d->weight, 0, count);
    d->cells = cells;
    d->rounds--;
    return CUT_OK;
}

static cut_status round_end(cut_detail *d, cut_error *error)
{
    cut_cells change;
    cut_status status = cells_new(&change, &d->level, error);
    if (status) return status;
    cut_cells_change(&change, &d->cells, &d->level, d->next);
    uint8_t *now = d->level.now;
    d->level.now = d->next;
    d->next = now;
    cut_free(d->level.change.of);
    d->level.change = change;
    cut_free(d->cells.of);
    d->cells = (cut_cells){0};
    return CUT_OK;
}

/* Whether the last round changed enough anywhere for another one. */
static int is_settled(const cut_detail *d)
{
    const cut_cells *change = &d->level.change;
    size_t count = (size_t)change->w * (size_t)change->h;
    for (size_t i = 0; i < count; i++)
        if (change->of[i] > CUT_DETAIL_SETTLED) return 0;
    return 1;
}

/* ---- tiles -------------------------------------------------------------- */

cut_status cut_detail_next(cut_detail *d, cut_error *error)
{
    cut_status status = CUT_OK;
    while (!d->is_waiting && !status) {
        if (d->cells.of) {
            d->is_waiting = cut_cells_place(&d->cells, &d->tile);
            if (d->is_waiting)
                cut_tile_pack(d);
            else
                status = round_end(d, error);
        } else if (!d->level.k) {
            status = level_begin(d, coarsest(d), error);
        } else if (d->level.change.of && !d->only && is_settled(d)) {
            return CUT_OK;
        } else if (d->rounds) {
            status = round_begin(d, error);
        } else if (d->level.k > d->finest) {
            status = level_begin(d, d->level.k / 2, error);
        } else {
            return CUT_OK;
        }
    }
    return status;
}

const float *cut_detail_tensor(const cut_detail *detail)
{
    return detail->is_waiting ? detail->tensor : NULL;
}

cut_status cut_detail_answer(cut_detail *d, const float *logits, uint32_t count,
                             cut_error *error)
{
    if (!d || !d->is_waiting)
        return cut_fail(error, CUT_E_STATE, "No tile waits for an answer.");
    if (!logits ||
        count != CUT_DETAIL_OUTPUTS * CUT_DETAIL_BLOCKS * CUT_DETAIL_BLOCKS)
        return cut_fail(error, CUT_E_OUTPUT,
                        "The detail network answered %u values for a tile "
                        "of %d x %d.",
                        (unsigned)count, CUT_DETAIL_TILE, CUT_DETAIL_TILE);
    for (uint32_t i = 0; i < count; i++)
        if (!(logits[i] - logits[i] == 0)) /* NaN or infinite */
            return cut_fail(error, CUT_E_OUTPUT,
                            "Value %u of the detail network's answer is not "
                            "finite.",
                            (unsigned)i);
    cut_tile_take(d, logits);
    d->is_waiting = 0;
    d->report.tiles++;
    d->report.side = d->level.w > d->level.h ? d->level.w : d->level.h;
    return CUT_OK;
}

cut_status cut_detail_apply(cut_detail *d, uint8_t *alpha, cut_error *error)
{
    if (!d->level.k) return CUT_OK;
    cut_status status = CUT_OK;
    if (!d->is_held && !d->only) status = cut_detail_hold(&d->level, error);
    if (status) return status;
    d->is_held = 1; /* once, though the next step may be refused */
    return cut_plane_add_change(alpha, d->opaque ? NULL : d->photo, d->photo->w,
                                d->photo->h, &d->level, d->level.k, error);
}

cut_detail_report cut_detail_reported(const cut_detail *detail)
{
    return detail->report;
}
