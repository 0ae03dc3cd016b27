#ifndef CUT_MATTE_FOREGROUND_H
#define CUT_MATTE_FOREGROUND_H

#include "image/image.h"
#include "matte/layers.h"
#include "matte/strengths.h"

#ifndef CUT_FOREGROUND_SIDE
#define CUT_FOREGROUND_SIDE 1024 /* longer side of the layers, at most */
#endif

/** How much of the old background's colour is taken out, as usual. */
#define CUT_FOREGROUND_USUAL 1.0f

/**
 * Foreground colours under soft alpha, so that no halo of the old background
 * stays: with F' and B' smooth layers of the surely known colours, the colour
 * is F' corrected by what alpha F' + (1 - alpha) B' leaves unexplained, the
 * fusion step of Forte (2021), "Approximate Fast Foreground Colour
 * Estimation", eq. 4 and 5.
 *
 * @param[in,out] photo RGB is replaced where the matte is soft, becomes 0 where
 *                      alpha is 0, stays byte for byte where the matte is
 *                      opaque, and wherever alpha is not 0 when no pixel is
 *                      sure to be foreground or none to be background; the
 *                      alpha channel becomes `alpha`
 * @param         alpha u8 [h][w], the matte times the photo's own alpha
 * @return CUT_OK, CUT_E_MEMORY (photo unchanged). O(w*h).
 */
cut_status cut_foreground_estimate(cut_image *photo, const uint8_t *alpha,
                                   cut_error *error);

/**
 * The same for a graphic, whose ground is known: the colour is the one that
 * over the background's layer B' gives the photo itself, so that alpha F +
 * (1 - alpha) B' is within 1 of it wherever F is no colour beyond 0..255.
 * Without a clear pixel there is no such layer: then as above.
 */
cut_status cut_foreground_unmix(cut_image *photo, const uint8_t *alpha,
                                cut_error *error);

/**
 * Either of them by `exact`, and of the old background's colour more or less is
 * taken out: `strength` 0 leaves the photo's own colours, 1 is as above, 2 is F'
 * itself where alpha is soft; with `exact` there is no more than 1.
 *
 * @param places what that is multiplied by, place by place
 */
cut_status cut_foreground_clean(cut_image *photo, const uint8_t *alpha,
                                int exact, float strength,
                                const cut_strengths *places, cut_error *error);

/** F' and B' of a photo and its matte; F' is empty when colours are unmixed.
 * lines is NULL when there are none: no soft pixel, or none that is sure to be
 * of the one or of the other. */
typedef struct cut_colours {
    cut_layer foreground, background;
    int32_t k;            /* as of the layers, also where there are none */
    float *lines;         /* scratch of cut_colours_row() */
    float strength;       /* as of cut_foreground_clean(); USUAL when new */
    cut_strengths places; /* borrowed; none when new */
} cut_colours;

/** For who wants some rows only; exact: as cut_foreground_unmix(). CUT_OK;
 * CUT_E_MEMORY: out unchanged. */
cut_status cut_colours_new(cut_colours *out, const cut_image *photo,
                           const uint8_t *alpha, int exact, cut_error *error);
void cut_colours_free(cut_colours *colours);

/** What cut_foreground_estimate() or _unmix() makes of row y: px RGBA and alpha of its w
 * pixels. It depends on that row and on the layers' rows around it. */
void cut_colours_row(const cut_colours *colours, uint8_t *px,
                     const uint8_t *alpha, int32_t w, int32_t y);

#endif
