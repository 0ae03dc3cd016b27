/* Oracle: tests/c/test_nn_views.c, tests/js/nn/elementwise.test.js (Concat). */
#include "nn/kernels/copy.h"

#include "nn/graph/consts.h"

/* One input of a concatenation that could not be made in place: `out` is the
 * part of the wider map, perhaps not aligned to 8 channels. */
static void run_part(const cut_step *step, uint8_t *arena, int32_t y_begin,
                     int32_t y_end)
{
    const cut_view *in = &step->in, *out = &step->out;
    for (int32_t y = y_begin; y < y_end; y++) {
        size_t first = (size_t)y * (size_t)out->w;
        for (size_t x = first; x < first + (size_t)out->w; x++) {
            const uint8_t *a = arena + in->offset +
                               x * (size_t)in->ld * cut_element(in->type);
            uint8_t *o = arena + out->offset +
                         x * (size_t)out->ld * cut_element(out->type);
            if (in->type == out->type) { /* and the same scale */
                memcpy(o, a, (size_t)in->c * cut_element(in->type));
            } else { /* f32 into i16 */
                const float *f = (const float *)(const void *)a;
                for (int32_t c = 0; c < in->c; c++) {
                    float q = f[c] / out->scale;
                    q = q < -out->limit  ? -out->limit
                        : q > out->limit ? out->limit
                                         : q;
                    int16_t whole = (int16_t)cut_round(cut_f32x4(q))[0];
                    memcpy(o + (size_t)c * 2, &whole, 2);
                }
            }
            if (step->pad) /* the last part: the padding after it */
                memset(o + (size_t)in->c * cut_element(out->type), 0,
                       (size_t)step->pad * cut_element(out->type));
        }
    }
}

/* Laid out at load. */
static void run_const(const cut_step *step, uint8_t *arena, int32_t y_begin,
                      int32_t y_end)
{
    size_t row = (size_t)step->out.w * (size_t)step->out.ld * 4;
    memcpy(arena + step->out.offset + (size_t)y_begin * row,
           (const uint8_t *)step->weights + (size_t)y_begin * row,
           (size_t)(y_end - y_begin) * row);
}

static cut_status set_up_part(const cut_setup *setup)
{
    setup->step->band = cut_even_band(&setup->step->out);
    return CUT_OK;
}

/* [h][w][ld] of [c][h][w]. */
static cut_status set_up_const(const cut_setup *setup)
{
    cut_step *step = setup->step;
    const cut_const *constant = &setup->graph->consts[setup->op->weights];
    size_t pixels = (size_t)step->out.h * (size_t)step->out.w;
    size_t ld = (size_t)step->out.ld;
    cut_status status = cut_step_weights(setup, pixels * ld * 4);
    if (status) return status;
    float *out = step->weights;
    for (size_t c = 0; c < (size_t)step->out.c; c++)
        for (size_t i = 0; i < pixels; i++)
            out[i * ld + c] = (float)cut_const_at(setup->graph, constant,
                                                  c * pixels + i);
    step->band = cut_even_band(&step->out);
    return CUT_OK;
}

const cut_kernel cut_copy_part = {
    .name = "part", .set_up = set_up_part, .run = run_part};

const cut_kernel cut_copy_const = {
    .name = "constant", .set_up = set_up_const, .run = run_const};
