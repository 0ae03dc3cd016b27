#include "compose/floor.h"

#include <string.h>

#include "base/angle.h"
#include "base/exp.h"
#include "compose/over.h"
#include "image/blur.h"

#define MAX_SIDE 1024
#define FLATTEST 0.04f /* of a shadow straight to the side, as seen */
#define FAR_OPACITY 0.5f
#define FOOT_BLUR 0.15f /* of the far end's */
#define NEAR 0.05f      /* of the height: what touches the ground */

static int32_t longer(int32_t w, int32_t h)
{
    return w > h ? w : h;
}

/* From the foot, for each pixel of height: to the right, and up. */
static void fall_of(const cut_cast *cast, float *right, float *up)
{
    double sine, cosine;
    cut_sine_cosine(cast->angle * 100, &sine, &cosine);
    *right = cast->length * (float)sine;
    *up = cast->length * (float)cosine * CUT_FLOOR_TILT;
    float min_up = FLATTEST * (cast->length > 0 ? cast->length : 1);
    if (*up >= 0 && *up < min_up) *up = min_up;
    if (*up < 0 && *up > -min_up) *up = -min_up;
}

static cut_box_filter box_of(cut_length blur, int32_t side, int32_t k,
                             float share)
{
    float sigma = cut_length_px(blur, side) / 2 * share;
    return cut_box_of(sigma / (float)k, 1);
}

/* ---- planes ------------------------------------------------------------- */

/* Means of alpha over k x k, in 1/256 of a level. */
static void reduce(uint16_t *out, const cut_image *image, int32_t w, int32_t h,
                   int32_t k)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            int32_t x1 = (x + 1) * k < image->w ? (x + 1) * k : image->w;
            int32_t y1 = (y + 1) * k < image->h ? (y + 1) * k : image->h;
            uint32_t sum = 0, count = 0;
            for (int32_t v = y * k; v < y1; v++)
                for (int32_t u = x * k; u < x1; u++, count++)
                    sum +=
                        image->px[((size_t)v * (size_t)image->w + (size_t)u) *
                                      4 +
                                  3];
            out[(size_t)y * (size_t)w + (size_t)x] =
                (uint16_t)((sum * 256 + count / 2) / count);
        }
}

/* Between the samples of a row; 0 beyond its ends. */
static float between(const uint16_t *row, int32_t w, float x)
{
    int32_t at = (int32_t)(x + 4) - 4; /* floor from -4 on */
    float t = x - (float)at;
    float a = at >= 0 && at < w ? row[at] : 0;
    float b = at + 1 >= 0 && at + 1 < w ? row[at + 1] : 0;
    return a + (b - a) * t;
}

/* One row of the shadow: the mean of the silhouette's rows between heights h0
 * and h1 above the foot, each moved to the right by its height. */
static void lay_row(uint16_t *out, const uint16_t *alpha, int32_t w, int32_t h,
                    float foot, float h0, float h1, float right)
{
    int32_t steps = (int32_t)(h1 - h0) + 1;
    for (int32_t x = 0; x < w; x++) {
        float sum = 0;
        for (int32_t i = 0; i < steps; i++) {
            float up = h0 + (h1 - h0) * ((float)i + 0.5f) / (float)steps;
            float y = foot - up;
            int32_t row = y < 0 ? -1 : (int32_t)y;
            float from = (float)x - up * right;
            if (row < 0 || row >= h || from < -1 || from > (float)w) continue;
            sum += between(alpha + (size_t)row * (size_t)w, w, from);
        }
        out[x] = (uint16_t)(sum / (float)steps + 0.5f);
    }
}

/* The silhouette on the ground, not blurred yet. */
static void lay(uint16_t *out, const uint16_t *alpha, const cut_floor *g,
                const cut_stand *s, float right, float up)
{
    float flat = up < 0 ? -up : up;
    memset(out, 0, (size_t)g->w * (size_t)g->h * sizeof *out);
    for (int32_t y = 0; y < g->h; y++) {
        float from = (up > 0 ? s->foot - (float)(y + 1) : (float)y - s->foot);
        float h0 = from / flat, h1 = (from + 1) / flat;
        if (h0 < 0) h0 = 0;
        if (h1 > s->height) h1 = s->height;
        if (h1 <= h0) continue;
        lay_row(out + (size_t)y * (size_t)g->w, alpha, g->w, g->h, s->foot, h0,
                h1, right);
    }
}

/* Sharp at the foot, blurred at the far end, and lighter there. */
static void soften(uint16_t *sharp, const uint16_t *soft, const cut_floor *g,
                   const cut_stand *s, float up)
{
    float reach = s->height * (up < 0 ? -up : up);
    for (int32_t y = 0; y < g->h; y++) {
        float away = (float)y + 0.5f - s->foot;
        float t = (away < 0 ? -away : away) / (reach > 1 ? reach : 1);
        if (t > 1) t = 1;
        float light = 1 - (1 - FAR_OPACITY) * t;
        uint16_t *a = sharp + (size_t)y * (size_t)g->w;
        const uint16_t *b = soft + (size_t)y * (size_t)g->w;
        for (int32_t x = 0; x < g->w; x++) {
            float v = (float)a[x] + ((float)b[x] - (float)a[x]) * t;
            a[x] = (uint16_t)(v * light + 0.5f);
        }
    }
}

/* Where the subject touches the ground: a band under each column, as dark as
 * its lowest pixel is near. */
static void touch(uint16_t *out, const uint16_t *alpha, const cut_floor *g,
                  const cut_stand *s, int32_t band)
{
    memset(out, 0, (size_t)g->w * (size_t)g->h * sizeof *out);
    for (int32_t x = 0; x < g->w; x++) {
        int32_t low = g->h - 1;
        while (low >= 0 &&
               alpha[(size_t)low * (size_t)g->w + (size_t)x] < (128 << 8))
            low--;
        if (low < 0) continue;
        float away = (s->foot - (float)(low + 1)) / (s->height * NEAR + 1);
        if (away < 0) away = 0;
        if (away > 8) continue;
        uint16_t v = (uint16_t)(255 * 256 * cut_exp(-away) + 0.5f);
        for (int32_t y = low - band; y <= low + band; y++)
            if (y >= 0 && y < g->h)
                out[(size_t)y * (size_t)g->w + (size_t)x] = v;
    }
}

/* ---- the mirror --------------------------------------------------------- */

static int32_t mirror_rows(const cut_stand *s, const cut_reflection *r,
                           int32_t h)
{
    int32_t rows = (int32_t)(s->height * r->length);
    int32_t first = (int32_t)(s->foot + 0.5f);
    if (first < 0) first = 0;
    if (first + rows > h) rows = h - first;
    return rows > 0 ? rows : 0;
}

/* The rows above the foot, upside down, fading out over the reflection's
 * length. */
static void mirror(cut_floor *g, const cut_image *image, const cut_stand *s,
                   const cut_reflection *r)
{
    size_t w = (size_t)image->w;
    float fade = s->height * r->length;
    for (int32_t i = 0; i < g->mirror_h; i++) {
        int32_t from = g->mirror_y - 1 - i;
        uint8_t *to = g->mirror + (size_t)i * w * 4;
        if (from < 0) {
            memset(to, 0, w * 4);
            continue;
        }
        uint32_t share = (uint32_t)(r->opacity *
                                        (1 - ((float)i + 0.5f) / fade) * 256 +
                                    0.5f);
        memcpy(to, image->px + (size_t)from * w * 4, w * 4);
        for (size_t x = 0; x < w; x++)
            to[x * 4 + 3] = (uint8_t)((to[x * 4 + 3] * share + 128) >> 8);
    }
}

/* ---- life --------------------------------------------------------------- */

void cut_floor_free(cut_floor *ground)
{
    cut_free(ground->cast);
    cut_free(ground->contact);
    cut_free(ground->mirror);
    *ground = (cut_floor){0};
}

/* The planes of a ground whose memory is there. */
static void fill(cut_floor *g, uint16_t *alpha, uint16_t *tmp, uint32_t *sum,
                 const cut_image *image, const cut_stand *s, int32_t side)
{
    float k = (float)g->k;
    const cut_stand small = {s->foot / k, s->height / k};
    reduce(alpha, image, g->w, g->h, g->k);
    if (g->contact) {
        cut_box_filter box = box_of(g->contact_style.blur, side, g->k, 1);
        touch(g->contact, alpha, g, &small, box.radius / 2);
        cut_blur_plane(g->contact, tmp, sum, g->w, g->h, box);
    }
    if (g->cast) {
        float right, up;
        size_t bytes = (size_t)g->w * (size_t)g->h * sizeof *alpha;
        fall_of(&g->cast_style, &right, &up);
        lay(g->cast, alpha, g, &small, right, up);
        memcpy(alpha, g->cast, bytes);
        cut_blur_plane(alpha, tmp, sum, g->w, g->h,
                       box_of(g->cast_style.blur, side, g->k, 1));
        cut_blur_plane(g->cast, tmp, sum, g->w, g->h,
                       box_of(g->cast_style.blur, side, g->k, FOOT_BLUR));
        soften(g->cast, alpha, g, &small, up);
    }
}

cut_status cut_floor_new(cut_floor *out, const cut_image *image,
                         const cut_stand *stand, const cut_cast *cast,
                         const cut_contact *contact,
                         const cut_reflection *reflection, int32_t side,
                         cut_error *error)
{
    int32_t k = (longer(image->w, image->h) + MAX_SIDE - 1) / MAX_SIDE;
    cut_floor g = {.w = (image->w + k - 1) / k,
                   .h = (image->h + k - 1) / k,
                   .k = k,
                   .cast_style = *cast,
                   .contact_style = *contact};
    size_t count = (size_t)g.w * (size_t)g.h;
    int has_planes = cast->on || contact->on, fits = 1;
    uint16_t *alpha = has_planes ? cut_alloc(count, sizeof *alpha) : NULL;
    uint16_t *tmp = has_planes ? cut_alloc(count, sizeof *tmp) : NULL;
    uint32_t *sum = has_planes ? cut_alloc((size_t)g.w, sizeof *sum) : NULL;
    if (cast->on) g.cast = cut_alloc(count, sizeof *g.cast);
    if (contact->on) g.contact = cut_alloc(count, sizeof *g.contact);
    g.mirror_h = reflection->on ? mirror_rows(stand, reflection, image->h) : 0;
    if (g.mirror_h) {
        g.mirror_y = (int32_t)(stand->foot + 0.5f);
        if (g.mirror_y < 0) g.mirror_y = 0;
        g.mirror = cut_alloc((size_t)g.mirror_h * (size_t)image->w, 4);
        fits = g.mirror != NULL;
    }
    if (has_planes && (!alpha || !tmp || !sum)) fits = 0;
    if ((cast->on && !g.cast) || (contact->on && !g.contact)) fits = 0;
    if (fits && has_planes) fill(&g, alpha, tmp, sum, image, stand, side);
    if (fits && g.mirror) mirror(&g, image, stand, reflection);
    cut_free(alpha);
    cut_free(tmp);
    cut_free(sum);
    if (fits) {
        *out = g;
        return CUT_OK;
    }
    cut_floor_free(&g);
    return cut_fail(error, CUT_E_MEMORY, "No memory for a shadow.");
}

/* ---- drawn -------------------------------------------------------------- */

/* A plane under the picture, between its samples. */
static void under(cut_image *image, const uint16_t *plane, const cut_floor *g,
                  float opacity, const uint8_t rgb[3])
{
    const float step = 1 / (float)g->k, levels = opacity / 256;
    for (int32_t y = 0; y < image->h; y++) {
        float v = ((float)y + 0.5f) * step - 0.5f;
        int32_t row = v <= 0 ? 0 : (int32_t)v;
        float t = v <= 0 ? 0 : v - (float)row;
        const uint16_t *a = plane + (size_t)row * (size_t)g->w;
        const uint16_t *b = row + 1 < g->h ? a + g->w : a;
        uint8_t *px = image->px + (size_t)y * (size_t)image->w * 4;
        for (int32_t x = 0; x < image->w; x++, px += 4) {
            float u = ((float)x + 0.5f) * step - 0.5f;
            int32_t at = u <= 0 ? 0 : (int32_t)u;
            int32_t next = at + 1 < g->w ? at + 1 : at;
            float s = u <= 0 ? 0 : u - (float)at;
            float up = (float)a[at] + ((float)a[next] - (float)a[at]) * s;
            float low = (float)b[at] + ((float)b[next] - (float)b[at]) * s;
            cut_under(px, rgb,
                      (uint32_t)((up + (low - up) * t) * levels + 0.5f));
        }
    }
}

void cut_floor_draw(cut_image *image, const cut_floor *g)
{
    if (g->contact)
        under(image, g->contact, g, g->contact_style.opacity,
              g->contact_style.rgb);
    if (g->cast)
        under(image, g->cast, g, g->cast_style.opacity, g->cast_style.rgb);
    size_t w = (size_t)image->w;
    for (int32_t i = 0; i < g->mirror_h; i++)
        for (size_t x = 0; x < w; x++) {
            const uint8_t *from = g->mirror + ((size_t)i * w + x) * 4;
            cut_under(image->px + ((size_t)(g->mirror_y + i) * w + x) * 4, from,
                      from[3]);
        }
}

int32_t cut_floor_reach(const cut_stand *stand, const cut_cast *cast,
                        const cut_contact *contact,
                        const cut_reflection *reflection, int32_t side)
{
    float reach = 0;
    if (cast->on) {
        float right, up;
        fall_of(cast, &right, &up);
        if (right < 0) right = -right;
        /* over the ground, and from the top down to it */
        float far = stand->height * (1 + (right > 1 ? right : 1));
        reach = far + (float)cut_blur_reach(box_of(cast->blur, side, 1, 1));
    }
    if (contact->on) {
        float far = 1.5f *
                    (float)cut_blur_reach(box_of(contact->blur, side, 1, 1));
        if (far > reach) reach = far;
    }
    if (reflection->on && 2 * stand->height > reach) reach = 2 * stand->height;
    return (int32_t)reach + 2;
}
