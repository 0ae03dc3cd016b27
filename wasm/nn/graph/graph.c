#include "nn/graph/graph.h"

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

const cut_value *cut_graph_value(const cut_graph *graph, cut_slice name)
{
    uint32_t found = *slot(graph, name);
    return found != 0 ? &graph->values[found - 1] : NULL;
}

cut_status cut_define(cut_graph *graph, cut_slice name, int is_const, int index,
                      cut_error *error)
{
    uint32_t *place = slot(graph, name);
    if (*place != 0)
        return cut_fail(error, CUT_E_MODEL, "The value %.*s is made twice.",
                        CUT_SLICE_ARGS(name));
    graph->values[graph->value_count++] = (cut_value){
        .name = name, .is_const = is_const, .index = index};
    *place = graph->value_count;
    return CUT_OK;
}

cut_status cut_define_output(cut_graph *graph, const cut_onnx_node *node,
                             int is_const, int index, cut_error *error)
{
    cut_slice name = graph->onnx.names[node->first + node->ins];
    return cut_define(graph, name, is_const, index, error);
}

const cut_value *cut_input(const cut_graph *graph, const cut_onnx_node *node,
                           uint32_t i, cut_status *status, cut_error *error)
{
    if (*status || i >= node->ins) return NULL;
    cut_slice name = graph->onnx.names[node->first + i];
    if (name.size == 0) return NULL;
    const cut_value *value = cut_graph_value(graph, name);
    if (value) return value;
    *status = cut_fail(error, CUT_E_MODEL,
                       "%.*s (%.*s) needs %.*s, which nothing before it makes.",
                       CUT_NODE_ARGS(node), CUT_SLICE_ARGS(name));
    return NULL;
}

cut_status cut_map_new(cut_graph *graph, const cut_onnx_node *node, int64_t c,
                       int64_t h, int64_t w, int *index, cut_error *error)
{
    if (c < 1 || h < 1 || w < 1 || c > CUT_NN_MAX_CHANNELS ||
        h > CUT_NN_MAX_SIDE || w > CUT_NN_MAX_SIDE ||
        (c + 7) * h * w > CUT_NN_MAX_ELEMENTS) {
        static const cut_onnx_node input = {
            .op = {(const uint8_t *)"the input", 9},
            .name = {(const uint8_t *)"", 0}};
        if (!node) node = &input;
        return cut_fail(error, CUT_E_MODEL, "%.*s (%.*s) makes [%d, %d, %d].",
                        CUT_NODE_ARGS(node), (int)c, (int)h, (int)w);
    }
    graph->maps[graph->map_count] = (cut_map){
        .c = (int32_t)c, .h = (int32_t)h, .w = (int32_t)w};
    if (node && node->outs > 0)
        graph->maps[graph->map_count].name =
            graph->onnx.names[node->first + node->ins];
    *index = (int)graph->map_count++;
    return CUT_OK;
}

/* A node folds to at most two constants, and makes at most three ops and maps
 * (a constant map for each of two operands, and the result). */
cut_status cut_graph_make_tables(cut_graph *graph, cut_error *error)
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
               ? CUT_OK
               : cut_fail(error, CUT_E_MEMORY,
                          "No memory for the model's graph.");
}

int cut_graph_map(const cut_graph *graph, cut_slice name)
{
    const cut_value *value = cut_graph_value(graph, name);
    return value && !value->is_const ? value->index : -1;
}

int cut_op_is_depthwise(const cut_graph *graph, const cut_op *op)
{
    int32_t c = graph->maps[graph->links[op->first]].c;
    return op->groups == c && graph->maps[op->out].c == c;
}

/* Constants own their numbers, ops their mul and add; all else lies in the
 * file. */
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
    *graph = (cut_graph){.input = -1, .output = -1};
}
