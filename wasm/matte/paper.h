/*
 * Ink on a photo of paper: a signature, a stamp, a drawing. The ground is no one
 * colour but a smooth field, lit unevenly; ink takes away a share of its light.
 */
#ifndef CUT_MATTE_PAPER_H
#define CUT_MATTE_PAPER_H

#include "image/image.h"
#include "matte/layers.h"

typedef struct cut_paper {
    cut_layer light; /* the empty paper; px NULL: there is none */
    float floor;     /* what takes away no more than this is paper */
    float full;      /* what takes away this much is all ink */
} cut_paper;

static inline void cut_paper_free(cut_paper *paper)
{
    cut_layer_free(&paper->light);
}

/**
 * Measures a picture. It is ink on paper when the field is light and nearly
 * neutral, three quarters of the picture and nearly all of its border are it,
 * nothing is lighter, and the rest is thin strokes of one or two colours that
 * take away a quarter of the light or more.
 *
 * @param[out] out   owned by the caller; light.px NULL unless `*found`
 * @param      image opaque
 * @return CUT_OK, CUT_E_MEMORY. O(w + h) for what has a border unlike paper's.
 */
cut_status cut_paper_measure(cut_paper *out, int *found, const cut_image *image,
                             cut_error *error);

/**
 * Alpha of ink: the light that it takes away, of what all ink takes; 0 on
 * paper, and for specks that are nowhere half ink.
 *
 * @param[out] alpha u8 [h][w]
 * @return CUT_OK, CUT_E_MEMORY. O(w*h), and a byte a pixel.
 */
cut_status cut_paper_key(uint8_t *alpha, const cut_paper *paper,
                         const cut_image *image, cut_error *error);

#endif
