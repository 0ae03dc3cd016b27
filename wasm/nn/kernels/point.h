/* Operations on each element by itself. */
#ifndef CUT_NN_POINT_H
#define CUT_NN_POINT_H

#include "nn/kernels/kernel.h"

/** Of one map; of two; the sum of two of one type and size. */
extern const cut_kernel cut_point_act, cut_point_affine;
extern const cut_kernel cut_point_binary, cut_point_sum;

#endif
