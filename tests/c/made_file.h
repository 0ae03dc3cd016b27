/*
 * Files made byte by byte: numbers in either order, and the segments of the
 * three containers.
 */
#ifndef CUT_TESTS_MADE_FILE_H
#define CUT_TESTS_MADE_FILE_H

#include <stdint.h>
#include <string.h>

#include "image/crc32.h"

typedef struct bytes {
    uint8_t at[2000];
    size_t size;
} bytes;

static inline void put(bytes *b, const void *data, size_t size)
{
    memcpy(b->at + b->size, data, size);
    b->size += size;
}

static inline void put_text(bytes *b, const char *text)
{
    put(b, text, strlen(text));
}

/* The lowest `count` bytes of v, the highest first. */
static inline void put_be(bytes *b, uint64_t v, int count)
{
    while (count-- > 0) b->at[b->size++] = (uint8_t)(v >> (8 * count));
}

static inline void put_le(bytes *b, uint64_t v, int count)
{
    for (int i = 0; i < count; i++, v >>= 8) b->at[b->size++] = (uint8_t)v;
}

/* ---- PNG --------------------------------------------------------------- */

static inline void put_chunk(bytes *b, const char *type, const void *data,
                             size_t size)
{
    put_be(b, (uint32_t)size, 4);
    put(b, type, 4);
    put(b, data, size);
    put_be(b, cut_crc32(b->at + b->size - size - 4, size + 4), 4);
}

static inline bytes png(uint32_t w, uint32_t h, uint8_t bits, uint8_t colour)
{
    bytes b = {.size = 0}, head = {.size = 0};
    put(&b, "\x89PNG\r\n\x1A\n", 8);
    put_be(&head, w, 4);
    put_be(&head, h, 4);
    put(&head, (uint8_t[5]){bits, colour, 0, 0, 0}, 5);
    put_chunk(&b, "IHDR", head.at, head.size);
    return b;
}

/* ---- JPEG -------------------------------------------------------------- */

static inline void put_segment(bytes *b, uint8_t marker, const void *data,
                               size_t size)
{
    put(b, (uint8_t[2]){0xFF, marker}, 2);
    put_be(b, (uint32_t)size + 2, 2);
    put(b, data, size);
}

static inline void put_frame(bytes *b, uint8_t marker, uint8_t bits, uint32_t w,
                             uint32_t h, uint8_t channels)
{
    bytes head = {.size = 0};
    put_be(&head, bits, 1);
    put_be(&head, h, 2);
    put_be(&head, w, 2);
    put_be(&head, channels, 1);
    put_segment(b, marker, head.at, head.size);
}

static inline bytes jpeg(void)
{
    bytes b = {.size = 0};
    put(&b, "\xFF\xD8", 2);
    return b;
}

/* ---- WebP -------------------------------------------------------------- */

static inline bytes webp(const char *type, const void *data, size_t size)
{
    bytes b = {.size = 0};
    put_text(&b, "RIFF");
    put_le(&b, (uint32_t)(size + 12), 4);
    put_text(&b, "WEBP");
    put_text(&b, type);
    put_le(&b, (uint32_t)size, 4);
    put(&b, data, size);
    if (size & 1) put(&b, "", 1);
    return b;
}

static inline bytes vp8x(uint8_t flags, uint32_t w, uint32_t h)
{
    bytes head = {.size = 0};
    put_le(&head, flags, 4);
    put_le(&head, w - 1, 3);
    put_le(&head, h - 1, 3);
    return webp("VP8X", head.at, head.size);
}

#endif
