/* Rows of i16 as the digits that products of bytes are made of. */
#ifndef CUT_NN_SPLIT_H
#define CUT_NN_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/** n numbers within CUT_I16_MAX, n a multiple of 4: q + 8192 = 128 * high +
 * low, each digit 0..127. */
void cut_split_digits(uint8_t *high, uint8_t *low, const int16_t *q, size_t n);

/** The same of numbers of 0..127, which are one. */
void cut_narrow_digits(uint8_t *digit, const int16_t *q, size_t n);

#endif
