#include "nn/kernels/conv.h"

#include <float.h>

#include "nn/kernels/band.h"

void cut_conv_set_bounds(cut_step *step)
{
    float lo = -FLT_MAX, hi = FLT_MAX;
    if (step->act.kind == CUT_ACT_CLAMP) {
        lo = step->act.a;
        hi = step->act.b;
    }
    if (step->out.type == CUT_I16) {
        lo /= step->out.scale;
        hi /= step->out.scale;
        float limit = step->out.limit;
        lo = lo < -limit ? -limit : lo > limit ? limit : lo;
        hi = hi < -limit ? -limit : hi > limit ? limit : hi;
        lo += CUT_MAGIC;
        hi += CUT_MAGIC;
        for (int32_t o = 0; o < step->out.cp; o++) step->add[o] += CUT_MAGIC;
    }
    float inv_scale = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
    step->conv.ratio = step->other.type == CUT_I16
                           ? step->other.scale * inv_scale
                           : inv_scale;
    step->act.a = lo;
    step->act.b = hi;
}

/* A run is a row of taps where they lie side by side, else a tap. */
static cut_status set_runs(const cut_setup *setup, int merged)
{
    cut_step *step = setup->step;
    int32_t kh = step->conv.window.k[0], kw = step->conv.window.k[1];
    int32_t pixel = step->conv.pad_w || cut_is_split(step) ? step->in.cp
                                                           : step->in.ld;
    int32_t pitch = pixel * (step->conv.pad_w ? step->conv.pad_w : step->in.w);
    step->conv.run_count = merged ? kh : kh * kw;
    step->conv.run_size = merged ? kw * step->in.cp : step->in.cp;
    void *runs = NULL;
    cut_status status = cut_step_alloc(
        setup, &runs, (size_t)step->conv.run_count, sizeof *step->conv.runs);
    if (status) return status;
    step->conv.runs = runs;
    for (int32_t r = 0; r < step->conv.run_count; r++) {
        int32_t ky = merged ? r : r / kw, kx = merged ? 0 : r % kw;
        step->conv.runs[r] = ky * step->conv.window.d[0] * pitch +
                             kx * step->conv.window.d[1] * pixel;
    }
    return CUT_OK;
}

static uint32_t kmacs_of(const cut_step *step, const cut_const *weights)
{
    double macs = (double)weights->count * step->out.h * step->out.w / 1000;
    /* the sum stays in 32 bits */
    return macs < 6e7 ? (uint32_t)macs : 60000000u;
}

cut_status cut_conv_begin(const cut_setup *setup, int merged)
{
    cut_step *step = setup->step;
    const cut_op *op = setup->op;
    step->conv.window = op->window;
    step->conv.groups = op->groups;
    cut_band_set_up(step);
    merged = merged && (op->window.k[1] == 1 || op->window.d[1] == 1);
    cut_status status = set_runs(setup, merged);
    if (!status) status = cut_step_affine(setup);
    step->kmacs = kmacs_of(step, &setup->graph->consts[op->weights]);
    return status;
}

cut_status cut_conv_set_up(const cut_setup *setup, cut_layout layout)
{
    cut_step *step = setup->step;
    if (CUT_BYTE_DOTS && layout == CUT_LAYOUT_TILES &&
        step->in.type == CUT_I16 && !step->conv.split)
        step->conv.split = 2;
    cut_status status = cut_conv_begin(setup, layout != CUT_LAYOUT_TAPS);
    step->conv.tiles = 1;
    if (layout == CUT_LAYOUT_TILES) {
        step->conv.tiles = step->out.cp / CUT_TILE;
        step->conv.tile_bytes = (size_t)cut_tile_bytes(step);
    }
    if (!status) status = cut_pack(setup, layout);
    if (!status) cut_conv_set_bounds(step);
    return status;
}
