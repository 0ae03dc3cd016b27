#include "nn/plan/views.h"

cut_view cut_view_of(const cut_map *map, int type)
{
    int32_t cp = map->c == 1 ? 1 : (map->c + 7) / 8 * 8;
    return (cut_view){.c = map->c,
                      .cp = cp,
                      .h = map->h,
                      .w = map->w,
                      .ld = cp,
                      .type = type,
                      .scale = 1};
}

/* Where the arithmetic is i16, f32 is left of what has one channel. */
static int result_type(const cut_plan_builder *b, const cut_op *op)
{
    const cut_view *views = b->plan->views;
    if (b->plan->arithmetic == CUT_F32 || op->kind == CUT_OP_CONST ||
        b->graph->maps[op->out].c == 1)
        return CUT_F32;
    switch (op->kind) {
    case CUT_OP_CONV:
    case CUT_OP_RESIZE:
    case CUT_OP_MAXPOOL:
    case CUT_OP_AVGPOOL:
    case CUT_OP_MEAN: return views[cut_input_map(b, op, 0)].type;
    case CUT_OP_CONCAT:
        for (uint32_t k = 0; k < op->ins; k++)
            if (views[cut_input_map(b, op, k)].type == CUT_I16) return CUT_I16;
        return CUT_F32;
    default: return CUT_I16;
    }
}

/* A narrow input that only whole convolutions read is padded to 4. */
static void shape_input(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    int map = graph->input;
    int32_t c = graph->maps[map].c;
    int narrow = c > 1 && c <= 4 && map != graph->output;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        for (uint32_t k = 0; k < op->ins && !op->dead; k++)
            if (cut_input_map(b, op, k) == map &&
                (op->kind != CUT_OP_CONV || op->groups > 1))
                narrow = 0;
        if (!op->dead && op->residual == map) narrow = 0;
    }
    cut_view *view = &b->plan->views[map];
    *view = cut_view_of(&graph->maps[map],
                        c == 1 ? CUT_F32 : b->plan->arithmetic);
    if (narrow) view->cp = view->ld = 4;
}

/* Inputs of a concatenation that can be made in place: they begin at a
 * multiple of 8 channels, end at one or at the end, and are views into no other
 * map. */
static void alias_parts(const cut_plan_builder *b, const cut_op *op)
{
    cut_view *views = b->plan->views;
    int32_t channel = 0;
    for (uint32_t k = 0; k < op->ins; k++) {
        int map = cut_input_map(b, op, k);
        int32_t c = views[map].c;
        int fits = channel % 8 == 0 && (c % 8 == 0 || k + 1 == op->ins);
        if (fits && b->parent[map] < 0 && map != b->graph->input && c > 1 &&
            views[map].type == views[op->out].type) {
            b->parent[map] = op->out;
            b->channel[map] = channel;
        }
        channel += c;
    }
}

int cut_root_map(const cut_plan_builder *b, int map, int32_t *channel)
{
    *channel = 0;
    while (b->parent[map] >= 0) {
        *channel += b->channel[map];
        map = b->parent[map];
    }
    return map;
}

void cut_set_views(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    cut_view *views = b->plan->views;
    shape_input(b);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (!op->dead)
            views[op->out] = cut_view_of(&graph->maps[op->out],
                                         result_type(b, op));
    }
    for (uint32_t i = graph->op_count; i-- > 0;)
        if (!graph->ops[i].dead && graph->ops[i].kind == CUT_OP_CONCAT)
            alias_parts(b, &graph->ops[i]);
    for (uint32_t i = 0; i < graph->map_count; i++) {
        int32_t channel;
        if (views[i].ld)
            views[i].ld = views[cut_root_map(b, (int)i, &channel)].ld;
    }
}
