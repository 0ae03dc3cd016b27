/* Windows of pools and convolutions: output sizes and pads by ONNX's formulas,
 * and both sides of each limit. Values: test_nn_pool.c, test_nn_conv.c. */
#include <math.h>

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

/* Output and padding before, along an axis, of auto_pad SAME. */
static int same(int in, int k, int s, int d, int lower, int *before)
{
    int out = (in + s - 1) / s, reach = d * (k - 1) + 1;
    int pad = (out - 1) * s + reach - in;
    if (pad < 0) pad = 0;
    *before = lower ? pad - pad / 2 : pad / 2;
    return out;
}

/* Maximum over one window of a plane; NAN where it meets nothing. */
static float most_of(const float *in, int w, int h, int x, int y, int k, int d)
{
    float most = NAN;
    for (int i = 0; i < k * k; i++) {
        int u = x + i % k * d, v = y + i / k * d;
        if (u < 0 || v < 0 || u >= w || v >= h) continue;
        if (!(in[v * w + u] <= most)) most = in[v * w + u];
    }
    return most;
}

static void pads_of_same_are_those_of_onnx(void)
{
    uint32_t state = 5;
    for (int n = 0; n < 150; n++) {
        int w = 1 + (int)(nn_random(&state) % 12);
        int h = 1 + (int)(nn_random(&state) % 12);
        int k = 1 + (int)(nn_random(&state) % 5);
        int s = 1 + (int)(nn_random(&state) % 3);
        int d = 1 + (int)(nn_random(&state) % 2), lower = n % 2, px, py;
        int ow = same(w, k, s, d, lower, &px);
        int oh = same(h, k, s, d, lower, &py), nothing = 0;
        float in[144], want[144];
        for (int i = 0; i < w * h; i++) in[i] = nn_unit(&state);
        for (int i = 0; i < ow * oh; i++) {
            want[i] = most_of(in, w, h, i % ow * s - px, i / ow * s - py, k, d);
            nothing += isnan(want[i]);
        }
        nn_model m = {0};
        one_node(&m, 1, "MaxPool", "x");
        nn_ints(&m, "kernel_shape", 2, ALL_SAME(k));
        nn_ints(&m, "strides", 2, ALL_SAME(s));
        nn_ints(&m, "dilations", 2, ALL_SAME(d));
        nn_string(&m, "auto_pad", lower ? "SAME_LOWER" : "SAME_UPPER");
        int status = load(&m, (uint32_t)w, (uint32_t)h, CUT_NET_F32);
        CHECK_EQUAL(status, nothing ? UNSUPPORTED : CUT_OK);
        if (!status) {
            CHECK_EQUAL(cut_net_dim(net, 1, 3), ow);
            CHECK_EQUAL(cut_net_dim(net, 1, 2), oh);
            CHECK(memcmp(answer(in), want, (size_t)(ow * oh) * 4) == 0);
        }
        drop();
    }
}

/* floor((in + pads - reach) / s) + 1; with ceil_mode rounded up, unless the
 * last window would begin behind the map. */
static void sizes_are_those_of_onnx(void)
{
    for (int n = 0; n < 200; n++) {
        int in = 1 + n % 9, k = 1 + n % 3, s = 1 + n / 3 % 4, ceil = n % 2;
        int before = n / 5 % k, after = n / 7 % k;
        int room = in + before + after - k, out = room < 0 ? 0 : room / s + 1;
        if (ceil && room >= 0 && room % s && out * s < in + before) out++;
        nn_model m = {0};
        one_node(&m, 1, "MaxPool", "x");
        nn_ints(&m, "kernel_shape", 2, (int[]){k, 1});
        nn_ints(&m, "strides", 2, (int[]){s, 1});
        nn_ints(&m, "pads", 4, (int[]){before, 0, after, 0});
        nn_int(&m, "ceil_mode", ceil);
        int status = load(&m, 3, (uint32_t)in, CUT_NET_F32);
        CHECK_EQUAL(status, out ? CUT_OK : BAD);
        if (!status) CHECK_EQUAL(cut_net_dim(net, 1, 2), out);
        drop();
    }
}

/* One attribute of a pool of 1 x 1, whose other numbers are 1 and 0. */
static void numbers_of_a_window_have_limits(void)
{
    static const struct {
        const char *name;
        int count, value, status;
    } cases[] = {{"kernel_shape", 2, 0, UNSUPPORTED},
                 {"kernel_shape", 1, 1, UNSUPPORTED},
                 {"kernel_shape", 2, 1025, UNSUPPORTED},
                 {"kernel_shape", 3, 1, BAD},
                 {"strides", 2, 1024, CUT_OK},
                 {"strides", 2, 1025, UNSUPPORTED},
                 {"strides", 2, 0, UNSUPPORTED},
                 {"strides", 1, 1, UNSUPPORTED},
                 {"dilations", 2, 1024, CUT_OK},
                 {"dilations", 2, 1025, UNSUPPORTED},
                 {"dilations", 2, 0, UNSUPPORTED},
                 {"pads", 4, -1, UNSUPPORTED},
                 {"pads", 4, 0, CUT_OK},
                 {"pads", 3, 0, BAD},
                 {"pads", 5, 0, BAD},
                 {"pads", 4, 1025, UNSUPPORTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        int values[5];
        one_node(&m, 1, "AveragePool", "x");
        for (int k = 0; k < 5; k++) values[k] = cases[i].value;
        if (strcmp(cases[i].name, "kernel_shape") != 0)
            nn_ints(&m, "kernel_shape", 2, ALL_SAME(1));
        nn_ints(&m, cases[i].name, cases[i].count, values);
        CHECK_EQUAL(status_of(&m, 4, 4), cases[i].status);
    }
    for (int side = 0; side < 4; side++) /* as wide as can be, at one side */
        for (int more = 0; more < 2; more++) {
            nn_model m = {0};
            int pads[4] = {0};
            pads[side] = 1024 + more;
            nn_floats(&m, "w", 4, ALL_SAME(1), (float[]){1});
            one_node(&m, 1, "Conv", "x w");
            nn_ints(&m, "pads", 4, pads);
            CHECK_EQUAL(status_of(&m, 4, 4), more ? UNSUPPORTED : CUT_OK);
        }
    nn_model m = {0};
    one_node(&m, 1, "MaxPool", "x"); /* a kernel of no shape */
    CHECK_EQUAL(status_of(&m, 4, 4), BAD);
    static const char *const words[] = {"VALID", "NOTSET", "SAME"};
    for (int i = 0; i < 3; i++) {
        one_node(&m, 1, "MaxPool", "x");
        nn_ints(&m, "kernel_shape", 2, ALL_SAME(1));
        nn_string(&m, "auto_pad", words[i]);
        CHECK_EQUAL(status_of(&m, 4, 4), i < 2 ? CUT_OK : BAD);
    }
    one_node(&m, 1, "MaxPool", "x");
    nn_ints(&m, "kernel_shape", 2, ALL_SAME(3));
    nn_string(&m, "auto_pad", "VALID"); /* pads are of no account */
    nn_ints(&m, "pads", 4, ALL_SAME(1));
    CHECK_EQUAL(load(&m, 8, 8, 0), CUT_OK);
    CHECK_EQUAL(cut_net_dim(net, 1, 2), 6);
    drop();
}

/* Weights of `rank`, dims and a bias of so many for x of 6 channels. */
static void weights_fit_their_input(void)
{
    static const float zeros[600];
    static const struct {
        int rank, dims[5], groups, bias, status;
    } cases[] = {{4, {4, 6, 1, 1}, 1, 0, CUT_OK},
                 {4, {4, 6, 1, 1}, 1, 4, CUT_OK},
                 {4, {4, 6, 1, 1}, 1, 3, BAD},
                 {4, {4, 5, 1, 1}, 1, 0, BAD},
                 {4, {4, 3, 1, 1}, 2, 4, CUT_OK},
                 {4, {4, 3, 1, 1}, 1, 0, BAD},
                 {4, {3, 3, 1, 1}, 2, 0, BAD},
                 {4, {4, 2, 1, 1}, 4, 0, BAD},
                 {4, {6, 1, 3, 3}, 6, 0, CUT_OK},
                 {4, {4, 6, 1, 1}, 0, 0, BAD},
                 {4, {4, 6, 1, 1}, -1, 0, BAD},
                 {3, {4, 6, 1}, 1, 0, UNSUPPORTED},
                 {5, {4, 6, 1, 1, 1}, 1, 0, UNSUPPORTED},
                 {4, {0, 6, 1, 1}, 1, 0, BAD},
                 {4, {4, 6, 0, 1}, 1, 0, BAD},
                 {4, {4, 6, 1, 0}, 1, 0, BAD}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_model m = {0};
        nn_floats(&m, "w", cases[i].rank, cases[i].dims, zeros);
        if (cases[i].bias) nn_floats(&m, "b", 1, &cases[i].bias, zeros);
        one_node(&m, 6, "Conv", cases[i].bias ? "x w b" : "x w");
        nn_int(&m, "group", cases[i].groups);
        nn_ints(&m, "pads", 4, ALL_SAME(1));
        CHECK_EQUAL(status_of(&m, 5, 5), cases[i].status);
    }
    static const int shapes[3][2] = {{3, 3}, {3, 1}, {1, 3}};
    for (int i = 0; i < 3; i++) { /* kernel_shape says what the weights do */
        nn_model m = {0};
        nn_floats(&m, "w", 4, (int[]){1, 6, 3, 3}, zeros);
        one_node(&m, 6, "Conv", "x w");
        nn_ints(&m, "kernel_shape", 2, shapes[i]);
        CHECK_EQUAL(status_of(&m, 5, 5), i ? BAD : CUT_OK);
    }
    for (int more = 0; more < 2; more++)
        for (int axis = 2; axis < 4; axis++) {
            nn_model m = {0};
            int dims[4] = {1, 1, 1, 1};
            dims[axis] = 1024 + more;
            float *data = calloc(1025, 4);
            nn_floats(&m, "w", 4, dims, data);
            free(data);
            one_node(&m, 1, "Conv", "x w");
            nn_string(&m, "auto_pad", "SAME_UPPER");
            CHECK_EQUAL(status_of(&m, 4, 4), more ? UNSUPPORTED : CUT_OK);
        }
}

static void a_window_beyond_its_map_is_refused(void)
{
    for (int k = 5; k <= 7; k++) {
        nn_model m = {0};
        one_node(&m, 1, "MaxPool", "x");
        nn_ints(&m, "kernel_shape", 2, ALL_SAME(k));
        CHECK_EQUAL(status_of(&m, 5, 5), k == 5 ? CUT_OK : BAD);
    }
}

int main(void)
{
    a_window_beyond_its_map_is_refused();
    pads_of_same_are_those_of_onnx();
    sizes_are_those_of_onnx();
    numbers_of_a_window_have_limits();
    weights_fit_their_input();
    return CHECK_DONE();
}
