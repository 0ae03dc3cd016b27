/* Attributes of a node: what is read of each kind, and what is refused. Field
 * numbers are those of onnx.proto. */
#include "base/alloc.h"
#include "check.h"
#include "nn/onnx/attributes.h"
#include "nn_model.h"

static cut_onnx onnx;
static nn_model model; /* the node is read in its file */

static void drop(void)
{
    cut_onnx_free(&onnx);
    nn_model_free(&model);
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
}

/* The only node of a model that ends with these attributes. */
static const cut_onnx_node *node_of(nn_model *m)
{
    drop();
    model = *m;
    nn_finish(&model);
    CHECK_EQUAL(
        cut_onnx_read(&onnx, (cut_slice){model.file.at, model.file.size}, NULL),
        CUT_OK);
    return onnx.nodes;
}

static void an_attribute_is_found_by_its_name_and_fits_32_bits(void)
{
    static const struct {
        int64_t value;
        cut_status status;
    } cases[] = {{5, CUT_OK},
                 {INT32_MAX, CUT_OK},
                 {INT32_MIN, CUT_OK},
                 {INT64_C(1) << 31, CUT_E_MODEL},
                 {-(INT64_C(1) << 31) - 1, CUT_E_MODEL}};
    for (int i = 0; i < 5; i++) {
        nn_model m = {0};
        nn_node(&m, "Conv", "c", "x", "y");
        nn_int(&m, "other", 3);
        nn_int(&m, "axi", 4);
        nn_int(&m, "axis", cases[i].value);
        nn_int(&m, "axiss", 6);
        const cut_onnx_node *node = node_of(&m);
        int32_t value = 99;
        CHECK_EQUAL(cut_onnx_int(node, "axis", &value, NULL), cases[i].status);
        CHECK_EQUAL(value, cases[i].status ? 99 : cases[i].value);
        value = 99;
        CHECK_EQUAL(cut_onnx_int(node, "absent", &value, NULL), CUT_OK);
        CHECK_EQUAL(value, 99);
    }
    drop();
}

static void numbers_texts_and_tensors_are_read_by_their_fields(void)
{
    nn_model m = {0};
    nn_node(&m, "Conv", "c", "x", "y");
    nn_float(&m, "alpha", -0.75f);
    nn_string(&m, "mode", "linear");
    nn_bytes a = {0}, t = {0};
    nn_number(&t, 1, 6);
    nn_number(&t, 2, NN_I8);
    nn_block(&t, 9, "abcdef", 6);
    nn_text(&a, 1, "value");
    nn_wrap(&a, 5, &t);
    nn_wrap(&m.node, 5, &a);
    nn_text(&a, 1, "empty"); /* proto3 leaves out what is 0 */
    nn_wrap(&m.node, 5, &a);
    nn_number(&m.node, 5, 7); /* no attribute */
    const cut_onnx_node *node = node_of(&m);
    float real = 9;
    int32_t whole = 9;
    int found = 9;
    cut_slice text;
    cut_onnx_tensor tensor;
    CHECK_EQUAL(cut_onnx_float(node, "alpha", &real, NULL), CUT_OK);
    CHECK(real == -0.75f);
    CHECK_EQUAL(cut_onnx_string(node, "mode", &text, NULL), CUT_OK);
    CHECK(cut_slice_is(text, "linear"));
    CHECK_EQUAL(cut_onnx_string(node, "absent", &text, NULL), CUT_OK);
    CHECK_EQUAL(text.size, 0);
    CHECK_EQUAL(cut_onnx_tensor_attr(node, "value", &tensor, &found, NULL),
                CUT_OK);
    CHECK(found == 1 && tensor.count == 6);
    CHECK_EQUAL(cut_onnx_tensor_attr(node, "absent", &tensor, &found, NULL),
                CUT_OK);
    CHECK_EQUAL(found, 0);
    CHECK_EQUAL(cut_onnx_int(node, "empty", &whole, NULL), CUT_OK);
    CHECK_EQUAL(whole, 0);
    CHECK_EQUAL(cut_onnx_float(node, "empty", &real, NULL), CUT_OK);
    CHECK(real == 0);
    CHECK_EQUAL(cut_onnx_string(node, "empty", &text, NULL), CUT_E_MODEL);
    CHECK_EQUAL(cut_onnx_tensor_attr(node, "empty", &tensor, &found, NULL),
                CUT_E_MODEL);
    real = 9; /* of another type: 0, as protobuf says */
    CHECK_EQUAL(cut_onnx_float(node, "mode", &real, NULL), CUT_OK);
    CHECK(real == 0);
    drop();
}

static void lists_are_packed_or_not_and_cut_off_at_32_bits(void)
{
    for (int packed = 0; packed < 2; packed++)
        for (int max = 2; max < 5; max++) {
            static const int64_t in[3] = {-7, INT64_C(1) << 40,
                                          -(INT64_C(1) << 40)};
            static const int32_t out[3] = {-7, INT32_MAX, INT32_MIN};
            nn_model m = {0};
            nn_bytes a = {0}, list = {0};
            nn_node(&m, "Conv", "c", "x", "y");
            nn_text(&a, 1, "pads");
            for (int i = 0; i < 3; i++)
                if (packed)
                    nn_varint(&list, (uint64_t)in[i]);
                else
                    nn_number(&a, 8, in[i]);
            if (packed) nn_wrap(&a, 8, &list);
            nn_wrap(&m.node, 5, &a);
            const cut_onnx_node *node = node_of(&m);
            int32_t values[4] = {0};
            int count;
            CHECK_EQUAL(cut_onnx_ints(node, "pads", values, max, &count, NULL),
                        max < 3 ? CUT_E_MODEL : CUT_OK);
            if (max < 3) continue;
            CHECK_EQUAL(count, 3);
            CHECK(memcmp(values, out, sizeof out) == 0);
            CHECK_EQUAL(
                cut_onnx_ints(node, "absent", values, max, &count, NULL),
                CUT_OK);
            CHECK_EQUAL(count, 0);
        }
    nn_model m = {0};
    nn_bytes a = {0};
    nn_node(&m, "Conv", "c", "x", "y");
    nn_text(&a, 1, "pads");
    nn_block(&a, 8, "\x80", 1); /* does not end */
    nn_wrap(&m.node, 5, &a);
    const cut_onnx_node *node = node_of(&m);
    int32_t values[4];
    int count;
    CHECK_EQUAL(cut_onnx_ints(node, "pads", values, 4, &count, NULL),
                CUT_E_MODEL);
    drop();
}

static void a_broken_attribute_is_refused(void)
{
    nn_model m = {0};
    nn_node(&m, "Conv", "c", "x", "y");
    nn_block(&m.node, 5, "\x0A\x09x", 3);
    const cut_onnx_node *node = node_of(&m);
    int32_t whole, list[2];
    float real;
    int count;
    cut_slice text;
    CHECK_EQUAL(cut_onnx_int(node, "a", &whole, NULL), CUT_E_MODEL);
    CHECK_EQUAL(cut_onnx_float(node, "a", &real, NULL), CUT_E_MODEL);
    CHECK_EQUAL(cut_onnx_ints(node, "a", list, 2, &count, NULL), CUT_E_MODEL);
    CHECK_EQUAL(cut_onnx_string(node, "a", &text, NULL), CUT_E_MODEL);
    drop();
}

static void a_node_has_no_attribute_that_is_not_known(void)
{
    static const struct {
        const char *names;
        cut_status status;
    } cases[] = {{"pads strides", CUT_OK},
                 {"strides pads", CUT_OK},
                 {"x pads y strides z", CUT_OK},
                 {"pads", CUT_E_MODEL_UNSUPPORTED},
                 {"strides", CUT_E_MODEL_UNSUPPORTED},
                 {"pads stride", CUT_E_MODEL_UNSUPPORTED},
                 {"pads stridess", CUT_E_MODEL_UNSUPPORTED},
                 {"", CUT_E_MODEL_UNSUPPORTED}};
    nn_model m = {0};
    nn_node(&m, "Conv", "c", "x", "y");
    nn_int(&m, "pads", 1);
    nn_int(&m, "strides", 1);
    nn_number(&m.node, 5, 7);
    const cut_onnx_node *node = node_of(&m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_EQUAL(cut_onnx_only(node, cases[i].names, NULL), cases[i].status);
    drop();
}

int main(void)
{
    an_attribute_is_found_by_its_name_and_fits_32_bits();
    numbers_texts_and_tensors_are_read_by_their_fields();
    lists_are_packed_or_not_and_cut_off_at_32_bits();
    a_broken_attribute_is_refused();
    a_node_has_no_attribute_that_is_not_known();
    return CHECK_DONE();
}
