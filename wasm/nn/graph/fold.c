#include "nn/graph/fold.h"

#include "nn/graph/fold_arithmetic.h"
#include "nn/graph/fold_shape.h"

static int is_small(const cut_const *constant)
{
    return !constant || constant->count <= CUT_FOLD_MAX_NUMBERS;
}

/* THE list of operators on constants, Constant and Shape besides. */
static const struct {
    const char *op;
    cut_fold_run *run;
    int any_size; /* of its operands; otherwise CUT_FOLD_MAX_NUMBERS */
    char sign;
    uint32_t ins; /* how many it must have; 0: any */
} folders[] = {
    {"DequantizeLinear", .run = cut_fold_dequantize, .any_size = 1},
    {"Identity", .run = cut_fold_identity, .any_size = 1},
    {"Cast", .run = cut_fold_cast, .any_size = 1},
    {"Reshape", .run = cut_fold_reshape, .any_size = 1},
    {"Unsqueeze", .run = cut_fold_reshape, .any_size = 1},
    {"Squeeze", .run = cut_fold_reshape, .any_size = 1},
    {"Gather", .run = cut_fold_gather},
    {"Slice", .run = cut_fold_slice},
    {"Concat", .run = cut_fold_concat},
    {"Add", .run = cut_fold_arithmetic, .sign = '+', .ins = 2},
    {"Sub", .run = cut_fold_arithmetic, .sign = '-', .ins = 2},
    {"Mul", .run = cut_fold_arithmetic, .sign = '*', .ins = 2},
    {"Div", .run = cut_fold_arithmetic, .sign = '/', .ins = 2},
    {"Floor", .run = cut_fold_arithmetic, .sign = 'f', .ins = 1},
    {"Ceil", .run = cut_fold_arithmetic, .sign = 'c', .ins = 1},
};

/* By the list above. */
static cut_status fold_known(cut_fold_node *f, int *done)
{
    const cut_onnx_node *node = f->node;
    const size_t count = sizeof folders / sizeof *folders;
    size_t i = 0;
    while (i < count && (!cut_slice_is(node->op, folders[i].op) ||
                         (folders[i].ins && node->ins != folders[i].ins)))
        i++;
    int any_size = i < count && folders[i].any_size;
    if (!any_size && (!is_small(f->in[0]) || !is_small(f->in[1])))
        return cut_fold_unsupported(f, "too many elements");
    *done = i < count;
    if (!*done) return CUT_OK;
    f->sign = folders[i].sign;
    return folders[i].run(f);
}

cut_status cut_fold(cut_graph *graph, const cut_onnx_node *node, int *done,
                    cut_error *error)
{
    cut_fold_node f = {.graph = graph, .node = node, .error = error};
    cut_status status = CUT_OK;
    *done = 1;
    if (node->outs == 0)
        return cut_fail(error, CUT_E_MODEL, "%.*s (%.*s) has no output.",
                        CUT_NODE_ARGS(node));
    if (cut_slice_is(node->op, "Constant")) return cut_fold_constant(&f);
    f.ins = node->ins;
    for (uint32_t i = 0; i < node->ins; i++) {
        const cut_value *value = cut_input(graph, node, i, &status, error);
        if (status) return status;
        if (i == 0 && value && cut_slice_is(node->op, "Shape"))
            return cut_fold_shape(&f, value);
        if (value && !value->is_const) {
            *done = 0;
            return CUT_OK;
        }
        if (i < 5) f.in[i] = value ? &graph->consts[value->index] : NULL;
    }
    if (f.in[0]) return fold_known(&f, done);
    *done = 0; /* no input at all: the import names it */
    return CUT_OK;
}
