/*
 * 16 bytes at a time: bytes in and out, no branch inside a loop.
 */
#include "image/png_filter.h"

#include "base/simd.h"

enum { NONE = 0, SUB = 1, UP = 2, PAETH = 4 };

/* A long row is judged by one block of eight. */
enum { BLOCK = 256, SAMPLED = 8, LONG = 16 * BLOCK };

static u8x16 either(u8x16 mask, u8x16 yes, u8x16 no)
{
    return (yes & mask) | (no & ~mask);
}

static u8x16 min_u8(u8x16 a, u8x16 b)
{
    return either((u8x16)(a < b), a, b);
}

static u8x16 max_u8(u8x16 a, u8x16 b)
{
    return either((u8x16)(a > b), a, b);
}

/* a left, b above, c above left (PNG 3rd ed., 9.4), in 8 bits: unless c lies
 * between a and b, |a + b - 2c| is no less than |b - c| and |a - c|. */
static u8x16 paeth(u8x16 a, u8x16 b, u8x16 c)
{
    u8x16 pa = max_u8(b, c) - min_u8(b, c), pb = max_u8(a, c) - min_u8(a, c);
    u8x16 outside = ~(u8x16)((b > c) ^ (a > c));
    u8x16 pc = (max_u8(pa, pb) - min_u8(pa, pb)) | outside;
    u8x16 bc = either((u8x16)(pb <= pc), b, c);
    return either((u8x16)((pa <= pb) & (pa <= pc)), a, bc);
}

/* Up to 16 bytes; the lanes beyond are 0. */
static u8x16 load(const uint8_t *p, size_t count)
{
    if (count >= 16) return cut_load_u8(p);
    u8x16 v = {0};
    memcpy(&v, p, count);
    return v;
}

static u8x16 filtered(int type, const uint8_t *row, const uint8_t *above,
                      size_t count, size_t bpp)
{
    u8x16 v = load(row, count);
    switch (type) {
    case SUB: return v - load(row - bpp, count);
    case UP: return v - load(above, count);
    case PAETH:
        return v - paeth(load(row - bpp, count), load(above, count),
                         load(above - bpp, count));
    default: return v;
    }
}

static inline void filter_by(uint8_t *out, const int type, const uint8_t *row,
                             const uint8_t *above, size_t count, size_t bpp)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        cut_store_u8(out + i, filtered(type, row + i, above + i, 16, bpp));
    u8x16 rest = filtered(type, row + i, above + i, count - i, bpp);
    memcpy(out + i, &rest, count - i);
}

/* Bytes at .. at + count - 1 of a row through one filter. The row's first
 * pixel has zeros to its left, which turns Sub to None and Paeth to Up. */
static void filter(uint8_t *out, int type, const uint8_t *row,
                   const uint8_t *above, size_t at, size_t count, size_t bpp)
{
    row += at;
    above += at;
    if (at == 0 && (type == SUB || type == PAETH)) {
        size_t head = count < bpp ? count : bpp;
        for (size_t i = 0; i < head; i++)
            out[i] = (uint8_t)(row[i] - (type == SUB ? 0 : above[i]));
        out += head;
        row += head;
        above += head;
        count -= head;
    }
    switch (type) { /* each with a loop of its own */
    case SUB: filter_by(out, SUB, row, above, count, bpp); break;
    case UP: filter_by(out, UP, row, above, count, bpp); break;
    case PAETH: filter_by(out, PAETH, row, above, count, bpp); break;
    default: memcpy(out, row, count);
    }
}

/* Sum over a block as signed numbers, |v|: what the heuristic minimises. */
static uint32_t absolute_sum(const uint8_t *v, size_t count)
{
    u16x8 sums = {0}; /* BLOCK / 8 x 128 fits */
    for (size_t i = 0; i < count; i += 16) {
        u8x16 bytes = load(v + i, count - i);
        u16x8 pairs = (u16x8)min_u8(bytes, -bytes);
        sums += (pairs & 255) + (pairs >> 8);
    }
    uint32_t sum = 0;
    for (int i = 0; i < 8; i++) sum += sums[i];
    return sum;
}

/* The type with the smallest sum over row[lo] .. row[hi - 1]. */
static int cheapest(const uint8_t *row, const uint8_t *above, size_t lo,
                    size_t hi, size_t bpp)
{
    static const int types[4] = {NONE, SUB, UP, PAETH};
    size_t step = hi - lo < LONG ? BLOCK : BLOCK * SAMPLED;
    uint32_t sums[4] = {0};
    uint8_t tmp[BLOCK];
    for (size_t at = lo; at < hi; at += step) {
        size_t count = hi - at < BLOCK ? hi - at : BLOCK;
        for (int i = 0; i < 4; i++) {
            filter(tmp, types[i], row, above, at, count, bpp);
            sums[i] += absolute_sum(tmp, count);
        }
    }
    int best = 0;
    for (int i = 1; i < 4; i++)
        if (sums[i] < sums[best]) best = i;
    return types[best];
}

/* Whether 32 bytes are zeros in both rows. */
static int clear32(const uint8_t *a, const uint8_t *b)
{
    uint64_t x[4], y[4];
    memcpy(x, a, 32);
    memcpy(y, b, 32);
    return (x[0] | x[1] | x[2] | x[3] | y[0] | y[1] | y[2] | y[3]) == 0;
}

void cut_png_filter_row(uint8_t *out, size_t *from, size_t *end,
                        const uint8_t *row, const uint8_t *above, size_t bytes,
                        size_t bpp)
{
    /* Clear pixels are zero in both rows and zero through every filter: only
     * the span between them needs work. */
    size_t lo = 0, hi = bytes;
    while (lo + 32 <= hi && clear32(row + lo, above + lo)) lo += 32;
    while (lo < hi && !(row[lo] | above[lo])) lo++;
    while (hi >= lo + 32 && clear32(row + hi - 32, above + hi - 32)) hi -= 32;
    while (hi > lo && !(row[hi - 1] | above[hi - 1])) hi--;
    if (lo == hi) {
        memset(out, 0, bytes + 1);
        *from = *end = 0;
        return;
    }
    lo -= lo % bpp;
    hi = hi + bpp < bytes ? hi + bpp : bytes; /* Sub reaches one pixel on */
    int type = cheapest(row, above, lo, hi, bpp);
    memset(out, 0, lo + 1);
    out[0] = (uint8_t)type;
    filter(out + 1 + lo, type, row, above, lo, hi - lo, bpp);
    memset(out + 1 + hi, 0, bytes - hi);
    *from = 1 + lo;
    *end = 1 + hi;
}
