/*
 * The one picture type. Straight (not premultiplied) RGBA, 8 bit a channel,
 * rows packed, in whatever RGB space the file's ICC profile names (sRGB if
 * none): no step converts colour, the profile travels with the result.
 */
#ifndef CUT_IMAGE_IMAGE_H
#define CUT_IMAGE_IMAGE_H

#include <stdint.h>

#include "base/alloc.h"
#include "base/fail.h"

typedef struct cut_image {
    uint8_t *px; /* [h][w][4], owned, from cut_alloc; NULL = no picture */
    int32_t w, h;
    int32_t opaque; /* 1: every alpha is known to be 255; 0: not known */
    int32_t light;  /* 1: reduced, it lies on dark grey: on white it would
                       vanish (matte/given.h) */
} cut_image;

/** Owned bytes (a profile, an encoded file). */
typedef struct cut_bytes {
    uint8_t *data; /* from cut_alloc; NULL = none */
    size_t size;
} cut_bytes;

static inline void cut_image_free(cut_image *image)
{
    cut_free(image->px);
    *image = (cut_image){0};
}

static inline void cut_bytes_free(cut_bytes *bytes)
{
    cut_free(bytes->data);
    *bytes = (cut_bytes){0};
}

#endif
