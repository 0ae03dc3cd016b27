/* A plan, and a plan in the making: what plan.c, views.c, scale.c and place.c
 * share. */
#ifndef CUT_NN_PLAN_BUILDER_H
#define CUT_NN_PLAN_BUILDER_H

#include "nn/plan/step.h"

typedef struct cut_range {
    float lo, hi;
} cut_range;

typedef struct cut_plan {
    cut_step *steps;
    uint32_t step_count;
    cut_view *views; /* [graph map_count]; ld 0: not placed */
    cut_view input, output;
    size_t planar; /* offset of the output as f32 [c][h][w], unless c is 1 */
    size_t arena_bytes, weight_bytes, scratch_bytes;
    int arithmetic;
    int32_t threads; /* that there is scratch for */
} cut_plan;

/** Which operation a step is of. */
typedef struct cut_step_source {
    const cut_op *op;
    uint32_t part; /* CONCAT: which input */
} cut_step_source;

typedef struct cut_plan_builder {
    cut_plan *plan;
    const cut_graph *graph;
    cut_error *error;
    cut_step_source *sources; /* of plan->steps */
    int *parent;              /* map this one is a view into, or -1 */
    int32_t *channel;         /* where in the parent */
    int *group;               /* union-find: maps of one scale */
    const cut_range *ranges;
    float headroom;
    int32_t *born, *dies; /* steps, of root maps */
    int *into;            /* of an op: the one it is fused into, or -1 */
    uint32_t *planes;     /* of the input, that a map depends on: a mask */
} cut_plan_builder;

/** The map that an op reads as its k-th. */
static inline int cut_input_map(const cut_plan_builder *b, const cut_op *op,
                                uint32_t k)
{
    return b->graph->links[op->first + k];
}

/** A 1x1 window that passes over every pixel. */
static inline int cut_is_point(const cut_window *w)
{
    return w->k[0] * w->k[1] == 1 && w->s[0] * w->s[1] == 1 && !w->before[0] &&
           !w->before[1] && !w->after[0] && !w->after[1];
}

#endif
