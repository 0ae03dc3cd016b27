#include "nn/plan/describe.h"

#include <string.h>

#include "base/alloc.h"
#include "nn/kernels/kernel.h"

/* Appends bytes; without memory the text is empty and stays so. */
static void add(cut_text *text, const char *bytes, size_t size)
{
    if (text->failed) return;
    if (text->size + size + 1 > text->room) {
        size_t room = (text->room + size + 1024) * 2;
        char *more = cut_realloc(text->at, 1, room);
        if (!more) {
            cut_free(text->at);
            *text = (cut_text){.failed = 1};
            return;
        }
        text->at = more;
        text->room = room;
    }
    memcpy(text->at + text->size, bytes, size);
    text->size += size;
    text->at[text->size] = 0;
}

void cut_text_add(cut_text *text, const char *words)
{
    add(text, words, strlen(words));
}

void cut_text_number(cut_text *text, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) digits[--at] = '-';
    add(text, digits + at, sizeof digits - at);
}

/* ,"key":value */
static void field(cut_text *text, const char *key, int64_t value)
{
    cut_text_add(text, ",\"");
    cut_text_add(text, key);
    cut_text_add(text, "\":");
    cut_text_number(text, value);
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
    cut_text_add(text, "\"");
    add(text, clean, size);
    cut_text_add(text, "\"");
}

static void add_shape(cut_text *text, const char *open, int32_t c, int32_t h,
                      int32_t w)
{
    cut_text_add(text, open);
    cut_text_number(text, c);
    cut_text_add(text, ",");
    cut_text_number(text, h);
    cut_text_add(text, ",");
    cut_text_number(text, w);
    cut_text_add(text, "]");
}

static void add_map(cut_text *text, const cut_graph *graph, int map)
{
    const cut_map *m = &graph->maps[map];
    cut_text_add(text, "{\"name\":");
    add_name(text, m->name);
    add_shape(text, ",\"shape\":[1,", m->c, m->h, m->w);
    cut_text_add(text, "}");
}

static const char *act_name(cut_act_kind kind)
{
    static const char *const names[] = {
#define ACT_NAME(symbol, name) [symbol] = name,
        CUT_ACT_LIST(ACT_NAME)
#undef ACT_NAME
    };
    return names[kind];
}

static const char *op_name(cut_op_kind kind)
{
    static const char *const names[] = {
#define OP_NAME(symbol, name) [symbol] = name,
        CUT_OP_LIST(OP_NAME)
#undef OP_NAME
    };
    return names[kind];
}

static const char *type_name(int type)
{
    return type == CUT_I16 ? "i16" : "f32";
}

/* Bytes of the maps that a step and those within it read. */
static int64_t reads_of(const cut_step *step)
{
    int64_t sum = 0;
    for (;; step = step->inner) {
        const cut_view *views[2] = {step->inner ? NULL : &step->in,
                                    &step->other};
        for (int i = 0; i < 2; i++)
            if (views[i] && views[i]->c)
                sum += (int64_t)views[i]->h * views[i]->w * views[i]->cp *
                       (int64_t)cut_element(views[i]->type);
        if (!step->inner) return sum;
    }
}

/* One step; the step fused into it stands within as "before". */
static void add_step(cut_text *text, const cut_graph *graph,
                     const cut_step *step)
{
    const char *act = step->kind == CUT_OP_ACT ? NULL
                                               : act_name(step->fused_act);
    int sum = step->kind == CUT_OP_CONV && step->read[1] >= 0;
    cut_text_add(text, "{\"name\":");
    add_name(text, graph->maps[step->map].name);
    cut_text_add(text, ",\"op\":\"");
    cut_text_add(text, op_name(step->kind));
    cut_text_add(text, "\",\"fused\":[");
    if (sum) cut_text_add(text, act ? "\"add\",\"" : "\"add\"");
    if (act && !sum) cut_text_add(text, "\"");
    if (act) cut_text_add(text, act);
    cut_text_add(text, act ? "\"]" : "]");
    if (step->inner) {
        cut_text_add(text, ",\"before\":");
        add_step(text, graph, step->inner);
    }
    add_shape(text, ",\"shape\":[", step->out.c, step->out.h, step->out.w);
    field(text, "macs",
          step->kind == CUT_OP_CONV ? (int64_t)step->kmacs * 1000 : 0);
    field(text, "reads", reads_of(step));
    field(text, "offset", (int64_t)step->out.offset);
    field(text, "bytes",
          (int64_t)step->out.h * step->out.w * step->out.ld *
              (int64_t)cut_element(step->out.type));
    cut_text_add(text, ",\"type\":\"");
    cut_text_add(text, type_name(step->out.type));
    cut_text_add(text, "\",\"kernel\":\"");
    cut_text_add(text, step->kernel->name);
    cut_text_add(text, "\"");
    if (step->planes != CUT_PLANES_ALWAYS) field(text, "planes", step->planes);
    cut_text_add(text, "}");
}

char *cut_plan_json(const cut_plan *plan, const cut_graph *graph)
{
    cut_text text = {0};
    int64_t kmacs = 0;
    for (uint32_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].kind == CUT_OP_CONV) kmacs += plan->steps[i].kmacs;
    cut_text_add(&text, "{\"input\":");
    add_map(&text, graph, graph->input);
    cut_text_add(&text, ",\"output\":");
    add_map(&text, graph, graph->output);
    cut_text_add(&text, ",\"arithmetic\":\"");
    cut_text_add(&text, type_name(plan->arithmetic));
    cut_text_add(&text, "\"");
    field(&text, "macs", kmacs * 1000);
    field(&text, "arena_bytes", (int64_t)plan->arena_bytes);
    field(&text, "weight_bytes", (int64_t)plan->weight_bytes);
    cut_text_add(&text, ",\"steps\":[");
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (i) cut_text_add(&text, ",");
        add_step(&text, graph, &plan->steps[i]);
    }
    cut_text_add(&text, "]}");
    return text.at;
}

/* ---- ranges ------------------------------------------------------------ */

static int64_t millionths(float value)
{
    double scaled = (double)value * 1e6;
    return scaled > 9e18    ? INT64_C(9000000000000000000)
           : scaled < -9e18 ? -INT64_C(9000000000000000000)
                            : (int64_t)scaled;
}

void cut_ranges_write(cut_text *text, cut_slice name, cut_range range)
{
    add(text, (const char *)name.at, name.size);
    cut_text_add(text, " ");
    cut_text_number(text, millionths(range.lo));
    cut_text_add(text, " ");
    cut_text_number(text, millionths(range.hi));
    cut_text_add(text, "\n");
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
        ranges[i] = (cut_range){1, -1};
    while (text.size > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.size);
        if (!end) return 0;
        cut_slice line = {text.at, (size_t)(end - text.at)};
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
