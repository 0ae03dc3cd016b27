#include "nn/kernels/kernels.h"

#include "nn/kernels/conv_f32.h"
#include "nn/kernels/conv_i16.h"
#include "nn/kernels/copy.h"
#include "nn/kernels/depthwise.h"
#include "nn/kernels/groups.h"
#include "nn/kernels/inverted.h"
#include "nn/kernels/point.h"
#include "nn/kernels/pool.h"
#include "nn/kernels/resize.h"
#include "nn/kernels/winograd.h"

/* By kind of operation, the fastest first; the first that fits is taken.
 * NULL ends a list. */
static const cut_kernel *const kernels[][11] = {
    [CUT_OP_CONV] = {&cut_inverted_i16, &cut_winograd, &cut_depthwise_3x3_i16,
                     &cut_depthwise_5x5_i16, &cut_depthwise_i16,
                     &cut_depthwise_f32, &cut_conv_one_i16, &cut_conv_one_f32,
                     &cut_conv_i16, &cut_conv_f32, &cut_groups_f32},
    [CUT_OP_AFFINE] = {&cut_point_affine},
    [CUT_OP_BINARY] = {&cut_point_sum, &cut_point_binary},
    [CUT_OP_ACT] = {&cut_point_act},
    [CUT_OP_CONCAT] = {&cut_copy_part},
    [CUT_OP_MAXPOOL] = {&cut_max_pool_i16, &cut_max_pool_f32},
    [CUT_OP_AVGPOOL] = {&cut_average_pool},
    [CUT_OP_MEAN] = {&cut_mean},
    [CUT_OP_MEAN_CHANNELS] = {&cut_mean_channels},
    [CUT_OP_RESIZE] = {&cut_resize_one, &cut_resize_i16, &cut_resize_f32},
    [CUT_OP_CONST] = {&cut_copy_const},
};

const cut_kernel *cut_kernel_choose(const cut_op *op, const cut_step *step)
{
    const size_t max = sizeof kernels[0] / sizeof kernels[0][0];
    for (size_t i = 0; i < max && kernels[op->kind][i]; i++) {
        const cut_kernel *kernel = kernels[op->kind][i];
        if (!kernel->fits || kernel->fits(op, step)) return kernel;
    }
    return NULL;
}
