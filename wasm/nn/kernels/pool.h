/* Windows and whole maps reduced. */
#ifndef CUT_NN_POOL_H
#define CUT_NN_POOL_H

#include "nn/kernels/kernel.h"

extern const cut_kernel cut_max_pool_i16, cut_max_pool_f32, cut_average_pool;
/** Over h and w; over the channels. */
extern const cut_kernel cut_mean, cut_mean_channels;

#endif
