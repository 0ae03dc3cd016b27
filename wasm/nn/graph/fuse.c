/* Fewer operations: BatchNorm and other affine maps into the convolution
 * before them, residual sums and clamps into what they follow. */
#include "nn/graph/fuse.h"

#include "base/alloc.h"

/* Marks what no way leads from to the output, counts the uses of the rest. */
static void find_dead(cut_graph *graph)
{
    for (uint32_t i = 0; i < graph->map_count; i++) graph->maps[i].uses = 0;
    graph->maps[graph->output].uses = 1;
    for (uint32_t i = graph->op_count; i-- > 0;) { /* makers come first */
        cut_op *op = &graph->ops[i];
        op->dead = graph->maps[op->out].uses == 0;
        for (uint32_t k = 0; !op->dead && k < op->ins; k++)
            graph->maps[graph->links[op->first + k]].uses++;
    }
}

static float clamp(float x, float lo, float hi)
{
    x = x < lo ? lo : x;
    return x > hi ? hi : x;
}

/* (x * mul + add) * op.mul + op.add */
static void fuse_affine(cut_op *maker, cut_op *op, int32_t c)
{
    for (int32_t i = 0; i < c; i++) {
        float mul = op->mul[i], add = op->add[i];
        op->mul[i] = maker->mul ? maker->mul[i] * mul : mul;
        op->add[i] = maker->add ? maker->add[i] * mul + add : add;
    }
    cut_free(maker->mul);
    cut_free(maker->add);
    maker->mul = op->mul;
    maker->add = op->add;
    op->mul = op->add = NULL;
}

/* A clamp into the operation before it; two clamps into one. */
static int fuse_act(cut_op *maker, const cut_op *op)
{
    if (op->act.kind != CUT_ACT_CLAMP) return 0;
    if (maker->kind != CUT_OP_CONV && maker->kind != CUT_OP_AFFINE &&
        maker->kind != CUT_OP_BINARY)
        return 0;
    float lo = op->act.a, hi = op->act.b;
    if (maker->act.kind == CUT_ACT_NONE) {
        maker->act = op->act;
    } else if (maker->act.kind == CUT_ACT_CLAMP) {
        maker->act.a = clamp(maker->act.a, lo, hi);
        maker->act.b = clamp(maker->act.b, lo, hi);
    } else {
        return 0;
    }
    return 1;
}

/* Whether the sum `op` can be made by the convolution `maker`, whose result
 * is one operand and which comes after the maker of the other. */
static int fuse_sum(cut_graph *graph, cut_op *maker, const cut_op *op,
                    int which, const int *makers)
{
    int other = graph->links[op->first + (uint32_t)(1 - which)];
    const cut_map *a = &graph->maps[maker->out], *b = &graph->maps[other];
    if (op->binary != CUT_ADD || maker->kind != CUT_OP_CONV ||
        maker->residual >= 0 || maker->act.kind != CUT_ACT_NONE ||
        a->c != b->c || a->h != b->h || a->w != b->w ||
        makers[other] > (int)(maker - graph->ops))
        return 0;
    maker->residual = other;
    return 1;
}

/* The op that makes a map which only `op` reads; NULL: there is none. */
static cut_op *sole(const cut_graph *graph, const int *makers, int map)
{
    if (makers[map] < 0 || graph->maps[map].uses != 1 || map == graph->output)
        return NULL;
    return &graph->ops[makers[map]];
}

/* Into the maker of one of its inputs: answers that op's index + 1, or 0. */
static int fuse(cut_graph *graph, cut_op *op, const int *makers)
{
    for (uint32_t k = 0; k < op->ins && k < 2; k++) {
        cut_op *maker = sole(graph, makers, graph->links[op->first + k]);
        int done = 0;
        if (!maker) continue;
        if (op->kind == CUT_OP_AFFINE && k == 0 &&
            op->act.kind == CUT_ACT_NONE &&
            (maker->kind == CUT_OP_CONV || maker->kind == CUT_OP_AFFINE) &&
            maker->act.kind == CUT_ACT_NONE && maker->residual < 0) {
            fuse_affine(maker, op, graph->maps[op->out].c);
            done = 1;
        } else if (op->kind == CUT_OP_ACT) {
            done = fuse_act(maker, op);
        } else if (op->kind == CUT_OP_BINARY) {
            done = fuse_sum(graph, maker, op, (int)k, makers);
        }
        if (!done) continue;
        maker->out = op->out;
        op->dead = 1;
        return (int)(maker - graph->ops) + 1;
    }
    return 0;
}

cut_status cut_graph_fuse(cut_graph *graph, cut_error *error)
{
    find_dead(graph);
    int *makers = cut_alloc((size_t)graph->map_count + 1, sizeof *makers);
    if (!makers)
        return cut_fail(error, CUT_E_MEMORY,
                        "No memory for the model's graph.");
    for (uint32_t i = 0; i < graph->map_count; i++) makers[i] = -1;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        cut_op *op = &graph->ops[i];
        if (op->dead) continue;
        int maker = fuse(graph, op, makers);
        makers[op->out] = maker ? maker - 1 : (int)i;
    }
    cut_free(makers);
    return CUT_OK;
}
