/*
 * EXIF orientation, as the side of the upright picture where the stored row 0
 * and column 0 lie (EXIF 2.32, 4.6.4 A):
 * 1 top left · 2 top right · 3 bottom right · 4 bottom left ·
 * 5 left top · 6 right top · 7 right bottom · 8 left bottom
 */
#include "image/orient.h"

enum { TILE = 32 }; /* 4 KB of source and of target: both stay in L1 */

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;
    *a = *b;
    *b = t;
}

static void mirror_rows(uint32_t *px, size_t w, size_t h)
{
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w / 2; x++)
            swap(px + y * w + x, px + y * w + (w - 1 - x));
}

static void flip_rows(uint32_t *px, size_t w, size_t h)
{
    for (size_t y = 0; y < h / 2; y++)
        for (size_t x = 0; x < w; x++)
            swap(px + y * w + x, px + (h - 1 - y) * w + x);
}

/* out[x][y] = in[y][x], with either index reversed in the output. */
static void transpose(uint32_t *out, const uint32_t *in, size_t w, size_t h,
                      int reverse_x, int reverse_y)
{
    for (size_t ty = 0; ty < h; ty += TILE)
        for (size_t tx = 0; tx < w; tx += TILE)
            for (size_t x = tx; x < w && x < tx + TILE; x++) {
                size_t row = reverse_x ? w - 1 - x : x;
                for (size_t y = ty; y < h && y < ty + TILE; y++)
                    out[row * h + (reverse_y ? h - 1 - y : y)] = in[y * w + x];
            }
}

cut_status cut_image_orient(cut_image *image, int orientation, cut_error *error)
{
    if (orientation < 2 || orientation > 8) return CUT_OK;
    size_t w = (size_t)image->w, h = (size_t)image->h;
    /* cut_alloc gives memory without a declared type, aligned to 16 */
    uint32_t *px = (uint32_t *)(void *)image->px;
    if (orientation <= 4) {
        if (orientation != 4) mirror_rows(px, w, h);
        if (orientation != 2) flip_rows(px, w, h);
        return CUT_OK;
    }
    uint32_t *turned = cut_alloc(w * h, sizeof *turned);
    if (!turned)
        return cut_fail(error, CUT_E_MEMORY,
                        "No memory to turn %d x %d pixels.", (int)image->w,
                        (int)image->h);
    transpose(turned, px, w, h, orientation == 7 || orientation == 8,
              orientation == 6 || orientation == 7);
    cut_free(image->px);
    *image = (cut_image){.px = (uint8_t *)turned,
                         .w = (int32_t)h,
                         .h = (int32_t)w,
                         .opaque = image->opaque};
    return CUT_OK;
}
