/* Dense 3x3 convolutions at stride 1 on large maps. */
#ifndef CUT_NN_WINOGRAD_H
#define CUT_NN_WINOGRAD_H

#include "nn/kernels/kernel.h"

extern const cut_kernel cut_winograd;

#endif
