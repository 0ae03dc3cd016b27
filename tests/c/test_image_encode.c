/* What is written can be read back: by our decoder pixel for pixel, with its
 * profile, in the smallest colour type; and refused memory is no half file. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "fixtures.h"
#include "image/decode.h"
#include "image/icc.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/png_filter.h"
#include "image/bytes.h"
#include "image/webp.h"

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 16;
}

typedef enum kind { GREY, GREY_ALPHA, RGB, RGBA } kind;
static const uint8_t png_type[4] = {0, 4, 2, 6};

enum { RAMP, NOISE, TILES }; /* TILES: repeated noise, long clear spans */

/* By `style`; clear at the left when the kind has alpha. */
static cut_image picture(kind k, int32_t w, int32_t h, int style)
{
    cut_image image = {cut_alloc((size_t)w * (size_t)h, 4), w, h};
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            uint8_t *p = image.px + ((size_t)y * (size_t)w + (size_t)x) * 4;
            for (int c = 0; c < 4; c++)
                p[c] = (uint8_t)(style == NOISE  ? next_random()
                                 : style == RAMP ? (uint32_t)(x * (c + 1) + y)
                                 : (x / 90 + y / 40) % 3
                                     ? 0
                                     : (uint32_t)((x % 19 * 71 + c) * 29));
            if (k == GREY || k == GREY_ALPHA) p[1] = p[2] = p[0];
            if (k == GREY || k == RGB) p[3] = 255;
            if (p[3] != 255 && x < w / 3) memset(p, 0, 4);
        }
    /* never of a smaller kind by accident */
    if (k == RGB || k == RGBA) image.px[0] = 1, image.px[1] = 2;
    if (k == GREY_ALPHA || k == RGBA) image.px[3] = 7;
    return image;
}

static cut_bytes profile(const char *space)
{
    cut_bytes icc = {cut_alloc(sizeof icc_profile, 1), sizeof icc_profile};
    memcpy(icc.data, icc_profile, sizeof icc_profile);
    memcpy(icc.data + 16, space, 4);
    return icc;
}

static cut_status decode(cut_image *out, const cut_bytes *file)
{
    cut_probe probe;
    cut_status status = cut_image_probe(&probe, file->data, file->size, NULL);
    return status ? status
                  : cut_image_decode(out, file->data, file->size, &probe, NULL);
}

static void a_png_holds_every_pixel_in_the_smallest_colour_type(void)
{
    static const int32_t sides[][2] = {{1, 1},     {2, 3},    {17, 1},
                                       {1, 23},    {33, 31},  {130, 67},
                                       {701, 303}, {32768, 6}};
    static const cut_bytes none = {0};
    for (int k = GREY; k <= RGBA; k++)
        for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
            for (int style = RAMP; style <= TILES; style++) {
                cut_image image = picture((kind)k, sides[s][0], sides[s][1],
                                          style);
                size_t size = (size_t)image.w * (size_t)image.h * 4;
                uint8_t *before = malloc(size);
                if (!before) return;
                memcpy(before, image.px, size);
                cut_bytes file = {0};
                CHECK_EQUAL(cut_png_encode(&file, &image, &none, NULL), CUT_OK);
                CHECK(image.px == NULL); /* consumed */
                CHECK_EQUAL(file.data[25], png_type[k]);
                cut_image back = {0};
                CHECK_EQUAL(decode(&back, &file), CUT_OK);
                CHECK(back.px && memcmp(back.px, before, size) == 0);
                cut_image_free(&back);
                cut_bytes_free(&file);
                free(before);
                CHECK_EQUAL(cut_live_blocks(), 0);
            }
}

static void a_profile_goes_with_its_kind_of_picture_only(void)
{
    static const struct {
        kind k;
        const char *space;
        int type, kept;
    } cases[] = {{RGBA, "RGB ", 6, 1}, {RGB, "RGB ", 2, 1},
                 {GREY, "RGB ", 2, 1}, {GREY_ALPHA, "RGB ", 6, 1},
                 {GREY, "GRAY", 0, 1}, {RGB, "GRAY", 2, 0},
                 {RGB, "CMYK", 2, 0},  {GREY, "CMYK", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = picture(cases[i].k, 19, 11, NOISE);
        cut_bytes icc = profile(cases[i].space), file = {0}, back = {0};
        CHECK_EQUAL(cut_png_encode(&file, &image, &icc, NULL), CUT_OK);
        CHECK_EQUAL(file.data[25], cases[i].type);
        CHECK_EQUAL(
            cut_icc_read(&back, file.data, file.size, CUT_FORMAT_PNG, NULL),
            CUT_OK);
        CHECK_EQUAL(back.size, cases[i].kept ? icc.size : 0);
        CHECK(!back.data || memcmp(back.data, icc.data, icc.size) == 0);
        cut_bytes_free(&back);
        cut_bytes_free(&file);
        cut_bytes_free(&icc);
    }
    CHECK_EQUAL(cut_live_blocks(), 0);
}

/* The five filters of PNG 9.2, one byte at a time. */
static int predicted(int type, int a, int b, int c)
{
    int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    if (type == 1) return a;
    if (type == 2) return b;
    if (type == 3) return (a + b) / 2;
    if (type == 4) return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    return 0;
}

static uint32_t cost(const uint8_t *row, const uint8_t *above, size_t bytes,
                     size_t bpp, int type, uint8_t *filtered)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < bytes; i++) {
        int a = i < bpp ? 0 : row[i - bpp], c = i < bpp ? 0 : above[i - bpp];
        filtered[i] = (uint8_t)(row[i] - predicted(type, a, above[i], c));
        sum += filtered[i] < 128 ? filtered[i] : 256u - filtered[i];
    }
    return sum;
}

/* Against the plain loop, over rows with clear spans at either end; of rows
 * longer than this only a part is judged. */
static void the_filter_of_a_row_is_right_and_the_cheapest_of_four(void)
{
    enum { MAX = 400 };
    uint8_t row[MAX], above[MAX], out[MAX + 1], want[MAX];
    int seen[5] = {0};
    for (int run = 0; run < 600; run++) {
        size_t bpp = 1 + (size_t)run % 4, pixels = 1 + next_random() % 100;
        size_t bytes = bpp * pixels;
        size_t lo = next_random() % (pixels + 1) * bpp;
        size_t hi = next_random() % (pixels + 1) * bpp;
        int style = run / 4 % 4;
        for (size_t i = 0; i < bytes; i++) {
            int clear = run % 3 == 0 && (i < lo || i >= hi);
            uint8_t noise = (uint8_t)(next_random() % 7);
            above[i] = (uint8_t)(style == 0 ? next_random() : i + noise);
            row[i] = (uint8_t)(style == 0   ? next_random()
                               : style == 1 ? above[i] + noise
                               : style == 2 ? 50 + i / bpp * 3 + noise / 3
                                            : noise);
            if (clear) row[i] = above[i] = 0;
        }
        size_t from, to;
        cut_png_filter_row(out, &from, &to, row, above, bytes, bpp);
        CHECK(to <= bytes + 1);
        for (size_t i = 1; i <= bytes; i++)
            CHECK((i >= from && i < to) || out[i] == 0);
        CHECK(out[0] == 0 || out[0] == 1 || out[0] == 2 || out[0] == 4);
        uint32_t chosen = cost(row, above, bytes, bpp, out[0], want);
        CHECK(memcmp(out + 1, want, bytes) == 0);
        seen[out[0]]++;
        for (int type = 0; type < 5; type++)
            if (type != 3)
                CHECK(chosen <= cost(row, above, bytes, bpp, type, want));
    }
    CHECK(seen[0] && seen[1] && seen[2] && seen[4]);
}

/* A picture's first pixel is the same through each of them. */
static void of_equal_filters_the_simplest_is_taken(void)
{
    static const uint8_t row[4] = {5, 6, 7, 8}, above[4] = {0};
    uint8_t out[5];
    size_t from, to;
    for (size_t bpp = 1; bpp <= 4; bpp++) {
        cut_png_filter_row(out, &from, &to, row, above, bpp, bpp);
        CHECK_EQUAL(out[0], 0);
        CHECK(memcmp(out + 1, row, bpp) == 0);
    }
}

/* A row that is judged by samples still goes through one filter exactly, and
 * that is no bad one. */
static void the_filter_of_a_long_row_is_nearly_the_cheapest(void)
{
    enum { BYTES = 4 * 5003 };
    static uint8_t row[BYTES], above[BYTES], out[BYTES + 1], want[BYTES];
    for (int style = 0; style < 4; style++) {
        for (size_t i = 0; i < BYTES; i++) {
            uint8_t noise = (uint8_t)(next_random() % 5);
            above[i] = (uint8_t)next_random();
            row[i] = (uint8_t)(style == 0   ? above[i] + noise
                               : style == 1 ? i / 4 * 3 + noise
                               : style == 2 ? noise
                               : i < 4      ? 9
                                       : row[i - 4] + above[i] - above[i - 4] +
                                             noise / 2);
        }
        size_t from, to;
        cut_png_filter_row(out, &from, &to, row, above, BYTES, 4);
        uint32_t chosen = cost(row, above, BYTES, 4, out[0], want);
        CHECK(memcmp(out + 1, want, BYTES) == 0);
        for (int type = 0; type < 5; type++)
            if (type != 3) {
                uint32_t other = cost(row, above, BYTES, 4, type, want);
                CHECK(chosen <= other + other / 50);
            }
    }
}

static void a_jpeg_keeps_its_colours_and_profile(void)
{
    cut_image image = picture(RGB, 40, 24, RAMP), back = {0};
    image.px[0] = image.px[1] = image.px[2] = 0;
    for (int32_t i = 0; i < image.w * image.h; i++) /* a smooth ramp */
        for (int c = 0; c < 3; c++)
            image.px[i * 4 + c] = (uint8_t)(60 + i % image.w * 3 +
                                            i / image.w * (c + 1));
    cut_bytes icc = profile("RGB "), file = {0}, found = {0};
    CHECK_EQUAL(cut_jpeg_encode(&file, &image, 95, &icc, NULL), CUT_OK);
    CHECK(memcmp(file.data + 6, "JFIF", 4) == 0); /* which must come first */
    CHECK_EQUAL(decode(&back, &file), CUT_OK);
    int max = 0;
    for (int32_t i = 0; back.px && i < image.w * image.h * 4; i++) {
        int d = abs((int)image.px[i] - (int)back.px[i]);
        if (d > max) max = d;
    }
    CHECK(max <= 4); /* observed: 2 */
    CHECK_EQUAL(
        cut_icc_read(&found, file.data, file.size, CUT_FORMAT_JPEG, NULL),
        CUT_OK);
    CHECK(found.size == icc.size &&
          memcmp(found.data, icc.data, icc.size) == 0);
    cut_bytes_free(&found);
    cut_bytes_free(&file);
    image.px[7] = 254;
    CHECK_EQUAL(cut_jpeg_encode(&file, &image, 95, &icc, NULL), CUT_E_ARGUMENT);
    CHECK(file.data == NULL);
    cut_image_free(&back);
    cut_image_free(&image);
    cut_bytes_free(&icc);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

/* A profile beyond one segment comes back whole from its parts. */
static void a_long_profile_is_split_over_jpeg_segments(void)
{
    cut_image image = picture(RGB, 8, 8, RAMP);
    cut_bytes icc = {cut_alloc_zero(150000, 1), 150000}, file = {0};
    cut_bytes found = {0};
    for (size_t i = 128; i < icc.size; i++)
        icc.data[i] = (uint8_t)next_random();
    memcpy(icc.data, icc_profile, 128);
    const uint8_t size[4] = {0, 2, 0x49, 0xF0};
    memcpy(icc.data, size, 4);
    CHECK_EQUAL(cut_jpeg_encode(&file, &image, 80, &icc, NULL), CUT_OK);
    CHECK_EQUAL(
        cut_icc_read(&found, file.data, file.size, CUT_FORMAT_JPEG, NULL),
        CUT_OK);
    CHECK(found.size == icc.size &&
          memcmp(found.data, icc.data, icc.size) == 0);
    cut_bytes_free(&found);
    cut_bytes_free(&file);
    cut_bytes_free(&icc);
    cut_image_free(&image);
}

static void a_webp_gets_its_profile_and_keeps_its_size_and_alpha(void)
{
    static const struct {
        const uint8_t *bytes;
        size_t size;
        int alpha;
    } cases[] = {{webp_lossy, sizeof webp_lossy, 0},
                 {webp_alpha, sizeof webp_alpha, 1},
                 {webp_lossless, sizeof webp_lossless, 1}};
    for (size_t i = 0; i < 3; i++) {
        cut_bytes icc = profile("RGB "), file = {0}, found = {0};
        CHECK_EQUAL(cut_webp_with_icc(&file, cases[i].bytes, cases[i].size,
                                      &icc, 13, 9, NULL),
                    CUT_OK);
        cut_probe probe = {0};
        CHECK_EQUAL(cut_image_probe(&probe, file.data, file.size, NULL),
                    CUT_OK);
        CHECK(probe.w == 13 && probe.h == 9);
        CHECK_EQUAL(probe.has_alpha_channel, cases[i].alpha);
        CHECK_EQUAL(
            cut_icc_read(&found, file.data, file.size, CUT_FORMAT_WEBP, NULL),
            CUT_OK);
        CHECK(found.size == icc.size &&
              memcmp(found.data, icc.data, icc.size) == 0);
        uint32_t riff = (uint32_t)(file.data[4] | file.data[5] << 8);
        CHECK_EQUAL(riff + 8, file.size);
        cut_bytes_free(&found);
        cut_bytes_free(&file);
        CHECK_EQUAL(cut_webp_with_icc(&file, cases[i].bytes, cases[i].size,
                                      &icc, 13, 10, NULL),
                    CUT_E_ENCODE);
        cut_bytes_free(&icc);
    }
    static const cut_bytes none = {0};
    cut_bytes file = {0};
    CHECK_EQUAL(cut_webp_with_icc(&file, webp_lossy, sizeof webp_lossy, &none,
                                  13, 9, NULL),
                CUT_OK);
    CHECK(file.size == sizeof webp_lossy &&
          memcmp(file.data, webp_lossy, file.size) == 0);
    cut_bytes_free(&file);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

/* Chunks of RIFF are padded to an even length, which does not count. */
static void a_profile_of_an_odd_length_is_padded(void)
{
    for (size_t more = 0; more < 4; more++) {
        cut_bytes icc = profile("RGB "), file = {0}, found = {0};
        uint8_t *longer = cut_alloc_zero(icc.size + more, 1);
        memcpy(longer, icc.data, icc.size);
        cut_bytes_free(&icc);
        icc = (cut_bytes){longer, cut_be32(longer) + more};
        cut_put_be32(longer, (uint32_t)icc.size);
        CHECK_EQUAL(cut_webp_with_icc(&file, webp_lossy, sizeof webp_lossy,
                                      &icc, 13, 9, NULL),
                    CUT_OK);
        CHECK_EQUAL(
            cut_icc_read(&found, file.data, file.size, CUT_FORMAT_WEBP, NULL),
            CUT_OK);
        CHECK_EQUAL(found.size, icc.size);
        CHECK(file.size % 2 == 0);
        /* the picture follows as it was */
        CHECK(memcmp(file.data + file.size - (sizeof webp_lossy - 12),
                     webp_lossy + 12, sizeof webp_lossy - 12) == 0);
        cut_bytes_free(&file);
        cut_bytes_free(&found);
        cut_bytes_free(&icc);
    }
}

/* encoder 0: PNG, 1: JPEG, 2: WebP; the result must carry its profile. */
static cut_status encode(int encoder, cut_bytes *file, cut_image *image,
                         const cut_bytes *icc)
{
    if (encoder == 0) return cut_png_encode(file, image, icc, NULL);
    if (encoder == 1) return cut_jpeg_encode(file, image, 90, icc, NULL);
    return cut_webp_with_icc(file, webp_lossy, sizeof webp_lossy, icc, 13, 9,
                             NULL);
}

static void a_refused_allocation_is_out_of_memory_never_a_lost_profile(void)
{
    static const cut_format formats[3] = {CUT_FORMAT_PNG, CUT_FORMAT_JPEG,
                                          CUT_FORMAT_WEBP};
    for (int encoder = 0; encoder < 3; encoder++) {
        int refused = 0, good = 0;
        for (uint32_t n = 1; n < 30; n++) {
            cut_image image = picture(RGB, 50, 40, NOISE);
            cut_bytes icc = profile("RGB "), file = {0}, found = {0};
            cut_alloc_fail_at(n);
            cut_status status = encode(encoder, &file, &image, &icc);
            cut_alloc_fail_at(0);
            CHECK(status == CUT_OK || status == CUT_E_MEMORY);
            refused += status == CUT_E_MEMORY;
            if (status == CUT_OK) {
                CHECK_EQUAL(cut_icc_read(&found, file.data, file.size,
                                         formats[encoder], NULL),
                            CUT_OK);
                CHECK_EQUAL(found.size, icc.size);
                good++; /* also when only a shrink was refused */
            }
            cut_bytes_free(&found);
            cut_bytes_free(&file);
            cut_bytes_free(&icc);
            cut_image_free(&image);
            CHECK_EQUAL(cut_live_blocks(), 0);
        }
        CHECK(refused > 0 && good > 0);
    }
}

int main(void)
{
    a_png_holds_every_pixel_in_the_smallest_colour_type();
    a_profile_goes_with_its_kind_of_picture_only();
    the_filter_of_a_row_is_right_and_the_cheapest_of_four();
    of_equal_filters_the_simplest_is_taken();
    the_filter_of_a_long_row_is_nearly_the_cheapest();
    a_jpeg_keeps_its_colours_and_profile();
    a_long_profile_is_split_over_jpeg_segments();
    a_webp_gets_its_profile_and_keeps_its_size_and_alpha();
    a_profile_of_an_odd_length_is_padded();
    a_refused_allocation_is_out_of_memory_never_a_lost_profile();
    return CHECK_DONE();
}
