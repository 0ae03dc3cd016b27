#include "matte/prompt.h"

#include <string.h>

#include "base/status.h" /* CUT_MAX_MODEL_SIDE */

#define RADIUS 5    /* of a disc, samples; as trained */
#define GROW 1.4f   /* of the window around what was found */
#define LEAST 3.0f  /* no less than this part of a side */
#define MOST 0.7f   /* of the photo: more of it is all of it */
#define BESIDE 0.1f /* of a region's sides, around it */

typedef struct span {
    float from, to;
} span;

static void reach(span *s, float from, float to)
{
    if (from < s->from) s->from = from;
    if (to > s->to) s->to = to;
}

/* What the matte puts above a half, in pixels; 0 when nothing is. */
static int found(span *x, span *y, const cut_matte *matte, int32_t w, int32_t h)
{
    int any = 0;
    float sx = (float)w / (float)matte->w, sy = (float)h / (float)matte->h;
    for (int32_t v = 0; v < matte->h; v++)
        for (int32_t u = 0; u < matte->w; u++)
            if (matte->alpha[(size_t)v * (size_t)matte->w + (size_t)u] > 0.5f) {
                reach(x, (float)u * sx, (float)(u + 1) * sx);
                reach(y, (float)v * sy, (float)(v + 1) * sy);
                any = 1;
            }
    return any;
}

/* A side of the window: from pixel to pixel within 0..n. */
static void place(int32_t *at, int32_t *size, float from, float to, int32_t n)
{
    int32_t first = from > 0 ? (int32_t)from : 0;
    int32_t last = to < (float)n ? (int32_t)to + (to > (float)(int32_t)to) : n;
    if (first > n - 1) first = n - 1;
    if (last < first + 1) last = first + 1;
    *at = first;
    *size = last - first;
}

static void around(int32_t *at, int32_t *size, span s, int32_t n)
{
    float side = (s.to - s.from) * GROW, min_side = (float)n / LEAST;
    if (side < min_side) side = min_side;
    float from = (s.from + s.to - side) / 2;
    place(at, size, from, from + side, n);
}

cut_closeup cut_prompt_window(const cut_prompt *prompt, const cut_matte *so_far,
                              int32_t w, int32_t h)
{
    const cut_closeup whole = {0, 0, w, h};
    span x = {(float)w, 0}, y = {(float)h, 0};
    if (!so_far->alpha || !found(&x, &y, so_far, w, h)) return whole;
    for (int32_t i = 0; i < prompt->count; i++) {
        reach(&x, prompt->clicks[i].x, prompt->clicks[i].x + 1);
        reach(&y, prompt->clicks[i].y, prompt->clicks[i].y + 1);
    }
    if (prompt->has_box) {
        reach(&x, prompt->x0, prompt->x1);
        reach(&y, prompt->y0, prompt->y1);
    }
    cut_closeup window;
    around(&window.x, &window.w, x, w);
    around(&window.y, &window.h, y, h);
    return (float)window.w * (float)window.h > MOST * (float)w * (float)h
               ? whole
               : window;
}

cut_closeup cut_prompt_region(const cut_prompt *prompt, int32_t w, int32_t h)
{
    float dx = BESIDE * (prompt->x1 - prompt->x0);
    float dy = BESIDE * (prompt->y1 - prompt->y0);
    cut_closeup region;
    place(&region.x, &region.w, prompt->x0 - dx, prompt->x1 + dx, w);
    place(&region.y, &region.h, prompt->y0 - dy, prompt->y1 + dy, h);
    return region;
}

static void disc(float *map, int32_t mw, int32_t mh, int32_t cx, int32_t cy)
{
    for (int32_t y = -RADIUS; y <= RADIUS; y++)
        for (int32_t x = -RADIUS; x <= RADIUS; x++) {
            int32_t u = cx + x, v = cy + y;
            if (x * x + y * y <= RADIUS * RADIUS && u >= 0 && v >= 0 &&
                u < mw && v < mh)
                map[(size_t)v * (size_t)mw + (size_t)u] = 1;
        }
}

/* Nearest sample of a position; positions may lie outside. */
static int32_t rounded(float at, int32_t n)
{
    at = at<0 ? 0 : at>(float) n ? (float)n : at;
    return (int32_t)(at + 0.5f);
}

void cut_prompt_maps(float *maps, int32_t mw, int32_t mh,
                     const cut_prompt *prompt, cut_closeup window,
                     const cut_matte *so_far, int32_t w, int32_t h)
{
    size_t plane = (size_t)mw * (size_t)mh;
    float sx = (float)mw / (float)window.w, sy = (float)mh / (float)window.h;
    memset(maps, 0, plane * CUT_PROMPT_MAPS * sizeof *maps);
    for (int32_t i = 0; i < prompt->count; i++) {
        float x = (prompt->clicks[i].x - (float)window.x) * sx;
        float y = (prompt->clicks[i].y - (float)window.y) * sy;
        if (x >= 0 && y >= 0 && x < (float)mw && y < (float)mh)
            disc(maps + (prompt->clicks[i].keep ? 0 : plane), mw, mh,
                 (int32_t)x, (int32_t)y);
    }
    if (prompt->has_box) {
        int32_t x0 = rounded((prompt->x0 - (float)window.x) * sx, mw);
        int32_t x1 = rounded((prompt->x1 - (float)window.x) * sx, mw);
        int32_t y0 = rounded((prompt->y0 - (float)window.y) * sy, mh);
        int32_t y1 = rounded((prompt->y1 - (float)window.y) * sy, mh);
        for (int32_t y = y0; y < y1; y++)
            for (int32_t x = x0; x < x1; x++)
                maps[2 * plane + (size_t)y * (size_t)mw + (size_t)x] = 1;
    }
    if (!so_far->alpha) return;
    float zx = (float)so_far->w / (float)w, zy = (float)so_far->h / (float)h;
    for (int32_t y = 0; y < mh; y++)
        for (int32_t x = 0; x < mw; x++) {
            float u = (float)window.x + ((float)x + 0.5f) / sx;
            float v = (float)window.y + ((float)y + 0.5f) / sy;
            maps[3 * plane + (size_t)y * (size_t)mw + (size_t)x] = cut_matte_at(
                so_far, u * zx - 0.5f, v * zy - 0.5f);
        }
}

cut_status cut_prompt_place(cut_matte *answer, cut_closeup window, int32_t w,
                            int32_t h, cut_error *error)
{
    if (window.w == w && window.h == h) return CUT_OK;
    int32_t side = answer->w > answer->h ? answer->w : answer->h;
    int32_t k = 2 * side <= CUT_MAX_MODEL_SIDE ? 2 : 1;
    cut_matte out = {NULL, answer->w * k, answer->h * k};
    out.alpha = cut_alloc_zero((size_t)out.w * (size_t)out.h,
                               sizeof *out.alpha);
    if (!out.alpha)
        return cut_fail(error, CUT_E_MEMORY, "No memory for a %d x %d matte.",
                        (int)out.w, (int)out.h);
    float sx = (float)w / (float)out.w, sy = (float)h / (float)out.h;
    float zx = (float)answer->w / (float)window.w;
    float zy = (float)answer->h / (float)window.h;
    for (int32_t y = 0; y < out.h; y++)
        for (int32_t x = 0; x < out.w; x++) {
            float u = (((float)x + 0.5f) * sx - (float)window.x) * zx;
            float v = (((float)y + 0.5f) * sy - (float)window.y) * zy;
            if (u >= 0 && v >= 0 && u < (float)answer->w &&
                v < (float)answer->h)
                out.alpha[(size_t)y * (size_t)out.w + (size_t)x] = cut_matte_at(
                    answer, u - 0.5f, v - 0.5f);
        }
    cut_matte_free(answer);
    *answer = out;
    return CUT_OK;
}
