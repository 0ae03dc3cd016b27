/* Convolutions of one filter a channel. */
#ifndef CUT_NN_DEPTHWISE_H
#define CUT_NN_DEPTHWISE_H

#include "nn/kernels/kernel.h"

/** i16 by the window's side, any i16, f32. */
extern const cut_kernel cut_depthwise_3x3_i16, cut_depthwise_5x5_i16;
extern const cut_kernel cut_depthwise_i16, cut_depthwise_f32;

#endif
