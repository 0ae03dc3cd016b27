/* Any groups, plainly: rare in this field. */
#ifndef CUT_NN_GROUPS_H
#define CUT_NN_GROUPS_H

#include "nn/kernels/kernel.h"

extern const cut_kernel cut_groups_f32;

#endif
