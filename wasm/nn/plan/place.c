#include "nn/plan/place.h"

#include "base/alloc.h"
#include "nn/plan/arena.h"
#include "nn/plan/views.h"

static size_t bytes_of(const cut_view *view)
{
    return ((size_t)view->h * (size_t)view->w * (size_t)view->ld *
                cut_element(view->type) +
            63) /
           64 * 64;
}

void cut_map_lives(const cut_plan_builder *b, int map, int32_t step)
{
    int32_t channel;
    int root = cut_root_map(b, map, &channel);
    if (step < b->born[root]) b->born[root] = step;
    if (step > b->dies[root]) b->dies[root] = step;
}

void cut_map_stays(const cut_plan_builder *b, int map)
{
    cut_map_lives(b, map, -1);
    cut_map_lives(b, map, INT32_MAX);
}

/* Root maps, then the scratch of each step, one a thread, then the output in
 * f32. */
static void list_blocks(const cut_plan_builder *b, cut_block *blocks)
{
    cut_plan *plan = b->plan;
    uint32_t maps = b->graph->map_count;
    int32_t end = (int32_t)plan->step_count;
    for (uint32_t i = 0; i < maps; i++) {
        blocks[i] = (cut_block){.born = b->born[i], .dies = b->dies[i]};
        if (plan->views[i].ld && b->parent[i] < 0 &&
            (b->dies[i] >= 0 || (int)i == b->graph->input))
            blocks[i].size = bytes_of(&plan->views[i]);
    }
    for (uint32_t i = 0; i < plan->step_count; i++) {
        size_t size = cut_step_scratch(&plan->steps[i]) * (size_t)plan->threads;
        blocks[maps + i] = (cut_block){
            .size = size, .born = (int32_t)i, .dies = (int32_t)i};
        if (size > plan->scratch_bytes) plan->scratch_bytes = size;
    }
    const cut_view *output = &plan->views[b->graph->output];
    if (output->cp != 1)
        blocks[maps + plan->step_count] = (cut_block){
            .size = (size_t)output->c * (size_t)output->h * (size_t)output->w *
                    4,
            .born = end,
            .dies = end};
}

static void place_views(const cut_plan_builder *b, const cut_block *blocks)
{
    cut_view *views = b->plan->views;
    for (uint32_t i = 0; i < b->graph->map_count; i++) {
        int32_t channel;
        int root = cut_root_map(b, (int)i, &channel);
        if (views[i].ld == 0) continue;
        views[i].ld = views[root].ld;
        views[i].offset = blocks[root].offset +
                          (size_t)channel * cut_element(views[i].type);
    }
}

/* Steps are set up before places are known: offsets so far are within a map. */
static void place_step(const cut_plan *plan, cut_step *step, size_t scratch)
{
    step->out.offset += plan->views[step->map].offset;
    if (step->read[0] >= 0) step->in.offset = plan->views[step->read[0]].offset;
    if (step->read[1] >= 0)
        step->other.offset = plan->views[step->read[1]].offset;
    step->scratch = scratch;
}

cut_status cut_place(const cut_plan_builder *b)
{
    cut_plan *plan = b->plan;
    size_t maps = b->graph->map_count;
    size_t count = maps + plan->step_count + 1;
    cut_block *blocks = cut_alloc_zero(count, sizeof *blocks);
    if (!blocks)
        return cut_fail(b->error, CUT_E_MEMORY, "No memory for the plan.");
    cut_map_lives(b, b->graph->output, (int32_t)plan->step_count);
    list_blocks(b, blocks);
    cut_status status = cut_arena_place(blocks, count, &plan->arena_bytes,
                                        b->error);
    if (!status) place_views(b, blocks);
    for (uint32_t i = 0; i < plan->step_count && !status; i++) {
        size_t scratch = blocks[maps + i].offset;
        for (cut_step *s = &plan->steps[i]; s; s = s->inner) {
            place_step(plan, s, scratch);
            scratch += cut_own_scratch(s);
        }
    }
    plan->input = plan->views[b->graph->input];
    plan->output = plan->views[b->graph->output];
    plan->planar = blocks[count - 1].offset;
    plan->arena_bytes += 64; /* a last vector may reach beyond */
    cut_free(blocks);
    return status;
}
