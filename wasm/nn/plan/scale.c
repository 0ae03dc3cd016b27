#include <math.h>

#include "base/alloc.h"
#include "nn/plan/plan_builder.h"

static int group_of(const cut_draft *d, int map)
{
    while (d->group[map] != map) {
        d->group[map] = d->group[d->group[map]];
        map = d->group[map];
    }
    return map;
}

static void same_scale(const cut_draft *d, int a, int b)
{
    const cut_view *views = d->plan->views;
    if (views[a].type == CUT_I16 && views[b].type == CUT_I16)
        d->group[group_of(d, a)] = group_of(d, b);
}

/* The magnitude that a map is expected to stay within. */
static float magnitude(const cut_draft *d, int map, const cut_op *op)
{
    float lo = d->ranges[map].lo, hi = d->ranges[map].hi;
    if (lo > hi) return 0; /* a concatenation has none of its own */
    float most = fmaxf(lo < 0 ? -lo : lo, hi < 0 ? -hi : hi) * d->headroom;
    if (!(most >= 1e-6f)) most = 1e-6f;
    if (op && op->act.kind == CUT_ACT_CLAMP) {
        float a = op->act.a < 0 ? -op->act.a : op->act.a;
        float b = op->act.b < 0 ? -op->act.b : op->act.b;
        float bound = a > b ? a : b;
        if (bound < most && bound >= 1e-6f) most = bound;
    }
    return most < 1e30f ? most : 1e30f;
}

cut_status cut_set_scales(const cut_draft *d)
{
    const cut_graph *graph = d->graph;
    cut_view *views = d->plan->views;
    float *most = cut_alloc_zero((size_t)graph->map_count + 1, sizeof *most);
    double *limit = cut_alloc_zero((size_t)graph->map_count + 1,
                                   sizeof *limit);
    if (!most || !limit) {
        cut_free(most);
        cut_free(limit);
        return cut_fail(d->why, CUT_E_MEMORY, "No memory for the plan.");
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead) continue;
        if (op->kind == CUT_OP_RESIZE || op->kind == CUT_OP_MAXPOOL)
            same_scale(d, cut_link(d, op, 0), op->out);
        for (uint32_t k = 0; op->kind == CUT_OP_CONCAT && k < op->ins; k++)
            same_scale(d, cut_link(d, op, k), op->out);
    }
    for (uint32_t i = 0; i < graph->map_count; i++) limit[i] = 32767;
    int input = group_of(d, graph->input);
    most[input] = magnitude(d, graph->input, NULL);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead) continue;
        int made = group_of(d, op->out);
        /* a concatenation is as wide as its parts; those of its scale count
         * themselves */
        for (uint32_t k = 0; op->kind == CUT_OP_CONCAT && k < op->ins; k++) {
            float m = magnitude(d, cut_link(d, op, k), NULL);
            most[made] = m > most[made] ? m : most[made];
        }
        float m = op->kind == CUT_OP_CONCAT ? 0 : magnitude(d, op->out, op);
        most[made] = m > most[made] ? m : most[made];
        int read = op->ins ? group_of(d, cut_link(d, op, 0)) : -1;
        if (op->kind != CUT_OP_CONV ||
            views[cut_link(d, op, 0)].type != CUT_I16)
            continue;
        double bound = floor(2147483647.0 / cut_conv_weight_sum(graph, op));
        if (bound < limit[read]) limit[read] = bound;
    }
    for (uint32_t i = 0; i < graph->map_count; i++) {
        if (views[i].ld == 0 || views[i].type != CUT_I16) continue;
        int group = group_of(d, (int)i);
        views[i].limit = (float)(limit[group] < 1 ? 1 : limit[group]);
        if (!(most[group] >= 1e-6f)) most[group] = 1e-6f;
        views[i].scale = most[group] / views[i].limit;
        if (!(views[i].scale >= 1e-30f)) views[i].scale = 1e-30f;
    }
    cut_free(most);
    cut_free(limit);
    return CUT_OK;
}
