/* Dense convolutions of f32 maps. */
#ifndef CUT_NN_CONV_F32_H
#define CUT_NN_CONV_F32_H

#include "nn/kernels/kernel.h"

/** To one channel, always f32; to any number of them. */
extern const cut_kernel cut_conv_one_f32, cut_conv_f32;

#endif
