/* Convolutions of one filter a channel. */
#ifndef CUT_NN_DEPTHWISE_H
#define CUT_NN_DEPTHWISE_H

#include "nn/kernels/kernel.h"

/** Those of i16 that are not made in blocks (inverted.h), and of f32. */
extern const cut_kernel cut_depthwise_i16, cut_depthwise_f32;

#endif
