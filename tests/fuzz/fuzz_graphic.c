/*
 * Any pixels as a graphic, as ink on paper, as a cut-out: two bytes are the
 * size, a third says how many colours there are, the rest is the picture, again
 * and again. Alpha under which the ground is 0, and nothing leaks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "matte/foreground.h"
#include "matte/given.h"
#include "matte/graphic.h"
#include "matte/paper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The picture: of `kind` 0 all bytes count, otherwise few colours do. */
static cut_image picture(const uint8_t *data, size_t size)
{
    int32_t w = 1 + data[0] % 96, h = 1 + data[1] % 96;
    uint8_t kind = data[2];
    cut_image image = {
        .px = cut_alloc((size_t)w * (size_t)h, 4), .w = w, .h = h};
    for (size_t i = 0; image.px && i < (size_t)w * (size_t)h * 4; i++) {
        uint8_t v =
            data[3 + (kind & 1 ? i / 4 / 7 * 4 + i % 4 : i) % (size - 3)];
        image.px[i] = kind & 2 ? v | 0xC0 : v;
        if (i % 4 == 3 && !(kind & 4)) image.px[i] = 255;
    }
    return image;
}

static void key(const cut_image *image, uint8_t *alpha)
{
    cut_graphic graphic;
    cut_paper paper;
    cut_error error = {{0}};
    int found;
    if (cut_graphic_measure(&graphic, &found, 1, image, &error) == CUT_OK &&
        cut_graphic_key(alpha, &graphic, image, &error) == CUT_OK)
        for (int32_t i = 0; i < image->w * image->h; i++)
            if (memcmp(image->px + i * 4, graphic.ground, 3) == 0 && alpha[i])
                abort();
    if (cut_paper_measure(&paper, &found, image, &error) == CUT_OK && found)
        cut_paper_key(alpha, &paper, image, &error);
    cut_paper_free(&paper);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4) return 0;
    cut_image image = picture(data, size);
    uint8_t *alpha = cut_alloc_zero((size_t)image.w * (size_t)image.h, 1);
    if (!image.px || !alpha) abort();
    (void)cut_alpha_is_given(&image);
    (void)cut_image_is_light(&image);
    key(&image, alpha);
    cut_error error = {{0}};
    cut_foreground_unmix(&image, alpha, &error);
    cut_image_free(&image);
    cut_free(alpha);
    if (cut_alloc_count().blocks != 0) abort();
    return 0;
}
