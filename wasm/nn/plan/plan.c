/* From operations to steps: element types, views, pairs, places in memory. */
#include "nn/plan/plan.h"

#include <math.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "nn/kernels/inverted.h"
#include "nn/kernels/kernels.h"
#include "nn/plan/place.h"
#include "nn/plan/planes.h"
#include "nn/plan/scale.h"
#include "nn/plan/views.h"

/* ---- before there is a plan -------------------------------------------- */

/* The kernel that would make an op by itself, all of one type. */
static const cut_kernel *kernel_of(const cut_graph *graph, const cut_op *op,
                                   int arithmetic)
{
    cut_step step = {.kind = op->kind,
                     .out = cut_view_of(&graph->maps[op->out], arithmetic)};
    if (op->ins > 0)
        step.in = cut_view_of(&graph->maps[graph->links[op->first]],
                              arithmetic);
    return cut_kernel_choose(op, &step);
}

int cut_plan_can(const cut_graph *graph, int arithmetic)
{
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (!op->dead && !kernel_of(graph, op, arithmetic)) return 0;
    }
    return 1;
}

double cut_plan_cost(const cut_graph *graph, int arithmetic)
{
    double sum = 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || op->kind != CUT_OP_CONV) continue;
        const cut_map *out = &graph->maps[op->out];
        const cut_kernel *kernel = kernel_of(graph, op, arithmetic);
        if (!kernel) return HUGE_VAL;
        sum += (double)graph->consts[op->weights].count * out->h * out->w /
               kernel->gmacs;
    }
    return sum;
}

/* ---- which steps there are --------------------------------------------- */

static void step_init(cut_step *step, const cut_op *op)
{
    *step = (cut_step){.kind = op->kind,
                       .planes = CUT_PLANES_ALWAYS,
                       .act = op->act,
                       .fused_act = op->act.kind,
                       .map = op->out,
                       .read = {-1, -1}};
}

static void step_new(const cut_plan_builder *b, cut_step_source source)
{
    uint32_t i = b->plan->step_count++;
    cut_step *step = &b->plan->steps[i];
    step_init(step, source.op);
    if (b->planes[step->map] != b->planes[b->graph->output])
        step->planes = b->planes[step->map];
    b->sources[i] = source;
}

/* The op that is fused into another, or NULL. */
static const cut_op *inner_of(const cut_plan_builder *b, const cut_op *op)
{
    int i = (int)(op - b->graph->ops);
    for (int k = 0; k < i; k++)
        if (b->into[k] == i) return &b->graph->ops[k];
    return NULL;
}

/* Which convolutions make a map that only a depthwise one reads, and can make
 * it a band at a time: the wide map of an inverted residual never exists. */
static void find_pairs(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || op->kind != CUT_OP_CONV ||
            !cut_op_is_depthwise(graph, op))
            continue;
        int map = cut_input_map(b, op, 0);
        if (graph->maps[map].uses != 1 || map == graph->output ||
            b->parent[map] >= 0 || op->window.k[0] * op->window.k[1] == 1)
            continue;
        for (uint32_t k = 0; k < i; k++)
            if (!graph->ops[k].dead && graph->ops[k].out == map &&
                graph->ops[k].kind == CUT_OP_CONV &&
                (graph->ops[k].groups == 1 ||
                 cut_op_is_depthwise(graph, &graph->ops[k])) &&
                !inner_of(b, &graph->ops[k])) /* one deep */
                b->into[k] = (int)i;
    }
}

/* Which depthwise convolutions make a map that only a 1x1 one reads, and can be
 * made in blocks with it: neither wide map of an inverted residual exists. */
static void find_ends(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || op->kind != CUT_OP_CONV || op->groups != 1 ||
            b->into[i] >= 0 || !cut_is_point(&op->window) ||
            graph->maps[op->out].c == 1)
            continue;
        int map = cut_input_map(b, op, 0);
        if (graph->maps[map].uses != 1 || map == graph->output ||
            b->parent[map] >= 0)
            continue;
        for (uint32_t k = 0; k < i; k++) {
            const cut_op *wise = &graph->ops[k];
            if (wise->dead || wise->out != map || wise->kind != CUT_OP_CONV ||
                !cut_op_is_depthwise(graph, wise))
                continue;
            const cut_op *first = inner_of(b, wise);
            const cut_view *in = &b->plan->views[cut_input_map(b, wise, 0)];
            if (cut_inverted_fits(wise, in) && (!first || first->groups == 1))
                b->into[k] = (int)i;
        }
    }
}

/* A step makes `by` out of a map. One that depends on less of the input than
 * `by` stays for the next run, which may have no other of it. */
static void step_reads(const cut_plan_builder *b, int map, int by, int32_t now)
{
    cut_map_lives(b, map, now);
    if (b->planes[map] == b->planes[by] || map == b->graph->input) return;
    cut_map_stays(b, map);
    cut_map_stays(b, b->graph->input); /* so that it can be compared */
}

/* The parts of a concatenation that are not made in place: a step for each. */
static void list_parts(const cut_plan_builder *b, const cut_op *op)
{
    int32_t channel = 0;
    for (uint32_t k = 0; k < op->ins; k++) {
        int map = cut_input_map(b, op, k);
        int32_t now = (int32_t)b->plan->step_count;
        int there = b->parent[map] == op->out && b->channel[map] == channel;
        channel += b->plan->views[map].c;
        cut_map_lives(b, op->out, now);
        step_reads(b, map, op->out, now);
        if (there) continue;
        step_new(b, (cut_step_source){.op = op, .part = k});
    }
}

/* Steps without their places yet: which maps they read and write. */
static void list_steps(const cut_plan_builder *b)
{
    const cut_graph *graph = b->graph;
    cut_map_lives(b, graph->input, -1);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (op->dead || b->into[i] >= 0) continue;
        if (op->kind == CUT_OP_CONCAT) {
            list_parts(b, op);
            continue;
        }
        int32_t now = (int32_t)b->plan->step_count;
        const cut_op *reader = op;
        step_new(b, (cut_step_source){.op = op});
        for (const cut_op *each = op; each; each = inner_of(b, each)) {
            if (each->residual >= 0)
                step_reads(b, each->residual, op->out, now);
            reader = each;
        }
        for (uint32_t k = 0; k < reader->ins; k++)
            step_reads(b, cut_input_map(b, reader, k), op->out, now);
        cut_map_lives(b, op->out, now);
    }
}

/* ---- each by itself ---------------------------------------------------- */

/* A part of a concatenation that is copied. */
static void set_part(const cut_plan_builder *b, cut_step *step,
                     const cut_step_source *source)
{
    const cut_view *views = b->plan->views;
    const cut_op *op = source->op;
    int32_t channel = 0;
    for (uint32_t k = 0; k < source->part; k++)
        channel += views[cut_input_map(b, op, k)].c;
    step->read[0] = cut_input_map(b, op, source->part);
    step->in = views[step->read[0]];
    step->out = views[op->out];
    step->out.offset = (size_t)channel * cut_element(step->out.type);
    step->out.c = step->in.c;
    if (source->part + 1 == op->ins)
        step->pad = views[op->out].cp - views[op->out].c;
    step->kmacs = 1;
}

static void set_views(const cut_plan_builder *b, cut_step *step,
                      const cut_op *op)
{
    const cut_view *views = b->plan->views;
    step->out = views[op->out];
    if (op->ins > 0) step->read[0] = cut_input_map(b, op, 0);
    if (op->ins > 1) step->read[1] = cut_input_map(b, op, 1);
    if (op->residual >= 0) step->read[1] = op->residual;
    if (step->read[0] >= 0) step->in = views[step->read[0]];
    if (step->read[1] >= 0) step->other = views[step->read[1]];
    size_t work = (size_t)step->out.h * (size_t)step->out.w *
                  (size_t)step->out.cp / 4000;
    step->kmacs = (uint32_t)work + 1; /* for the share of time only */
}

/* The kernel for a step whose views are known. */
static cut_status set_kernel(const cut_plan_builder *b, cut_step *step,
                             const cut_op *op)
{
    cut_setup setup = {.step = step,
                       .graph = b->graph,
                       .op = op,
                       .weight_bytes = &b->plan->weight_bytes,
                       .error = b->error};
    step->kernel = cut_kernel_choose(op, step);
    if (!step->kernel)
        return cut_fail(b->error, CUT_E_MODEL_UNSUPPORTED,
                        "%.*s (%.*s): there is no kernel for it.",
                        CUT_NODE_ARGS(op->node));
    return step->kernel->set_up(&setup);
}

/* A convolution's step, and in it those that are fused into it: at most two. */
static cut_status set_conv(const cut_plan_builder *b, cut_step *step,
                           const cut_op *op)
{
    const cut_op *before = inner_of(b, op);
    cut_status status = CUT_OK;
    set_views(b, step, op);
    if (before) {
        cut_step *inner = cut_alloc(1, sizeof *inner);
        if (!inner)
            return cut_fail(b->error, CUT_E_MEMORY, "No memory for the plan.");
        step_init(inner, before);
        inner->banded = cut_op_is_depthwise(b->graph, op);
        step->inner = inner; /* freed with the step, whatever happens */
        status = set_conv(b, inner, before);
    }
    return status ? status : set_kernel(b, step, op);
}

static cut_status set_up(const cut_plan_builder *b, uint32_t i)
{
    cut_step *step = &b->plan->steps[i];
    const cut_step_source *source = &b->sources[i];
    if (step->kind == CUT_OP_CONV) return set_conv(b, step, source->op);
    if (step->kind == CUT_OP_CONCAT)
        set_part(b, step, source);
    else
        set_views(b, step, source->op);
    return set_kernel(b, step, source->op);
}

/* ---- the whole --------------------------------------------------------- */

/* What there is to make, then each step, then where everything lies. */
static cut_status make(const cut_plan_builder *b, int whole)
{
    const cut_graph *graph = b->graph;
    cut_plan *plan = b->plan;
    for (uint32_t i = 0; i < graph->map_count; i++) {
        b->parent[i] = -1;
        b->group[i] = (int)i;
        b->born[i] = INT32_MAX;
        b->dies[i] = -1;
    }
    for (uint32_t i = 0; i < graph->op_count; i++) b->into[i] = -1;
    cut_set_views(b);
    cut_status status = CUT_OK;
    if (plan->arithmetic == CUT_I16) status = cut_set_scales(b);
    if (status) return status;
    if (!whole) find_pairs(b);
    if (!whole) find_ends(b);
    cut_find_planes(b);
    list_steps(b);
    for (uint32_t i = 0; i < plan->step_count && !status; i++)
        status = set_up(b, i);
    return status ? status : cut_place(b);
}

cut_status cut_plan_make(cut_plan *plan, const cut_graph *graph, int arithmetic,
                         const cut_range *ranges, float headroom, int whole,
                         cut_error *error)
{
    size_t maps = (size_t)graph->map_count + 1;
    size_t steps = (size_t)graph->op_count + 1;
    for (uint32_t i = 0; i < graph->op_count; i++)
        if (graph->ops[i].kind == CUT_OP_CONCAT) steps += graph->ops[i].ins;
    *plan = (cut_plan){.arithmetic = arithmetic,
                       .threads = cut_parallel_threads()};
    cut_plan_builder b = {.plan = plan,
                          .graph = graph,
                          .error = error,
                          .ranges = ranges,
                          .headroom = headroom};
    int *ints = cut_alloc(maps * 6 + graph->op_count, sizeof *ints);
    b.sources = cut_alloc(steps, sizeof *b.sources);
    plan->steps = cut_alloc_zero(steps, sizeof *plan->steps);
    plan->views = cut_alloc_zero(maps, sizeof *plan->views);
    cut_status status = CUT_E_MEMORY;
    if (ints && b.sources && plan->steps && plan->views) {
        b.parent = ints;
        b.channel = ints + maps;
        b.group = ints + maps * 2;
        b.born = ints + maps * 3;
        b.dies = ints + maps * 4;
        b.planes = (uint32_t *)(ints + maps * 5);
        b.into = ints + maps * 6;
        status = make(&b, whole);
    } else {
        cut_fail(error, status, "No memory for the plan.");
    }
    cut_free(ints);
    cut_free(b.sources);
    if (status) cut_plan_free(plan);
    return status;
}

void cut_plan_free(cut_plan *plan)
{
    for (uint32_t i = 0; i < plan->step_count; i++)
        cut_step_free(&plan->steps[i]);
    cut_free(plan->steps);
    cut_free(plan->views);
    *plan = (cut_plan){0};
}
