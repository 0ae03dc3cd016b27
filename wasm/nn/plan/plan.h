/*
 * A plan: the operations of a graph as steps over one block of memory. A
 * concatenation costs nothing where its inputs can be made in place: they are
 * then views into the wider map.
 */
#ifndef CUT_NN_PLAN_H
#define CUT_NN_PLAN_H

#include "nn/plan/plan_builder.h"

/**
 * @param arithmetic CUT_F32 or CUT_I16, which cut_plan_can()
 * @param ranges     [map_count] for CUT_I16: what values to expect; NULL for
 *                   CUT_F32
 * @param headroom   I16: how far beyond its range a map may go unclipped, >= 1
 * @param whole      every map is made as a whole, so that it can be looked at;
 *                   otherwise one that only a depthwise convolution reads
 *                   exists for a band of rows at a time
 * CUT_E_MEMORY; then `plan` holds nothing to free.
 */
cut_status cut_plan_make(cut_plan *plan, const cut_graph *graph, int arithmetic,
                         const cut_range *ranges, float headroom, int whole,
                         cut_error *error);
void cut_plan_free(cut_plan *plan);

/** Whether every operation has a kernel in this arithmetic. */
int cut_plan_can(const cut_graph *graph, int arithmetic);

/** Time of one run by the measured speed of the kernels, in no unit. */
double cut_plan_cost(const cut_graph *graph, int arithmetic);

#endif
