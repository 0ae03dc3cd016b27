/*
 * Easy to get wrong: rows are padded to four bytes and stand upside down; the
 * palette may be shorter than the bits allow, and a gap may follow it; BI_RGB
 * of 32 bits has no alpha, whatever its fourth bytes hold.
 */
#include "image/bmp.h"

#include <string.h>

#include "base/status.h"
#include "image/bytes.h"

enum { FILE_HEADER = 14 };

int cut_bmp_is(const uint8_t *bytes, size_t size)
{
    if (size < 26 || bytes[0] != 'B' || bytes[1] != 'M') return 0;
    uint32_t header = cut_le32(bytes + 14);
    return header == 12 || header == 40 || header == 52 || header == 56 ||
           header == 108 || header == 124 ||
           (header >= 16 && header <= 64 && header % 4 == 0);
}

/* Masks of what has none written: five bits a colour, or a byte. */
static void default_masks(uint32_t mask[4], int bits)
{
    static const uint32_t of16[3] = {0x7C00, 0x03E0, 0x001F};
    static const uint32_t of32[3] = {0xFF0000, 0xFF00, 0xFF};
    if (bits == 16 || bits == 32)
        memcpy(mask, bits == 16 ? of16 : of32, sizeof of16);
}

/* The fields behind the size and the bits, of headers longer than 12 bytes.
 * 0: damaged, or `variant`. */
static int long_header(cut_bmp *b, const char **variant, uint32_t *colours,
                       uint32_t *end, const uint8_t *bytes, size_t size)
{
    uint32_t header = cut_le32(bytes + 14);
    int is_os2 = header < 40 || header == 64;
    *end = FILE_HEADER + header;
    if (size < *end) return 0;
    uint32_t packing = header >= 20 ? cut_le32(bytes + 30) : 0;
    if (header >= 36) *colours = cut_le32(bytes + 46);
    default_masks(b->mask, b->bits);
    switch (packing) {
    case 0: return 1;
    case 1: b->coding = 1; return b->bits == 8;
    case 2: b->coding = 2; return b->bits == 4;
    case 3:
        if (is_os2) {
            *variant = "BMP of fax codes";
            return 0;
        }
        break;
    case 4:
        if (is_os2 && b->bits == 24) {
            b->coding = 3;
            return 1;
        }
        *variant = "BMP that holds a JPEG or PNG";
        return 0;
    case 5: *variant = "BMP that holds a JPEG or PNG"; return 0;
    case 6: break;
    default: return 0;
    }
    if (b->bits != 16 && b->bits != 32) return 0;
    /* behind a header of 40 bytes, inside a longer one: at the same place */
    int with_alpha = packing == 6 || header >= 56;
    uint32_t masks = with_alpha ? 16 : 12;
    if (header == 40) *end += masks;
    if (size < FILE_HEADER + 40 + masks) return 0;
    for (uint32_t i = 0; i < masks / 4; i++)
        b->mask[i] = cut_le32(bytes + FILE_HEADER + 40 + i * 4);
    return (b->mask[0] | b->mask[1] | b->mask[2]) != 0;
}

/* A side as the header says it; more than any picture has is one too many. */
static int32_t side(uint32_t value)
{
    return value > CUT_MAX_SIDE ? CUT_MAX_SIDE + 1 : (int32_t)value;
}

int cut_bmp_header(cut_bmp *out, const char **variant, const uint8_t *bytes,
                   size_t size)
{
    cut_bmp b = {0};
    uint32_t colours = 0, end = FILE_HEADER + 12;
    *variant = NULL;
    if (!cut_bmp_is(bytes, size)) return 0;
    int is_core = cut_le32(bytes + 14) == 12;
    b.entry = is_core ? 3 : 4;
    if (is_core) {
        b.w = side(cut_le16(bytes + 18));
        b.h = side(cut_le16(bytes + 20));
        b.bits = (int)cut_le16(bytes + 24);
    } else {
        if (size < 30) return 0;
        uint32_t w = cut_le32(bytes + 18), h = cut_le32(bytes + 22);
        b.top_down = h >> 31 != 0;
        if (b.top_down) h = 0 - h;
        if (w >> 31) return 0;
        b.w = side(w);
        b.h = side(h);
        b.bits = (int)cut_le16(bytes + 28);
        if (!long_header(&b, variant, &colours, &end, bytes, size)) return 0;
    }
    if (b.bits != 1 && b.bits != 2 && b.bits != 4 && b.bits != 8 &&
        b.bits != 16 && b.bits != 24 && b.bits != 32)
        return 0;
    b.palette = end;
    b.pixels = cut_le32(bytes + 10);
    if (b.pixels == 0) b.pixels = end;
    if (b.bits <= 8) {
        uint32_t all = 1u << b.bits;
        /* some palettes are longer than the bits allow; then they are there */
        if (colours > all && b.pixels > end &&
            colours > (b.pixels - end) / (uint32_t)b.entry)
            return 0;
        if (colours == 0 || colours > all) colours = all;
        if (b.pixels == end) /* no offset written: behind all colours */
            b.pixels = end + colours * (uint32_t)b.entry;
        if (b.pixels < end || b.pixels > size) return 0;
        /* those that are promised, wherever the pixels begin: as browsers */
        if (colours > (size - end) / (uint32_t)b.entry)
            colours = (uint32_t)(size - end) / (uint32_t)b.entry;
        b.colours = (int32_t)colours;
    }
    if (b.pixels < end || b.w == 0 || b.h == 0) return 0;
    *out = b;
    return 1;
}

/* ---- rows -------------------------------------------------------------- */

/* Colour i of the palette; black beyond its end. */
static void put_colour(uint8_t *px, const cut_bmp *b, const uint8_t *bytes,
                       int32_t i)
{
    memset(px, 0, 3);
    px[3] = 255;
    if (i >= b->colours) return;
    const uint8_t *c = bytes + b->palette + (size_t)i * (size_t)b->entry;
    px[0] = c[2];
    px[1] = c[1];
    px[2] = c[0];
}

/* One value under a mask, brought to 0..255, rounded. */
typedef struct field {
    uint32_t mask, max;
    int shift;
} field;

static field field_of(uint32_t mask)
{
    field f = {.mask = mask};
    while (mask && !(mask >> f.shift & 1)) f.shift++;
    f.max = mask >> f.shift;
    return f;
}

static uint8_t field_value(field f, uint32_t pixel)
{
    uint32_t value = (pixel & f.mask) >> f.shift;
    if (f.max == 255 || !f.max) return (uint8_t)value;
    return (uint8_t)(((uint64_t)value * 255 + f.max / 2) / f.max);
}

/* A row of 16 or 32 bits a pixel. Returns the or of all alphas. */
static uint8_t masked_row(uint8_t *px, const cut_bmp *b, const field f[4],
                          const uint8_t *row)
{
    uint8_t any = 0;
    int step = b->bits / 8;
    for (int32_t x = 0; x < b->w; x++, px += 4, row += step) {
        uint32_t pixel = step == 2 ? cut_le16(row) : cut_le32(row);
        for (int i = 0; i < 3; i++) px[i] = field_value(f[i], pixel);
        px[3] = f[3].mask ? field_value(f[3], pixel) : 255;
        any |= px[3];
    }
    return any;
}

static void indexed_row(uint8_t *px, const cut_bmp *b, const uint8_t *bytes,
                        const uint8_t *row)
{
    for (int32_t x = 0; x < b->w; x++, px += 4) {
        int bit = x * b->bits & 7;
        int value = row[x * b->bits >> 3] >> (8 - b->bits - bit);
        put_colour(px, b, bytes, value & ((1 << b->bits) - 1));
    }
}

static uint8_t *row_of(uint8_t *px, const cut_bmp *b, int32_t y)
{
    return px + (size_t)(b->top_down ? y : b->h - 1 - y) * (size_t)b->w * 4;
}

/* ---- run-length coding ------------------------------------------------- */

typedef struct runs {
    const cut_bmp *b;
    const uint8_t *bytes;
    size_t at, size;
    uint8_t *px;
    int32_t x, y;
} runs;

/* Bytes of `count` values that stand one by one, without their padding. */
static size_t literal_size(const cut_bmp *b, size_t count)
{
    return b->coding == 3   ? count * 3
           : b->coding == 2 ? (count + 1) / 2
                            : count;
}

/* `count` pixels by the values at `from`: one for all, or each its own. What
 * does not fit into the row is left out. */
static void put_run(runs *r, const uint8_t *from, int32_t count, int literal)
{
    uint8_t *px = row_of(r->px, r->b, r->y);
    for (int32_t i = 0; i < count && r->x < r->b->w; i++, r->x++) {
        uint8_t *p = px + (size_t)r->x * 4;
        if (r->b->coding == 3) {
            const uint8_t *c = from + (literal ? i * 3 : 0);
            memcpy(p, (uint8_t[4]){c[2], c[1], c[0], 255}, 4);
        } else if (r->b->coding == 2) {
            uint8_t pair = from[literal ? i / 2 : 0];
            put_colour(p, r->b, r->bytes, i & 1 ? pair & 15 : pair >> 4);
        } else {
            put_colour(p, r->b, r->bytes, from[literal ? i : 0]);
        }
    }
}

/* Whole rows until the end is said or the data are over. */
static int32_t decode_runs(runs *r)
{
    size_t value = r->b->coding == 3 ? 3 : 1;
    while (r->y < r->b->h) {
        if (r->size - r->at < 2) return r->y;
        const uint8_t *p = r->bytes + r->at;
        int32_t count = p[0];
        if (count) {
            if (r->size - r->at < 1 + value) return r->y;
            put_run(r, p + 1, count, 0);
            r->at += 1 + value;
        } else if (p[1] == 0) { /* end of the row */
            r->x = 0;
            r->y++;
            r->at += 2;
        } else if (p[1] == 1) { /* end of the picture */
            return r->b->h;
        } else if (p[1] == 2) { /* a step to the right and up */
            if (r->size - r->at < 4) return r->y;
            r->x += p[2];
            r->y += p[3];
            r->at += 4;
        } else {
            size_t size = literal_size(r->b, p[1]);
            if (r->size - r->at - 2 < size) return r->y;
            put_run(r, p + 2, p[1], 1);
            size += size & 1;
            r->at += 2 + size;
            if (r->at > r->size) r->at = r->size;
        }
    }
    return r->b->h;
}

int32_t cut_bmp_decode(uint8_t *px, const cut_bmp *b, const uint8_t *bytes,
                       size_t size)
{
    if (b->pixels > size) return 0;
    if (b->coding) {
        runs r = {
            .b = b, .bytes = bytes, .at = b->pixels, .size = size, .px = px};
        return decode_runs(&r);
    }
    size_t used = ((size_t)b->w * (size_t)b->bits + 7) / 8;
    size_t stride = (used + 3) / 4 * 4;
    field f[4];
    for (int i = 0; i < 4; i++) f[i] = field_of(b->mask[i]);
    uint8_t any = 0;
    int32_t y = 0;
    for (size_t at = b->pixels; y < b->h && at <= size && size - at >= used;
         y++, at += stride) {
        uint8_t *out = row_of(px, b, y);
        const uint8_t *row = bytes + at;
        if (b->bits == 24) {
            for (int32_t x = 0; x < b->w; x++, out += 4, row += 3)
                memcpy(out, (uint8_t[4]){row[2], row[1], row[0], 255}, 4);
        } else if (b->bits > 8) {
            any |= masked_row(out, b, f, row);
        } else {
            indexed_row(out, b, bytes, row);
        }
    }
    if (b->mask[3] && !any) /* an alpha that nobody filled in */
        for (size_t i = 0; i < (size_t)b->w * (size_t)b->h; i++)
            px[i * 4 + 3] = 255;
    return y;
}
