/* What the import makes of an operator's attributes and operands, and which it
 * refuses. Windows: test_nn_window.c; values: test_nn_point.c and its
 * neighbours. */
#include "nn_net.h"

/* The status of loading a model for maps of w x h; frees it. */
static int status_of(nn_model *m, uint32_t w, uint32_t h)
{
    int status = load(m, w, h, CUT_NET_F32);
    CHECK(status == CUT_OK || cut_net_message(net)[0]);
    drop();
    return status;
}

enum { BAD = CUT_E_MODEL, UNSUPPORTED = CUT_E_MODEL_UNSUPPORTED };

/* ---- means, lists of maps ---------------------------------------------- */

static void means_are_of_the_channels_or_of_the_map(void)
{
    static const struct {
        int count, axes[4], keep, as_input, status;
    } cases[] = {{1, {1}, 1, 0, CUT_OK},
                 {1, {-3}, 1, 1, CUT_OK},
                 {2, {2, 3}, 1, 0, CUT_OK},
                 {2, {-1, -2}, 1, 1, CUT_OK},
                 {2, {3, 2}, 1, 1, CUT_OK},
                 {1, {1}, 0, 0, UNSUPPORTED},
                 {1, {2}, 1, 0, UNSUPPORTED},
                 {2, {1, 2}, 1, 1, UNSUPPORTED},
                 {3, {1, 2, 3}, 1, 0, UNSUPPORTED},
                 {1, {4}, 1, 0, BAD},
                 {1, {4}, 1, 1, BAD},
                 {1, {-5}, 1, 0, BAD},
                 {1, {-5}, 1, 1, BAD},
                 {1, {0}, 1, 0, UNSUPPORTED},
                 {1, {-4}, 1, 1, UNSUPPORTED},
                 {0, {0}, 1, 0, UNSUPPORTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        int64_t list[4];
        for (int k = 0; k < 4; k++) list[k] = cases[i].axes[k];
        nn_int64s(&m, "axes", 1, &cases[i].count, list);
        one_node(&m, 3, "ReduceMean", cases[i].as_input ? "x axes" : "x");
        if (!cases[i].as_input)
            nn_ints(&m, "axes", cases[i].count, cases[i].axes);
        nn_int(&m, "keepdims", cases[i].keep);
        int status = load(&m, 4, 5, CUT_NET_F32);
        CHECK_EQUAL(status, cases[i].status);
        if (!status) {
            int all = cases[i].count == 2;
            CHECK_EQUAL(cut_net_dim(net, 1, 1), all ? 3 : 1);
            CHECK_EQUAL(cut_net_dim(net, 1, 2), all ? 1 : 5);
            CHECK_EQUAL(cut_net_dim(net, 1, 3), all ? 1 : 4);
        }
        drop();
    }
}

static void maps_of_one_size_are_joined_by_channel(void)
{
    static const struct {
        const char *ins;
        int axis, status;
    } cases[] = {{"x x", 1, CUT_OK},       {"x x", -3, CUT_OK},
                 {"x x", 0, UNSUPPORTED},  {"x x", 2, UNSUPPORTED},
                 {"x x", -2, UNSUPPORTED}, {"x small", 1, BAD},
                 {"x flat", 1, BAD},       {"x k", 1, UNSUPPORTED},
                 {"x ", 1, CUT_OK},        {"x  x", 1, UNSUPPORTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        nn_input(&m, "x", 3, 0, 0);
        nn_output(&m, "y");
        nn_floats(&m, "k", 4, (int[]){1, 3, 4, 4}, (float[48]){0});
        nn_node(&m, "MaxPool", "p", "x", "small");
        nn_ints(&m, "kernel_shape", 2, (int[]){1, 2});
        nn_node(&m, "MaxPool", "q", "x", "flat");
        nn_ints(&m, "kernel_shape", 2, (int[]){2, 1});
        nn_node(&m, "Concat", "the_node", cases[i].ins, "y");
        nn_int(&m, "axis", cases[i].axis);
        int status = load(&m, 4, 4, CUT_NET_F32);
        CHECK_EQUAL(status, cases[i].status);
        if (!status)
            CHECK_EQUAL(cut_net_dim(net, 1, 1),
                        strcmp(cases[i].ins, "x ") == 0 ? 3 : 6);
        drop();
    }
}

/* ---- resizes ----------------------------------------------------------- */

/* Scales or sizes of x [1, 3, 5, 4]; 0 of either is not given. */
static void a_resize_is_of_height_and_width_alone(void)
{
    static const struct {
        float list[4];
        int by_size, status, h, w;
    } cases[] = {{{1, 1, 2, 3}, 0, CUT_OK, 10, 12},
                 {{1, 3, 7, 9}, 1, CUT_OK, 7, 9},
                 {{1, 1, 0.5f, 0.5f}, 0, CUT_OK, 2, 2},
                 {{2, 1, 2, 2}, 0, UNSUPPORTED, 0, 0},
                 {{1, 2, 2, 2}, 0, UNSUPPORTED, 0, 0},
                 {{1, 1, 7, 9}, 1, UNSUPPORTED, 0, 0},
                 {{2, 3, 7, 9}, 1, UNSUPPORTED, 0, 0},
                 {{1, 1, 0, 1}, 0, BAD, 0, 0},
                 {{1, 1, 1, -1}, 0, BAD, 0, 0},
                 {{1, 3, 8193, 1}, 1, BAD, 0, 0},
                 {{1, 3, 1, 8193}, 1, BAD, 0, 0},
                 {{1, 3, 8192, 1}, 1, CUT_OK, 8192, 1},
                 {{1, 1, 0.1f, 1}, 0, BAD, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        int64_t sizes[4];
        for (int k = 0; k < 4; k++) sizes[k] = (int64_t)cases[i].list[k];
        nn_floats(&m, "scales", 1, ALL_SAME(4), cases[i].list);
        nn_int64s(&m, "sizes", 1, ALL_SAME(4), sizes);
        one_node(&m, 3, "Resize", cases[i].by_size ? "x   sizes" : "x  scales");
        int status = load(&m, 4, 5, CUT_NET_F32);
        CHECK_EQUAL(status, cases[i].status);
        if (!status) {
            CHECK_EQUAL(cut_net_dim(net, 1, 2), cases[i].h);
            CHECK_EQUAL(cut_net_dim(net, 1, 3), cases[i].w);
        }
        drop();
    }
    for (int count = 3; count < 6; count++) {
        nn_model m = {0};
        nn_floats(&m, "scales", 1, &count, (float[]){1, 1, 2, 2, 2});
        one_node(&m, 3, "Resize", "x  scales");
        CHECK_EQUAL(status_of(&m, 4, 4), count == 4 ? CUT_OK : UNSUPPORTED);
    }
    nn_model m = {0};
    one_node(&m, 3, "Resize", "x");
    CHECK_EQUAL(status_of(&m, 4, 4), UNSUPPORTED);
}

static void a_resizes_modes_are_known_or_refused(void)
{
    static const struct {
        const char *name, *value;
        int status;
    } cases[] = {
        {"mode", "nearest", CUT_OK},
        {"mode", "linear", CUT_OK},
        {"mode", "cubic", UNSUPPORTED},
        {"nearest_mode", "ceil", CUT_OK},
        {"nearest_mode", "x", UNSUPPORTED},
        {"coordinate_transformation_mode", "asymmetric", CUT_OK},
        {"coordinate_transformation_mode", "tf_crop_and_resize", UNSUPPORTED},
        {"keep_aspect_ratio_policy", "stretch", CUT_OK},
        {"keep_aspect_ratio_policy", "not_larger", UNSUPPORTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        nn_floats(&m, "scales", 1, ALL_SAME(4), (float[]){1, 1, 2, 2});
        one_node(&m, 3, "Resize", "x  scales");
        nn_string(&m, cases[i].name, cases[i].value);
        CHECK_EQUAL(status_of(&m, 4, 4), cases[i].status);
    }
    for (int on = 0; on < 2; on++) {
        nn_model m = {0};
        nn_floats(&m, "scales", 1, ALL_SAME(4), (float[]){1, 1, 2, 2});
        one_node(&m, 3, "Resize", "x  scales");
        nn_int(&m, "antialias", on);
        CHECK_EQUAL(status_of(&m, 4, 4), on ? UNSUPPORTED : CUT_OK);
    }
}

/* Before operator set 11: scales second, asymmetric, rounded down; since:
 * half_pixel, rounded to the nearest. Three pixels to five. */
static void defaults_of_a_resize_depend_on_the_operator_set(void)
{
    static const float in[3] = {10, 20, 30};
    static const float want[3][5] = {
        {10, 10, 20, 20, 30}, {10, 10, 20, 30, 30}, {10, 10, 20, 20, 30}};
    for (int i = 0; i < 3; i++) {
        nn_model m = {.opset = i == 1 ? 11 : i == 2 ? 9 : 10};
        nn_floats(&m, "scales", 1, ALL_SAME(4),
                  (float[]){1, 1, 1, 5 / 3.0f + 1e-4f});
        one_node(&m, 1, i == 2 ? "Upsample" : "Resize",
                 i == 1 ? "x  scales" : "x scales");
        CHECK_EQUAL(load(&m, 3, 1, CUT_NET_F32), CUT_OK);
        CHECK_EQUAL(cut_net_dim(net, 1, 3), 5);
        const float *y = answer(in);
        for (int k = 0; y && k < 5; k++) CHECK(y[k] == want[i][k]);
        drop();
    }
}

/* ---- elementwise ------------------------------------------------------- */

static void limits_of_a_clip_come_either_way(void)
{
    static const float in[4] = {-9, -1, 1, 9};
    static const struct {
        const char *ins;
        int attributes;
        float want[4];
    } cases[] = {{"x", 0, {-9, -1, 1, 9}},
                 {"x", 1, {-2, -1, 1, 3}},
                 {"x lo", 0, {-2, -1, 1, 9}},
                 {"x  hi", 0, {-9, -1, 1, 3}},
                 {"x lo hi", 0, {-2, -1, 1, 3}}};
    for (int i = 0; i < 5; i++) {
        nn_model m = {0};
        nn_floats(&m, "lo", 0, NULL, (float[]){-2});
        nn_floats(&m, "hi", 0, NULL, (float[]){3});
        one_node(&m, 1, "Clip", cases[i].ins);
        if (cases[i].attributes) {
            nn_float(&m, "min", -2);
            nn_float(&m, "max", 3);
        }
        CHECK_EQUAL(load(&m, 4, 1, CUT_NET_F32), CUT_OK);
        const float *y = answer(in);
        CHECK(y && memcmp(y, cases[i].want, 16) == 0);
        drop();
    }
    nn_model m = {0};
    nn_floats(&m, "two", 1, ALL_SAME(2), (float[]){-2, 3});
    one_node(&m, 1, "Clip", "x two");
    CHECK_EQUAL(status_of(&m, 4, 1), UNSUPPORTED);
    one_node(&m, 1, "Clip", "x x");
    CHECK_EQUAL(status_of(&m, 4, 1), UNSUPPORTED);
}

static void a_batch_norm_has_a_number_for_each_channel(void)
{
    for (int bad = 0; bad < 7; bad++) { /* 1..4: that parameter; modes */
        static const char *const names[] = {"a", "b", "c", "d"};
        nn_model m = {0};
        for (int i = 0; i < 4; i++)
            nn_floats(&m, names[i], 1, (int[]){bad == i + 1 ? 2 : 3},
                      (float[]){1, 1, 1});
        one_node(&m, 3, "BatchNormalization", "x a b c d");
        nn_int(&m, "training_mode", bad == 5);
        nn_int(&m, "spatial", bad != 6);
        CHECK_EQUAL(status_of(&m, 4, 4), !bad      ? CUT_OK
                                         : bad < 5 ? BAD
                                                   : UNSUPPORTED);
    }
}

/* Shapes of a constant operand for x [1, 3, 4, 5]. */
static void operands_are_broadcast_by_pixel_or_by_channel(void)
{
    static const float zeros[200];
    static const struct {
        int rank, dims[5], status;
    } cases[] = {{0, {0}, CUT_OK},
                 {1, {1}, CUT_OK},
                 {1, {5}, UNSUPPORTED},
                 {2, {4, 5}, CUT_OK},
                 {3, {3, 1, 1}, CUT_OK},
                 {3, {2, 1, 1}, UNSUPPORTED},
                 {3, {1, 4, 5}, CUT_OK},
                 {3, {3, 4, 5}, CUT_OK},
                 {4, {1, 3, 4, 5}, CUT_OK},
                 {4, {2, 3, 1, 1}, UNSUPPORTED},
                 {4, {1, 3, 4, 1}, UNSUPPORTED},
                 {4, {1, 1, 1, 5}, UNSUPPORTED},
                 {5, {1, 1, 3, 1, 1}, UNSUPPORTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int first = 0; first < 2; first++) {
            nn_model m = {0};
            nn_floats(&m, "k", cases[i].rank, cases[i].dims, zeros);
            one_node(&m, 3, "Add", first ? "k x" : "x k");
            CHECK_EQUAL(status_of(&m, 5, 4), cases[i].status);
        }
    nn_model m = {0};
    one_node(&m, 3, "Add", "x");
    CHECK_EQUAL(status_of(&m, 5, 4), BAD);
    for (int to = 0; to < 12; to++) {
        one_node(&m, 3, "Cast", "x");
        nn_int(&m, "to", to);
        CHECK_EQUAL(status_of(&m, 5, 4), to == NN_F32 ? CUT_OK : UNSUPPORTED);
    }
}

/* ---- inputs and outputs ------------------------------------------------ */

static void the_input_is_a_map_of_the_asked_size(void)
{
    static const struct {
        int type, rank, dims[5], status;
        uint32_t c;
    } cases[] = {{NN_F32, 4, {1, 7, 4, 5}, CUT_OK, 7},
                 {NN_F32, 4, {0}, CUT_OK, 3},
                 {NN_F32, 4, {1, 3, 4, 6}, BAD, 0},
                 {NN_F32, 4, {1, 3, 5, 5}, BAD, 0},
                 {NN_F32, 4, {2, 3, 4, 5}, UNSUPPORTED, 0},
                 {NN_F32, 3, {3, 4, 5}, UNSUPPORTED, 0},
                 {NN_F32, 5, {1, 1, 3, 4, 5}, UNSUPPORTED, 0},
                 {NN_U8, 4, {1, 3, 4, 5}, UNSUPPORTED, 0},
                 {NN_F32, 4, {1, 65537, 4, 5}, BAD, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        nn_value(&m, 11, "x", cases[i].type, cases[i].rank, cases[i].dims);
        nn_output(&m, "y");
        nn_node(&m, "Relu", "r", "x", "y");
        int status = load(&m, 5, 4, CUT_NET_F32);
        CHECK_EQUAL(status, cases[i].status);
        if (!status) CHECK_EQUAL(cut_net_dim(net, 0, 1), cases[i].c);
        drop();
    }
}

static void an_output_is_made_of_the_input(void)
{
    nn_model m = {0};
    nn_input(&m, "x", 3, 0, 0);
    nn_node(&m, "Relu", "r", "x", "y");
    CHECK_EQUAL(status_of(&m, 4, 4), BAD); /* none */
    nn_input(&m, "x", 3, 0, 0);
    nn_output(&m, "z");
    nn_node(&m, "Relu", "r", "x", "y");
    CHECK_EQUAL(status_of(&m, 4, 4), BAD); /* nothing makes it */
    nn_input(&m, "x", 3, 0, 0);
    nn_output(&m, "k");
    nn_floats(&m, "k", 0, NULL, (float[]){1});
    nn_node(&m, "Relu", "r", "x", "y");
    CHECK_EQUAL(status_of(&m, 4, 4), UNSUPPORTED); /* a constant */
    nn_output(&m, "y");
    nn_node(&m, "Relu", "r", "x", "y");
    CHECK_EQUAL(status_of(&m, 4, 4), BAD); /* no input */
    nn_input(&m, "x", 3, 0, 0); /* an initializer that is listed, too */
    nn_input(&m, "k", 3, 0, 0);
    nn_output(&m, "y");
    nn_floats(&m, "k", 0, NULL, (float[]){1});
    nn_node(&m, "Add", "r", "x k", "y");
    CHECK_EQUAL(status_of(&m, 4, 4), CUT_OK);
}

int main(void)
{
    means_are_of_the_channels_or_of_the_map();
    maps_of_one_size_are_joined_by_channel();
    a_resize_is_of_height_and_width_alone();
    a_resizes_modes_are_known_or_refused();
    defaults_of_a_resize_depend_on_the_operator_set();
    limits_of_a_clip_come_either_way();
    a_batch_norm_has_a_number_for_each_channel();
    operands_are_broadcast_by_pixel_or_by_channel();
    the_input_is_a_map_of_the_asked_size();
    an_output_is_made_of_the_input();
    return CHECK_DONE();
}
