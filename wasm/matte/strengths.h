/*
 * How much of the old background's colour is taken out of soft edges, place by
 * place, as somebody painted it: percent of what the options say. It travels in
 * the PNG of a retouched matte, in a chunk of its own (cuDc), which other
 * readers pass over: runs of [samples - 1][percent], row by row.
 */
#ifndef CUT_MATTE_STRENGTHS_H
#define CUT_MATTE_STRENGTHS_H

#include "image/image.h"

#define CUT_STRENGTH_USUAL 100
#define CUT_STRENGTH_MAX 200
#define CUT_STRENGTHS_SIDE 1024 /* samples of the longer side, at most */

typedef struct cut_strengths {
    uint8_t *px;     /* [h][w], owned; NULL: USUAL everywhere */
    int32_t w, h, k; /* a sample stands for k x k pixels of the photo */
} cut_strengths;

/** Of a photo of w x h: where nothing was painted. */
cut_strengths cut_strengths_of(int32_t w, int32_t h);

/** Samples. */
static inline size_t cut_strengths_count(const cut_strengths *s)
{
    return (size_t)s->w * (size_t)s->h;
}

static inline void cut_strengths_free(cut_strengths *s)
{
    cut_free(s->px);
    s->px = NULL;
}

/** Of photo pixel x, y, when there are any: 1 as usual, 0..2. */
static inline float cut_strength_at(const cut_strengths *s, int32_t x,
                                    int32_t y)
{
    return (float)
               s->px[(size_t)(y / s->k) * (size_t)s->w + (size_t)(x / s->k)] /
           CUT_STRENGTH_USUAL;
}

/**
 * Into a PNG of cut_png_encode(); nothing when all is as usual.
 * @return CUT_OK, CUT_E_MEMORY (file unchanged)
 */
cut_status cut_strengths_write(cut_bytes *file, const cut_strengths *strengths,
                               cut_error *error);

/**
 * Out of a file, of a photo of w x h. Without such a chunk, or with one that is
 * not whole, all is as usual.
 * @param[out] out freed by cut_strengths_free()
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_strengths_read(cut_strengths *out, const uint8_t *bytes,
                              size_t size, int32_t w, int32_t h,
                              cut_error *error);

#endif
