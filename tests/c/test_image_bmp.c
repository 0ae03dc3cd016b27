/*
 * BMPs written here, of every kind that is read, whole and cut off. The
 * picture is 11 x 5, so that rows of every depth have padding.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "image/decode.h"

enum { W = 11, H = 5 };

/* How a file is written. */
typedef struct kind {
    const char *name;
    int header, bits, packing, top_down, gap;
    uint32_t mask[4];
} kind;

static uint8_t file[4096];
static size_t size;

static void put16(size_t at, uint32_t v)
{
    file[at] = (uint8_t)v;
    file[at + 1] = (uint8_t)(v >> 8);
}

static void put32(size_t at, uint32_t v)
{
    put16(at, v);
    put16(at + 2, v >> 16);
}

/* Index of a pixel of few colours, its colour, and the alpha where masks have
 * one. */
static int index_at(const kind *k, int x, int y)
{
    return (x * 3 + y * 5 + x * y) % (k->bits < 8 ? 1 << k->bits : 200);
}

static void colour_of(uint8_t rgb[3], int i)
{
    rgb[0] = (uint8_t)(i * 40 + 7);
    rgb[1] = (uint8_t)(i * 90 + 1);
    rgb[2] = (uint8_t)(250 - i * 3);
}

static void pixel_at(uint8_t rgba[4], const kind *k, int x, int y)
{
    colour_of(rgba, k->bits <= 8 ? index_at(k, x, y) : x * 17 + y * 31);
    rgba[3] = (uint8_t)(k->mask[3] ? x * 20 + 30 : 255);
}

static int stored_row(const kind *k, int y)
{
    return k->top_down ? y : H - 1 - y;
}

/* A value of 0..255 under a mask, the nearest that it can hold. */
static uint32_t under(uint32_t mask, uint8_t value)
{
    int shift = 0;
    while (!(mask >> shift & 1)) shift++;
    uint32_t max = mask >> shift;
    return ((uint32_t)(((uint64_t)value * max + 127) / 255)) << shift;
}

static uint32_t masked(const kind *k, const uint8_t rgba[4])
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        if (k->mask[i]) v |= under(k->mask[i], rgba[i]);
    return v;
}

static void put_rows(const kind *k)
{
    size_t stride = ((size_t)W * (size_t)k->bits + 31) / 32 * 4;
    for (int r = 0; r < H; r++, size += stride)
        for (int x = 0; x < W; x++) {
            int y = stored_row(k, r);
            uint8_t p[4];
            pixel_at(p, k, x, y);
            uint8_t *row = file + size;
            if (k->bits == 24)
                memcpy(row + x * 3, (uint8_t[3]){p[2], p[1], p[0]}, 3);
            else if (k->bits == 32)
                put32(size + (size_t)x * 4, masked(k, p));
            else if (k->bits == 16)
                put16(size + (size_t)x * 2, masked(k, p));
            else
                row[x * k->bits / 8] |=
                    (uint8_t)(index_at(k, x, y)
                              << (8 - k->bits - x * k->bits % 8));
        }
}

/* Two runs, then the rest one by one, padded to a word. */
static void put_runs(const kind *k)
{
    for (int r = 0; r < H; r++) {
        int y = stored_row(k, r), x = 0;
        for (; x < 2; x++) {
            uint8_t p[4];
            pixel_at(p, k, x, y);
            file[size++] = 1;
            if (k->bits == 24) {
                memcpy(file + size, (uint8_t[3]){p[2], p[1], p[0]}, 3);
                size += 3;
            } else {
                int i = index_at(k, x, y);
                file[size++] = (uint8_t)(k->bits == 4 ? i << 4 : i);
            }
        }
        file[size++] = 0;
        file[size++] = W - 2;
        size_t from = size;
        for (; x < W; x++) {
            uint8_t p[4];
            pixel_at(p, k, x, y);
            int i = index_at(k, x, y), n = x - 2;
            if (k->bits == 24)
                memcpy(file + from + n * 3, (uint8_t[3]){p[2], p[1], p[0]}, 3);
            else if (k->bits == 4)
                file[from + (size_t)n / 2] |= (uint8_t)(n & 1 ? i : i << 4);
            else
                file[from + (size_t)n] = (uint8_t)i;
        }
        size_t bytes = k->bits == 24  ? (W - 2) * 3
                       : k->bits == 4 ? (W - 2 + 1) / 2
                                      : W - 2;
        size += bytes + (bytes & 1);
        file[size++] = 0;
        file[size++] = 0; /* end of the row */
    }
    file[size++] = 0;
    file[size++] = 1; /* end of the picture */
}

static void write_bmp(const kind *k)
{
    memset(file, 0, sizeof file);
    memcpy(file, "BM", 2);
    put32(14, (uint32_t)k->header);
    if (k->header == 12) {
        put16(18, W);
        put16(20, H);
        put16(22, 1);
        put16(24, (uint32_t)k->bits);
    } else {
        put32(18, W);
        put32(22, (uint32_t)(k->top_down ? -H : H));
        put16(26, 1);
        put16(28, (uint32_t)k->bits);
        put32(30, (uint32_t)k->packing);
    }
    size = 14 + (size_t)k->header;
    if (k->packing == 3 && k->bits != 24)
        for (size_t i = 0; i < (k->header >= 56 ? 4 : 3); i++)
            put32(54 + i * 4, k->mask[i]);
    if (k->packing == 3 && k->bits != 24 && k->header == 40) size += 12;
    if (k->bits <= 8) {
        int entry = k->header == 12 ? 3 : 4;
        for (int i = 0; i < 1 << k->bits; i++, size += (size_t)entry) {
            uint8_t c[3];
            colour_of(c, i);
            memcpy(file + size, (uint8_t[3]){c[2], c[1], c[0]}, 3);
        }
    }
    size += (size_t)k->gap;
    put32(10, (uint32_t)size);
    if (k->packing == 1 || k->packing == 2 || k->packing == 4)
        put_runs(k);
    else
        put_rows(k);
}

static cut_error error;

static cut_status decode(cut_image *out, cut_probe *probe, size_t count)
{
    /* a heap block of that very size, so that ASan sees a read beyond */
    uint8_t *copy = malloc(count);
    memcpy(copy, file, count);
    cut_status status = cut_image_probe(probe, copy, count, &error);
    if (!status) status = cut_image_decode(out, copy, count, probe, &error);
    free(copy);
    return status;
}

/* How far the pixels are from those that were written; -1 without any. */
static int farthest(const kind *k, const cut_image *image)
{
    if (!image->px || image->w != W || image->h != H) return -1;
    int max = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            uint8_t want[4];
            pixel_at(want, k, x, y);
            for (int c = 0; c < 4; c++) {
                int d = abs(image->px[(y * W + x) * 4 + c] - want[c]);
                if (d > max) max = d;
            }
        }
    return max;
}

#define DEFAULT_32 {0xFF0000, 0xFF00, 0xFF, 0}
#define DEFAULT_16 {0x7C00, 0x03E0, 0x1F, 0}

static const kind kinds[] = {
    {"OS/2, 1 bit", 12, 1, 0, 0, 0, {0}},
    {"OS/2, 8 bits", 12, 8, 0, 0, 0, {0}},
    {"OS/2, 24 bits", 12, 24, 0, 0, 0, {0}},
    {"OS/2 2.0", 64, 24, 0, 0, 0, {0}},
    {"OS/2 2.0 of 16 bytes", 16, 8, 0, 0, 0, {0}},
    {"1 bit", 40, 1, 0, 0, 0, {0}},
    {"2 bits", 40, 2, 0, 0, 0, {0}},
    {"4 bits, top down", 40, 4, 0, 1, 0, {0}},
    {"8 bits, a gap behind the palette", 40, 8, 0, 0, 20, {0}},
    {"24 bits, a gap behind the header", 40, 24, 0, 0, 100, {0}},
    {"16 bits", 40, 16, 0, 0, 0, DEFAULT_16},
    {"16 bits, 5-6-5", 40, 16, 3, 0, 0, {0xF800, 0x07E0, 0x1F, 0}},
    {"32 bits", 40, 32, 0, 0, 0, DEFAULT_32},
    {"32 bits, 10-10-10", 40, 32, 3, 1, 0, {0x3FF00000, 0xFFC00, 0x3FF, 0}},
    {"32 bits, alpha", 56, 32, 3, 0, 0, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}},
    {"32 bits, alpha, V4",
     108,
     32,
     3,
     0,
     0,
     {0xFF000000, 0xFF0000, 0xFF00, 0xFF}},
    {"24 bits, V5", 124, 24, 0, 0, 0, {0}},
    {"RLE8", 40, 8, 1, 0, 0, {0}},
    {"RLE4", 40, 4, 2, 0, 0, {0}},
    {"RLE24", 64, 24, 4, 0, 0, {0}},
};

static void every_kind_of_bmp_decodes_to_its_pixels(void)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const kind *k = &kinds[i];
        write_bmp(k);
        cut_probe probe;
        cut_image image = {0};
        cut_status status = decode(&image, &probe, size);
        int d = farthest(k, &image);
        if (status || d < 0 || d > (k->bits == 16 ? 5 : 0))
            printf("%s: %s, off by %d\n", k->name, error.text, d);
        CHECK_EQUAL(status, CUT_OK);
        CHECK(d >= 0 && d <= (k->bits == 16 ? 5 : 0));
        cut_image_free(&image);
    }
}

static void a_bmp_cut_off_anywhere_is_an_error(void)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        write_bmp(&kinds[i]);
        size_t all = size;
        for (size_t count = 1; count < all; count++) {
            cut_probe probe;
            cut_image image = {0};
            cut_status status = decode(&image, &probe, count);
            /* what is missing may be padding, or the end of the runs */
            if (status == CUT_OK) CHECK(farthest(&kinds[i], &image) <= 5);
            if (status == CUT_OK) CHECK(all - count <= 4);
            cut_image_free(&image);
        }
    }
    write_bmp(&kinds[6]);
    cut_probe probe;
    cut_image image = {0};
    CHECK_EQUAL(decode(&image, &probe, size - 6), CUT_E_CORRUPT);
    CHECK(strstr(error.text, "3 of 5 rows") != NULL);
}

/* The fourth bytes of plain 32 bits hold anything; browsers show them opaque.
 * A mask of alpha under which all is 0 is none either. */
static void alpha_is_what_a_mask_says(void)
{
    kind k = {"", 40, 32, 0, 0, 0, DEFAULT_32};
    write_bmp(&k);
    for (size_t at = 57; at < size; at += 4) file[at] = (uint8_t)(at % 3);
    cut_probe probe;
    cut_image image = {0};
    CHECK_EQUAL(decode(&image, &probe, size), CUT_OK);
    CHECK_EQUAL(probe.has_alpha_channel, 0);
    CHECK_EQUAL(farthest(&k, &image), 0);
    cut_image_free(&image);
    k = (kind){"", 56, 32, 3, 0, 0, DEFAULT_32};
    write_bmp(&k);
    put32(54 + 12, 0xFF000000);
    CHECK_EQUAL(decode(&image, &probe, size), CUT_OK);
    CHECK_EQUAL(farthest(&k, &image), 0);
    cut_image_free(&image);
}

static void runs_may_step_over_pixels_which_stay_clear(void)
{
    write_bmp(&kinds[17]);
    size = 54 + 256 * 4;
    static const uint8_t runs[] = {3, 7, 0, 2, 2, 1, 4, 9, 0, 1};
    memcpy(file + size, runs, sizeof runs);
    size += sizeof runs;
    cut_probe probe;
    cut_image image = {0};
    CHECK_EQUAL(decode(&image, &probe, size), CUT_OK);
    int opaque = 0;
    for (int i = 0; image.px && i < W * H; i++)
        opaque += image.px[i * 4 + 3] == 255;
    CHECK_EQUAL(opaque, 7);
    uint8_t c[3];
    colour_of(c, 9);
    if (image.px) CHECK(memcmp(image.px + (3 * W + 5) * 4, c, 3) == 0);
    cut_image_free(&image);
}

/* As some writers have it; one that is promised and not there is damage. */
static void a_palette_may_be_longer_than_the_bits_allow(void)
{
    cut_probe probe;
    cut_image image = {0};
    kind k = {"", 40, 4, 0, 0, 12, {0}}; /* a gap of three colours */
    write_bmp(&k);
    put32(46, 19);
    CHECK_EQUAL(decode(&image, &probe, size), CUT_OK);
    CHECK_EQUAL(farthest(&k, &image), 0);
    cut_image_free(&image);
    put32(46, 20);
    CHECK_EQUAL(decode(&image, &probe, size), CUT_E_CORRUPT);
}

/* As browsers and Pillow show it: all colours that the header promises, though
 * the pixels are said to begin among the last of them. */
static void pixels_may_begin_among_the_colours(void)
{
    kind k = {"", 40, 8, 0, 0, 0, {0}};
    write_bmp(&k);
    cut_probe probe;
    cut_image image = {0};
    put32(10, 54 + 254 * 4);
    put32(46, 256);
    for (uint32_t i = 254; i < 256; i++) /* colours and indices at once */
        put32(54 + i * 4, 0x00FEFFFE);
    CHECK_EQUAL(decode(&image, &probe, size), CUT_OK);
    const uint8_t *last = image.px ? image.px + (H - 1) * W * 4 : file;
    CHECK(last[0] == 0xFE && last[1] == 0xFF && last[2] == 0xFE);
    cut_image_free(&image);
    put32(10, 53); /* among the header's bytes */
    CHECK_EQUAL(decode(&image, &probe, size), CUT_E_CORRUPT);
}

static void what_is_no_bitmap_is_refused_by_name(void)
{
    kind k = {"", 40, 24, 4, 0, 0, {0}};
    write_bmp(&k);
    cut_probe probe;
    cut_image image = {0};
    CHECK_EQUAL(decode(&image, &probe, size), CUT_E_VARIANT);
    CHECK(strstr(error.text, "JPEG or PNG") != NULL);
    k = (kind){"", 64, 1, 3, 0, 0, {0}};
    write_bmp(&k);
    CHECK_EQUAL(decode(&image, &probe, size), CUT_E_VARIANT);
    CHECK(strstr(error.text, "fax") != NULL);
}

int main(void)
{
    every_kind_of_bmp_decodes_to_its_pixels();
    a_bmp_cut_off_anywhere_is_an_error();
    alpha_is_what_a_mask_says();
    runs_may_step_over_pixels_which_stay_clear();
    a_palette_may_be_longer_than_the_bits_allow();
    pixels_may_begin_among_the_colours();
    what_is_no_bitmap_is_refused_by_name();
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
    return CHECK_DONE();
}
