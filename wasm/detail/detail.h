/*
 * Detail: a matte that came from a small map, made finer by a network that
 * sees the photo at its own size, or near it, in tiles (models/detail/CARD.md;
 * models/train/detail/apply.py is the reference in Python).
 *
 * Levels: the photo reduced by k, k halved from level to level, from about the
 * size of the coarse map up to the finest that pays. A level takes a round, the
 * finest with `high` two: the network sees each part of the band, and what it
 * answers is the matte of the next round, so that the matte grows outwards along a
 * strand. The band is made of cells of CUT_DETAIL_CELL samples: those near one
 * in which the matte is undecided and, from the second round on, near one that
 * the round before has changed. In the end what contradicts whole regions is
 * taken back (hold.c), and the change is enlarged to the photo's size.
 *
 * Inference is asynchronous and somebody else's: cut_detail_next() gives a
 * tile, cut_detail_answer() takes what the network says of it.
 *
 * Easy to get wrong: sample i of a level stands for the photo's pixels i k ..
 * i k + k - 1, so that its middle lies at i k + (k - 1) / 2.
 */
#ifndef CUT_DETAIL_DETAIL_H
#define CUT_DETAIL_DETAIL_H

#include "image/image.h"

#ifndef CUT_DETAIL_TILE
#define CUT_DETAIL_TILE 128 /* samples of a tile's side; a multiple of 16 */
#endif
#define CUT_DETAIL_BLOCKS (CUT_DETAIL_TILE / 2)
#define CUT_DETAIL_INPUTS 16 /* channels of the network's input, and of its */
#define CUT_DETAIL_OUTPUTS 4 /* answer */

typedef struct cut_detail cut_detail;

/** What was done, for a report. */
typedef struct cut_detail_report {
    uint32_t tiles;
    int32_t side; /* longer side of the finest level; 0: none was needed */
} cut_detail_report;

/**
 * Begins with the first level.
 *
 * @param[out] out   owned by the caller
 * @param      photo borrowed until it is freed
 * @param      alpha [h][w] the matte times the photo's own alpha
 * @param      high  two rounds at the finest level, no limit of tiles
 * @return CUT_OK, CUT_E_MEMORY. Memory: 4 bytes a sample of the finest level.
 */
cut_status cut_detail_new(cut_detail **out, const cut_image *photo,
                          const uint8_t *alpha, int high, cut_error *error);
void cut_detail_free(cut_detail *detail); /* NULL is allowed */

/**
 * Before the first tile: looks where `cover` is not 0, and nowhere else, also
 * where the matte is sure. Each level takes two rounds, whether they change
 * anything or not, of as many tiles as that takes; whole regions may change.
 *
 * @param cover u8 [h][w] of the photo; borrowed until it is freed
 */
void cut_detail_within(cut_detail *detail, const uint8_t *cover);

/**
 * The next tile: cut_detail_tensor() is set when one is due, and NULL when all
 * are done. While one waits for its answer: nothing.
 * @return CUT_OK; CUT_E_MEMORY: may be called again
 */
cut_status cut_detail_next(cut_detail *detail, cut_error *error);

/** f32 [16][B][B], B = CUT_DETAIL_BLOCKS: channel 4 (2 i + j) + c of block
 * (y, x) is sample (2 y + i, 2 x + j) of the tile: R, G, B as x/127.5 - 1, on
 * white where the photo is clear, then the matte, 0..1. Borrowed. */
const float *cut_detail_tensor(const cut_detail *detail);

/**
 * The network's answer for that tile.
 *
 * @param detail NULL is allowed: no tile waits
 * @param logits f32 [4][B][B]: channel 2 i + j is what is added to the logit
 *               of the matte's sample (2 y + i, 2 x + j), kept within .01 .. .99
 * @param count  of values, as whoever ran it says
 * @return CUT_OK; CUT_E_OUTPUT for another count or a value that is not finite:
 *         the tile still waits; CUT_E_STATE when none does
 */
cut_status cut_detail_answer(cut_detail *detail, const float *logits,
                             uint32_t count, cut_error *error);

/**
 * What was found, laid into the matte. With every tile answered; before, what
 * is there so far.
 *
 * @param[in,out] alpha as given to cut_detail_new()
 * @return CUT_OK; CUT_E_MEMORY: alpha unchanged
 */
cut_status cut_detail_apply(cut_detail *detail, uint8_t *alpha,
                            cut_error *error);

cut_detail_report cut_detail_reported(const cut_detail *detail);

#endif
