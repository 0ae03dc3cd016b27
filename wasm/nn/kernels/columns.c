#include "nn/kernels/columns.h"

/* Four channels of four pixels: windows of `side` taps, `stride` apart, the
 * first in the column at `a`. Where windows lie side by side every second one
 * begins within a pair. */
CUT_INLINE void windows4(i32x4 s[4], const int16_t *a, const int16_t *w,
                         const int side, const int stride)
{
    const int pairs = (side + 1) / 2, within = side == 3;
    const int last = stride == 1 ? (3 + within) / 2 : 3;
    CUT_UNROLL
    for (int r = 0; r < side; r++) {
        CUT_UNROLL
        for (int c = 0; c < last + pairs; c++) {
            i16x8 v = cut_i16x8_load(a + c * CUT_COLUMN + r * CUT_PAIR);
            CUT_UNROLL
            for (int j = 0; j < 4; j++) {
                int first = stride == 1 ? (j + within) / 2 : j;
                int phase = stride == 1 ? (j + within) % 2 : 0;
                int p = c - first;
                if (p >= 0 && p < pairs)
                    s[j] = cut_add(
                        s[j],
                        cut_dot(v, cut_i16x8_load(
                                       w + ((phase * side + r) * pairs + p) *
                                               CUT_PAIR)));
            }
        }
        CUT_IN_ORDER(s[0], s[1], s[2], s[3]);
    }
}

/* Eight channels of a row; `ld` elements from pixel to pixel. */
CUT_INLINE void wise_row(int16_t *out, int32_t ld, int32_t n, const int16_t *a,
                         const int16_t *w, const cut_finish *f, const int side,
                         const int stride)
{
    int16_t spare[4 * 8];
    for (int32_t x = 0; x < n; x += 4, a += 2 * stride * CUT_COLUMN) {
        i32x4 low[4] = {{0}}, high[4] = {{0}};
        int16_t *to = out + (size_t)x * (size_t)ld;
        int32_t step = ld;
        if (n - x < 4) {
            to = spare;
            step = 8;
        }
        windows4(low, a, w, side, stride);
        windows4(high, a + 8, w + 8, side, stride);
        CUT_UNROLL
        for (int j = 0; j < 4; j++)
            cut_i16x8_store(to + j * step, cut_finish_i16(f, low[j], high[j]));
        if (to == spare)
            for (int32_t j = 0; j < n - x; j++)
                memcpy(out + (size_t)(x + j) * (size_t)ld, spare + j * 8, 16);
    }
}

#define ROW_RUN(name, side, stride)                                            \
    static void name(int16_t *out, int32_t ld, int32_t n, const int16_t *a,    \
                     const int16_t *w, const cut_finish *f)                    \
    {                                                                          \
        wise_row(out, ld, n, a, w, f, side, stride);                           \
    }
ROW_RUN(row_3x3, 3, 1)
ROW_RUN(row_3x3_by_2, 3, 2)
ROW_RUN(row_5x5, 5, 1)
ROW_RUN(row_5x5_by_2, 5, 2)

/* Where windows lie side by side, those of 3x3 begin within a pair (a row is
 * padded by an odd number of pixels) and those of 5x5 do not. */
cut_columns_run *cut_columns_of(const cut_window *w)
{
    int side = w->k[1], stride = w->s[1], odd = w->before[1] % 2;
    if (w->k[0] != side || w->s[0] != stride || w->d[0] != 1 || w->d[1] != 1)
        return NULL;
    if (side == 3 && stride == 1 && odd) return row_3x3;
    if (side == 3 && stride == 2) return row_3x3_by_2;
    if (side == 5 && stride == 1 && !odd) return row_5x5;
    return side == 5 && stride == 2 ? row_5x5_by_2 : NULL;
}

size_t cut_columns_weights(const cut_window *w)
{
    return (size_t)(3 - w->s[1]) * (size_t)(w->k[0] * (w->k[1] + 1) / 2) *
           CUT_PAIR;
}

/* [block][phase][row][pair][8][2] from [tap][cp]; a window that begins within
 * a pair has its first tap in the pair's second half. */
void cut_columns_pack(int16_t *out, const int16_t *w, int32_t cp,
                      const cut_window *window)
{
    int32_t side = window->k[1], pairs = (side + 1) / 2;
    int32_t phases = 3 - window->s[1], within = window->before[1] % 2;
    for (int32_t i = 0; i < cp; i += 8)
        for (int32_t phase = 0; phase < phases; phase++)
            for (int32_t r = 0; r < side; r++)
                for (int32_t p = 0; p < pairs; p++)
                    for (int32_t c = i; c < i + 8; c++)
                        for (int32_t k = 0; k < 2; k++) {
                            int32_t tap = 2 * p + k -
                                          (phases == 2 ? phase : within);
                            *out++ = tap < 0 || tap >= side
                                         ? 0
                                         : w[(r * side + tap) * cp + c];
                        }
}
