#include "matte/edge.h"

#include <math.h>
#include <string.h>

#include "image/blur.h"

#define TILE 128
/* No edge has to be narrower, from clear to opaque. */
#define CRISP_PX 1.5f
#define SQRT_2_PI 2.5066283f

/* What a tile needs: a patch of the matte, and room to work on it. */
typedef struct patch {
    int32_t w, h;
    uint8_t *from, *to, *spare, *inverse_min; /* [h][w] */
    uint16_t *wide, *other;                   /* [h][w], in 1/256 of a level */
    uint32_t *sum;                            /* [w] */
    void *block;
} patch;

static int32_t within(int32_t v, int32_t end)
{
    return v < 0 ? 0 : v >= end ? end - 1 : v;
}

static float limited(float px)
{
    return px > CUT_EDGE_MAX_PX    ? CUT_EDGE_MAX_PX
           : px < -CUT_EDGE_MAX_PX ? -CUT_EDGE_MAX_PX
                                   : px;
}

static int32_t blur_reach(float width)
{
    return width > 0 ? cut_blur_reach(cut_box_of(width / 2, 1)) : 0;
}

static int32_t smooth_reach(float width)
{
    int32_t blurred = blur_reach(width), near = (int32_t)(width + 0.5f) + 1;
    return width > 0 && near > blurred ? near : blurred;
}

static int32_t shift_reach(float shift)
{
    float px = shift < 0 ? -shift : shift;
    return px > 0 ? (int32_t)px + 1 : 0;
}

static cut_status patch_new(patch *p, int32_t side, cut_error *error)
{
    size_t area = (size_t)side * (size_t)side;
    uint8_t *block = cut_alloc(area * 8 + (size_t)side * 4, 1);
    if (!block) return cut_fail(error, CUT_E_MEMORY, "No memory for edges.");
    *p = (patch){.block = block, .sum = (uint32_t *)(void *)block};
    p->wide = (uint16_t *)(void *)(block + (size_t)side * 4);
    p->other = p->wide + area;
    p->from = (uint8_t *)(p->other + area);
    p->to = p->from + area;
    p->spare = p->to + area;
    p->inverse_min = p->spare + area;
    return CUT_OK;
}

/* Copies the part and `reach` around it; whether it is all of one value. */
static int patch_fill(patch *p, const uint8_t *alpha, int32_t w, int32_t h,
                      cut_edge_part part, int32_t reach)
{
    p->w = part.x1 - part.x0 + 2 * reach;
    p->h = part.y1 - part.y0 + 2 * reach;
    int32_t x0 = part.x0 - reach, inner = within(x0, w);
    int32_t left = inner - x0, end = within(x0 + p->w - 1, w) + 1;
    int plain = 1;
    for (int32_t y = 0; y < p->h; y++) {
        const uint8_t *row = alpha +
                             (size_t)within(part.y0 - reach + y, h) * (size_t)w;
        uint8_t *to = p->from + (size_t)y * (size_t)p->w;
        int32_t n = end - inner;
        memset(to, row[inner], (size_t)left);
        memcpy(to + left, row + inner, (size_t)n);
        memset(to + left + n, row[end - 1], (size_t)(p->w - left - n));
        plain = plain && to[0] == p->from[0] &&
                memcmp(to, to + 1, (size_t)p->w - 1) == 0;
    }
    return plain;
}

static void swap(patch *p)
{
    uint8_t *from = p->from;
    p->from = p->to;
    p->to = from;
}

/* ---- blur --------------------------------------------------------------- */

/* p->from, blurred, in p->wide. */
static void blur(patch *p, float width)
{
    size_t w = (size_t)p->w, count = w * (size_t)p->h;
    cut_box_filter box = cut_box_of(width / 2, 1);
    for (size_t i = 0; i < count; i++) p->wide[i] = (uint16_t)(p->from[i] << 8);
    cut_blur_plane(p->wide, p->other, p->sum, p->w, p->h, box);
}

/* ---- the three ---------------------------------------------------------- */

static void feather(patch *p, float width)
{
    size_t count = (size_t)p->w * (size_t)p->h;
    blur(p, width);
    for (size_t i = 0; i < count; i++)
        p->to[i] = (uint8_t)((p->wide[i] + 128) >> 8);
    swap(p);
}

static void raise_to(uint8_t *restrict out, const uint8_t *restrict by,
                     int32_t n)
{
    for (int32_t i = 0; i < n; i++) out[i] = by[i] > out[i] ? by[i] : out[i];
}

/* Half the width of a disc in the row dy from its middle. */
static int32_t half_width(int32_t radius, int32_t dy)
{
    int32_t x = 0;
    while ((x + 1) * (x + 1) <= radius * radius - dy * dy) x++;
    return x;
}

/* The largest of each row within k, of the largest within k - 1; outside of
 * the patch nothing is larger. */
static void widen(uint8_t *restrict out, const uint8_t *restrict in, int32_t w,
                  int32_t h, int32_t k)
{
    for (int32_t y = 0; y < h; y++, in += w, out += w) {
        memcpy(out, in, (size_t)w);
        if (w < 3) continue;
        for (int32_t x = 1; x < w - 1; x++) {
            uint8_t v = in[x - 1] > in[x + 1] ? in[x - 1] : in[x + 1];
            out[x] = k > 1 || v > in[x] ? v : in[x];
        }
    }
}

/* p->to: the largest of p->from within a disc. p->from is used up. */
static void dilate(patch *p, int32_t radius)
{
    size_t w = (size_t)p->w;
    memcpy(p->to, p->from, w * (size_t)p->h);
    uint8_t *row = p->from, *next = p->spare;
    int32_t dy = radius;
    for (int32_t k = 0; k <= radius; k++) {
        if (k) {
            widen(next, row, p->w, p->h, k);
            uint8_t *old = row;
            row = next;
            next = old;
        }
        for (; dy >= 0 && half_width(radius, dy) == k; dy--)
            for (int32_t y = 0; y < p->h; y++) {
                uint8_t *out = p->to + (size_t)y * w;
                if (y >= dy) raise_to(out, row + (size_t)(y - dy) * w, p->w);
                if (y + dy < p->h)
                    raise_to(out, row + (size_t)(y + dy) * w, p->w);
            }
    }
}

static void invert(uint8_t *px, size_t count)
{
    for (size_t i = 0; i < count; i++) px[i] = (uint8_t)(255 - px[i]);
}

/* The steepest step at each pixel, to the next one of its row or column. */
static void steps_of(uint8_t *out, const uint8_t *in, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++, in += w, out += w) {
        size_t down = y + 1 < h ? (size_t)w : 0;
        for (int32_t x = 0; x < w; x++) {
            int next = in[x + 1 < w ? x + 1 : x] - in[x];
            int low = in[(size_t)x + down] - in[x];
            next = next < 0 ? -next : next;
            low = low < 0 ? -low : low;
            out[x] = (uint8_t)(next > low ? next : low);
        }
    }
}

/* What a blur has taken from the slope of an edge of `width` pixels: about
 * 1 / erf(width / (2 sqrt 2 sigma)). */
static float gain_of(float sigma, float width)
{
    float k = sigma * SQRT_2_PI / (width > CRISP_PX ? width : CRISP_PX);
    return sqrtf(sqrtf(1 + k * k * k * k));
}

/* The blur, with the slope that it has taken given back between the least and
 * the largest nearby: what is even, or soft anyhow, hardly changes. */
static void smooth(patch *p, float width)
{
    size_t count = (size_t)p->w * (size_t)p->h;
    int32_t near = (int32_t)(width + 0.5f);
    blur(p, width);
    uint8_t *kept = (uint8_t *)p->other, *max = kept + count;
    memcpy(kept, p->from, count);
    dilate(p, near);
    memcpy(max, p->to, count);
    for (size_t i = 0; i < count; i++) p->from[i] = (uint8_t)(255 - kept[i]);
    dilate(p, near);
    memcpy(p->inverse_min, p->to, count); /* 255 less it */
    steps_of(p->from, kept, p->w, p->h);
    dilate(p, near);
    for (size_t i = 0; i < count; i++) {
        float low = (float)(255 - p->inverse_min[i]), high = (float)max[i];
        float middle = (low + high) / 2, step = (float)p->to[i];
        float gain = gain_of(width / 2, step > 0 ? (high - low) / step : 1);
        float v = middle + ((float)p->wide[i] / 256 - middle) * gain;
        v = v < low ? low : v > high ? high : v;
        p->to[i] = (uint8_t)(v + 0.5f);
    }
    swap(p);
}

/* Within a disc of whole pixels and one of a pixel more, mixed. */
static void shift(patch *p, float by)
{
    size_t count = (size_t)p->w * (size_t)p->h;
    float px = by < 0 ? -by : by;
    int32_t whole = (int32_t)px;
    uint32_t part = (uint32_t)((px - (float)whole) * 256 + 0.5f);
    uint8_t *kept = (uint8_t *)p->wide, *less = (uint8_t *)p->other;
    if (by < 0) invert(p->from, count);
    memcpy(kept, p->from, count);
    dilate(p, whole);
    if (part) {
        memcpy(less, p->to, count);
        memcpy(p->from, kept, count);
        dilate(p, whole + 1);
        for (size_t i = 0; i < count; i++)
            p->to[i] =
                (uint8_t)((less[i] * (256 - part) + p->to[i] * part + 128) >>
                          8);
    }
    if (by < 0) invert(p->to, count);
    swap(p);
}

/* ---- the whole ---------------------------------------------------------- */

static void filter_tile(patch *p, uint8_t *out, size_t stride,
                        cut_edge_part tile, int32_t reach, const cut_edge *edge,
                        int plain)
{
    if (!plain && edge->smooth > 0) smooth(p, edge->smooth);
    if (!plain && edge->shift != 0) shift(p, edge->shift);
    if (!plain && edge->feather > 0) feather(p, edge->feather);
    for (int32_t y = 0; y < tile.y1 - tile.y0; y++)
        memcpy(out + (size_t)y * stride,
               p->from + (size_t)(y + reach) * (size_t)p->w + (size_t)reach,
               (size_t)(tile.x1 - tile.x0));
}

cut_status cut_edge_filter(uint8_t *out, size_t stride, const uint8_t *alpha,
                           int32_t w, int32_t h, cut_edge_part part,
                           const cut_edge *edge, cut_error *error)
{
    const cut_edge e = {0, limited(edge->smooth), limited(edge->shift),
                        limited(edge->feather)};
    int32_t reach = smooth_reach(e.smooth) + shift_reach(e.shift) +
                    blur_reach(e.feather);
    patch p;
    cut_status status = patch_new(&p, TILE + 2 * reach, error);
    if (status) return status;
    for (int32_t y = part.y0; y < part.y1; y += TILE)
        for (int32_t x = part.x0; x < part.x1; x += TILE) {
            cut_edge_part tile = {x, y, x + TILE, y + TILE};
            if (tile.x1 > part.x1) tile.x1 = part.x1;
            if (tile.y1 > part.y1) tile.y1 = part.y1;
            int plain = patch_fill(&p, alpha, w, h, tile, reach);
            filter_tile(&p,
                        out + (size_t)(y - part.y0) * stride +
                            (size_t)(x - part.x0),
                        stride, tile, reach, &e, plain);
        }
    cut_free(p.block);
    return CUT_OK;
}

cut_status cut_edge_apply(uint8_t *alpha, const cut_image *photo,
                          const cut_edge *edge, cut_error *error)
{
    int32_t w = photo->w, h = photo->h;
    size_t count = (size_t)w * (size_t)h;
    if (cut_edge_is_plain(edge)) return CUT_OK;
    uint8_t *was = cut_alloc(count, 1);
    if (!was) return cut_fail(error, CUT_E_MEMORY, "No memory for edges.");
    memcpy(was, alpha, count);
    cut_status status = CUT_OK;
    if (edge->hole > 0) status = cut_edge_fill(was, photo, edge->hole, error);
    if (!status && edge->smooth == 0 && edge->shift == 0 &&
        edge->feather == 0) {
        memcpy(alpha, was, count);
    } else if (!status) {
        status = cut_edge_filter(alpha, (size_t)w, was, w, h,
                                 (cut_edge_part){0, 0, w, h}, edge, error);
        for (size_t i = 0; !status && i < count; i++)
            if (alpha[i] > photo->px[i * 4 + 3])
                alpha[i] = photo->px[i * 4 + 3];
    }
    cut_free(was);
    return status;
}
