#include "image/icc.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"
#include "libdeflate.h"

enum { ICC_HEADER = 128 };

cut_icc_space cut_icc_colour_space(const cut_bytes *icc)
{
    if (!icc->data || icc->size < ICC_HEADER) return CUT_ICC_OTHER;
    switch (cut_be32(icc->data + 16)) {
    case CUT_TAG('R', 'G', 'B', ' '): return CUT_ICC_RGB;
    case CUT_TAG('G', 'R', 'A', 'Y'): return CUT_ICC_GREY;
    default: return CUT_ICC_OTHER;
    }
}

int cut_icc_is_cmyk(const cut_bytes *icc)
{
    return icc->data && icc->size >= ICC_HEADER &&
           cut_be32(icc->data + 16) == CUT_TAG('C', 'M', 'Y', 'K');
}

int cut_icc_fits(const cut_bytes *icc, const cut_probe *probe)
{
    return cut_icc_colour_space(icc) != CUT_ICC_GREY || probe->channels <= 2;
}

/* Its own length, behind which some writers pad, and the 'acsp' signature agree
 * with what was found. */
static int sane(const cut_bytes *icc)
{
    return icc->size >= ICC_HEADER && cut_be32(icc->data) >= ICC_HEADER &&
           cut_be32(icc->data) <= icc->size &&
           cut_be32(icc->data + 36) == CUT_TAG('a', 'c', 's', 'p') &&
           (cut_icc_colour_space(icc) != CUT_ICC_OTHER || cut_icc_is_cmyk(icc));
}

/* Without what stands behind it, or nothing. */
static void keep_sane(cut_bytes *icc)
{
    if (!icc->data) return;
    if (sane(icc))
        icc->size = cut_be32(icc->data);
    else
        cut_bytes_free(icc);
}

static cut_status no_memory(cut_error *error)
{
    return cut_fail(error, CUT_E_MEMORY, "No memory for the colour profile.");
}

static int is_jpeg_part(const cut_chunk *c)
{
    return c->type == 0xE2 && c->size > 14 &&
           memcmp(c->data, "ICC_PROFILE\0", 12) == 0;
}

/* Parts are numbered 1..count and may come in any order (ICC.1:2010, B.4). */
static cut_status read_jpeg(cut_bytes *out, const uint8_t *bytes, size_t size,
                            cut_error *error)
{
    cut_chunk part[256] = {0};
    size_t total = 0, found = 0, count = 0;
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, CUT_FORMAT_JPEG);) {
        if (!is_jpeg_part(&c)) continue;
        if (part[c.data[12]].data) continue; /* the first of two counts */
        part[c.data[12]] = c;
        total += c.size - 14;
        count = c.data[13];
        found++;
    }
    if (!found || found != count || total > CUT_MAX_ICC_BYTES) return CUT_OK;
    uint8_t *icc = cut_alloc(total, 1);
    if (!icc) return no_memory(error);
    size_t at = 0;
    for (size_t i = 1; i <= count && part[i].data; i++) {
        memcpy(icc + at, part[i].data + 14, part[i].size - 14);
        at += part[i].size - 14;
    }
    *out = (cut_bytes){icc, at}; /* a gap makes it too short: not sane() */
    return CUT_OK;
}

/* The profile in iCCP, unpacked; none where it is damaged, as in browsers. */
static cut_status read_png(cut_bytes *out, const uint8_t *bytes, size_t size,
                           cut_error *error)
{
    cut_chunk c = {0};
    while (cut_chunk_next(&c, bytes, size, CUT_FORMAT_PNG)) {
        if (c.type == CUT_TAG('I', 'D', 'A', 'T')) return CUT_OK;
        if (c.type == CUT_TAG('i', 'C', 'C', 'P')) break;
    }
    if (c.type != CUT_TAG('i', 'C', 'C', 'P')) return CUT_OK;
    const uint8_t *name_end = memchr(c.data, 0, c.size < 80 ? c.size : 80);
    if (!name_end || name_end == c.data) return CUT_OK;
    size_t at = (size_t)(name_end - c.data) + 2; /* and the method byte */
    if (at >= c.size) return CUT_OK;

    struct libdeflate_decompressor *inflate = libdeflate_alloc_decompressor();
    uint8_t *icc = cut_alloc(CUT_MAX_ICC_BYTES, 1);
    size_t length = 0;
    cut_status status = CUT_OK;
    if (!inflate || !icc)
        status = no_memory(error);
    else if (libdeflate_zlib_decompress(inflate, c.data + at, c.size - at, icc,
                                        CUT_MAX_ICC_BYTES,
                                        &length) != LIBDEFLATE_SUCCESS)
        length = 0;
    if (inflate) libdeflate_free_decompressor(inflate);
    uint8_t *fitting = length ? cut_realloc(icc, length, 1) : NULL;
    if (!fitting)
        cut_free(icc);
    else
        *out = (cut_bytes){fitting, length};
    return status;
}

cut_status cut_icc_copy(cut_bytes *out, const uint8_t *icc, size_t size,
                        cut_error *error)
{
    *out = (cut_bytes){0};
    if (!icc || !size || size > CUT_MAX_ICC_BYTES) return CUT_OK;
    cut_bytes copy = {cut_alloc(size, 1), size};
    if (!copy.data) return no_memory(error);
    memcpy(copy.data, icc, size);
    keep_sane(&copy);
    if (cut_icc_is_cmyk(&copy)) cut_bytes_free(&copy);
    *out = copy;
    return CUT_OK;
}

static cut_status read_webp(cut_bytes *out, const uint8_t *bytes, size_t size,
                            cut_error *error)
{
    if (!cut_webp_says(bytes, size, CUT_WEBP_ICC)) return CUT_OK;
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, CUT_FORMAT_WEBP);)
        if (c.type == CUT_TAG('I', 'C', 'C', 'P') && c.size &&
            c.size <= CUT_MAX_ICC_BYTES) {
            out->data = cut_alloc(c.size, 1);
            if (!out->data) return no_memory(error);
            out->size = c.size;
            memcpy(out->data, c.data, c.size);
            return CUT_OK;
        }
    return CUT_OK;
}

/* Of a header of version 5 that says that one is embedded: it lies so many bytes
 * behind the header's start (Microsoft, BITMAPV5HEADER). */
static cut_status read_bmp(cut_bytes *out, const uint8_t *bytes, size_t size,
                           cut_error *error)
{
    enum { START = 14, V5 = 124, SPACE = START + 56, DATA = START + 112 };
    if (size < START + V5 || cut_le16(bytes) != 0x4D42 ||
        cut_le32(bytes + START) < V5 ||
        cut_le32(bytes + SPACE) != CUT_TAG('M', 'B', 'E', 'D'))
        return CUT_OK;
    uint64_t at = (uint64_t)START + cut_le32(bytes + DATA);
    uint32_t count = cut_le32(bytes + DATA + 4);
    if (at > size || count > size - at) return CUT_OK;
    return cut_icc_copy(out, bytes + at, count, error);
}

cut_status cut_icc_read(cut_bytes *out, const uint8_t *bytes, size_t size,
                        cut_format format, cut_error *error)
{
    cut_status status = cut_icc_read_device(out, bytes, size, format, error);
    if (cut_icc_is_cmyk(out)) cut_bytes_free(out);
    return status;
}

cut_status cut_icc_read_device(cut_bytes *out, const uint8_t *bytes,
                               size_t size, cut_format format, cut_error *error)
{
    cut_bytes icc = {0};
    cut_status status = CUT_OK;
    libdeflate_set_memory_allocator(cut_alloc_bytes, cut_free);
    if (format == CUT_FORMAT_JPEG)
        status = read_jpeg(&icc, bytes, size, error);
    else if (format == CUT_FORMAT_PNG)
        status = read_png(&icc, bytes, size, error);
    else if (format == CUT_FORMAT_WEBP)
        status = read_webp(&icc, bytes, size, error);
    else if (format == CUT_FORMAT_BMP)
        status = read_bmp(&icc, bytes, size, error);
    keep_sane(&icc);
    *out = icc;
    return status;
}
