/*
 * Samples, the ground in the light, what is missing to it, drawing: each of a
 * few short steps, long together.
 */
#include "compose/natural.h"

#include <math.h> /* sqrt: one instruction, rounded the same everywhere */
#include <string.h>

#include "compose/compose.h"
#include "compose/over.h"
#include "image/blur.h"
#include "matte/near.h"

#define MAX_SIDE 1024
#define STRIDE 4 /* every so manieth sample each way is fitted */
#define ROUNDS 12
#define SHRINK 0.7f   /* of the scale, a round */
#define FAR_OFF 0.06f /* of the ground's light: no grain any more */
#define MOST_BRIGHT                                                            \
    0.03f /* share of the ground that may be lighter than that */
#define LEAST_LIT 0.5f
#define LEAST_BORDER 0.75f
#define GRAIN_COSTS 4 /* of the share that is lit, for each of grain */
#define AS_WELL 0.05f
#define DARKEST 20.0f /* a ground on which nothing is seen */
#define LEAST_GRAIN 0.012f
#define HUE 0.09f     /* channels of a shadow differ by less */
#define JOINED 0.025f /* of the longer side: a gap to the subject */
#define SEEN 0.04f
#define MOST_OTHERS 0.7f /* of the shadow: dark elsewhere */
#define LEAST_AREA 0.01f /* of the subject's: below it nobody sees a shadow */
#define BORDER 0.06f     /* of the side: where it fades */

enum { TERMS = 6, CLEAR = 2 };

/* The photo in samples. */
typedef struct ground {
    int32_t w, h, k;
    float *rgb;     /* [h][w][3]: means of what is clear */
    uint8_t *label; /* [h][w]: 0 where any of the subject is, else 1 */
    uint8_t *open;  /* scratch: what a walk has not reached yet */
    uint8_t *known; /* [h][w]: 1 where only ground is, and no edge near */
    uint8_t *near;  /* scratch */
    cut_box box;    /* of the subject, samples */
    int64_t area;   /* of the subject, samples */
} ground;

/* Where a surface is fitted, and the surface: of u, v in -1..1 over it. */
typedef struct fit {
    int32_t x0, y0, x1, y1;
    double at[3][TERMS];
    float grain; /* deviation of what is lit, of its light */
} fit;

const char *cut_natural_name(cut_natural_found found)
{
    static const char *const names[] = {"", "found", "none", "unsmooth"};
    return names[found];
}

/* ---- samples ------------------------------------------------------------ */

/* One sample: the mean of the clear pixels, when most of them are. */
static void set_sample(ground *g, const cut_image *photo, const uint8_t *alpha,
                       int32_t x, int32_t y)
{
    int32_t x1 = (x + 1) * g->k < photo->w ? (x + 1) * g->k : photo->w;
    int32_t y1 = (y + 1) * g->k < photo->h ? (y + 1) * g->k : photo->h;
    uint32_t sum[3] = {0}, clear = 0, cover = 0, all = 0;
    for (int32_t v = y * g->k; v < y1; v++)
        for (int32_t u = x * g->k; u < x1; u++, all++) {
            size_t i = (size_t)v * (size_t)photo->w + (size_t)u;
            const uint8_t *p = photo->px + i * 4;
            cover += alpha[i];
            if (alpha[i] > CLEAR || p[3] < 255) continue;
            clear++;
            for (int c = 0; c < 3; c++) sum[c] += p[c];
        }
    size_t at = (size_t)y * (size_t)g->w + (size_t)x;
    g->label[at] = cover <= (uint32_t)CLEAR * all;
    g->known[at] = 2 * clear > all;
    g->area += cover >= 128 * all;
    for (int c = 0; c < 3; c++)
        g->rgb[at * 3 + (size_t)c] = clear ? (float)sum[c] / (float)clear : 0;
    if (cover < 128 * all) return;
    cut_box *b = &g->box; /* w, h: the last column and row, until it is whole */
    if (x < b->x) b->x = x;
    if (y < b->y) b->y = y;
    if (x > b->w) b->w = x;
    if (y > b->h) b->h = y;
}

/* What lies beside the subject has some of its colour. */
static void forget_edges(ground *g)
{
    int32_t reach = 2;
    cut_near_along_rows(g->near, g->label, g->w, g->h, reach);
    for (int32_t y = 0; y < g->h; y++)
        for (int32_t x = 0; x < g->w; x++)
            if (cut_is_near(g->near, x, y, g->w, g->h, reach))
                g->known[(size_t)y * (size_t)g->w + (size_t)x] = 0;
}

static void fill_ground(ground *g, const cut_image *photo, const uint8_t *alpha)
{
    g->box = (cut_box){g->w, g->h, -1, -1};
    for (int32_t y = 0; y < g->h; y++)
        for (int32_t x = 0; x < g->w; x++) set_sample(g, photo, alpha, x, y);
    g->box.w += 1 - g->box.x;
    g->box.h += 1 - g->box.y;
    forget_edges(g);
}

static float luma(const float *rgb)
{
    return (2 * rgb[0] + 5 * rgb[1] + rgb[2]) / 8;
}

/* ---- the ground in the light -------------------------------------------- */

static void terms_at(double t[TERMS], const fit *f, int32_t x, int32_t y)
{
    double u = (2.0 * x - f->x0 - f->x1) / (f->x1 - f->x0);
    double v = (2.0 * y - f->y0 - f->y1) / (f->y1 - f->y0);
    t[0] = 1;
    t[1] = u;
    t[2] = v;
    t[3] = u * u;
    t[4] = u * v;
    t[5] = v * v;
}

static void light_at(float rgb[3], const fit *f, int32_t x, int32_t y)
{
    double t[TERMS];
    terms_at(t, f, x, y);
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int i = 0; i < TERMS; i++) sum += f->at[c][i] * t[i];
        rgb[c] = (float)sum;
    }
}

/* Solves m a = b for three right sides, m symmetric and positive: elimination
 * in place. 0: it is singular. */
static int solve(double m[TERMS][TERMS], double b[3][TERMS])
{
    for (int i = 0; i < TERMS; i++) {
        if (!(m[i][i] > 1e-6)) return 0;
        for (int j = i + 1; j < TERMS; j++) {
            double by = m[j][i] / m[i][i];
            for (int k = i; k < TERMS; k++) m[j][k] -= by * m[i][k];
            for (int c = 0; c < 3; c++) b[c][j] -= by * b[c][i];
        }
    }
    for (int i = TERMS - 1; i >= 0; i--)
        for (int c = 0; c < 3; c++) {
            for (int j = i + 1; j < TERMS; j++) b[c][i] -= m[i][j] * b[c][j];
            b[c][i] /= m[i][i];
        }
    return 1;
}

/* How far a sample counts, by what it is lighter than the surface: darker ones
 * are left out soon. */
static double weight_of(float lighter, float scale)
{
    double off = (double)(lighter / scale);
    if (off < 0) off *= -2;
    return off < 1 ? 1 : 1 / (off * off * off * off);
}

/* One round of weighted least squares; first: all count alike. */
static int fit_round(fit *f, const ground *g, int first, float scale)
{
    double m[TERMS][TERMS] = {{0}}, b[3][TERMS] = {{0}};
    for (int32_t y = f->y0; y < f->y1; y += STRIDE)
        for (int32_t x = f->x0; x < f->x1; x += STRIDE) {
            size_t i = (size_t)y * (size_t)g->w + (size_t)x;
            const float *rgb = g->rgb + i * 3;
            if (!g->known[i]) continue;
            float light[3];
            double t[TERMS], weight = 1;
            if (!first) {
                light_at(light, f, x, y);
                weight = weight_of(luma(rgb) - luma(light), scale);
            }
            terms_at(t, f, x, y);
            for (int j = 0; j < TERMS; j++) {
                double part = weight * t[j];
                for (int k = 0; k <= j; k++) m[j][k] += part * t[k];
                for (int c = 0; c < 3; c++) b[c][j] += part * (double)rgb[c];
            }
        }
    for (int j = 0; j < TERMS; j++)
        for (int k = j + 1; k < TERMS; k++) m[j][k] = m[k][j];
    if (!solve(m, b)) return 0;
    memcpy(f->at, b, sizeof b);
    return 1;
}

/* Samples of the ground by what the surface says of them. */
typedef struct census {
    int32_t all, lit, bright, border, border_lit;
    double squares; /* of what lit ones are off, as a share */
} census;

/* Compares the ground with the surface, sample by sample; the border is the
 * sides and the lower end of what was fitted. */
static census take_census(const fit *f, const ground *g)
{
    const int32_t rim = 2 * STRIDE;
    census n = {0};
    for (int32_t y = f->y0; y < f->y1; y += STRIDE)
        for (int32_t x = f->x0; x < f->x1; x += STRIDE) {
            size_t i = (size_t)y * (size_t)g->w + (size_t)x;
            float light[3];
            if (!g->known[i]) continue;
            light_at(light, f, x, y);
            float l = luma(light);
            float off = l < DARKEST ? -1 : luma(g->rgb + i * 3) / l - 1;
            int is_lit = off <= FAR_OFF && off >= -FAR_OFF;
            int on_border = x < f->x0 + rim || x >= f->x1 - rim ||
                            y >= f->y1 - rim;
            n.all++;
            n.bright += off > FAR_OFF;
            n.lit += is_lit;
            n.border += on_border;
            n.border_lit += on_border && is_lit;
            if (is_lit) n.squares += (double)off * (double)off;
        }
    return n;
}

/* How well the surface is the ground in the light: most of the ground is as
 * light, its border all the more (where that is dark it is another ground, and
 * no shadow of this subject), hardly any is lighter. 0: it is not. */
static float judge(fit *f, const ground *g)
{
    const census n = take_census(f, g);
    if (n.all < 100 || (float)n.lit < LEAST_LIT * (float)n.all ||
        (float)n.border_lit < LEAST_BORDER * (float)n.border ||
        (float)n.bright > MOST_BRIGHT * (float)n.all)
        return 0;
    f->grain = (float)sqrt(n.squares / n.lit);
    if (f->grain > FAR_OFF / 2) return 0;
    return (float)n.lit / (float)n.all - GRAIN_COSTS * f->grain;
}

/* The ground in the light from row y0 on, around the subject: how well. */
static float fit_ground(fit *f, const ground *g, int32_t y0)
{
    const cut_box *b = &g->box;
    int32_t around = b->w > b->h ? b->w : b->h;
    *f = (fit){.x0 = b->x - around,
               .y0 = y0 > 0 ? y0 : 0,
               .x1 = b->x + b->w + around,
               .y1 = g->h};
    if (f->x0 < 0) f->x0 = 0;
    if (f->x1 > g->w) f->x1 = g->w;
    if (f->x1 - f->x0 < 4 * STRIDE || f->y1 - f->y0 < 4 * STRIDE) return 0;
    float scale = 64;
    for (int i = 0; i < ROUNDS; i++, scale *= SHRINK)
        if (!fit_round(f, g, i == 0, scale > 2 ? scale : 2)) return 0;
    return judge(f, g);
}

/* As much of it as fits one surface as well as any part does. */
static int find_ground(fit *f, const ground *g)
{
    static const float from[] = {-9, 0, 0.3f, 0.5f, 0.7f};
    fit each[5];
    float how[5], best = 0;
    for (int i = 0; i < 5; i++) {
        float y0 = (float)g->box.y + from[i] * (float)g->box.h;
        how[i] = fit_ground(each + i, g, (int32_t)(y0 > 0 ? y0 : 0));
        if (how[i] > best) best = how[i];
    }
    for (int i = 0; i < 5; i++)
        if (how[i] > 0 && how[i] >= best - AS_WELL) {
            *f = each[i];
            return 1;
        }
    return 0;
}

/* ---- what is missing to it ---------------------------------------------- */

static float step(float from, float to, float at)
{
    float t = (at - from) / (to - from);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* How dark a sample is, 0..1. */
static float shade_at(const fit *f, const float *rgb, int32_t x, int32_t y)
{
    float light[3], apart = 0;
    light_at(light, f, x, y);
    float l = luma(light);
    if (l < DARKEST) return 0;
    float left = luma(rgb) / l;
    for (int c = 0; c < 3; c++) {
        float own = light[c] > 1 ? rgb[c] / light[c] : left;
        float d = own > left ? own - left : left - own;
        if (d > apart) apart = d;
    }
    float grain = 2 * f->grain > LEAST_GRAIN ? 2 * f->grain : LEAST_GRAIN;
    float shade = 1 - left;
    shade *= step(grain, 2 * grain, shade) * (1 - step(HUE, 2 * HUE, apart));
    if (f->y0 > 0) /* nothing is known above */
        shade *= step(0, 0.08f * (float)(f->y1 - f->y0), (float)(y - f->y0));
    return shade < 0 ? 0 : shade > 1 ? 1 : shade;
}

static void shade(uint16_t *out, const fit *f, const ground *g)
{
    memset(out, 0, (size_t)g->w * (size_t)g->h * sizeof *out);
    for (int32_t y = f->y0; y < f->y1; y++)
        for (int32_t x = f->x0; x < f->x1; x++) {
            size_t i = (size_t)y * (size_t)g->w + (size_t)x;
            if (g->known[i])
                out[i] = (uint16_t)(shade_at(f, g->rgb + i * 3, x, y) * 255 *
                                        256 +
                                    0.5f);
        }
}

/* Puts the eight neighbours of `at` that `is` says into the queue. */
static int32_t spread(int32_t *queue, int32_t count, uint8_t *is, int32_t at,
                      int32_t w, int32_t h)
{
    int32_t x = at % w, y = at / w;
    for (int32_t v = y - 1; v <= y + 1; v++)
        for (int32_t u = x - 1; u <= x + 1; u++) {
            if (u < 0 || v < 0 || u >= w || v >= h) continue;
            if (!is[v * w + u]) continue;
            is[v * w + u] = 0;
            queue[count++] = v * w + u;
        }
    return count;
}

static int is_seen(uint16_t shadow)
{
    return shadow > (uint16_t)(SEEN * 255 * 256);
}

/* Only what is joined to the subject stays: the samples of that, and in *others
 * those that were as dark elsewhere. */
static int64_t keep_joined(uint16_t *shadow, int64_t *others, int32_t *queue,
                           const ground *g)
{
    int32_t side = g->w > g->h ? g->w : g->h, count = 0;
    int32_t reach = (int32_t)(JOINED * (float)side) + 3;
    size_t all = (size_t)g->w * (size_t)g->h;
    uint8_t *open = g->open; /* dark and not reached yet */
    for (size_t i = 0; i < all; i++) open[i] = shadow[i] > 0;
    cut_near_along_rows(g->near, g->label, g->w, g->h, reach);
    for (int32_t y = 0; y < g->h; y++)
        for (int32_t x = 0; x < g->w; x++) {
            int32_t i = y * g->w + x;
            if (!open[i] || !cut_is_near(g->near, x, y, g->w, g->h, reach))
                continue;
            open[i] = 0;
            queue[count++] = i;
        }
    int64_t seen = 0;
    for (int32_t at = 0; at < count; at++) {
        seen += is_seen(shadow[queue[at]]);
        count = spread(queue, count, open, queue[at], g->w, g->h);
    }
    *others = 0;
    for (size_t i = 0; i < all; i++) {
        if (!open[i]) continue;
        *others += is_seen(shadow[i]);
        shadow[i] = 0;
    }
    return seen;
}

/* Under the subject and its edge it goes on as it is beside it: each sample the
 * mean of the neighbours that were known before it. */
static void go_on_under(uint16_t *shadow, int32_t *queue, const ground *g)
{
    int32_t w = g->w, h = g->h, count = 0;
    size_t all = (size_t)w * (size_t)h;
    uint8_t *open = g->open;
    for (size_t i = 0; i < all; i++) open[i] = !g->known[i];
    for (int32_t i = 0; i < (int32_t)all; i++) {
        if (open[i] || !g->known[i]) continue;
        count = spread(queue, count, open, i, w, h);
    }
    for (int32_t at = 0; at < count; at++) {
        int32_t i = queue[at], x = i % w, y = i / w;
        uint32_t sum = 0, of = 0;
        for (int32_t v = y - 1; v <= y + 1; v++)
            for (int32_t u = x - 1; u <= x + 1; u++)
                if (u >= 0 && v >= 0 && u < w && v < h && g->known[v * w + u]) {
                    sum += shadow[v * w + u];
                    of++;
                }
        if (of) shadow[i] = (uint16_t)(sum / of);
        g->known[i] = 1;
        count = spread(queue, count, open, i, w, h);
    }
}

/* ---- life --------------------------------------------------------------- */

void cut_natural_free(cut_shadow_matte *shadow)
{
    cut_free(shadow->px);
    *shadow = (cut_shadow_matte){0};
}

static cut_natural_found find(uint16_t *shadow, int32_t *queue, uint16_t *tmp,
                              ground *g)
{
    fit f;
    if (g->area == 0 || !find_ground(&f, g)) return CUT_NATURAL_UNSMOOTH;
    shade(shadow, &f, g);
    int64_t others, seen = keep_joined(shadow, &others, queue, g);
    if ((float)others > MOST_OTHERS * (float)seen && others > g->area / 50)
        return CUT_NATURAL_UNSMOOTH; /* the ground itself is dark in places */
    if ((float)seen < LEAST_AREA * (float)g->area) return CUT_NATURAL_NONE;
    go_on_under(shadow, queue, g);
    cut_blur_plane(shadow, tmp, (uint32_t *)(void *)queue, g->w, g->h,
                   cut_box_of(1, 1));
    return CUT_NATURAL_FOUND;
}

cut_status cut_natural_new(cut_shadow_matte *out, const cut_image *photo,
                           const uint8_t *alpha, cut_error *error)
{
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    int32_t k = (side + MAX_SIDE - 1) / MAX_SIDE;
    ground g = {
        .w = (photo->w + k - 1) / k, .h = (photo->h + k - 1) / k, .k = k};
    size_t count = (size_t)g.w * (size_t)g.h;
    cut_shadow_matte made = {.w = g.w, .h = g.h, .k = k};
    made.px = cut_alloc(count, sizeof *made.px);
    int32_t *queue = cut_alloc(count, sizeof *queue);
    uint16_t *tmp = cut_alloc(count, sizeof *tmp);
    g.rgb = cut_alloc(count * 3, sizeof *g.rgb);
    g.label = cut_alloc(count, 4);
    cut_status status = CUT_OK;
    if (made.px && queue && tmp && g.rgb && g.label) {
        g.open = g.label + count;
        g.known = g.label + 2 * count;
        g.near = g.label + 3 * count;
        fill_ground(&g, photo, alpha);
        made.found = find(made.px, queue, tmp, &g);
        if (made.found != CUT_NATURAL_FOUND) {
            cut_free(made.px);
            made.px = NULL;
        }
        *out = made;
    } else {
        cut_free(made.px);
        status = cut_fail(error, CUT_E_MEMORY, "No memory for a shadow.");
    }
    cut_free(queue);
    cut_free(tmp);
    cut_free(g.rgb);
    cut_free(g.label);
    return status;
}

/* ---- drawn -------------------------------------------------------------- */

/* How much of it is left so far from the nearer end of a side. */
static float inside(float at, float length)
{
    float from_end = at < length - at ? at : length - at;
    return step(0, BORDER * length, from_end);
}

/* Between the samples of the plane, in levels; u, v: in samples. */
static float sample(const cut_shadow_matte *m, float u, float v)
{
    int32_t x = u <= 0 ? 0 : (int32_t)u, y = v <= 0 ? 0 : (int32_t)v;
    if (x > m->w - 1) x = m->w - 1;
    if (y > m->h - 1) y = m->h - 1;
    int32_t right = x + 1 < m->w ? 1 : 0, down = y + 1 < m->h ? m->w : 0;
    float s = u <= 0 ? 0 : u - (float)x, t = v <= 0 ? 0 : v - (float)y;
    const uint16_t *p = m->px + (size_t)y * (size_t)m->w + (size_t)x;
    float top = (float)p[0] + ((float)p[right] - (float)p[0]) * s;
    float low = (float)p[down] + ((float)p[down + right] - (float)p[down]) * s;
    return (top + (low - top) * t) / 256;
}

void cut_natural_draw(cut_image *image, const cut_shadow_matte *shadow,
                      cut_place photo, float opacity, int fades)
{
    static const uint8_t black[3] = {0};
    const float by = 1 / (photo.scale * (float)shadow->k);
    const float w = (float)shadow->w, h = (float)shadow->h;
    if (!shadow->px) return;
    for (int32_t y = 0; y < image->h; y++) {
        float v = ((float)y + 0.5f - photo.y) * by;
        uint8_t *px = image->px + (size_t)y * (size_t)image->w * 4;
        if (v < 0 || v >= h) continue;
        float along = fades ? inside(v, h) * opacity : opacity;
        for (int32_t x = 0; x < image->w; x++, px += 4) {
            float u = ((float)x + 0.5f - photo.x) * by;
            if (u < 0 || u >= w || px[3] == 255) continue;
            float levels = sample(shadow, u - 0.5f, v - 0.5f) * along;
            if (fades) levels *= inside(u, w);
            cut_under(px, black, (uint32_t)(levels + 0.5f));
        }
    }
}
