#include "nn/graph/import_elementwise.h"

#include <math.h>

#include "nn/graph/consts.h"
#include "nn/onnx/attributes.h"

/* ---- one operand ------------------------------------------------------- */

/* y = (x - mean) / sqrt(variance + epsilon) * gain + bias, as one affine. */
cut_status cut_import_batchnorm(const cut_import_node *f,
                                const cut_importer *importer)
{
    (void)importer;
    const cut_map *in = cut_map_in(f, 0);
    float epsilon = 1e-5f;
    int32_t training = 0, spatial = 1;
    cut_status status = cut_onnx_float(f->node, "epsilon", &epsilon, f->error);
    if (!status)
        status = cut_onnx_int(f->node, "training_mode", &training, f->error);
    if (!status) status = cut_onnx_int(f->node, "spatial", &spatial, f->error);
    if (status) return status;
    if (!in || training || !spatial) return cut_unsupported(f, "its mode");
    for (int i = 1; i < 5; i++)
        if (!cut_const_in(f, i) || cut_const_in(f, i)->count != (size_t)in->c)
            return cut_wrong(f, "its parameters do not fit the input");
    cut_op *op;
    status = cut_op_new(f, CUT_OP_AFFINE, f->in[0]->index, in->c, in->h, in->w,
                        &op);
    if (!status) status = cut_floats(f, cut_const_in(f, 1), in->c, &op->mul);
    if (!status) status = cut_floats(f, cut_const_in(f, 2), in->c, &op->add);
    if (status) return status;
    for (int32_t i = 0; i < in->c; i++) {
        double mean = cut_const_at(f->graph, cut_const_in(f, 3), (size_t)i);
        double variance = cut_const_at(f->graph, cut_const_in(f, 4), (size_t)i);
        double gain = (double)op->mul[i] / sqrt(variance + (double)epsilon);
        op->mul[i] = (float)gain;
        op->add[i] = (float)((double)op->add[i] - mean * gain);
        if (!(op->mul[i] - op->mul[i] == 0 && op->add[i] - op->add[i] == 0))
            return cut_wrong(f, "its parameters give no finite number");
    }
    return cut_op_done(f, op);
}

static cut_status add_act(const cut_import_node *f, cut_act act)
{
    const cut_map *in = cut_map_in(f, 0);
    if (!in) return cut_wrong(f, "no input");
    cut_op *op;
    cut_status status = cut_op_new(f, CUT_OP_ACT, f->in[0]->index, in->c, in->h,
                                   in->w, &op);
    if (status) return status;
    op->act = act;
    return cut_op_done(f, op);
}

/* y = act(x); its parameters are alpha and beta where it has any. */
cut_status cut_import_act(const cut_import_node *f,
                          const cut_importer *importer)
{
    cut_act act = importer->act;
    cut_status status = cut_onnx_float(f->node, "alpha", &act.a, f->error);
    if (!status) status = cut_onnx_float(f->node, "beta", &act.b, f->error);
    return status ? status : add_act(f, act);
}

/* Limits are attributes before operator set 11, inputs since. */
cut_status cut_import_clip(const cut_import_node *f,
                           const cut_importer *importer)
{
    (void)importer;
    cut_act act = {CUT_ACT_CLAMP, -3.402823466e38f, 3.402823466e38f};
    cut_status status = cut_onnx_float(f->node, "min", &act.a, f->error);
    if (!status) status = cut_onnx_float(f->node, "max", &act.b, f->error);
    if (status) return status;
    for (int i = 1; i < 3; i++) {
        if (!f->in[i]) continue;
        const cut_const *constant = cut_const_in(f, i);
        if (!constant || constant->count != 1)
            return cut_unsupported(f, "its limits are not constant");
        float limit = (float)cut_const_at(f->graph, constant, 0);
        *(i == 1 ? &act.a : &act.b) = limit;
    }
    return add_act(f, act);
}

/* ---- two operands ------------------------------------------------------ */

/* A constant as [c][h][w] for broadcasting; 0 when it is none. */
static int dims_of(const cut_const *constant, int32_t dims[3])
{
    dims[0] = dims[1] = dims[2] = 1;
    if (constant->rank > 4 || (constant->rank == 4 && constant->dims[0] != 1))
        return 0;
    int rank = constant->rank > 3 ? 3 : constant->rank;
    for (int i = 0; i < rank; i++)
        dims[3 - rank + i] = constant->dims[constant->rank - rank + i];
    return 1;
}

/* y = x (op) constant, or constant (op) x, as one affine: `constant` is one
 * number, or one a channel. CUT_E_MODEL: it divides by 0. */
static cut_status affine(const cut_import_node *f, int map,
                         const cut_const *constant, int binary,
                         int constant_first)
{
    const cut_map *in = &f->graph->maps[map];
    cut_op *op;
    int32_t c = in->c;
    cut_status status = cut_op_new(f, CUT_OP_AFFINE, map, c, in->h, in->w, &op);
    if (!status) status = cut_floats(f, constant, c, &op->mul);
    if (!status) status = cut_floats(f, constant, c, &op->add);
    if (status) return status;
    for (int32_t i = 0; i < c; i++) {
        float value = op->mul[i];
        switch (binary) {
        case CUT_ADD: op->mul[i] = 1; break;
        case CUT_SUB:
            op->mul[i] = constant_first ? -1.0f : 1.0f;
            op->add[i] = constant_first ? value : -value;
            break;
        case CUT_MUL: op->add[i] = 0; break;
        default:
            op->mul[i] = 1.0f / value;
            op->add[i] = 0;
            break;
        }
        if (!(op->mul[i] - op->mul[i] == 0))
            return cut_wrong(f, "it divides by 0");
    }
    return cut_op_done(f, op);
}

/* A constant operand that no affine can be: a map of its own. */
static cut_status const_map(const cut_import_node *f, int i, int *map)
{
    const cut_const *constant = cut_const_in(f, i);
    int32_t dims[3];
    if (!dims_of(constant, dims))
        return cut_unsupported(f, "a constant's shape");
    cut_op *op;
    cut_status status = cut_op_new(f, CUT_OP_CONST, -1, dims[0], dims[1],
                                   dims[2], &op);
    if (status) return status;
    op->weights = f->in[i]->index;
    *map = op->out;
    return CUT_OK;
}

static int broadcasts(const cut_map *to, const cut_map *from)
{
    return (from->c == to->c || from->c == 1) &&
           ((from->h == to->h && from->w == to->w) ||
            (from->h == 1 && from->w == 1));
}

/* Two maps, or a map and a constant: an affine where the constant is one
 * number, or one a channel. */
cut_status cut_import_binary(const cut_import_node *f,
                             const cut_importer *importer)
{
    int binary = importer->binary;
    cut_status status;
    if (!f->in[0] || !f->in[1] || (!cut_map_in(f, 0) && !cut_map_in(f, 1)))
        return cut_wrong(f, "it has not two operands");
    int map[2];
    for (int i = 0; i < 2; i++) {
        map[i] = f->in[i]->index;
        const cut_const *constant = cut_const_in(f, i);
        if (!constant) continue;
        int32_t dims[3];
        int other = f->in[1 - i]->index, first = i == 0;
        if (dims_of(constant, dims) && dims[1] == 1 && dims[2] == 1 &&
            (dims[0] == 1 || dims[0] == f->graph->maps[other].c) &&
            !(binary == CUT_DIV && first))
            return affine(f, other, constant, binary, first);
        status = const_map(f, i, &map[i]);
        if (status) return status;
    }
    /* the larger first */
    const cut_map *a = &f->graph->maps[map[0]], *b = &f->graph->maps[map[1]];
    if (!broadcasts(a, b) && broadcasts(b, a)) {
        int swap = map[0];
        map[0] = map[1];
        map[1] = swap;
        a = &f->graph->maps[map[0]];
        b = &f->graph->maps[map[1]];
        if (binary == CUT_SUB) binary = CUT_SUB_FROM;
        if (binary == CUT_DIV) binary = CUT_DIV_INTO;
    }
    if (!broadcasts(a, b))
        return cut_unsupported(f, "the shapes it broadcasts");
    cut_op *op;
    status = cut_op_new(f, CUT_OP_BINARY, map[0], a->c, a->h, a->w, &op);
    if (status) return status;
    f->graph->links[f->graph->link_count++] = map[1];
    op->ins = 2;
    op->binary = binary;
    return cut_op_done(f, op);
}
