/* Dense convolutions of i16 maps. */
#ifndef CUT_NN_CONV_I16_H
#define CUT_NN_CONV_I16_H

#include "nn/kernels/kernel.h"

/** To one channel, always f32; to any number of them. */
extern const cut_kernel cut_conv_one_i16, cut_conv_i16;

#endif
