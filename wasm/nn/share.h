/* Rows of a step, made by all threads. */
#ifndef CUT_NN_SHARE_H
#define CUT_NN_SHARE_H

#include "nn/plan/step.h"

/**
 * Rows y_begin..y_end - 1 of `out`: a band for one thread; for several, whole
 * bands unless they are the last. The bits are those of one band after another on one thread: every row
 * is computed from the step's inputs alone.
 *
 * @param threads that the step has scratch for: so many times
 *                cut_step_scratch(), one after another
 */
void cut_share_rows(const cut_step *step, uint8_t *arena, int32_t y_begin,
                    int32_t y_end, int32_t threads);

#endif
