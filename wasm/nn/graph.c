#include "nn/graph.h"

#include <string.h>

#include "base/alloc.h"

static uint32_t hash_of(cut_slice name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ name.at[i]) * 16777619u;
    return hash;
}

/* Where a name stands in the table, or the free place for it. */
static uint32_t *slot(const cut_graph *graph, cut_slice name)
{
    uint32_t mask = graph->table_size - 1, i = hash_of(name) & mask;
    while (graph->table[i] != 0 &&
           !cut_slice_same(graph->values[graph->table[i] - 1].name, name))
        i = (i + 1) & mask;
    return &graph->table[i];
}

cut_status cut_define(cut_graph *graph, cut_slice name, int is_const,
                      int index, cut_error *why)
{
    uint32_t *place = slot(graph, name);
    if (*place != 0)
        return cut_fail(why, CUT_E_MODEL, "The value %.*s is made twice.",
                        CUT_SLICE_ARGS(name));
    graph->values[graph->value_count++] =
        (cut_value){ .name = name, .is_const = is_const, .index = index };
    *place = graph->value_count;
    return CUT_OK;
}

const cut_value *cut_input(const cut_graph *graph, const cut_onnx_node *node,
                           uint32_t i, cut_status *status, cut_error *why)
{
    if (*status || i >= node->ins) return NULL;
    cut_slice name = graph->onnx.names[node->first + i];
    if (name.size == 0) return NULL;
    uint32_t found = *slot(graph, name);
    if (found != 0) return &graph->values[found - 1];
    *status = cut_fail(why, CUT_E_MODEL,
                       "%.*s (%.*s) needs %.*s, which nothing before it makes.",
                       CUT_NODE_ARGS(node), CUT_SLICE_ARGS(name));
    return NULL;
}

cut_status cut_map_new(cut_graph *graph, const cut_onnx_node *node, int64_t c,
                       int64_t h, int64_t w, int *index, cut_error *why)
{
    if (c < 1 || h < 1 || w < 1 || c > CUT_NN_MAX_CHANNELS ||
        h > CUT_NN_MAX_SIDE || w > CUT_NN_MAX_SIDE ||
        (c + 7) * h * w > CUT_NN_MAX_ELEMENTS) {
        static const cut_onnx_node input = {
            .op = { (const uint8_t *)"the input", 9 },
            .name = { (const uint8_t *)"", 0 }
        };
        if (!node) node = &input;
        return cut_fail(why, CUT_E_MODEL, "%.*s (%.*s) makes [%d, %d, %d].",
                        CUT_NODE_ARGS(node), (int)c, (int)h, (int)w);
    }
    graph->maps[graph->map_count] =
        (cut_map){ .c = (int32_t)c, .h = (int32_t)h, .w = (int32_t)w };
    if (node && node->outs > 0)
        graph->maps[graph->map_count].name =
            graph->onnx.names[node->first + node->ins];
    *index = (int)graph->map_count++;
    return CUT_OK;
}

static cut_status no_memory(cut_error *why)
{
    return cut_fail(why, CUT_E_MEMORY, "No memory for the model's graph.");
}

/* A node folds to as many constants as it has outputs, and infers to at most
 * three ops and maps (infer.c). */
static cut_status make_tables(cut_graph *graph, cut_error *why)
{
    const cut_onnx *onnx = &graph->onnx;
    graph->const_room = onnx->tensor_count + onnx->node_count * 2 + 1;
    graph->map_room = onnx->node_count * 3 + 1;
    graph->op_room = onnx->node_count * 3 + 1;
    graph->link_room = onnx->name_count + onnx->node_count * 4 + 1;
    uint32_t values = onnx->tensor_count + onnx->name_count + 2;
    graph->table_size = 16;
    while (graph->table_size < values * 2) graph->table_size *= 2;
    graph->consts = cut_alloc_zero(graph->const_room, sizeof *graph->consts);
    graph->maps = cut_alloc_zero(graph->map_room, sizeof *graph->maps);
    graph->ops = cut_alloc_zero(graph->op_room, sizeof *graph->ops);
    graph->links = cut_alloc_zero(graph->link_room, sizeof *graph->links);
    graph->values = cut_alloc_zero(values, sizeof *graph->values);
    graph->table = cut_alloc_zero(graph->table_size, sizeof *graph->table);
    return graph->consts && graph->maps && graph->ops && graph->links &&
                   graph->values && graph->table
               ? CUT_OK : no_memory(why);
}

static cut_status define_initializers(cut_graph *graph, cut_error *why)
{
    const cut_onnx *onnx = &graph->onnx;
    for (uint32_t i = 0; i < onnx->tensor_count; i++) {
        int index;
        cut_status status =
            cut_const_of_tensor(graph, &onnx->tensors[i], &index, why);
        if (!status)
            status = cut_define(graph, onnx->tensors[i].name, 1, index, why);
        if (status) return status;
    }
    return CUT_OK;
}

/* Inputs that are no initializers (files before IR 4 list both): one. */
static cut_status define_input(cut_graph *graph, int32_t w, int32_t h,
                               cut_error *why)
{
    const cut_onnx *onnx = &graph->onnx;
    const cut_onnx_io *input = NULL;
    for (uint32_t i = 0; i < onnx->input_count; i++) {
        if (*slot(graph, onnx->inputs[i].name) != 0) continue;
        if (input)
            return cut_fail(why, CUT_E_MODEL_UNSUPPORTED,
                            "The model takes more than one input.");
        input = &onnx->inputs[i];
    }
    if (!input || input->name.size == 0)
        return cut_fail(why, CUT_E_MODEL, "The model takes no input.");
    if (input->type != CUT_ONNX_F32 || (input->rank != 4 && input->rank != -1))
        return cut_fail(why, CUT_E_MODEL_UNSUPPORTED,
                        "The input %.*s is not f32 of rank 4.",
                        CUT_SLICE_ARGS(input->name));
    const int32_t open[4] = { 1, 3, h, w };
    int32_t dims[4];
    for (int i = 0; i < 4; i++)
        dims[i] = input->rank == 4 && input->dims[i] > 0 ? input->dims[i]
                                                         : open[i];
    if (dims[0] != 1)
        return cut_fail(why, CUT_E_MODEL_UNSUPPORTED,
                        "The model takes batches of %d.", (int)dims[0]);
    if (dims[2] != h || dims[3] != w)
        return cut_fail(why, CUT_E_MODEL,
                        "The model takes %d x %d, not the manifest's %d x %d.",
                        (int)dims[3], (int)dims[2], (int)w, (int)h);
    cut_status status =
        cut_map_new(graph, NULL, dims[1], h, w, &graph->input, why);
    if (status) return status;
    graph->maps[graph->input].name = input->name;
    return cut_define(graph, input->name, 0, graph->input, why);
}

static cut_status find_output(cut_graph *graph, cut_slice wanted,
                              cut_error *why)
{
    const cut_onnx *onnx = &graph->onnx;
    if (onnx->output_count == 0)
        return cut_fail(why, CUT_E_MODEL, "The model has no output.");
    cut_slice name = onnx->outputs[0].name;
    for (uint32_t i = 0; i < onnx->output_count; i++)
        if (cut_slice_same(onnx->outputs[i].name, wanted)) name = wanted;
    uint32_t found = *slot(graph, name);
    if (found == 0)
        return cut_fail(why, CUT_E_MODEL, "Nothing makes the output %.*s.",
                        CUT_SLICE_ARGS(name));
    if (graph->values[found - 1].is_const)
        return cut_fail(why, CUT_E_MODEL_UNSUPPORTED,
                        "The output %.*s does not depend on the input.",
                        CUT_SLICE_ARGS(name));
    graph->output = graph->values[found - 1].index;
    return CUT_OK;
}

static cut_status build(cut_graph *graph, int32_t w, int32_t h,
                        cut_slice output, cut_error *why)
{
    cut_status status = make_tables(graph, why);
    if (!status) status = define_initializers(graph, why);
    if (!status) status = define_input(graph, w, h, why);
    for (uint32_t i = 0; !status && i < graph->onnx.node_count; i++) {
        const cut_onnx_node *node = &graph->onnx.nodes[i];
        int done = 0;
        status = cut_fold(graph, node, &done, why);
        if (!status && !done) status = cut_infer(graph, node, why);
    }
    return status ? status : find_output(graph, output, why);
}

cut_status cut_graph_build(cut_graph *graph, cut_slice file, int32_t w,
                           int32_t h, cut_slice output, cut_error *why)
{
    *graph = (cut_graph){ .input = -1, .output = -1 };
    cut_status status = cut_onnx_read(&graph->onnx, file, why);
    if (!status) status = build(graph, w, h, output, why);
    if (status) cut_graph_free(graph);
    return status;
}

int cut_graph_map(const cut_graph *graph, cut_slice name)
{
    uint32_t found = *slot(graph, name);
    return found == 0 || graph->values[found - 1].is_const
               ? -1 : graph->values[found - 1].index;
}

void cut_graph_free(cut_graph *graph)
{
    for (uint32_t i = 0; i < graph->const_count; i++)
        cut_free(graph->consts[i].numbers);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        cut_free(graph->ops[i].mul);
        cut_free(graph->ops[i].add);
    }
    cut_free(graph->consts);
    cut_free(graph->maps);
    cut_free(graph->ops);
    cut_free(graph->links);
    cut_free(graph->values);
    cut_free(graph->table);
    cut_onnx_free(&graph->onnx);
    *graph = (cut_graph){ .input = -1, .output = -1 };
}
