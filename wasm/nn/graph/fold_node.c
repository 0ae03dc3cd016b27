#include "nn/graph/fold_node.h"

#include "nn/graph/consts.h"

cut_status cut_fold_unsupported(const cut_fold_node *f, const char *what)
{
    return cut_fail(f->error, CUT_E_MODEL_UNSUPPORTED,
                    "%.*s (%.*s) of constants: %s.", CUT_NODE_ARGS(f->node),
                    what);
}

cut_status cut_fold_result(const cut_fold_node *f, const cut_const *constant)
{
    return cut_define_output(f->graph, f->node, 1,
                             (int)(constant - f->graph->consts), f->error);
}

double cut_fold_at(const cut_fold_node *f, uint32_t in, size_t i)
{
    return cut_const_at(f->graph, f->in[in], i);
}
