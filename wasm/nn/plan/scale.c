#include "nn/plan/scale.h"

#include <math.h>

#include "base/alloc.h"
#include "nn/plan/pack.h"

static int group_of(const cut_plan_builder *b, int map)
{
    while (b->group[map] != map) {
        b->group[map] = b->group[b->group[map]];
        map = b->group[map];
    }
    return map;
}

static void same_scale(const cut_plan_builder *b, int one, int two)
{
    const cut_view *views = b->plan->views;
    if (views[one].type == CUT_I16 && views[two].type == CUT_I16)
        b->group[group_of(b, one)] = group_of(b, two);
}

/* The magnitude that a map is expected to stay within. */
static float magnitude(const cut_plan_builder *b, int map, const cut_op *op)
{
    float lo = b->ranges[map].lo, hi = b->ranges[map].hi;
    if (lo > hi) return 0; /* a concatenation has none of its own */
    float max = fmaxf(lo < 0 ? -lo : lo, hi < 0 ? -hi : hi) * b->headroom;
    if (!(max >= 1e-6f)) max = 1e-6f;
    if (op && op->act.kind == CUT_ACT_CLAMP) {
        float low = op->act.a < 0 ? -op->act.a : op->act.a;
        float high = op->act.b < 0 ? -op->act.b : op->act.b;
        float bound = low > high ? low : high;
        if (bound < max && bound >= 1e-6f) max = bound;
    }
    return max < 1e30f ? max : 1e30f;
}

/* Channels over which the errors of 7 bits average out: photos of ECSSD come
 * out as well as with all bits (docs/decisions/c-inference.md). */
#define COARSE_CHANNELS 240

/* Whether 7 bits are enough of what an op reads: a 1x1 convolution, and what it
 * reads is of many channels, never negative, bounded, and made for it alone by
 * a depthwise one. */
static int is_coarse(const cut_plan_builder *b, const cut_op *op)
{
    const cut_graph *graph = b->graph;
    int map = cut_input_map(b, op, 0);
    if (!CUT_BYTE_DOTS || op->groups != 1 || !cut_is_point(&op->window) ||
        graph->maps[map].uses != 1 || graph->maps[map].c < COARSE_CHANNELS)
        return 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *wise = &graph->ops[i];
        if (!wise->dead && wise->out == map && wise->kind == CUT_OP_CONV)
            return cut_op_is_depthwise(graph, wise) && wise->residual < 0 &&
                   wise->act.kind == CUT_ACT_CLAMP && wise->act.a >= 0;
    }
    return 0;
}

cut_status cut_set_scales(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    cut_view *views = b->plan->views;
    float *max = cut_alloc_zero((size_t)graph->map_count + 1, sizeof *max);
    double *limit = cut_alloc_zero((size_t)graph->map_count + 1, sizeof *limit);
    if (!max || !limit) {
        cut_free(max);
        cut_free(limit);
        return cut_fail(b->error, CUT_E_MEMORY, "No memory for the plan.");
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead) continue;
        if (op->kind == CUT_OP_RESIZE || op->kind == CUT_OP_MAXPOOL)
            same_scale(b, cut_input_map(b, op, 0), op->out);
        for (uint32_t k = 0; op->kind == CUT_OP_CONCAT && k < op->ins; k++)
            same_scale(b, cut_input_map(b, op, k), op->out);
    }
    for (uint32_t i = 0; i < graph->map_count; i++) limit[i] = CUT_I16_MAX;
    int input = group_of(b, graph->input);
    max[input] = magnitude(b, graph->input, NULL);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead) continue;
        int made = group_of(b, op->out);
        /* a concatenation is as wide as its parts; those of its scale count
         * themselves */
        for (uint32_t k = 0; op->kind == CUT_OP_CONCAT && k < op->ins; k++) {
            float m = magnitude(b, cut_input_map(b, op, k), NULL);
            max[made] = m > max[made] ? m : max[made];
        }
        float m = op->kind == CUT_OP_CONCAT ? 0 : magnitude(b, op->out, op);
        max[made] = m > max[made] ? m : max[made];
        int read = op->ins ? group_of(b, cut_input_map(b, op, 0)) : -1;
        if (op->kind != CUT_OP_CONV ||
            views[cut_input_map(b, op, 0)].type != CUT_I16)
            continue;
        double bound = floor(2147483647.0 / cut_filter_sum(graph, op));
        if (bound < limit[read]) limit[read] = bound;
        if (is_coarse(b, op) && limit[read] > 127) limit[read] = 127;
    }
    for (uint32_t i = 0; i < graph->map_count; i++) {
        if (views[i].ld == 0 || views[i].type != CUT_I16) continue;
        int group = group_of(b, (int)i);
        views[i].limit = (float)(limit[group] < 1 ? 1 : limit[group]);
        if (!(max[group] >= 1e-6f)) max[group] = 1e-6f;
        views[i].scale = max[group] / views[i].limit;
        if (!(views[i].scale >= 1e-30f)) views[i].scale = 1e-30f;
    }
    cut_free(max);
    cut_free(limit);
    return CUT_OK;
}
