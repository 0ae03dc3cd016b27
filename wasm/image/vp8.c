/*
 * Each partition is a number between 0 and 1, whose coder starts with a range
 * of 255 and stays within it (RFC 6386, 7.3): its first byte is never 255.
 * Decoders do not look; beyond the range each makes something else of it.
 *
 * Easy to get wrong: how many partitions there are stands in the first one,
 * behind fields that are there or not.
 */
#include "image/vp8.h"

#include "image/bytes.h"

enum { FRAME_HEADER = 10, NONE = 255 };

/* A partition that is being read (RFC 6386, 7.3), beyond its end zeros. */
typedef struct coded {
    const uint8_t *at, *end;
    uint32_t range, value; /* value: of 16 bits, the upper 8 under the range */
    int shifts;
} coded;

static uint8_t next(coded *c)
{
    return c->at < c->end ? *c->at++ : 0;
}

/* `count` bits that are 0 and 1 alike, the highest first. */
static uint32_t bits(coded *c, int count)
{
    uint32_t out = 0;
    while (count-- > 0) {
        uint32_t split = 1 + ((c->range - 1) >> 1);
        int bit = c->value >= split << 8;
        out = out << 1 | (uint32_t)bit;
        c->value -= bit ? split << 8 : 0;
        c->range = bit ? c->range - split : split;
        for (; c->range < 128; c->range <<= 1) {
            c->value <<= 1;
            if (++c->shifts == 8) {
                c->shifts = 0;
                c->value |= next(c);
            }
        }
    }
    return out;
}

/* Fields of so many bits, each behind a bit that says that it is there. */
static void skip_optional(coded *c, int fields, int size)
{
    while (fields-- > 0)
        if (bits(c, 1)) bits(c, size);
}

/* How many partitions of coefficients there are: the header up to there (RFC
 * 6386, 9.2 to 9.6). */
static size_t partitions(const uint8_t *first, size_t size)
{
    coded c = {.at = first, .end = first + size, .range = 255};
    c.value = (uint32_t)next(&c) << 8;
    c.value |= next(&c);
    bits(&c, 2);       /* colour space, clamping */
    if (bits(&c, 1)) { /* segments: */
        uint32_t map = bits(&c, 1);
        if (bits(&c, 1)) {
            bits(&c, 1);
            skip_optional(&c, 4, 7 + 1); /* quantizers */
            skip_optional(&c, 4, 6 + 1); /* strengths of the filter */
        }
        if (map) skip_optional(&c, 3, 8);
    }
    bits(&c, 1 + 6 + 3); /* the filter */
    if (bits(&c, 1) && bits(&c, 1)) skip_optional(&c, 8, 6 + 1);
    return (size_t)1 << bits(&c, 2);
}

int cut_vp8_is_sound(const uint8_t *frame, size_t size)
{
    if (size < FRAME_HEADER + 1) return 1;
    const uint8_t *p = frame + FRAME_HEADER;
    size_t left = size - FRAME_HEADER;
    size_t first = (cut_le16(frame) | (uint32_t)frame[2] << 16) >> 5;
    if (first == 0 || first > left) return 1; /* no decoder reads on */
    if (*p == NONE) return 0;
    size_t count = partitions(p, first), sizes = 3 * (count - 1);
    p += first;
    left -= first;
    if (sizes > left) return 1;
    const uint8_t *size_at = p;
    p += sizes;
    left -= sizes;
    for (size_t i = 0; i < count && left; i++, size_at += 3) {
        size_t part = left; /* the last one: what is left */
        if (i + 1 < count)
            part = cut_le16(size_at) | (uint32_t)size_at[2] << 16;
        if (part > left) part = left;
        if (part && *p == NONE) return 0;
        p += part;
        left -= part;
    }
    return 1;
}
