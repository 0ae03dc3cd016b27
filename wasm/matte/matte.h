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
                              int32_t h, int logits, cut_why *why);

#endif
