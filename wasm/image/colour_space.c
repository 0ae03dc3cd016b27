/*
 * Easy to get wrong: a profile's primaries are adapted to D50 already, a PNG's
 * are not; `curv` of one number is a gamma in 8.8 fixed point; powers are by
 * series of our own, since the C library's differ between systems.
 */
#include "image/colour_space.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"
#include "image/icc.h"

/* ---- powers ------------------------------------------------------------ */

/* ln x for normal x > 0: x = 2^n * m, m around 1, and the series of artanh. */
static double logarithm(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int n = (int)(bits >> 52 & 0x7FF) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        n++;
    }
    double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
    for (int k = 19; k >= 1; k -= 2) sum = sum * t2 + 1.0 / k;
    return 2 * t * sum + n * 0.69314718055994531;
}

/* e^x for -700 < x < 700. */
static double exponential(double x)
{
    double t = x * 1.4426950408889634;
    int n = (int)(t + (t < 0 ? -0.5 : 0.5));
    double r = x - n * 0.69314718055994531, sum = 1;
    for (int k = 14; k >= 1; k--) sum = 1 + sum * r / k;
    uint64_t bits = (uint64_t)(n + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

static double power(double x, double exponent)
{
    return x < 1e-300 ? 0 : exponential(logarithm(x) * exponent);
}

/* ---- curves ------------------------------------------------------------ */

/* y = (a x + b)^g + e from d on, c x + f below (ICC.1:2010, 10.15). */
typedef struct curve {
    double g, a, b, c, d, e, f;
} curve;

static const curve srgb_curve = {
    2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0, 0};

static double curve_at(const curve *p, double x)
{
    double y = p->c * x + p->f;
    if (x >= p->d) {
        double base = p->a * x + p->b;
        y = (base > 0 ? power(base, p->g) : 0) + p->e;
    }
    return y < 0 ? 0 : y > 1 ? 1 : y;
}

static void fill_linear(float linear[256], const curve *p)
{
    for (int i = 0; i < 256; i++) linear[i] = (float)curve_at(p, i / 255.0);
}

static double fixed_16(const uint8_t *p)
{
    return (int32_t)cut_be32(p) / 65536.0;
}

/* curveType of a table: between its entries, straight. */
static void fill_from_table(float linear[256], const uint8_t *table,
                            uint32_t count)
{
    for (int i = 0; i < 256; i++) {
        double at = i / 255.0 * (count - 1);
        uint32_t k = (uint32_t)at < count - 1 ? (uint32_t)at : count - 2;
        double low = cut_be16(table + k * 2);
        double high = cut_be16(table + k * 2 + 2);
        linear[i] = (float)((low + (high - low) * (at - k)) / 65535);
    }
}

/* curveType (10.6) or parametricCurveType (10.18). 0: neither, or damaged. */
static int read_curve(float linear[256], const uint8_t *tag, size_t size)
{
    curve p = {1, 1, 0, 0, 0, 0, 0};
    if (size < 12) return 0;
    uint32_t count = cut_be32(tag + 8);
    if (cut_be32(tag) == CUT_TAG('c', 'u', 'r', 'v')) {
        if (count > (size - 12) / 2) return 0;
        if (count > 1) {
            fill_from_table(linear, tag + 12, count);
        } else {
            if (count == 1) p.g = cut_be16(tag + 12) / 256.0;
            fill_linear(linear, &p);
        }
    } else if (cut_be32(tag) == CUT_TAG('p', 'a', 'r', 'a')) {
        static const size_t numbers[5] = {1, 3, 4, 5, 7};
        uint32_t kind = cut_be16(tag + 8);
        if (kind > 4 || size < 12 + numbers[kind] * 4) return 0;
        double v[7] = {0};
        for (size_t i = 0; i < numbers[kind]; i++)
            v[i] = fixed_16(tag + 12 + i * 4);
        p.g = v[0];
        if (kind) {
            p.a = v[1];
            p.b = v[2];
        }
        if (kind == 1 || kind == 2) {
            if (p.a == 0) return 0;
            p.d = -p.b / p.a;
            p.e = p.f = kind == 2 ? v[3] : 0;
        } else if (kind >= 3) {
            p.c = v[3];
            p.d = v[4];
            p.e = v[5];
            p.f = v[6];
        }
        fill_linear(linear, &p);
    } else {
        return 0;
    }
    for (int i = 1; i < 256; i++) /* a falling curve has no way back */
        if (linear[i] < linear[i - 1]) linear[i] = linear[i - 1];
    return linear[255] > 0;
}

/* ---- spaces ------------------------------------------------------------ */

/* IEC 61966-2-1's primaries, adapted to D50: columns red, green, blue. */
static const float srgb_to_xyz[9] = {0.43607f, 0.38515f, 0.14307f,
                                     0.22249f, 0.71687f, 0.06061f,
                                     0.01392f, 0.09708f, 0.71410f};

void cut_colour_space_srgb(cut_colour_space *out)
{
    memcpy(out->to_xyz, srgb_to_xyz, sizeof srgb_to_xyz);
    fill_linear(out->linear[0], &srgb_curve);
    memcpy(out->linear[1], out->linear[0], sizeof out->linear[0]);
    memcpy(out->linear[2], out->linear[0], sizeof out->linear[0]);
}

/* A tag's data, or NULL. */
static const uint8_t *tag_of(const cut_bytes *icc, uint32_t signature,
                             size_t *size)
{
    if (icc->size < 132) return NULL;
    uint32_t count = cut_be32(icc->data + 128);
    if (count > (icc->size - 132) / 12) return NULL;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = icc->data + 132 + i * 12;
        uint32_t at = cut_be32(entry + 4);
        *size = cut_be32(entry + 8);
        if (cut_be32(entry) == signature)
            return at <= icc->size && *size <= icc->size - at ? icc->data + at
                                                              : NULL;
    }
    return NULL;
}

static int read_rgb(cut_colour_space *out, const cut_bytes *icc)
{
    static const char letters[3] = {'r', 'g', 'b'};
    size_t size;
    /* a table, where there is one, is what the profile means */
    if (tag_of(icc, CUT_TAG('A', '2', 'B', '0'), &size) ||
        cut_be32(icc->data + 20) != CUT_TAG('X', 'Y', 'Z', ' '))
        return 0;
    for (int i = 0; i < 3; i++) {
        const uint8_t *xyz = tag_of(icc, CUT_TAG(letters[i], 'X', 'Y', 'Z'),
                                    &size);
        if (!xyz || size < 20) return 0;
        for (int k = 0; k < 3; k++)
            out->to_xyz[k * 3 + i] = (float)fixed_16(xyz + 8 + k * 4);
        const uint8_t *trc = tag_of(icc, CUT_TAG(letters[i], 'T', 'R', 'C'),
                                    &size);
        if (!trc || !read_curve(out->linear[i], trc, size)) return 0;
    }
    return 1;
}

/* Grey has a curve and no primaries: those of sRGB, whose grey is grey. */
static int read_grey(cut_colour_space *out, const cut_bytes *icc)
{
    size_t size;
    const uint8_t *trc = tag_of(icc, CUT_TAG('k', 'T', 'R', 'C'), &size);
    if (!trc || !read_curve(out->linear[0], trc, size)) return 0;
    memcpy(out->linear[1], out->linear[0], sizeof out->linear[0]);
    memcpy(out->linear[2], out->linear[0], sizeof out->linear[0]);
    return 1;
}

/* Inverse of a 3 x 3 matrix. 0: it has none. */
static int invert(double out[9], const double m[9])
{
    double minor[9];
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            int r1 = (r + 1) % 3, r2 = (r + 2) % 3;
            int c1 = (c + 1) % 3, c2 = (c + 2) % 3;
            minor[c * 3 + r] = m[r1 * 3 + c1] * m[r2 * 3 + c2] -
                               m[r1 * 3 + c2] * m[r2 * 3 + c1];
        }
    double det = m[0] * minor[0] + m[1] * minor[3] + m[2] * minor[6];
    if (!(det > 1e-6) && !(det < -1e-6)) return 0;
    for (int i = 0; i < 9; i++) out[i] = minor[i] / det;
    return 1;
}

static void multiply(double out[9], const double a[9], const double b[9])
{
    for (int i = 0; i < 9; i++)
        out[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[3 + i % 3] +
                 a[i / 3 * 3 + 2] * b[6 + i % 3];
}

static int has_inverse(const cut_colour_space *space)
{
    double m[9], inverse[9];
    for (int i = 0; i < 9; i++) m[i] = (double)space->to_xyz[i];
    return invert(inverse, m);
}

int cut_colour_space_read(cut_colour_space *out, const cut_bytes *icc)
{
    cut_colour_space_srgb(out);
    if (!icc->data) return 1;
    cut_colour_space space = *out;
    cut_icc_space kind = cut_icc_colour_space(icc);
    int good = kind == CUT_ICC_RGB    ? read_rgb(&space, icc)
               : kind == CUT_ICC_GREY ? read_grey(&space, icc)
                                      : 0;
    if (!good || !has_inverse(&space)) return 0;
    *out = space;
    return 1;
}

/* ---- from one to another ----------------------------------------------- */

void cut_colour_map_between(cut_colour_map *out, const cut_colour_space *from,
                            const cut_colour_space *to)
{
    double a[9], b[9], inverse[9], m[9];
    for (int i = 0; i < 9; i++) {
        a[i] = (double)from->to_xyz[i];
        b[i] = (double)to->to_xyz[i];
    }
    *out = (cut_colour_map){.same = memcmp(from, to, sizeof *from) == 0};
    if (out->same || !invert(inverse, b)) {
        out->same = 1;
        return;
    }
    multiply(m, inverse, a);
    for (int i = 0; i < 9; i++) out->matrix[i] = (float)m[i];
    memcpy(out->linear, from->linear, sizeof out->linear);
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < 255; i++)
            out->threshold[c][i] = (to->linear[c][i] + to->linear[c][i + 1]) /
                                   2;
        out->threshold[c][255] = 2; /* never reached */
        uint8_t value = 0;
        for (int i = 0; i <= 1024; i++) {
            while (out->threshold[c][value] <= (float)i / 1024) value++;
            out->guess[c][i] = value;
        }
    }
}

static uint8_t encode(const cut_colour_map *map, int channel, float light)
{
    if (!(light > 0)) light = 0;
    if (light > 1) light = 1;
    const float *threshold = map->threshold[channel];
    uint8_t value = map->guess[channel][(int)(light * 1024)];
    while (threshold[value] <= light) value++;
    return value;
}

void cut_colour_map_pixels(const cut_colour_map *map, uint8_t *px, size_t count)
{
    if (map->same) return;
    const float *m = map->matrix;
    for (size_t i = 0; i < count; i++, px += 4) {
        if (!px[3]) continue;
        float r = map->linear[0][px[0]], g = map->linear[1][px[1]],
              b = map->linear[2][px[2]];
        px[0] = encode(map, 0, m[0] * r + m[1] * g + m[2] * b);
        px[1] = encode(map, 1, m[3] * r + m[4] * g + m[5] * b);
        px[2] = encode(map, 2, m[6] * r + m[7] * g + m[8] * b);
    }
}

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
    if (!invert(inverse, m)) return 0;
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
    if (!invert(back, cones)) return 0;
    multiply(half, adapt, cones);
    multiply(whole, back, half);
    multiply(out, whole, m);
    return 1;
}

/* What is said. Reading it answers 0 when it is nothing, sRGB, or what neither
 * a gamma nor sRGB's curve can hold (PQ, HLG). */
typedef struct said {
    chromaticities c;
    double gamma; /* of the decoding; 0: sRGB's curve */
} said;

static int read_cicp(said *s, const cut_chunk *c)
{
    if (c->size != 4 || c->data[2] != 0) return 0;
    switch (c->data[0]) {
    case 1: s->c = bt709; break;
    case 9: s->c = bt2020; break;
    case 12: s->c = display_p3; break;
    default: return 0;
    }
    switch (c->data[1]) {
    case 1: /* pictures coded by BT.709 are shown by sRGB's curve */
    case 6:
    case 13: s->gamma = 0; break;
    case 4: s->gamma = 2.2; break;
    case 5: s->gamma = 2.8; break;
    case 8: s->gamma = 1; break;
    default: return 0;
    }
    return c->data[0] != 1 || s->gamma > 0;
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

static int read_said(said *s, const uint8_t *bytes, size_t size)
{
    int is_srgb = 0, has_gamma = 0, has_primaries = 0;
    *s = (said){.c = bt709};
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, CUT_FORMAT_PNG);) {
        if (c.type == CUT_TAG('I', 'D', 'A', 'T')) break;
        if (c.type == CUT_TAG('c', 'I', 'C', 'P')) return read_cicp(s, &c);
        is_srgb |= c.type == CUT_TAG('i', 'C', 'C', 'P') ||
                   c.type == CUT_TAG('s', 'R', 'G', 'B');
        if (c.type == CUT_TAG('g', 'A', 'M', 'A') && c.size == 4) {
            uint32_t g = cut_be32(c.data);
            if (g < 1000 || g > 1000000) continue;
            s->gamma = 100000.0 / g;
            has_gamma = 1;
        }
        if (c.type == CUT_TAG('c', 'H', 'R', 'M'))
            has_primaries = read_chrm(s, &c);
    }
    /* primaries alone say nothing, as in browsers */
    if (is_srgb || !has_gamma) return 0;
    if (near(s->gamma, 2.2, 0.01)) s->gamma = 0; /* what 0.45455 stands for */
    return s->gamma > 0 || (has_primaries && !is_bt709(&s->c));
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
    const curve *c = &srgb_curve;
    const double srgb[5] = {c->g, c->a, c->b, c->c, c->d};
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

cut_status cut_colour_profile_of_png(cut_bytes *out, const uint8_t *bytes,
                                     size_t size, cut_error *error)
{
    said s;
    double m[9];
    *out = (cut_bytes){0};
    if (!read_said(&s, bytes, size) || !primaries(m, &s.c)) return CUT_OK;
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
    at = put_text(icc, 0, CUT_TAG('d', 'e', 's', 'c'), at, "As the PNG says");
    at = put_text(icc, 1, CUT_TAG('c', 'p', 'r', 't'), at, "CC0");
    at = put_xyz(icc, 2, CUT_TAG('w', 't', 'p', 't'), at, 0.9642, 1, 0.8249);
    at = put_xyz(icc, 3, CUT_TAG('r', 'X', 'Y', 'Z'), at, m[0], m[3], m[6]);
    at = put_xyz(icc, 4, CUT_TAG('g', 'X', 'Y', 'Z'), at, m[1], m[4], m[7]);
    at = put_xyz(icc, 5, CUT_TAG('b', 'X', 'Y', 'Z'), at, m[2], m[5], m[8]);
    size_t curve_size = curve_data(icc + at, s.gamma), end = at;
    end = put_tag(icc, 6, CUT_TAG('r', 'T', 'R', 'C'), at, curve_size);
    put_tag(icc, 7, CUT_TAG('g', 'T', 'R', 'C'), at, curve_size);
    put_tag(icc, 8, CUT_TAG('b', 'T', 'R', 'C'), at, curve_size);
    cut_put_be32(icc, (uint32_t)end);
    *out = (cut_bytes){icc, end};
    return CUT_OK;
}
