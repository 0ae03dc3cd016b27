#include "nn/plan/step.h"

#include "base/alloc.h"

cut_status cut_step_alloc(const cut_setup *setup, void **block, size_t count,
                          size_t size)
{
    *block = cut_alloc_zero(count ? count : 1, size);
    if (!*block)
        return cut_fail(setup->error, CUT_E_MEMORY,
                        "No memory for the model's weights.");
    *setup->weight_bytes += count * size;
    return CUT_OK;
}

cut_status cut_step_weights(const cut_setup *setup, uint64_t bytes)
{
    cut_step *step = setup->step;
    if (bytes > SIZE_MAX / 2)
        return cut_fail(setup->error, CUT_E_MEMORY,
                        "No memory for the model's weights.");
    cut_status status = cut_step_alloc(setup, &step->block, (size_t)bytes + 64,
                                       1);
    if (!status)
        step->weights = (uint8_t *)step->block +
                        (64 - ((uintptr_t)step->block & 63));
    return status;
}

cut_status cut_step_affine(const cut_setup *setup)
{
    cut_step *step = setup->step;
    void *mul = NULL, *add = NULL;
    cut_status status = cut_step_alloc(setup, &mul, (size_t)step->out.cp, 4);
    step->mul = mul;
    if (!status) status = cut_step_alloc(setup, &add, (size_t)step->out.cp, 4);
    step->add = add;
    return status;
}

size_t cut_step_scratch(const cut_step *step)
{
    size_t size = 0;
    for (; step; step = step->inner) size += cut_own_scratch(step);
    return size;
}

/* What one step owns by itself. */
static void free_own(cut_step *step)
{
    cut_free(step->block);
    cut_free(step->mul);
    cut_free(step->add);
    if (step->kind == CUT_OP_CONV) cut_free(step->conv.runs);
    for (int k = 0; k < 2 && step->kind == CUT_OP_RESIZE; k++) {
        cut_free(step->axis[k].first);
        cut_free(step->axis[k].second);
        cut_free(step->axis[k].weight);
    }
}

void cut_step_free(cut_step *step)
{
    for (cut_step *inner = step->inner; inner;) {
        cut_step *next = inner->inner;
        free_own(inner);
        cut_free(inner);
        inner = next;
    }
    free_own(step);
}
