/* Colour profiles in files made byte by byte: what is taken for one, and what
 * of a damaged or doubled one is left alone. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cutaway.h"
#include "image/icc.h"
#include "made_file.h"

enum { SIZE = 700 };

/* Length, colour space and signature where ICC.1:2010, 7.2 puts them. */
static bytes profile(uint32_t size, const char *space)
{
    bytes b = {.size = 0};
    put_be(&b, size, 4);
    while (b.size < size) put_be(&b, (uint32_t)(b.size * 7), 1);
    if (size >= 40) {
        memcpy(b.at + 16, space, 4);
        memcpy(b.at + 36, "acsp", 4);
    }
    return b;
}

/* The same as zlib data, stored (RFC 1950, 1951). */
static bytes stored(const bytes *of)
{
    bytes b = {.size = 0};
    uint32_t one = 1, two = 0;
    put(&b, "\x78\x01\x01", 3);
    put_le(&b, (uint32_t)of->size, 2);
    put_le(&b, ~(uint32_t)of->size, 2);
    put(&b, of->at, of->size);
    for (size_t i = 0; i < of->size; i++) {
        one = (one + of->at[i]) % 65521;
        two = (two + one) % 65521;
    }
    put_be(&b, two << 16 | one, 4);
    return b;
}

/* Whether exactly this profile is read of a file that ends where it does. */
static int reads(const bytes *file, cut_format format, const bytes *want)
{
    uint8_t *copy = malloc(file->size);
    cut_bytes icc = {0};
    memcpy(copy, file->at, file->size);
    CHECK_EQUAL(cut_icc_read(&icc, copy, file->size, format, NULL), CUT_OK);
    int same = icc.size == want->size &&
               memcmp(icc.data, want->at, want->size) == 0;
    CHECK(same || (!icc.data && !icc.size)); /* this one or none */
    cut_bytes_free(&icc);
    free(copy);
    return same;
}

static bytes webp_with(const bytes *icc)
{
    bytes b = webp("VP8X", "\x20\0\0\0\0\0\0\0\0\0", 10);
    put_text(&b, "ICCP");
    put_le(&b, (uint32_t)icc->size, 4);
    put(&b, icc->at, icc->size);
    return b;
}

static void a_profile_has_a_header_of_128_bytes_that_agrees(void)
{
    for (uint32_t size = 100; size < 160; size++) {
        bytes icc = profile(size, "RGB "), file = webp_with(&icc);
        CHECK_EQUAL(reads(&file, CUT_FORMAT_WEBP, &icc), size >= 128);
    }
    static const char *const spaces[] = {"RGB ", "GRAY", "CMYK",
                                         "Lab ", "RGBA", "gray"};
    for (int i = 0; i < 6; i++) {
        bytes icc = profile(SIZE, spaces[i]), file = webp_with(&icc);
        CHECK_EQUAL(reads(&file, CUT_FORMAT_WEBP, &icc), i < 2);
        cut_bytes data = {icc.at, icc.size};
        CHECK_EQUAL(cut_icc_colour_space(&data), i == 0   ? CUT_ICC_RGB
                                                 : i == 1 ? CUT_ICC_GREY
                                                          : CUT_ICC_OTHER);
        data.size = 127;
        CHECK_EQUAL(cut_icc_colour_space(&data), CUT_ICC_OTHER);
        data.size = 128;
        CHECK_EQUAL(cut_icc_colour_space(&data) == CUT_ICC_OTHER, i > 1);
    }
    static const size_t places[] = {0, 3, 36, 39}; /* length, signature */
    for (int i = 0; i < 4; i++) {
        bytes icc = profile(SIZE, "RGB ");
        icc.at[places[i]] ^= 1;
        bytes file = webp_with(&icc);
        CHECK(!reads(&file, CUT_FORMAT_WEBP, &icc));
    }
}

static void a_png_names_its_profile_in_1_to_79_letters(void)
{
    bytes icc = profile(SIZE, "RGB "), data = stored(&icc);
    for (size_t letters = 0; letters < 85; letters++) {
        bytes chunk = {.size = 0}, file = png(1, 1, 8, 2);
        for (size_t i = 0; i < letters; i++) put(&chunk, "n", 1);
        put(&chunk, "\0\0", 2); /* the end of the name, the method */
        put(&chunk, data.at, data.size);
        put_chunk(&file, "gAMA", "1234", 4);
        put_chunk(&file, "iCCP", chunk.at, chunk.size);
        CHECK_EQUAL(reads(&file, CUT_FORMAT_PNG, &icc),
                    letters > 0 && letters < 80);
        file = png(1, 1, 8, 2);
        put_chunk(&file, "IDAT", "", 0); /* too late */
        put_chunk(&file, "iCCP", chunk.at, chunk.size);
        CHECK(!reads(&file, CUT_FORMAT_PNG, &icc));
    }
    static const size_t sizes[] = {0, 1, 3, 4, 5};
    for (int i = 0; i < 5; i++) { /* cut off in the name and behind it */
        bytes file = png(1, 1, 8, 2);
        put_chunk(&file, "iCCP", "abc\0\0x", sizes[i]);
        CHECK(!reads(&file, CUT_FORMAT_PNG, &icc));
    }
    bytes without = png(1, 1, 8, 2), damaged = png(1, 1, 8, 2), chunk = data;
    CHECK(!reads(&without, CUT_FORMAT_PNG, &icc));
    chunk.size = 0;
    put(&chunk, "n\0\0", 3);
    data.at[data.size - 1] ^= 1;
    put(&chunk, data.at, data.size);
    put_chunk(&damaged, "iCCP", chunk.at, chunk.size);
    CHECK(!reads(&damaged, CUT_FORMAT_PNG, &icc));
}

/* Bytes from..to - 1 of a profile as part `number` of `count`. */
static void put_part(bytes *file, const bytes *icc, size_t from, size_t to,
                     uint8_t number, uint8_t count)
{
    bytes part = {.size = 0};
    put(&part, "ICC_PROFILE\0", 12);
    put_be(&part, number, 1);
    put_be(&part, count, 1);
    put(&part, icc->at + from, to - from);
    put_segment(file, 0xE2, part.at, part.size);
}

static void the_parts_of_a_jpegs_profile_are_all_there_once(void)
{
    bytes icc = profile(SIZE, "RGB "), file = jpeg();
    put_part(&file, &icc, 0, SIZE, 1, 1);
    CHECK(reads(&file, CUT_FORMAT_JPEG, &icc));
    put_part(&file, &icc, 0, SIZE, 1, 1); /* the same again */
    CHECK(reads(&file, CUT_FORMAT_JPEG, &icc));
    file = jpeg(); /* in any order, others between */
    put_part(&file, &icc, 500, SIZE, 3, 3);
    put_segment(&file, 0xE2, "FPXR", 4);
    put_part(&file, &icc, 0, 1, 1, 3);
    put_part(&file, &icc, 1, 500, 2, 3);
    CHECK(reads(&file, CUT_FORMAT_JPEG, &icc));
    static const uint8_t bad[][4] = {/* numbers of three parts, their count */
                                     {1, 2, 2, 3},
                                     {1, 2, 4, 3},
                                     {0, 1, 2, 3},
                                     {1, 2, 3, 4},
                                     {1, 2, 3, 2}};
    for (int i = 0; i < 5; i++) {
        file = jpeg();
        put_part(&file, &icc, 0, 300, bad[i][0], bad[i][3]);
        put_part(&file, &icc, 300, 500, bad[i][1], bad[i][3]);
        put_part(&file, &icc, 500, SIZE, bad[i][2], bad[i][3]);
        CHECK(!reads(&file, CUT_FORMAT_JPEG, &icc));
    }
    file = jpeg();
    put_part(&file, &icc, 0, 0, 2, 2); /* an empty part is none */
    put_part(&file, &icc, 0, SIZE, 1, 1);
    CHECK(reads(&file, CUT_FORMAT_JPEG, &icc));
    CHECK(!reads(&file, CUT_FORMAT_BMP, &icc));
}

static void what_pads_a_profile_is_no_part_of_it(void)
{
    for (size_t more = 1; more < 5; more++) {
        bytes icc = profile(SIZE, "RGB "), padded = icc;
        put(&padded, "\0\0\0\0", more);
        bytes file = webp_with(&padded);
        CHECK(reads(&file, CUT_FORMAT_WEBP, &icc));
        cut_bytes copy;
        CHECK_EQUAL(cut_icc_copy(&copy, padded.at, padded.size, NULL), CUT_OK);
        CHECK_EQUAL(copy.size, SIZE);
        cut_bytes_free(&copy);
    }
}

/* As browsers: what its header does not promise is not there. */
static void a_webp_says_that_it_has_a_profile(void)
{
    bytes icc = profile(SIZE, "RGB "), file = webp_with(&icc);
    CHECK(reads(&file, CUT_FORMAT_WEBP, &icc));
    file.at[20] = 0xDF;
    CHECK(!reads(&file, CUT_FORMAT_WEBP, &icc));
}

/* As browsers: the profile's place counts from the header on. */
static void a_bmp_of_version_5_has_a_profile_where_it_says(void)
{
    bytes icc = profile(SIZE, "RGB ");
    for (int i = 0; i < 6; i++) {
        bytes b = {.size = 0};
        put_text(&b, "BM");
        put_le(&b, 0, 12);
        put_le(&b, i == 1 ? 108 : 124, 4);
        while (b.size < 14 + 56) put_le(&b, 0, 1);
        put_text(&b, i == 2 ? "KNIL" : "DEBM"); /* a file's name, or embedded */
        while (b.size < 14 + 112) put_le(&b, 0, 1);
        put_le(&b, i == 3 ? 0xFFFFFFF0u : 124 + 9, 4);
        put_le(&b, i == 4 ? SIZE + 1 : SIZE, 4);
        put_le(&b, 0, 4);
        put_text(&b, "9 letters");
        put(&b, icc.at, i == 5 ? SIZE - 1 : SIZE);
        CHECK_EQUAL(reads(&b, CUT_FORMAT_BMP, &icc), i == 0);
    }
}

/* Of 4 MB at most: the files are too large for the other tests' room. */
static void a_profile_has_a_size_limit(void)
{
    for (uint32_t more = 0; more < 2; more++) {
        uint32_t size = CUT_MAX_ICC_BYTES + more;
        uint8_t *file = calloc(size + 100, 1);
        bytes head = webp("VP8X", "\x20\0\0\0\0\0\0\0\0\0", 10);
        put_text(&head, "ICCP");
        put_le(&head, size, 4);
        size_t at = head.size;
        put_be(&head, size, 4);
        memcpy(file, head.at, head.size);
        memcpy(file + at + 16, "RGB ", 4);
        memcpy(file + at + 36, "acsp", 4);
        cut_bytes icc = {0};
        CHECK_EQUAL(cut_icc_read(&icc, file, size + at, CUT_FORMAT_WEBP, NULL),
                    CUT_OK);
        CHECK_EQUAL(icc.size, more ? 0 : size);
        cut_bytes_free(&icc);
        free(file);
    }
}

int main(void)
{
    a_profile_has_a_header_of_128_bytes_that_agrees();
    a_png_names_its_profile_in_1_to_79_letters();
    the_parts_of_a_jpegs_profile_are_all_there_once();
    what_pads_a_profile_is_no_part_of_it();
    a_webp_says_that_it_has_a_profile();
    a_bmp_of_version_5_has_a_profile_where_it_says();
    a_profile_has_a_size_limit();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
