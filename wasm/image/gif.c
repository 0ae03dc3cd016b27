/*
 * Easy to get wrong: codes cross the ends of sub-blocks; the code after a
 * full table (4096) adds none but may go on; the first code of a string that
 * is being made is the string's own.
 */
#include "image/gif.h"

#include <string.h>

#include "image/bytes.h"

enum { MAX_CODES = 4096, NONE = -1 };

/* Behind the sub-blocks from `at`; 0 when the file ends before that. */
static size_t blocks_end(const uint8_t *bytes, size_t size, size_t at)
{
    while (at < size && bytes[at]) at += 1 + (size_t)bytes[at];
    return at < size ? at + 1 : 0;
}

int cut_gif_header(cut_gif *out, const uint8_t *bytes, size_t size)
{
    if (size < 13) return 0;
    cut_gif g = {.w = (int32_t)cut_le16(bytes + 6),
                 .h = (int32_t)cut_le16(bytes + 8),
                 .clear = NONE};
    size_t at = 13;
    if (bytes[10] & 0x80) {
        g.palette = at;
        g.colours = 2 << (bytes[10] & 7);
        at += (size_t)g.colours * 3;
    }
    while (at < size && bytes[at] != 0x2C) {
        if (bytes[at] == 0) { /* stray terminators are stepped over */
            at++;
            continue;
        }
        if (bytes[at] != 0x21 || size - at < 3) return 0;
        /* graphic control: flags, delay, the clear colour */
        if (bytes[at + 1] == 0xF9 && bytes[at + 2] == 4 && size - at >= 8)
            g.clear = bytes[at + 3] & 1 ? bytes[at + 6] : NONE;
        at = blocks_end(bytes, size, at + 2);
        if (!at) return 0;
    }
    if (at >= size || size - at < 11) return 0;
    const uint8_t *frame = bytes + at + 1;
    g.x = (int32_t)cut_le16(frame);
    g.y = (int32_t)cut_le16(frame + 2);
    g.fw = (int32_t)cut_le16(frame + 4);
    g.fh = (int32_t)cut_le16(frame + 6);
    g.interlaced = frame[8] >> 6 & 1;
    at += 10;
    if (frame[8] & 0x80) {
        g.palette = at;
        g.colours = 2 << (frame[8] & 7);
        at += (size_t)g.colours * 3;
    }
    if (g.x + g.fw > g.w) g.w = g.x + g.fw;
    if (g.y + g.fh > g.h) g.h = g.y + g.fh;
    if (at >= size || !g.fw || !g.fh) return 0;
    g.data = at;
    *out = g;
    return 1;
}

/* ---- pixels ------------------------------------------------------------ */

typedef struct frame {
    const cut_gif *g;
    const uint8_t *bytes;
    uint8_t *px;
    int32_t x, y, step, pass;
    int64_t done, all;
    int is_over; /* more came than fits */
} frame;

/* The next row: below, or by the four passes of an interlaced frame. */
static void next_row(frame *f)
{
    static const int32_t first[4] = {0, 4, 2, 1}, step[4] = {8, 8, 4, 2};
    f->x = 0;
    f->y += f->step;
    while (f->y >= f->g->fh && f->g->interlaced && f->pass < 3) {
        f->pass++;
        f->y = first[f->pass];
        f->step = step[f->pass];
    }
}

/* The next pixel of the frame. One more than it has ends it. */
static void put_index(frame *f, int32_t index)
{
    if (f->done == f->all) {
        f->is_over = 1;
        return;
    }
    f->done++;
    const cut_gif *g = f->g;
    uint8_t *p = f->px + ((size_t)(g->y + f->y) * (size_t)g->w +
                          (size_t)(g->x + f->x)) *
                             4;
    if (index != g->clear) {
        if (index < g->colours)
            memcpy(p, f->bytes + g->palette + (size_t)index * 3, 3);
        p[3] = 255;
    }
    if (++f->x == g->fw) next_row(f);
}

/* ---- LZW --------------------------------------------------------------- */

typedef struct lzw {
    const uint8_t *bytes;
    size_t at, size;
    uint32_t bits; /* read and not yet used, the next one lowest */
    int held;      /* how many */
    int left;      /* bytes of the sub-block that are not yet read */
} lzw;

/* The next code of `width` bits, or NONE at the end of the data. */
static int32_t next_code(lzw *z, int width)
{
    while (z->held < width) {
        if (!z->left) {
            if (z->at >= z->size || !z->bytes[z->at]) return NONE;
            z->left = z->bytes[z->at++];
        }
        if (z->at >= z->size) return NONE;
        z->bits |= (uint32_t)z->bytes[z->at++] << z->held;
        z->held += 8;
        z->left--;
    }
    int32_t code = (int32_t)(z->bits & ((1u << width) - 1));
    z->bits >>= width;
    z->held -= width;
    return code;
}

/* Strings by their last index and the string before it. */
typedef struct table {
    int16_t before[MAX_CODES];
    uint8_t last[MAX_CODES], first[MAX_CODES], stack[MAX_CODES];
} table;

/* The string of a code, first index first. */
static void put_string(frame *f, table *t, int32_t code)
{
    int32_t n = 0;
    for (; code >= 0 && n < MAX_CODES; code = t->before[code])
        t->stack[n++] = t->last[code];
    while (n) put_index(f, t->stack[--n]);
}

/* Behind the last pixel: nothing or the end code, in a sub-block that is whole, or
 * more in such that lead to whatever may follow a frame. After a wrong bit, which
 * shifts all codes behind it, neither. */
static int ends_well(const frame *f, lzw *z, int width, int size)
{
    const int32_t clear = 1 << size;
    int32_t code = next_code(z, width);
    if (code == clear) code = next_code(z, size + 1);
    if (z->left > 0 && (size_t)z->left > z->size - z->at) return 0;
    if (!f->is_over && (code == NONE || code == clear + 1)) return 1;
    size_t at = z->at + (size_t)z->left;
    at = at < z->size ? blocks_end(z->bytes, z->size, at) : 0;
    return at && (at == z->size || z->bytes[at] == 0x3B ||
                  z->bytes[at] == 0x2C || z->bytes[at] == 0x21);
}

/* Whether the data end with the pixels. */
static int decode(frame *f, table *t, lzw *z, int size)
{
    const int32_t clear = 1 << size;
    for (int32_t i = 0; i < clear; i++) {
        t->before[i] = NONE;
        t->first[i] = t->last[i] = (uint8_t)i;
    }
    int width = size + 1;
    int32_t count = clear + 2, old = NONE;
    while (f->done < f->all) {
        int32_t code = next_code(z, width);
        if (code == NONE || code == clear + 1) return 1;
        if (code == clear) {
            width = size + 1;
            count = clear + 2;
            old = NONE;
            continue;
        }
        if (code > count || (code == count && old == NONE)) return 1;
        if (old != NONE && count < MAX_CODES) {
            t->before[count] = (int16_t)old;
            t->first[count] = t->first[old];
            t->last[count] = code == count ? t->first[old] : t->first[code];
            count++;
            if (count == 1 << width && width < 12) width++;
        } else if (code >= count) {
            return 1;
        }
        put_string(f, t, code);
        old = code;
    }
    return ends_well(f, z, width, size);
}

int64_t cut_gif_decode(uint8_t *px, int *ends, const cut_gif *g,
                       const uint8_t *bytes, size_t size)
{
    *ends = 1;
    int code_size = bytes[g->data];
    if (code_size < 1 || code_size > 8) return 0;
    table t;
    lzw z = {.bytes = bytes, .at = g->data + 1, .size = size};
    frame f = {.g = g,
               .bytes = bytes,
               .px = px,
               .step = g->interlaced ? 8 : 1,
               .all = (int64_t)g->fw * g->fh};
    *ends = decode(&f, &t, &z, code_size);
    return f.done;
}
