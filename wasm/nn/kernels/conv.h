/* What the set-ups of all convolutions have in common. */
#ifndef CUT_NN_CONV_H
#define CUT_NN_CONV_H

#include "nn/kernels/kernel.h"
#include "nn/plan/pack.h"

static inline int cut_conv_is_depthwise(const cut_op *op, const cut_step *step)
{
    return op->groups > 1 && op->groups == step->in.c &&
           step->out.c == step->in.c;
}

/** The window, its band and its runs; room for mul and add; kmacs. `merged`:
 * a run passes over all columns of the kernel where it can. CUT_E_MEMORY. */
cut_status cut_conv_begin(const cut_setup *setup, int merged);

/** Last: the clamp, the residual's ratio and `add` in units of `out`. */
void cut_conv_set_bounds(cut_step *step);

/** All of it, for a kernel with tiles: weights packed as `layout`.
 * CUT_E_MEMORY. */
cut_status cut_conv_set_up(const cut_setup *setup, cut_layout layout);

#endif
