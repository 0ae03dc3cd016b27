/* The network's life: load, run in pieces, answer. */
#include "net.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "nn/graph/build.h"
#include "nn/graph/fuse.h"
#include "nn/kernels/input.h"
#include "nn/plan/describe.h"
#include "nn/share.h"

struct cut_net {
    cut_error error;
    int tried, loaded, recording;
    cut_plan plan;
    uint8_t *block, *arena; /* arena: block, aligned to 64 */
    char *json;
    cut_range *ranges; /* [maps] while recording */
    char **names;      /* of the maps, then; owned, and each */
    uint32_t map_count, input_map;
    cut_text text;
    uint32_t at; /* step */
    int32_t row;
    uint64_t done, total; /* kmacs */
    uint32_t changed;     /* planes of the input, since the run before */
    int running, finished;
    size_t bytes;
};

cut_net *cut_net_new(void)
{
    return cut_alloc_zero(1, sizeof(cut_net));
}

static void forget_names(cut_net *net)
{
    for (uint32_t i = 0; net->names && i < net->map_count; i++)
        cut_free(net->names[i]);
    cut_free(net->names);
    net->names = NULL;
}

void cut_net_free(cut_net *net)
{
    if (!net) return;
    forget_names(net);
    cut_plan_free(&net->plan);
    cut_free(net->block);
    cut_free(net->json);
    cut_free(net->ranges);
    cut_free(net->text.at);
    cut_free(net);
}

const char *cut_net_message(const cut_net *net)
{
    return net->error.text;
}

/* ---- output ------------------------------------------------------------ */

static void take_output(cut_net *net)
{
    const cut_view *out = &net->plan.output;
    size_t pixels = (size_t)out->h * (size_t)out->w, ld = (size_t)out->ld;
    if (out->cp == 1) return;
    float *planar = (float *)(void *)(net->arena + net->plan.planar);
    const float *f = (const float *)(const void *)(net->arena + out->offset);
    const int16_t *q = (const int16_t *)(const void *)f;
    for (size_t c = 0; c < (size_t)out->c; c++)
        for (size_t i = 0; i < pixels; i++)
            planar[c * pixels + i] = out->type == CUT_F32
                                         ? f[i * ld + c]
                                         : (float)q[i * ld + c] * out->scale;
}

/* ---- a run ------------------------------------------------------------- */

static void widen(cut_range *range, const cut_view *view, const uint8_t *arena)
{
    const float *f = (const float *)(const void *)(arena + view->offset);
    size_t pixels = (size_t)view->h * (size_t)view->w;
    for (size_t i = 0; i < pixels; i++, f += view->ld)
        for (int32_t c = 0; c < view->c; c++) {
            if (f[c] < range->lo) range->lo = f[c];
            if (f[c] > range->hi) range->hi = f[c];
        }
}

static void begin(cut_net *net, const float *input)
{
    uint32_t changed = cut_put_input(&net->plan.input, net->arena, input);
    /* a run that was not finished may have left any step out */
    net->changed = net->finished ? changed | CUT_PLANES_ALWAYS : UINT32_MAX;
    net->at = 0;
    net->row = 0;
    net->done = 0;
    net->running = 1;
    net->finished = 0;
}

static void finish_step(cut_net *net, const cut_step *step)
{
    if (net->ranges && net->plan.arithmetic == CUT_F32)
        widen(&net->ranges[step->map], &step->out, net->arena);
    net->at++;
    net->row = 0;
}

/* Rows to make at once: a band, or for several threads whole bands of what is
 * still to be done; 0 is the rest of the step. */
static int32_t rows_now(const cut_net *net, const cut_step *step,
                        uint64_t kmacs)
{
    uint64_t rows = (uint64_t)step->out.h, band = (uint64_t)step->band;
    if (net->plan.threads < 2) return step->band;
    if (kmacs >= step->kmacs || !kmacs) return step->out.h;
    return (int32_t)((kmacs * rows / step->kmacs / band + 1) * band);
}

/* Goes on until so many thousand multiplications are done, 0: to the end of a
 * step. After the last one the output is taken. */
static void work(cut_net *net, uint64_t kmacs)
{
    uint64_t used = 0;
    while (net->at < net->plan.step_count) {
        const cut_step *step = &net->plan.steps[net->at];
        int32_t rows = step->out.h;
        if (!(step->planes & net->changed)) { /* as the run before made it */
            net->done += step->kmacs;
            finish_step(net, step);
            if (kmacs == 0) break;
            continue;
        }
        int32_t y_end = net->row +
                        rows_now(net, step, kmacs ? kmacs - used : 0);
        if (y_end > rows) y_end = rows;
        cut_share_rows(step, net->arena, net->row, y_end, net->plan.threads);
        uint64_t share = (uint64_t)step->kmacs * (uint64_t)(y_end - net->row) /
                         (uint64_t)rows;
        net->row = y_end;
        net->done += share;
        used += share;
        if (y_end == rows) {
            finish_step(net, step);
            if (kmacs == 0) break;
        }
        if (kmacs && used >= kmacs) break;
    }
    if (net->at < net->plan.step_count) return;
    take_output(net);
    net->running = 0;
    net->finished = 1;
}

int cut_net_begin(cut_net *net, const float *input, uint32_t count)
{
    const cut_view *in = &net->plan.input;
    if (!net->loaded)
        return (int)cut_fail(&net->error, CUT_E_STATE,
                             "The network is not loaded.");
    if ((uint64_t)count != (uint64_t)in->c * (uint64_t)in->h * (uint64_t)in->w)
        return (int)cut_fail(&net->error, CUT_E_ARGUMENT,
                             "The input is not of %d x %d x %d, but %u values.",
                             (int)in->c, (int)in->h, (int)in->w,
                             (unsigned)count);
    size_t wrong = cut_first_not_finite(input, count);
    if (wrong < count)
        return (int)cut_fail(&net->error, CUT_E_INFERENCE,
                             "Value %u of the input is not finite.",
                             (unsigned)wrong);
    begin(net, input);
    if (net->ranges) widen(&net->ranges[net->input_map], in, net->arena);
    return CUT_OK;
}

int cut_net_step(cut_net *net, uint32_t mmacs)
{
    if (!net->running)
        return (int)cut_fail(&net->error, CUT_E_STATE, "No run has begun.");
    work(net, (uint64_t)mmacs * 1000);
    return CUT_OK;
}

uint32_t cut_net_progress(const cut_net *net)
{
    if (net->finished) return 1000;
    uint64_t share = net->running && net->total ? net->done * 1000 / net->total
                                                : 0;
    return share > 999 ? 999 : (uint32_t)share;
}

uint32_t cut_net_at(const cut_net *net)
{
    return net->at;
}

const float *cut_net_output(const cut_net *net)
{
    if (!net->finished) return NULL;
    size_t offset = net->plan.output.cp == 1 ? net->plan.output.offset
                                             : net->plan.planar;
    return (const float *)(const void *)(net->arena + offset);
}

uint32_t cut_net_dim(const cut_net *net, int which, int dimension)
{
    const cut_view *view = which ? &net->plan.output : &net->plan.input;
    if (!net->loaded) return 0;
    switch (dimension) {
    case 0: return 1;
    case 1: return (uint32_t)view->c;
    case 2: return (uint32_t)view->h;
    case 3: return (uint32_t)view->w;
    default: return 0;
    }
}

uint32_t cut_net_kmacs(const cut_net *net)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < net->plan.step_count; i++)
        if (net->plan.steps[i].kind == CUT_OP_CONV)
            sum += net->plan.steps[i].kmacs;
    return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

uint32_t cut_net_bytes(const cut_net *net)
{
    return net->bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)net->bytes;
}

/* ---- loading ----------------------------------------------------------- */

static cut_status make_arena(cut_net *net)
{
    net->block = cut_alloc_zero(net->plan.arena_bytes + 64, 1);
    if (!net->block)
        return cut_fail(&net->error, CUT_E_MEMORY,
                        "No memory for %llu bytes of feature maps.",
                        (unsigned long long)net->plan.arena_bytes);
    net->arena = net->block + (64 - ((uintptr_t)net->block & 63));
    net->bytes = net->plan.arena_bytes + net->plan.weight_bytes;
    net->total = 0;
    for (uint32_t i = 0; i < net->plan.step_count; i++)
        net->total += net->plan.steps[i].kmacs;
    return CUT_OK;
}

/* Waves of several widths and some noise, -2..2: what a normalised photo may
 * hold, and no worse. */
static float synthetic(uint32_t c, uint32_t y, uint32_t x)
{
    uint32_t hash = (c * 73856093u) ^ (y * 19349663u) ^ (x * 83492791u);
    hash = (hash ^ (hash >> 13)) * 1274126177u;
    float noise = (float)(hash >> 16) / 65536.0f - 0.5f;
    float wide = (float)((x * 3 + y * 2 + c * 40) % 256) / 128.0f - 1.0f;
    float block = ((x / 24 + y / 24 + c) % 2) ? 0.8f : -0.8f;
    return wide < 0 ? -wide * 1.2f - 0.6f + block + noise * 0.3f
                    : wide * 1.2f - 0.6f + block + noise * 0.3f;
}

static void reset_ranges(cut_range *ranges, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ranges[i] = (cut_range){FLT_MAX, -FLT_MAX};
}

/* What one f32 run of a synthetic picture meets. */
static cut_status probe_ranges(cut_net *net, const cut_graph *graph)
{
    const cut_map *in = &graph->maps[graph->input];
    size_t count = (size_t)in->c * (size_t)in->h * (size_t)in->w;
    cut_status status = cut_plan_make(&net->plan, graph, CUT_F32, NULL, 1, 1,
                                      &net->error);
    if (!status) status = make_arena(net);
    float *input = status ? NULL : cut_alloc(count, sizeof *input);
    if (!status && !input)
        status = cut_fail(&net->error, CUT_E_MEMORY,
                          "No memory to find the model's ranges.");
    if (!status) {
        size_t i = 0;
        for (int32_t c = 0; c < in->c; c++)
            for (int32_t y = 0; y < in->h; y++)
                for (int32_t x = 0; x < in->w; x++)
                    input[i++] = synthetic((uint32_t)c, (uint32_t)y,
                                           (uint32_t)x);
        begin(net, input);
        widen(&net->ranges[graph->input], &net->plan.input, net->arena);
        while (!net->finished) work(net, 0);
        net->finished = 0;
    }
    cut_free(input);
    cut_plan_free(&net->plan);
    cut_free(net->block);
    net->block = net->arena = NULL;
    return status;
}

static int has_8_bit(const cut_graph *graph)
{
    for (uint32_t i = 0; i < graph->op_count; i++)
        if (graph->ops[i].kind == CUT_OP_CONV && !graph->ops[i].dead &&
            graph->consts[graph->ops[i].weights].quantised)
            return 1;
    return 0;
}

/* Of the maps, for cut_net_ranges(): the file is the caller's, and gone by
 * then. */
static cut_status keep_names(cut_net *net, const cut_graph *graph)
{
    net->names = cut_alloc_zero((size_t)graph->map_count + 1,
                                sizeof *net->names);
    for (uint32_t i = 0; net->names && i < graph->map_count; i++) {
        cut_slice name = graph->maps[i].name;
        net->names[i] = cut_alloc_zero(name.size + 1, 1);
        if (!net->names[i])
            forget_names(net);
        else if (name.size)
            memcpy(net->names[i], name.at, name.size);
    }
    return net->names ? CUT_OK
                      : cut_fail(&net->error, CUT_E_MEMORY,
                                 "No memory for the model's names.");
}

/* Fuses the graph, chooses its arithmetic (i16 needs ranges: the model's own, or
 * those of a probe), and makes plan, arena and the plan's JSON. */
static cut_status plan(cut_net *net, cut_graph *graph, int arithmetic)
{
    cut_status status = cut_graph_fuse(graph, &net->error);
    if (status) return status;
    int i16 = arithmetic == CUT_NET_I16 ||
              (arithmetic == CUT_NET_AUTO && has_8_bit(graph) &&
               cut_plan_cost(graph, CUT_I16) < cut_plan_cost(graph, CUT_F32));
    float headroom = 1.25f;
    if (i16 && (net->recording || !cut_plan_can(graph, CUT_I16))) i16 = 0;
    net->map_count = graph->map_count;
    if (i16 || net->recording) {
        net->ranges = cut_alloc((size_t)graph->map_count + 1,
                                sizeof *net->ranges);
        if (!net->ranges)
            return cut_fail(&net->error, CUT_E_MEMORY,
                            "No memory for the model's ranges.");
        reset_ranges(net->ranges, graph->map_count);
    }
    if (i16 && !cut_ranges_read(graph, graph->onnx.ranges, net->ranges)) {
        reset_ranges(net->ranges, graph->map_count);
        status = probe_ranges(net, graph);
        headroom = 4;
    }
    if (!status)
        status = cut_plan_make(&net->plan, graph, i16 ? CUT_I16 : CUT_F32,
                               net->ranges, headroom, net->recording,
                               &net->error);
    if (!status && net->recording) status = keep_names(net, graph);
    if (!net->recording) {
        cut_free(net->ranges);
        net->ranges = NULL;
    }
    if (!status) status = make_arena(net);
    if (!status) {
        net->json = cut_plan_json(&net->plan, graph);
        if (!net->json)
            status = cut_fail(&net->error, CUT_E_MEMORY,
                              "No memory for the model's plan.");
    }
    return status;
}

int cut_net_load(cut_net *net, const uint8_t *bytes, uint32_t size_bytes,
                 uint32_t w, uint32_t h, int arithmetic, const char *output,
                 uint32_t output_bytes)
{
    if (net->tried)
        return (int)cut_fail(&net->error, CUT_E_STATE, "A network loads once.");
    if (arithmetic < CUT_NET_AUTO || arithmetic > CUT_NET_I16)
        return (int)cut_fail(&net->error, CUT_E_ARGUMENT,
                             "There is no arithmetic %d.", arithmetic);
    net->tried = 1;
    if (w < 1 || h < 1 || w > CUT_MAX_MODEL_SIDE || h > CUT_MAX_MODEL_SIDE)
        return (int)cut_fail(&net->error, CUT_E_MODEL,
                             "An input is of 1..%d pixels, not %u x %u.",
                             CUT_MAX_MODEL_SIDE, (unsigned)w, (unsigned)h);
    cut_graph graph;
    cut_status status = cut_graph_build(
        &graph, (cut_slice){bytes, size_bytes}, (int32_t)w, (int32_t)h,
        (cut_slice){(const uint8_t *)output, output_bytes}, &net->error);
    if (status) return (int)status;
    status = plan(net, &graph, arithmetic);
    net->input_map = (uint32_t)graph.input;
    cut_graph_free(&graph);
    net->loaded = !status;
    return (int)status;
}

const char *cut_net_plan_json(cut_net *net)
{
    return net->json;
}

/* ---- calibration ------------------------------------------------------- */

void cut_net_record(cut_net *net, int on)
{
    if (!net->tried) net->recording = on != 0;
}

const char *cut_net_ranges(cut_net *net)
{
    cut_free(net->text.at);
    net->text = (cut_text){0};
    if (!net->names || !net->ranges) return "";
    for (uint32_t i = 0; i < net->map_count; i++)
        if (net->ranges[i].lo <= net->ranges[i].hi)
            cut_ranges_write(&net->text,
                             (cut_slice){(const uint8_t *)net->names[i],
                                         strlen(net->names[i])},
                             net->ranges[i]);
    return net->text.at ? net->text.at : "";
}
