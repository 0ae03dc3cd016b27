#include "edit/state.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

#define GHOST 0.3f /* of what is removed */

static uint8_t *pixel(const cut_image *image, int32_t x, int32_t y)
{
    return image->px + ((size_t)y * (size_t)image->w + (size_t)x) * 4;
}

/* ---- reduced copies ---------------------------------------------------- */

/* `to` in `rect`, from 2 x 2 pixels each; at an odd edge from those that are
 * there. */
static void halve(const cut_image *to, const cut_image *from, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            int32_t right = 2 * x + 1 < from->w, down = 2 * y + 1 < from->h;
            uint32_t rgb[3] = {0}, alpha = 0, count = 0;
            for (int32_t v = 0; v <= down; v++)
                for (int32_t u = 0; u <= right; u++, count++) {
                    const uint8_t *p = pixel(from, 2 * x + u, 2 * y + v);
                    for (int c = 0; c < 3; c++) rgb[c] += p[c] * (uint32_t)p[3];
                    alpha += p[3];
                }
            uint8_t *p = pixel(to, x, y);
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)(alpha ? (rgb[c] + alpha / 2) / alpha : 0);
            p[3] = (uint8_t)((alpha + count / 2) / count);
        }
}

cut_status cut_pyramid_new(cut_pyramid *out, const cut_image *image,
                           cut_error *error)
{
    cut_pyramid made = {.level = {*image}, .count = 1};
    while (made.count < CUT_LEVELS) {
        const cut_image *from = &made.level[made.count - 1];
        if (from->w <= 64 && from->h <= 64) break;
        cut_image to = {.w = (from->w + 1) / 2, .h = (from->h + 1) / 2};
        to.px = cut_alloc((size_t)to.w * (size_t)to.h, 4);
        if (!to.px) {
            cut_pyramid_free(&made);
            return cut_fail(error, CUT_E_MEMORY, "No memory for a view.");
        }
        made.level[made.count++] = to;
    }
    *out = made;
    cut_pyramid_update(out, (cut_rect){0, 0, image->w, image->h});
    return CUT_OK;
}

void cut_pyramid_free(cut_pyramid *pyramid)
{
    for (int i = 1; i < pyramid->count; i++) cut_image_free(&pyramid->level[i]);
    *pyramid = (cut_pyramid){0};
}

void cut_pyramid_update(cut_pyramid *pyramid, cut_rect rect)
{
    for (int i = 1; i < pyramid->count && !cut_rect_is_empty(rect); i++) {
        rect = (cut_rect){rect.x0 / 2, rect.y0 / 2, (rect.x1 + 1) / 2,
                          (rect.y1 + 1) / 2};
        halve(&pyramid->level[i], &pyramid->level[i - 1], rect);
    }
}

/* ---- a view ------------------------------------------------------------ */

/* Two neighbours along an axis, and how far it is to the second. */
typedef struct tap {
    int32_t a, b;
    float way;
} tap;

static tap tap_at(float at, int32_t size, int nearest)
{
    tap t = {0};
    if (nearest) {
        t.a = t.b = (int32_t)at >= size ? size - 1 : (int32_t)at;
        return t;
    }
    at -= 0.5f;
    t.a = at <= 0 ? 0 : (int32_t)at;
    if (t.a >= size) t.a = size - 1;
    t.b = t.a + 1 < size ? t.a + 1 : t.a;
    t.way = at <= 0 ? 0 : at - (float)t.a;
    if (t.way > 1) t.way = 1;
    return t;
}

/* Straight RGBA, 0..255, colours weighted by alpha. */
static f32x4 sample(const cut_image *image, tap x, tap y)
{
    const uint8_t *p[4] = {pixel(image, x.a, y.a), pixel(image, x.b, y.a),
                           pixel(image, x.a, y.b), pixel(image, x.b, y.b)};
    int all = p[0][3] & p[1][3] & p[2][3] & p[3][3],
        any = p[0][3] | p[1][3] | p[2][3] | p[3][3];
    if (any == 0) return (f32x4){0};
    f32x4 top = cut_load_u8x4(p[0]), low = cut_load_u8x4(p[2]);
    f32x4 top2 = cut_load_u8x4(p[1]), low2 = cut_load_u8x4(p[3]);
    if (all == 255) { /* weights by alpha are the weights */
        top += (top2 - top) * x.way;
        low += (low2 - low) * x.way;
        return top + (low - top) * y.way;
    }
    float a = (1 - x.way) * (1 - y.way) * top[3],
          b = x.way * (1 - y.way) * top2[3], c = (1 - x.way) * y.way * low[3],
          d = x.way * y.way * low2[3];
    float alpha = a + b + c + d;
    if (alpha <= 0) return (f32x4){0};
    f32x4 sum = (top * a + top2 * b + low * c + low2 * d) / alpha;
    sum[3] = alpha;
    return sum;
}

f32x4 cut_over_ghost(f32x4 top, f32x4 below)
{
    if (top[3] >= 255) return top;
    float a = top[3] / 255, b = below[3] / 255 * GHOST * (1 - a);
    if (a + b <= 0) return (f32x4){0};
    f32x4 mixed = (top * a + below * b) / (a + b);
    mixed[3] = (a + b) * 255;
    return mixed;
}

cut_status cut_view_render(uint8_t *out, const cut_pyramid *of,
                           const cut_pyramid *ghost, cut_view_window window,
                           int as_matte, cut_error *error)
{
    tap *columns = cut_alloc((size_t)window.w, sizeof *columns);
    if (!columns) return cut_fail(error, CUT_E_MEMORY, "No memory for a view.");
    int level = 0;
    float scale = 1;
    while (level + 1 < of->count && window.step >= 2 * scale) {
        level++;
        scale *= 2;
    }
    const cut_image *full = &of->level[0], *image = &of->level[level];
    const cut_image *below = ghost ? &ghost->level[level] : NULL;
    int nearest = window.step < 0.5f;
    int32_t from = window.w, end = 0; /* columns on the photo */
    for (int32_t i = 0; i < window.w; i++) {
        float x = window.x + ((float)i + 0.5f) * window.step;
        if (!(x >= 0 && x < (float)full->w)) continue;
        columns[i] = tap_at(x / scale, image->w, nearest);
        from = i < from ? i : from;
        end = i + 1;
    }
    memset(out, 0, (size_t)window.w * (size_t)window.h * 4);
    for (int32_t j = 0; j < window.h; j++) {
        float y = window.y + ((float)j + 0.5f) * window.step;
        if (!(y >= 0 && y < (float)full->h)) continue;
        tap row = tap_at(y / scale, image->h, nearest);
        uint8_t *line = out + (size_t)j * (size_t)window.w * 4;
        for (int32_t i = from; i < end; i++) {
            f32x4 p = sample(image, columns[i], row);
            if (below) p = cut_over_ghost(p, sample(below, columns[i], row));
            if (as_matte) p = (f32x4){p[3], p[3], p[3], 255};
            cut_store_u8x4(line + i * 4, __builtin_convertvector(
                                             cut_clamp(p + 0.5f, 255), i32x4));
        }
    }
    cut_free(columns);
    return CUT_OK;
}

void cut_view_tint(uint8_t *view, const uint8_t *cover, int32_t w, int32_t h,
                   cut_view_window window)
{
    static const uint8_t tint[4] = {255, 214, 64, 255};
    for (int32_t j = 0; j < window.h; j++) {
        float y = window.y + ((float)j + 0.5f) * window.step;
        if (!(y >= 0 && y < (float)h)) continue;
        const uint8_t *row = cover + (size_t)(int32_t)y * (size_t)w;
        uint8_t *px = view + (size_t)j * (size_t)window.w * 4;
        for (int32_t i = 0; i < window.w; i++, px += 4) {
            float x = window.x + ((float)i + 0.5f) * window.step;
            if (!(x >= 0 && x < (float)w)) continue;
            int share = row[(int32_t)x] * 2 / 5; /* of 255, at most */
            for (int c = 0; c < 4; c++)
                px[c] = (uint8_t)(px[c] + (tint[c] - px[c]) * share / 255);
        }
    }
}
