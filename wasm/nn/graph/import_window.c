#include "nn/graph/import_window.h"

#include <string.h>

#include "nn/graph/consts.h"
#include "nn/onnx/attributes.h"

static cut_status pair(const cut_import_node *f, const char *name,
                       int32_t value[2], int32_t lo, int32_t hi)
{
    int count;
    int32_t read[2];
    cut_status status = cut_onnx_ints(f->node, name, read, 2, &count, f->error);
    if (status || count == 0) return status;
    for (int i = 0; i < 2; i++)
        if (count != 2 || read[i] < lo || read[i] > hi)
            return cut_fail(f->error, CUT_E_MODEL_UNSUPPORTED,
                            "%.*s (%.*s): %s is not two numbers of %d..%d.",
                            CUT_NODE_ARGS(f->node), name, (int)lo, (int)hi);
    value[0] = read[0];
    value[1] = read[1];
    return CUT_OK;
}

/* Output size along one axis; pads of SAME are filled in. */
static int32_t slid(cut_window *window, int axis, int32_t in, cut_slice same,
                    int ceil_mode)
{
    int32_t s = window->s[axis],
            reach = window->d[axis] * (window->k[axis] - 1) + 1;
    int32_t *before = &window->before[axis], *after = &window->after[axis];
    if (same.size != 0) {
        int32_t out = (in + s - 1) / s, pad = (out - 1) * s + reach - in;
        if (pad < 0) pad = 0;
        int lower = cut_slice_is(same, "SAME_LOWER");
        *before = lower ? pad - pad / 2 : pad / 2;
        *after = pad - *before;
    }
    int32_t span = in + *before + *after - reach;
    if (span < 0) return 0;
    int32_t out = span / s + 1;
    if (ceil_mode && span % s != 0 && out * s < in + *before) out++;
    return out;
}

/* Reads kernel_shape, strides, dilations, pads, auto_pad; `k` is the kernel
 * where the weights tell it. Gives the output's size. */
static cut_status window_of(const cut_import_node *f, cut_window *window,
                            const int32_t *k, int ceil_mode, int32_t out[2])
{
    *window = (cut_window){.s = {1, 1}, .d = {1, 1}};
    const cut_map *in = cut_map_in(f, 0);
    int32_t pads[4] = {0};
    int count;
    cut_slice auto_pad;
    cut_status status = pair(f, "kernel_shape", window->k, 1, 1024);
    if (!status) status = pair(f, "strides", window->s, 1, 1024);
    if (!status) status = pair(f, "dilations", window->d, 1, 1024);
    if (!status)
        status = cut_onnx_ints(f->node, "pads", pads, 4, &count, f->error);
    if (!status)
        status = cut_onnx_string(f->node, "auto_pad", &auto_pad, f->error);
    if (status) return status;
    for (int i = 0; i < 2 && k; i++)
        if (k[i] > 1024)
            return cut_unsupported(f, "its kernel is over 1024 wide");
    if (k && window->k[0] == 0) memcpy(window->k, k, sizeof window->k);
    if (window->k[0] == 0 ||
        (k && (k[0] != window->k[0] || k[1] != window->k[1])))
        return cut_wrong(f, "the kernel's shape");
    if (count != 0 && count != 4) return cut_wrong(f, "pads are not four");
    if (auto_pad.size == 0 || cut_slice_is(auto_pad, "NOTSET")) {
        auto_pad = (cut_slice){0};
        for (int i = 0; i < 4; i++)
            if (pads[i] < 0 || pads[i] > 1024)
                return cut_unsupported(f, "pads are not 0..1024");
        memcpy(window->before, pads, sizeof window->before);
        memcpy(window->after, pads + 2, sizeof window->after);
    } else if (cut_slice_is(auto_pad, "VALID")) {
        auto_pad = (cut_slice){0};
    } else if (!cut_slice_is(auto_pad, "SAME_UPPER") &&
               !cut_slice_is(auto_pad, "SAME_LOWER")) {
        return cut_wrong(f, "auto_pad is not known");
    }
    out[0] = slid(window, 0, in->h, auto_pad, ceil_mode);
    out[1] = slid(window, 1, in->w, auto_pad, ceil_mode);
    /* kernels may copy the padded map, or as much of it as a window needs */
    int64_t h = (int64_t)in->h + window->before[0] + window->after[0],
            w = (int64_t)in->w + window->before[1] + window->after[1];
    if (h * w > CUT_NN_MAX_ELEMENTS / (in->c + 7))
        return cut_unsupported(f, "its padded input is too large");
    return CUT_OK;
}

/* Weights are constant; so is the bias, which becomes the op's `add`. */
cut_status cut_import_conv(const cut_import_node *f,
                           const cut_importer *importer)
{
    (void)importer;
    const cut_map *in = cut_map_in(f, 0);
    const cut_const *weights = cut_const_in(f, 1), *bias = cut_const_in(f, 2);
    int32_t groups = 1, out[2];
    cut_status status = cut_onnx_int(f->node, "group", &groups, f->error);
    if (status) return status;
    if (!in || !weights || (f->in[2] && !bias))
        return cut_unsupported(f, "the weights are not constant");
    if (weights->rank != 4)
        return cut_unsupported(f, "it is not of two dimensions");
    if (weights->count > CUT_NN_MAX_ELEMENTS / 4)
        return cut_unsupported(f, "it has too many weights");
    int32_t c = weights->dims[0];
    if (groups < 1 || in->c % groups || c < 1 || c % groups ||
        weights->dims[1] != in->c / groups || weights->dims[2] < 1 ||
        weights->dims[3] < 1 || (bias && bias->count != (size_t)c))
        return cut_wrong(f, "the weights' shape does not fit the input");
    if (weights->count / (size_t)c > INT32_MAX / 255) /* 8 bits sum to 32 */
        return cut_unsupported(f, "a filter has too many weights");
    if (!cut_is_finite(f->graph, weights))
        return cut_wrong(f, "a weight is not finite");
    cut_window window;
    status = window_of(f, &window, weights->dims + 2, 0, out);
    if (status) return status;
    cut_op *op;
    status = cut_op_new(f, CUT_OP_CONV, f->in[0]->index, c, out[0], out[1],
                        &op);
    if (status) return status;
    op->window = window;
    op->groups = groups;
    op->weights = f->in[1]->index;
    if (bias) status = cut_floats(f, bias, c, &op->add);
    return status ? status : cut_op_done(f, op);
}

/* Whether every window has an element on the map, along one axis: pads may be
 * as wide as a window, and a dilated one may step over a small map. */
static int meets(const cut_window *window, int axis, int32_t in, int32_t out)
{
    for (int32_t i = 0; i < out; i++) {
        int32_t at = i * window->s[axis] - window->before[axis];
        int32_t d = window->d[axis], first = at < 0 ? (d - 1 - at) / d : 0;
        if (first >= window->k[axis] || at + first * d >= in) return 0;
    }
    return 1;
}

/* A window that lies in the padding alone would have nothing to answer. */
cut_status cut_import_pool(const cut_import_node *f,
                           const cut_importer *importer)
{
    int32_t ceil_mode = 0, include_pad = 0, order = 0, out[2];
    if (!cut_map_in(f, 0)) return cut_wrong(f, "no input");
    cut_status status = cut_onnx_int(f->node, "ceil_mode", &ceil_mode,
                                     f->error);
    if (!status)
        status = cut_onnx_int(f->node, "count_include_pad", &include_pad,
                              f->error);
    if (!status)
        status = cut_onnx_int(f->node, "storage_order", &order, f->error);
    cut_window window;
    if (!status) status = window_of(f, &window, NULL, ceil_mode, out);
    if (status) return status;
    const cut_map *in = cut_map_in(f, 0);
    for (int i = 0; i < 2; i++)
        if (!meets(&window, i, i ? in->w : in->h, out[i]))
            return cut_unsupported(f, "a window lies in the padding alone");
    cut_op *op;
    status = cut_op_new(f, importer->kind, f->in[0]->index, in->c, out[0],
                        out[1], &op);
    if (status) return status;
    op->window = window;
    op->include_pad = include_pad;
    return cut_op_done(f, op);
}
