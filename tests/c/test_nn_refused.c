/* Models that are refused, by name and before any work; and those that once
 * were read wrongly. */
#include <math.h>

#include "nn_net.h"

static void random_weights(nn_model *m, int c)
{
    uint32_t seed = 1;
    float *data = malloc((size_t)(c * 3) * sizeof *data);
    for (int i = 0; i < c * 3; i++) data[i] = nn_unit(&seed);
    nn_floats(m, "w", 4, (int[]){c, 3, 1, 1}, data);
    free(data);
}

static void an_unknown_operator_is_named(void)
{
    nn_model m = {0};
    one_node(&m, 3, "Softmax", "x");
    CHECK_EQUAL(load(&m, 8, 8, CUT_NET_AUTO), CUT_E_MODEL_UNSUPPORTED);
    CHECK(says("Softmax") && says("the_node"));
    CHECK_EQUAL(cut_net_dim(net, 0, 2), 0);
    CHECK(!cut_net_plan_json(net));
    drop();
}

static void two_inputs_are_refused(void)
{
    nn_model m = {0};
    one_node(&m, 3, "Add", "x z");
    nn_input(&m, "z", 3, 0, 0);
    CHECK_EQUAL(load(&m, 8, 8, CUT_NET_AUTO), CUT_E_MODEL_UNSUPPORTED);
    CHECK(says("more than one input"));
    drop();
}

static void a_missing_weight_is_named(void)
{
    nn_model m = {0};
    one_node(&m, 3, "Conv", "x ghost");
    CHECK_EQUAL(load(&m, 8, 8, CUT_NET_AUTO), CUT_E_MODEL);
    CHECK(says("the_node") && says("ghost"));
    drop();
}

/* x of one channel is 1; the weight of y = x * w after all those nodes. */
static float weight_after(nn_model *m, const char *weight, int *status)
{
    char ins[32];
    const float ones[4] = {1, 1, 1, 1};
    snprintf(ins, sizeof ins, "x %s", weight);
    one_node(m, 1, "Conv", ins);
    *status = load(m, 2, 2, CUT_NET_F32);
    const float *y = *status ? NULL : answer(ones);
    float weight_is = y ? y[0] : NAN;
    drop();
    return weight_is;
}

static void put_quantised(nn_model *m)
{
    nn_int8s(m, "q", 4, ALL_SAME(1), (int8_t[]){3});
    nn_floats(m, "s", 0, NULL, (float[]){0.25f});
    nn_node(m, "DequantizeLinear", "dq", "q s", "dq");
}

static void identity_and_reshape_keep_dequantised_weights(void)
{
    nn_model m = {0};
    int status;
    put_quantised(&m);
    nn_node(&m, "Identity", "i", "dq", "w");
    CHECK(weight_after(&m, "w", &status) == 0.75f);
    put_quantised(&m);
    nn_int64s(&m, "to", 1, ALL_SAME(4), (int64_t[]){1, 1, 1, -1});
    nn_node(&m, "Reshape", "r", "dq to", "w");
    CHECK(weight_after(&m, "w", &status) == 0.75f);
}

static void a_zero_point_of_another_type_is_refused(void)
{
    nn_model m = {0};
    int status;
    nn_int8s(&m, "q", 4, ALL_SAME(1), (int8_t[]){3});
    nn_floats(&m, "s", 0, NULL, (float[]){0.25f});
    nn_floats(&m, "z", 0, NULL, (float[]){1e30f});
    nn_node(&m, "DequantizeLinear", "dq", "q s z", "w");
    weight_after(&m, "w", &status);
    CHECK_EQUAL(status, CUT_E_MODEL_UNSUPPORTED);
}

static void arithmetic_on_an_empty_constant_reads_nothing(void)
{
    nn_model m = {0};
    int status;
    nn_tensor(&m, "none", NN_F32, 1, (int[]){0}, "", 0);
    nn_floats(&m, "one", 1, ALL_SAME(1), (float[]){1});
    nn_node(&m, "Add", "sum", "none one", "w");
    weight_after(&m, "w", &status);
    CHECK(status == CUT_E_MODEL || status == CUT_E_MODEL_UNSUPPORTED);
}

static void bounds_and_axes_that_are_no_numbers_are_refused(void)
{
    nn_model m = {0};
    int status;
    const float nan_[1] = {NAN}, huge[1] = {1e20f};
    nn_floats(&m, "data", 1, ALL_SAME(4), (float[]){1, 2, 3, 4});
    nn_floats(&m, "nan", 1, ALL_SAME(1), nan_);
    nn_floats(&m, "huge", 1, ALL_SAME(1), huge);
    nn_node(&m, "Slice", "slice", "data nan huge", "w");
    weight_after(&m, "w", &status);
    CHECK(status != CUT_OK);

    nn_floats(&m, "axes", 1, ALL_SAME(1), huge);
    one_node(&m, 1, "ReduceMean", "x axes");
    CHECK_EQUAL(load(&m, 4, 4, 0), CUT_E_MODEL);
    drop();

    nn_floats(&m, "data", 1, ALL_SAME(1), huge);
    nn_floats(&m, "axes", 1, ALL_SAME(1), nan_);
    nn_node(&m, "Unsqueeze", "un", "data axes", "w");
    weight_after(&m, "w", &status);
    CHECK(status != CUT_OK);
}

static void axes_given_twice_are_refused(void)
{
    nn_model m = {0};
    nn_int64s(&m, "axes", 1, ALL_SAME(4), (int64_t[]){1, 1, 1, 1});
    one_node(&m, 3, "ReduceMean", "x axes");
    nn_ints(&m, "axes", 4, (int[]){1, 1, 1, 1});
    CHECK_EQUAL(load(&m, 4, 4, 0), CUT_E_MODEL_UNSUPPORTED);
    CHECK(says("the_node"));
    drop();
}

static void long_lists_are_joined(void)
{
    nn_model m = {0};
    static float half[2000];
    int dims[4] = {1, 1, 50, 80};
    for (int i = 0; i < 2000; i++) half[i] = (float)i;
    nn_floats(&m, "a", 1, (int[]){2000}, half);
    nn_int64s(&m, "to", 1, ALL_SAME(4),
              (int64_t[]){dims[0], dims[1], dims[2], dims[3]});
    nn_node(&m, "Concat", "c", "a a", "list");
    nn_int(&m, "axis", 0);
    nn_node(&m, "Reshape", "r", "list to", "map");
    one_node(&m, 1, "Add", "x map");
    CHECK_EQUAL(load(&m, 80, 50, CUT_NET_F32), CUT_OK);
    float *zero = calloc(4000, sizeof *zero);
    const float *y = answer(zero);
    CHECK(y && y[0] == 0 && y[1999] == 1999 && y[2001] == 1);
    free(zero);
    drop();
}

static void sizes_whose_product_overflows_are_refused(void)
{
    nn_model m = {0};
    int status;
    nn_tensor(&m, "none", NN_F32, 1, (int[]){0}, "", 0);
    nn_int64s(&m, "to", 1, ALL_SAME(4),
              (int64_t[]){1 << 30, 1 << 30, 1 << 30, 1 << 30});
    nn_node(&m, "Reshape", "r", "none to", "w");
    weight_after(&m, "w", &status);
    CHECK_EQUAL(status, CUT_E_MODEL_UNSUPPORTED);
}

static void windows_that_meet_only_padding_are_refused(void)
{
    static const char *const ops[2] = {"AveragePool", "MaxPool"};
    for (int i = 0; i < 4; i++) { /* dilated over a map of 1; pads too wide */
        nn_model m = {0};
        one_node(&m, 3, ops[i & 1], "x");
        nn_ints(&m, "kernel_shape", 2, ALL_SAME(2));
        nn_ints(&m, "dilations", 2, ALL_SAME(i < 2 ? 3 : 1));
        nn_ints(&m, "pads", 4, ALL_SAME(2));
        CHECK_EQUAL(load(&m, 1, 1, 0), CUT_E_MODEL_UNSUPPORTED);
        CHECK(says("the_node") && says("padding"));
        drop();
    }
}

static void windows_too_wide_for_memory_are_refused(void)
{
    nn_model m = {0};
    nn_input(&m, "x", 3, 0, 0);
    nn_output(&m, "y");
    random_weights(&m, 4096);
    nn_node(&m, "Conv", "a", "x w", "a");
    nn_node(&m, "MaxPool", "the_node", "a", "y");
    nn_ints(&m, "kernel_shape", 2, ALL_SAME(1024));
    nn_ints(&m, "dilations", 2, ALL_SAME(1024));
    nn_string(&m, "auto_pad", "SAME_UPPER");
    CHECK_EQUAL(load(&m, 2, 2, 0), CUT_E_MODEL_UNSUPPORTED);
    CHECK(says("the_node"));
    drop();
}

/* NaN has a sign that platforms choose, and i16 has none at all. */
static void numbers_that_are_not_finite_are_refused(void)
{
    static const float bad[3] = {NAN, INFINITY, -INFINITY};
    nn_model m = {0};
    int status;
    for (int i = 0; i < 3; i++) {
        nn_floats(&m, "w", 4, ALL_SAME(1), &bad[i]);
        weight_after(&m, "w", &status);
        CHECK_EQUAL(status, CUT_E_MODEL);
        nn_int8s(&m, "q", 4, ALL_SAME(1), (int8_t[]){3});
        nn_floats(&m, "s", 0, NULL, &bad[i]);
        nn_node(&m, "DequantizeLinear", "dq", "q s", "w");
        weight_after(&m, "w", &status);
        CHECK_EQUAL(status, CUT_E_MODEL);
        nn_floats(&m, "k", 0, NULL, &bad[i]);
        one_node(&m, 3, "Add", "x k");
        CHECK_EQUAL(load(&m, 4, 4, 0), CUT_E_MODEL);
        CHECK(says("the_node"));
        drop();
    }
    nn_floats(&m, "k", 0, NULL, (float[]){0});
    one_node(&m, 3, "Div", "x k");
    CHECK_EQUAL(load(&m, 4, 4, 0), CUT_E_MODEL);
    CHECK(says("the_node") && says("divides by 0"));
    drop();
    nn_floats(&m, "g", 1, ALL_SAME(1), (float[]){1});
    nn_floats(&m, "v", 1, ALL_SAME(1), (float[]){-1});
    one_node(&m, 1, "BatchNormalization", "x g g g v");
    CHECK_EQUAL(load(&m, 4, 4, 0), CUT_E_MODEL);
    CHECK(says("the_node"));
    drop();
}

/* So many that 32 bits do not hold the sum of their magnitudes. */
static void filters_without_end_are_refused(void)
{
    nn_model m = {0};
    const int dims[4] = {1, 9, 1024, 1024};
    int8_t *q = calloc(nn_count(4, dims), 1);
    nn_int8s(&m, "q", 4, dims, q);
    free(q);
    nn_floats(&m, "s", 0, NULL, (float[]){1});
    nn_node(&m, "DequantizeLinear", "dq", "q s", "w");
    one_node(&m, 9, "Conv", "x w");
    nn_string(&m, "auto_pad", "SAME_UPPER");
    CHECK_EQUAL(load(&m, 4, 4, CUT_NET_I16), CUT_E_MODEL_UNSUPPORTED);
    CHECK(says("the_node") && says("too many weights"));
    drop();
}

/* A mean beyond its range must stay within what the sums of the next
 * convolution can hold; this one would turn negative. */
static void a_mean_beyond_its_range_is_clipped(void)
{
    static int8_t q[8 * 64 * 9];
    static float one[64 * 8 * 8], scale[1] = {0.01f};
    for (int global = 0; global < 2; global++) {
        nn_model m = {0};
        m.ranges = "x -1000000 1000000\na -10000 10000\ny -9000000 9000000\n";
        nn_input(&m, "x", 64, 0, 0);
        nn_output(&m, "y");
        memset(q, 127, sizeof q);
        nn_int8s(&m, "q", 4, (int[]){8, 64, 3, 3}, q);
        nn_floats(&m, "s", 0, NULL, scale);
        nn_node(&m, "DequantizeLinear", "dq", "q s", "w");
        nn_node(&m, global ? "GlobalAveragePool" : "AveragePool", "a", "x",
                "a");
        if (!global) nn_ints(&m, "kernel_shape", 2, ALL_SAME(2));
        nn_node(&m, "Conv", "y", "a w", "y");
        nn_ints(&m, "pads", 4, ALL_SAME(1));
        CHECK_EQUAL(load(&m, 8, 8, CUT_NET_I16), CUT_OK);
        for (size_t i = 0; i < sizeof one / sizeof *one; i++) one[i] = 1;
        const float *y = answer(one);
        CHECK(y && y[0] > 0 && y[7] > 0);
        drop();
    }
}

/* In i16 a map holds what its range says, the larger side of it either way. */
static void a_range_may_reach_further_to_one_side(void)
{
    static const char *const ranges[2] = {
        "x -8000000 1000000\ny -8000000 1000000\n",
        "x -1000000 8000000\ny -1000000 8000000\n"};
    for (int up = 0; up < 2; up++) {
        nn_model m = {0};
        m.ranges = ranges[up];
        nn_int8s(&m, "q", 4, ALL_SAME(1), (int8_t[]){127});
        nn_floats(&m, "s", 0, NULL, (float[]){1 / 127.0f});
        nn_node(&m, "DequantizeLinear", "dq", "q s", "w");
        one_node(&m, 1, "Conv", "x w");
        CHECK_EQUAL(load(&m, 4, 1, CUT_NET_I16), CUT_OK);
        const float sign = up ? 1 : -1;
        const float in[4] = {8 * sign, 4 * sign, -1 * sign, 0};
        const float *y = answer(in);
        for (int i = 0; y && i < 4; i++) CHECK(fabsf(y[i] - in[i]) < 0.01f);
        drop();
    }
}

int main(void)
{
    an_unknown_operator_is_named();
    two_inputs_are_refused();
    a_missing_weight_is_named();
    identity_and_reshape_keep_dequantised_weights();
    a_zero_point_of_another_type_is_refused();
    arithmetic_on_an_empty_constant_reads_nothing();
    bounds_and_axes_that_are_no_numbers_are_refused();
    axes_given_twice_are_refused();
    long_lists_are_joined();
    sizes_whose_product_overflows_are_refused();
    windows_that_meet_only_padding_are_refused();
    windows_too_wide_for_memory_are_refused();
    numbers_that_are_not_finite_are_refused();
    filters_without_end_are_refused();
    a_mean_beyond_its_range_is_clipped();
    a_range_may_reach_further_to_one_side();
    return CHECK_DONE();
}
