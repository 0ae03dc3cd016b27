/* Files of other encoders, whole and damaged: what they are, what comes out,
 * and that nothing stays behind. Long because each format has its own. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "fixtures.h"
#include "image/decode.h"
#include "image/exif.h"
#include "image/icc.h"
#include "image/jpeg.h"
#include "image/orient.h"

enum { W = 13, H = 9 };

typedef struct file {
    const char *name;
    const uint8_t *bytes;
    size_t size;
} file;

#define FILE_OF(name) {#name, name, sizeof name}

static const file all[] = {
    FILE_OF(jpeg_baseline),  FILE_OF(jpeg_progressive), FILE_OF(jpeg_grey),
    FILE_OF(jpeg_cmyk),      FILE_OF(jpeg_exif6_icc),   FILE_OF(png_rgba),
    FILE_OF(png_interlaced), FILE_OF(png_sixteen),      FILE_OF(png_grey_alpha),
    FILE_OF(png_palette),    FILE_OF(png_one_bit),      FILE_OF(png_icc_exif6),
    FILE_OF(bmp_rgb),        FILE_OF(gif_two_frames)};
static const file webps[] = {FILE_OF(webp_lossy), FILE_OF(webp_alpha),
                             FILE_OF(webp_lossless), FILE_OF(webp_exif6_icc)};
enum { ALL = sizeof all / sizeof *all, WEBPS = sizeof webps / sizeof *webps };

/* The picture that tools/make-fixtures.py wrote. */
static void fixture_pixel(uint8_t *p, int x, int y)
{
    p[0] = (uint8_t)(x * 19);
    p[1] = (uint8_t)(y * 27);
    p[2] = (uint8_t)(x * y * 5 + 40);
    p[3] = (uint8_t)(x > 3 ? 255 : x * 80);
}

/* Probe and decode; the status of whichever fails. */
static cut_status read(cut_image *out, const uint8_t *bytes, size_t size,
                       cut_error *error)
{
    cut_probe probe;
    cut_status status = cut_image_probe(&probe, bytes, size, error);
    return status ? status : cut_image_decode(out, bytes, size, &probe, error);
}

static int largest_difference(const cut_image *image, const uint8_t *rgb)
{
    int max = 0;
    for (int i = 0; i < image->w * image->h; i++)
        for (int c = 0; c < 3; c++) {
            int d = abs((int)image->px[i * 4 + c] - (int)rgb[i * 3 + c]);
            if (d > max) max = d;
        }
    return max;
}

static int differing_pixels(const cut_image *image, int channels)
{
    int differing = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            uint8_t want[4];
            fixture_pixel(want, x, y);
            const uint8_t *got = image->px + (y * W + x) * 4;
            differing += memcmp(got, want, (size_t)channels) != 0 ||
                         (channels == 3 && got[3] != 255);
        }
    return differing;
}

static void lossless_files_decode_to_exactly_their_pixels(void)
{
    static const struct {
        file f;
        int channels;
    } cases[] = {{FILE_OF(png_rgba), 4},    {FILE_OF(png_interlaced), 4},
                 {FILE_OF(png_sixteen), 4}, {FILE_OF(png_icc_exif6), 4},
                 {FILE_OF(png_palette), 3}, {FILE_OF(bmp_rgb), 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = {0};
        CHECK_EQUAL(read(&image, cases[i].f.bytes, cases[i].f.size, NULL),
                    CUT_OK);
        if (!image.px) continue;
        CHECK_EQUAL(image.w, W);
        CHECK_EQUAL(image.h, H);
        CHECK_EQUAL(differing_pixels(&image, cases[i].channels), 0);
        cut_image_free(&image);
    }
}

/* The inverse DCT and the chroma filter differ from libjpeg's by rounding:
 * observed 2, 3 and 3. */
static void jpegs_decode_as_libjpeg_does(void)
{
    static const struct {
        file f;
        const uint8_t *rgb;
    } cases[] = {{FILE_OF(jpeg_baseline), jpeg_baseline_rgb},
                 {FILE_OF(jpeg_progressive), jpeg_progressive_rgb},
                 {FILE_OF(jpeg_cmyk), jpeg_cmyk_rgb}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = {0};
        CHECK_EQUAL(read(&image, cases[i].f.bytes, cases[i].f.size, NULL),
                    CUT_OK);
        if (!image.px) continue;
        int difference = largest_difference(&image, cases[i].rgb);
        if (difference > 4) printf("%s\n", cases[i].f.name);
        CHECK(difference <= 4);
        cut_image_free(&image);
    }
}

static void a_gif_gives_its_first_frame_only(void)
{
    cut_image image = {0};
    CHECK_EQUAL(read(&image, gif_two_frames, sizeof gif_two_frames, NULL),
                CUT_OK);
    static const uint8_t want[4] = {200, 100, 50, 255};
    CHECK(image.px && memcmp(image.px, want, 4) == 0);
    cut_image_free(&image);
}

/* Of halved chroma that has one or two columns libjpeg repeats each, so that no
 * colour runs into its neighbour. */
static void chroma_of_a_narrow_jpeg_is_repeated(void)
{
    cut_image image = {cut_alloc(4 * 16, 4), 4, 16, 1}, found = {0};
    cut_bytes file = {0}, none = {0};
    for (int i = 0; i < 4 * 16; i++)
        memcpy(image.px + i * 4,
               i % 4 < 2 ? (uint8_t[4]){150, 60, 60, 255}
                         : (uint8_t[4]){40, 100, 170, 255},
               4);
    CHECK_EQUAL(cut_jpeg_encode(&file, &image, 90, &none, NULL), CUT_OK);
    CHECK_EQUAL(read(&found, file.data, file.size, NULL), CUT_OK);
    int most = 0;
    for (int i = 0; found.px && i < 4 * 16 * 4; i++) {
        int d = abs(found.px[i] - image.px[i]);
        if (d > most) most = d;
    }
    CHECK(most <= 12); /* 2; 30 where it is not */
    cut_image_free(&image);
    cut_image_free(&found);
    cut_bytes_free(&file);
}

/* As browsers show it. */
static void cmyk_is_the_same_with_adobes_marker_and_without(void)
{
    cut_image with = {0}, without = {0};
    CHECK_EQUAL(read(&with, jpeg_cmyk, sizeof jpeg_cmyk, NULL), CUT_OK);
    CHECK_EQUAL(read(&without, jpeg_cmyk_plain, sizeof jpeg_cmyk_plain, NULL),
                CUT_OK);
    CHECK(with.px && without.px && with.w == without.w &&
          memcmp(with.px, without.px, (size_t)(with.w * with.h) * 4) == 0);
    cut_image_free(&with);
    cut_image_free(&without);
}

/* The frame header of a baseline file, turned into what stb cannot read. */
static void other_jpeg_processes_are_refused_by_name(void)
{
    static const struct {
        uint8_t sof, bits;
        const char *word;
    } cases[] = {{0xC3, 8, "Lossless"},
                 {0xC5, 8, "Hierarchical"},
                 {0xC9, 8, "arithmetic"},
                 {0xCA, 8, "arithmetic"},
                 {0xC1, 12, "8 bits"}};
    static uint8_t copy[sizeof jpeg_baseline];
    size_t at = 2;
    while (jpeg_baseline[at + 1] != 0xC0)
        at += 2 + (size_t)(jpeg_baseline[at + 2] << 8 | jpeg_baseline[at + 3]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(copy, jpeg_baseline, sizeof copy);
        copy[at + 1] = cases[i].sof;
        copy[at + 4] = cases[i].bits;
        cut_error error = {{0}};
        cut_probe probe;
        CHECK_EQUAL(cut_image_probe(&probe, copy, sizeof copy, &error),
                    CUT_E_VARIANT);
        CHECK(strstr(error.text, cases[i].word) != NULL);
    }
}

static void a_png_with_other_data_than_its_header_says_is_corrupt(void)
{
    cut_image image = {0};
    cut_peak_reset();
    uint32_t before = cut_live_bytes();
    CHECK_EQUAL(read(&image, png_too_much, sizeof png_too_much, NULL),
                CUT_E_CORRUPT);
    CHECK(cut_peak_bytes() - before < 65536); /* of 3 MB that it holds */
    CHECK_EQUAL(read(&image, png_too_little, sizeof png_too_little, NULL),
                CUT_E_CORRUPT);
    CHECK(image.px == NULL);
}

static void too_large_headers_are_refused_without_memory(void)
{
    static uint8_t copy[sizeof png_rgba];
    static const uint32_t sides[][2] = {{65500, 65500},
                                        {32769, 1},
                                        {1, 32769},
                                        {10001, 10000},
                                        {0x7FFFFFFF, 0x7FFFFFFF}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        memcpy(copy, png_rgba, sizeof copy);
        for (int k = 0; k < 8; k++)
            copy[16 + k] = (uint8_t)(sides[i][k / 4] >> (24 - k % 4 * 8));
        cut_probe probe;
        cut_peak_reset();
        CHECK_EQUAL(cut_image_probe(&probe, copy, sizeof copy, NULL),
                    CUT_E_TOO_LARGE);
        CHECK_EQUAL(cut_peak_bytes(), cut_live_bytes());
    }
}

static void what_is_no_picture_has_its_own_status(void)
{
    cut_probe probe;
    CHECK_EQUAL(cut_image_probe(&probe, jpeg_grey, 0, NULL), CUT_E_EMPTY);
    CHECK_EQUAL(cut_image_probe(&probe, NULL, 0, NULL), CUT_E_EMPTY);
    static const uint8_t text[] = "BMpretending to be a picture, but text";
    CHECK_EQUAL(cut_image_probe(&probe, text, sizeof text, NULL), CUT_E_FORMAT);
}

static void every_format_is_told_by_its_content(void)
{
    for (size_t i = 0; i < ALL; i++) {
        const char *name = cut_format_name(cut_image_sniff(all[i].bytes, 32));
        CHECK(*name && strncmp(all[i].name, name, strlen(name)) == 0);
        CHECK_EQUAL(cut_image_sniff(all[i].bytes, 1), CUT_FORMAT_NONE);
    }
}

static void webp_headers_of_all_three_kinds_give_size_and_alpha(void)
{
    static const int alpha[WEBPS] = {0, 1, 1, 1};
    for (size_t i = 0; i < WEBPS; i++) {
        cut_probe probe = {0};
        CHECK_EQUAL(
            cut_image_probe(&probe, webps[i].bytes, webps[i].size, NULL),
            CUT_OK);
        CHECK_EQUAL(probe.format, CUT_FORMAT_WEBP);
        CHECK_EQUAL(probe.w, W);
        CHECK_EQUAL(probe.h, H);
        CHECK_EQUAL(probe.has_alpha_channel, alpha[i]);
        CHECK_EQUAL(probe.orientation, i == 3 ? 6 : 1);
    }
}

static void orientation_and_profile_come_from_jpeg_png_and_webp(void)
{
    static const file cases[] = {FILE_OF(jpeg_exif6_icc),
                                 FILE_OF(png_icc_exif6),
                                 FILE_OF(webp_exif6_icc)};
    for (size_t i = 0; i < 3; i++) {
        cut_format format = cut_image_sniff(cases[i].bytes, 32);
        CHECK_EQUAL(cut_exif_orientation(cases[i].bytes, cases[i].size, format),
                    6);
        cut_bytes icc = {0};
        CHECK_EQUAL(
            cut_icc_read(&icc, cases[i].bytes, cases[i].size, format, NULL),
            CUT_OK);
        CHECK_EQUAL(icc.size, sizeof icc_profile);
        CHECK(icc.data &&
              memcmp(icc.data, icc_profile, sizeof icc_profile) == 0);
        CHECK_EQUAL(cut_icc_colour_space(&icc), CUT_ICC_RGB);
        cut_bytes_free(&icc);
    }
}

/* The whole profile is swallowed in parts that come in the wrong order. */
static void profile_parts_may_come_in_any_order(void)
{
    enum { HALF = sizeof icc_profile / 2, REST = sizeof icc_profile - HALF };
    static uint8_t made[sizeof jpeg_baseline + sizeof icc_profile + 64];
    for (int variant = 0; variant < 3; variant++) {
        size_t at = 2;
        memcpy(made, jpeg_baseline, 2);
        for (int k = 0; k < 2; k++) { /* part 2, then part 1 */
            size_t size = k ? HALF : REST;
            uint8_t number = (uint8_t)(k ? 1 : 2);
            if (variant == 1) number = 1;         /* the same part twice */
            uint8_t count = variant == 2 ? 3 : 2; /* one is missing */
            const uint8_t head[4] = {0xFF, 0xE2, (uint8_t)((size + 16) >> 8),
                                     (uint8_t)(size + 16)};
            memcpy(made + at, head, 4);
            memcpy(made + at + 4, "ICC_PROFILE", 12);
            made[at + 16] = number;
            made[at + 17] = count;
            memcpy(made + at + 18, icc_profile + (k ? 0 : HALF), size);
            at += 18 + size;
        }
        memcpy(made + at, jpeg_baseline + 2, sizeof jpeg_baseline - 2);
        at += sizeof jpeg_baseline - 2;
        cut_bytes icc = {0};
        CHECK_EQUAL(cut_icc_read(&icc, made, at, CUT_FORMAT_JPEG, NULL),
                    CUT_OK);
        if (variant)
            CHECK(icc.data == NULL);
        else
            CHECK(icc.size == sizeof icc_profile &&
                  memcmp(icc.data, icc_profile, icc.size) == 0);
        cut_bytes_free(&icc);
    }
}

/* A status of the list, a picture of the promised size, nothing left. */
static cut_status survive(const uint8_t *bytes, size_t size)
{
    cut_error error = {{0}};
    cut_probe probe;
    cut_image image = {0};
    cut_bytes icc = {0};
    cut_status status = cut_image_probe(&probe, bytes, size, &error);
    if (!status && probe.format != CUT_FORMAT_WEBP)
        status = cut_image_decode(&image, bytes, size, &probe, &error);
    CHECK(status == CUT_OK || error.text[0]);
    if (!status) {
        if (image.px) CHECK(image.w == probe.w && image.h == probe.h);
        CHECK_EQUAL(cut_icc_read(&icc, bytes, size, probe.format, &error),
                    CUT_OK);
    }
    cut_image_free(&image);
    cut_bytes_free(&icc);
    CHECK_EQUAL(cut_live_blocks(), 0);
    return status;
}

/* The pixels of a file, 0 blocks when it has none. Freed by the caller. */
static cut_image pixels_of(const uint8_t *bytes, size_t size)
{
    cut_probe probe;
    cut_image image = {0};
    if (!cut_image_probe(&probe, bytes, size, NULL))
        cut_image_decode(&image, bytes, size, &probe, NULL);
    return image;
}

/* From a heap block of that very size, so that ASan sees a read beyond. What
 * is cut off may be no pixel: an end marker, a trailer, a checksum. */
static void a_file_cut_off_anywhere_is_an_error_or_the_whole_picture(void)
{
    for (size_t i = 0; i < ALL + WEBPS; i++) {
        const file *f = i < ALL ? &all[i] : &webps[i - ALL];
        for (size_t size = 1; size < f->size; size++) {
            uint8_t *copy = malloc(size);
            if (!copy) return;
            memcpy(copy, f->bytes, size);
            if (survive(copy, size) == CUT_OK && i < ALL) {
                cut_image part = pixels_of(copy, size);
                cut_image whole = pixels_of(f->bytes, f->size);
                CHECK(part.px && part.w == whole.w && part.h == whole.h &&
                      memcmp(part.px, whole.px,
                             (size_t)(whole.w * whole.h) * 4) == 0);
                cut_image_free(&part);
                cut_image_free(&whole);
            }
            free(copy);
        }
    }
}

static void flipped_bits_never_break_out(void)
{
    uint32_t random = 7;
    for (size_t i = 0; i < ALL + WEBPS; i++) {
        const file *f = i < ALL ? &all[i] : &webps[i - ALL];
        uint8_t *copy = malloc(f->size);
        if (!copy) return;
        for (int run = 0; run < 400; run++) {
            memcpy(copy, f->bytes, f->size);
            for (int k = 0; k < 3; k++) {
                random = random * 1664525u + 1013904223u;
                copy[(random >> 8) % f->size] ^= (uint8_t)(1u << (random & 7));
            }
            /* a flipped size may be honest and huge */
            cut_memory_limit(16u << 20);
            survive(copy, f->size);
            cut_memory_limit(0);
        }
        free(copy);
    }
}

/* Status and pixels of a read over memory that held `dirt` before. */
static uint32_t read_over(int dirt, const uint8_t *bytes, size_t size)
{
    void *block[8];
    for (int i = 0; i < 8; i++) {
        block[i] = cut_alloc(3000, 1);
        if (block[i]) memset(block[i], dirt, 3000);
    }
    for (int i = 0; i < 8; i++) cut_free(block[i]);
    cut_image image = {0};
    uint32_t sum = 17 + (uint32_t)read(&image, bytes, size, NULL);
    for (int32_t i = 0; image.px && i < image.w * image.h * 4; i++)
        sum = (sum ^ image.px[i]) * 16777619u;
    cut_image_free(&image);
    return sum;
}

static void a_damaged_jpeg_never_shows_what_the_memory_held(void)
{
    uint32_t random = 11;
    static uint8_t copy[sizeof jpeg_progressive];
    for (int run = 0; run < 600; run++) {
        memcpy(copy, jpeg_progressive, sizeof copy);
        for (int k = 0; k < 2; k++) {
            random = random * 1664525u + 1013904223u;
            copy[(random >> 8) % sizeof copy] ^= (uint8_t)(1u << (random & 7));
        }
        cut_memory_limit(1u << 20);
        uint32_t clean = read_over(0, copy, sizeof copy);
        CHECK_EQUAL(read_over(0xFF, copy, sizeof copy), clean);
        cut_memory_limit(0);
    }
}

static void every_refused_allocation_is_out_of_memory_and_no_leak(void)
{
    for (size_t i = 0; i < ALL; i++) {
        int refused = 0, succeeded = 0;
        for (uint32_t n = 1; n < 40 && !succeeded; n++) {
            cut_image image = {0};
            cut_alloc_fail_at(n);
            cut_status status = read(&image, all[i].bytes, all[i].size, NULL);
            cut_alloc_fail_at(0);
            CHECK(status == CUT_OK || status == CUT_E_MEMORY);
            refused += status == CUT_E_MEMORY;
            succeeded = status == CUT_OK;
            cut_image_free(&image);
            CHECK_EQUAL(cut_live_blocks(), 0);
        }
        CHECK(refused > 0 && succeeded);
    }
}

int main(void)
{
    lossless_files_decode_to_exactly_their_pixels();
    jpegs_decode_as_libjpeg_does();
    a_gif_gives_its_first_frame_only();
    chroma_of_a_narrow_jpeg_is_repeated();
    cmyk_is_the_same_with_adobes_marker_and_without();
    other_jpeg_processes_are_refused_by_name();
    a_png_with_other_data_than_its_header_says_is_corrupt();
    too_large_headers_are_refused_without_memory();
    what_is_no_picture_has_its_own_status();
    every_format_is_told_by_its_content();
    webp_headers_of_all_three_kinds_give_size_and_alpha();
    orientation_and_profile_come_from_jpeg_png_and_webp();
    profile_parts_may_come_in_any_order();
    a_file_cut_off_anywhere_is_an_error_or_the_whole_picture();
    flipped_bits_never_break_out();
    a_damaged_jpeg_never_shows_what_the_memory_held();
    every_refused_allocation_is_out_of_memory_and_no_leak();
    return CHECK_DONE();
}
