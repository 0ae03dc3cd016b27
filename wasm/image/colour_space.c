/*
 * Easy to get wrong: `curv` of one number is a gamma in 8.8 fixed point.
 */
#include "image/colour_space.h"

#include <string.h>

#include "base/power.h"
#include "image/bytes.h"
#include "image/chunks.h"
#include "image/icc.h"
#include "image/matrix.h"

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
        y = (base > 0 ? cut_power(base, p->g) : 0) + p->e;
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

void cut_colour_narrow_table(uint8_t table[65536], double gamma)
{
    int from = 0;
    for (int v = 0; v < 256; v++) {
        double edge = curve_at(&srgb_curve, (v + 0.5) / 255);
        int end = v == 255 ? 65536
                           : (int)(cut_power(edge, 1 / gamma) * 65535 + 1);
        while (from < end) table[from++] = (uint8_t)v;
    }
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

/* A profile of three primaries, each with its curve; 0 where a table says
 * more than they do. */
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

static int has_inverse(const cut_colour_space *space)
{
    double m[9], inverse[9];
    for (int i = 0; i < 9; i++) m[i] = (double)space->to_xyz[i];
    return cut_matrix_invert(inverse, m);
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
    if (out->same || !cut_matrix_invert(inverse, b)) {
        out->same = 1;
        return;
    }
    cut_matrix_multiply(m, inverse, a);
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
