#include "image/webp.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"
#include "image/icc.h"

enum { VP8X_BYTES = 18, FLAG_ICC = 0x20, FLAG_ALPHA = 0x10 };

static cut_status copy(cut_bytes *out, const uint8_t *file, size_t size,
                       size_t more, cut_error *error)
{
    out->data = cut_alloc(size + more, 1);
    if (!out->data)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %u bytes of WebP.",
                        (unsigned)size);
    out->size = size + more;
    memcpy(out->data, file, size);
    return CUT_OK;
}

/* The extended header: flags, 24-bit width and height, both minus 1. */
static void put_vp8x(uint8_t *p, uint8_t flags, int32_t w, int32_t h)
{
    memcpy(p, "VP8X", 4);
    cut_put_le32(p + 4, 10);
    cut_put_le32(p + 8, flags);
    cut_put_le32(p + 12, (uint32_t)(w - 1));
    p[15] = (uint8_t)(h - 1);
    p[16] = (uint8_t)((h - 1) >> 8);
    p[17] = (uint8_t)((h - 1) >> 16);
}

cut_status cut_webp_with_icc(cut_bytes *out, const uint8_t *file, size_t size,
                             const cut_bytes *icc, int32_t w, int32_t h,
                             cut_error *error)
{
    cut_probe probe = {0};
    if (cut_image_sniff(file, size) != CUT_FORMAT_WEBP ||
        cut_image_probe(&probe, file, size, NULL) || probe.w != w ||
        probe.h != h)
        return cut_fail(error, CUT_E_ENCODE,
                        "The codec's answer is no WebP of %d x %d.", (int)w,
                        (int)h);
    if (cut_icc_colour_space(icc) != CUT_ICC_RGB)
        return copy(out, file, size, 0, error);

    int extended = memcmp(file + 12, "VP8X", 4) == 0;
    size_t body = extended ? 12 + VP8X_BYTES : 12; /* what follows the header */
    if (body > size) body = size;
    size_t icc_bytes = 8 + icc->size + (icc->size & 1);
    size_t head = 12 + VP8X_BYTES;
    cut_bytes made = {0};
    made.size = head + icc_bytes + (size - body);
    made.data = cut_alloc_zero(made.size, 1);
    if (!made.data)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %u bytes of WebP.",
                        (unsigned)made.size);
    memcpy(made.data, file, 12);
    cut_put_le32(made.data + 4, (uint32_t)(made.size - 8));
    uint8_t flags = extended ? file[20] : 0;
    if (probe.has_alpha_channel) flags |= FLAG_ALPHA;
    put_vp8x(made.data + 12, flags | FLAG_ICC, w, h);
    uint8_t *p = made.data + head;
    memcpy(p, "ICCP", 4);
    cut_put_le32(p + 4, (uint32_t)icc->size);
    memcpy(p + 8, icc->data, icc->size);
    memcpy(p + icc_bytes, file + body, size - body);
    *out = made;
    return CUT_OK;
}

cut_status cut_webp_first(cut_bytes *out, const uint8_t *file,
                          const cut_probe *probe, cut_error *error)
{
    size_t size = 12 + VP8X_BYTES + probe->first.size;
    uint8_t *p = cut_alloc_zero(size, 1);
    if (!p)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %u bytes of WebP.",
                        (unsigned)size);
    memcpy(p, "RIFF", 4);
    cut_put_le32(p + 4, (uint32_t)(size - 8));
    memcpy(p + 8, "WEBP", 4);
    put_vp8x(p + 12, FLAG_ALPHA, probe->first.w, probe->first.h);
    memcpy(p + 12 + VP8X_BYTES, file + probe->first.at, probe->first.size);
    *out = (cut_bytes){p, size};
    return CUT_OK;
}

cut_status cut_webp_bare(cut_bytes *out, const uint8_t *file, size_t size,
                         cut_error *error)
{
    *out = (cut_bytes){0};
    if (size < 12 || cut_le32(file + 4) > size - 8) return CUT_OK; /* cut off */
    for (cut_chunk c = {0}; cut_chunk_next(&c, file, size, CUT_FORMAT_WEBP);) {
        if (c.type != CUT_TAG('V', 'P', '8', ' ') &&
            c.type != CUT_TAG('V', 'P', '8', 'L'))
            continue;
        if (c.at >= size) break;
        cut_status status = copy(out, file, c.at, 0, error);
        if (!status) cut_put_le32(out->data + 4, (uint32_t)(c.at - 8));
        return status;
    }
    return CUT_OK;
}
