#include "nn/plan/planes.h"

#include "nn/graph/consts.h"

/* Of a convolution that reads the input: the planes that any filter weighs. */
static uint32_t weighed(const cut_graph *graph, const cut_op *op)
{
    const cut_const *weights = &graph->consts[op->weights];
    int32_t planes = weights->dims[1];
    size_t size = weights->count / (size_t)weights->dims[0] / (size_t)planes;
    uint32_t mask = 0;
    for (size_t i = 0; i < weights->count; i++) {
        uint32_t bit = cut_plane_bit((int32_t)(i / size % (size_t)planes));
        if (!(mask & bit) && cut_const_at(graph, weights, i) != 0) mask |= bit;
    }
    return mask;
}

void cut_find_planes(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    int exact = b->plan->arithmetic == CUT_I16;
    uint32_t all = 0;
    for (int32_t c = 0; c < graph->maps[graph->input].c; c++)
        all |= cut_plane_bit(c);
    for (uint32_t i = 0; i < graph->map_count; i++) b->planes[i] = all;
    for (uint32_t i = 0; i < graph->op_count && exact; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || op->ins == 0) continue; /* a constant: never alone */
        uint32_t mask = op->residual >= 0 ? b->planes[op->residual] : 0;
        for (uint32_t k = 0; k < op->ins; k++) {
            int map = cut_input_map(b, op, k);
            int dense = op->kind == CUT_OP_CONV && op->groups == 1;
            mask |= map == graph->input && dense ? weighed(graph, op)
                                                 : b->planes[map];
        }
        b->planes[op->out] = mask;
    }
}
