#include "nn/graph/build.h"

#include "nn/graph/consts.h"
#include "nn/graph/fold.h"
#include "nn/graph/import.h"

static cut_status define_initializers(cut_graph *graph, cut_error *error)
{
    const cut_onnx *onnx = &graph->onnx;
    for (uint32_t i = 0; i < onnx->tensor_count; i++) {
        int index;
        cut_status status = cut_const_of_tensor(graph, &onnx->tensors[i],
                                                &index, error);
        if (!status)
            status = cut_define(graph, onnx->tensors[i].name, 1, index, error);
        if (status) return status;
    }
    return CUT_OK;
}

/* Inputs that are no initializers (files before IR 4 list both): one. */
static cut_status define_input(cut_graph *graph, int32_t w, int32_t h,
                               cut_error *error)
{
    const cut_onnx *onnx = &graph->onnx;
    const cut_onnx_io *input = NULL;
    for (uint32_t i = 0; i < onnx->input_count; i++) {
        if (cut_graph_value(graph, onnx->inputs[i].name)) continue;
        if (input)
            return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                            "The model takes more than one input.");
        input = &onnx->inputs[i];
    }
    if (!input || input->name.size == 0)
        return cut_fail(error, CUT_E_MODEL, "The model takes no input.");
    if (input->type != CUT_ONNX_F32 || (input->rank != 4 && input->rank != -1))
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "The input %.*s is not f32 of rank 4.",
                        CUT_SLICE_ARGS(input->name));
    const int32_t open[4] = {1, 3, h, w};
    int32_t dims[4];
    for (int i = 0; i < 4; i++)
        dims[i] = input->rank == 4 && input->dims[i] > 0 ? input->dims[i]
                                                         : open[i];
    if (dims[0] != 1)
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "The model takes batches of %d.", (int)dims[0]);
    if (dims[2] != h || dims[3] != w)
        return cut_fail(error, CUT_E_MODEL,
                        "The model takes %d x %d, not the manifest's %d x %d.",
                        (int)dims[3], (int)dims[2], (int)w, (int)h);
    cut_status status = cut_map_new(graph, NULL, dims[1], h, w, &graph->input,
                                    error);
    if (status) return status;
    graph->maps[graph->input].name = input->name;
    return cut_define(graph, input->name, 0, graph->input, error);
}

/* The output of that name; where there is none of it, the first. */
static cut_status find_output(cut_graph *graph, cut_slice wanted,
                              cut_error *error)
{
    const cut_onnx *onnx = &graph->onnx;
    if (onnx->output_count == 0)
        return cut_fail(error, CUT_E_MODEL, "The model has no output.");
    cut_slice name = onnx->outputs[0].name;
    for (uint32_t i = 0; i < onnx->output_count; i++)
        if (cut_slice_same(onnx->outputs[i].name, wanted)) name = wanted;
    const cut_value *value = cut_graph_value(graph, name);
    if (!value)
        return cut_fail(error, CUT_E_MODEL, "Nothing makes the output %.*s.",
                        CUT_SLICE_ARGS(name));
    if (value->is_const)
        return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                        "The output %.*s does not depend on the input.",
                        CUT_SLICE_ARGS(name));
    graph->output = value->index;
    return CUT_OK;
}

/* Node by node, in the file's order, which ONNX wants sorted: what is known at
 * load is folded, the rest becomes operations. */
static cut_status build(cut_graph *graph, int32_t w, int32_t h,
                        cut_slice output, cut_error *error)
{
    cut_status status = cut_graph_make_tables(graph, error);
    if (!status) status = define_initializers(graph, error);
    if (!status) status = define_input(graph, w, h, error);
    for (uint32_t i = 0; !status && i < graph->onnx.node_count; i++) {
        const cut_onnx_node *node = &graph->onnx.nodes[i];
        int done = 0;
        status = cut_fold(graph, node, &done, error);
        if (!status && !done) status = cut_import(graph, node, error);
    }
    return status ? status : find_output(graph, output, error);
}

cut_status cut_graph_build(cut_graph *graph, cut_slice file, int32_t w,
                           int32_t h, cut_slice output, cut_error *error)
{
    *graph = (cut_graph){.input = -1, .output = -1};
    cut_status status = cut_onnx_read(&graph->onnx, file, error);
    if (!status) status = build(graph, w, h, output, error);
    if (status) cut_graph_free(graph);
    return status;
}
