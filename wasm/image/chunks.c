#include "image/chunks.h"

#include "image/bytes.h"

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
    if (length < 2 || length > size - at - 1) return 0;
    c->data = bytes + at + 3;
    c->size = length - 2;
    c->at = at + 1 + length;
    return 1;
}

static int next_png(cut_chunk *c, const uint8_t *bytes, size_t size)
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
