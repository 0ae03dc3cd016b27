/*
 * A convolution of groups that are no single channels, as ONNX's Conv defines
 * it: out[o] = sum of w[o][ci][tap] * in[first channel of o's group + ci][tap],
 * in f32. Weights [o][ci][kh][kw] as in the file; the runs are the taps.
 * Oracle: tests/c/test_nn_conv.c.
 */
#include "nn/kernels/groups.h"

#include "nn/kernels/band.h"
#include "nn/kernels/conv.h"

/* A row of an f32 map; NULL: there is no such map. */
static float *row_at(const cut_view *view, uint8_t *arena, int32_t y)
{
    size_t row = (size_t)view->w * (size_t)view->ld * sizeof(float);
    return view->c ? (float *)(void *)(arena + view->offset + (size_t)y * row)
                   : NULL;
}

/* By the definition, channel after channel. */
static void run_groups(const cut_step *step, uint8_t *arena, int32_t y_begin,
                       int32_t y_end)
{
    size_t pitch;
    int32_t pixel;
    const uint8_t *band_at = cut_band_rows(step, arena, y_begin, y_end, &pitch,
                                           &pixel);
    int32_t cin = step->in.c / step->conv.groups,
            cout = step->out.c / step->conv.groups;
    for (int32_t y = y_begin; y < y_end; y++) {
        const float *row = (const float *)(const void *)(band_at +
                                                         (size_t)(y - y_begin) *
                                                             pitch);
        float *out = row_at(&step->out, arena, y);
        const float *other = row_at(&step->other, arena, y);
        for (int32_t x = 0; x < step->out.w; x++, out += step->out.ld) {
            const float *w = step->weights;
            for (int32_t o = 0; o < step->out.c; o++) {
                const float *a = row + (ptrdiff_t)x * pixel + o / cout * cin;
                float sum = step->add[o];
                for (int32_t i = 0; i < cin; i++)
                    for (int32_t r = 0; r < step->conv.run_count; r++)
                        sum += a[step->conv.runs[r] + i] * *w++;
                if (other) sum += other[(ptrdiff_t)x * step->other.ld + o];
                sum = sum < step->act.a ? step->act.a : sum;
                out[o] = sum > step->act.b ? step->act.b : sum;
            }
            for (int32_t o = step->out.c; o < step->out.cp; o++) out[o] = 0;
        }
    }
}

/* Weights as in the file, times what a following affine gave the op as gain. */
static cut_status set_up(const cut_setup *setup)
{
    cut_step *step = setup->step;
    const cut_op *op = setup->op;
    const cut_const *weights = &setup->graph->consts[op->weights];
    size_t size = cut_filter_size(weights);
    cut_status status = cut_conv_begin(setup, 0);
    if (!status) status = cut_step_weights(setup, weights->count * 4);
    if (status) return status;
    for (int32_t o = 0; o < step->out.c; o++) {
        float *w = (float *)step->weights + (size_t)o * size;
        float gain = op->mul ? op->mul[o] : 1.0f;
        cut_filter_f32(setup->graph, op, o, w);
        for (size_t i = 0; i < size; i++) w[i] *= gain;
        step->add[o] = op->add ? op->add[o] : 0;
    }
    cut_conv_set_bounds(step);
    return CUT_OK;
}

static int fits(const cut_op *op, const cut_step *step)
{
    return op->groups > 1 && !cut_conv_is_depthwise(op, step) &&
           step->in.type == CUT_F32;
}

const cut_kernel cut_groups_f32 = {.name = "groups f32",
                                   .fits = fits,
                                   .set_up = set_up,
                                   .run = run_groups,
                                   .gmacs = 8};
