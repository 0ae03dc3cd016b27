/*
 * A convolution in bands of rows: the rows that its windows reach, in the map
 * or in a padded copy, and its tiles passed over them.
 */
#ifndef CUT_NN_BAND_H
#define CUT_NN_BAND_H

#include "nn/kernels/kernel.h"

/** Pixels from a window's first to behind its last, along an axis. */
static inline int32_t cut_reach(const cut_step *step, int axis)
{
    return step->conv.window.d[axis] * (step->conv.window.k[axis] - 1) + 1;
}

/** Sets pad_w, band and scratch_bytes of a convolution whose window is
 * known. */
void cut_band_set_up(cut_step *step);

/** Sets scratch_bytes of one whose pad_w is known, and where the digits of its
 * rows lie, for bands of `count`. */
void cut_band_room(cut_step *step, int32_t count);

/** The same once step->inner, which makes its input, is set up: the band that
 * both pass through, and the work of both. */
void cut_band_fuse(cut_step *step);

/**
 * The window of the first pixel of row `y_begin`: in the map, or in a padded
 * copy of the rows that y_begin..y_end - 1 need, or in rows that step->inner
 * makes. Where it is split, in digits of 7 bits: high ones, and the low ones
 * conv.plane elements behind.
 *
 * @param[out] pitch bytes from one row of windows to the next
 * @param[out] pixel elements from one window to the next
 */
const uint8_t *cut_band_rows(const cut_step *step, uint8_t *arena,
                             int32_t y_begin, int32_t y_end, size_t *pitch,
                             int32_t *pixel);

/** `run` of every kernel that has a `tile`. */
cut_run cut_band_run;

#endif
