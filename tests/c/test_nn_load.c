/* The network's life: the order of its calls, memory, repeatability, the plan.
 * What models are refused: test_nn_refused.c; kernels: test_nn_conv.c and its
 * neighbours.
 * Long because each message of the format has its own damage.
 */
#include <math.h>

#include "cJSON.h"
#include "nn_net.h"

/* ---- models ------------------------------------------------------------ */

static void random_floats(nn_model *m, const char *name, int rank,
                          const int *dims, float scale, uint32_t seed)
{
    size_t count = nn_count(rank, dims);
    float *data = malloc(count * sizeof *data);
    for (size_t i = 0; i < count; i++) data[i] = nn_unit(&seed) * scale;
    nn_floats(m, name, rank, dims, data);
    free(data);
}

/* int8 weights by output channel; `name` is what DequantizeLinear makes. */
static void random_int8s(nn_model *m, const char *name, int rank,
                         const int *dims, uint32_t seed)
{
    size_t count = nn_count(rank, dims);
    int8_t *data = malloc(count);
    float *scales = malloc((size_t)dims[0] * sizeof *scales);
    char q[32], s[32], ins[80];
    snprintf(q, sizeof q, "%s_q", name);
    snprintf(s, sizeof s, "%s_s", name);
    snprintf(ins, sizeof ins, "%s %s", q, s);
    for (size_t i = 0; i < count; i++)
        data[i] = (int8_t)(nn_random(&seed) % 255 - 127);
    for (int i = 0; i < dims[0]; i++)
        scales[i] = 0.002f + (float)(i % 5) / 4096.0f;
    nn_int8s(m, q, rank, dims, data);
    nn_floats(m, s, 1, dims, scales);
    nn_node(m, "DequantizeLinear", name, ins, name);
    nn_int(m, "axis", 0);
    free(data);
    free(scales);
}

/* A little of everything: strided stem, inverted residual, pooled branch,
 * concatenation, resize, sigmoid. */
static void small_net(nn_model *m, int int8)
{
    const int dims[5][4] = {{8, 3, 3, 3},
                            {16, 8, 1, 1},
                            {16, 1, 3, 3},
                            {8, 16, 1, 1},
                            {1, 16, 1, 1}};
    static const char *const names[5] = {"w0", "w1", "w2", "w3", "w4"};
    nn_input(m, "x", 3, 0, 0);
    for (uint32_t i = 0; i < 5; i++) {
        if (int8)
            random_int8s(m, names[i], 4, dims[i], i + 7);
        else
            random_floats(m, names[i], 4, dims[i], 0.25f, i + 7);
    }
    random_floats(m, "bias", 1, (int[]){8}, 0.5f, 3);
    nn_node(m, "Conv", "stem", "x w0 bias", "stem");
    nn_ints(m, "pads", 4, ALL_SAME(1));
    nn_ints(m, "strides", 2, ALL_SAME(2));
    nn_node(m, "Relu", "relu", "stem", "a");
    nn_node(m, "Conv", "wide", "a w1", "wide");
    nn_node(m, "Relu", "relu2", "wide", "wide_r");
    nn_node(m, "Conv", "depth", "wide_r w2", "depth");
    nn_int(m, "group", 16);
    nn_ints(m, "pads", 4, ALL_SAME(1));
    nn_node(m, "HardSwish", "swish", "depth", "swish");
    nn_node(m, "Conv", "narrow", "swish w3", "narrow");
    nn_node(m, "Add", "sum", "narrow a", "sum");
    nn_node(m, "AveragePool", "pool", "sum", "pool");
    nn_ints(m, "kernel_shape", 2, ALL_SAME(2));
    nn_ints(m, "strides", 2, ALL_SAME(2));
    nn_floats(m, "scales", 1, ALL_SAME(4), (float[]){1, 1, 2, 2});
    nn_node(m, "Resize", "up", "pool  scales", "up");
    nn_string(m, "mode", "linear");
    nn_node(m, "Concat", "both", "sum up", "both");
    nn_int(m, "axis", 1);
    nn_node(m, "Conv", "last", "both w4", "last");
    nn_node(m, "Sigmoid", "y", "last", "y");
    nn_output(m, "y");
    m->opset = 14;
    nn_finish(m);
}

/* ---- the order of things ------------------------------------------------ */

static void a_file_that_ends_early_is_refused(void)
{
    nn_model m = {0};
    small_net(&m, 1);
    int refused = 0;
    size_t end = m.file.size;
    for (size_t size = 0; size < end; size += size < 64 ? 1 : 53) {
        /* exactly so many bytes, so that ASan sees a read past the end */
        uint8_t *cut = malloc(size + 1);
        memcpy(cut, m.file.at, size);
        net = cut_net_new();
        int status = cut_net_load(net, cut, (uint32_t)size, 16, 16, 0, "", 0);
        refused += status == CUT_E_MODEL || status == CUT_E_MODEL_UNSUPPORTED;
        CHECK(status == CUT_OK || cut_net_message(net)[0]);
        free(cut);
        cut_net_free(net);
    }
    CHECK(refused > 60);
    CHECK_EQUAL(cut_live_blocks(), 0);
    nn_model_free(&m);
}

static void calls_out_of_order_change_nothing(void)
{
    nn_model m = {0};
    float nothing = 0;
    net = cut_net_new();
    CHECK_EQUAL(cut_net_begin(net, &nothing, 1), CUT_E_STATE);
    CHECK_EQUAL(cut_net_step(net, 1), CUT_E_STATE);
    CHECK(!cut_net_output(net));
    cut_net_free(net);

    small_net(&m, 0);
    CHECK_EQUAL(load(&m, 16, 16, CUT_NET_F32), CUT_OK);
    CHECK_EQUAL(cut_net_step(net, 1), CUT_E_STATE);
    CHECK_EQUAL(cut_net_load(net, (const uint8_t *)"", 0, 8, 8, 0, "", 0),
                CUT_E_STATE);
    CHECK_EQUAL(cut_net_progress(net), 0);
    uint32_t hash = run(1, 1000);
    CHECK(hash != 0);
    CHECK_EQUAL(cut_net_progress(net), 1000);
    CHECK_EQUAL(cut_net_step(net, 1), CUT_E_STATE);
    CHECK(cut_net_output(net) != NULL); /* still there */
    float *input = random_input(2);
    CHECK_EQUAL(cut_net_begin(net, input, input_count()), CUT_OK);
    CHECK(!cut_net_output(net));
    cut_net_step(net, 0); /* begun and forgotten */
    free(input);
    CHECK_EQUAL(run(1, 1000), hash);
    drop();
}

static void an_arithmetic_that_is_none_is_a_bad_argument(void)
{
    nn_model m = {0};
    small_net(&m, 0);
    net = cut_net_new();
    for (int arithmetic = -1; arithmetic < 5; arithmetic += 4) {
        CHECK_EQUAL(cut_net_load(net, m.file.at, (uint32_t)m.file.size, 16, 16,
                                 arithmetic, "", 0),
                    CUT_E_ARGUMENT);
        CHECK(says(arithmetic < 0 ? "-1" : "3"));
    }
    /* no load yet: the next one may succeed */
    CHECK_EQUAL(cut_net_load(net, m.file.at, (uint32_t)m.file.size, 16, 16,
                             CUT_NET_F32, "", 0),
                CUT_OK);
    nn_model_free(&m);
    drop();
}

static void a_failed_load_cannot_be_repeated(void)
{
    nn_model m = {0}, good = {0};
    one_node(&m, 3, "Softmax", "x");
    load(&m, 8, 8, CUT_NET_AUTO);
    small_net(&good, 0);
    CHECK_EQUAL(cut_net_load(net, good.file.at, (uint32_t)good.file.size, 16,
                             16, 0, "", 0),
                CUT_E_STATE);
    nn_model_free(&good);
    drop();
}

static void inputs_are_counted_and_finite(void)
{
    nn_model m = {0};
    small_net(&m, 0);
    load(&m, 16, 16, CUT_NET_F32);
    float *input = random_input(1);
    uint32_t n = input_count();
    CHECK_EQUAL(n, 3 * 16 * 16);
    CHECK_EQUAL(cut_net_begin(net, input, n - 1), CUT_E_ARGUMENT);
    CHECK(says("3 x 16 x 16") && says("767"));
    CHECK_EQUAL(cut_net_begin(net, input, n + 1), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_net_begin(net, input, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_net_step(net, 1), CUT_E_STATE); /* nothing began */
    const float bad[3] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        input[n - 1] = bad[i];
        CHECK_EQUAL(cut_net_begin(net, input, n), CUT_E_INFERENCE);
        CHECK(says("767"));
        CHECK_EQUAL(cut_net_step(net, 1), CUT_E_STATE);
    }
    free(input);
    drop();
}

static void the_asked_output_is_computed(void)
{
    nn_model m = {0};
    nn_input(&m, "x", 3, 0, 0);
    nn_node(&m, "Relu", "r", "x", "a");
    nn_node(&m, "MaxPool", "p", "x", "b");
    nn_ints(&m, "kernel_shape", 2, ALL_SAME(2));
    nn_output(&m, "a");
    nn_output(&m, "b");
    nn_finish(&m);
    static const struct {
        const char *name;
        uint32_t w;
    } rows[] = {{"a", 9}, {"b", 8}, {"", 9}, {"nonsense", 9}};
    for (int i = 0; i < 4; i++) {
        net = cut_net_new();
        CHECK_EQUAL(cut_net_load(net, m.file.at, (uint32_t)m.file.size, 9, 9,
                                 CUT_NET_F32, rows[i].name,
                                 (uint32_t)strlen(rows[i].name)),
                    CUT_OK);
        CHECK_EQUAL(cut_net_dim(net, 1, 3), rows[i].w);
        drop();
    }
    nn_model_free(&m);
}

/* ---- memory ------------------------------------------------------------ */

static void every_refused_allocation_is_survived(int int8)
{
    nn_model m = {0};
    small_net(&m, int8);
    uint32_t failures = 0;
    for (int ok = 0; !ok && failures < 5000;) {
        uint32_t before = cut_alloc_refusals();
        cut_alloc_fail_at(failures + 1);
        net = cut_net_new();
        int status = CUT_E_MEMORY;
        if (net)
            status = cut_net_load(net, m.file.at, (uint32_t)m.file.size, 16, 16,
                                  int8 ? CUT_NET_I16 : CUT_NET_F32, "", 0);
        cut_alloc_fail_at(0);
        ok = cut_alloc_refusals() == before;
        if (status == CUT_OK) { /* perhaps without what was refused */
            uint32_t bytes = cut_live_bytes();
            cut_alloc_fail_at(1); /* a run asks for none */
            CHECK(run(1, 1) != 0);
            cut_alloc_fail_at(0);
            CHECK_EQUAL(cut_live_bytes(), bytes);
        } else {
            CHECK_EQUAL(status, CUT_E_MEMORY);
            CHECK(!net || cut_net_message(net)[0]);
        }
        failures++;
        cut_net_free(net);
        CHECK_EQUAL(cut_live_blocks(), 0);
    }
    CHECK(failures > 30);
    nn_model_free(&m);
}

static void a_refused_allocation_is_survived(void)
{
    every_refused_allocation_is_survived(0);
    every_refused_allocation_is_survived(1);
}

static void the_memory_limit_is_kept(void)
{
    nn_model m = {0};
    small_net(&m, 0);
    cut_peak_reset();
    net = cut_net_new();
    CHECK_EQUAL(cut_net_load(net, m.file.at, (uint32_t)m.file.size, 64, 64,
                             CUT_NET_F32, "", 0),
                CUT_OK);
    CHECK(cut_net_bytes(net) > 0 && cut_net_bytes(net) <= cut_peak_bytes());
    cut_net_free(net);
    uint32_t peak = cut_peak_bytes();
    for (int i = 1; i < 4; i++) {
        cut_memory_limit(peak / 4 * (uint32_t)i);
        net = cut_net_new();
        CHECK_EQUAL(cut_net_load(net, m.file.at, (uint32_t)m.file.size, 64, 64,
                                 CUT_NET_F32, "", 0),
                    CUT_E_MEMORY);
        cut_net_free(net);
    }
    cut_memory_limit(0);
    CHECK_EQUAL(cut_live_blocks(), 0);
    nn_model_free(&m);
}

/* A row of 4 MB at a stride of 1024 is 2^32 bytes, which is 0 in wasm. */
static void a_row_and_a_stride_may_fill_the_address_space(void)
{
    nn_model m = {0};
    nn_input(&m, "x", 3, 0, 0);
    nn_output(&m, "y");
    random_floats(&m, "w", 4, (int[]){512, 3, 1, 1}, 1, 1);
    random_floats(&m, "v", 4, (int[]){8, 512, 1, 1}, 1, 2);
    nn_node(&m, "Conv", "a", "x w", "a");
    nn_node(&m, "Conv", "y", "a v", "y");
    nn_ints(&m, "strides", 2, ALL_SAME(1024));
    CHECK_EQUAL(load(&m, 2048, 1, CUT_NET_F32), CUT_OK);
    CHECK_EQUAL(cut_net_dim(net, 1, 3), 2);
    CHECK(run(1, 1000) != 0);
    drop();
}

/* ---- repeatability ----------------------------------------------------- */

static void runs_repeat_to_the_bit_in_any_pieces(void)
{
    for (int int8 = 0; int8 < 2; int8++) {
        nn_model m = {0};
        small_net(&m, int8);
        CHECK_EQUAL(load(&m, 40, 24, int8 ? CUT_NET_I16 : CUT_NET_F32), CUT_OK);
        uint32_t first = run(5, 100000), other = run(6, 100000);
        CHECK(first != 0 && other != 0 && first != other);
        CHECK_EQUAL(run(5, 1), first); /* a million at a time */
        CHECK_EQUAL(run(6, 0), other); /* a step at a time */
        CHECK_EQUAL(run(5, 100000), first);
        drop();
    }
}

/* The bits of two small networks. They change only when arithmetic is changed
 * on purpose; then the new numbers, which this prints, go here. The same stand
 * for native code and wasm. */
static void the_bits_are_those_of_every_platform(void)
{
    static const uint32_t golden[2] = {4245076908u, 1972653194u};
    static const char ranges[] =
        "x -2000000 2000000\na 0 6000000\nwide_r 0 9000000\n"
        "depth -9000000 9000000\nswish -400000 9000000\n"
        "sum -6000000 9000000\npool -6000000 9000000\nup -6000000 9000000\n"
        "last -5000000 5000000\ny 0 1000000\n";
    for (int int8 = 0; int8 < 2; int8++) {
        nn_model m = {0};
        m.ranges = ranges;
        small_net(&m, int8);
        CHECK_EQUAL(load(&m, 40, 24, int8 ? CUT_NET_I16 : CUT_NET_F32), CUT_OK);
        CHECK(strstr(cut_net_plan_json(net), int8 ? "\"arithmetic\":\"i16\""
                                                  : "\"arithmetic\":\"f32\"") !=
              NULL);
        CHECK_EQUAL(run(9, 1), golden[int8]);
        drop();
    }
}

static void ranges_come_back_as_they_were_recorded(void)
{
    nn_model m = {0};
    small_net(&m, 1);
    net = cut_net_new();
    cut_net_record(net, 1);
    CHECK_EQUAL(cut_net_load(net, m.file.at, (uint32_t)m.file.size, 24, 24,
                             CUT_NET_AUTO, "", 0),
                CUT_OK);
    nn_model_free(&m);
    CHECK(cut_net_ranges(net)[0] == 0);
    run(1, 1000);
    char *ranges = malloc(strlen(cut_net_ranges(net)) + 1);
    strcpy(ranges, cut_net_ranges(net));
    CHECK(strncmp(ranges, "x -", 3) == 0 && strstr(ranges, "\ny ") != NULL);
    run(1, 1000); /* the same picture widens nothing */
    CHECK(strcmp(ranges, cut_net_ranges(net)) == 0);
    const float *exact = cut_net_output(net);
    float was[24 * 24 / 4];
    CHECK_EQUAL(cut_net_dim(net, 1, 2) * cut_net_dim(net, 1, 3), 24 * 24 / 4);
    memcpy(was, exact, sizeof was);
    drop();

    m = (nn_model){.ranges = ranges};
    small_net(&m, 1);
    CHECK_EQUAL(load(&m, 24, 24, CUT_NET_I16), CUT_OK);
    free(ranges);
    run(1, 1000);
    double most = 0;
    for (int i = 0; i < 24 * 24 / 4; i++) {
        double d = fabs((double)cut_net_output(net)[i] - (double)was[i]);
        most = d > most ? d : most;
    }
    CHECK(most > 0 && most < 2e-3);
    drop();
}

/* ---- the plan ---------------------------------------------------------- */

static void maps_that_live_together_lie_apart(void)
{
    static const struct {
        const char *name, *last;
    } lives[] = {{"a", "d"}, {"b", "f"}, {"c", "d"},
                 {"d", "e"}, {"e", "f"}, {"f", "f"}};
    nn_model m = {0};
    nn_input(&m, "x", 8, 0, 0);
    nn_output(&m, "f");
    random_floats(&m, "w", 4, (int[]){8, 8, 3, 3}, 1, 1);
    static const char *const convs[3][2] = {
        {"x w", "a"}, {"a w", "b"}, {"b w", "c"}};
    for (int i = 0; i < 3; i++) {
        nn_node(&m, "Conv", convs[i][1], convs[i][0], convs[i][1]);
        nn_ints(&m, "pads", 4, ALL_SAME(1));
    }
    nn_node(&m, "Mul", "d", "c a", "d");
    nn_node(&m, "Sigmoid", "e", "d", "e");
    nn_node(&m, "Mul", "f", "e b", "f");
    CHECK_EQUAL(load(&m, 12, 20, CUT_NET_F32), CUT_OK);
    cJSON *plan = cJSON_Parse(cut_net_plan_json(net));
    const cJSON *steps = cJSON_GetObjectItem(plan, "steps");
    int count = cJSON_GetArraySize(steps);
    CHECK_EQUAL(count, 6);
    double from[8], to[8], dies[8];
    double arena = cJSON_GetNumberValue(
        cJSON_GetObjectItem(plan, "arena_bytes"));
    for (int i = 0; i < count && i < 6; i++) {
        const cJSON *step = cJSON_GetArrayItem(steps, i);
        CHECK(strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(step, "name")),
                     lives[i].name) == 0);
        from[i] = cJSON_GetNumberValue(cJSON_GetObjectItem(step, "offset"));
        to[i] = from[i] +
                cJSON_GetNumberValue(cJSON_GetObjectItem(step, "bytes"));
        CHECK(from[i] >= 0 && to[i] == from[i] + 8 * 12 * 20 * 4 &&
              to[i] <= arena);
        for (int k = 0; k < 6; k++)
            if (strcmp(lives[k].name, lives[i].last) == 0) dies[i] = k;
    }
    for (int i = 0; i < count; i++)
        for (int k = i + 1; k < count; k++)
            if (dies[i] >= k) CHECK(to[i] <= from[k] || to[k] <= from[i]);
    CHECK(arena < 7 * 8 * 12 * 20 * 4); /* and places are used again */
    cJSON_Delete(plan);
    drop();
}

int main(void)
{
    a_file_that_ends_early_is_refused();
    calls_out_of_order_change_nothing();
    an_arithmetic_that_is_none_is_a_bad_argument();
    a_failed_load_cannot_be_repeated();
    inputs_are_counted_and_finite();
    the_asked_output_is_computed();
    a_refused_allocation_is_survived();
    the_memory_limit_is_kept();
    a_row_and_a_stride_may_fill_the_address_space();
    runs_repeat_to_the_bit_in_any_pieces();
    the_bits_are_those_of_every_platform();
    ranges_come_back_as_they_were_recorded();
    maps_that_live_together_lie_apart();
    return CHECK_DONE();
}
