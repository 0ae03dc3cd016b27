/* THE list of operators on feature maps, and those of them that are short.
 * What an attribute means is ONNX's Operators.md. */
#include "nn/graph/import.h"

#include <float.h>

#include "nn/graph/consts.h"
#include "nn/graph/import_elementwise.h"
#include "nn/graph/import_resize.h"
#include "nn/graph/import_window.h"
#include "nn/onnx/attributes.h"

/* The axes of a ReduceMean, attribute or input, as bits. */
static cut_status mean_axes(const cut_import_node *f, uint32_t *mask)
{
    int32_t axes[4], keep = 1;
    int count = 0;
    cut_status status = cut_onnx_ints(f->node, "axes", axes, 4, &count,
                                      f->error);
    if (!status) status = cut_onnx_int(f->node, "keepdims", &keep, f->error);
    if (status) return status;
    const cut_const *list = cut_const_in(f, 1);
    if (f->in[1] && (!list || count || list->count > 4))
        return cut_unsupported(f, "its axes are not constant");
    for (size_t i = 0; list && i < list->count; i++) {
        double axis = cut_const_at(f->graph, list, i);
        if (!(axis >= -4 && axis <= 3)) return cut_wrong(f, "its axes");
        axes[count++] = (int32_t)axis;
    }
    *mask = 0;
    for (int i = 0; i < count; i++) {
        int32_t axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
        if (axis < 0 || axis > 3) return cut_wrong(f, "its axes");
        *mask |= 1u << axis;
    }
    return keep == 1 && (*mask == 2 || *mask == 12)
               ? CUT_OK
               : cut_unsupported(f, "its axes are not [1] or [2, 3]");
}

/* A map of one pixel a channel, or of one channel. */
static cut_status add_mean(const cut_import_node *f, cut_op_kind kind)
{
    const cut_map *in = cut_map_in(f, 0);
    int all = kind == CUT_OP_MEAN;
    cut_op *op;
    cut_status status = cut_op_new(f, kind, f->in[0]->index, all ? in->c : 1,
                                   all ? 1 : in->h, all ? 1 : in->w, &op);
    return status ? status : cut_op_done(f, op);
}

static cut_status import_global_mean(const cut_import_node *f,
                                     const cut_importer *importer)
{
    (void)importer;
    return cut_map_in(f, 0) ? add_mean(f, CUT_OP_MEAN)
                            : cut_wrong(f, "no input");
}

static cut_status import_mean(const cut_import_node *f,
                              const cut_importer *importer)
{
    (void)importer;
    uint32_t mask;
    if (!cut_map_in(f, 0)) return cut_wrong(f, "no input");
    cut_status status = mean_axes(f, &mask);
    if (status) return status;
    return add_mean(f, mask == 2 ? CUT_OP_MEAN_CHANNELS : CUT_OP_MEAN);
}

/* Maps of one size, channels after channels. */
static cut_status import_concat(const cut_import_node *f,
                                const cut_importer *importer)
{
    (void)importer;
    int32_t axis = 0;
    int64_t c = 0;
    const cut_map *first = cut_map_in(f, 0);
    cut_status status = cut_onnx_int(f->node, "axis", &axis, f->error);
    if (status) return status;
    if (!first || (axis != 1 && axis != -3))
        return cut_unsupported(f, "not of feature maps by channel");
    for (uint32_t i = 0; i < f->node->ins; i++) {
        const cut_value *value = cut_input(f->graph, f->node, i, &status,
                                           f->error);
        if (status) return status;
        if (!value || value->is_const)
            return cut_unsupported(f, "not of feature maps by channel");
        const cut_map *map = &f->graph->maps[value->index];
        if (map->h != first->h || map->w != first->w)
            return cut_wrong(f, "the inputs differ in size");
        c += map->c;
    }
    cut_op *op;
    status = cut_op_new(f, CUT_OP_CONCAT, -1, c, first->h, first->w, &op);
    if (status) return status;
    for (uint32_t i = 0; i < f->node->ins; i++)
        f->graph->links[f->graph->link_count++] =
            cut_input(f->graph, f->node, i, &status, f->error)->index;
    op->ins = f->node->ins;
    return cut_op_done(f, op);
}

/* The result is the input itself. */
static cut_status import_same(const cut_import_node *f,
                              const cut_importer *importer)
{
    (void)importer;
    if (!cut_map_in(f, 0)) return cut_wrong(f, "no input");
    return cut_define_output(f->graph, f->node, 0, f->in[0]->index, f->error);
}

static cut_status import_cast(const cut_import_node *f,
                              const cut_importer *importer)
{
    int32_t to = 0;
    cut_status status = cut_onnx_int(f->node, "to", &to, f->error);
    if (status) return status;
    return to == CUT_ONNX_F32 ? import_same(f, importer)
                              : cut_unsupported(f, "its type");
}

#define WINDOW "kernel_shape strides dilations pads auto_pad "

/* THE list of operators on feature maps. */
static const cut_importer importers[] = {
    {"Add", .run = cut_import_binary, .attributes = "", .binary = CUT_ADD},
    {"Sub", .run = cut_import_binary, .attributes = "", .binary = CUT_SUB},
    {"Mul", .run = cut_import_binary, .attributes = "", .binary = CUT_MUL},
    {"Div", .run = cut_import_binary, .attributes = "", .binary = CUT_DIV},
    {"Relu", .run = cut_import_act, .attributes = "",
     .act = {CUT_ACT_CLAMP, 0, FLT_MAX}},
    {"LeakyRelu", .run = cut_import_act, .attributes = "alpha",
     .act = {CUT_ACT_LEAKY, 0.01f, 0}},
    {"Sigmoid", .run = cut_import_act, .attributes = "",
     .act = {CUT_ACT_SIGMOID, 0, 0}},
    {"HardSigmoid", .run = cut_import_act, .attributes = "alpha beta",
     .act = {CUT_ACT_HARDSIGMOID, 0.2f, 0.5f}},
    {"HardSwish", .run = cut_import_act, .attributes = "",
     .act = {CUT_ACT_HARDSWISH, 0, 0}},
    {"Clip", .run = cut_import_clip, .attributes = "min max"},
    {"BatchNormalization", .run = cut_import_batchnorm,
     .attributes = "epsilon momentum training_mode spatial"},
    {"Conv", .run = cut_import_conv, .attributes = WINDOW "group"},
    {"MaxPool", .run = cut_import_pool, .kind = CUT_OP_MAXPOOL,
     .attributes = WINDOW "ceil_mode storage_order"},
    {"AveragePool", .run = cut_import_pool, .kind = CUT_OP_AVGPOOL,
     .attributes = WINDOW "ceil_mode count_include_pad"},
    {"GlobalAveragePool", .run = import_global_mean},
    {"ReduceMean", .run = import_mean, .attributes = "axes keepdims"},
    {"Resize", .run = cut_import_resize, .attributes = CUT_RESIZE_ATTRIBUTES},
    {"Upsample", .run = cut_import_upsample,
     .attributes = CUT_RESIZE_ATTRIBUTES},
    {"Concat", .run = import_concat, .attributes = "axis"},
    {"Identity", .run = import_same},
    {"Dropout", .run = import_same},
    {"Cast", .run = import_cast},
};

cut_status cut_import(cut_graph *graph, const cut_onnx_node *node,
                      cut_error *error)
{
    cut_import_node f = {.graph = graph, .node = node, .error = error};
    cut_status status = CUT_OK;
    for (uint32_t i = 0; i < node->ins && i < 8; i++)
        f.in[i] = cut_input(graph, node, i, &status, error);
    if (status) return status;
    for (size_t i = 0; i < sizeof importers / sizeof *importers; i++) {
        const cut_importer *importer = &importers[i];
        if (!cut_slice_is(node->op, importer->op)) continue;
        if (importer->attributes)
            status = cut_onnx_only(node, importer->attributes, error);
        return status ? status : importer->run(&f, importer);
    }
    return cut_unsupported(&f, "the operator is not known");
}
