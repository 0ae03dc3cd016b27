#include "compose/shadow.h"

#include <string.h>

#include "compose/over.h"
#include "image/box.h"

/* Samples a standard deviation: fewer would show in the straight lines
 * between them. */
#define SHADOW_SAMPLES 2

/* Wider than this share of the longer side nothing changes but the time. */
#define SHADOW_MAX_BLUR 0.25f

/* How much of the subject covers each block of k x k pixels, in 1/256 of a
 * level. Sample (pad, pad) stands for the blocks at the picture's corner; the
 * samples around hold what blurs into the picture from outside. */
typedef struct cover {
    uint16_t *at; /* [h][w] */
    int32_t w, h, k, pad;
} cover;

/* Within 0 .. end. */
static int32_t clamped(int32_t value, int32_t end)
{
    return value < 0 ? 0 : value > end ? end : value;
}

/* A row of alpha, shifted by dx, where blocks are pixels. */
static void copy_alpha(uint16_t *out, const cover *c, const uint8_t *px,
                       int32_t w, int32_t dx)
{
    int32_t from = clamped(dx + c->pad, c->w);
    int32_t end = clamped(dx + c->pad + w, c->w);
    for (int32_t i = from; i < end; i++)
        out[i] = (uint16_t)(px[(size_t)(i - c->pad - dx) * 4 + 3] << 8);
}

/* Adds a row of alpha, shifted by dx, to the sums of its blocks. */
static void add_alpha(uint32_t *sum, const cover *c, const uint8_t *px,
                      int32_t w, int32_t dx)
{
    for (int32_t i = 0; i < c->w; i++) {
        int32_t left = (i - c->pad) * c->k - dx; /* of the block, in px */
        int32_t x = clamped(left, w), end = clamped(left + c->k, w);
        uint32_t more = 0;
        for (; x < end; x++) more += px[(size_t)x * 4 + 3];
        sum[i] += more;
    }
}

/* The subject's alpha, moved by (dx, dy), as means of k x k pixels in 1/256;
 * `sum` holds a row. */
static void cover_fill(cover *c, uint32_t *sum, const cut_image *image,
                       int32_t dx, int32_t dy)
{
    const float scale = 256 / ((float)c->k * (float)c->k);
    for (int32_t i = 0; i < c->h; i++) {
        int32_t top = (i - c->pad) * c->k - dy;
        int32_t y = clamped(top, image->h);
        int32_t end = clamped(top + c->k, image->h);
        uint16_t *out = c->at + (size_t)i * (size_t)c->w;
        if (c->k == 1) {
            memset(out, 0, (size_t)c->w * sizeof *out);
            if (y < end)
                copy_alpha(out, c, image->px + (size_t)y * (size_t)image->w * 4,
                           image->w, dx);
            continue;
        }
        memset(sum, 0, (size_t)c->w * sizeof *sum);
        for (; y < end; y++)
            add_alpha(sum, c, image->px + (size_t)y * (size_t)image->w * 4,
                      image->w, dx);
        for (int32_t x = 0; x < c->w; x++)
            out[x] = (uint16_t)((float)sum[x] * scale + 0.5f);
    }
}

/* The mean of one box along a row of n, nothing beyond its ends. copy: [n] and
 * radius + 1 more on both sides, which are 0. */
static void box_row(uint16_t *row, uint16_t *copy, int32_t n,
                    cut_box_filter box)
{
    int32_t far = box.radius + 1;
    const uint16_t *left = copy, *right = copy + 2 * far;
    int32_t sum = 0; /* signed: its conversion is one instruction */
    memcpy(copy + far, row, (size_t)n * sizeof *row);
    for (int32_t i = 0; i < box.radius; i++) sum += copy[far + i];
    for (int32_t i = 0; i < n; i++) {
        sum += right[i - 1];
        float rims = (float)(left[i] + right[i]) * box.rim;
        float mean = ((float)sum + rims) * box.share + 0.5f;
        row[i] = (uint16_t)(int32_t)mean;
        sum -= left[i + 1];
    }
}

/* sums += next - last, and the means of the columns: of sums and both rims,
 * the rows `last` and `next`. */
static void row_step(uint32_t *restrict sum, uint16_t *restrict out,
                     const uint16_t *restrict before,
                     const uint16_t *restrict next, int32_t n,
                     cut_box_filter box)
{
    for (int32_t i = 0; i < n; i++) {
        float rims = (float)(before[i] + next[i]) * box.rim;
        float mean = ((float)(int32_t)sum[i] + rims) * box.share + 0.5f;
        out[i] = (uint16_t)(int32_t)mean;
        sum[i] += next[i];
    }
}

static void row_take(uint32_t *restrict sum, const uint16_t *restrict row,
                     int32_t n)
{
    for (int32_t i = 0; i < n; i++) sum[i] -= row[i];
}

/* The same down all columns at once, in place: rows that were overwritten and
 * still count are kept. sum: [w]; ring: [radius + 2][w], then a row of 0 */
static void box_columns(cover *c, uint32_t *sum, uint16_t *ring,
                        cut_box_filter box)
{
    size_t w = (size_t)c->w;
    int32_t rows = box.radius + 2, y = 0;
    const uint16_t *none = ring + (size_t)rows * w;
    memset(sum, 0, w * sizeof *sum);
    memset(ring, 0, ((size_t)rows + 1) * w * sizeof *ring);
    for (; y <= box.radius && y < c->h; y++)
        for (size_t x = 0; x < w; x++) sum[x] += c->at[(size_t)y * w + x];
    for (y = 0; y < c->h; y++) {
        uint16_t *row = c->at + (size_t)y * w;
        int32_t ahead = y + box.radius + 1;
        /* row y takes the place of row y - radius - 2 */
        memcpy(ring + (size_t)(y % rows) * w, row, w * sizeof *row);
        const uint16_t *before = ring + (size_t)((y + 1) % rows) * w;
        const uint16_t *last = ring + (size_t)((y + 2) % rows) * w;
        row_step(sum, row, before,
                 ahead < c->h ? c->at + (size_t)ahead * w : none, c->w, box);
        row_take(sum, last, c->w);
    }
}

/* u8 0..255 of opacity where the row's pixels are not opaque. line: f32
 * [c->w + 1], already times the opacity and in levels */
static void under_row(uint8_t *px, const float *line, const cover *c,
                      const uint8_t rgb[3], int32_t w)
{
    const float step = 1 / (float)c->k;
    /* pixel x lies at (x + 0.5) / k - 0.5 + pad of the samples */
    float first = 0.5f * step - 0.5f + (float)c->pad;
    int32_t at = (int32_t)first;
    for (int32_t x = 0; x < w; at++) {
        float from = line[at], slope = line[at + 1] - from;
        /* the first pixel that lies at sample at + 1 or right of it */
        int32_t end = (2 * (at + 1 - c->pad) * c->k + c->k) / 2;
        if (end > w) end = w;
        if (!(from > 0) && !(slope > 0)) {
            x = end;
            continue;
        }
        for (; x < end; x++) {
            float way = ((float)x + 0.5f) * step - 0.5f + (float)(c->pad - at);
            cut_under(px + (size_t)x * 4, rgb,
                      (uint32_t)(int32_t)(from + slope * way + 0.5f));
        }
    }
}

/* The same where samples are pixels. */
static void under_pixels(cut_image *image, const cover *c, float levels,
                         const uint8_t rgb[3])
{
    for (int32_t y = 0; y < image->h; y++) {
        const uint16_t *from = c->at + (size_t)(y + c->pad) * (size_t)c->w +
                               c->pad;
        uint8_t *px = image->px + (size_t)y * (size_t)image->w * 4;
        for (int32_t x = 0; x < image->w; x++)
            if (from[x])
                cut_under(px + (size_t)x * 4, rgb,
                          (uint32_t)(int32_t)((float)from[x] * levels + 0.5f));
    }
}

/* Lays the shadow under the picture, its blocks interpolated; `line` holds a
 * row of them. */
static void under(cut_image *image, const cover *c, float *line,
                  const cut_shadow *shadow)
{
    const float levels = shadow->opacity / 256;
    if (c->k == 1) {
        under_pixels(image, c, levels, shadow->rgb);
        return;
    }
    for (int32_t y = 0; y < image->h; y++) {
        float way = ((float)y + 0.5f) / (float)c->k - 0.5f + (float)c->pad;
        int32_t at = (int32_t)way;
        const uint16_t *up = c->at + (size_t)at * (size_t)c->w;
        const uint16_t *low = at + 1 < c->h ? up + c->w : up;
        way -= (float)at;
        for (int32_t i = 0; i < c->w; i++)
            line[i] = ((float)up[i] + ((float)low[i] - (float)up[i]) * way) *
                      levels;
        line[c->w] = line[c->w - 1];
        under_row(image->px + (size_t)y * (size_t)image->w * 4, line, c,
                  shadow->rgb, image->w);
    }
}

/* The side of the blocks, and the box that is applied to them three times. */
static int32_t blur_of(cut_box_filter *box, const cut_shadow *shadow,
                       int32_t side)
{
    float sigma = cut_length_px(shadow->blur, side) / 2;
    if (sigma > SHADOW_MAX_BLUR / 2 * (float)side)
        sigma = SHADOW_MAX_BLUR / 2 * (float)side;
    int32_t k = (int32_t)(sigma / SHADOW_SAMPLES);
    if (k < 1) k = 1;
    *box = cut_box_of(sigma, k);
    return k;
}

int32_t cut_shadow_reach(const cut_shadow *shadow, int32_t side, int32_t *step)
{
    cut_box_filter box;
    *step = blur_of(&box, shadow, side);
    int32_t dx = cut_length_whole(shadow->x, side);
    int32_t dy = cut_length_whole(shadow->y, side);
    dx = dx < 0 ? -dx : dx;
    dy = dy < 0 ? -dy : dy;
    /* a block, and one more that lines are drawn to */
    return (dx > dy ? dx : dy) + (3 * (box.radius + 1) + 2) * *step;
}

cut_status cut_compose_shadow(cut_image *image, const cut_shadow *shadow,
                              int32_t side, cut_error *error)
{
    cut_box_filter box;
    int32_t k = blur_of(&box, shadow, side);
    int32_t pad = 3 * (box.radius + 1);
    cover c = {.w = (image->w + k - 1) / k + 2 * pad,
               .h = (image->h + k - 1) / k + 2 * pad,
               .k = k,
               .pad = pad};
    size_t w = (size_t)c.w, rows = (size_t)box.radius + 3;
    c.at = cut_alloc(w * (size_t)c.h, sizeof *c.at);
    uint32_t *sum = cut_alloc(w + 1, sizeof *sum); /* then f32, a line */
    uint16_t *ring = cut_alloc(w * rows, sizeof *ring);
    cut_status status = CUT_OK;
    if (c.at && sum && ring) {
        cover_fill(&c, sum, image, cut_length_whole(shadow->x, side),
                   cut_length_whole(shadow->y, side));
        for (int i = 0; i < 3 && box.share < 1; i++) {
            /* rows of 0 and more around the copy of one */
            memset(ring, 0, w * rows * sizeof *ring);
            for (int32_t y = 0; y < c.h; y++)
                box_row(c.at + (size_t)y * w, ring, c.w, box);
            box_columns(&c, sum, ring, box);
        }
        under(image, &c, (float *)(void *)sum, shadow);
    } else {
        status = cut_fail(error, CUT_E_MEMORY, "No memory for a shadow.");
    }
    cut_free(ring);
    cut_free(sum);
    cut_free(c.at);
    return status;
}
