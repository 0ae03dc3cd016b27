#ifndef CUT_MATTE_GUIDED_H
#define CUT_MATTE_GUIDED_H

#include "base/fail.h"

#define CUT_GUIDED_ONE                                                         \
    1024 /* what `p` holds for 1.0: a power of two, so that
                               a constant window gives an exact constant */

/**
 * The coefficients of the guided filter with a colour guide: for each pixel
 * [ar, ag, ab, b], averaged over the windows that hold it, such that
 * q = ar*r + ag*g + ab*b + b with r, g, b in 0..255 and q in 0..1.
 * Windows are clipped at the border. Sums are integers, hence exact: over a
 * window where p is constant, a is 0 and b is p.
 *
 * @param[out] coefficients f32 [h][w][4]
 * @param      guide  u8 [h][w][4], RGB used
 * @param      p      u16 [h][w], 0..CUT_GUIDED_ONE
 * @param      radius window half-width, 1..15
 * @param      eps    regularisation, of a guide in 0..1
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_guided_fit(float *coefficients, const uint8_t *guide,
                          const uint16_t *p, int32_t w, int32_t h,
                          int32_t radius, float eps, cut_error *error);

#endif
