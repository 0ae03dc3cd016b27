/*
 * Sums of a few pixels by eight output channels: the inner loop of all dense
 * convolutions of i16, in one of two forms. Each has CUT_PIXELS, the elements
 * of its weights and of the rows that it reads, and
 *   cut_dot_window()  sums of windows of CUT_PIXELS pixels
 *   cut_dot_blocks()  the same of pixels whose channels lie in blocks of eight
 * s: low and high half of each pixel's eight sums, from 0.
 */
#ifndef CUT_NN_TILE_H
#define CUT_NN_TILE_H

#include "nn/kernels/kernel.h"

#if CUT_BYTE_DOTS
#include "nn/kernels/tile_bytes.h"
#else
#include "nn/kernels/tile_i16.h"
#endif

/* The windows of a tile's pixels lie `pixel` elements apart; there is none
 * after the one `last`, which is read again. */
CUT_INLINE void cut_tile_reach(int32_t to[CUT_PIXELS - 1], int32_t pixel,
                               int32_t last)
{
    CUT_UNROLL
    for (int i = 1; i < CUT_PIXELS; i++)
        to[i - 1] = (last > i ? i : last) * pixel;
}

#endif
