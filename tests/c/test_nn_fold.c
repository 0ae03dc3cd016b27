/* What is known at load: constants in every encoding, and the arithmetic on
 * them. A constant is read by adding it to a map of zeros. */
#include <math.h>

#include "base/alloc.h"
#include "check.h"
#include "net.h"
#include "nn_model.h"

/* The numbers of the constant `name` in out[n]; the status of the load. */
static int read_numbers(nn_model *m, const char *name, int n, float *out)
{
    float zeros[16] = {0};
    nn_int64s(m, "flat", 1, (int[]){4}, (int64_t[]){1, 1, 1, -1});
    char ins[32];
    nn_node(m, "Cast", "as_float", name, "f32");
    nn_int(m, "to", NN_F32);
    snprintf(ins, sizeof ins, "f32 flat");
    nn_node(m, "Reshape", "row", ins, "row");
    nn_input(m, "x", 1, 0, 0);
    nn_output(m, "y");
    nn_node(m, "Add", "sum", "x row", "y");
    nn_finish(m);
    cut_net *net = cut_net_new();
    int status = cut_net_load(net, m->file.at, (uint32_t)m->file.size,
                              (uint32_t)n, 1, CUT_NET_F32, "", 0);
    nn_model_free(m);
    if (status == CUT_OK) {
        CHECK_EQUAL(cut_net_begin(net, zeros, (uint32_t)n), CUT_OK);
        while (!cut_net_output(net)) cut_net_step(net, 1);
        memcpy(out, cut_net_output(net), (size_t)n * sizeof *out);
    } else {
        CHECK(cut_net_message(net)[0]);
    }
    cut_net_free(net);
    CHECK_EQUAL(cut_live_blocks(), 0);
    return status;
}

/* Frees the model. */
static void holds(int line, nn_model *m, const char *name, int n,
                  const float *want)
{
    float got[16] = {0};
    int status = read_numbers(m, name, n, got);
    int same = status == CUT_OK &&
               memcmp(got, want, (size_t)n * sizeof *got) == 0;
    CHECK(same);
    if (same) return;
    printf("  line %d: status %d,", line, status);
    for (int i = 0; i < n; i++)
        printf(" %g (%g)", (double)got[i], (double)want[i]);
    printf("\n");
}

#define HOLDS(m, name, ...)                                                    \
    holds(__LINE__, m, name,                                                   \
          (int)(sizeof((float[]){__VA_ARGS__}) / sizeof(float)),               \
          (float[]){__VA_ARGS__})

static void is_refused(nn_model *m, const char *name, int n)
{
    float got[16];
    int status = read_numbers(m, name, n, got);
    CHECK(status == CUT_E_MODEL || status == CUT_E_MODEL_UNSUPPORTED);
}

/* ---- encodings --------------------------------------------------------- */

static void raw_data_of_every_type_is_read(void)
{
    nn_model m = {0};
    const int three[1] = {3};
    nn_floats(&m, "k", 1, three, (float[]){1.5f, -2, 3e-40f});
    HOLDS(&m, "k", 1.5f, -2, 3e-40f);
    nn_int8s(&m, "k", 1, three, (int8_t[]){-128, 0, 127});
    HOLDS(&m, "k", -128, 0, 127);
    nn_tensor(&m, "k", NN_U8, 1, three, "\x80\xff\x01", 3);
    HOLDS(&m, "k", 128, 255, 1);
    nn_int64s(&m, "k", 1, three, (int64_t[]){-5, 1 << 24, 7});
    HOLDS(&m, "k", -5, 16777216, 7);
    nn_tensor(&m, "k", NN_I32, 1, three, (int32_t[]){-5, 1 << 24, 7}, 12);
    HOLDS(&m, "k", -5, 16777216, 7);
    nn_tensor(&m, "k", 9, 1, three, "\0\1\1", 3); /* bool */
    HOLDS(&m, "k", 0, 1, 1);
    const uint16_t halves[6] = {0x3C00, 0xC000, 0x0001, 0x8400, 0x7BFF, 0x3555};
    nn_tensor(&m, "k", 10, 1, (int[]){6}, halves, 12);
    HOLDS(&m, "k", 1, -2, 0x1p-24f, -0x1p-14f, 65504, 0.333251953125f);
}

/* The tensor "k" with its numbers in a field of their own. */
static void put_packed(nn_model *m, int type, int count, int field,
                       const nn_bytes *numbers)
{
    nn_bytes t = {0};
    nn_number(&t, 1, count);
    nn_number(&t, 2, type);
    nn_text(&t, 8, "k");
    nn_block(&t, field, numbers->at, numbers->size);
    nn_close(m);
    nn_wrap(&m->graph, 5, &t);
    free(numbers->at);
}

static nn_bytes varints(int count, const int64_t *values)
{
    nn_bytes list = {0};
    for (int i = 0; i < count; i++) nn_varint(&list, (uint64_t)values[i]);
    return list;
}

static void packed_numbers_of_every_type_are_read(void)
{
    nn_model m = {0};
    nn_bytes list = {0};
    nn_add(&list, (float[]){1.5f, -2}, 8);
    put_packed(&m, NN_F32, 2, 4, &list);
    HOLDS(&m, "k", 1.5f, -2);
    list = varints(2, (int64_t[]){-128, 127});
    put_packed(&m, NN_I8, 2, 5, &list);
    HOLDS(&m, "k", -128, 127);
    list = varints(2, (int64_t[]){0, 255});
    put_packed(&m, NN_U8, 2, 5, &list);
    HOLDS(&m, "k", 0, 255);
    list = varints(2, (int64_t[]){-70000, 70000});
    put_packed(&m, NN_I32, 2, 5, &list);
    HOLDS(&m, "k", -70000, 70000);
    list = varints(2, (int64_t[]){-70000, 70000});
    put_packed(&m, NN_I64, 2, 7, &list);
    HOLDS(&m, "k", -70000, 70000);
    list = varints(2, (int64_t[]){0x3C00, 0xC000}); /* f16 as its bits */
    put_packed(&m, 10, 2, 5, &list);
    HOLDS(&m, "k", 1, -2);
}

static void data_of_another_size_is_refused(void)
{
    nn_model m = {0};
    nn_bytes list;
    nn_tensor(&m, "k", NN_F32, 1, (int[]){3}, "12345678", 8);
    is_refused(&m, "k", 3);
    list = varints(2, (int64_t[]){300, 300}); /* four bytes, two numbers */
    put_packed(&m, NN_I64, 3, 7, &list);
    is_refused(&m, "k", 3);
    list = varints(2, (int64_t[]){1, 2});
    put_packed(&m, NN_F32, 2, 5, &list);
    is_refused(&m, "k", 2);
    nn_tensor(&m, "k", 11, 1, (int[]){1}, "12345678", 8); /* double */
    is_refused(&m, "k", 1);
    const int many[7] = {1, 1, 1, 1, 1, 1, 1};
    nn_tensor(&m, "k", NN_U8, 7, many, "1", 1);
    is_refused(&m, "k", 1);
    const int huge[4] = {1 << 30, 1 << 30, 1 << 30, 1 << 30};
    nn_tensor(&m, "k", NN_U8, 4, huge, "1", 1);
    is_refused(&m, "k", 1);
}

static void constant_nodes_are_read(void)
{
    nn_model m = {0};
    nn_node(&m, "Constant", "c", "", "k");
    nn_float(&m, "value_float", 2.5f);
    HOLDS(&m, "k", 2.5f);
    nn_node(&m, "Constant", "c", "", "k");
    nn_int(&m, "value_int", -3);
    HOLDS(&m, "k", -3);
    nn_node(&m, "Constant", "c", "", "k");
    nn_ints(&m, "value_ints", 3, (int[]){4, -5, 6});
    HOLDS(&m, "k", 4, -5, 6);
    nn_node(&m, "Constant", "c", "", "k");
    nn_string(&m, "value_string", "text");
    is_refused(&m, "k", 1);
}

/* ---- DequantizeLinear -------------------------------------------------- */

static void quantised_numbers_mean_what_onnx_says(void)
{
    nn_model m = {0};
    const int dims[2] = {2, 3};
    const int8_t q[6] = {-128, 0, 127, 1, 2, 3};
    nn_int8s(&m, "q", 2, dims, q);
    nn_floats(&m, "s", 1, (int[]){2}, (float[]){0.5f, 2});
    nn_int8s(&m, "z", 1, (int[]){2}, (int8_t[]){-1, 3});
    nn_node(&m, "DequantizeLinear", "dq", "q s z", "k");
    nn_int(&m, "axis", 0);
    HOLDS(&m, "k", -63.5f, 0.5f, 64, -4, -2, 0);
    nn_int8s(&m, "q", 2, dims, q);
    nn_floats(&m, "s", 1, (int[]){3}, (float[]){1, 2, 4});
    nn_node(&m, "DequantizeLinear", "dq", "q s", "k"); /* axis 1 */
    HOLDS(&m, "k", -128, 0, 508, 1, 4, 12);
    nn_tensor(&m, "q", NN_I32, 1, (int[]){2}, (int32_t[]){-9, 1000000}, 8);
    nn_floats(&m, "s", 0, NULL, (float[]){0.25f});
    nn_node(&m, "DequantizeLinear", "dq", "q s", "k");
    HOLDS(&m, "k", -2.25f, 250000);
    nn_bytes list = varints(2, (int64_t[]){-9, 12});
    put_packed(&m, NN_I8, 2, 5, &list);
    nn_floats(&m, "s", 0, NULL, (float[]){0.25f});
    nn_node(&m, "DequantizeLinear", "dq", "k s", "d");
    HOLDS(&m, "d", -2.25f, 3);
    nn_int8s(&m, "q", 2, dims, q);
    nn_floats(&m, "s", 1, (int[]){2}, (float[]){1, 2});
    nn_node(&m, "DequantizeLinear", "dq", "q s", "k"); /* axis 1 has three */
    is_refused(&m, "k", 6);
}

/* ---- folding ----------------------------------------------------------- */

/* a: ints 7 -7 3 9; one: 1; half: f32 -2.5 2.5; some: f32 0.5. */
static void put_operands(nn_model *m)
{
    nn_int64s(m, "a", 1, (int[]){4}, (int64_t[]){7, -7, 3, 9});
    nn_int64s(m, "two", 0, NULL, (int64_t[]){2});
    nn_int64s(m, "one", 1, (int[]){1}, (int64_t[]){1});
    nn_int64s(m, "last", 1, (int[]){1}, (int64_t[]){-1});
    nn_int64s(m, "end", 1, (int[]){1}, (int64_t[]){INT64_MAX});
    nn_int64s(m, "nil", 0, NULL, (int64_t[]){0});
    nn_floats(m, "half", 1, (int[]){2}, (float[]){-2.5f, 2.5f});
    nn_floats(m, "some", 1, (int[]){1}, (float[]){0.5f});
}

static void arithmetic_is_that_of_the_type(void)
{
    static const struct {
        const char *op, *ins;
        float want[4];
        int n;
    } rows[] = {{"Add", "a two", {9, -5, 5, 11}, 4},
                {"Sub", "two a", {-5, 9, -1, -7}, 4},
                {"Mul", "a a", {49, 49, 9, 81}, 4},
                {"Div", "a two", {3, -3, 1, 4}, 4}, /* towards 0 */
                {"Div", "half half", {1, 1}, 2},
                {"Floor", "half", {-3, 2}, 2},
                {"Ceil", "half", {-2, 3}, 2},
                {"Add", "one two", {3}, 1},
                {"Sub", "some half", {3, -2}, 2},
                {"Sub", "half some", {-3, 2}, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_model m = {0};
        put_operands(&m);
        nn_node(&m, rows[i].op, "op", rows[i].ins, "k");
        holds(__LINE__, &m, "k", rows[i].n, rows[i].want);
    }
    nn_model m = {0};
    put_operands(&m);
    nn_node(&m, "Div", "op", "a nil", "k");
    is_refused(&m, "k", 4);
    put_operands(&m);
    nn_node(&m, "Add", "op", "a half", "k");
    is_refused(&m, "k", 4);
}

static void lists_are_cut_joined_and_picked_from(void)
{
    nn_model m = {0};
    put_operands(&m);
    nn_node(&m, "Slice", "op", "a one last", "k");
    HOLDS(&m, "k", -7, 3);
    put_operands(&m);
    nn_node(&m, "Slice", "op", "a last end", "k");
    HOLDS(&m, "k", 9);
    put_operands(&m);
    nn_node(&m, "Slice", "op", "a", "k"); /* before operator set 10 */
    nn_ints(&m, "starts", 1, (int[]){1});
    nn_ints(&m, "ends", 1, (int[]){2});
    HOLDS(&m, "k", -7);
    put_operands(&m);
    nn_node(&m, "Concat", "op", "a one last", "k");
    nn_int(&m, "axis", 0);
    HOLDS(&m, "k", 7, -7, 3, 9, 1, -1);
    put_operands(&m);
    nn_node(&m, "Gather", "op", "a last", "k");
    HOLDS(&m, "k", 9);
    put_operands(&m);
    nn_node(&m, "Gather", "op", "a a", "k"); /* reads beyond */
    is_refused(&m, "k", 4);
    put_operands(&m);
    nn_node(&m, "Cast", "op", "half", "k");
    nn_int(&m, "to", NN_I64);
    HOLDS(&m, "k", -2, 2);
    put_operands(&m);
    nn_node(&m, "Cast", "op", "half", "k");
    nn_int(&m, "to", 8); /* string */
    is_refused(&m, "k", 2);
}

/* Starts and ends beyond the data are its ends; axes and steps are one number
 * each, and the step is 1. */
static void a_slice_is_that_of_one_list_step_by_step(void)
{
    for (int from = -6; from < 7; from++)
        for (int to = -6; to < 7; to++) {
            nn_model m = {0};
            float want[4];
            int count = 0, lo = from < 0 ? from + 4 : from,
                hi = to < 0 ? to + 4 : to;
            for (int i = 0; i < 4; i++)
                if (i >= lo && i < hi)
                    want[count++] = (float[]){7, -7, 3, 9}[i];
            if (!count) continue; /* no map has no element */
            put_operands(&m);
            nn_int64s(&m, "from", 1, (int[]){1}, (int64_t[]){from});
            nn_int64s(&m, "to", 1, (int[]){1}, (int64_t[]){to});
            nn_node(&m, "Slice", "op", "a from to nil one", "k");
            holds(__LINE__, &m, "k", count, want);
        }
    static const char *const bad[] = {
        "a one last nil two", /* a step of 2 */
        "a one last nil a",   "a one last a", "a a last", "a one a", "a one",
        "square one last"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        nn_model m = {0};
        put_operands(&m);
        nn_int64s(&m, "square", 2, (int[]){2, 2}, (int64_t[]){1, 2, 3, 4});
        nn_node(&m, "Slice", "op", bad[i], "k");
        is_refused(&m, "k", 2);
    }
}

/* [2, 3, 5] after Unsqueeze of axes 0 and -1 is [1, 2, 3, 5, 1]. */
static void shapes_gain_and_lose_dimensions(void)
{
    for (int old = 0; old < 2; old++) {
        nn_model m = {0};
        const int dims[3] = {2, 3, 5}, axes[2] = {0, -1};
        m.opset = old ? 11 : 13;
        nn_tensor(&m, "t", NN_U8, 3, dims, "123456789012345678901234567890",
                  30);
        nn_int64s(&m, "axes", 1, (int[]){2}, (int64_t[]){0, -1});
        nn_node(&m, "Unsqueeze", "u", old ? "t" : "t axes", "wide");
        if (old) nn_ints(&m, "axes", 2, axes);
        nn_node(&m, "Shape", "s", "wide", "k");
        HOLDS(&m, "k", 1, 2, 3, 5, 1);
        m.opset = old ? 11 : 13;
        nn_tensor(&m, "t", NN_U8, 4, (int[]){1, 2, 1, 3}, "123456", 6);
        nn_int64s(&m, "axes", 1, (int[]){1}, (int64_t[]){-2});
        nn_node(&m, "Squeeze", "u", old ? "t" : "t axes", "narrow");
        if (old) nn_ints(&m, "axes", 1, (int[]){2});
        nn_node(&m, "Shape", "s", "narrow", "k");
        HOLDS(&m, "k", 1, 2, 3);
        m.opset = old ? 11 : 13;
        nn_tensor(&m, "t", NN_U8, 4, (int[]){1, 2, 1, 3}, "123456", 6);
        nn_node(&m, "Squeeze", "u", "t", "narrow");
        nn_node(&m, "Shape", "s", "narrow", "k");
        HOLDS(&m, "k", 2, 3);
    }
}

/* A size of x as exporters compute it: Shape, Gather, times two, floor. */
static void the_shape_of_the_input_is_known(void)
{
    nn_model m = {0};
    nn_node(&m, "Shape", "s", "x", "shape");
    put_operands(&m);
    nn_int64s(&m, "three", 0, NULL, (int64_t[]){3});
    nn_node(&m, "Gather", "g", "shape three", "w");
    nn_node(&m, "Mul", "t", "w two", "double");
    nn_node(&m, "Unsqueeze", "u", "double", "k");
    nn_ints(&m, "axes", 1, (int[]){0});
    /* Shape comes before the input is listed, as files may have it */
    HOLDS(&m, "k", 2);
}

static void a_value_made_twice_is_refused(void)
{
    nn_model m = {0};
    put_operands(&m);
    nn_node(&m, "Add", "op", "a two", "k");
    nn_node(&m, "Sub", "op2", "a two", "k");
    is_refused(&m, "k", 4);
}

int main(void)
{
    raw_data_of_every_type_is_read();
    packed_numbers_of_every_type_are_read();
    data_of_another_size_is_refused();
    constant_nodes_are_read();
    quantised_numbers_mean_what_onnx_says();
    arithmetic_is_that_of_the_type();
    lists_are_cut_joined_and_picked_from();
    a_slice_is_that_of_one_list_step_by_step();
    shapes_gain_and_lose_dimensions();
    the_shape_of_the_input_is_known();
    a_value_made_twice_is_refused();
    return CHECK_DONE();
}
