#include "nn/graph/import_node.h"

#include "base/alloc.h"
#include "nn/graph/consts.h"

cut_status cut_unsupported(const cut_import_node *f, const char *what)
{
    return cut_fail(f->error, CUT_E_MODEL_UNSUPPORTED, "%.*s (%.*s): %s.",
                    CUT_NODE_ARGS(f->node), what);
}

cut_status cut_wrong(const cut_import_node *f, const char *what)
{
    return cut_fail(f->error, CUT_E_MODEL, "%.*s (%.*s): %s.",
                    CUT_NODE_ARGS(f->node), what);
}

const cut_map *cut_map_in(const cut_import_node *f, int i)
{
    return f->in[i] && !f->in[i]->is_const ? &f->graph->maps[f->in[i]->index]
                                           : NULL;
}

const cut_const *cut_const_in(const cut_import_node *f, int i)
{
    return f->in[i] && f->in[i]->is_const ? &f->graph->consts[f->in[i]->index]
                                          : NULL;
}

cut_status cut_op_new(const cut_import_node *f, cut_op_kind kind, int in,
                      int64_t c, int64_t h, int64_t w, cut_op **op)
{
    int out;
    cut_status status = cut_map_new(f->graph, f->node, c, h, w, &out, f->error);
    if (status) return status;
    cut_graph *graph = f->graph;
    *op = &graph->ops[graph->op_count++];
    **op = (cut_op){.kind = kind,
                    .node = f->node,
                    .out = out,
                    .first = graph->link_count,
                    .weights = -1,
                    .residual = -1,
                    .groups = 1};
    if (in >= 0) {
        graph->links[graph->link_count++] = in;
        (*op)->ins = 1;
    }
    return CUT_OK;
}

cut_status cut_op_done(const cut_import_node *f, const cut_op *op)
{
    return cut_define_output(f->graph, f->node, 0, op->out, f->error);
}

cut_status cut_floats(const cut_import_node *f, const cut_const *constant,
                      int32_t c, float **out)
{
    if (!cut_is_finite(f->graph, constant))
        return cut_wrong(f, "a number is not finite");
    *out = cut_alloc((size_t)c, sizeof **out);
    if (!*out)
        return cut_fail(f->error, CUT_E_MEMORY,
                        "No memory for the model's graph.");
    for (int32_t i = 0; i < c; i++)
        (*out)[i] = (float)cut_const_at(f->graph, constant,
                                        constant->count == 1 ? 0 : (size_t)i);
    return CUT_OK;
}
