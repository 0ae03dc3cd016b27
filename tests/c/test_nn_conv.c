/* Convolutions against nested loops: f32 within rounding, i16 to the bit. */
#include "nn_oracle.h"

static uint32_t state = 1;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

static const int channels[] = {1, 3, 5, 8, 13, 24};

/* An i16 result must also be near the true value, whatever the roundings:
 * within `units` of its scale. */
static void check_scale(const nn_conv *k, const nn_map *in, const nn_map *other,
                        const nn_map *got, double units)
{
    int far = 0;
    for (int o = 0; o < got->c; o++)
        for (int y = 0; y < got->h; y++)
            for (int x = 0; x < got->w; x++) {
                double size;
                double sum = nn_window(k, in, o, y, x, &size) *
                             (double)(k->scale[o] * in->scale);
                if (k->has_bias) sum += (double)k->bias[o];
                if (other) sum += nn_value_at(other, o, y, x);
                if (k->clamped)
                    sum = fmin(fmax(sum, (double)k->lo), (double)k->hi);
                double unit = nn_is_i16(got) ? (double)got->scale : 1e-5;
                double most = nn_is_i16(got)
                                  ? (double)got->limit * (double)got->scale
                                  : 1e30;
                sum = fmin(fmax(sum, -most), most);
                if (!(fabs(nn_value_at(got, o, y, x) - sum) <=
                      units * unit + fabs(sum) * 1e-6))
                    far++;
            }
    CHECK_EQUAL(far, 0);
}

enum { PLAIN, SUM, SUM_NARROW };

/* y = clip(conv(x) [+ other]); other is a 1x1 convolution of x, so its size is
 * y's when the windows keep the size. SUM_NARROW: x reaches the convolution
 * through a map of one channel, which is f32 and so is all that is made of it;
 * the sum's other operand does not. */
static void agrees(nn_conv *k, int w, int h, int arithmetic, int shape)
{
    nn_model m = {0};
    nn_run r;
    nn_map slack;
    uint32_t seed = nn_random(&state);
    k->int8 = arithmetic == CUT_I16;
    nn_conv side = {.ic = k->ic,
                    .oc = k->oc,
                    .k = {1, 1},
                    .s = {1, 1},
                    .d = {1, 1},
                    .groups = 1,
                    .int8 = k->int8};
    nn_conv narrow = side, again = side;
    if (shape == SUM_NARROW) side.ic = narrow.ic = 3;
    narrow.oc = again.ic = 1;
    again.oc = k->ic;
    nn_conv_numbers(k, seed);
    nn_conv_numbers(&side, seed + 1);
    nn_conv_numbers(&narrow, seed + 2);
    nn_conv_numbers(&again, seed + 3);
    nn_input(&m, "x", shape == SUM_NARROW ? 3 : k->ic, 0, 0);
    nn_output(&m, "y");
    if (shape != PLAIN) nn_conv_node(&m, &side, "x", "side");
    if (shape == SUM_NARROW) {
        nn_conv_node(&m, &narrow, "x", "narrow");
        if (k->ic > 1) nn_conv_node(&m, &again, "narrow", "again");
    }
    const char *made = shape == PLAIN && !k->clamped ? "y" : "conv";
    nn_conv_node(&m, k,
                 shape != SUM_NARROW ? "x"
                 : k->ic > 1         ? "again"
                                     : "narrow",
                 made);
    if (shape != PLAIN)
        nn_node(&m, "Add", "sum", "conv side", k->clamped ? "sum" : "y");
    if (k->clamped) nn_clip_node(&m, k, shape == PLAIN ? "conv" : "sum", "y");
    nn_finish(&m);
    if (nn_start(&r, &m, w, h, arithmetic, seed)) {
        const cut_step *step = nn_last(&r);
        CHECK_EQUAL(step->kind, CUT_OP_CONV);
        CHECK_EQUAL(step->other.c, shape == PLAIN ? 0 : k->oc);
        nn_map in = nn_read(&step->in, r.arena);
        nn_map other = nn_read(&step->other, r.arena);
        nn_map got = nn_read(&step->out, r.arena);
        nn_map want = nn_conv_map(k, &in, shape == PLAIN ? NULL : &other,
                                  &step->out, &slack);
        /* Winograd's sums are f32: an i16 result may be off by one or two */
        int winograd = strcmp(step->kernel->name, "winograd") == 0;
        size_t count = (size_t)got.c * (size_t)(got.h * got.w);
        for (size_t i = 0; i < count && nn_is_i16(&in); i++)
            slack.at[i] = winograd ? 0.1 : 0;
        int differ = nn_differ(&got, &want, &slack, winograd ? 20 : 1);
        CHECK_EQUAL(differ, 0);
        if (differ)
            printf("  %s: %d->%d of %dx%d k %d %d s %d %d d %d %d pads %d %d "
                   "%d %d groups %d\n",
                   step->kernel->name, k->ic, k->oc, w, h, k->k[0], k->k[1],
                   k->s[0], k->s[1], k->d[0], k->d[1], k->pads[0], k->pads[1],
                   k->pads[2], k->pads[3], k->groups);
        if (nn_is_i16(&in))
            check_scale(k, &in, shape == PLAIN ? NULL : &other, &got,
                        winograd ? 2.6 : 1.6);
        nn_met(step->kernel->name);
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
    nn_conv_free(k);
    nn_conv_free(&side);
    nn_conv_free(&narrow);
    nn_conv_free(&again);
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void both(nn_conv k, int w, int h, int shape)
{
    nn_conv copy = k;
    agrees(&k, w, h, CUT_F32, shape);
    agrees(&copy, w, h, CUT_I16, shape);
}

static nn_conv plain(int ic, int oc, int k, int s, int pad)
{
    return (nn_conv){.ic = ic,
                     .oc = oc,
                     .k = {k, k},
                     .s = {s, s},
                     .d = {1, 1},
                     .pads = {pad, pad, pad, pad},
                     .groups = 1,
                     .has_bias = 1};
}

static void every_channel_count_meets_every_other(void)
{
    for (int i = 0; i < 6; i++)
        for (int o = 0; o < 6; o++) {
            both(plain(channels[i], channels[o], 1, 1, 0), 5, 3, PLAIN);
            both(plain(channels[i], channels[o], 3, 1, 1), 3, 6, PLAIN);
        }
}

static void maps_of_one_pixel_and_odd_ones_do(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 7},   {7, 1},
                                   {2, 2}, {13, 17}, {31, 5}};
    for (int i = 0; i < 6; i++)
        for (int s = 1; s < 3; s++) {
            both(plain(5, 13, 3, s, 1), sizes[i][0], sizes[i][1], PLAIN);
            both(plain(3, 8, 1, s, 0), sizes[i][0], sizes[i][1], PLAIN);
        }
}

static void any_window_does(void)
{
    for (int i = 0; i < 160; i++) {
        nn_conv k = {.ic = channels[pick(6)],
                     .oc = channels[pick(6)],
                     .groups = 1,
                     .has_bias = pick(2),
                     .clamped = pick(2)};
        k.lo = pick(2) ? 0 : -0.5f;
        k.hi = pick(2) ? 0.75f : 3;
        int size[2];
        for (int a = 0; a < 2; a++) {
            k.k[a] = 1 + pick(5);
            k.s[a] = 1 + pick(3);
            k.d[a] = 1 + pick(8) / 6;
            k.pads[a] = pick(4) ? pick(k.k[a]) : pick(7);
            k.pads[a + 2] = pick(4) ? pick(k.k[a]) : pick(7);
            int least = k.d[a] * (k.k[a] - 1) + 1 - k.pads[a] - k.pads[a + 2];
            size[a] = (least > 1 ? least : 1) + pick(9);
        }
        both(k, size[1], size[0], PLAIN);
    }
}

static void groups_do(void)
{
    static const int rows[][3] = {
        {8, 8, 2}, {24, 16, 4}, {6, 10, 2}, {3, 6, 3}, {2, 2, 2}};
    for (int i = 0; i < 5; i++)
        for (int s = 1; s < 3; s++) {
            nn_conv k = plain(rows[i][0], rows[i][1], 3, s, 1);
            k.groups = rows[i][2];
            both(k, 7, 9, PLAIN);
        }
}

static void residual_sums_do(void)
{
    for (int i = 0; i < 6; i++)
        for (int o = 0; o < 6; o++) {
            nn_conv k = plain(channels[i], channels[o], 3, 1, 1);
            k.clamped = (i + o) & 1;
            k.hi = 1;
            both(k, 6, 5, SUM);
        }
}

/* The residual is i16 where the convolution's input and result are f32. */
static void a_residual_of_another_type_does(void)
{
    for (int o = 1; o < 6; o++)
        both(plain(1, channels[o], 3, 1, 1), 9, 7, SUM_NARROW);
    both(plain(5, 13, 3, 1, 1), 6, 7, SUM_NARROW);
    both(plain(8, 13, 3, 1, 1), 33, 34, SUM_NARROW);
}

static void strides_may_end_within_the_padding(void)
{
    nn_conv k = plain(8, 8, 1, 6, 0);
    k.pads[0] = k.pads[1] = 5;
    both(k, 1, 1, PLAIN);
    k = plain(24, 24, 2, 3, 2); /* one row of windows left of the map */
    k.pads[2] = k.pads[3] = 0;
    both(k, 2, 2, PLAIN);
}

static void large_maps_do(void)
{
    both(plain(8, 13, 3, 1, 1), 37, 33, PLAIN);
    both(plain(24, 8, 3, 1, 1), 40, 41, SUM);
    both(plain(13, 24, 3, 1, 0), 35, 36, PLAIN);
    nn_conv k = plain(16, 8, 3, 1, 1);
    k.pads[0] = 0;
    k.pads[3] = 2;
    k.clamped = 1;
    k.hi = 2;
    both(k, 33, 34, PLAIN);
}

/* The largest sums that 32 bits hold: all magnitudes at their limits. */
static void sums_do_not_overflow(void)
{
    enum { CHANNELS = 256 };
    nn_conv k = {.ic = CHANNELS,
                 .oc = 8,
                 .k = {3, 3},
                 .s = {1, 1},
                 .d = {1, 1},
                 .pads = {1, 1, 1, 1},
                 .groups = 1,
                 .int8 = 1};
    nn_conv_numbers(&k, 1);
    memset(k.q, -127, CHANNELS * 8 * 9);
    nn_model m = {0};
    nn_run r;
    nn_map slack;
    nn_input(&m, "x", CHANNELS, 0, 0);
    nn_output(&m, "y");
    nn_conv_node(&m, &k, "x", "y");
    nn_finish(&m);
    if (nn_start(&r, &m, 5, 5, CUT_I16, 1)) {
        const cut_step *step = nn_last(&r);
        for (int sign = -1; sign < 2; sign += 2) {
            for (int c = 0; c < CHANNELS; c++)
                for (int i = 0; i < 25; i++) {
                    int16_t q = (int16_t)(sign * (int)step->in.limit);
                    memcpy(nn_address(&step->in, r.arena, c, i / 5, i % 5), &q,
                           2);
                }
            nn_execute(&r);
            nn_map in = nn_read(&step->in, r.arena);
            nn_map got = nn_read(&step->out, r.arena);
            nn_map want = nn_conv_map(&k, &in, NULL, &step->out, &slack);
            CHECK(fabs(nn_window(&k, &in, 0, 2, 2, &(double){0})) > 2.1e9);
            CHECK_EQUAL(nn_differ(&got, &want, NULL, 0), 0);
            free(in.at);
            free(got.at);
            free(want.at);
            free(slack.at);
        }
        nn_stop(&r);
    } else {
        CHECK(!"the model was refused");
    }
    nn_conv_free(&k);
    nn_model_free(&m);
}

static void every_kernel_was_met(void)
{
    static const char *const kernels[] = {"gemm f32",        "gemm i16",
                                          "one channel f32", "one channel i16",
                                          "groups f32",      "winograd"};
    for (int i = 0; i < 6; i++) {
        CHECK(nn_met(kernels[i]) > 0);
        if (!nn_met(kernels[i])) printf("  %s\n", kernels[i]);
    }
}

int main(void)
{
    every_channel_count_meets_every_other();
    maps_of_one_pixel_and_odd_ones_do();
    any_window_does();
    groups_do();
    residual_sums_do();
    a_residual_of_another_type_does();
    strides_may_end_within_the_padding();
    large_maps_do();
    sums_do_not_overflow();
    every_kernel_was_met();
    return CHECK_DONE();
}
