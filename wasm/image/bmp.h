/*
 * BMP: Windows' headers of 40 to 124 bytes, OS/2's of 12 and 16 to 64; 1, 2,
 * 4, 8, 16, 24 and 32 bits a pixel, plain, by bit masks, or run-length coded.
 * Source: Microsoft, "Bitmap Storage"; OS/2 Presentation Manager, "Bitmap file
 * format"; what they leave open is as browsers show it.
 */
#ifndef CUT_IMAGE_BMP_H
#define CUT_IMAGE_BMP_H

#include "image/image.h"

typedef struct cut_bmp {
    int32_t w, h; /* pixels; beyond CUT_MAX_SIDE: CUT_MAX_SIDE + 1 */
    int top_down;
    int bits;         /* a pixel */
    int coding;       /* 0 plain, 1 RLE8, 2 RLE4, 3 RLE24 */
    uint32_t mask[4]; /* red, green, blue, alpha; 16 and 32 bits a pixel */
    uint32_t palette; /* where it begins */
    int32_t colours;  /* how many it has */
    int entry;        /* bytes of each: 3 or 4 */
    uint32_t pixels;  /* where the rows begin */
} cut_bmp;

/** Whether a header of a known size follows the two letters. */
int cut_bmp_is(const uint8_t *bytes, size_t size);

/**
 * Reads the header.
 * @param[out] variant what cannot be read, for people; NULL otherwise
 * @return 1; 0 when the header is damaged or `*variant` is set
 */
int cut_bmp_header(cut_bmp *out, const char **variant, const uint8_t *bytes,
                   size_t size);

/** Pixels may be clear: by an alpha mask, or where run-length coding leaves
 * some out. */
static inline int cut_bmp_has_alpha(const cut_bmp *bmp)
{
    return bmp->mask[3] != 0 || bmp->coding != 0;
}

/**
 * Rows to RGBA8. An alpha mask under which every pixel is 0 is none.
 * @param[out] px   [h][w][4], zeroed
 * @return how many rows are whole, 0..h
 */
int32_t cut_bmp_decode(uint8_t *px, const cut_bmp *bmp, const uint8_t *bytes,
                       size_t size);

#endif
