/*
 * A file is whole when all that its header promises was decoded, whatever
 * stands at its end: JPEG by blocks and scans, PNG by rows and sums, GIF by
 * pixels. The files are those of fixtures.h with something changed. Long because
 * each format has its own way to be cut short.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "fixtures.h"
#include "image/decode.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "scene.h"

/* A file under the knife. */
typedef struct cut_file {
    uint8_t bytes[1 << 18];
    size_t size;
} cut_file;

static cut_file made;

static void start(const uint8_t *bytes, size_t size)
{
    memcpy(made.bytes, bytes, size);
    made.size = size;
}

/* Replaces `old` bytes at `at` by `count` of `with`. */
static void splice(size_t at, size_t old, const void *with, size_t count)
{
    memmove(made.bytes + at + count, made.bytes + at + old,
            made.size - at - old);
    if (count) memcpy(made.bytes + at, with, count);
    made.size += count - old;
}

/* Where two bytes first stand from `from` on. */
static size_t find(const char *pair, size_t from)
{
    while (from + 1 < made.size && memcmp(made.bytes + from, pair, 2) != 0)
        from++;
    return from;
}

static cut_error error;

static cut_status decode(cut_image *out)
{
    cut_probe probe;
    error.text[0] = 0;
    cut_status status = cut_image_probe(&probe, made.bytes, made.size, &error);
    return status
               ? status
               : cut_image_decode(out, made.bytes, made.size, &probe, &error);
}

static cut_status decode_part(cut_image *out, int32_t *rows)
{
    cut_probe probe;
    error.text[0] = 0;
    cut_status status = cut_image_probe(&probe, made.bytes, made.size, &error);
    return status ? status
                  : cut_image_decode_part(out, rows, made.bytes, made.size,
                                          &probe, &error);
}

/* Decodes, and to the pixels of that other file. */
static int same_as(const uint8_t *bytes, size_t size)
{
    cut_image got = {0}, want = {0};
    cut_status status = decode(&got);
    cut_file kept = made;
    start(bytes, size);
    decode(&want);
    made = kept;
    int same = status == CUT_OK && want.px && got.w == want.w &&
               got.h == want.h &&
               memcmp(got.px, want.px, (size_t)(got.w * got.h) * 4) == 0;
    cut_image_free(&got);
    cut_image_free(&want);
    return same;
}

static int is_corrupt(const char *sentence)
{
    cut_image image = {0};
    cut_status status = decode(&image);
    cut_image_free(&image);
    return status == CUT_E_CORRUPT && strstr(error.text, sentence) != NULL;
}

#define SAME_AS(fixture) same_as(fixture, sizeof fixture)
#define START(fixture) start(fixture, sizeof fixture)

/* ---- JPEG -------------------------------------------------------------- */

static void a_jpeg_needs_no_end_marker(void)
{
    START(jpeg_baseline);
    made.size -= 2;
    CHECK(SAME_AS(jpeg_baseline));
    START(jpeg_progressive);
    made.size -= 2;
    CHECK(SAME_AS(jpeg_progressive));
    splice(made.size, 0, "SEFT and what a telephone puts there", 36);
    CHECK(SAME_AS(jpeg_progressive));
}

/* As Chromium shows it: APPn and COM alone may be shorter than their length. */
static void a_segment_shorter_than_its_length_is_empty(void)
{
    static const uint8_t markers[] = {0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE};
    for (int i = 0; i < (int)sizeof markers * 4; i++) {
        uint8_t made_of[4] = {0xFF, markers[i / 4], 0, (uint8_t)(i & 1)};
        START(jpeg_baseline);
        splice(i & 2 ? 20 : 2, 0, made_of, 4);
        CHECK(SAME_AS(jpeg_baseline));
    }
    static const uint8_t tables[] = {0xDB, 0xC4, 0xDD};
    for (int i = 0; i < 3; i++) {
        START(jpeg_baseline);
        splice(2, 0, (uint8_t[4]){0xFF, tables[i], 0, 1}, 4);
        cut_image image = {0};
        CHECK_EQUAL(decode(&image), CUT_E_CORRUPT);
    }
}

/* Cameras write anything there, of a picture that has one scan. */
static void
what_a_sequential_scan_says_of_its_coefficients_counts_for_nothing(void)
{
    static const uint8_t said[][3] = {
        {0, 0, 0}, {0, 63, 0x11}, {1, 63, 0}, {5, 2, 0}, {255, 255, 255}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        START(jpeg_baseline);
        size_t scan = find("\xFF\xDA", 2);
        splice(scan + 2 + made.bytes[scan + 3] - 3, 3, said[i], 3);
        CHECK(SAME_AS(jpeg_baseline));
    }
    START(jpeg_baseline); /* nor do the statistics of arithmetic coding */
    splice(2, 0, "\xFF\xCC\0\4\0\x10", 6);
    CHECK(SAME_AS(jpeg_baseline));
}

static void junk_behind_the_last_block_is_no_part_of_the_picture(void)
{
    static const char *const junk[] = {"\xFF\xB7 no marker that anybody knows",
                                       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                                       "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"};
    static const size_t size[] = {30, 19, 8};
    for (int i = 0; i < 3; i++) {
        START(jpeg_baseline);
        splice(made.size - 2, 0, junk[i], size[i]);
        CHECK(SAME_AS(jpeg_baseline));
    }
}

/* Wherever it is cut, and though an end marker is put there. */
static void a_jpeg_that_was_cut_and_ended_properly_is_told_by_its_blocks(void)
{
    static const struct {
        const uint8_t *bytes;
        size_t size;
    } files[] = {{jpeg_baseline, sizeof jpeg_baseline},
                 {jpeg_progressive, sizeof jpeg_progressive},
                 {jpeg_restarts, sizeof jpeg_restarts}};
    for (size_t i = 0; i < 3; i++) {
        start(files[i].bytes, files[i].size);
        size_t scan = find("\xFF\xDA", 0);
        int refused = 0;
        for (size_t size = scan; size < files[i].size - 2; size++) {
            start(files[i].bytes, size);
            splice(made.size, 0, "\xFF\xD9", 2);
            cut_image image = {0};
            cut_status status = decode(&image);
            cut_image_free(&image);
            refused += status == CUT_E_CORRUPT;
            if (status == CUT_OK) CHECK(same_as(files[i].bytes, files[i].size));
        }
        /* all but where only filling bits were lost */
        CHECK(refused >= (int)(files[i].size - 2 - scan) - 1);
    }
    START(jpeg_baseline);
    made.size -= 40;
    splice(made.size, 0, "\xFF\xD9", 2);
    CHECK(is_corrupt("of 18 blocks"));
}

static void missing_huffman_tables_are_the_standard_ones(void)
{
    START(jpeg_baseline);
    for (size_t at; (at = find("\xFF\xC4", 0)) < find("\xFF\xDA", 0);)
        splice(at, 2 + (size_t)(made.bytes[at + 2] << 8) + made.bytes[at + 3],
               NULL, 0);
    CHECK(made.size + 400 < sizeof jpeg_baseline);
    CHECK(SAME_AS(jpeg_baseline));
}

/* Without its quantization all is grey; no progressive frame fits the standard
 * codes. Both are a damaged head, which no count of blocks tells. */
static void a_jpeg_whose_tables_are_lost_is_an_error(void)
{
    static const char *const marker[] = {"\xFF\xDB", "\xFF\xC4"};
    for (int i = 0; i < 3; i++) {
        if (i)
            START(jpeg_progressive);
        else
            START(jpeg_baseline);
        size_t at = find(marker[i == 2], 0);
        CHECK(at < find("\xFF\xDA", 0));
        /* now a segment that nobody reads */
        made.bytes[at + 1] = 0xED;
        CHECK(is_corrupt("a table is missing"));
    }
    START(jpeg_baseline); /* its first table is one of DC: 12 values */
    size_t value = find("\xFF\xC4", 0) + 5 + 16 + 11;
    CHECK(made.bytes[value] == 11);
    made.bytes[value] = 0x1B;
    CHECK(is_corrupt("a table is missing or wrong"));
}

static void jfif_is_ycbcr_whatever_its_components_are_called(void)
{
    START(jpeg_baseline);
    size_t frame = find("\xFF\xC0", 0), scan = find("\xFF\xDA", 0);
    for (size_t i = 0; i < 3; i++) {
        made.bytes[frame + 10 + i * 3] = (uint8_t)"RGB"[i];
        made.bytes[scan + 5 + i * 2] = (uint8_t)"RGB"[i];
    }
    CHECK(SAME_AS(jpeg_baseline));
    /* without JFIF those names mean what they say */
    splice(2, 18, NULL, 0);
    CHECK(!SAME_AS(jpeg_baseline));
}

static void a_lost_restart_marker_or_interval_is_an_error(void)
{
    START(jpeg_restarts);
    CHECK(SAME_AS(jpeg_baseline));
    size_t first = find("\xFF\xD0", find("\xFF\xDA", 0));
    CHECK(first + 4 < made.size);
    splice(first, 2, NULL, 0);
    CHECK(is_corrupt("of 18 blocks"));
    START(jpeg_restarts);
    size_t second = find("\xFF\xD1", first);
    splice(first, second - first, NULL, 0);
    CHECK(is_corrupt("of 18 blocks"));
    START(jpeg_restarts);
    splice(first + 2, 0, "\xFF\xFF", 2); /* fill bytes belong to a marker */
    splice(first, 0, "\xFF", 1);
    cut_image image = {0};
    CHECK(decode(&image) == CUT_OK || image.px == NULL);
    cut_image_free(&image);
}

/* A missing scan leaves every block of the others whole. */
static void a_progressive_jpeg_without_one_of_its_scans_is_an_error(void)
{
    START(jpeg_progressive);
    size_t first = find("\xFF\xDA", 0), scans = 0;
    for (size_t at = first; at + 1 < made.size; at = find("\xFF\xDA", at + 2))
        scans++;
    CHECK(scans >= 6);
    for (size_t k = 1; k < scans; k++) {
        START(jpeg_progressive);
        size_t at = first;
        for (size_t i = 0; i < k; i++) at = find("\xFF\xDA", at + 2);
        size_t end = at + 2;
        while (made.bytes[end] != 0xFF || made.bytes[end + 1] == 0) end++;
        splice(at, end - at, NULL, 0);
        CHECK(is_corrupt("scans are missing") || is_corrupt("blocks"));
    }
}

static void more_than_500_scans_are_refused_by_name(void)
{
    START(jpeg_grey);
    size_t at = find("\xFF\xDA", 0), size = made.size - 2 - at;
    uint8_t scan[120];
    CHECK(size < sizeof scan);
    memcpy(scan, made.bytes + at, size);
    for (int i = 0; i < 499; i++) splice(at, 0, scan, size);
    CHECK(SAME_AS(jpeg_grey));
    splice(at, 0, scan, size);
    CHECK(is_corrupt("more than 500 scans"));
}

/* ---- PNG --------------------------------------------------------------- */

static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static size_t chunk(const char *type)
{
    for (size_t at = 8; at + 12 <= made.size;) {
        if (memcmp(made.bytes + at + 4, type, 4) == 0) return at;
        at += 12 + ((size_t)made.bytes[at + 2] << 8) + made.bytes[at + 3];
    }
    return 0;
}

static void sum_again(size_t at)
{
    size_t size = ((size_t)made.bytes[at + 2] << 8) + made.bytes[at + 3];
    uint32_t crc = crc32_of(made.bytes + at + 4, size + 4);
    for (int i = 0; i < 4; i++)
        made.bytes[at + 8 + size + (size_t)i] = (uint8_t)(crc >> (24 - i * 8));
}

static size_t chunk_end(size_t at)
{
    return at + 12 + ((size_t)made.bytes[at + 2] << 8) + made.bytes[at + 3];
}

static void a_png_needs_no_end_chunk(void)
{
    START(png_rgba);
    made.size = chunk("IEND");
    CHECK(SAME_AS(png_rgba));
}

static void of_two_sums_around_a_pngs_data_one_must_be_right(void)
{
    START(png_rgba);
    size_t data = chunk("IDAT"), end = chunk_end(data);
    made.bytes[end - 5] ^= 1; /* the last byte of the Adler-32 */
    CHECK(is_corrupt("damaged"));
    sum_again(data); /* a writer that never knew its Adler-32 */
    CHECK(SAME_AS(png_rgba));
    made.size = end - 2; /* cut off in its own sum: none is right */
    CHECK(is_corrupt("damaged"));
    START(png_rgba);
    made.bytes[end - 1] ^= 1; /* the chunk's own sum */
    CHECK(SAME_AS(png_rgba));
    made.size = end - 2;
    CHECK(SAME_AS(png_rgba));
}

static void what_a_wrong_bit_would_change_unseen_is_summed(void)
{
    static const char *const types[] = {"IHDR", "PLTE"};
    for (int i = 0; i < 2; i++) {
        START(png_palette);
        made.bytes[chunk(types[i]) + 11] ^= 1;
        CHECK(is_corrupt("checksum") || is_corrupt("damaged"));
    }
}

static void a_tRNS_longer_than_the_palette_is_left_out(void)
{
    START(png_palette);
    uint8_t trns[12 + 300] = {0, 0, 1, 44, 't', 'R', 'N', 'S'};
    splice(chunk("IDAT"), 0, trns, sizeof trns);
    sum_again(chunk("tRNS"));
    CHECK(SAME_AS(png_palette));
}

/* An opaque picture of its own colours, not of a palette's. */
static cut_file rgb;

static void start_rgb(void)
{
    cut_bytes file = {0}, none = {0};
    cut_image image = {scene_pixels(20, 10, 0), 20, 10, 1};
    CHECK_EQUAL(cut_png_encode(&file, &image, &none, NULL), CUT_OK);
    start(file.data, file.size);
    rgb = made;
    cut_bytes_free(&file);
}

/* As libpng: before the palette, a second one, beside alpha, of another length,
 * behind the data. */
static void a_tRNS_that_does_not_fit_says_nothing(void)
{
    uint8_t two[12 + 2] = {0, 0, 0, 2, 't', 'R', 'N', 'S'};
    uint8_t six[12 + 6] = {0, 0, 0, 6, 't', 'R', 'N', 'S'};
    START(png_palette);
    splice(chunk("PLTE"), 0, two, sizeof two);
    sum_again(chunk("tRNS"));
    CHECK(SAME_AS(png_palette));
    START(png_rgba);
    splice(chunk("IDAT"), 0, six, sizeof six);
    sum_again(chunk("tRNS"));
    CHECK(SAME_AS(png_rgba));
    start_rgb();
    splice(chunk("IDAT"), 0, two, sizeof two);
    sum_again(chunk("tRNS"));
    CHECK(same_as(rgb.bytes, rgb.size));
    start_rgb();
    splice(chunk("IEND"), 0, six, sizeof six);
    sum_again(chunk("tRNS"));
    CHECK(same_as(rgb.bytes, rgb.size));
    /* of two the first: all but its colour stay opaque */
    START(png_palette);
    uint8_t one[12 + 1] = {0, 0, 0, 1, 't', 'R', 'N', 'S'};
    splice(chunk("IDAT"), 0, one, sizeof one);
    sum_again(chunk("tRNS"));
    cut_file first = made;
    splice(chunk("IDAT"), 0, two, sizeof two);
    made.bytes[chunk("IDAT") - 6] = 99;
    sum_again(chunk("IDAT") - sizeof two);
    CHECK(same_as(first.bytes, first.size));
}

/* One that a picture of its own colours suggests, of any length. */
static void a_palette_that_nothing_needs_is_left_out(void)
{
    start_rgb();
    uint8_t four[12 + 4] = {0, 0, 0, 4, 'P', 'L', 'T', 'E', 1, 2, 3, 4};
    splice(chunk("IDAT"), 0, four, sizeof four);
    sum_again(chunk("PLTE"));
    CHECK(same_as(rgb.bytes, rgb.size));
}

static void an_index_beyond_the_palette_is_its_last_colour(void)
{
    START(png_palette);
    cut_image image = {0};
    CHECK_EQUAL(decode(&image), CUT_OK);
    cut_image_free(&image);
    size_t palette = chunk("PLTE");
    uint8_t last[3];
    memcpy(last, made.bytes + palette + 8, 3);
    /* one colour is left of it */
    size_t size = ((size_t)made.bytes[palette + 2] << 8) +
                  made.bytes[palette + 3];
    splice(palette + 8 + 3, size - 3, NULL, 0);
    made.bytes[palette + 2] = 0;
    made.bytes[palette + 3] = 3;
    sum_again(palette);
    CHECK_EQUAL(decode(&image), CUT_OK);
    int wrong = 0;
    for (int i = 0; image.px && i < image.w * image.h; i++)
        wrong += memcmp(image.px + i * 4, last, 3) != 0 ||
                 image.px[i * 4 + 3] != 255;
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
}

static void no_message_is_empty(void)
{
    START(png_rgba);
    made.bytes[chunk("IDAT") + 20] ^= 0x55;
    CHECK(is_corrupt("damaged: "));
    CHECK(strstr(error.text, "()") == NULL &&
          strstr(error.text, ": .") == NULL);
    START(png_palette);
    made.size = chunk("PLTE") + 6; /* in a chunk's name */
    CHECK(is_corrupt("it ends before its pixels"));
    START(png_palette);
    memcpy(made.bytes + chunk("PLTE") + 4, "P\0\1", 3);
    sum_again(find("P\0", 30) - 4);
    CHECK(is_corrupt("a chunk that it needs is not known"));
}

/* ---- GIF --------------------------------------------------------------- */

static void an_interlaced_gif_is_the_same_picture(void)
{
    START(gif_interlaced);
    CHECK(SAME_AS(gif_plain));
}

static void a_gif_whose_codes_stop_early_is_told_by_its_pixels(void)
{
    START(gif_plain);
    size_t at = made.size - 60; /* in the data: a terminator, the trailer */
    made.size = at;
    splice(at, 0, "\0;", 2);
    CHECK(is_corrupt("of 420 pixels"));
}

/* As many rows less as the header says: the codes of the others are there. In
 * sub-blocks that lead to the trailer browsers ignore them; where a length is
 * wrong as well, the file is damaged. */
static void of_a_gif_whose_codes_go_on_the_sub_blocks_tell(void)
{
    cut_image image = {0};
    int32_t rows = -1;
    START(gif_plain);
    size_t frame = find("\x2C\0",
                        13 + ((size_t)3 << ((made.bytes[10] & 7) + 1)));
    size_t data = frame + 11; /* the first sub-block's length */
    CHECK_EQUAL(made.bytes[frame + 7], 21);
    made.bytes[frame + 7] = 11;
    CHECK_EQUAL(decode(&image), CUT_OK);
    cut_image_free(&image);
    size_t last = data;
    while (made.bytes[last + made.bytes[last] + 1])
        last += made.bytes[last] + 1u;
    made.bytes[last]++; /* now it takes the terminator along */
    CHECK(is_corrupt("do not end with its pixels"));
    CHECK_EQUAL(decode_part(&image, &rows), CUT_OK);
    CHECK_EQUAL(rows, image.h);
    cut_image_free(&image);
    /* the same length, and no code too many */
    made.bytes[frame + 7] = 21;
    made.size = last + made.bytes[last];
    CHECK(is_corrupt("damaged"));
    made.bytes[last]--;
    made.size = last + made.bytes[last] + 1u; /* no terminator, no trailer */
    CHECK(SAME_AS(gif_plain));
}

static void a_frame_beyond_the_screen_makes_it_larger(void)
{
    START(gif_plain);
    made.bytes[6] = 3;
    made.bytes[8] = 2;
    CHECK(SAME_AS(gif_plain));
}

static void a_gif_without_a_palette_is_black(void)
{
    START(gif_plain);
    int flags = made.bytes[10];
    splice(13, (size_t)3 << ((flags & 7) + 1), NULL, 0);
    made.bytes[10] = (uint8_t)(flags & 0x7F);
    cut_image image = {0};
    CHECK_EQUAL(decode(&image), CUT_OK);
    for (int i = 0; image.px && i < 420; i++)
        CHECK(memcmp(image.px + i * 4, "\0\0\0\xFF", 4) == 0);
    cut_image_free(&image);
}

/* A graphic control extension names it; other extensions of that length do
 * not. */
static void the_clear_colour_of_a_gif_is_said_by_its_control(void)
{
    START(gif_plain);
    size_t at = 13 + ((size_t)3 << ((made.bytes[10] & 7) + 1));
    while (made.bytes[at] == 0x21) { /* those that are there go */
        size_t end = at + 2;
        while (made.bytes[end]) end += made.bytes[end] + 1u;
        splice(at, end + 1 - at, NULL, 0);
    }
    for (int control = 0; control < 2; control++) {
        uint8_t extension[8] = {0x21, control ? 0xF9 : 0xFE, 4, 1, 0, 0, 5, 0};
        if (control)
            splice(at, 8, extension, 8);
        else
            splice(at, 0, extension, 8);
        cut_image image = {0};
        CHECK_EQUAL(decode(&image), CUT_OK);
        int clear = 0;
        for (int i = 0; image.px && i < 420; i++)
            clear += image.px[i * 4 + 3] == 0;
        /* index (x + 11 y) mod 256 of 20 x 21 */
        int wanted = 0;
        for (int i = 0; i < 420; i++)
            wanted += (i % 20 + i / 20 * 11) % 256 == 5;
        CHECK_EQUAL(clear, control ? wanted : 0);
        cut_image_free(&image);
    }
}

/* ---- in part ----------------------------------------------------------- */

/* The scene of 200 x 150 as a JPEG (0), a PNG of RGB (1) or RGBA (2). */
static cut_bytes scene_file(int kind)
{
    cut_image image = {
        .px = scene_pixels(200, 150, kind == 2), .w = 200, .h = 150};
    cut_bytes file = {0}, no_icc = {0};
    if (kind == 0)
        CHECK_EQUAL(cut_jpeg_encode(&file, &image, 90, &no_icc, &error), 0);
    else
        CHECK_EQUAL(cut_png_encode(&file, &image, &no_icc, &error), 0);
    cut_image_free(&image);
    return file;
}

/* Of a file that was cut behind so many tenths: its rows are those of the whole
 * picture but for the last ones, which blocks below smooth; what is missing is
 * clear; without leave it is an error. The rows that are there. */
static int32_t part_of(const cut_bytes *file, const cut_image *whole,
                       size_t tenths, int32_t smoothed)
{
    cut_image got = {0};
    int32_t rows = 0;
    start(file->data, file->size * tenths / 10);
    CHECK(is_corrupt(" of "));
    CHECK_EQUAL(decode_part(&got, &rows), CUT_OK);
    CHECK(rows >= 1 && rows < whole->h && !got.opaque);
    size_t row = (size_t)whole->w * 4;
    size_t same = rows > smoothed ? (size_t)(rows - smoothed) * row : 0;
    CHECK(got.px && memcmp(got.px, whole->px, same) == 0);
    int clear = 1;
    for (int32_t i = rows * whole->w; got.px && i < whole->w * whole->h; i++)
        clear &= got.px[i * 4 + 3] == 0;
    CHECK(clear);
    cut_image_free(&got);
    return rows;
}

static void what_is_there_is_given_to_who_asks_for_it(void)
{
    for (int kind = 0; kind < 3; kind++) {
        cut_bytes file = scene_file(kind);
        cut_image whole = {0};
        int32_t rows = -1;
        start(file.data, file.size);
        CHECK_EQUAL(decode_part(&whole, &rows), CUT_OK);
        CHECK_EQUAL(rows, 0); /* it is whole */
        CHECK_EQUAL(whole.opaque, kind < 2);
        int32_t last = whole.h;
        for (size_t tenths = 9; tenths > 1; tenths--) {
            rows = part_of(&file, &whole, tenths, kind == 0);
            CHECK(rows < last);
            CHECK(rows > whole.h * (int32_t)tenths / 10 - 25);
            last = rows;
        }
        cut_image_free(&whole);
        cut_bytes_free(&file);
    }
}

/* The first scan shows all of a progressive picture, if coarsely. */
static void a_progressive_jpeg_that_is_cut_is_coarse(void)
{
    cut_image got = {0};
    int32_t rows = -1;
    START(jpeg_progressive);
    made.size -= made.size / 10;
    CHECK(is_corrupt("damaged"));
    CHECK_EQUAL(decode_part(&got, &rows), CUT_OK);
    CHECK_EQUAL(rows, got.h);
    CHECK(got.px && got.px[3] == 255);
    cut_image_free(&got);
}

/* Of each table of AC codes the first that is sent, behind the scan of DC. */
static void a_progressive_jpeg_without_a_later_table_is_coarse(void)
{
    START(jpeg_progressive);
    size_t first = find("\xFF\xDA", 0), sent = find("\xFF\xC4", first);
    for (uint8_t table = 0x10; table <= 0x11; table++) {
        cut_image got = {0};
        int32_t rows = -1;
        while (made.bytes[sent + 4] != table) sent = find("\xFF\xC4", sent + 2);
        made.bytes[sent + 1] = 0xED; /* a segment that nobody reads */
        CHECK(is_corrupt("a table is missing"));
        CHECK_EQUAL(decode_part(&got, &rows), CUT_OK);
        CHECK_EQUAL(rows, got.h);
        int flat = 1; /* it shows something */
        for (int i = 4; got.px && i < got.w * got.h * 4; i += 4)
            flat &= memcmp(got.px, got.px + i, 4) == 0;
        CHECK(!flat);
        cut_image_free(&got);
        START(jpeg_progressive);
    }
    cut_image got = {0};
    int32_t rows = -1;
    made.bytes[find("\xFF\xC4", 0) + 1] =
        0xED; /* the first: nothing is there */
    CHECK_EQUAL(decode_part(&got, &rows), CUT_E_CORRUPT);
    CHECK(strstr(error.text, "a table is missing"));
}

static void no_sentence_of_a_file_that_is_cut_is_empty(void)
{
    static const uint8_t *const files[] = {jpeg_baseline, jpeg_progressive,
                                           png_palette, png_rgba, gif_plain};
    static const size_t sizes[] = {sizeof jpeg_baseline,
                                   sizeof jpeg_progressive, sizeof png_palette,
                                   sizeof png_rgba, sizeof gif_plain};
    for (int i = 0; i < 5; i++)
        for (size_t size = 1; size < sizes[i]; size++) {
            cut_image got = {0};
            start(files[i], size);
            if (decode(&got))
                CHECK(error.text[0] && !strstr(error.text, ": .") &&
                      !strstr(error.text, "()"));
            cut_image_free(&got);
        }
}

static void a_png_that_ends_early_is_told_by_its_rows(void)
{
    START(png_rgba);
    made.size = made.size * 2 / 3;
    CHECK(is_corrupt(" rows"));
}

int main(void)
{
    what_is_there_is_given_to_who_asks_for_it();
    a_progressive_jpeg_that_is_cut_is_coarse();
    a_progressive_jpeg_without_a_later_table_is_coarse();
    a_png_that_ends_early_is_told_by_its_rows();
    no_sentence_of_a_file_that_is_cut_is_empty();
    a_jpeg_needs_no_end_marker();
    a_segment_shorter_than_its_length_is_empty();
    what_a_sequential_scan_says_of_its_coefficients_counts_for_nothing();
    junk_behind_the_last_block_is_no_part_of_the_picture();
    a_jpeg_that_was_cut_and_ended_properly_is_told_by_its_blocks();
    missing_huffman_tables_are_the_standard_ones();
    a_jpeg_whose_tables_are_lost_is_an_error();
    jfif_is_ycbcr_whatever_its_components_are_called();
    a_lost_restart_marker_or_interval_is_an_error();
    a_progressive_jpeg_without_one_of_its_scans_is_an_error();
    more_than_500_scans_are_refused_by_name();
    a_png_needs_no_end_chunk();
    of_two_sums_around_a_pngs_data_one_must_be_right();
    what_a_wrong_bit_would_change_unseen_is_summed();
    a_tRNS_longer_than_the_palette_is_left_out();
    a_tRNS_that_does_not_fit_says_nothing();
    a_palette_that_nothing_needs_is_left_out();
    an_index_beyond_the_palette_is_its_last_colour();
    no_message_is_empty();
    an_interlaced_gif_is_the_same_picture();
    a_gif_whose_codes_stop_early_is_told_by_its_pixels();
    of_a_gif_whose_codes_go_on_the_sub_blocks_tell();
    a_frame_beyond_the_screen_makes_it_larger();
    a_gif_without_a_palette_is_black();
    the_clear_colour_of_a_gif_is_said_by_its_control();
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
    return CHECK_DONE();
}
