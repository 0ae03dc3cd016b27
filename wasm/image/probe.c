#include "image/probe.h"

#include <string.h>

#include "image/bmp.h"
#include "image/bytes.h"
#include "image/chunks.h"
#include "image/exif.h"
#include "image/gif.h"
#include "image/vp8.h"

static cut_status damaged(const cut_probe *p, cut_error *error)
{
    return cut_fail(error, CUT_E_CORRUPT,
                    "The %s header is damaged or cut off.",
                    cut_format_name(p->format));
}

static cut_status variant(const char *what, cut_error *error)
{
    return cut_fail(error, CUT_E_VARIANT, "%s cannot be read.", what);
}

/* By the first frame header, which names the process, too. */
static cut_status probe_jpeg(cut_probe *p, const uint8_t *bytes, size_t size,
                             cut_error *error)
{
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, p->format);) {
        /* SOF0..SOF15 but DHT, JPG, DAC */
        if (c.type < 0xC0 || c.type > 0xCF || c.type == 0xC4 ||
            c.type == 0xC8 || c.type == 0xCC)
            continue;
        if (c.size < 6) return damaged(p, error);
        if (c.type == 0xC3) return variant("Lossless JPEG", error);
        if (c.type > 0xC2 && c.type < 0xC9)
            return variant("Hierarchical JPEG", error);
        if (c.type >= 0xC9)
            return variant("JPEG with arithmetic coding", error);
        p->bits = c.data[0];
        p->h = (int32_t)cut_be16(c.data + 1);
        p->w = (int32_t)cut_be16(c.data + 3);
        p->channels = c.data[5];
        if (p->bits != 8) return variant("JPEG of more than 8 bits", error);
        if (p->h == 0) return variant("JPEG with its height in a DNL", error);
        if (p->channels != 1 && p->channels != 3 && p->channels != 4)
            return variant("JPEG of 2 or more than 4 components", error);
        return CUT_OK;
    }
    return damaged(p, error);
}

/* By IHDR, and tRNS before the pixels. */
static cut_status probe_png(cut_probe *p, const uint8_t *bytes, size_t size,
                            cut_error *error)
{
    cut_chunk c = {0};
    int more = cut_chunk_next(&c, bytes, size, p->format);
    if (more && c.type == CUT_TAG('C', 'g', 'B', 'I'))
        return variant("Apple's CgBI variant of PNG", error);
    if (!more || c.type != CUT_TAG('I', 'H', 'D', 'R') || c.size != 13 ||
        c.data[0] > 0x7F || c.data[4] > 0x7F)
        return damaged(p, error);
    static const int channels[7] = {1, 0, 3, 3, 2, 0, 4};
    uint32_t colour = c.data[9];
    p->w = (int32_t)cut_be32(c.data);
    p->h = (int32_t)cut_be32(c.data + 4);
    p->bits = c.data[8];
    p->channels = colour < 7 ? channels[colour] : 0;
    if (!p->channels) return damaged(p, error);
    p->has_alpha_channel = colour >= 4;
    while (cut_chunk_next(&c, bytes, size, p->format)) {
        if (c.type == CUT_TAG('I', 'D', 'A', 'T')) break;
        if (c.type == CUT_TAG('t', 'R', 'N', 'S')) p->has_alpha_channel = 1;
    }
    return CUT_OK;
}

static int32_t le24(const uint8_t *p)
{
    return (int32_t)(cut_le16(p) | (uint32_t)p[2] << 16);
}

/* The first ANMF chunk (RFC 9649, 2.7.1.1); no frame reaches beyond the
 * canvas. 0: there is none, or it is damaged. */
static int first_frame(cut_probe *p, const uint8_t *bytes, size_t size,
                       cut_chunk c)
{
    while (c.type != CUT_TAG('A', 'N', 'M', 'F'))
        if (!cut_chunk_next(&c, bytes, size, CUT_FORMAT_WEBP)) return 0;
    if (c.size < 16 + 8) return 0;
    p->first.x = 2 * le24(c.data);
    p->first.y = 2 * le24(c.data + 3);
    p->first.w = 1 + le24(c.data + 6);
    p->first.h = 1 + le24(c.data + 9);
    p->first.at = (uint32_t)(c.data + 16 - bytes);
    p->first.size = (uint32_t)(c.size - 16);
    p->has_alpha_channel = 1; /* around it, and where it says so */
    return p->first.w <= p->w - p->first.x && p->first.h <= p->h - p->first.y;
}

/* Of the first picture, where it is lossy: whether its data can be so. */
static int lossy_is_sound(const cut_probe *p, const uint8_t *bytes, size_t size)
{
    cut_chunk c = {.at = p->first.at};
    if (p->first.at) size = p->first.at + (size_t)p->first.size;
    while (cut_chunk_next(&c, bytes, size, p->format))
        if (c.type == CUT_TAG('V', 'P', '8', ' '))
            return cut_vp8_is_sound(c.data, c.size);
    return 1;
}

/* By the first chunk: extended, lossless or lossy. */
static cut_status probe_webp(cut_probe *p, const uint8_t *bytes, size_t size,
                             cut_error *error)
{
    p->bits = 8;
    p->channels = 3;
    cut_chunk c = {0};
    if (!cut_chunk_next(&c, bytes, size, p->format)) return damaged(p, error);
    if (c.type == CUT_TAG('V', 'P', '8', 'X') && c.size >= 10) {
        p->has_alpha_channel = (c.data[0] & 0x10) != 0;
        p->w = 1 + le24(c.data + 4);
        p->h = 1 + le24(c.data + 7);
        if (c.data[0] & 0x02 && !first_frame(p, bytes, size, c))
            return damaged(p, error);
    } else if (c.type == CUT_TAG('V', 'P', '8', 'L') && c.size >= 5 &&
               c.data[0] == 0x2F) {
        uint32_t bits = cut_le32(c.data + 1);
        p->w = 1 + (int32_t)(bits & 0x3FFF);
        p->h = 1 + (int32_t)(bits >> 14 & 0x3FFF);
        p->has_alpha_channel = bits >> 28 & 1;
    } else if (c.type == CUT_TAG('V', 'P', '8', ' ') && c.size >= 10 &&
               memcmp(c.data + 3, "\x9D\x01\x2A", 3) == 0) {
        p->w = (int32_t)(cut_le16(c.data + 6) & 0x3FFF);
        p->h = (int32_t)(cut_le16(c.data + 8) & 0x3FFF);
    } else {
        return damaged(p, error);
    }
    if (!lossy_is_sound(p, bytes, size))
        return cut_fail(error, CUT_E_CORRUPT,
                        "The webp file is damaged: a partition starts with a "
                        "byte that none starts with.");
    return CUT_OK;
}

static cut_status probe_bmp(cut_probe *p, const uint8_t *bytes, size_t size,
                            cut_error *error)
{
    cut_bmp bmp;
    const char *refused;
    if (!cut_bmp_header(&bmp, &refused, bytes, size))
        return refused ? variant(refused, error) : damaged(p, error);
    p->has_alpha_channel = cut_bmp_has_alpha(&bmp);
    p->channels = p->has_alpha_channel ? 4 : 3;
    p->bits = 8;
    p->w = bmp.w;
    p->h = bmp.h;
    return CUT_OK;
}

static cut_status probe_gif(cut_probe *p, const uint8_t *bytes, size_t size,
                            cut_error *error)
{
    cut_gif gif;
    if (!cut_gif_header(&gif, bytes, size)) return damaged(p, error);
    p->w = gif.w;
    p->h = gif.h;
    p->bits = 8;
    p->channels = 3;
    p->has_alpha_channel = 1; /* a frame may leave pixels clear */
    return CUT_OK;
}

cut_status cut_image_fits(uint32_t w, uint32_t h, cut_error *error)
{
    if (!w || !h)
        return cut_fail(error, CUT_E_CORRUPT, "The picture has no pixels.");
    if (w > CUT_MAX_SIDE || h > CUT_MAX_SIDE ||
        (uint64_t)w * h > CUT_MAX_PIXELS)
        return cut_fail(error, CUT_E_TOO_LARGE,
                        "The picture is %u x %u; at most %d pixels a side and "
                        "%d in all are handled.",
                        (unsigned)w, (unsigned)h, CUT_MAX_SIDE, CUT_MAX_PIXELS);
    return CUT_OK;
}

static cut_status no_format(const uint8_t *bytes, size_t size, cut_error *error)
{
    const char *name = cut_image_foreign(bytes, size);
    if (name)
        return cut_fail(error, CUT_E_FORMAT,
                        "The file is %s, and no picture that can be read here.",
                        name);
    return cut_fail(error, CUT_E_FORMAT,
                    "The content is that of no picture format that is known "
                    "here.");
}

cut_status cut_image_probe(cut_probe *out, const uint8_t *bytes, size_t size,
                           cut_error *error)
{
    if (!bytes || size == 0)
        return cut_fail(error, CUT_E_EMPTY, "The file has no bytes.");
    if (size > CUT_MAX_INPUT_BYTES)
        return cut_fail(error, CUT_E_TOO_LARGE,
                        "The file has %u bytes; %u are read at most.",
                        (unsigned)size, (unsigned)CUT_MAX_INPUT_BYTES);
    cut_probe p = {.format = cut_image_sniff(bytes, size), .orientation = 1};
    cut_status status = CUT_OK;
    switch (p.format) {
    case CUT_FORMAT_JPEG: status = probe_jpeg(&p, bytes, size, error); break;
    case CUT_FORMAT_PNG: status = probe_png(&p, bytes, size, error); break;
    case CUT_FORMAT_WEBP: status = probe_webp(&p, bytes, size, error); break;
    case CUT_FORMAT_BMP: status = probe_bmp(&p, bytes, size, error); break;
    case CUT_FORMAT_GIF: status = probe_gif(&p, bytes, size, error); break;
    case CUT_FORMAT_AVIF:
    case CUT_FORMAT_HEIC:
    case CUT_FORMAT_TIFF:
    case CUT_FORMAT_JXL:
    case CUT_FORMAT_ICO:
    case CUT_FORMAT_SVG:
        return cut_fail(error, CUT_E_NEEDS_CODEC,
                        "The %s format is decoded outside the core.",
                        cut_format_name(p.format));
    case CUT_FORMAT_NONE: return no_format(bytes, size, error);
    }
    if (status) return status;
    if (p.w <= 0 || p.h <= 0) return damaged(&p, error);
    status = cut_image_fits((uint32_t)p.w, (uint32_t)p.h, error);
    if (status) return status;
    p.orientation = cut_exif_orientation(bytes, size, p.format);
    *out = p;
    return CUT_OK;
}
