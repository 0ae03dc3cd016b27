/*
 * Colour spaces against what LittleCMS 2.14 answers (relative colorimetric,
 * by Pillow's ImageCms), and what a PNG says about itself.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "image/chunks.h"
#include "image/colour_space.h"
#include "image/icc.h"
#include "image/png.h"

/* ---- PNGs that are nothing but chunks ---------------------------------- */

static uint8_t png[512];
static size_t png_size;

static void put_chunk(const char *type, const void *data, size_t size)
{
    uint8_t *p = png + png_size;
    memcpy(p + 8, data, size);
    cut_png_close_chunk(p, type, size);
    png_size += 12 + size;
}

static void start_png(void)
{
    memcpy(png, "\x89PNG\r\n\x1A\n", 8);
    png_size = 8;
    put_chunk("IHDR", "\0\0\0\1\0\0\0\1\10\2\0\0\0", 13);
}

static void put_gamma(uint32_t gamma)
{
    uint8_t data[4] = {(uint8_t)(gamma >> 24), (uint8_t)(gamma >> 16),
                       (uint8_t)(gamma >> 8), (uint8_t)gamma};
    put_chunk("gAMA", data, 4);
}

static void put_primaries(const uint32_t xy[8])
{
    uint8_t data[32];
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 4; k++)
            data[i * 4 + k] = (uint8_t)(xy[i] >> (24 - k * 8));
    put_chunk("cHRM", data, 32);
}

static const uint32_t adobe_rgb[8] = {31270, 32900, 64000, 33000,
                                      21000, 71000, 15000, 6000};
static const uint32_t bt709[8] = {31270, 32900, 64000, 33000,
                                  30000, 60000, 15000, 6000};

/* The space that the PNG says; whether it says any. */
static int said(cut_colour_space *out)
{
    cut_bytes icc;
    CHECK_EQUAL(cut_colour_profile_of_png(&icc, png, png_size, NULL), CUT_OK);
    int any = icc.data != NULL;
    CHECK(cut_colour_space_read(out, &icc));
    if (any) CHECK_EQUAL(cut_icc_colour_space(&icc), CUT_ICC_RGB);
    cut_bytes_free(&icc);
    return any;
}

/* ---- colours ----------------------------------------------------------- */

enum { COLOURS = 6 };
static const uint8_t asked[COLOURS][3] = {{0x33, 0x66, 0xCC}, {255, 0, 0},
                                          {0, 255, 0},        {128, 128, 128},
                                          {10, 20, 30},       {250, 240, 10}};

/* The largest difference to the answers wanted. */
static int largest(const cut_colour_space *from, const cut_colour_space *to,
                   const uint8_t want[COLOURS][3])
{
    static cut_colour_map map;
    cut_colour_map_between(&map, from, to);
    int max = 0;
    for (int i = 0; i < COLOURS; i++) {
        uint8_t px[4] = {asked[i][0], asked[i][1], asked[i][2], 255};
        cut_colour_map_pixels(&map, px, 1);
        for (int c = 0; c < 3; c++) {
            int d = abs(px[c] - want[i][c]);
            if (d > max) max = d;
        }
    }
    return max;
}

static const struct {
    const char *name;
    uint8_t cicp[4];
    uint32_t gamma;
    const uint32_t *primaries;
    uint8_t into[COLOURS][3], out_of[COLOURS][3];
} spaces[] = {
    {"Display P3",
     {12, 13, 0, 1},
     0,
     NULL,
     {{64, 101, 197},
      {234, 51, 35},
      {117, 251, 76},
      {128, 128, 128},
      {12, 20, 29},
      {248, 240, 81}},
     {{26, 104, 211},
      {255, 0, 0},
      {0, 255, 0},
      {128, 128, 128},
      {7, 20, 31},
      {252, 240, 0}}},
    {"linear",
     {0},
     100000,
     bt709,
     {{8, 34, 154},
      {255, 0, 0},
      {0, 255, 0},
      {55, 55, 55},
      {1, 2, 3},
      {244, 222, 1}},
     {{124, 170, 231},
      {255, 0, 0},
      {0, 255, 0},
      {188, 188, 188},
      {56, 79, 96},
      {253, 248, 56}}},
    {"Adobe RGB",
     {0},
     45455,
     adobe_rgb,
     {{72, 102, 200},
      {219, 0, 0},
      {144, 255, 60},
      {127, 127, 127},
      {21, 27, 35},
      {247, 240, 58}},
     {{0, 102, 208},
      {255, 0, 0},
      {0, 255, 0},
      {129, 129, 129},
      {0, 12, 24},
      {254, 240, 0}}},
};

static void colours_go_to_other_spaces_as_with_littlecms(void)
{
    cut_colour_space srgb, space;
    cut_colour_space_srgb(&srgb);
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        start_png();
        if (spaces[i].cicp[0]) put_chunk("cICP", spaces[i].cicp, 4);
        if (spaces[i].gamma) put_gamma(spaces[i].gamma);
        if (spaces[i].primaries) put_primaries(spaces[i].primaries);
        CHECK(said(&space));
        CHECK(largest(&srgb, &space, spaces[i].into) <= 1);
        CHECK(largest(&space, &srgb, spaces[i].out_of) <= 1);
    }
}

/* Values of a larger space return to what they were. */
static void there_and_back_is_the_same_colour(void)
{
    static cut_colour_map there, back;
    cut_colour_space srgb, p3;
    cut_colour_space_srgb(&srgb);
    start_png();
    put_chunk("cICP", spaces[0].cicp, 4);
    said(&p3);
    cut_colour_map_between(&there, &srgb, &p3);
    cut_colour_map_between(&back, &p3, &srgb);
    int max = 0;
    for (int i = 0; i < 17 * 17 * 17; i++) {
        uint8_t was[4] = {(uint8_t)(i % 17 * 15), (uint8_t)(i / 17 % 17 * 15),
                          (uint8_t)(i / 289 * 15), 255},
                px[4];
        memcpy(px, was, 4);
        cut_colour_map_pixels(&there, px, 1);
        cut_colour_map_pixels(&back, px, 1);
        for (int c = 0; c < 3; c++)
            if (abs(px[c] - was[c]) > max) max = abs(px[c] - was[c]);
    }
    CHECK(max <= 7); /* so much of a dark channel is lost in 8 bits */
}

static void clear_pixels_and_the_same_space_change_nothing(void)
{
    static cut_colour_map map;
    cut_colour_space srgb, p3;
    cut_colour_space_srgb(&srgb);
    start_png();
    put_chunk("cICP", spaces[0].cicp, 4);
    said(&p3);
    uint8_t px[8] = {9, 200, 30, 0, 9, 200, 30, 1}, was[8];
    memcpy(was, px, 8);
    cut_colour_map_between(&map, &srgb, &srgb);
    CHECK(map.same);
    cut_colour_map_pixels(&map, px, 2);
    CHECK(memcmp(px, was, 8) == 0);
    cut_colour_map_between(&map, &srgb, &p3);
    cut_colour_map_pixels(&map, px, 2);
    CHECK(memcmp(px, was, 4) == 0);
    CHECK(memcmp(px + 4, was + 4, 3) != 0 && px[7] == 1);
}

/* ---- what counts ------------------------------------------------------- */

static void srgb_is_no_profile(void)
{
    cut_colour_space space;
    start_png();
    CHECK(!said(&space));
    put_gamma(45455);
    CHECK(!said(&space));
    start_png();
    put_chunk("cICP", (uint8_t[4]){1, 13, 0, 1}, 4);
    CHECK(!said(&space));
    start_png();
    put_primaries(adobe_rgb); /* without a gamma browsers leave it out */
    CHECK(!said(&space));
}

/* The space that is said shows a grey as these. */
static int shows(uint8_t grey, uint8_t as)
{
    cut_colour_space space, srgb;
    static cut_colour_map map;
    if (!said(&space)) return 0;
    cut_colour_space_srgb(&srgb);
    cut_colour_map_between(&map, &space, &srgb);
    uint8_t px[4] = {grey, grey, grey, 255};
    cut_colour_map_pixels(&map, px, 1);
    return px[0] == as && px[1] == as && px[2] == as;
}

/* The numbers are Chromium's. */
static void a_gamma_beside_primaries_is_no_srgb(void)
{
    start_png();
    put_gamma(45455);
    put_primaries(bt709);
    put_gamma(100000); /* the first counts */
    put_primaries(adobe_rgb);
    CHECK(shows(20, 12) && shows(128, 129) && shows(200, 201));
}

static void numbers_of_films_are_shown_by_the_gamma_of_screens(void)
{
    static const uint8_t films[] = {1, 6, 14, 15}, primaries[] = {1, 9, 11};
    for (size_t i = 0; i < sizeof films * sizeof primaries; i++) {
        start_png();
        put_chunk("cICP", (uint8_t[4]){primaries[i / 4], films[i % 4], 0, 1},
                  4);
        CHECK(shows(10, 1) && shows(40, 28) && shows(128, 121) &&
              shows(200, 197));
    }
}

static void numbers_of_another_range_or_matrix_say_nothing(void)
{
    cut_colour_space space;
    for (uint8_t i = 0; i < 3; i++) {
        start_png();
        put_chunk("cICP", (uint8_t[4]){12, 13, i > 0, i > 1}, 4);
        CHECK(!said(&space));
        put_gamma(100000); /* what stands behind them counts */
        CHECK(said(&space));
    }
}

static void sRGB_counts_more_than_gAMA_and_cICP_more_than_sRGB(void)
{
    cut_colour_space space;
    start_png();
    put_gamma(100000);
    put_chunk("sRGB", "\0", 1);
    CHECK(!said(&space));
    put_chunk("cICP", spaces[0].cicp, 4);
    CHECK(said(&space));
}

static void what_is_said_wrongly_is_not_said(void)
{
    static const uint32_t point[8] = {31270, 32900, 30000, 30000,
                                      30000, 30000, 30000, 30000};
    static const uint32_t nothing[8] = {0};
    cut_colour_space space;
    start_png();
    put_gamma(0);
    CHECK(!said(&space));
    put_gamma(100000);
    put_primaries(point);
    CHECK(!said(&space));
    start_png();
    put_gamma(100000);
    put_primaries(nothing);
    CHECK(!said(&space));
    start_png();
    put_chunk("cICP", (uint8_t[4]){9, 16, 0, 1}, 4); /* PQ: no such curve */
    CHECK(!said(&space));
}

/* A profile that is cut anywhere is read or refused, never read beyond. */
static void a_damaged_profile_is_srgb(void)
{
    cut_bytes icc;
    cut_colour_space srgb, space;
    cut_colour_space_srgb(&srgb);
    start_png();
    put_chunk("cICP", spaces[0].cicp, 4);
    cut_colour_profile_of_png(&icc, png, png_size, NULL);
    for (size_t size = 1; size < icc.size; size++) {
        uint8_t *copy = malloc(size);
        memcpy(copy, icc.data, size);
        cut_bytes part = {copy, size};
        if (!cut_colour_space_read(&space, &part))
            CHECK(memcmp(&space, &srgb, sizeof srgb) == 0);
        free(copy);
    }
    memset(icc.data + 132 + 3 * 12, 'x', 4); /* no red */
    CHECK(!cut_colour_space_read(&space, &icc));
    CHECK(memcmp(&space, &srgb, sizeof srgb) == 0);
    cut_bytes_free(&icc);
}

/* ---- curves ------------------------------------------------------------ */

/* A grey profile of one curve: its tag follows the header and a list of one. */
static int read_grey(cut_colour_space *out, const uint8_t *tag, size_t size)
{
    uint8_t icc[256] = {0};
    memcpy(icc + 16, "GRAYXYZ ", 8);
    icc[131] = 1;
    memcpy(icc + 132, "kTRC", 4);
    icc[139] = 144;
    icc[143] = (uint8_t)size;
    memcpy(icc + 144, tag, size);
    return cut_colour_space_read(out, &(cut_bytes){icc, 144 + size});
}

/* parametricCurveType by the five formulas of ICC.1:2010, table 65. */
static void parametric_curves_are_those_of_the_standard(void)
{
    static const int numbers[5] = {1, 3, 4, 5, 7};
    static const double v[5][7] = {
        {2.2},
        {1.8, 0.9, 0.1},
        {1.8, 0.75, -0.125, 0.25},
        {2.4, 0.95, 0.05, 0.0625, 0.0625},
        {2.4, 0.75, 0.0625, 0.25, 0.125, 0.125, 0.03125}};
    for (int kind = 0; kind < 5; kind++) {
        const double *p = v[kind];
        uint8_t tag[40] = "para";
        tag[9] = (uint8_t)kind;
        for (int i = 0; i < numbers[kind]; i++) {
            int32_t fixed = (int32_t)(p[i] * 65536);
            for (int k = 0; k < 4; k++)
                tag[12 + i * 4 + k] = (uint8_t)((uint32_t)fixed >>
                                                (24 - 8 * k));
        }
        cut_colour_space space;
        CHECK(read_grey(&space, tag, 12 + 4 * (size_t)numbers[kind]));
        double a = kind ? p[1] : 1, b = kind ? p[2] : 0;
        double from = kind == 0 ? 0 : kind < 3 ? -b / a : p[4], most = 0;
        for (int i = 0; i < 256; i++) {
            double x = i / 255.0, y;
            if (x >= from)
                y = pow(a * x + b, p[0]) + (kind == 2   ? p[3]
                                            : kind == 4 ? p[5]
                                                        : 0);
            else
                y = kind < 3 ? p[3] : p[3] * x + (kind == 4 ? p[6] : 0);
            double error = fabs((double)space.linear[1][i] - fmin(y, 1));
            if (!(error <= most)) most = error;
        }
        CHECK(most < 1e-4);
        if (most >= 1e-4) printf("kind %d: off by %g\n", kind, most);
    }
}

static void a_curve_that_falls_stays_where_it_was(void)
{
    const uint8_t tag[] = {'c', 'u', 'r', 'v', 0,    0,    0,    0, 0,    0,
                           0,   4,   0,   0,   0xFF, 0xFF, 0x80, 0, 0xFF, 0xFF};
    cut_colour_space space;
    CHECK(read_grey(&space, tag, sizeof tag));
    CHECK(space.linear[0][0] == 0 && space.linear[0][85] == 1);
    for (int i = 85; i < 256; i++) CHECK(space.linear[0][i] == 1);
}

/* As libpng shows it: what a damaged chunk says changes no colour, and hides
 * nothing that another one says. */
static void a_chunk_whose_sum_is_wrong_says_nothing(void)
{
    cut_colour_space space;
    for (int i = 0; i < 3; i++) {
        start_png();
        size_t from = png_size;
        if (i == 0) put_gamma(100000);
        if (i == 1) put_chunk("cICP", spaces[0].cicp, 4);
        if (i == 2) put_chunk("sRGB", "\0", 1);
        size_t end = png_size;
        if (i == 2) put_gamma(100000);
        CHECK_EQUAL(said(&space), i < 2);
        for (size_t at = from + 8; at < end; at++) {
            png[at] ^= 16; /* of its data, then of its sum */
            CHECK_EQUAL(said(&space), i == 2);
            png[at] ^= 16;
        }
    }
    start_png();
    put_primaries(adobe_rgb);
    size_t end = png_size;
    put_gamma(45455);
    CHECK_EQUAL(said(&space), 1);
    png[end - 20] ^= 1;
    CHECK_EQUAL(said(&space), 0); /* 1 / 2.2 alone is sRGB */
}

int main(void)
{
    parametric_curves_are_those_of_the_standard();
    a_curve_that_falls_stays_where_it_was();
    colours_go_to_other_spaces_as_with_littlecms();
    there_and_back_is_the_same_colour();
    clear_pixels_and_the_same_space_change_nothing();
    srgb_is_no_profile();
    a_gamma_beside_primaries_is_no_srgb();
    numbers_of_films_are_shown_by_the_gamma_of_screens();
    numbers_of_another_range_or_matrix_say_nothing();
    sRGB_counts_more_than_gAMA_and_cICP_more_than_sRGB();
    what_is_said_wrongly_is_not_said();
    a_chunk_whose_sum_is_wrong_says_nothing();
    a_damaged_profile_is_srgb();
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
    return CHECK_DONE();
}
