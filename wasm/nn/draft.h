/* A plan in the making: between plan.c and scale.c. */
#ifndef CUT_NN_DRAFT_H
#define CUT_NN_DRAFT_H

#include "nn/plan.h"

/* What is only needed while the plan is made. */
typedef struct cut_draft {
    cut_plan *plan;
    const cut_graph *graph;
    cut_error *why;
    int *parent;     /* map this one is a view into, or -1 */
    int32_t *channel; /* where in the parent */
    int *group;      /* union-find: maps of one scale */
    const cut_range *ranges;
    float headroom;
    int32_t *born, *dies; /* steps, of root maps */
    int *into;            /* of an op: the depthwise op it is fused into */
} cut_draft;

/** The map that an op reads as its k-th. */
static inline int cut_link(const cut_draft *d, const cut_op *op, uint32_t k)
{
    return d->graph->links[op->first + k];
}

/** Scale and limit of every I16 view: maps that pass values on unchanged share
 * one. CUT_E_MEMORY. */
cut_status cut_set_scales(const cut_draft *d);

#endif
