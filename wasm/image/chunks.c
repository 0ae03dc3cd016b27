#include "image/chunks.h"

#include <string.h>

#include "image/bytes.h"
#include "image/crc32.h"

/* The next marker segment, up to the first scan. */
static int next_jpeg(cut_chunk *c, const uint8_t *bytes, size_t size)
{
    size_t at = c->at ? c->at : 2; /* after SOI */
    while (at < size && bytes[at] != 0xFF)
        at++; /* stray bytes: libjpeg skips */
    while (at < size && bytes[at] == 0xFF) at++; /* fill bytes */
    if (at + 3 > size) return 0;
    c->type = bytes[at];
    if (c->type == 0xDA || c->type == 0xD9) return 0; /* scan data, end */
    if (c->type == 0x01 || (c->type >= 0xD0 && c->type <= 0xD7)) {
        c->data = bytes + at + 1; /* markers without a length */
        c->size = 0;
        c->at = at + 1;
        return 1;
    }
    size_t length = cut_be16(bytes + at + 1);
    int is_text = (c->type >= 0xE0 && c->type <= 0xEF) || c->type == 0xFE;
    if (length < 2 && is_text) length = 2; /* nothing is in it, as libjpeg */
    if (length < 2 || length > size - at - 1) return 0;
    c->data = bytes + at + 3;
    c->size = length - 2;
    c->at = at + 1 + length;
    return 1;
}

static int is_ancillary(uint32_t type)
{
    return type >> 29 & 1; /* a small first letter */
}

/* Whether a chunk says something else than what was written, and the picture
 * is whole without it. Clear colours are of the picture. */
static int is_to_be_ignored(const cut_chunk *c)
{
    return is_ancillary(c->type) && c->type != CUT_TAG('t', 'R', 'N', 'S') &&
           cut_be32(c->data + c->size) != cut_crc32(c->data - 4, c->size + 4);
}

static int step_png(cut_chunk *c, const uint8_t *bytes, size_t size)
{
    size_t at = c->at ? c->at : 8;
    if (at > size || size - at < 12) return 0;
    size_t length = cut_be32(bytes + at);
    if (length > size - at - 12) return 0;
    c->type = cut_be32(bytes + at + 4);
    c->data = bytes + at + 8;
    c->size = length;
    c->at = at + 12 + length;
    return 1;
}

static int next_png(cut_chunk *c, const uint8_t *bytes, size_t size)
{
    while (step_png(c, bytes, size))
        if (!is_to_be_ignored(c)) return 1;
    return 0;
}

static int next_webp(cut_chunk *c, const uint8_t *bytes, size_t size)
{
    size_t at = c->at ? c->at : 12;
    if (at > size || size - at < 8) return 0;
    size_t length = cut_le32(bytes + at + 4);
    if (length > size - at - 8) return 0;
    c->type = cut_be32(bytes + at);
    c->data = bytes + at + 8;
    c->size = length;
    c->at = at + 8 + length + (length & 1); /* padded to even */
    return 1;
}

int cut_chunk_next(cut_chunk *chunk, const uint8_t *bytes, size_t size,
                   cut_format format)
{
    switch (format) {
    case CUT_FORMAT_JPEG: return next_jpeg(chunk, bytes, size);
    case CUT_FORMAT_PNG: return next_png(chunk, bytes, size);
    case CUT_FORMAT_WEBP: return next_webp(chunk, bytes, size);
    default: return 0; /* no segments, or none that are read here */
    }
}

int cut_webp_says(const uint8_t *bytes, size_t size, int flag)
{
    return size > 20 && memcmp(bytes + 12, "VP8X", 4) == 0 && bytes[20] & flag;
}
