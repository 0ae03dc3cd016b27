/* Numbers of a model's constants as ONNX defines them, type by type. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "nn/graph/consts.h"
#include "nn_model.h"

static cut_graph graph;

static void begin(void)
{
    graph = (cut_graph){.consts = calloc(16, sizeof(cut_const))};
}

static void end(void)
{
    for (uint32_t i = 0; i < graph.const_count; i++)
        cut_free(graph.consts[i].numbers);
    free(graph.consts);
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
}

/* A constant of raw data that lies one byte off every alignment. */
static cut_const *raw(int type, int rank, const int32_t *dims, const void *data,
                      size_t size)
{
    static uint8_t room[8][1 << 18];
    uint8_t *at = room[graph.const_count] + 1;
    cut_onnx_tensor t = {.type = type, .rank = rank, .count = 1};
    int index = -1;
    memcpy(at, data, size);
    for (int i = 0; i < rank; i++) {
        t.dims[i] = dims[i];
        t.count *= (size_t)dims[i];
    }
    t.raw = (cut_slice){at, size};
    CHECK_EQUAL(cut_const_of_tensor(&graph, &t, &index, NULL), CUT_OK);
    CHECK_EQUAL(index, graph.const_count - 1);
    return &graph.consts[index];
}

static cut_const *list(int type, int32_t count, const void *data, size_t each)
{
    return raw(type, 1, &count, data, (size_t)count * each);
}

static void raw_numbers_are_read_by_their_type(void)
{
    static const int8_t i8[3] = {-128, -1, 127};
    static const uint8_t u8[3] = {0, 128, 255};
    static const float f32[3] = {-1.5f, 0, 3e38f};
    static const int32_t i32[3] = {INT32_MIN, -7, INT32_MAX};
    static const int64_t i64[3] = {-(INT64_C(1) << 40), 5, INT64_C(1) << 52};
    begin();
    const cut_const *c[6] = {
        list(CUT_ONNX_I8, 3, i8, 1),   list(CUT_ONNX_U8, 3, u8, 1),
        list(CUT_ONNX_BOOL, 3, u8, 1), list(CUT_ONNX_F32, 3, f32, 4),
        list(CUT_ONNX_I32, 3, i32, 4), list(CUT_ONNX_I64, 3, i64, 8)};
    for (size_t i = 0; i < 3; i++) {
        CHECK(cut_const_at(&graph, c[0], i) == i8[i]);
        CHECK(cut_const_at(&graph, c[1], i) == u8[i]);
        CHECK(cut_const_at(&graph, c[2], i) == u8[i]);
        CHECK(cut_const_at(&graph, c[3], i) == (double)f32[i]);
        CHECK(cut_const_at(&graph, c[4], i) == i32[i]);
        CHECK(cut_const_at(&graph, c[5], i) == (double)i64[i]);
    }
    end();
}

/* IEEE 754-2008, 3.4: binary16. */
static void every_half_has_its_value(void)
{
    static uint16_t bits[65536];
    for (int i = 0; i < 65536; i++) bits[i] = (uint16_t)i;
    begin();
    const cut_const *c = list(CUT_ONNX_F16, 65536, bits, 2);
    int wrong = 0;
    for (int i = 0; i < 65536; i++) {
        int e = i >> 10 & 31, m = i & 1023;
        double v = cut_const_at(&graph, c, (size_t)i);
        double want = e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);
        if (e == 31) want = m ? NAN : INFINITY;
        if (i >> 15) want = -want;
        wrong += isnan(want) ? !isnan(v)
                             : v != want || signbit(v) != signbit(want);
    }
    CHECK_EQUAL(wrong, 0);
    end();
}

static void packed_numbers_are_varints(void)
{
    static const struct {
        int type;
        uint64_t bits;
        double value;
    } cases[] = {{CUT_ONNX_I8, (uint64_t)-5, -5},
                 {CUT_ONNX_I64, UINT64_C(1) << 40, 1099511627776.0},
                 {CUT_ONNX_F16, 0xC000, -2}};
    for (int i = 0; i < 3; i++) {
        nn_bytes b = {0};
        cut_onnx_tensor t = {
            .type = cases[i].type, .rank = 1, .dims = {2}, .count = 2};
        int index;
        nn_varint(&b, cases[i].bits);
        nn_varint(&b, 0);
        t.packed = (cut_slice){b.at, b.size};
        begin();
        CHECK_EQUAL(cut_const_of_tensor(&graph, &t, &index, NULL), CUT_OK);
        CHECK(cut_const_at(&graph, &graph.consts[index], 0) == cases[i].value);
        CHECK(cut_const_at(&graph, &graph.consts[index], 1) == 0);
        t.packed.size--; /* a number short */
        CHECK_EQUAL(cut_const_of_tensor(&graph, &t, &index, NULL), CUT_E_MODEL);
        cut_alloc_fail_at(1);
        CHECK_EQUAL(cut_const_of_tensor(&graph, &t, &index, NULL),
                    CUT_E_MEMORY);
        cut_alloc_fail_at(0);
        end();
        free(b.at);
    }
}

/* (q - zero) * scale in f32, one of either for each index along an axis. */
static void dequantising_goes_along_an_axis(void)
{
    enum { N = 2 * 3 * 4 };
    static const int32_t dims[3] = {2, 3, 4};
    int8_t q[N], zeros[4] = {-3, 0, 100, 7};
    float scales[4] = {0.1f, 0.25f, 3, 0.007f};
    for (int i = 0; i < N; i++) q[i] = (int8_t)(i * 11 - 128);
    for (int axis = -1; axis < 3; axis++) /* -1: one for all */
        for (int with_zero = 0; with_zero < 2; with_zero++) {
            int32_t n = axis < 0 ? 1 : dims[axis];
            begin();
            cut_const *c = raw(CUT_ONNX_I8, 3, dims, q, N);
            list(CUT_ONNX_F32, n, scales, 4);
            list(CUT_ONNX_I8, n, zeros, 1);
            c->quantised = 1;
            c->axis = axis < 0 ? 1 : axis;
            c->scale = 1;
            c->zero = with_zero ? 2 : -1;
            int wrong = 0;
            for (int i = 0; i < N; i++) {
                int at[3] = {i / 12, i / 4 % 3, i % 4};
                int k = axis < 0 ? 0 : at[axis];
                float real = (float)(q[i] - (with_zero ? zeros[k] : 0));
                wrong += cut_const_at(&graph, c, (size_t)i) !=
                         (double)(real * scales[k]);
            }
            CHECK_EQUAL(wrong, 0);
            CHECK(cut_is_finite(&graph, c));
            end();
        }
}

static void finite_is_every_element_as_f32(void)
{
    static const uint16_t inf16 = 0x7C00, most16 = 0x7BFF;
    float f[3] = {1, 2, 3};
    for (int i = 0; i < 4; i++) {
        begin();
        if (i < 3) f[i] = i == 1 ? NAN : INFINITY; /* anywhere */
        const cut_const *c = list(CUT_ONNX_F32, 3, f, 4);
        CHECK_EQUAL(cut_is_finite(&graph, c), i == 3);
        for (int k = 0; k < 3; k++) f[k] = 1;
        CHECK(!cut_is_finite(&graph, list(CUT_ONNX_F16, 1, &inf16, 2)));
        CHECK(cut_is_finite(&graph, list(CUT_ONNX_F16, 1, &most16, 2)));
        CHECK(cut_is_finite(&graph, list(CUT_ONNX_I8, 3, "\x80\0\xFF", 1)));
        cut_const *made = cut_const_new(&graph, CUT_ONNX_I64, 1, (int32_t[]){2},
                                        NULL);
        CHECK(made && made->count == 2 && made->dims[0] == 2);
        CHECK(made->numbers[0] == 0 && made->numbers[1] == 0);
        CHECK(cut_is_finite(&graph, made));
        made->numbers[1] = 1e39; /* more than f32 holds */
        CHECK(!cut_is_finite(&graph, made));
        end();
    }
    begin(); /* of 8 bits the scale counts */
    f[2] = INFINITY;
    cut_const *c = list(CUT_ONNX_I8, 3, "abc", 1);
    list(CUT_ONNX_F32, 3, f, 4);
    c->quantised = 1;
    c->scale = 1;
    c->zero = -1;
    CHECK(!cut_is_finite(&graph, c));
    end();
}

int main(void)
{
    raw_numbers_are_read_by_their_type();
    every_half_has_its_value();
    packed_numbers_are_varints();
    dequantising_goes_along_an_axis();
    finite_is_every_element_as_f32();
    return CHECK_DONE();
}
