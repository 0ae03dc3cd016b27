/* Headers made byte by byte: what is read of each format, and where the limit
 * of each rule lies, on both sides. Long because there are six formats. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cutaway.h"
#include "image/chunks.h"
#include "image/probe.h"
#include "image/webp.h"
#include "made_file.h"

/* Probes a copy that ends where the header does: a byte too far is ASan's. */
static cut_status probe(cut_probe *p, const bytes *b, cut_error *error)
{
    uint8_t *copy = malloc(b->size);
    memcpy(copy, b->at, b->size);
    *p = (cut_probe){0};
    cut_status status = cut_image_probe(p, copy, b->size, error);
    free(copy);
    return status;
}

static cut_status status_of(const bytes *b)
{
    cut_probe p;
    return probe(&p, b, NULL);
}

/* ---- PNG --------------------------------------------------------------- */

static void a_png_says_its_size_depth_and_channels(void)
{
    static const int channels[9] = {1, 0, 3, 3, 2, 0, 4, 0, 0};
    for (uint8_t colour = 0; colour < 9; colour++)
        for (uint8_t bits = 8; bits <= 16; bits += 8) {
            bytes b = png(515, 258, bits, colour);
            cut_probe p;
            CHECK_EQUAL(probe(&p, &b, NULL),
                        channels[colour] ? CUT_OK : CUT_E_CORRUPT);
            if (!channels[colour]) continue;
            CHECK_EQUAL(p.format, CUT_FORMAT_PNG);
            CHECK(p.w == 515 && p.h == 258 && p.bits == bits);
            CHECK_EQUAL(p.channels, channels[colour]);
            CHECK_EQUAL(p.has_alpha_channel, colour == 4 || colour == 6);
        }
}

static void a_pngs_transparency_stands_before_its_pixels(void)
{
    cut_probe p;
    bytes b = png(1, 1, 8, 2), late = b;
    put_chunk(&b, "gAMA", "1234", 4);
    put_chunk(&b, "tRNS", "123456", 6);
    put_chunk(&b, "IDAT", "", 0);
    put_chunk(&late, "IDAT", "", 0);
    put_chunk(&late, "tRNS", "123456", 6);
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
    CHECK_EQUAL(p.has_alpha_channel, 1);
    CHECK_EQUAL(probe(&p, &late, NULL), CUT_OK);
    CHECK_EQUAL(p.has_alpha_channel, 0);
}

static void a_png_without_a_whole_header_is_damaged(void)
{
    bytes b = png(1, 1, 8, 2);
    for (size_t size = 8; size < b.size; size++) {
        bytes cut = b;
        cut.size = size;
        CHECK_EQUAL(status_of(&cut), CUT_E_CORRUPT);
    }
    bytes other = {.size = 0};
    put(&other, "\x89PNG\r\n\x1A\n", 8);
    put_chunk(&other, "IHDR", "123456789abcde", 14);
    CHECK_EQUAL(status_of(&other), CUT_E_CORRUPT);
    other.size = 8;
    put_chunk(&other, "JHDR", "123456789abcd", 13);
    CHECK_EQUAL(status_of(&other), CUT_E_CORRUPT);
    other.size = 8;
    put_chunk(&other, "CgBI", "1234", 4);
    CHECK_EQUAL(status_of(&other), CUT_E_VARIANT);
}

static void sides_and_pixels_have_limits(void)
{
    static const struct {
        uint32_t w, h;
        cut_status status;
    } cases[] = {{CUT_MAX_SIDE, 1, CUT_OK},
                 {CUT_MAX_SIDE + 1, 1, CUT_E_TOO_LARGE},
                 {1, CUT_MAX_SIDE, CUT_OK},
                 {1, CUT_MAX_SIDE + 1, CUT_E_TOO_LARGE},
                 {10000, CUT_MAX_PIXELS / 10000, CUT_OK},
                 {10000, CUT_MAX_PIXELS / 10000 + 1, CUT_E_TOO_LARGE},
                 {0, 1, CUT_E_CORRUPT},
                 {1, 0, CUT_E_CORRUPT},
                 {0x7FFFFFFF, 1, CUT_E_TOO_LARGE},
                 {0x80000001, 1, CUT_E_CORRUPT},
                 {1, 0x80000001, CUT_E_CORRUPT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes b = png(cases[i].w, cases[i].h, 8, 6);
        CHECK_EQUAL(status_of(&b), cases[i].status);
    }
}

/* ---- JPEG -------------------------------------------------------------- */

/* ITU-T T.81, table B.1: which start-of-frame markers are read. */
static void each_process_of_jpeg_has_its_answer(void)
{
    for (int n = 0; n < 16; n++) {
        bytes b = jpeg();
        cut_probe p;
        cut_error error = {{0}};
        put_frame(&b, (uint8_t)(0xC0 + n), 8, 300, 400, 3);
        int status = probe(&p, &b, &error);
        if (n <= 2) { /* baseline, extended, progressive */
            CHECK_EQUAL(status, CUT_OK);
            CHECK(p.w == 300 && p.h == 400 && p.bits == 8 && p.channels == 3);
            CHECK_EQUAL(p.has_alpha_channel, 0);
        } else if (n == 4 || n == 8 || n == 12) { /* DHT, JPG, DAC: no frame */
            CHECK_EQUAL(status, CUT_E_CORRUPT);
        } else {
            CHECK_EQUAL(status, CUT_E_VARIANT);
            CHECK(strstr(error.text, n == 3  ? "Lossless"
                                     : n < 8 ? "Hierarchical"
                                             : "arithmetic"));
        }
    }
}

static void a_jpegs_numbers_are_held_to_what_is_read(void)
{
    static const struct {
        uint8_t bits, channels;
        uint32_t h;
        cut_status status;
        const char *word;
    } cases[] = {{8, 1, 1, CUT_OK, ""},
                 {8, 3, 1, CUT_OK, ""},
                 {12, 3, 1, CUT_E_VARIANT, "more than 8 bits"},
                 {8, 3, 0, CUT_E_VARIANT, "DNL"},
                 {8, 2, 1, CUT_E_VARIANT, "components"},
                 {8, 5, 1, CUT_E_VARIANT, "components"},
                 {8, 4, 1, CUT_OK, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes b = jpeg();
        cut_probe p;
        cut_error error = {{0}};
        put_frame(&b, 0xC0, cases[i].bits, 1, cases[i].h, cases[i].channels);
        CHECK_EQUAL(probe(&p, &b, &error), cases[i].status);
        CHECK(strstr(error.text, cases[i].word) != NULL);
    }
    bytes shortest = jpeg();
    put_segment(&shortest, 0xC0, "\x8\0\1\0\1", 5);
    CHECK_EQUAL(status_of(&shortest), CUT_E_CORRUPT);
}

static void a_walk_over_jpeg_skips_fill_and_stray_bytes(void)
{
    bytes b = jpeg();
    put(&b, "\xFF\xFF\xFF\xD0\xFF\x01\xFF\xD7", 8); /* markers without length */
    put(&b, "ab", 2);
    put_segment(&b, 0xE5, "", 0);
    put(&b, "\xFF\xFF", 2);
    put_segment(&b, 0xFE, "hello", 5);
    put(&b, "\xFF\xDA", 2);
    static const uint32_t types[] = {0xD0, 0x01, 0xD7, 0xE5, 0xFE};
    static const size_t sizes[] = {0, 0, 0, 0, 5};
    cut_chunk c = {0};
    for (int i = 0; i < 5; i++) {
        CHECK_EQUAL(cut_chunk_next(&c, b.at, b.size, CUT_FORMAT_JPEG), 1);
        CHECK_EQUAL(c.type, types[i]);
        CHECK_EQUAL(c.size, sizes[i]);
    }
    CHECK(memcmp(c.data, "hello", 5) == 0);
    put_segment(&b, 0xFE, "x", 1);
    CHECK_EQUAL(cut_chunk_next(&c, b.at, b.size, CUT_FORMAT_JPEG),
                0); /* scan */
    bytes end = jpeg();
    put(&end, "\xFF\xD9", 2);
    put_segment(&end, 0xFE, "x", 1);
    c = (cut_chunk){0};
    CHECK_EQUAL(cut_chunk_next(&c, end.at, end.size, CUT_FORMAT_JPEG), 0);
}

/* Each container: a payload that ends with the file, and one byte less. */
static void a_segment_lies_within_its_file(void)
{
    bytes files[3] = {jpeg(), png(1, 1, 8, 2), {.size = 0}};
    static const cut_format formats[3] = {CUT_FORMAT_JPEG, CUT_FORMAT_PNG,
                                          CUT_FORMAT_WEBP};
    put_segment(&files[0], 0xE1, "abcde", 5);
    put_text(&files[2], "RIFF1234WEBPabcd");
    put_le(&files[2], 3, 4);
    put_text(&files[2], "xyz");
    for (int i = 0; i < 3; i++)
        for (size_t less = 0; less < 3; less++) {
            size_t size = files[i].size - less;
            uint8_t *copy = malloc(size);
            memcpy(copy, files[i].at, size);
            cut_chunk c = {0};
            CHECK_EQUAL(cut_chunk_next(&c, copy, size, formats[i]), !less);
            CHECK_EQUAL(cut_chunk_next(&c, copy, size, formats[i]), 0);
            free(copy);
        }
    bytes tiny = jpeg(); /* a length that does not count itself: empty */
    put(&tiny, "\xFF\xE1\0\1xx", 6);
    cut_chunk c = {0};
    CHECK_EQUAL(cut_chunk_next(&c, tiny.at, tiny.size, CUT_FORMAT_JPEG), 1);
    CHECK_EQUAL(c.size, 0);
    CHECK_EQUAL(cut_chunk_next(&c, tiny.at, tiny.size, CUT_FORMAT_JPEG), 0);
}

/* ---- WebP -------------------------------------------------------------- */

static void an_extended_webp_says_size_alpha_and_animation(void)
{
    cut_probe p;
    for (int flags = 0; flags < 256; flags++) {
        bytes b = vp8x((uint8_t)flags, 0x1234, 0x357);
        /* an animation without a frame */
        CHECK_EQUAL(probe(&p, &b, NULL), flags & 2 ? CUT_E_CORRUPT : CUT_OK);
        if (flags & 2) continue;
        CHECK(p.w == 0x1234 && p.h == 0x357 && p.bits == 8 && p.channels == 3);
        CHECK_EQUAL(p.has_alpha_channel, (flags & 0x10) != 0);
    }
    bytes wide = vp8x(0, 0x10001, 1), tall = vp8x(0, 1, 0x1000000);
    CHECK_EQUAL(status_of(&wide), CUT_E_TOO_LARGE);
    CHECK_EQUAL(status_of(&tall), CUT_E_TOO_LARGE);
}

static void a_lossless_webp_packs_its_size_in_14_bits_each(void)
{
    for (uint32_t i = 0; i < 28; i++) {
        uint32_t w = 1u << i % 14, h = 1u << (27 - i) % 14;
        bytes head = {.size = 0};
        put_le(&head, 0x2F, 1);
        put_le(&head, (w - 1) | (h - 1) << 14 | i % 2 << 28, 4);
        bytes b = webp("VP8L", head.at, head.size);
        cut_probe p;
        CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
        CHECK(p.w == (int32_t)w && p.h == (int32_t)h);
        CHECK_EQUAL(p.has_alpha_channel, i % 2);
    }
    bytes cut = webp("VP8L", "\x2F\0\0\0", 4),
          other = webp("VP8L", "\x2E\0\0\0\0", 5);
    CHECK_EQUAL(status_of(&cut), CUT_E_CORRUPT);
    CHECK_EQUAL(status_of(&other), CUT_E_CORRUPT);
}

/* An animation of 40 x 30 whose first frame, 5 x 4, lies at 6, 8. */
static bytes animated(uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    bytes b = vp8x(2, 40, 30);
    put_text(&b, "ANIM");
    put_le(&b, 6, 4);
    put(&b, "\0\0\0\0\0\0", 6);
    put_text(&b, "ANMF");
    put_le(&b, 16 + 12, 4);
    put_le(&b, x / 2, 3);
    put_le(&b, y / 2, 3);
    put_le(&b, w - 1, 3);
    put_le(&b, h - 1, 3);
    put(&b, "\0\0\0\0", 4);
    put_text(&b, "VP8 ");
    put_le(&b, 4, 4);
    put_text(&b, "data");
    return b;
}

static void an_animated_webp_shows_its_first_frame(void)
{
    bytes b = animated(6, 8, 5, 4);
    cut_probe p, still;
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
    CHECK(p.w == 40 && p.h == 30 && p.has_alpha_channel);
    CHECK(p.first.x == 6 && p.first.y == 8 && p.first.w == 5 && p.first.h == 4);
    cut_bytes file;
    CHECK_EQUAL(cut_webp_first(&file, b.at, &p, NULL), CUT_OK);
    CHECK_EQUAL(cut_image_probe(&still, file.data, file.size, NULL), CUT_OK);
    CHECK(still.w == 5 && still.h == 4 && !still.first.w);
    CHECK(memcmp(file.data + file.size - 12, "VP8 \4\0\0\0data", 12) == 0);
    cut_bytes_free(&file);
    b.size--;
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
    b = animated(36, 8, 5, 4); /* beyond the canvas */
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
    b = animated(6, 28, 5, 4);
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
}

static void a_lossy_webp_has_its_size_behind_the_start_code(void)
{
    bytes head = {.size = 0};
    cut_probe p;
    put(&head, "\0\0\0\x9D\x01\x2A", 6);
    put_le(&head, 0x4000 | 0x2345, 2); /* the upper two bits are a scale */
    put_le(&head, 0x8000 | 0x1357, 2);
    bytes b = webp("VP8 ", head.at, 10), cut = webp("VP8 ", head.at, 9);
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
    CHECK(p.w == 0x2345 && p.h == 0x1357 && !p.has_alpha_channel);
    CHECK_EQUAL(status_of(&cut), CUT_E_CORRUPT);
    head.at[4] ^= 1;
    b = webp("VP8 ", head.at, 10);
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
    b = webp("VP9 ", head.at, 10);
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
    b = webp("VP8X", head.at, 9);
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
    b.size = 12;
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT);
    b.size = 11; /* RIFF alone could be sound */
    CHECK_EQUAL(status_of(&b), CUT_E_FORMAT);
}

/* A key frame whose first partition says nothing, and what stands behind it. */
static cut_status lossy(const char *first, uint32_t size, const char *second)
{
    bytes frame = {.size = 0};
    put_le(&frame, size << 5 | 0x10, 3);
    put(&frame, "\x9D\x01\x2A\x05\0\x04\0", 7);
    put(&frame, first, size);
    put(&frame, second, 4);
    bytes bare = webp("VP8 ", frame.at, frame.size), b = vp8x(0, 5, 4);
    put_text(&b, "VP8 ");
    put_le(&b, (uint32_t)frame.size, 4);
    put(&b, (const char *)frame.at, frame.size);
    CHECK_EQUAL(status_of(&b), status_of(&bare));
    return status_of(&bare);
}

/* libwebp's builds of 32 and 64 bits show different pictures of such a file. */
static void no_partition_of_a_lossy_webp_starts_with_255(void)
{
    CHECK_EQUAL(lossy("\0\0\0\0", 4, "\xFE\xFF\xFF\xFF"), CUT_OK);
    CHECK_EQUAL(lossy("\0\0\0\0", 4, "\xFF\0\0\0"), CUT_E_CORRUPT);
    CHECK_EQUAL(lossy("\xFE\0\0\0", 4, "\0\0\0\0"), CUT_OK);
    CHECK_EQUAL(lossy("\xFF\0\0\0", 4, "\0\0\0\0"), CUT_E_CORRUPT);
    bytes b = animated(6, 8, 5, 4);
    cut_probe p;
    uint8_t *frame = b.at + b.size - 4;
    memcpy(frame - 4, "\xC\0\0\0", 4); /* the chunk is 8 bytes longer */
    b.at[b.size - 4 - 8 - 16 - 4] += 8;
    memcpy(frame, "\x30\0\0\x9D\x01\x2A\x05\0\x04\0\0", 11);
    b.size += 8;
    frame[11] = 0xFE;
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
    frame[11] = 0xFF;
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_E_CORRUPT);
}

/* ---- BMP, GIF ---------------------------------------------------------- */

static bytes bmp(uint32_t header, uint32_t w, uint32_t h, uint32_t bits,
                 uint32_t packing)
{
    bytes b = {.size = 0};
    put_text(&b, "BM");
    put_le(&b, 0, 8);
    put_le(&b, 14 + header, 4);
    put_le(&b, header, 4);
    int size = header == 12 ? 2 : 4;
    put_le(&b, w, size);
    put_le(&b, h, size);
    put_le(&b, 1, 2);
    put_le(&b, bits, 2);
    if (header >= 20) put_le(&b, packing, 4);
    while (b.size < 14 + header) put_le(&b, 0, 1);
    return b;
}

static void a_bmp_is_told_by_the_size_of_its_header(void)
{
    for (uint32_t header = 0; header < 140; header++) {
        int known = header == 12 || header == 108 || header == 124 ||
                    (header >= 16 && header <= 64 && header % 4 == 0);
        bytes b = bmp(header, 7, 5, 24, 0);
        cut_probe p;
        CHECK_EQUAL(probe(&p, &b, NULL), known ? CUT_OK : CUT_E_FORMAT);
        if (!known) continue;
        CHECK(p.w == 7 && p.h == 5 && p.bits == 8 && p.channels == 3);
        b.size--;
        CHECK_EQUAL(status_of(&b), header == 12 ? CUT_E_FORMAT : CUT_E_CORRUPT);
    }
}

/* Plain 32 bits have no alpha; runs may leave pixels out. */
static void a_bmp_may_stand_on_its_head_and_leave_pixels_out(void)
{
    static const struct {
        uint32_t w, h, bits, packing;
        cut_status status;
    } cases[] = {{3, 4, 32, 0, CUT_OK},
                 {3, (uint32_t)-4, 24, 0, CUT_OK},
                 {3, 4, 24, 3, CUT_E_CORRUPT},
                 {3, 4, 24, 1, CUT_E_CORRUPT},
                 {3, 4, 8, 2, CUT_E_CORRUPT},
                 {3, 4, 5, 0, CUT_E_CORRUPT},
                 {3, 4, 24, 7, CUT_E_CORRUPT},
                 {3, 4, 0, 4, CUT_E_VARIANT},
                 {3, 4, 0, 5, CUT_E_VARIANT},
                 {0, 4, 24, 0, CUT_E_CORRUPT},
                 {3, 0, 24, 0, CUT_E_CORRUPT},
                 {(uint32_t)-3, 4, 24, 0, CUT_E_CORRUPT},
                 {CUT_MAX_SIDE, 1, 24, 0, CUT_OK},
                 {CUT_MAX_SIDE + 1, 1, 24, 0, CUT_E_TOO_LARGE},
                 {1, CUT_MAX_SIDE + 1, 24, 0, CUT_E_TOO_LARGE},
                 {1, 0x80000000, 24, 0, CUT_E_TOO_LARGE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes b = bmp(40, cases[i].w, cases[i].h, cases[i].bits,
                      cases[i].packing);
        cut_probe p;
        CHECK_EQUAL(probe(&p, &b, NULL), cases[i].status);
        if (cases[i].status) continue;
        CHECK_EQUAL(p.h, abs((int32_t)cases[i].h));
        CHECK_EQUAL(p.has_alpha_channel, 0);
        CHECK_EQUAL(p.channels, 3);
    }
    bytes runs = bmp(40, 3, 4, 8, 1);
    put_le(&runs, 0, 4); /* one colour */
    runs.at[10] += 4;
    cut_probe p;
    CHECK_EQUAL(probe(&p, &runs, NULL), CUT_OK);
    CHECK_EQUAL(p.has_alpha_channel, 1);
    CHECK_EQUAL(p.channels, 4);
}

static void a_gif_is_as_large_as_its_screen_and_its_first_frame(void)
{
    bytes b = {.size = 0};
    cut_probe p;
    put_text(&b, "GIF89a");
    put_le(&b, 0x102, 2);
    put_le(&b, 0x304, 2);
    put_be(&b, 0, 3);
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT); /* no frame follows */
    put_be(&b, 0x2C, 1);
    put_le(&b, 0x100, 2);
    put_le(&b, 0, 2);
    put_le(&b, 2, 2);
    put_le(&b, 1, 2);
    put_be(&b, 0, 1);
    CHECK_EQUAL(status_of(&b), CUT_E_CORRUPT); /* no data follow */
    put_be(&b, 2, 1);
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
    CHECK(p.w == 0x102 && p.h == 0x304 && p.bits == 8 && p.channels == 3);
    CHECK_EQUAL(p.has_alpha_channel, 1);
    b.at[18] = 3; /* three pixels wide, from 0x100 on */
    CHECK_EQUAL(probe(&p, &b, NULL), CUT_OK);
    CHECK_EQUAL(p.w, 0x103);
    b.at[4] = '8';
    CHECK_EQUAL(status_of(&b), CUT_E_FORMAT);
}

int main(void)
{
    a_png_says_its_size_depth_and_channels();
    a_pngs_transparency_stands_before_its_pixels();
    a_png_without_a_whole_header_is_damaged();
    sides_and_pixels_have_limits();
    each_process_of_jpeg_has_its_answer();
    a_jpegs_numbers_are_held_to_what_is_read();
    a_walk_over_jpeg_skips_fill_and_stray_bytes();
    a_segment_lies_within_its_file();
    an_extended_webp_says_size_alpha_and_animation();
    a_lossless_webp_packs_its_size_in_14_bits_each();
    an_animated_webp_shows_its_first_frame();
    a_lossy_webp_has_its_size_behind_the_start_code();
    no_partition_of_a_lossy_webp_starts_with_255();
    a_bmp_is_told_by_the_size_of_its_header();
    a_bmp_may_stand_on_its_head_and_leave_pixels_out();
    a_gif_is_as_large_as_its_screen_and_its_first_frame();
    return CHECK_DONE();
}
