/* Maps that are copied as they are. */
#ifndef CUT_NN_COPY_H
#define CUT_NN_COPY_H

#include "nn/kernels/kernel.h"

/** A part of a concatenation; a constant. */
extern const cut_kernel cut_copy_part, cut_copy_const;

#endif
