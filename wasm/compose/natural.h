/*
 * The shadow that a photo has of its own: how much darker the ground around the
 * subject is than the same ground in the light. As a layer of black it does to
 * any other ground what it did to this one, since black at alpha s leaves
 * 1 - s of each colour, which is a product.
 */
#ifndef CUT_COMPOSE_NATURAL_H
#define CUT_COMPOSE_NATURAL_H

#include "compose/style.h"
#include "image/image.h"
#include "image/resample.h"

typedef enum cut_natural_found {
    CUT_NATURAL_UNKNOWN,  /* not looked for */
    CUT_NATURAL_FOUND,    /* there is one */
    CUT_NATURAL_NONE,     /* the ground is as light beside the subject */
    CUT_NATURAL_UNSMOOTH, /* light and shadow cannot be told from texture */
} cut_natural_found;

/** "found", "none", "unsmooth"; "" of UNKNOWN. */
const char *cut_natural_name(cut_natural_found found);

/** The shadow on the photo. Freed by cut_natural_free(). */
typedef struct cut_shadow_matte {
    uint16_t *px;    /* [h][w], 1/256 of a level of black; NULL unless FOUND */
    int32_t w, h, k; /* a sample stands for k x k pixels of the photo */
    cut_natural_found found;
} cut_shadow_matte;

/**
 * The ground in the light is a surface of second degree in each channel
 * through what was removed, by least squares whose weights fall where it is
 * darker (Holland and Welsch 1977, with a scale that shrinks), over as much of
 * the photo as fits one: all around the subject, or the part from some row
 * down, below a wall or a horizon. The shadow is what is missing to it, where
 * all channels miss alike (a thing of another colour is no shadow), beyond what
 * the ground's own grain does, and joined to the subject; under the subject's
 * edge it goes on as beside it.
 *
 * @param[out] out   owned by the caller
 * @param      photo before its colours are cleaned
 * @param      alpha u8 [h][w], the subject's
 * @return CUT_OK, whatever was found; CUT_E_MEMORY: 28 bytes a sample, of which
 *         there are 1024 at most along the longer side
 */
cut_status cut_natural_new(cut_shadow_matte *out, const cut_image *photo,
                           const uint8_t *alpha, cut_error *error);
void cut_natural_free(cut_shadow_matte *shadow);

/**
 * Draws it under a picture on which the photo lies at `photo`. Cannot fail.
 *
 * @param fades 1: towards the photo's border it fades away, for a picture that
 *              goes on there
 */
void cut_natural_draw(cut_image *image, const cut_shadow_matte *shadow,
                      cut_place photo, float opacity, int fades);

#endif
