/* From operations to steps: element types, views, pairs, places in memory. */
#include "nn/plan.h"

#include "base/alloc.h"
#include "nn/arena.h"
#include "nn/draft.h"

cut_status cut_step_weights(cut_plan *plan, cut_step *step, uint64_t bytes,
                            cut_error *why)
{
    if (bytes > SIZE_MAX / 2)
        return cut_fail(why, CUT_E_MEMORY,
                        "No memory for the model's weights.");
    cut_status status =
        cut_step_alloc(plan, &step->block, (size_t)bytes + 64, 1, why);
    if (!status)
        step->weights = (uint8_t *)step->block +
                        (64 - ((uintptr_t)step->block & 63));
    return status;
}

cut_status cut_step_alloc(cut_plan *plan, void **block, size_t count,
                          size_t size, cut_error *why)
{
    *block = cut_alloc_zero(count ? count : 1, size);
    if (!*block)
        return cut_fail(why, CUT_E_MEMORY,
                        "No memory for the model's weights.");
    plan->weight_bytes += count * size;
    return CUT_OK;
}

/* ---- types and padding ------------------------------------------------- */

static int is_depthwise(const cut_graph *graph, const cut_op *op)
{
    int32_t c = graph->maps[graph->links[op->first]].c;
    return op->groups == c && graph->maps[op->out].c == c;
}

int cut_plan_can(const cut_graph *graph, int arithmetic)
{
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (arithmetic == CUT_I16 && !op->dead && op->kind == CUT_OP_CONV &&
            op->groups > 1 && !is_depthwise(graph, op))
            return 0;
    }
    return 1;
}

/* GMAC/s in wasm on one thread of an EPYC, from `npm run bench -- engines`. */
static double speed(const cut_graph *graph, const cut_op *op, int arithmetic)
{
    if (op->groups > 1) return arithmetic == CUT_I16 ? 12 : 8;
    if (cut_winograd_fits(graph, op)) return 46;
    return arithmetic == CUT_I16 ? 34 : 14;
}

double cut_plan_cost(const cut_graph *graph, int arithmetic)
{
    double sum = 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || op->kind != CUT_OP_CONV) continue;
        const cut_map *out = &graph->maps[op->out];
        sum += (double)graph->consts[op->weights].count * out->h * out->w /
               speed(graph, op, arithmetic);
    }
    return sum;
}

static int result_type(const cut_draft *d, const cut_op *op)
{
    const cut_view *views = d->plan->views;
    if (d->plan->arithmetic == CUT_F32 || op->kind == CUT_OP_CONST ||
        d->graph->maps[op->out].c == 1)
        return CUT_F32;
    switch (op->kind) {
    case CUT_OP_CONV: case CUT_OP_RESIZE: case CUT_OP_MAXPOOL:
    case CUT_OP_AVGPOOL: case CUT_OP_MEAN:
        return views[cut_link(d, op, 0)].type;
    case CUT_OP_CONCAT:
        for (uint32_t k = 0; k < op->ins; k++)
            if (views[cut_link(d, op, k)].type == CUT_I16) return CUT_I16;
        return CUT_F32;
    default: return CUT_I16;
    }
}

static void shape_view(const cut_draft *d, int map, int type)
{
    const cut_map *m = &d->graph->maps[map];
    int32_t cp = m->c == 1 ? 1 : (m->c + 7) / 8 * 8;
    d->plan->views[map] = (cut_view){ .c = m->c, .cp = cp, .h = m->h,
                                      .w = m->w, .ld = cp, .type = type,
                                      .scale = 1 };
}

/* A narrow input that only whole convolutions read is padded to 4. */
static void shape_input(const cut_draft *d)
{
    const cut_graph *graph = d->graph;
    int map = graph->input;
    int32_t c = graph->maps[map].c;
    int narrow = c > 1 && c <= 4 && map != graph->output;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        for (uint32_t k = 0; k < op->ins && !op->dead; k++)
            if (cut_link(d, op, k) == map &&
                (op->kind != CUT_OP_CONV || op->groups > 1))
                narrow = 0;
        if (!op->dead && op->residual == map) narrow = 0;
    }
    shape_view(d, map, c == 1 ? CUT_F32 : d->plan->arithmetic);
    if (narrow) d->plan->views[map].cp = d->plan->views[map].ld = 4;
}

/* ---- concatenation in place -------------------------------------------- */

static void alias_parts(const cut_draft *d, const cut_op *op)
{
    cut_view *views = d->plan->views;
    int32_t channel = 0;
    for (uint32_t k = 0; k < op->ins; k++) {
        int map = cut_link(d, op, k);
        int32_t c = views[map].c;
        int fits = channel % 8 == 0 && (c % 8 == 0 || k + 1 == op->ins);
        if (fits && d->parent[map] < 0 && map != d->graph->input && c > 1 &&
            views[map].type == views[op->out].type) {
            d->parent[map] = op->out;
            d->channel[map] = channel;
        }
        channel += c;
    }
}

static int root_of(const cut_draft *d, int map, int32_t *channel)
{
    *channel = 0;
    while (d->parent[map] >= 0) {
        *channel += d->channel[map];
        map = d->parent[map];
    }
    return map;
}

/* ---- memory ------------------------------------------------------------ */

static size_t element(int type) { return type == CUT_I16 ? 2 : 4; }

static size_t bytes_of(const cut_view *view)
{
    return ((size_t)view->h * (size_t)view->w * (size_t)view->ld *
                element(view->type) + 63) / 64 * 64;
}

static void lives(const cut_draft *d, int map, int32_t step)
{
    int32_t channel;
    int root = root_of(d, map, &channel);
    if (step < d->born[root]) d->born[root] = step;
    if (step > d->dies[root]) d->dies[root] = step;
}

/* Blocks: root maps, then the scratch of each step, then the output. */
static cut_status lay_out(const cut_draft *d)
{
    cut_plan *plan = d->plan;
    uint32_t maps = d->graph->map_count;
    size_t count = (size_t)maps + plan->step_count + 1;
    cut_block *blocks = cut_alloc_zero(count, sizeof *blocks);
    if (!blocks)
        return cut_fail(d->why, CUT_E_MEMORY, "No memory for the plan.");
    int32_t end = (int32_t)plan->step_count;
    lives(d, d->graph->output, end);
    for (uint32_t i = 0; i < maps; i++) {
        blocks[i] = (cut_block){ .born = d->born[i], .dies = d->dies[i] };
        if (plan->views[i].ld && d->parent[i] < 0 &&
            (d->dies[i] >= 0 || (int)i == d->graph->input))
            blocks[i].size = bytes_of(&plan->views[i]);
    }
    for (uint32_t i = 0; i < plan->step_count; i++) {
        const cut_step *step = &plan->steps[i];
        size_t size = (step->scratch_bytes + 63) / 64 * 64;
        if (step->inner) size += step->inner->scratch_bytes;
        blocks[maps + i] = (cut_block){ .size = size, .born = (int32_t)i,
                                    .dies = (int32_t)i };
        if (size > plan->scratch_bytes) plan->scratch_bytes = size;
    }
    const cut_map *output = &d->graph->maps[d->graph->output];
    plan->output = plan->views[d->graph->output];
    if (plan->output.cp != 1)
        blocks[count - 1] = (cut_block){
            .size = (size_t)output->c * (size_t)output->h *
                    (size_t)output->w * 4,
            .born = end, .dies = end };
    cut_status status =
        cut_arena_place(blocks, count, &plan->arena_bytes, d->why);
    for (uint32_t i = 0; i < maps && !status; i++) {
        int32_t channel;
        int root = root_of(d, (int)i, &channel);
        cut_view *view = &plan->views[i];
        if (view->ld == 0) continue;
        view->ld = plan->views[root].ld;
        view->offset = blocks[root].offset +
                       (size_t)channel * element(view->type);
    }
    for (uint32_t i = 0; i < plan->step_count && !status; i++)
        plan->steps[i].scratch = blocks[maps + i].offset;
    plan->input = plan->views[d->graph->input];
    plan->output = plan->views[d->graph->output];
    plan->planar = blocks[count - 1].offset;
    plan->arena_bytes += 64; /* a last vector may reach beyond */
    cut_free(blocks);
    return status;
}

/* ---- steps ------------------------------------------------------------- */

static void step_init(cut_step *step, const cut_op *op)
{
    *step = (cut_step){ .op = op, .kind = op->kind, .act = op->act,
                        .fused_act = op->act.kind,
                        .map = op->out, .read = { -1, -1 }, .binary = -1 };
}

static cut_step *step_new(cut_plan *plan, const cut_op *op)
{
    cut_step *step = &plan->steps[plan->step_count++];
    step_init(step, op);
    return step;
}

/* The op that is fused into op `i`, or NULL. */
static const cut_op *inner_of(const cut_draft *d, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (d->into[k] == (int)i) return &d->graph->ops[k];
    return NULL;
}

/* Which convolutions make a map that only a depthwise one reads, and can make
 * it a band at a time: the wide map of an inverted residual never exists. */
static void find_pairs(const cut_draft *d)
{
    const cut_graph *graph = d->graph;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || op->kind != CUT_OP_CONV || !is_depthwise(graph, op))
            continue;
        int map = cut_link(d, op, 0);
        if (graph->maps[map].uses != 1 || map == graph->output ||
            d->parent[map] >= 0 || op->window.k[0] * op->window.k[1] == 1)
            continue;
        for (uint32_t k = 0; k < i; k++)
            if (!graph->ops[k].dead && graph->ops[k].out == map &&
                graph->ops[k].kind == CUT_OP_CONV &&
                (graph->ops[k].groups == 1 ||
                 is_depthwise(graph, &graph->ops[k])) &&
                !inner_of(d, k)) /* one deep */
                d->into[k] = (int)i;
    }
}

/* Steps without their places yet: which maps they read and write. */
static void list_steps(const cut_draft *d)
{
    const cut_graph *graph = d->graph;
    cut_plan *plan = d->plan;
    lives(d, graph->input, -1);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead) continue;
        if (op->kind == CUT_OP_CONCAT) {
            int32_t channel = 0;
            for (uint32_t k = 0; k < op->ins; k++) {
                int map = cut_link(d, op, k);
                int32_t now = (int32_t)plan->step_count;
                int there = d->parent[map] == op->out &&
                            d->channel[map] == channel;
                channel += plan->views[map].c;
                lives(d, op->out, now);
                if (there) continue;
                lives(d, map, now);
                step_new(plan, op)->groups = (int32_t)k;
            }
            continue;
        }
        if (d->into[i] >= 0) continue;
        int32_t now = (int32_t)plan->step_count;
        const cut_op *reader = inner_of(d, i);
        if (reader)
            step_new(plan, op)->pair = reader;
        else
            step_new(plan, op);
        if (!reader) reader = op;
        for (uint32_t k = 0; k < reader->ins; k++)
            lives(d, cut_link(d, reader, k), now);
        if (reader->residual >= 0) lives(d, reader->residual, now);
        if (op->residual >= 0) lives(d, op->residual, now);
        lives(d, op->out, now);
    }
}

/* A part of a concatenation that is copied. */
static void set_part(const cut_draft *d, cut_step *step)
{
    const cut_view *views = d->plan->views;
    const cut_op *op = step->op;
    uint32_t which = (uint32_t)step->groups;
    int32_t channel = 0;
    for (uint32_t k = 0; k < which; k++)
        channel += views[cut_link(d, op, k)].c;
    step->read[0] = cut_link(d, op, which);
    step->in = views[step->read[0]];
    step->out = views[op->out];
    step->out.offset = (size_t)channel * element(step->out.type);
    step->out.c = step->in.c;
    step->groups = which + 1 == op->ins ? views[op->out].cp - views[op->out].c
                                        : 0;
}

static cut_status set_up(const cut_draft *d, cut_step *step);

static cut_status set_up_pair(const cut_draft *d, cut_step *step)
{
    const cut_op *pair = step->pair;
    cut_step *inner = cut_alloc(1, sizeof *inner);
    if (!inner)
        return cut_fail(d->why, CUT_E_MEMORY, "No memory for the plan.");
    step_init(inner, pair);
    inner->banded = 1;
    step->inner = inner; /* freed with the step, whatever happens */
    cut_status status = set_up(d, inner);
    if (!status) status = cut_conv_setup(d->plan, step, d->graph, d->why);
    if (!status) cut_conv_fuse(step, inner);
    return status;
}

static cut_status set_up(const cut_draft *d, cut_step *step)
{
    const cut_view *views = d->plan->views;
    const cut_op *op = step->op, *pair = step->pair;
    if (op->kind == CUT_OP_CONCAT) {
        set_part(d, step);
        step->kmacs = 1;
        return cut_point_setup(d->plan, step, d->graph, d->why);
    }
    step->out = views[op->out];
    if (op->ins > 0) step->read[0] = cut_link(d, op, 0);
    if (op->ins > 1) step->read[1] = cut_link(d, op, 1);
    if (op->residual >= 0) step->read[1] = op->residual;
    if (step->read[0] >= 0) step->in = views[step->read[0]];
    if (step->read[1] >= 0) step->other = views[step->read[1]];
    size_t work = (size_t)step->out.h * (size_t)step->out.w *
                  (size_t)step->out.cp / 4000;
    step->kmacs = (uint32_t)work + 1; /* for the share of time only */
    switch (op->kind) {
    case CUT_OP_CONV:
        return pair ? set_up_pair(d, step)
                    : cut_conv_setup(d->plan, step, d->graph, d->why);
    case CUT_OP_MAXPOOL: case CUT_OP_AVGPOOL: case CUT_OP_MEAN:
    case CUT_OP_MEAN_CHANNELS:
        return cut_pool_setup(d->plan, step, d->graph, d->why);
    case CUT_OP_RESIZE:
        return cut_resize_setup(d->plan, step, d->graph, d->why);
    default: return cut_point_setup(d->plan, step, d->graph, d->why);
    }
}

/* Steps are set up before places are known: offsets so far are within a map. */
static void take_places(const cut_plan *plan, cut_step *step)
{
    step->out.offset += plan->views[step->map].offset;
    if (step->read[0] >= 0)
        step->in.offset = plan->views[step->read[0]].offset;
    if (step->read[1] >= 0)
        step->other.offset = plan->views[step->read[1]].offset;
    step->op = step->pair = NULL;
}

static cut_status make(const cut_draft *d, int whole)
{
    const cut_graph *graph = d->graph;
    cut_plan *plan = d->plan;
    for (uint32_t i = 0; i < graph->map_count; i++) {
        d->parent[i] = -1;
        d->group[i] = (int)i;
        d->born[i] = INT32_MAX;
        d->dies[i] = -1;
    }
    shape_input(d);
    for (uint32_t i = 0; i < graph->op_count; i++)
        if (!graph->ops[i].dead)
            shape_view(d, graph->ops[i].out, result_type(d, &graph->ops[i]));
    for (uint32_t i = graph->op_count; i-- > 0;)
        if (!graph->ops[i].dead && graph->ops[i].kind == CUT_OP_CONCAT)
            alias_parts(d, &graph->ops[i]);
    for (uint32_t i = 0; i < graph->map_count; i++) {
        int32_t channel;
        if (plan->views[i].ld)
            plan->views[i].ld = plan->views[root_of(d, (int)i, &channel)].ld;
    }
    cut_status status = CUT_OK;
    if (plan->arithmetic == CUT_I16) status = cut_set_scales(d);
    if (status) return status;
    for (uint32_t i = 0; i < graph->op_count; i++) d->into[i] = -1;
    if (!whole) find_pairs(d);
    list_steps(d);
    for (uint32_t i = 0; i < plan->step_count && !status; i++)
        status = set_up(d, &plan->steps[i]);
    if (!status) status = lay_out(d);
    for (uint32_t i = 0; i < plan->step_count && !status; i++) {
        cut_step *step = &plan->steps[i];
        take_places(plan, step);
        if (!step->inner) continue;
        take_places(plan, step->inner);
        step->inner->scratch = step->scratch +
                               (step->scratch_bytes + 63) / 64 * 64;
    }
    return status;
}

cut_status cut_plan_make(cut_plan *plan, const cut_graph *graph,
                         int arithmetic, const cut_range *ranges,
                         float headroom, int whole, cut_error *why)
{
    size_t maps = (size_t)graph->map_count + 1;
    size_t steps = graph->op_count;
    for (uint32_t i = 0; i < graph->op_count; i++)
        if (graph->ops[i].kind == CUT_OP_CONCAT) steps += graph->ops[i].ins;
    *plan = (cut_plan){ .arithmetic = arithmetic };
    cut_draft d = { .plan = plan, .graph = graph, .why = why, .ranges = ranges,
                .headroom = headroom };
    int *ints = cut_alloc(maps * 5 + graph->op_count, sizeof *ints);
    plan->steps = cut_alloc_zero(steps + 1, sizeof *plan->steps);
    plan->views = cut_alloc_zero(maps, sizeof *plan->views);
    cut_status status = CUT_E_MEMORY;
    if (ints && plan->steps && plan->views) {
        d.parent = ints;
        d.channel = ints + maps;
        d.group = ints + maps * 2;
        d.born = ints + maps * 3;
        d.dies = ints + maps * 4;
        d.into = ints + maps * 5;
        status = make(&d, whole);
    } else {
        cut_fail(why, status, "No memory for the plan.");
    }
    cut_free(ints);
    if (status) cut_plan_free(plan);
    return status;
}

static void step_free(cut_step *step)
{
    cut_free(step->block);
    cut_free(step->mul);
    cut_free(step->add);
    cut_free(step->runs);
    for (int k = 0; k < 2; k++) {
        cut_free(step->axis[k].first);
        cut_free(step->axis[k].second);
        cut_free(step->axis[k].weight);
    }
}

void cut_plan_free(cut_plan *plan)
{
    for (uint32_t i = 0; i < plan->step_count; i++) {
        cut_step *step = &plan->steps[i];
        if (step->inner) step_free(step->inner);
        cut_free(step->inner);
        step_free(step);
    }
    cut_free(plan->steps);
    cut_free(plan->views);
    *plan = (cut_plan){ 0 };
}
