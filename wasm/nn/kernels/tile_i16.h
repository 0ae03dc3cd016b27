/* The sums of tile.h by dot_i16x8: i16 x i16 in 32 bits, two products a lane. */
#ifndef CUT_NN_TILE_I16_H
#define CUT_NN_TILE_I16_H

#include "nn/kernels/kernel.h"

enum { CUT_PIXELS = 4 };
typedef int16_t cut_cell;
typedef int16_t cut_weight;

/* Two input channels of four pixels times eight filters: 8 sums, 2 weights and
 * a splat are within 16 registers. */
CUT_INLINE void cut_dot_pair(i32x4 s[8], const int16_t *w, const int16_t *p0,
                             const int16_t *p1, const int16_t *p2,
                             const int16_t *p3)
{
    i16x8 v, w0 = cut_i16x8_load(w), w1 = cut_i16x8_load(w + 8);
    v = cut_i16x8_splat_pair(p0);
    s[0] = cut_add(s[0], cut_dot(v, w0));
    s[1] = cut_add(s[1], cut_dot(v, w1));
    v = cut_i16x8_splat_pair(p1);
    s[2] = cut_add(s[2], cut_dot(v, w0));
    s[3] = cut_add(s[3], cut_dot(v, w1));
    v = cut_i16x8_splat_pair(p2);
    s[4] = cut_add(s[4], cut_dot(v, w0));
    s[5] = cut_add(s[5], cut_dot(v, w1));
    v = cut_i16x8_splat_pair(p3);
    s[6] = cut_add(s[6], cut_dot(v, w0));
    s[7] = cut_add(s[7], cut_dot(v, w1));
    CUT_IN_ORDER(s[0], s[1], s[2], s[3]);
    CUT_IN_ORDER(s[4], s[5], s[6], s[7]);
}

/* Windows of four pixels, the first at `a`, the others `to` elements on. */
CUT_INLINE void cut_dot_window(i32x4 s[8], const cut_conv_step *conv,
                               const int16_t *a, const int32_t to[3],
                               const int16_t *w)
{
    for (int32_t r = 0; r < conv->run_count; r++) {
        const int16_t *p0 = a + conv->runs[r], *end = p0 + conv->run_size;
        const int16_t *p1 = p0 + to[0], *p2 = p0 + to[1], *p3 = p0 + to[2];
        for (; end - p0 >= 8; p0 += 8, p1 += 8, p2 += 8, p3 += 8, w += 64) {
            cut_dot_pair(s, w, p0, p1, p2, p3);
            cut_dot_pair(s, w + 16, p0 + 2, p1 + 2, p2 + 2, p3 + 2);
            cut_dot_pair(s, w + 32, p0 + 4, p1 + 4, p2 + 4, p3 + 4);
            cut_dot_pair(s, w + 48, p0 + 6, p1 + 6, p2 + 6, p3 + 6);
        }
        if (p0 == end) continue;
        cut_dot_pair(s, w, p0, p1, p2, p3);
        cut_dot_pair(s, w + 16, p0 + 2, p1 + 2, p2 + 2, p3 + 2);
        w += 32;
    }
}

/* `size` elements from block to block. */
CUT_INLINE void cut_dot_blocks(i32x4 s[8], const int16_t *a, size_t size,
                               int32_t blocks, int split, const int16_t *w)
{
    (void)split;
    for (int32_t k = 0; k < blocks; k++, a += size, w += 64) {
        cut_dot_pair(s, w, a, a + 8, a + 16, a + 24);
        cut_dot_pair(s, w + 16, a + 2, a + 10, a + 18, a + 26);
        cut_dot_pair(s, w + 32, a + 4, a + 12, a + 20, a + 28);
        cut_dot_pair(s, w + 48, a + 6, a + 14, a + 22, a + 30);
    }
}

#endif
