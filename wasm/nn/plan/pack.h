/* A convolution's weights, in the order in which its kernel reads them. */
#ifndef CUT_NN_PACK_H
#define CUT_NN_PACK_H

#include "nn/plan/step.h"

/** A filter is a vector of run_count * run_size elements, run after run. */
typedef enum cut_layout {
    CUT_LAYOUT_TILES, /* CUT_TILE together: i16 [n / 2][8][2], f32 [n][8],
                         for a split step tile_bytes.h */
    CUT_LAYOUT_ONE,   /* the one filter there is: [n] */
    CUT_LAYOUT_TAPS   /* of all channels: [tap][cp] */
} cut_layout;

/** Bytes of a tile's weights, of a step whose runs are known. */
uint64_t cut_tile_bytes(const cut_step *step);

/** Sets the weights, mul and add of a step whose runs are known.
 * CUT_E_MEMORY. */
cut_status cut_pack(const cut_setup *setup, cut_layout layout);

/** The filter of output channel o in f32, [cin][kh][kw]. */
void cut_filter_f32(const cut_graph *graph, const cut_op *op, int32_t o,
                    float *out);

/** The largest sum of magnitudes of a filter of 8-bit weights, for the limit of
 * the input. */
double cut_filter_sum(const cut_graph *graph, const cut_op *op);

/** Elements of one filter. */
static inline size_t cut_filter_size(const cut_const *weights)
{
    return weights->count / (size_t)weights->dims[0];
}

#endif
