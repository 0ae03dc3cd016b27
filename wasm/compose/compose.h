/*
 * What the cut-out is shown on. All arithmetic on bytes is exact rounding:
 * out = (fg * a + bg * (255 - a)) / 255 to the nearest, in the photo's own
 * gamma-coded RGB, as browsers and editors compose.
 */
#ifndef CUT_COMPOSE_COMPOSE_H
#define CUT_COMPOSE_COMPOSE_H

#include "compose/style.h"
#include "image/resample.h"
#include "matte/layers.h"
#include "matte/subject.h"

/** Onto one colour; alpha becomes 255. Cannot fail. */
void cut_compose_colour(cut_image *image, const uint8_t rgb[3]);

/** One row onto opaque RGBA [w][4]; alpha becomes 255. */
void cut_compose_bytes(uint8_t *px, const uint8_t *bg, int32_t w);

/** The same onto colours f32 [w][4], 0..255, the last lane unused. */
void cut_compose_row(uint8_t *px, const float *bg, int32_t w);

/** Onto a picture (flattened on white) that is stretched `over` the image;
 * NULL: over all of it. Pixels whose middle it does not cover stay. CUT_OK,
 * CUT_E_MEMORY: a few rows, and the picture again when it is clear in places or
 * more than twice as large, then reduced. */
cut_status cut_compose_image(cut_image *image, const cut_image *picture,
                             const cut_stretch *over, cut_error *error);

/** The matte as an opaque grey picture. Cannot fail. */
void cut_compose_mask(cut_image *image);

/**
 * The photo's background, blurred, small: normalised by 1 - alpha, so that
 * the subject leaves no glow in it. Taken before the foreground's colours
 * replace the photo's. Freed by cut_layer_free().
 *
 * @param sigma standard deviation in pixels, as the radius of CSS blur(); 0:
 *              2.2 % of the longer side. Raised to half a sample of the layer,
 *              which has 1536 at most along the longer side.
 * @return CUT_OK, CUT_E_MEMORY: the layer (f32 [h][w][4]) twice and a third;
 *         21 MB each at 12 megapixels when sigma is below 48, 1.4 at 88
 */
cut_status cut_blur_new(cut_layer *out, const cut_image *photo,
                        const uint8_t *alpha, float sigma, cut_error *error);

/** Onto that, where `photo` says that the photo lies. At scale 1 and a whole
 * place between the layer's samples, else by way of a picture of its size.
 * CUT_OK, CUT_E_MEMORY. */
cut_status cut_compose_blur(cut_image *image, const cut_layer *blur,
                            cut_place photo, cut_error *error);

/** The same on a canvas: the layer covers it, the largest part of the ratio
 * w : h around its middle is seen. */
cut_status cut_compose_blur_cover(cut_image *image, const cut_layer *blur,
                                  int32_t w, int32_t h, cut_error *error);

/** The rest of the photo instead of the subject: alpha u8 [h][w] becomes the
 * photo's own less what it was. The same once more is what it was. */
void cut_swap_sides(uint8_t *alpha, const cut_image *photo);

typedef struct cut_box {
    int32_t x, y, w, h;
} cut_box;

/**
 * The subject's box and a margin on each side, as far as the photo of w x h
 * reaches; all of it when the subject has no box.
 *
 * @param margin percent of the box's longer side, rounded to a pixel
 */
cut_box cut_crop_box(const cut_subject *subject, cut_length margin, int32_t w,
                     int32_t h);

/** To a box inside the picture, in place. Cannot fail. */
void cut_crop(cut_image *image, cut_box box);

/** To the largest box of the ratio w : h around the middle, in place. */
void cut_crop_to_ratio(cut_image *image, int32_t w, int32_t h);

#endif
