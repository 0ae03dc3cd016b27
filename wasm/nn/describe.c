#include "nn/describe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void cut_text_add(cut_text *text, const char *format, ...)
{
    if (text->room == 0) {
        text->at = cut_alloc(1, 4096);
        text->room = 4096;
    }
    for (int pass = 0; pass < 2 && text->at; pass++) {
        va_list args;
        va_start(args, format);
        size_t left = text->room - text->size;
        int wrote = vsnprintf(text->at + text->size, left, format, args);
        va_end(args);
        if (wrote >= 0 && (size_t)wrote < left) {
            text->size += (size_t)wrote;
            return;
        }
        size_t room = text->room * 2 + (wrote > 0 ? (size_t)wrote : 0);
        char *more = cut_realloc(text->at, 1, room);
        if (!more) cut_free(text->at);
        text->at = more;
        text->room = room;
    }
}

/* A name between quotes, what JSON does not allow in it replaced. */
static void add_name(cut_text *text, cut_slice name)
{
    char clean[200];
    size_t size = name.size < sizeof clean ? name.size : sizeof clean;
    for (size_t i = 0; i < size; i++) {
        uint8_t c = name.at[i];
        clean[i] = c < 32 || c > 126 || c == '"' || c == '\\' ? '_' : (char)c;
    }
    cut_text_add(text, "\"%.*s\"", (int)size, clean);
}

static void add_map(cut_text *text, const cut_graph *graph, int map)
{
    const cut_map *m = &graph->maps[map];
    cut_text_add(text, "{\"name\":");
    add_name(text, m->name);
    cut_text_add(text, ",\"shape\":[1,%d,%d,%d]}", (int)m->c, (int)m->h,
                 (int)m->w);
}

static const char *act_name(cut_act_kind kind)
{
    switch (kind) {
    case CUT_ACT_CLAMP: return "clamp";
    case CUT_ACT_LEAKY: return "leaky";
    case CUT_ACT_SIGMOID: return "sigmoid";
    case CUT_ACT_HARDSIGMOID: return "hardsigmoid";
    case CUT_ACT_HARDSWISH: return "hardswish";
    default: return NULL;
    }
}

static const char *op_name(cut_op_kind kind)
{
    static const char *const names[] = {
        "conv", "affine", "binary", "activation", "concat", "maxpool",
        "averagepool", "mean", "mean of channels", "resize", "constant"
    };
    return names[kind];
}

static void add_step(cut_text *text, const cut_graph *graph,
                     const cut_step *step)
{
    const char *act = act_name(step->fused_act);
    const char *comma = "";
    cut_text_add(text, "{\"name\":");
    add_name(text, graph->maps[step->map].name);
    cut_text_add(text, ",\"op\":\"%s\",\"fused\":[", op_name(step->kind));
    if (step->kind == CUT_OP_CONV && step->read[1] >= 0) {
        cut_text_add(text, "\"add\"");
        comma = ",";
    }
    if (act && step->kind != CUT_OP_ACT)
        cut_text_add(text, "%s\"%s\"", comma, act);
    cut_text_add(text, "],");
    if (step->inner) {
        cut_text_add(text, "\"before\":");
        add_step(text, graph, step->inner);
        cut_text_add(text, ",");
    }
    cut_text_add(text,
                 "\"shape\":[%d,%d,%d],\"macs\":%llu,\"offset\":%llu,"
                 "\"bytes\":%llu,\"type\":\"%s\",\"kernel\":\"%s\"}",
                 (int)step->out.c, (int)step->out.h, (int)step->out.w,
                 step->kind == CUT_OP_CONV
                     ? (unsigned long long)step->kmacs * 1000 : 0ull,
                 (unsigned long long)step->out.offset,
                 (unsigned long long)step->out.h *
                     (unsigned long long)step->out.w *
                     (unsigned long long)step->out.ld *
                     (step->out.type == CUT_I16 ? 2 : 4),
                 step->out.type == CUT_I16 ? "i16" : "f32", step->kernel);
}

char *cut_plan_json(const cut_plan *plan, const cut_graph *graph)
{
    cut_text text = { 0 };
    unsigned long long kmacs = 0;
    for (uint32_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].kind == CUT_OP_CONV) kmacs += plan->steps[i].kmacs;
    cut_text_add(&text, "{\"input\":");
    add_map(&text, graph, graph->input);
    cut_text_add(&text, ",\"output\":");
    add_map(&text, graph, graph->output);
    cut_text_add(&text,
                 ",\"arithmetic\":\"%s\",\"macs\":%llu,\"arena_bytes\":%llu,"
                 "\"weight_bytes\":%llu,\"steps\":[",
                 plan->arithmetic == CUT_I16 ? "i16" : "f32", kmacs * 1000,
                 (unsigned long long)plan->arena_bytes,
                 (unsigned long long)plan->weight_bytes);
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (i) cut_text_add(&text, ",");
        add_step(&text, graph, &plan->steps[i]);
    }
    cut_text_add(&text, "]}");
    return text.at;
}

/* ---- ranges ------------------------------------------------------------ */

static long long millionths(float value)
{
    double scaled = (double)value * 1e6;
    return scaled > 9e18 ? 9000000000000000000ll
           : scaled < -9e18 ? -9000000000000000000ll : (long long)scaled;
}

void cut_ranges_write(cut_text *text, cut_slice name, cut_range range)
{
    cut_text_add(text, "%.*s %lld %lld\n", (int)name.size,
                 (const char *)name.at, millionths(range.lo),
                 millionths(range.hi));
}

/* A whole number at the end of `line`, which loses it and the space before. */
static int take_number(cut_slice *line, float *out)
{
    double value = 0, unit = 1;
    size_t digits = 0;
    while (line->size > 0 && line->at[line->size - 1] >= '0' &&
           line->at[line->size - 1] <= '9' && digits < 19) {
        value += unit * (line->at[--line->size] - '0');
        unit *= 10;
        digits++;
    }
    if (line->size > 0 && line->at[line->size - 1] == '-') {
        value = -value;
        line->size--;
    }
    *out = (float)(value / 1e6);
    if (digits == 0 || line->size == 0 || line->at[line->size - 1] != ' ')
        return 0;
    line->size--;
    return 1;
}

int cut_ranges_read(const cut_graph *graph, cut_slice text, cut_range *ranges)
{
    for (uint32_t i = 0; i < graph->map_count; i++)
        ranges[i] = (cut_range){ 1, -1 };
    while (text.size > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.size);
        if (!end) return 0;
        cut_slice line = { text.at, (size_t)(end - text.at) };
        text.size -= line.size + 1;
        text.at = end + 1;
        cut_range range;
        if (!take_number(&line, &range.hi) || !take_number(&line, &range.lo))
            return 0;
        int map = cut_graph_map(graph, line);
        if (map >= 0 && range.lo <= range.hi) ranges[map] = range;
    }
    if (ranges[graph->input].lo > ranges[graph->input].hi) return 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const cut_op *op = &graph->ops[i];
        if (!op->dead && op->kind != CUT_OP_CONCAT &&
            op->kind != CUT_OP_CONST && ranges[op->out].lo > ranges[op->out].hi)
            return 0;
    }
    return 1;
}
