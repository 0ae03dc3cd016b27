#include "image/png.h"

#include <string.h>

#include "base/parallel.h"
#include "image/bytes.h"
#include "image/crc32.h"
#include "image/icc.h"
#include "image/libdeflate_runs.h"
#include "image/png_filter.h"

/* PNG colour type and bytes a pixel */
typedef struct layout {
    uint8_t type;
    size_t bpp;
} layout;

/* 4 KB at a time, so that a coloured, translucent picture is known at once. */
static layout smallest_layout(const cut_image *image, int keep_rgb)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    uint32_t clear = 0, coloured = (uint32_t)keep_rgb;
    for (size_t start = 0; start < count && !(clear && coloured);
         start += 1024) {
        size_t end = start + 1024 < count ? start + 1024 : count;
        for (size_t i = start; i < end; i++) {
            const uint8_t *p = image->px + i * 4;
            clear |= p[3] ^ 255u;
            coloured |= (uint32_t)((p[0] ^ p[1]) | (p[1] ^ p[2]));
        }
    }
    if (coloured) return clear ? (layout){6, 4} : (layout){2, 3};
    return clear ? (layout){4, 2} : (layout){0, 1};
}

/* RGBA to 3, 2 or 1 bytes a pixel. */
static void pack_row(uint8_t *restrict out, const uint8_t *restrict px,
                     size_t w, size_t bpp)
{
    for (size_t x = 0; bpp == 3 && x < w; x++) {
        out[x * 3] = px[x * 4];
        out[x * 3 + 1] = px[x * 4 + 1];
        out[x * 3 + 2] = px[x * 4 + 2];
    }
    for (size_t x = 0; bpp == 2 && x < w; x++) {
        out[x * 2] = px[x * 4];
        out[x * 2 + 1] = px[x * 4 + 3];
    }
    for (size_t x = 0; bpp == 1 && x < w; x++) out[x] = px[x * 4];
}

typedef struct filtering {
    const cut_image *image;
    layout l;
    uint8_t *rows; /* [threads][2][w * bpp], for packed rows */
} filtering;

/* Some rows through their filters. */
static void filter_rows(void *context, uint8_t *out, cut_span *spans,
                        size_t first, size_t count, int32_t thread)
{
    const filtering *f = context;
    size_t w = (size_t)f->image->w, bytes = w * f->l.bpp;
    uint8_t *packed = f->rows + (size_t)thread * 2 * bytes;
    const uint8_t *px = f->image->px + first * w * 4, *above = packed;
    if (!first)
        memset(packed, 0, bytes);
    else if (f->l.bpp < 4)
        pack_row(packed, px - w * 4, w, f->l.bpp);
    else
        above = px - w * 4;
    for (size_t i = 0; i < count; i++, px += w * 4, out += bytes + 1) {
        const uint8_t *row = px;
        if (f->l.bpp < 4) { /* the two packed rows take turns */
            uint8_t *to = packed + (i & 1 ? 0 : bytes);
            pack_row(to, px, w, f->l.bpp);
            row = to;
        }
        cut_png_filter_row(out, &spans[i].from, &spans[i].end, row, above,
                           bytes, f->l.bpp);
        above = row;
    }
}

/* All rows through their filters into zlib data; 0 when it does not fit.
 * rows: [threads][2][w * bpp], zeros, for packed rows. */
static size_t deflate_rows(uint8_t *out, size_t capacity, cut_deflater *d,
                           const cut_image *image, layout l, uint8_t *rows)
{
    size_t w = (size_t)image->w, bytes = w * l.bpp;
    const uint8_t *above = rows; /* zeros */
    if (cut_parallel_threads() > 1) {
        filtering all = {image, l, rows};
        return cut_deflater_rows(d, out, capacity, (size_t)image->h,
                                 filter_rows, &all);
    }
    cut_deflater_begin(d, out, capacity);
    for (size_t y = 0; y < (size_t)image->h; y++) {
        const uint8_t *row = image->px + y * w * 4;
        if (l.bpp < 4) { /* the two packed rows take turns */
            uint8_t *packed = rows + (y & 1 ? 0 : bytes);
            pack_row(packed, row, w, l.bpp);
            row = packed;
        }
        size_t from, end;
        cut_png_filter_row(cut_deflater_row(d), &from, &end, row, above, bytes,
                           l.bpp);
        cut_deflater_add(d, from, end);
        above = row;
    }
    return cut_deflater_end(d);
}

uint8_t *cut_png_close_chunk(uint8_t *p, const char *type, size_t size)
{
    cut_put_be32(p, (uint32_t)size);
    memcpy(p + 4, type, 4);
    cut_put_be32(p + 8 + size, cut_crc32(p + 4, size + 4));
    return p + 12 + size;
}

static uint8_t *put_header(uint8_t *p, int32_t w, int32_t h, layout l)
{
    memcpy(p, "\x89PNG\r\n\x1A\n", 8);
    p += 8;
    cut_put_be32(p + 8, (uint32_t)w);
    cut_put_be32(p + 12, (uint32_t)h);
    memcpy(p + 16, (uint8_t[5]){8, l.type, 0, 0, 0}, 5);
    return cut_png_close_chunk(p, "IHDR", 13);
}

/* NULL when memory is out: a result never loses its profile silently. */
static uint8_t *put_icc(uint8_t *p, const cut_bytes *icc, size_t capacity)
{
    memcpy(p + 8, "icc\0\0", 5); /* name, method: zlib */
    size_t size = cut_deflate(p + 13, capacity, icc->data, icc->size);
    return size ? cut_png_close_chunk(p, "iCCP", size + 5) : NULL;
}

cut_status cut_png_encode(cut_bytes *out, cut_image *image,
                          const cut_bytes *icc, cut_error *error)
{
    int32_t w = image->w, h = image->h;
    cut_icc_space space = cut_icc_colour_space(icc);
    layout l = smallest_layout(image, space == CUT_ICC_RGB);
    int with_icc = space == (l.type & 2 ? CUT_ICC_RGB : CUT_ICC_GREY);

    size_t bytes = (size_t)w * l.bpp, raw_size = (bytes + 1) * (size_t)h;
    size_t icc_room = with_icc ? icc->size + icc->size / 8 + 1024 : 0;
    size_t around = 8 + 25 + icc_room + 12 + 12;
    size_t bound = cut_deflate_bound(raw_size);
    /* photos deflate below three quarters; the bound is the second try */
    size_t capacity = raw_size - raw_size / 4 + 4096;
    cut_deflater *d = cut_deflater_new(bytes + 1, l.bpp);
    uint8_t *rows = cut_alloc(bytes * 2, (size_t)cut_parallel_threads());
    uint8_t *file = NULL, *p = NULL;
    size_t written = 0;
    for (int attempt = 0; d && rows && attempt < 2 && !written; attempt++) {
        if (attempt || capacity > bound) capacity = bound;
        cut_free(file);
        file = cut_alloc(around + capacity, 1);
        if (!file) break;
        p = put_header(file, w, h, l);
        if (with_icc) p = put_icc(p, icc, icc_room - 32);
        if (!p) break;
        memset(rows, 0, bytes * 2);
        written = deflate_rows(p + 8, capacity, d, image, l, rows);
    }
    cut_deflater_free(d);
    cut_free(rows);
    if (!written) {
        cut_free(file);
        return cut_fail(error, CUT_E_MEMORY, "No memory to encode %d x %d.",
                        (int)w, (int)h);
    }
    cut_image_free(image);
    p = cut_png_close_chunk(p, "IDAT", written);
    p = cut_png_close_chunk(p, "IEND", 0);
    size_t size = (size_t)(p - file);
    uint8_t *fitting = cut_realloc(file, size, 1);
    *out = (cut_bytes){fitting ? fitting : file, size};
    return CUT_OK;
}

cut_status cut_png_set_density(cut_bytes *file, int32_t dpi, cut_error *error)
{
    enum { BEFORE = 8 + 25, PHYS = 12 + 9 };
    uint8_t *p = cut_realloc(file->data, file->size + PHYS, 1);
    if (!p) return cut_fail(error, CUT_E_MEMORY, "No memory to end a PNG.");
    memmove(p + BEFORE + PHYS, p + BEFORE, file->size - BEFORE);
    *file = (cut_bytes){p, file->size + PHYS};
    uint32_t metre = ((uint32_t)dpi * 10000 + 127) / 254;
    cut_put_be32(p + BEFORE + 8, metre);
    cut_put_be32(p + BEFORE + 12, metre);
    p[BEFORE + 16] = 1; /* the unit is the metre */
    cut_png_close_chunk(p + BEFORE, "pHYs", 9);
    return CUT_OK;
}
