/*
 * GIF, the first picture of it. Source: GIF89a (CompuServe 1990); what it
 * leaves open is as browsers show it: a frame that reaches beyond the screen
 * makes the screen larger, a colour that no palette has is black.
 */
#ifndef CUT_IMAGE_GIF_H
#define CUT_IMAGE_GIF_H

#include "image/image.h"

typedef struct cut_gif {
    int32_t w, h;         /* the screen, with the frame inside */
    int32_t x, y, fw, fh; /* the frame */
    int interlaced;
    int32_t clear;   /* index of the clear colour, or -1 */
    size_t palette;  /* where it begins */
    int32_t colours; /* how many it has; 0: no palette at all */
    size_t data;     /* where the LZW data begin: the code's size */
} cut_gif;

/** Reads up to the first frame's data. 0: damaged, or no frame follows. */
int cut_gif_header(cut_gif *out, const uint8_t *bytes, size_t size);

/**
 * The frame on its screen, which is clear around it.
 * @param[out] px   [h][w][4], zeroed
 * @param[out] ends whether the data end where the pixels do: codes that go on
 *                  behind them are forgiven (browsers do) only where their
 *                  sub-blocks lead to whatever may follow a frame
 * @return how many pixels of the frame were decoded, 0..fw*fh
 */
int64_t cut_gif_decode(uint8_t *px, int *ends, const cut_gif *gif,
                       const uint8_t *bytes, size_t size);

#endif
