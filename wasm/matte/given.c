#include "matte/given.h"

#include <stdlib.h>

#include "image/resample.h"

enum {
    CLEAR = 8,       /* alpha that counts as none */
    LIKE = 2,        /* of 255: what two pixels of a flat colour differ */
    LIGHT_LUMA = 190 /* mean of what vanishes on white */
};

typedef struct counts {
    int64_t all, clear, border, border_clear;
    int64_t pairs, flat; /* visible pixels beside visible ones; those alike */
    int32_t left, right, top, bottom; /* of what is seen */
} counts;

static int is_like(const uint8_t *p, const uint8_t *q)
{
    return abs(p[0] - q[0]) <= LIKE && abs(p[1] - q[1]) <= LIKE &&
           abs(p[2] - q[2]) <= LIKE;
}

/* Counts a row: what is clear, on the border too, the box of the rest, and
 * how much of that is flat. */
static void count_row(counts *c, const uint8_t *px, int32_t w, int32_t y,
                      int on_border)
{
    for (int32_t x = 0; x < w; x++) {
        const uint8_t *p = px + (size_t)x * 4;
        int clear = p[3] <= CLEAR;
        int border = on_border || x == 0 || x == w - 1;
        c->clear += clear;
        c->border += border;
        c->border_clear += border && clear;
        if (clear) continue;
        if (x < c->left) c->left = x;
        if (x > c->right) c->right = x;
        if (y < c->top) c->top = y;
        c->bottom = y;
        if (x + 1 < w && p[7] > CLEAR) {
            c->pairs++;
            c->flat += is_like(p, p + 4);
        }
    }
}

int cut_alpha_is_given(const cut_image *image)
{
    int32_t w = image->w, h = image->h;
    if (cut_image_is_opaque(image)) return 0;
    counts c = {
        .all = (int64_t)w * h, .left = w, .top = h, .right = -1, .bottom = -1};
    for (int32_t y = 0; y < h; y++)
        count_row(&c, image->px + (size_t)y * (size_t)w * 4, w, y,
                  y == 0 || y == h - 1);
    int64_t seen = c.all - c.clear;
    if (seen == 0 || c.clear * 100 < c.all || c.border_clear * 5 < c.border)
        return 0;
    int64_t box = (int64_t)(c.right - c.left + 1) * (c.bottom - c.top + 1);
    return seen * 20 < box * 19 || c.flat * 10 >= c.pairs * 9;
}

int cut_image_is_light(const cut_image *image)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    uint64_t luma = 0, weight = 0;
    if (cut_image_is_opaque(image)) return 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *p = image->px + i * 4;
        if (p[3] < 128) continue; /* what is thin is seen on any ground */
        luma += (2u * p[0] + 5u * p[1] + p[2]) * (uint64_t)p[3];
        weight += p[3];
    }
    return luma > weight * (uint64_t)LIGHT_LUMA * 8;
}
