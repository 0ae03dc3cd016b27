/* Oracle: tests/c/test_nn_conv.c, test_nn_inverted.c, built with
 * CUT_BYTE_DOTS. */
#include "nn/kernels/split.h"

#include "nn/kernels/simd.h"

/* The high digits of eight numbers. */
CUT_INLINE i16x8 high_of(i16x8 q)
{
    const i16x8 zero = {64, 64, 64, 64, 64, 64, 64, 64};
    return (q >> 7) + zero;
}

void cut_split_digits(uint8_t *high, uint8_t *low, const int16_t *q, size_t n)
{
    const i16x8 mask = {127, 127, 127, 127, 127, 127, 127, 127};
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        i16x8 a = cut_i16x8_load(q + i), b = cut_i16x8_load(q + i + 8);
        cut_store_u8(high + i, cut_narrow_bytes(high_of(a), high_of(b)));
        cut_store_u8(low + i, cut_narrow_bytes(a & mask, b & mask));
    }
    for (; i < n; i++) {
        high[i] = (uint8_t)((q[i] >> 7) + 64);
        low[i] = (uint8_t)(q[i] & 127);
    }
}

void cut_narrow_digits(uint8_t *digit, const int16_t *q, size_t n)
{
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        cut_store_u8(digit + i, cut_narrow_bytes(cut_i16x8_load(q + i),
                                                 cut_i16x8_load(q + i + 8)));
    for (; i < n; i++) digit[i] = (uint8_t)q[i];
}
