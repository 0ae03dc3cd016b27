/* A convolution's weights, packed as its kernel reads them (conv.h). */
#ifndef CUT_NN_PACK_H
#define CUT_NN_PACK_H

#include "nn/plan.h"

typedef struct cut_packing {
    cut_step *step; /* in, out, window, runs and op are set */
    const cut_graph *graph;
    int merged;     /* a run passes over all columns of the kernel */
    int one, depthwise;
    size_t depth;   /* run_count * run_size */
} cut_packing;

/** Sets the step's weights, mul and add. CUT_E_MEMORY. */
cut_status cut_pack(cut_plan *plan, const cut_packing *packing, cut_error *why);

/** The filter of output channel o in f32, [cin][kh][kw]. */
void cut_filter_f32(const cut_graph *graph, const cut_op *op, int32_t o,
                    float *out);

/** Elements of one filter. */
static inline size_t cut_filter_size(const cut_const *weights)
{
    return weights->count / (size_t)weights->dims[0];
}

#endif
