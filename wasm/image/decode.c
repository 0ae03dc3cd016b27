/*
 * Easy to get wrong: stb_image answers a whole picture for a JPEG, GIF or BMP
 * that ends in the middle (the rest grey or black). complete() looks for the
 * end of the pixel data before it is asked.
 */
#include "image/decode.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"
#include "image/stb_image_glue.h"

/* The end-of-image marker stands behind the scans. */
static int jpeg_complete(const uint8_t *bytes, size_t size)
{
    size_t at = 2;
    for (;;) {
        const uint8_t *ff = memchr(bytes + at, 0xFF, size - at);
        if (!ff || (size_t)(ff - bytes) + 1 >= size) return 0;
        at = (size_t)(ff - bytes) + 1;
        uint32_t marker = bytes[at];
        if (marker == 0xFF) continue; /* fill byte */
        at++;
        if (marker == 0xD9) return 1;
        if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;
        if (size - at < 2) return 0; /* a segment: step over it */
        size_t length = cut_be16(bytes + at);
        if (length < 2 || length > size - at) return 0;
        at += length;
    }
}

/* Steps over data sub-blocks; 0 when the file ends before their terminator. */
static size_t gif_blocks_end(const uint8_t *bytes, size_t size, size_t at)
{
    while (at < size && bytes[at]) at += 1 + (size_t)bytes[at];
    return at < size ? at + 1 : 0;
}

static int gif_complete(const uint8_t *bytes, size_t size)
{
    size_t at = 13;
    if (bytes[10] & 0x80) at += (size_t)3 << ((bytes[10] & 7) + 1);
    while (at && at + 10 < size) {
        if (bytes[at] == 0x21) { /* extension */
            at = gif_blocks_end(bytes, size, at + 2);
        } else if (bytes[at] == 0x2C) { /* the first frame */
            uint32_t flags = bytes[at + 9];
            at += 10;
            if (flags & 0x80) at += (size_t)3 << ((flags & 7) + 1);
            return gif_blocks_end(bytes, size, at + 1) != 0;
        } else {
            return 0;
        }
    }
    return 0;
}

static int bmp_complete(const uint8_t *bytes, size_t size, const cut_probe *p)
{
    size_t bits = cut_le32(bytes + 14) == 12 ? cut_le16(bytes + 24)
                                             : cut_le16(bytes + 28);
    size_t row = ((size_t)p->w * bits + 31) / 32 * 4;
    size_t start = cut_le32(bytes + 10);
    return start <= size && row * (size_t)p->h <= size - start;
}

static int complete(const uint8_t *bytes, size_t size, const cut_probe *p)
{
    switch (p->format) {
    case CUT_FORMAT_JPEG: return jpeg_complete(bytes, size);
    case CUT_FORMAT_GIF: return gif_complete(bytes, size);
    case CUT_FORMAT_BMP: return bmp_complete(bytes, size, p);
    case CUT_FORMAT_PNG: /* stb checks it itself */
    case CUT_FORMAT_WEBP:
    case CUT_FORMAT_NONE: break;
    }
    return 1;
}

/* What stb can need at most for an honest file of this header: the picture as
 * RGBA, twice for 16 bits, rows before conversion (PNG's buffer doubles when
 * its guess was short; progressive JPEG keeps 16-bit coefficients), the
 * gathered file. */
static size_t budget(size_t size, const cut_probe *p)
{
    size_t pixels = ((size_t)p->w + 32) * ((size_t)p->h + 32);
    size_t depth = p->bits == 16 ? 2 : 1;
    return pixels * 4 * depth * 2 + pixels * (size_t)p->channels * depth * 4 +
           size * 4 + (1u << 20);
}

cut_status cut_image_decode(cut_image *out, const uint8_t *bytes, size_t size,
                            const cut_probe *probe, cut_error *error)
{
    const char *name = cut_format_name(probe->format);
    if (!complete(bytes, size, probe))
        return cut_fail(error, CUT_E_CORRUPT,
                        "The %s file ends before its pixels do.", name);
    int w = probe->w, h = probe->h;
    const char *reason = "";
    uint32_t refusals = cut_alloc_refusals();
    cut_budget old = cut_budget_begin(budget(size, probe));
    uint8_t *px = cut_stb_decode(bytes, (int)size, probe->bits,
                                 probe->format == CUT_FORMAT_JPEG, &w, &h,
                                 &reason);
    int over_budget = cut_budget_end(old);
    if (!px && over_budget)
        return cut_fail(error, CUT_E_CORRUPT,
                        "The %s file holds more than its header's %d x %d "
                        "pixels.", name, (int)probe->w, (int)probe->h);
    if (!px && cut_alloc_refusals() != refusals)
        return cut_fail(error, CUT_E_MEMORY, "No memory to decode %d x %d.",
                        (int)probe->w, (int)probe->h);
    if (!px)
        return cut_fail(error, CUT_E_CORRUPT,
                        "The %s file is damaged (%.60s).", name, reason);
    if (w != probe->w || h != probe->h) {
        cut_free(px);
        return cut_fail(error, CUT_E_CORRUPT,
                        "The %s file holds %d x %d, its header says %d x %d.",
                        name, w, h, (int)probe->w, (int)probe->h);
    }
    *out = (cut_image){px, w, h, !probe->has_alpha_channel};
    return CUT_OK;
}
