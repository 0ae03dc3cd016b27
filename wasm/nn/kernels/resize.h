/* Resize. */
#ifndef CUT_NN_RESIZE_H
#define CUT_NN_RESIZE_H

#include "nn/kernels/kernel.h"

/** Of one channel, always f32; of any number of them. */
extern const cut_kernel cut_resize_one, cut_resize_i16, cut_resize_f32;

#endif
