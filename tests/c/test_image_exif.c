/* The orientation in EXIF made byte by byte, in the three containers that hold
 * it, and at both sides of each limit. */
#include <stdlib.h>

#include "check.h"
#include "image/probe.h"
#include "made_file.h"

/* Of a copy that ends where the file does: a byte too far is ASan's. */
static int orientation_of(const bytes *b)
{
    uint8_t *copy = malloc(b->size);
    cut_probe p = {0};
    memcpy(copy, b->at, b->size);
    CHECK_EQUAL(cut_image_probe(&p, copy, b->size, NULL), CUT_OK);
    free(copy);
    return p.orientation;
}

/* A directory at `at` with `before` other entries, then the orientation. */
static bytes tiff(int big, uint32_t at, int before, uint32_t type,
                  uint32_t value)
{
    bytes b = {.size = 0};
    void (*number)(bytes *, uint64_t, int) = big ? put_be : put_le;
    put(&b, big ? "MM\0\x2A" : "II\x2A\0", 4);
    number(&b, at, 4);
    while (b.size < at) put_be(&b, 0xEE, 1);
    number(&b, (uint32_t)before + 1, 2);
    for (int i = 0; i <= before; i++) {
        number(&b, i < before ? 0x10F : 0x112, 2);
        number(&b, type, 2);
        number(&b, 1, 4);
        number(&b, i < before ? 5 : value, 2);
        put_be(&b, 0, 2);
    }
    return b;
}

static bytes png_with(const bytes *exif)
{
    bytes b = png(1, 1, 8, 2);
    put_chunk(&b, "eXIf", exif->at, exif->size);
    return b;
}

static void the_orientation_is_a_short_of_1_to_8_in_either_order(void)
{
    for (int big = 0; big < 2; big++)
        for (uint32_t value = 0; value < 300; value++) {
            bytes exif = tiff(big, 8, (int)value % 3, 3, value);
            bytes b = png_with(&exif);
            CHECK_EQUAL(orientation_of(&b),
                        value >= 1 && value <= 8 ? (int)value : 1);
        }
    bytes wide = tiff(1, 8, 0, 4, 6), b = png_with(&wide);
    CHECK_EQUAL(orientation_of(&b), 1); /* a long is not read as a short */
    bytes none = tiff(1, 8, 0, 3, 6);
    none.at[8 + 2 + 7] = 0; /* so many values: none */
    b = png_with(&none);
    CHECK_EQUAL(orientation_of(&b), 1);
}

static void a_directory_may_lie_anywhere_in_the_exif_and_not_beyond(void)
{
    for (uint32_t at = 8; at < 40; at++) {
        bytes exif = tiff(at % 2 == 0, at, 1, 3, 6), b = png_with(&exif);
        CHECK_EQUAL(orientation_of(&b), 6);
        exif.size--; /* the entry is cut off */
        b = png_with(&exif);
        CHECK_EQUAL(orientation_of(&b), 1);
    }
    bytes exif = tiff(1, 8, 0, 3, 6);
    for (uint32_t at = 0; at < 60; at++) {
        exif.at[7] = (uint8_t)at;
        bytes b = png_with(&exif);
        CHECK_EQUAL(orientation_of(&b), at == 8 ? 6 : 1);
        exif.at[4] = 0xFF; /* nearly 4 GB on */
        b = png_with(&exif);
        CHECK_EQUAL(orientation_of(&b), 1);
        exif.at[4] = 0;
    }
    for (size_t size = 0; size < 14; size++) { /* too short to hold one */
        bytes cut = tiff(1, 8, 0, 3, 6);
        cut.size = size;
        bytes b = png_with(&cut);
        CHECK_EQUAL(orientation_of(&b), 1);
    }
    exif = tiff(1, 8, 0, 3, 6);
    exif.at[0] = 'I'; /* neither order */
    bytes b = png_with(&exif);
    CHECK_EQUAL(orientation_of(&b), 1);
}

static void each_container_has_its_place_for_exif(void)
{
    bytes exif = tiff(1, 8, 0, 3, 8), prefixed = {.size = 0};
    put(&prefixed, "Exif\0\0", 6);
    put(&prefixed, exif.at, exif.size);
    bytes b = jpeg();
    put_segment(&b, 0xE1, "http://ns.adobe.com/xap/1.0/\0", 29);
    put_segment(&b, 0xE2, prefixed.at, prefixed.size);
    put_segment(&b, 0xE1, exif.at, exif.size); /* no prefix: no EXIF */
    put_frame(&b, 0xC0, 8, 1, 1, 3);
    CHECK_EQUAL(orientation_of(&b), 1);
    b.size -= 10; /* over the frame */
    put_segment(&b, 0xE1, prefixed.at, prefixed.size);
    put_frame(&b, 0xC0, 8, 1, 1, 3);
    CHECK_EQUAL(orientation_of(&b), 8);
    for (int prefix = 0; prefix < 2; prefix++)
        for (size_t odd = 0; odd < 2; odd++) {
            const bytes *of = prefix ? &prefixed : &exif;
            b = vp8x(8, 1, 1);
            put_text(&b, "XMP "); /* padded to even before the next */
            put_le(&b, (uint32_t)(2 + odd), 4);
            put(&b, "xyz", 2 + 2 * odd);
            put_text(&b, "EXIF");
            put_le(&b, (uint32_t)of->size, 4);
            put(&b, of->at, of->size);
            CHECK_EQUAL(orientation_of(&b), 8);
        }
}

/* As browsers: a WebP that does not say that it has EXIF has none, and behind a
 * PNG's data it comes too late. */
static void exif_counts_where_browsers_look_for_it(void)
{
    bytes exif = tiff(1, 8, 0, 3, 6);
    for (int says = 0; says < 2; says++) {
        bytes b = vp8x(says ? 8 : 0xF7, 1, 1);
        b.at[20] &= 0xFD; /* no animation */
        put_text(&b, "EXIF");
        put_le(&b, (uint32_t)exif.size, 4);
        put(&b, exif.at, exif.size);
        CHECK_EQUAL(orientation_of(&b), says ? 6 : 1);
    }
    for (int late = 0; late < 2; late++) {
        bytes b = png(1, 1, 8, 2);
        if (late) put_chunk(&b, "IDAT", "", 0);
        put_chunk(&b, "eXIf", exif.at, exif.size);
        CHECK_EQUAL(orientation_of(&b), late ? 1 : 6);
    }
}

int main(void)
{
    the_orientation_is_a_short_of_1_to_8_in_either_order();
    a_directory_may_lie_anywhere_in_the_exif_and_not_beyond();
    each_container_has_its_place_for_exif();
    exif_counts_where_browsers_look_for_it();
    return CHECK_DONE();
}
