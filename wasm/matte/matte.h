#ifndef CUT_MATTE_MATTE_H
#define CUT_MATTE_MATTE_H

#include "base/alloc.h"
#include "base/fail.h"

/** The model's answer at the model's size. */
typedef struct cut_matte {
    float *alpha; /* [h][w] 0..1, owned, from cut_alloc; NULL = none */
    int32_t w, h;
} cut_matte;

static inline void cut_matte_free(cut_matte *matte)
{
    cut_free(matte->alpha);
    *matte = (cut_matte){0};
}

/**
 * Takes a model's output as it is: no min-max normalisation, which would turn
 * a picture without a subject into noise at full contrast.
 *
 * @param[out] out     owned by the caller; unchanged unless CUT_OK
 * @param      map     f32 [h][w]: 0..1 (a tenth outside is clamped), or any
 *                     finite value when `logits`, then through a sigmoid
 * @return CUT_OK; CUT_E_OUTPUT for a value that is not finite or further
 *         outside; CUT_E_MEMORY
 */
cut_status cut_matte_from_map(cut_matte *out, const float *map, int32_t w,
                              int32_t h, int logits, cut_error *error);

/**
 * Whether a model's answer for a whole photo can be one at all. Refused are
 * maps of more than one value that are
 * - constant: all within 1/1024 of each other, between 0.04 and 0.96. Nothing
 *   or all of the photo may be meant;
 * - inverted: the outermost 3 % sure (0.9) in four fifths, while a fifth of
 *   the middle, half as wide and high, is surely clear (0.1).
 * Of 1368 photos with and 400 without a subject none is refused; of the same
 * maps turned around 78 % (ECSSD) and 56 % (SOD) are, which finds a wrong
 * model within a few photos: docs/decisions/matte-refinement.md.
 *
 * @return CUT_OK, CUT_E_OUTPUT
 */
cut_status cut_matte_check(const cut_matte *matte, cut_error *error);

/** Turns `count` rows of w values around. */
void cut_mirror(float *rows, int32_t w, int32_t count);

/** The mean with the answer for the mirrored photo, which has the same size;
 * that one is turned around in place. */
void cut_matte_join_mirrored(cut_matte *matte, cut_matte *mirrored);

/** Bilinear, between samples; the first one's centre lies at (0, 0), those at
 * the border repeat beyond it. */
float cut_matte_at(const cut_matte *matte, float x, float y);

#endif
