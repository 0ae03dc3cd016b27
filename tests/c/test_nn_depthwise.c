/* Depthwise convolutions, alone and fused with the convolution before them,
 * against nested loops: f32 within rounding, i16 to the bit. */
#include "nn_oracle.h"

#include "nn/kernels/depthwise.h"
#include "nn/kernels/inverted.h"

static uint32_t state = 77;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

static const int channels[] = {2, 3, 5, 8, 13, 24};

static nn_conv depthwise(int c, int k, int s, int pad)
{
    return (nn_conv){.ic = c,
                     .oc = c,
                     .groups = c,
                     .k = {k, k},
                     .s = {s, s},
                     .d = {1, 1},
                     .pads = {pad, pad, pad, pad},
                     .has_bias = 1};
}

static void explain(const nn_conv *k, const cut_step *step)
{
    printf("  %s: %d of %dx%d k %d %d s %d %d d %d %d pads %d %d %d %d\n",
           step->kernel->name, k->ic, step->in.w, step->in.h, k->k[0], k->k[1],
           k->s[0], k->s[1], k->d[0], k->d[1], k->pads[0], k->pads[1],
           k->pads[2], k->pads[3]);
}

/* y = clip(depthwise(x) [+ 1x1(x)]), or with `first` depthwise(clip(first(x)
 * [+ x])). */
static void agrees(nn_conv *k, nn_conv *first, int sum, int w, int h,
                   int arithmetic)
{
    nn_model m = {0};
    nn_run r;
    uint32_t seed = nn_random(&state);
    nn_conv side = {.ic = k->ic,
                    .oc = k->oc,
                    .k = {1, 1},
                    .s = {1, 1},
                    .d = {1, 1},
                    .groups = 1,
                    .int8 = arithmetic == CUT_I16};
    nn_conv_numbers(&side, seed + 1);
    k->int8 = arithmetic == CUT_I16;
    nn_conv_numbers(k, seed + 2);
    nn_input(&m, "x", first ? first->ic : k->ic, 0, 0);
    nn_output(&m, "y");
    const char *at = "x";
    if (first) {
        first->int8 = k->int8;
        nn_conv_numbers(first, seed + 3);
        nn_conv_node(&m, first, at, "first");
        at = "first";
        if (sum) nn_node(&m, "Add", "firsts", "first x", "firsts");
        if (sum) at = "firsts";
        if (first->clamped) nn_clip_node(&m, first, at, "clipped");
        if (first->clamped) at = "clipped";
    } else if (sum) {
        nn_conv_node(&m, &side, "x", "side");
    }
    const char *made = (sum && !first) || k->clamped ? "conv" : "y";
    nn_conv_node(&m, k, at, made);
    if (sum && !first)
        nn_node(&m, "Add", "sum", "conv side", k->clamped ? "sum" : "y");
    if (k->clamped) nn_clip_node(&m, k, sum && !first ? "sum" : "conv", "y");
    nn_finish(&m);
    if (nn_start(&r, &m, w, h, arithmetic, seed)) {
        const cut_step *step = nn_last(&r);
        nn_map slack, early, wide = {0};
        CHECK_EQUAL(step->inner != NULL,
                    first != NULL && k->k[0] * k->k[1] > 1);
        const cut_step *reads = step->inner ? step->inner : step;
        nn_map in = nn_read(&reads->in, r.arena);
        nn_map other = nn_read(&reads->other, r.arena);
        nn_map got = nn_read(&step->out, r.arena);
        if (step->inner)
            wide = nn_conv_map(first, &in, sum ? &other : NULL,
                               &step->inner->out, &early);
        nn_map want = nn_conv_map(k, step->inner ? &wide : &in,
                                  sum && !first ? &other : NULL, &step->out,
                                  &slack);
        int differ = nn_differ(&got, &want, nn_is_i16(&in) ? NULL : &slack, 4);
        CHECK_EQUAL(differ, 0);
        if (differ) explain(k, step);
        nn_met(step->kernel->name);
        nn_met(reads->kernel == &cut_depthwise_3x3_i16   ? "three"
               : reads->kernel == &cut_depthwise_5x5_i16 ? "five"
                                                         : "any");
        if (step->inner) {
            nn_met(step->inner->kernel->name);
            free(wide.at);
            free(early.at);
        }
        free(in.at);
        free(other.at);
        free(got.at);
        free(want.at);
        free(slack.at);
        nn_stop(&r);
    } else {
        CHECK(!"the model was refused");
        printf("  %s\n", r.error.text);
    }
    if (first) nn_conv_free(first);
    nn_conv_free(k);
    nn_conv_free(&side);
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void both(nn_conv k, const nn_conv *first, int sum, int w, int h)
{
    nn_conv copies[2] = {k, k}, firsts[2];
    for (int i = 0; i < 2; i++) {
        if (first) firsts[i] = *first;
        agrees(&copies[i], first ? &firsts[i] : NULL, sum, w, h,
               i ? CUT_I16 : CUT_F32);
    }
}

static void every_channel_count_does(void)
{
    for (int i = 0; i < 6; i++)
        for (int s = 1; s < 3; s++) {
            both(depthwise(channels[i], 3, s, 1), NULL, 0, 9, 7);
            both(depthwise(channels[i], 5, s, 2), NULL, 0, 6, 5);
            both(depthwise(channels[i], 3, s, 0), NULL, 0, 5, 3);
        }
}

static void maps_of_one_pixel_and_odd_ones_do(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 7},   {7, 1},
                                   {2, 2}, {13, 17}, {4, 3}};
    for (int i = 0; i < 6; i++)
        for (int s = 1; s < 4; s++) {
            both(depthwise(8, 3, s, 1), NULL, 0, sizes[i][0], sizes[i][1]);
            both(depthwise(8, 5, s, 2), NULL, 0, sizes[i][0], sizes[i][1]);
        }
}

/* Windows, strides and dilations of any kind, and a map that they fit. */
static void some_window(nn_conv *k, int size[2])
{
    for (int a = 0; a < 2; a++) {
        k->k[a] = pick(2) ? 3 : 1 + pick(5);
        k->s[a] = 1 + pick(3);
        k->d[a] = 1 + pick(8) / 6;
        k->pads[a] = pick(4) ? pick(k->k[a]) : pick(7);
        k->pads[a + 2] = pick(4) ? pick(k->k[a]) : pick(7);
        int least = k->d[a] * (k->k[a] - 1) + 1 - k->pads[a] - k->pads[a + 2];
        size[a] = (least > 1 ? least : 1) + pick(12);
    }
    k->has_bias = pick(2);
    k->clamped = pick(2);
    k->lo = pick(2) ? 0 : -0.5f;
    k->hi = pick(2) ? 0.75f : 3;
}

static void any_window_does(void)
{
    for (int i = 0; i < 150; i++) {
        int size[2];
        nn_conv k = depthwise(channels[pick(6)], 1, 1, 0);
        some_window(&k, size);
        both(k, NULL, 0, size[1], size[0]);
    }
}

static void residual_sums_do(void)
{
    for (int i = 0; i < 6; i++) {
        nn_conv k = depthwise(channels[i], i & 1 ? 5 : 3, 1, i & 1 ? 2 : 1);
        k.clamped = i > 2;
        k.hi = 1;
        both(k, NULL, 1, 8, 5);
    }
}

/* The wide map of an inverted residual never stands as a whole. */
static void a_pair_gives_what_its_parts_would(void)
{
    for (int i = 0; i < 150; i++) {
        int size[2];
        nn_conv k = depthwise(channels[pick(6)], 1, 1, 0);
        some_window(&k, size);
        nn_conv first = {.ic = channels[pick(6)],
                         .oc = k.ic,
                         .groups = 1,
                         .k = {1, 1},
                         .s = {1, 1},
                         .d = {1, 1},
                         .has_bias = pick(2),
                         .clamped = pick(2),
                         .hi = 2};
        if (pick(3) == 0) {
            first.k[0] = first.k[1] = 3;
            memcpy(first.pads, (int[]){1, 1, 1, 1}, sizeof first.pads);
        }
        if (pick(4) == 0) first.groups = first.ic = first.oc; /* depthwise */
        int sum = first.ic == first.oc && pick(2);
        both(k, &first, sum, size[1], size[0]);
    }
}

/* Many bands: rows are kept from band to band. */
static void a_pair_of_many_bands_does(void)
{
    for (int s = 1; s < 4; s++)
        for (int k = 3; k < 6; k++) {
            nn_conv wide = depthwise(24, k, s, k / 2);
            nn_conv first = {.ic = 3,
                             .oc = 24,
                             .groups = 1,
                             .k = {1, 1},
                             .s = {1, 1},
                             .d = {1, 1},
                             .has_bias = 1,
                             .clamped = 1,
                             .hi = 2};
            both(wide, &first, 0, 61, 67);
        }
    nn_conv far = depthwise(13, 3, 1, 8); /* dilated */
    far.d[0] = far.d[1] = 8;
    nn_conv first = {.ic = 5,
                     .oc = 13,
                     .groups = 1,
                     .k = {3, 3},
                     .s = {1, 1},
                     .d = {1, 1},
                     .pads = {1, 1, 1, 1}};
    both(far, &first, 0, 40, 90);
}

static void a_stride_may_leave_columns_of_a_pair_unread(void)
{
    nn_conv first = {.ic = 8,
                     .oc = 8,
                     .groups = 1,
                     .k = {1, 1},
                     .s = {1, 1},
                     .d = {1, 1},
                     .has_bias = 1};
    nn_conv k = depthwise(8, 3, 3, 0);
    k.pads[0] = k.pads[1] = 1;
    both(k, &first, 0, 10, 10);
    both(depthwise(8, 3, 2, 0), &first, 0, 10, 10);
    both(depthwise(8, 3, 1, 0), &first, 0, 7, 5); /* no padding at all */
}

static void every_kernel_was_met(void)
{
    static const char *const kernels[] = {
        "depthwise f32", "depthwise i16", "three",   "five",
        "any",           "gemm f32",      "gemm i16"};
    for (int i = 0; i < 7; i++) {
        CHECK(nn_met(kernels[i]) > 0);
        if (!nn_met(kernels[i])) printf("  %s\n", kernels[i]);
    }
}

int main(void)
{
    every_channel_count_does();
    maps_of_one_pixel_and_odd_ones_do();
    any_window_does();
    residual_sums_do();
    a_pair_gives_what_its_parts_would();
    a_pair_of_many_bands_does();
    a_stride_may_leave_columns_of_a_pair_unread();
    every_kernel_was_met();
    return CHECK_DONE();
}
