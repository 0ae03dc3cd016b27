#include "matte/foreground.h"

#include <string.h>

#include "base/parallel.h"

/* Between two samples of a layer, c0 and c0 + d. */
typedef struct slope {
    f32x4 c0, d;
} slope;

static slope slope_at(const float *line, int32_t at)
{
    f32x4 c0 = cut_load_f32(line + (size_t)at * 4);
    return (slope){c0, cut_load_f32(line + (size_t)at * 4 + 4) - c0};
}

/* One channel of four pixels, lane by lane; c is the photo's. f NULL: what
 * over the background gives the photo itself. */
static u32x4 channel(int i, f32x4 c, f32x4 a, f32x4 s, const slope *f,
                     const slope *b)
{
    f32x4 back = b->c0[i] + b->d[i] * s, v;
    if (f) {
        f32x4 fore = f->c0[i] + f->d[i] * s;
        v = fore + (c - fore * a - back * (1 - a)) * a;
    } else {
        v = back + (c - back) / (a + (f32x4)((i32x4)(a == 0) & 0x3F800000));
    }
    return (u32x4) __builtin_convertvector(cut_clamp(v, 255) + 0.5f, i32x4);
}

/* The same with more or less of the background taken out. */
static u32x4 channel_by(f32x4 strength, int i, f32x4 c, f32x4 a, f32x4 s,
                        const slope *f, const slope *b)
{
    f32x4 v = cut_to_f32(channel(i, c, a, s, f, b)), more = v;
    f32x4 less = c + (v - c) * strength;
    if (f) more = v + (f->c0[i] + f->d[i] * s - v) * (strength - 1);
    u32x4 is_less = (u32x4)(strength < 1);
    v = (f32x4)(((u32x4)less & is_less) | ((u32x4)more & ~is_less));
    return (u32x4) __builtin_convertvector(cut_clamp(v, 255) + 0.5f, i32x4);
}

/* The first `count` of four pixels, between the same two samples, s of the way
 * from one to the other. */
static void estimate_four(uint8_t *px, const uint8_t *alpha, int32_t count,
                          f32x4 s, const slope *f, const slope *b,
                          f32x4 strength)
{
    u32x4 q = cut_load_u32(px);
    uint8_t part[4];
    for (int i = 0; i < 4; i++)
        part[i] = cut_matte_part(alpha[i], px[i * 4 + 3]);
    f32x4 matte = cut_load_u8x4(part), a = matte * (1 / 255.0f);
    f32x4 c0 = cut_to_f32(q & 255), c1 = cut_to_f32(q >> 8 & 255),
          c2 = cut_to_f32(q >> 16 & 255);
    u32x4 v, usual = (u32x4)(strength == CUT_FOREGROUND_USUAL);
    if (usual[0] & usual[1] & usual[2] & usual[3])
        v = channel(0, c0, a, s, f, b) | channel(1, c1, a, s, f, b) << 8 |
            channel(2, c2, a, s, f, b) << 16;
    else
        v = channel_by(strength, 0, c0, a, s, f, b) |
            channel_by(strength, 1, c1, a, s, f, b) << 8 |
            channel_by(strength, 2, c2, a, s, f, b) << 16;
    u32x4 opaque = (u32x4)(matte == 255), clear = (u32x4)(matte == 0);
    v = ((v & ~opaque) | (q & opaque)) & ~clear & 0xFFFFFF;
    v |= __builtin_convertvector(cut_load_u8x4(alpha), u32x4) << 24;
    u32x4 beyond = (u32x4)((i32x4){0, 1, 2, 3} >= count);
    v = (v & ~beyond) | (q & beyond);
    memcpy(px, &v, sizeof v);
}

/* The first soft pixel and behind the last one; none: both 0. */
typedef struct span {
    int32_t from, end;
} span;

static int is_soft(uint8_t alpha)
{
    return (uint8_t)(alpha + 1) > 1;
}

/* Whether eight pixels are all clear or all opaque. */
static int is_plain(const uint8_t *alpha)
{
    uint64_t eight;
    memcpy(&eight, alpha, 8);
    return eight == 0 || eight == UINT64_MAX;
}

static span soft_span(const uint8_t *alpha, int32_t w)
{
    int32_t from = 0, end = w;
    while (from < w && !is_soft(alpha[from]))
        from += from + 8 <= w && is_plain(alpha + from) ? 8 : 1;
    if (from == w) return (span){0, 0};
    while (!is_soft(alpha[end - 1]))
        end -= end - 8 >= from && is_plain(alpha + end - 8) ? 8 : 1;
    return (span){from, end};
}

static int has_soft(const uint8_t *alpha, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++)
        if (soft_span(alpha + (size_t)y * (size_t)w, w).end) return 1;
    return 0;
}

/* Pixels that are clear or opaque. The photo is opaque where the matte is, so
 * that nothing changes there. */
static void clear_span(uint8_t *px, const uint8_t *alpha, int32_t x,
                       int32_t end)
{
    while (x < end) {
        uint8_t *p = px + (size_t)x * 4;
        if (x + 8 <= end && is_plain(alpha + x)) {
            if (alpha[x] == 0) memset(p, 0, 32);
            x += 8;
        } else {
            if (alpha[x] == 0) memset(p, 0, 4);
            x++;
        }
    }
}

/* Pixels of any alpha, where nothing tells what is mixed in them. */
static void keep_span(uint8_t *px, const uint8_t *alpha, span soft)
{
    for (int32_t x = soft.from; x < soft.end; x++) {
        if (alpha[x])
            px[x * 4 + 3] = alpha[x];
        else
            memset(px + x * 4, 0, 4);
    }
}

/* How strongly pixels x .. x + 3 of row y are cleaned. */
static f32x4 strength_at(const cut_colours *c, int32_t x, int32_t y)
{
    f32x4 v = {c->strength, c->strength, c->strength, c->strength};
    int32_t last = c->places.w * c->places.k - 1;
    for (int i = 0; i < 4; i++)
        v[i] *= cut_strength_at(&c->places, x + i < last ? x + i : last, y);
    return cut_clamp(v, CUT_STRENGTH_MAX / (float)CUT_STRENGTH_USUAL);
}

/* Pixels of any alpha, in row y of w; f, b: the layers' lines, f may be
 * NULL. */
static void estimate_span(uint8_t *px, const uint8_t *alpha, span soft,
                          int32_t w, int32_t y, const cut_colours *colours,
                          const float *f, const float *b)
{
    const cut_layer *layer = &colours->background;
    const float one = colours->strength;
    const f32x4 everywhere = {one, one, one, one};
    for (int32_t x = soft.from; x < soft.end;) {
        if (x + 8 <= soft.end && is_plain(alpha + x)) {
            clear_span(px, alpha, x, x + 8);
            x += 8;
            continue;
        }
        int32_t at = cut_layer_sample(layer, x), end = cut_layer_end(layer, at);
        int32_t count = end - x < 4 ? end - x : 4;
        slope fore = slope_at(f ? f : b, at), back = slope_at(b, at);
        const slope *of = f ? &fore : NULL;
        f32x4 s = cut_layer_way(layer, x, at);
        f32x4 strength = everywhere;
        if (colours->places.px) strength = strength_at(colours, x, y);
        uint8_t *p = px + (size_t)x * 4;
        if (x + 4 <= w) {
            estimate_four(p, alpha + x, count, s, of, &back, strength);
        } else { /* the row ends before */
            uint8_t in[16] = {0}, by[4] = {0};
            if (count > w - x) count = w - x;
            memcpy(in, p, (size_t)count * 4);
            memcpy(by, alpha + x, (size_t)count);
            estimate_four(in, by, count, s, of, &back, strength);
            memcpy(p, in, (size_t)count * 4);
        }
        x += count;
    }
}

/* Of both layers, for one thread. */
static size_t lines_size(const cut_colours *c)
{
    return ((size_t)c->background.w + 1) * 4 * 2;
}

/* Layers and room for their lines. */
static cut_status layers_of(cut_colours *c, const cut_image *photo,
                            const uint8_t *alpha, int exact, cut_error *error)
{
    cut_status status = exact ? cut_ground_new(&c->background, photo, alpha,
                                               c->k, error)
                              : cut_layers_new(&c->foreground, &c->background,
                                               photo, alpha, c->k, error);
    if (status || !c->background.px) return status;
    c->lines = cut_alloc(lines_size(c) * (size_t)cut_parallel_threads(),
                         sizeof *c->lines);
    return c->lines ? CUT_OK
                    : cut_fail(error, CUT_E_MEMORY, "No memory for colours.");
}

cut_status cut_colours_new(cut_colours *out, const cut_image *photo,
                           const uint8_t *alpha, int exact, cut_error *error)
{
    int32_t w = photo->w, h = photo->h, side = w > h ? w : h;
    int32_t k = (side + CUT_FOREGROUND_SIDE - 1) / CUT_FOREGROUND_SIDE;
    cut_colours c = {.k = k, .strength = CUT_FOREGROUND_USUAL};
    cut_status status = CUT_OK;
    if (exact) exact = memchr(alpha, 0, (size_t)w * (size_t)h) != NULL;
    if (has_soft(alpha, w, h))
        status = layers_of(&c, photo, alpha, exact, error);
    if (status)
        cut_colours_free(&c);
    else
        *out = c;
    return status;
}

void cut_colours_free(cut_colours *colours)
{
    cut_free(colours->lines);
    cut_layer_free(&colours->foreground);
    cut_layer_free(&colours->background);
    colours->lines = NULL;
}

void cut_colours_row(const cut_colours *colours, uint8_t *px,
                     const uint8_t *alpha, int32_t w, int32_t y)
{
    const cut_layer *f = &colours->foreground, *b = &colours->background;
    float *back = colours->lines, *fore = NULL;
    span soft = soft_span(alpha, w);
    clear_span(px, alpha, 0, soft.from);
    if (!back) {
        keep_span(px, alpha, soft);
    } else if (soft.from < soft.end) {
        if (f->px) {
            fore = back + ((size_t)f->w + 1) * 4;
            cut_layer_line(fore, f, y, soft.from, soft.end);
        }
        cut_layer_line(back, b, y, soft.from, soft.end);
        estimate_span(px, alpha, soft, w, y, colours, fore, back);
    }
    clear_span(px, alpha, soft.end, w);
}

typedef struct cleaning {
    const cut_colours *colours;
    cut_image *photo;
    const uint8_t *alpha;
} cleaning;

/* With lines of the thread's own. */
static void clean_rows(void *context, int32_t from, int32_t end, int32_t thread)
{
    const cleaning *all = context;
    size_t w = (size_t)all->photo->w;
    cut_colours own = *all->colours;
    if (own.lines) own.lines += (size_t)thread * lines_size(&own);
    for (int32_t y = from; y < end; y++)
        cut_colours_row(&own, all->photo->px + (size_t)y * w * 4,
                        all->alpha + (size_t)y * w, all->photo->w, y);
}

cut_status cut_foreground_clean(cut_image *photo, const uint8_t *alpha,
                                int exact, float strength,
                                const cut_strengths *places, cut_error *error)
{
    cut_colours colours;
    cut_status status = cut_colours_new(&colours, photo, alpha, exact, error);
    if (status) return status;
    colours.strength = strength;
    colours.places = *places;
    cleaning all = {&colours, photo, alpha};
    cut_parallel_rows(photo->h, clean_rows, &all);
    cut_colours_free(&colours);
    photo->opaque = 0;
    return CUT_OK;
}

cut_status cut_foreground_estimate(cut_image *photo, const uint8_t *alpha,
                                   cut_error *error)
{
    return cut_foreground_clean(photo, alpha, 0, CUT_FOREGROUND_USUAL,
                                &(cut_strengths){0}, error);
}

cut_status cut_foreground_unmix(cut_image *photo, const uint8_t *alpha,
                                cut_error *error)
{
    return cut_foreground_clean(photo, alpha, 1, CUT_FOREGROUND_USUAL,
                                &(cut_strengths){0}, error);
}
