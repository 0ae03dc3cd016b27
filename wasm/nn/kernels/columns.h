/*
 * Depthwise windows of 3x3 and 5x5 over rows of eight channels of i16 that lie
 * in columns: two pixels side by side, channel by channel ([8][2], as dot_i16x8
 * wants them), CUT_ROWS rows of that, and on to the next two pixels. So every
 * tap of a window is at a constant distance, and no vector is zipped but where
 * it is made. A window that begins within a pair has weights packed for that,
 * with zeros where the pair sticks out.
 */
#ifndef CUT_NN_COLUMNS_H
#define CUT_NN_COLUMNS_H

#include "nn/kernels/kernel.h"

enum {
    CUT_ROWS = 8,
    CUT_PAIR = 16, /* elements: eight channels of two pixels */
    CUT_COLUMN = CUT_ROWS * CUT_PAIR
};

/** Eight channels of two pixels, to one row of a column. */
CUT_INLINE void cut_put_pair(int16_t *column, i16x8 left, i16x8 right)
{
    cut_i16x8_store(column, cut_zip_low(left, right));
    cut_i16x8_store(column + 8, cut_zip_high(left, right));
}

/** Eight channels of a result from their sums, as cut_finish8(). */
CUT_INLINE i16x8 cut_finish_i16(const cut_finish *f, i32x4 s0, i32x4 s1)
{
    f32x4 y0 = cut_f32x4_of(s0) * f->m0 + f->b0;
    f32x4 y1 = cut_f32x4_of(s1) * f->m1 + f->b1;
    return cut_clamp_i16(f, y0, y1);
}

/** n pixels of a row, `ld` elements apart, from the column in which the first
 * window begins. Reads what windows of up to 3 pixels more would. */
typedef void cut_columns_run(int16_t *out, int32_t ld, int32_t n,
                             const int16_t *a, const int16_t *w,
                             const cut_finish *f);

/** The one for a window; NULL: there is none. */
cut_columns_run *cut_columns_of(const cut_window *window);

/** Elements of the packed weights of eight channels. */
size_t cut_columns_weights(const cut_window *window);

/** Packs the weights of all channels, [tap][cp]. */
void cut_columns_pack(int16_t *out, const int16_t *w, int32_t cp,
                      const cut_window *window);

#endif
