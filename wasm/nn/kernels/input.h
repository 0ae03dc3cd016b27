/* A run's input, from planes of f32 to a map of the plan. */
#ifndef CUT_NN_INPUT_H
#define CUT_NN_INPUT_H

#include "nn/plan/step.h"

/** The first of `count` values that is not finite; `count`: all are. */
size_t cut_first_not_finite(const float *values, size_t count);

/**
 * [c][h][w] to [h][w][ld], in i16 rounded and within the limit.
 *
 * @return of i16 a mask of the planes that are not what the map held before;
 *         of f32 of all
 */
uint32_t cut_put_input(const cut_view *in, uint8_t *arena, const float *input);

#endif
