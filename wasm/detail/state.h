/* A detail run from inside: levels.c owns it; cells.c, tile.c, planes.c and
 * hold.c work on parts of it. */
#ifndef CUT_DETAIL_STATE_H
#define CUT_DETAIL_STATE_H

#include "detail/detail.h"

#ifndef CUT_DETAIL_SIDE
#define CUT_DETAIL_SIDE 2048 /* longer side of the finest level, at most */
#endif
#ifndef CUT_DETAIL_LEAST_SIDE
#define CUT_DETAIL_LEAST_SIDE 384 /* and of the coarsest, at least */
#endif
#ifndef CUT_DETAIL_CELL
#define CUT_DETAIL_CELL 8
#endif
#ifndef CUT_DETAIL_MARGIN
#define CUT_DETAIL_MARGIN 16 /* samples around a tile's core: seen, not asked */
#endif
#ifndef CUT_DETAIL_FADE
#define CUT_DETAIL_FADE 8 /* to each side of a core's border two tiles mix */
#endif
#ifndef CUT_DETAIL_SETTLED
#define CUT_DETAIL_SETTLED 20 /* mean change of a cell that is none, in 1/8 */
#endif
#ifndef CUT_DETAIL_TILES
#define CUT_DETAIL_TILES 56 /* of a run that is not high, at most */
#endif

/* Of a cell: */
#define CUT_CELL_ACTIVE 1 /* in the band of this round */
#define CUT_CELL_DUE 2    /* in no tile's core yet */

/** One value for each cell of a level. */
typedef struct cut_cells {
    uint8_t *of; /* [h][w], owned */
    int32_t w, h;
} cut_cells;

/** A part of a level that the network sees, and the core of it that it is asked
 * for. Where the level ends the core does, without a margin. */
typedef struct cut_tile {
    int32_t x, y; /* samples, multiples of a cell */
    int32_t core_x0, core_y0, core_x1, core_y1; /* cells */
} cut_tile;

/** The samples of a level. */
typedef struct cut_detail_level {
    int32_t w, h, k;
    uint8_t *first;   /* [h][w]: the matte as it was given */
    uint8_t *now;     /* as it is */
    cut_cells change; /* of the last round: mean of a cell, in 1/8 of 1/255 */
} cut_detail_level;

struct cut_detail {
    const cut_image *photo; /* borrowed */
    const uint8_t *only;    /* borrowed: of cut_detail_within(), or NULL */
    int opaque, high;
    int32_t finest;         /* k of the last level */
    uint8_t *reduced;       /* the matte at 1/finest */
    cut_detail_level level; /* k 0: none has begun */
    int32_t rounds;         /* left of this level, without the one that runs */
    uint8_t *next;          /* [h][w] of the level: the round's answer */
    uint8_t *weight;        /* and of how many tiles it is made, in WEIGHTs */
    cut_cells cells;        /* flags; of NULL: no round runs */
    int is_held;            /* the level, for good */
    int is_waiting;         /* for the tile's answer */
    cut_tile tile;
    float *tensor;
    cut_detail_report report;
};

/* ---- cells.c ------------------------------------------------------------ */

static inline int32_t cut_cells_for(int32_t samples)
{
    return (samples + CUT_DETAIL_CELL - 1) / CUT_DETAIL_CELL;
}

/**
 * Marks the cells of a round ACTIVE and DUE: within a cell of one in which the
 * matte is undecided (.02 .. .98), and, with `change`, of one that has changed
 * by more than `settled`. `change` is of this level or of the one before, of
 * half the size.
 *
 * @param[out] cells of the level's size
 * @return how many there are
 */
size_t cut_cells_mark(cut_cells *cells, const cut_detail_level *level,
                      const cut_cells *change, int32_t settled);

/** Marks those cells ACTIVE and DUE in which `cover` u8 [h][w], of the photo's
 * size, is anywhere not 0. */
void cut_cells_mark_within(cut_cells *cells, const cut_detail_level *level,
                           const uint8_t *cover, int32_t w, int32_t h);

/** The next tile, so that its core begins with a cell that is DUE; those in the
 * core no longer are. 0: none is DUE. */
int cut_cells_place(cut_cells *cells, cut_tile *tile);

/** The mean change from `now` to `next` in each ACTIVE cell, in 1/8 of 1/255,
 * 255 at most. */
void cut_cells_change(cut_cells *change, const cut_cells *cells,
                      const cut_detail_level *level, const uint8_t *next);

/* ---- tile.c ------------------------------------------------------------- */

/** Fills d->tensor with d->tile, whose colours are read from the photo; beyond
 * the level its edge repeats. */
void cut_tile_pack(cut_detail *d);

/** Mixes the answer for d->tile into d->next where cells are ACTIVE. */
void cut_tile_take(cut_detail *d, const float *logits);

/* ---- planes.c ----------------------------------------------------------- */

/**
 * Means over blocks of k x k of a matte [h][w].
 *
 * @param[out] out   [ceil(h/k)][ceil(w/k)]
 * @param      photo of that size: only the part of the matte that is not the
 *                   photo's own alpha; NULL: all
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_plane_reduce(uint8_t *out, const uint8_t *alpha,
                            const cut_image *photo, int32_t w, int32_t h,
                            int32_t k, cut_error *error);

/**
 * Adds level->now - level->first, enlarged `scale` times (bilinear), to `out`.
 *
 * @param[in,out] out   u8 [h][w], w and h up to `scale` times the level's
 * @param         photo of that size whose alpha `out` is times of; NULL: none
 * @return CUT_OK, CUT_E_MEMORY: out unchanged
 */
cut_status cut_plane_add_change(uint8_t *out, const cut_image *photo, int32_t w,
                                int32_t h, const cut_detail_level *level,
                                int32_t scale, cut_error *error);

/* ---- hold.c ------------------------------------------------------------- */

/** Takes back in level->now what a whole region has changed. CUT_E_MEMORY:
 * unchanged. */
cut_status cut_detail_hold(cut_detail_level *level, cut_error *error);

#endif
