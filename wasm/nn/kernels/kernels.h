/* THE list of kernels. */
#ifndef CUT_NN_KERNELS_H
#define CUT_NN_KERNELS_H

#include "nn/kernels/kernel.h"

/** The kernel for a step of `op`, see cut_kernel.fits; NULL: there is none. */
const cut_kernel *cut_kernel_choose(const cut_op *op, const cut_step *step);

#endif
