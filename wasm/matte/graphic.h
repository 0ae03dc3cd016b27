/*
 * Flat graphics on a plain ground: logos, line art, codes, text, and ink on a
 * photo of paper. No model is asked: alpha is what unmixes each pixel into the
 * ground's colour and an ink's.
 */
#ifndef CUT_MATTE_GRAPHIC_H
#define CUT_MATTE_GRAPHIC_H

#include "image/image.h"

#define CUT_MAX_INKS 24

typedef struct cut_graphic {
    uint8_t ground[3];
    int tolerance; /* what differs from the ground by no more is the ground */
    uint8_t ink[CUT_MAX_INKS][3];
    int inks;
} cut_graphic;

/** What a pixel is like: 0 the ground, 1 + i ink i, CUT_NO_INK neither. */
#define CUT_NO_INK 255
uint8_t cut_graphic_label(const cut_graphic *graphic, const uint8_t *rgb);

/**
 * Measures a picture. It is a graphic when most of its border is of one colour,
 * and what is not that ground is flat and of a few colours, or an edge: within
 * two pixels of the ground, or of two inks. How much noise there is around the
 * ground's colour (the tolerance) decides how strictly: docs/decisions/
 * graphics.md has the limits and what they give.
 *
 * @param[out] out     filled when it is one, or told to be one
 * @param[out] found   whether it is a graphic
 * @param      is_told measure it all the same
 * @param      image   opaque
 * @return CUT_OK, CUT_E_MEMORY. O(w + h) for a photo whose border is not plain,
 *         else O(w*h), 512 KB.
 */
cut_status cut_graphic_measure(cut_graphic *out, int *found, int is_told,
                               const cut_image *image, cut_error *error);

/**
 * The alpha of a graphic: 0 on the ground, enclosed ground, too; 255 on inks;
 * where ground and inks mix, their share, never so little that the ink would
 * have to be a colour beyond 0..255.
 *
 * @param[out] alpha u8 [h][w]
 * @return CUT_OK, CUT_E_MEMORY. O(w*h), and a byte a pixel.
 */
cut_status cut_graphic_key(uint8_t *alpha, const cut_graphic *graphic,
                           const cut_image *image, cut_error *error);

#endif
