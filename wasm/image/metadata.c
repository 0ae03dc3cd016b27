#include "image/metadata.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"
#include "image/png.h"

enum { MAX_BYTES = 16 << 20, MAX_SEGMENT = 65533, PNG_START = 8 + 25 };

static const char exif_head[6] = "Exif\0",
                  xmp_head[29] = "http://ns.adobe.com/xap/1.0/";
/* Photoshop's image resources, the first of which is IPTC, without a name */
static const char iptc_head[22] = "Photoshop 3.0\0"
                                  "8BIM\x04\x04\0";
static const char itxt_head[22] = "XML:com.adobe.xmp\0\0\0\0";
static const char raw_iptc[22] = "Raw profile type iptc";

void cut_metadata_free(cut_metadata *m)
{
    cut_bytes_free(&m->exif);
    cut_bytes_free(&m->xmp);
    cut_bytes_free(&m->iptc);
}

/* ---- reading ----------------------------------------------------------- */

cut_status cut_metadata_copy(cut_bytes *out, const uint8_t *data, size_t size,
                             cut_error *error)
{
    if (out->data || !size || size > MAX_BYTES) return CUT_OK;
    uint8_t *copy = cut_alloc(size, 1);
    if (!copy)
        return cut_fail(error, CUT_E_MEMORY, "No memory for the metadata.");
    memcpy(copy, data, size);
    *out = (cut_bytes){copy, size};
    return CUT_OK;
}

/* What follows a head, if that is how the chunk begins. */
static cut_status take(cut_bytes *out, const cut_chunk *c, const char *head,
                       size_t length, cut_error *error)
{
    if (c->size < length || memcmp(c->data, head, length) != 0) return CUT_OK;
    return cut_metadata_copy(out, c->data + length, c->size - length, error);
}

/* Resources: "8BIM", number, a name of even length with its count, size, data
 * of even length (Adobe, "Photoshop File Formats"). */
static cut_status take_resource(cut_bytes *out, const cut_chunk *c,
                                cut_error *error)
{
    size_t at = 14;
    if (c->size < at || memcmp(c->data, iptc_head, at) != 0) return CUT_OK;
    while (c->size - at >= 12 && memcmp(c->data + at, "8BIM", 4) == 0) {
        uint32_t number = cut_be16(c->data + at + 4);
        at += 6 + ((c->data[at + 6] + 2u) & ~1u);
        if (at + 4 > c->size) return CUT_OK;
        size_t size = cut_be32(c->data + at);
        at += 4;
        if (size > c->size - at) return CUT_OK;
        if (number == 0x0404)
            return cut_metadata_copy(out, c->data + at, size, error);
        at += size + (size & 1);
        if (at > c->size) return CUT_OK;
    }
    return CUT_OK;
}

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\niptc\n     123\n", then the bytes in hexadecimal, on lines. */
static cut_status take_text(cut_bytes *out, const cut_chunk *c,
                            cut_error *error)
{
    if (out->data || c->size < sizeof raw_iptc ||
        memcmp(c->data, raw_iptc, sizeof raw_iptc) != 0)
        return CUT_OK;
    const uint8_t *p = c->data + sizeof raw_iptc, *end = c->data + c->size;
    for (int lines = 0; p < end && lines < 3; p++) lines += *p == '\n';
    cut_bytes found = {cut_alloc(c->size, 1), 0};
    if (!found.data)
        return cut_fail(error, CUT_E_MEMORY, "No memory for the metadata.");
    for (; end - p >= 2; p++) {
        if (*p == '\n') continue;
        int high = hex(p[0]), low = hex(p[1]);
        if (high < 0 || low < 0) break;
        found.data[found.size++] = (uint8_t)(high << 4 | low);
        p++;
    }
    /* ImageMagick puts Photoshop's resources there, others the records alone */
    cut_chunk inner = {0, found.data, found.size, 0};
    cut_status status = found.size > 4 && memcmp(found.data, "8BIM", 4) == 0
                            ? CUT_OK
                            : take(out, &inner, "", 0, error);
    cut_bytes_free(&found);
    return status;
}

/* Takes a chunk or segment where it holds metadata; the first of each kind
 * counts. */
static cut_status take_chunk(cut_metadata *out, const cut_chunk *c,
                             cut_format format, cut_error *error)
{
    cut_status status = CUT_OK;
    if (format == CUT_FORMAT_JPEG && c->type == 0xE1) {
        status = take(&out->exif, c, exif_head, sizeof exif_head, error);
        if (!status)
            status = take(&out->xmp, c, xmp_head, sizeof xmp_head, error);
    } else if (format == CUT_FORMAT_JPEG && c->type == 0xED) {
        status = take_resource(&out->iptc, c, error);
    } else if (c->type == CUT_TAG('e', 'X', 'I', 'f')) {
        status = take(&out->exif, c, "", 0, error);
    } else if (c->type == CUT_TAG('i', 'T', 'X', 't')) {
        status = take(&out->xmp, c, itxt_head, sizeof itxt_head, error);
    } else if (c->type == CUT_TAG('t', 'E', 'X', 't')) {
        status = take_text(&out->iptc, c, error);
    } else if (c->type == CUT_TAG('E', 'X', 'I', 'F')) {
        /* some writers keep JPEG's prefix */
        size_t skip = c->size >= 6 && memcmp(c->data, exif_head, 6) == 0 ? 6
                                                                         : 0;
        status = take(&out->exif, c, (const char *)c->data, skip, error);
    } else if (c->type == CUT_TAG('X', 'M', 'P', ' ')) {
        status = take(&out->xmp, c, "", 0, error);
    }
    return status;
}

cut_status cut_metadata_read(cut_metadata *out, const uint8_t *bytes,
                             size_t size, cut_format format, cut_error *error)
{
    *out = (cut_metadata){0};
    cut_status status = CUT_OK;
    for (cut_chunk c = {0}; !status && cut_chunk_next(&c, bytes, size, format);)
        status = take_chunk(out, &c, format, error);
    if (status) cut_metadata_free(out);
    return status;
}

/* ---- what is true of the result ---------------------------------------- */

/* A TIFF structure that is changed in place; reading beyond it gives 0. */
typedef struct tiff {
    uint8_t *data;
    size_t size;
    int big;
} tiff;

static uint32_t get(const tiff *t, size_t at, int bytes)
{
    if (at > t->size || t->size - at < (size_t)bytes) return 0;
    const uint8_t *p = t->data + at;
    if (bytes == 2) return t->big ? cut_be16(p) : cut_le16(p);
    return t->big ? cut_be32(p) : cut_le32(p);
}

static void put(tiff *t, size_t at, int bytes, uint32_t v)
{
    if (at > t->size || t->size - at < (size_t)bytes) return;
    for (int i = 0; i < bytes; i++)
        t->data[at + (size_t)i] = (uint8_t)(v >>
                                            8 * (t->big ? bytes - 1 - i : i));
}

/* The entry of a tag in a directory; 0: none. */
static size_t entry_of(const tiff *t, size_t directory, uint32_t tag)
{
    uint32_t count = get(t, directory, 2);
    for (uint32_t i = 0; directory && i < count; i++)
        if (get(t, directory + 2 + i * 12, 2) == tag)
            return directory + 2 + i * 12;
    return 0;
}

static uint32_t value_of(const tiff *t, size_t entry)
{
    if (!entry) return 0;
    return get(t, entry + 8, get(t, entry + 2, 2) == 3 ? 2 : 4);
}

/* Only what is there already is changed. */
static void set(tiff *t, size_t directory, uint32_t tag, uint32_t v)
{
    size_t entry = entry_of(t, directory, tag);
    uint32_t type = get(t, entry + 2, 2);
    if (!entry || get(t, entry + 4, 4) != 1 || (type != 3 && type != 4)) return;
    put(t, entry + 8, 4, 0);
    put(t, entry + 8, type == 3 ? 2 : 4, v);
}

/* The second directory is the thumbnail's: its picture is wiped, not only
 * hidden. */
static void drop_thumbnail(tiff *t, size_t directory)
{
    size_t link = directory + 2 + get(t, directory, 2) * 12;
    size_t second = get(t, link, 4);
    put(t, link, 4, 0);
    if (!second || second >= t->size) return;
    size_t at = value_of(t, entry_of(t, second, 0x0201));
    size_t size = value_of(t, entry_of(t, second, 0x0202));
    if (at && at < t->size)
        memset(t->data + at, 0, size < t->size - at ? size : t->size - at);
}

/* Makes EXIF true of the result: upright, of its size, without the old
 * thumbnail. */
static void settle_exif(cut_bytes *exif, uint32_t w, uint32_t h)
{
    tiff t = {exif->data, exif->size, 0};
    if (t.size < 8) return;
    t.big = memcmp(t.data, "MM\0\x2A", 4) == 0;
    if (!t.big && memcmp(t.data, "II\x2A\0", 4) != 0) return;
    size_t main = get(&t, 4, 4);
    if (!main) return;
    size_t exif_part = value_of(&t, entry_of(&t, main, 0x8769));
    set(&t, main, 0x0112, 1);
    set(&t, main, 0x0100, w);
    set(&t, main, 0x0101, h);
    set(&t, exif_part, 0xA002, w);
    set(&t, exif_part, 0xA003, h);
    drop_thumbnail(&t, main);
}

/* tiff:Orientation="6" or <tiff:Orientation>6<: the digit is changed. */
static void settle_xmp(cut_bytes *xmp)
{
    static const char name[] = "tiff:Orientation";
    enum { LENGTH = sizeof name - 1 };
    for (size_t i = 0; i + LENGTH + 4 < xmp->size; i++) {
        if (memcmp(xmp->data + i, name, LENGTH) != 0) continue;
        uint8_t *p = xmp->data + i + LENGTH;
        if (*p == '=') p++;
        if ((*p == '"' || *p == '\'' || *p == '>') && p[1] >= '1' &&
            p[1] <= '8')
            p[1] = '1';
    }
}

void cut_metadata_settle(cut_metadata *m, int32_t w, int32_t h)
{
    settle_exif(&m->exif, (uint32_t)w, (uint32_t)h);
    settle_xmp(&m->xmp);
}

/* ---- writing ----------------------------------------------------------- */

/* Room in a file. NULL: no memory, and the file is what it was. */
static uint8_t *open_gap(cut_bytes *file, size_t at, size_t size,
                         cut_error *error)
{
    uint8_t *p = cut_realloc(file->data, file->size + size, 1);
    if (!p) {
        cut_fail(error, CUT_E_MEMORY, "No memory for the metadata.");
        return NULL;
    }
    memmove(p + at + size, p + at, file->size - at);
    *file = (cut_bytes){p, file->size + size};
    return p + at;
}

static uint8_t *put_segment(uint8_t *p, uint8_t marker, const char *head,
                            size_t head_size, const cut_bytes *data)
{
    size_t size = head_size + data->size;
    p[0] = 0xFF;
    p[1] = marker;
    p[2] = (uint8_t)((size + 2) >> 8);
    p[3] = (uint8_t)(size + 2);
    memcpy(p + 4, head, head_size);
    memcpy(p + 4 + head_size, data->data, data->size);
    return p + 4 + size;
}

static size_t segment_size(size_t head_size, const cut_bytes *data)
{
    return data->size && head_size + data->size <= MAX_SEGMENT
               ? 4 + head_size + data->size
               : 0;
}

/* Behind JFIF's segment, which comes first. */
static cut_status write_jpeg(cut_bytes *file, const cut_metadata *m,
                             cut_error *error)
{
    enum { AT = 20, IPTC_HEAD = sizeof iptc_head + 4 };
    size_t exif = segment_size(sizeof exif_head, &m->exif);
    size_t xmp = segment_size(sizeof xmp_head, &m->xmp);
    size_t iptc = segment_size(IPTC_HEAD, &m->iptc), odd = iptc & 1;
    uint8_t *p = open_gap(file, AT, exif + xmp + iptc + odd, error);
    if (!p) return CUT_E_MEMORY;
    if (exif) p = put_segment(p, 0xE1, exif_head, sizeof exif_head, &m->exif);
    if (xmp) p = put_segment(p, 0xE1, xmp_head, sizeof xmp_head, &m->xmp);
    if (iptc) {
        char head[IPTC_HEAD];
        memcpy(head, iptc_head, sizeof iptc_head);
        cut_put_be32((uint8_t *)head + sizeof iptc_head,
                     (uint32_t)m->iptc.size);
        uint8_t *start = p;
        p = put_segment(p, 0xED, head, IPTC_HEAD, &m->iptc);
        if (odd) { /* resources are of even length */
            *p = 0;
            size_t size = iptc + 1 - 2;
            start[2] = (uint8_t)(size >> 8);
            start[3] = (uint8_t)size;
        }
    }
    return CUT_OK;
}

/* "Raw profile type iptc", as take_text() reads it. */
static size_t put_raw_iptc(uint8_t *p, const cut_bytes *iptc)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *start = p;
    memcpy(p, raw_iptc, sizeof raw_iptc);
    p += sizeof raw_iptc;
    memcpy(p, "\niptc\n", 6);
    p += 6;
    size_t left = iptc->size;
    for (int i = 7; i >= 0; i--, left /= 10)
        p[i] = (uint8_t)(left || i == 7 ? '0' + left % 10 : ' ');
    p += 8;
    for (size_t i = 0; i < iptc->size; i++) {
        if (i % 36 == 0) *p++ = '\n';
        *p++ = (uint8_t)digits[iptc->data[i] >> 4];
        *p++ = (uint8_t)digits[iptc->data[i] & 15];
    }
    *p++ = '\n';
    return (size_t)(p - start);
}

/* Puts all three into chunks behind IHDR. */
static cut_status write_png(cut_bytes *file, const cut_metadata *m,
                            cut_error *error)
{
    size_t exif = m->exif.size ? 12 + m->exif.size : 0;
    size_t xmp = m->xmp.size ? 12 + sizeof itxt_head + m->xmp.size : 0;
    size_t lines = (m->iptc.size + 35) / 36;
    size_t iptc = m->iptc.size
                      ? 12 + sizeof raw_iptc + 14 + m->iptc.size * 2 + lines + 1
                      : 0;
    uint8_t *p = open_gap(file, PNG_START, exif + xmp + iptc, error);
    if (!p) return CUT_E_MEMORY;
    if (exif) {
        memcpy(p + 8, m->exif.data, m->exif.size);
        p = cut_png_close_chunk(p, "eXIf", m->exif.size);
    }
    if (xmp) {
        memcpy(p + 8, itxt_head, sizeof itxt_head);
        memcpy(p + 8 + sizeof itxt_head, m->xmp.data, m->xmp.size);
        p = cut_png_close_chunk(p, "iTXt", sizeof itxt_head + m->xmp.size);
    }
    if (iptc) cut_png_close_chunk(p, "tEXt", put_raw_iptc(p + 8, &m->iptc));
    return CUT_OK;
}

static uint8_t *put_riff(uint8_t *p, const char *type, const cut_bytes *data)
{
    if (!data->size) return p;
    memcpy(p, type, 4);
    cut_put_le32(p + 4, (uint32_t)data->size);
    memcpy(p + 8, data->data, data->size);
    p += 8 + data->size;
    if (data->size & 1) *p++ = 0;
    return p;
}

/* At the end, and told in the extended header (RFC 9649, 2.7), which a simple
 * file does not have yet. */
static cut_status write_webp(cut_bytes *file, const cut_metadata *m, int32_t w,
                             int32_t h, cut_error *error)
{
    enum { HEAD = 12, VP8X = 18, FLAG_EXIF = 0x08, FLAG_XMP = 0x04 };
    size_t exif = m->exif.size, xmp = m->xmp.size;
    size_t more = (exif ? 8 + exif + (exif & 1) : 0) +
                  (xmp ? 8 + xmp + (xmp & 1) : 0);
    int extended = memcmp(file->data + HEAD, "VP8X", 4) == 0;
    size_t old = file->size;
    uint8_t *end = open_gap(file, old, more + (extended ? 0 : VP8X), error);
    if (!end) return CUT_E_MEMORY;
    uint8_t *p = file->data + HEAD;
    if (!extended) {
        uint8_t alpha = memcmp(p, "VP8L", 4) == 0 && p[12] & 0x10 ? 0x10 : 0;
        memmove(p + VP8X, p, old - HEAD);
        memcpy(p, "VP8X", 4);
        cut_put_le32(p + 4, 10);
        cut_put_le32(p + 8, alpha);
        cut_put_le32(p + 12, (uint32_t)(w - 1));
        p[15] = (uint8_t)(h - 1);
        p[16] = (uint8_t)((h - 1) >> 8);
        p[17] = (uint8_t)((h - 1) >> 16);
        end += VP8X;
    }
    p[8] |= (uint8_t)((exif ? FLAG_EXIF : 0) | (xmp ? FLAG_XMP : 0));
    end = put_riff(end, "EXIF", &m->exif);
    put_riff(end, "XMP ", &m->xmp);
    cut_put_le32(file->data + 4, (uint32_t)(file->size - 8));
    return CUT_OK;
}

cut_status cut_metadata_write(cut_bytes *file, const cut_metadata *m,
                              cut_format format, int32_t w, int32_t h,
                              cut_error *error)
{
    if (!m->exif.size && !m->xmp.size && !m->iptc.size) return CUT_OK;
    if (format == CUT_FORMAT_JPEG) return write_jpeg(file, m, error);
    if (format == CUT_FORMAT_PNG) return write_png(file, m, error);
    return write_webp(file, m, w, h, error);
}
