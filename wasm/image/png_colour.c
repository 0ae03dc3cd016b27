/*
 * What a PNG says of its colours without a profile, as a profile: cICP, sRGB,
 * gAMA and cHRM. Easy to get wrong: its primaries are for its own white, a
 * profile's are adapted to D50.
 */
#include "image/colour_space.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"
#include "image/matrix.h"

/* ---- what a PNG says --------------------------------------------------- */

/* x, y of white, red, green and blue, in the order of cHRM. */
typedef struct chromaticities {
    double xy[4][2];
} chromaticities;

static const chromaticities bt709 = {
    {{0.3127, 0.3290}, {0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}};
static const chromaticities bt2020 = {
    {{0.3127, 0.3290}, {0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}};
static const chromaticities display_p3 = {
    {{0.3127, 0.3290}, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}};
static const chromaticities cinema_p3 = {
    {{0.314, 0.351}, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}};
static const chromaticities pal = {
    {{0.3127, 0.3290}, {0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}}};
static const chromaticities ntsc = {
    {{0.3127, 0.3290}, {0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}}};

static void xyz_of(double out[3], const double xy[2])
{
    out[0] = xy[0] / xy[1];
    out[1] = 1;
    out[2] = (1 - xy[0] - xy[1]) / xy[1];
}

/* Linear RGB to XYZ, adapted to D50 by Bradford's cones (ICC.1:2010, E.3).
 * 0: these are no primaries. */
static int primaries(double out[9], const chromaticities *c)
{
    static const double cones[9] = {0.8951, 0.2664, -0.1614, -0.7502, 1.7135,
                                    0.0367, 0.0389, -0.0685, 1.0296};
    static const double d50[3] = {0.9642, 1, 0.8249};
    double m[9], inverse[9], white[3], p[3];
    for (int i = 0; i < 4; i++)
        if (!(c->xy[i][1] > 0.001)) return 0;
    xyz_of(white, c->xy[0]);
    for (int i = 0; i < 3; i++) {
        xyz_of(p, c->xy[i + 1]);
        for (int k = 0; k < 3; k++) m[k * 3 + i] = p[k];
    }
    if (!cut_matrix_invert(inverse, m)) return 0;
    for (int i = 0; i < 3; i++) { /* so that all three make the white */
        double scale = inverse[i * 3] * white[0] + inverse[i * 3 + 1] +
                       inverse[i * 3 + 2] * white[2];
        for (int k = 0; k < 3; k++) m[k * 3 + i] *= scale;
    }
    double adapt[9] = {0}, back[9], half[9], whole[9];
    for (int i = 0; i < 3; i++) {
        const double *row = cones + i * 3;
        double was = row[0] * white[0] + row[1] * white[1] + row[2] * white[2];
        double is = row[0] * d50[0] + row[1] * d50[1] + row[2] * d50[2];
        if (!(was > 0.001)) return 0;
        adapt[i * 4] = is / was;
    }
    if (!cut_matrix_invert(back, cones)) return 0;
    cut_matrix_multiply(half, adapt, cones);
    cut_matrix_multiply(whole, back, half);
    cut_matrix_multiply(out, whole, m);
    return 1;
}

/* What Chromium shows the numbers of films by, in a PNG (ITU-R BT.1886). */
#define BT1886 2.4

/* What is said. Reading it answers 0 when it is nothing, sRGB, or what neither
 * a gamma nor sRGB's curve can hold (PQ, HLG). */
typedef struct said {
    chromaticities c;
    double gamma; /* of the decoding; 0: sRGB's curve */
} said;

/* Primaries and curve by the numbers of H.273; 0 for those that are not known.
 * Films' numbers are shown by `film`, the gamma of screens, or by sRGB's curve
 * where that is 0. */
static int read_cicp(said *s, uint8_t colours, uint8_t transfer, double film)
{
    switch (colours) {
    case 1: s->c = bt709; break;
    case 5: s->c = pal; break;
    case 6:
    case 7: s->c = ntsc; break;
    case 9: s->c = bt2020; break;
    case 11: s->c = cinema_p3; break;
    case 12: s->c = display_p3; break;
    default: return 0;
    }
    switch (transfer) {
    case 1:
    case 6:
    case 14:
    case 15: s->gamma = film; break;
    case 13: s->gamma = 0; break;
    case 4: s->gamma = 2.2; break;
    case 5: s->gamma = 2.8; break;
    case 8: s->gamma = 1; break;
    default: return 0;
    }
    return 1;
}

static int read_chrm(said *s, const cut_chunk *c)
{
    if (c->size != 32) return 0;
    for (int i = 0; i < 8; i++)
        s->c.xy[i / 2][i % 2] = cut_be32(c->data + i * 4) / 100000.0;
    return 1;
}

static int near(double a, double b, double by)
{
    return a - b < by && b - a < by;
}

static int is_bt709(const chromaticities *c)
{
    for (int i = 0; i < 8; i++)
        if (!near(c->xy[i / 2][i % 2], bt709.xy[i / 2][i % 2], 0.002)) return 0;
    return 1;
}

static int says_more_than_srgb(const said *s)
{
    return s->gamma > 0 || !is_bt709(&s->c);
}

/* What the chunks before the pixels say of colours without a profile; 0
 * where that is sRGB or nothing. */
static int read_words(said *s, const uint8_t *bytes, size_t size)
{
    int is_srgb = 0, has_gamma = 0, has_primaries = 0;
    *s = (said){.c = bt709};
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, CUT_FORMAT_PNG);) {
        if (c.type == CUT_TAG('I', 'D', 'A', 'T')) break;
        /* as RGB of full range; else what stands behind it counts */
        if (c.type == CUT_TAG('c', 'I', 'C', 'P') && c.size == 4 &&
            c.data[2] == 0 && c.data[3] == 1 &&
            read_cicp(s, c.data[0], c.data[1], BT1886))
            return says_more_than_srgb(s);
        is_srgb |= c.type == CUT_TAG('i', 'C', 'C', 'P') ||
                   c.type == CUT_TAG('s', 'R', 'G', 'B');
        if (c.type == CUT_TAG('g', 'A', 'M', 'A') && c.size == 4 &&
            !has_gamma) {
            uint32_t g = cut_be32(c.data);
            if (g < 1000 || g > 1000000) continue;
            s->gamma = 100000.0 / g;
            has_gamma = 1;
        }
        if (c.type == CUT_TAG('c', 'H', 'R', 'M') && !has_primaries)
            has_primaries = read_chrm(s, &c);
    }
    /* primaries alone say nothing, as in browsers */
    if (is_srgb || !has_gamma) return 0;
    /* alone, 0.45455 is what programs write for sRGB; beside primaries browsers
     * take it by its word */
    if (!has_primaries && near(s->gamma, 2.2, 0.01)) s->gamma = 0;
    return s->gamma > 0;
}

double cut_colour_light_of_png(const uint8_t *bytes, size_t size)
{
    said s;
    int is_deep = size > 24 && bytes[24] == 16; /* IHDR's bit depth */
    if (!is_deep || !read_words(&s, bytes, size)) return 0;
    return s.gamma > 0 && s.gamma <= 1.6 ? s.gamma : 0;
}

/* What is said of the pixels as they are decoded. */
static int read_said(said *s, const uint8_t *bytes, size_t size)
{
    if (!read_words(s, bytes, size)) return 0;
    if (cut_colour_light_of_png(bytes, size) > 0) s->gamma = 0;
    return says_more_than_srgb(s);
}

/* ---- writing a profile ------------------------------------------------- */

enum { TAGS = 9, DATA = 128 + 4 + TAGS * 12 };

static void put_fixed(uint8_t *p, double v)
{
    cut_put_be32(p, (uint32_t)(int32_t)(v * 65536 + (v < 0 ? -0.5 : 0.5)));
}

/* Data of a tag at `at`, which become its entry too; padded to four bytes. */
static size_t put_tag(uint8_t *icc, int i, uint32_t signature, size_t at,
                      size_t size)
{
    uint8_t *entry = icc + 132 + i * 12;
    cut_put_be32(entry, signature);
    cut_put_be32(entry + 4, (uint32_t)at);
    cut_put_be32(entry + 8, (uint32_t)size);
    return at + (size + 3) / 4 * 4;
}

static size_t put_xyz(uint8_t *icc, int i, uint32_t signature, size_t at,
                      double x, double y, double z)
{
    cut_put_be32(icc + at, CUT_TAG('X', 'Y', 'Z', ' '));
    put_fixed(icc + at + 8, x);
    put_fixed(icc + at + 12, y);
    put_fixed(icc + at + 16, z);
    return put_tag(icc, i, signature, at, 20);
}

/* parametricCurveType: a gamma, or sRGB's curve. */
static size_t curve_data(uint8_t *p, double gamma)
{
    /* IEC 61966-2-1 */
    static const double srgb[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92,
                                   0.04045};
    cut_put_be32(p, CUT_TAG('p', 'a', 'r', 'a'));
    p[9] = gamma > 0 ? 0 : 3;
    if (gamma > 0) put_fixed(p + 12, gamma);
    for (int i = 0; i < 5 && !(gamma > 0); i++)
        put_fixed(p + 12 + i * 4, srgb[i]);
    return gamma > 0 ? 16 : 32;
}

static size_t put_text(uint8_t *icc, int i, uint32_t signature, size_t at,
                       const char *text)
{
    size_t length = strlen(text);
    uint8_t *p = icc + at; /* multiLocalizedUnicodeType, one record */
    cut_put_be32(p, CUT_TAG('m', 'l', 'u', 'c'));
    cut_put_be32(p + 8, 1);
    cut_put_be32(p + 12, 12);
    memcpy(p + 16, "enUS", 4);
    cut_put_be32(p + 20, (uint32_t)length * 2);
    cut_put_be32(p + 24, 28);
    for (size_t k = 0; k < length; k++) p[28 + k * 2 + 1] = (uint8_t)text[k];
    return put_tag(icc, i, signature, at, 28 + length * 2);
}

/* The same as an ICC profile of primaries and a curve; none for primaries
 * that span no space. */
static cut_status write_profile(cut_bytes *out, const said *s, const char *name,
                                cut_error *error)
{
    double m[9];
    if (!primaries(m, &s->c)) return CUT_OK;
    uint8_t *icc = cut_alloc_zero(1024, 1);
    if (!icc)
        return cut_fail(error, CUT_E_MEMORY,
                        "No memory for the colour profile.");
    cut_put_be32(icc + 8, 0x04300000); /* ICC.1:2010 */
    memcpy(icc + 12, "mntrRGB XYZ ", 12);
    memcpy(icc + 36, "acsp", 4);
    put_fixed(icc + 68, 0.9642);
    put_fixed(icc + 72, 1);
    put_fixed(icc + 76, 0.8249);
    cut_put_be32(icc + 128, TAGS);
    size_t at = DATA;
    at = put_text(icc, 0, CUT_TAG('d', 'e', 's', 'c'), at, name);
    at = put_text(icc, 1, CUT_TAG('c', 'p', 'r', 't'), at, "CC0");
    at = put_xyz(icc, 2, CUT_TAG('w', 't', 'p', 't'), at, 0.9642, 1, 0.8249);
    at = put_xyz(icc, 3, CUT_TAG('r', 'X', 'Y', 'Z'), at, m[0], m[3], m[6]);
    at = put_xyz(icc, 4, CUT_TAG('g', 'X', 'Y', 'Z'), at, m[1], m[4], m[7]);
    at = put_xyz(icc, 5, CUT_TAG('b', 'X', 'Y', 'Z'), at, m[2], m[5], m[8]);
    size_t curve_size = curve_data(icc + at, s->gamma), end = at;
    end = put_tag(icc, 6, CUT_TAG('r', 'T', 'R', 'C'), at, curve_size);
    put_tag(icc, 7, CUT_TAG('g', 'T', 'R', 'C'), at, curve_size);
    put_tag(icc, 8, CUT_TAG('b', 'T', 'R', 'C'), at, curve_size);
    cut_put_be32(icc, (uint32_t)end);
    *out = (cut_bytes){icc, end};
    return CUT_OK;
}

cut_status cut_colour_profile_of_png(cut_bytes *out, const uint8_t *bytes,
                                     size_t size, cut_error *error)
{
    said s;
    *out = (cut_bytes){0};
    if (!read_said(&s, bytes, size)) return CUT_OK;
    return write_profile(out, &s, "As the PNG says", error);
}

cut_status cut_colour_profile_of_code(cut_bytes *out, uint8_t colours,
                                      uint8_t transfer, cut_error *error)
{
    said s = {.c = bt709};
    *out = (cut_bytes){0};
    if (!read_cicp(&s, colours, transfer, 0) || !says_more_than_srgb(&s))
        return CUT_OK;
    return write_profile(out, &s, "As the file says", error);
}
