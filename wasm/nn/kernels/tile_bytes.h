/*
 * The sums of tile.h by a dot of four bytes, which adds to them at once.
 *
 * A whole number q of a map, within CUT_I16_MAX, is two digits of 7 bits:
 * q + 8192 = 128 * high + low. They lie in planes of their own
 * (cut_split_digits()), and sum(w * q) is
 *   128 * sum(w * high) + sum(w * low) - 8192 * sum(w):
 * exact, since 32 bits wrap and the sum fits. The weights of a tile begin with
 * -64 * sum(w) of each channel; then [n / 4][8][4]. Numbers of 0..127 are one
 * digit, and the sums begin with 0.
 *
 * Six pixels: the sums of fewer are not independent enough to keep a unit
 * busy that takes two dots a cycle and answers after five.
 */
#ifndef CUT_NN_TILE_BYTES_H
#define CUT_NN_TILE_BYTES_H

#include "nn/kernels/kernel.h"

enum { CUT_PIXELS = 6 };
typedef uint8_t cut_cell;
typedef int8_t cut_weight;

CUT_INLINE void cut_dot_start(i32x4 s[2 * CUT_PIXELS], const int8_t *w)
{
    i32x4 head[2];
    memcpy(head, w, sizeof head);
    CUT_UNROLL
    for (int i = 0; i < 2 * CUT_PIXELS; i++) s[i] = head[i % 2];
}

/* The sums of the high digits are done, those of the low ones follow. */
CUT_INLINE void cut_dot_next_digit(i32x4 s[2 * CUT_PIXELS])
{
    CUT_UNROLL
    for (int i = 0; i < 2 * CUT_PIXELS; i++) s[i] = (i32x4)((u32x4)s[i] << 7);
}

/* Four input channels: 12 sums, 2 weights and a splat are 15 registers. */
CUT_INLINE void cut_dot_quad(i32x4 s[2 * CUT_PIXELS], const int8_t *w,
                             const uint8_t *const p[CUT_PIXELS], int at)
{
    i8x16 w0 = cut_i8x16_load(w), w1 = cut_i8x16_load(w + 16);
    CUT_UNROLL
    for (int i = 0; i < CUT_PIXELS; i++) {
        u8x16 v = cut_u8x16_splat_quad(p[i] + at);
        s[2 * i] = cut_dot_bytes(s[2 * i], w0, v);
        s[2 * i + 1] = cut_dot_bytes(s[2 * i + 1], w1, v);
    }
    CUT_IN_ORDER(s[0], s[1], s[2], s[3]);
    CUT_IN_ORDER(s[4], s[5], s[6], s[7]);
    CUT_IN_ORDER(s[8], s[9], s[10], s[11]);
}

CUT_INLINE void cut_dot_window(i32x4 s[2 * CUT_PIXELS],
                               const cut_conv_step *conv, const uint8_t *a,
                               const int32_t to[CUT_PIXELS - 1],
                               const int8_t *w)
{
    const int8_t *first = w + 2 * sizeof *s;
    cut_dot_start(s, w);
    for (int digit = 0;; digit++, a += conv->plane) {
        w = first;
        for (int32_t r = 0; r < conv->run_count; r++) {
            const uint8_t *p[CUT_PIXELS] = {a + conv->runs[r]};
            const uint8_t *end = p[0] + conv->run_size;
            CUT_UNROLL
            for (int i = 1; i < CUT_PIXELS; i++) p[i] = p[0] + to[i - 1];
            for (; end - p[0] >= 8; w += 64) {
                cut_dot_quad(s, w, p, 0);
                cut_dot_quad(s, w + 32, p, 4);
                CUT_UNROLL
                for (int i = 0; i < CUT_PIXELS; i++) p[i] += 8;
            }
            if (p[0] == end) continue;
            cut_dot_quad(s, w, p, 0);
            w += 32;
        }
        if (digit) break;
        cut_dot_next_digit(s);
    }
}

/* `size` elements from block to block; the low digits lie behind all high
 * ones, if there are any. */
CUT_INLINE void cut_dot_blocks(i32x4 s[2 * CUT_PIXELS], const uint8_t *a,
                               size_t size, int32_t blocks, int split,
                               const int8_t *w)
{
    const int8_t *first = w + 2 * sizeof *s;
    cut_dot_start(s, w);
    for (int digit = 2 - split;; digit++) {
        w = first;
        for (int32_t k = 0; k < blocks; k++, a += size, w += 64) {
            const uint8_t *const p[CUT_PIXELS] = {a,      a + 8,  a + 16,
                                                  a + 24, a + 32, a + 40};
            cut_dot_quad(s, w, p, 0);
            cut_dot_quad(s, w + 32, p, 4);
        }
        if (digit) break;
        cut_dot_next_digit(s);
    }
}

#endif
