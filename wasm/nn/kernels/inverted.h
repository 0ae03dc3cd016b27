/* Depthwise convolutions of i16 in blocks of eight channels, and with them the
 * convolutions before and behind: an inverted residual as one step. */
#ifndef CUT_NN_INVERTED_H
#define CUT_NN_INVERTED_H

#include "nn/kernels/kernel.h"

/** Whether a depthwise op on such a map can be made in blocks: for the plan,
 * which then makes it the inner step of the 1x1 convolution that reads it. */
int cut_inverted_fits(const cut_op *op, const cut_view *in);

extern const cut_kernel cut_inverted_i16;      /* ends with a 1x1 convolution */
extern const cut_kernel cut_depthwise_3x3_i16; /* ends with the depthwise one */
extern const cut_kernel cut_depthwise_5x5_i16;

#endif
