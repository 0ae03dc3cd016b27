#include "nn/graph/fold_arithmetic.h"

#include <math.h>
#include <string.h>

#include "nn/graph/consts.h"
#include "nn/onnx/attributes.h"

/* Elements of a list by their places; one from the end where it is negative. */
cut_status cut_fold_gather(const cut_fold_node *f)
{
    int32_t axis = 0;
    cut_status status = cut_onnx_int(f->node, "axis", &axis, f->error);
    if (status) return status;
    const cut_const *data = f->in[0], *index = f->in[1];
    if (!index || data->rank != 1 || (axis != 0 && axis != -1) ||
        index->rank > 1)
        return cut_fold_unsupported(f, "more than one dimension");
    cut_const *out = cut_const_new(f->graph, cut_type_of(data), index->rank,
                                   index->dims, f->error);
    if (!out) return CUT_E_MEMORY;
    for (size_t i = 0; i < out->count; i++) {
        double where = cut_fold_at(f, 1, i);
        if (where < 0) where += (double)data->count;
        if (!(where >= 0 && where < (double)data->count))
            return cut_fail(f->error, CUT_E_MODEL,
                            "%.*s (%.*s) reads beyond its data.",
                            CUT_NODE_ARGS(f->node));
        out->numbers[i] = cut_fold_at(f, 0, (size_t)where);
    }
    return cut_fold_result(f, out);
}

static int32_t bound(double value, double count)
{
    if (value < 0) value += count;
    return (int32_t)(value > count ? count : value > 0 ? value : 0);
}

/* A piece of a list; its ends are attributes before operator set 10, inputs
 * since. */
cut_status cut_fold_slice(const cut_fold_node *f)
{
    const cut_const *data = f->in[0];
    int32_t starts[1] = {0}, ends[1] = {0};
    int count = 0, more = 0;
    double from, to;
    if (f->ins == 1) { /* before operator set 10 */
        cut_status status = cut_onnx_ints(f->node, "starts", starts, 1, &count,
                                          f->error);
        if (!status)
            status = cut_onnx_ints(f->node, "ends", ends, 1, &more, f->error);
        if (status) return status;
        if (count != 1 || more != 1)
            return cut_fold_unsupported(f, "more than one dimension");
        from = starts[0];
        to = ends[0];
    } else {
        if (!f->in[1] || !f->in[2] || f->in[1]->count != 1 ||
            f->in[2]->count != 1)
            return cut_fold_unsupported(f, "more than one dimension");
        from = cut_fold_at(f, 1, 0);
        to = cut_fold_at(f, 2, 0);
    }
    if (data->rank != 1 || (f->in[3] && f->in[3]->count != 1) ||
        (f->in[4] && (f->in[4]->count != 1 || cut_fold_at(f, 4, 0) != 1)))
        return cut_fold_unsupported(f, "more than one dimension, or a step");
    int32_t first = bound(from, (double)data->count),
            last = bound(to, (double)data->count);
    int32_t size = last > first ? last - first : 0;
    cut_const *out = cut_const_new(f->graph, cut_type_of(data), 1, &size,
                                   f->error);
    if (!out) return CUT_E_MEMORY;
    for (int32_t i = 0; i < size; i++)
        out->numbers[i] = cut_fold_at(f, 0, (size_t)(first + i));
    return cut_fold_result(f, out);
}

/* Lists one after another: counted, then copied. */
cut_status cut_fold_concat(const cut_fold_node *f)
{
    size_t count = 0;
    cut_status status = CUT_OK;
    for (int pass = 0; pass < 2; pass++) {
        cut_const *out = NULL;
        if (pass == 1) {
            int32_t size = (int32_t)count;
            out = cut_const_new(f->graph, cut_type_of(f->in[0]), 1, &size,
                                f->error);
            if (!out) return CUT_E_MEMORY;
        }
        size_t filled = 0;
        for (uint32_t k = 0; k < f->node->ins; k++) {
            const cut_value *value = cut_input(f->graph, f->node, k, &status,
                                               f->error);
            if (!value)
                return status ? status : cut_fold_unsupported(f, "no input");
            const cut_const *part = &f->graph->consts[value->index];
            if (part->rank > 1 ||
                (pass == 0 && count + part->count > CUT_FOLD_MAX_NUMBERS))
                return cut_fold_unsupported(f, "more than one dimension");
            if (pass == 0)
                count += part->count;
            else
                for (size_t i = 0; i < part->count; i++)
                    out->numbers[filled++] = cut_const_at(f->graph, part, i);
        }
        if (pass == 1) return cut_fold_result(f, out);
    }
    return CUT_OK;
}

/* Element by element, or all by one number. In f32, or in whole numbers. */
cut_status cut_fold_arithmetic(const cut_fold_node *f)
{
    const char op = f->sign;
    const cut_const *a = f->in[0], *b = f->in[1] ? f->in[1] : a;
    int same = a->rank == b->rank &&
               memcmp(a->dims, b->dims, (size_t)a->rank * 4) == 0;
    if (!same && a->count != 1 && b->count != 1)
        return cut_fold_unsupported(f, "shapes that differ");
    const cut_const *shape =
        a->count == 1 && (b->count != 1 || b->rank > a->rank) ? b : a;
    cut_const *out = cut_const_new(f->graph, cut_type_of(a), shape->rank,
                                   shape->dims, f->error);
    if (!out) return CUT_E_MEMORY;
    int whole = cut_type_of(a) != CUT_ONNX_F32;
    for (size_t i = 0; i < out->count; i++) {
        double x = cut_fold_at(f, 0, a->count == 1 ? 0 : i);
        double y = f->in[1] ? cut_fold_at(f, 1, b->count == 1 ? 0 : i) : 1;
        if (op == '/' && whole && y == 0)
            return cut_fail(f->error, CUT_E_MODEL, "%.*s (%.*s) divides by 0.",
                            CUT_NODE_ARGS(f->node));
        double v = op == '+'   ? x + y
                   : op == '-' ? x - y
                   : op == '*' ? x * y
                   : op == '/' ? x / y
                   : op == 'f' ? floor(x)
                               : ceil(x);
        out->numbers[i] = whole ? trunc(v) : (double)(float)v;
    }
    return cut_fold_result(f, out);
}

cut_status cut_fold_shape(const cut_fold_node *f, const cut_value *of)
{
    cut_status status = cut_onnx_only(f->node, "", f->error);
    if (status) return status;
    int32_t dims[CUT_ONNX_MAX_RANK] = {1};
    int32_t rank = 4;
    if (of->is_const) {
        const cut_const *constant = &f->graph->consts[of->index];
        rank = constant->rank;
        memcpy(dims, constant->dims, sizeof dims);
    } else {
        const cut_map *map = &f->graph->maps[of->index];
        dims[1] = map->c;
        dims[2] = map->h;
        dims[3] = map->w;
    }
    cut_const *out = cut_const_new(f->graph, CUT_ONNX_I64, 1, &rank, f->error);
    if (!out) return CUT_E_MEMORY;
    for (int32_t i = 0; i < rank; i++) out->numbers[i] = dims[i];
    return cut_fold_result(f, out);
}
