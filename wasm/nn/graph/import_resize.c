#include "nn/graph/import_resize.h"

#include <math.h>

#include "nn/graph/consts.h"
#include "nn/onnx/attributes.h"

static int index_of(cut_slice text, const char *const names[])
{
    for (int i = 0; names[i]; i++)
        if (cut_slice_is(text, names[i])) return i;
    return -1;
}

/* Modes by their names; the defaults of operator set 10 differ from those
 * since. */
static cut_status resize_modes(const cut_import_node *f, cut_resize *resize)
{
    static const char *const modes[] = {"nearest", "linear", "bilinear", NULL};
    static const char *const coordinates[] = {"half_pixel", "align_corners",
                                              "asymmetric",
                                              "pytorch_half_pixel", NULL};
    static const char *const nearest[] = {"floor", "ceil", "round_prefer_floor",
                                          "round_prefer_ceil", NULL};
    cut_slice mode, where, round;
    cut_status status = cut_onnx_string(f->node, "mode", &mode, f->error);
    if (!status)
        status = cut_onnx_string(f->node, "coordinate_transformation_mode",
                                 &where, f->error);
    if (!status)
        status = cut_onnx_string(f->node, "nearest_mode", &round, f->error);
    if (status) return status;
    int old = f->graph->onnx.opset < 11; /* Resize-10 and Upsample */
    int m = mode.size ? index_of(mode, modes) : 0;
    int c = where.size ? index_of(where, coordinates)
            : old      ? CUT_ASYMMETRIC
                       : CUT_HALF_PIXEL;
    int n = round.size ? index_of(round, nearest)
            : old      ? CUT_FLOOR
                       : CUT_PREFER_FLOOR;
    if (m < 0 || c < 0 || n < 0) return cut_unsupported(f, "its mode");
    *resize = (cut_resize){.linear = m > 0};
    resize->coordinates = c;
    resize->nearest = n;
    return CUT_OK;
}

/* Inputs X, roi, scales, sizes; with `old`, before operator set 11: X,
 * scales. */
static cut_status import_sized(const cut_import_node *f, int old)
{
    const cut_map *in = cut_map_in(f, 0);
    cut_resize resize;
    int32_t antialias = 0, outside = 0;
    cut_slice policy;
    if (!in) return cut_wrong(f, "no input");
    cut_status status = resize_modes(f, &resize);
    if (!status)
        status = cut_onnx_int(f->node, "antialias", &antialias, f->error);
    if (!status)
        status = cut_onnx_int(f->node, "exclude_outside", &outside, f->error);
    if (!status)
        status = cut_onnx_string(f->node, "keep_aspect_ratio_policy", &policy,
                                 f->error);
    if (status) return status;
    if (antialias || (policy.size && !cut_slice_is(policy, "stretch")))
        return cut_unsupported(f, "its mode");
    const cut_const *scales = cut_const_in(f, old ? 1 : 2),
                    *sizes = old ? NULL : cut_const_in(f, 3);
    int32_t from[2] = {in->h, in->w}, to[2];
    double lead[2];
    const cut_const *list = sizes && sizes->count ? sizes : scales;
    if (!list || list->count != 4 || (f->in[3] && !cut_const_in(f, 3)))
        return cut_unsupported(f, "its sizes are not four known numbers");
    for (int i = 0; i < 2; i++) {
        double value = cut_const_at(f->graph, list, (size_t)i + 2);
        lead[i] = cut_const_at(f->graph, list, (size_t)i);
        if (!(value > 0 && value <= CUT_NN_MAX_SIDE))
            return cut_wrong(f, "its sizes");
        float scale = (float)value;
        if (list == sizes) scale = (float)value / (float)from[i];
        to[i] = list == sizes ? (int32_t)value
                              : (int32_t)floorf((float)from[i] * scale);
        resize.scale[i] = scale;
    }
    if (lead[0] != 1 || lead[1] != (list == sizes ? in->c : 1))
        return cut_unsupported(f, "it resizes batch or channels");
    cut_op *op;
    status = cut_op_new(f, CUT_OP_RESIZE, f->in[0]->index, in->c, to[0], to[1],
                        &op);
    if (status) return status;
    op->resize = resize;
    return cut_op_done(f, op);
}

cut_status cut_import_resize(const cut_import_node *f,
                             const cut_importer *importer)
{
    (void)importer;
    return import_sized(f, f->graph->onnx.opset < 11);
}

cut_status cut_import_upsample(const cut_import_node *f,
                               const cut_importer *importer)
{
    (void)importer;
    return import_sized(f, 1);
}
