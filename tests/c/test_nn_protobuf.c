/* Protobuf to the byte, and what a tensor's message may hold, on both sides of
 * each limit. Field numbers are those of onnx.proto. */
#include "check.h"
#include "nn/onnx/onnx.h"
#include "nn_model.h"

static cut_slice slice(const nn_bytes *b)
{
    return (cut_slice){b->at, b->size};
}

/* A length that is longer than what follows. */
static const uint8_t broken[3] = {1 << 3 | 2, 9, 'x'};

/* ---- protobuf ---------------------------------------------------------- */

static void a_varint_has_up_to_64_bits_in_up_to_10_bytes(void)
{
    for (int bits = 0; bits <= 64; bits++)
        for (int less = 0; less < 2; less++) {
            uint64_t value = bits < 64 ? UINT64_C(1) << bits : 0, read = 7;
            if (less) value--;
            nn_bytes b = {0};
            nn_varint(&b, value);
            nn_add(&b, "after", 5);
            cut_slice rest = slice(&b);
            CHECK_EQUAL(cut_pb_varint(&rest, &read), 1);
            CHECK(read == value);
            CHECK_EQUAL(rest.size, 5);
            CHECK(rest.at == b.at + b.size - 5);
            for (size_t size = 0; size < b.size - 5; size++) {
                cut_slice cut = {b.at, size};
                CHECK_EQUAL(cut_pb_varint(&cut, &read), size ? -1 : 0);
            }
            free(b.at);
        }
    static const uint8_t endless[12] = {128, 128, 128, 128, 128, 128,
                                        128, 128, 128, 128, 1};
    uint64_t value;
    CHECK_EQUAL(cut_pb_varint(&(cut_slice){endless, 11}, &value), -1);
    CHECK_EQUAL(cut_pb_varint(&(cut_slice){endless + 1, 10}, &value), 1);
}

static void a_field_has_its_number_its_wire_and_its_bytes(void)
{
    static const uint32_t numbers[] = {1, 15, 16, 2047, (1u << 29) - 1};
    static const size_t sizes[8] = {1, 8, 5, 0, 0, 4, 0, 0};
    for (int i = 0; i < 5; i++)
        for (uint32_t wire = 0; wire < 8; wire++) {
            nn_bytes b = {0};
            cut_field field;
            nn_varint(&b, (uint64_t)numbers[i] << 3 | wire);
            size_t key = b.size;
            if (wire == 2) nn_varint(&b, 4);
            nn_add(&b, "\x11\x22\x33\x44\x55\x66\x77\x08",
                   wire == 2 ? 4 : sizes[wire]);
            cut_slice rest = slice(&b);
            int known = sizes[wire] != 0;
            CHECK_EQUAL(cut_pb_next(&rest, &field), known ? 1 : -1);
            if (known) {
                static const uint64_t values[6] = {
                    0x11, 0x0877665544332211, 0, 0, 0, 0x44332211};
                CHECK(field.number == numbers[i] && field.wire == wire);
                CHECK(field.value == values[wire]);
                CHECK_EQUAL(field.bytes.size, wire == 2 ? 4 : 0);
                CHECK_EQUAL(rest.size, 0);
                CHECK_EQUAL(cut_pb_next(&rest, &field), 0);
                for (size_t size = 1; size < key + sizes[wire]; size++) {
                    rest = (cut_slice){b.at, size};
                    CHECK_EQUAL(cut_pb_next(&rest, &field), -1);
                }
            }
            free(b.at);
        }
    static const uint64_t bad[] = {0, 2, 5, UINT64_C(1) << 32 | 8,
                                   UINT64_C(1) << 40};
    for (int i = 0; i < 5; i++) { /* number 0; more than 29 bits of it */
        nn_bytes b = {0};
        cut_field field;
        nn_varint(&b, bad[i]);
        nn_add(&b, "\0\0\0\0\0\0\0\0", 8);
        cut_slice rest = slice(&b);
        CHECK_EQUAL(cut_pb_next(&rest, &field), -1);
        free(b.at);
    }
}

static void slices_are_the_same_when_all_their_bytes_are(void)
{
    const cut_slice abc = {(const uint8_t *)"abcd", 3}, none = {NULL, 0};
    const cut_slice other = {(const uint8_t *)"abd", 3};
    CHECK(cut_slice_is(abc, "abc") && !cut_slice_is(abc, "abcd"));
    CHECK(!cut_slice_is(abc, "ab") && !cut_slice_is(other, "abc"));
    CHECK(cut_slice_same(abc, (cut_slice){(const uint8_t *)"abc", 3}));
    CHECK(!cut_slice_same(abc, other) && !cut_slice_same(abc, none));
    CHECK(cut_slice_same(none, (cut_slice){abc.at, 0}));
}

/* ---- tensors ----------------------------------------------------------- */

static cut_onnx_tensor tensor;

/* Reads and frees the message. */
static cut_status read_tensor(nn_bytes *message)
{
    cut_status status = cut_onnx_tensor_read(&tensor, slice(message), NULL);
    free(message->at);
    *message = (nn_bytes){0};
    return status;
}

static nn_bytes tensor_of(int type, int rank, const int64_t *dims)
{
    nn_bytes t = {0};
    for (int i = 0; i < rank; i++) nn_number(&t, 1, dims[i]);
    nn_number(&t, 2, type);
    return t;
}

static const int64_t two_three[2] = {2, 3};
static const uint8_t zeros[200];

static void a_tensor_has_as_many_bytes_as_its_type_needs(void)
{
    static const size_t each[18] = {
        [1] = 4, [2] = 1, [3] = 1, [6] = 4, [7] = 8, [9] = 1, [10] = 2};
    for (int type = 0; type < 18; type++)
        for (size_t size = 0; size <= 50; size++) {
            nn_bytes t = tensor_of(type, 2, two_three);
            nn_text(&t, 8, "the name");
            nn_block(&t, 9, zeros, size);
            cut_status status = read_tensor(&t);
            if (!each[type])
                CHECK_EQUAL(status, CUT_E_MODEL_UNSUPPORTED);
            else
                CHECK_EQUAL(status,
                            size == 6 * each[type] ? CUT_OK : CUT_E_MODEL);
            if (status) continue;
            CHECK(tensor.type == type && tensor.rank == 2);
            CHECK(tensor.dims[0] == 2 && tensor.dims[1] == 3);
            CHECK_EQUAL(tensor.count, 6);
            CHECK_EQUAL(tensor.raw.size, size);
            CHECK_EQUAL(tensor.packed.size, 0);
        }
}

static void a_shape_is_packed_or_not_and_has_6_dimensions_at_most(void)
{
    for (int rank = 0; rank < 9; rank++)
        for (int packed = 0; packed <= rank; packed++) {
            nn_bytes t = {0}, dims = {0};
            for (int i = 0; i < packed; i++) nn_varint(&dims, 1 + i % 2);
            if (packed) nn_wrap(&t, 1, &dims);
            for (int i = packed; i < rank; i++) nn_number(&t, 1, 1 + i % 2);
            nn_number(&t, 2, NN_I8);
            nn_block(&t, 9, zeros, (size_t)1 << rank / 2);
            CHECK_EQUAL(read_tensor(&t),
                        rank <= 6 ? CUT_OK : CUT_E_MODEL_UNSUPPORTED);
            if (rank > 6) continue;
            CHECK_EQUAL(tensor.rank, rank);
            for (int i = 0; i < rank; i++)
                CHECK_EQUAL(tensor.dims[i], 1 + i % 2);
        }
    nn_bytes t = {0};
    nn_block(&t, 1, "\x82", 1); /* a packed number that does not end */
    nn_number(&t, 2, NN_I8);
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL);
}

static void dimensions_have_31_bits_and_products_fit_memory(void)
{
    const int64_t most[3] = {INT32_MAX, INT32_MAX, INT32_MAX};
    const int64_t none[2] = {0, INT32_MAX};
    const int64_t over[1] = {INT64_C(1) << 31};
    nn_bytes t = tensor_of(NN_I8, 3, most);
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL);
    t = tensor_of(NN_I8, 2, none);
    CHECK_EQUAL(read_tensor(&t), CUT_OK);
    CHECK_EQUAL(tensor.count, 0);
    t = tensor_of(NN_I8, 1, over);
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL_UNSUPPORTED);
    const int64_t product[6] = {1 << 30, 1 << 30, 1, 1, 1, 1};
    t = tensor_of(NN_I8, 6, product); /* bytes that are not there */
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL);
}

/* float_data 4, int32_data 5, int64_data 7 in place of raw data. */
static void numbers_may_be_packed_by_their_type(void)
{
    static const struct {
        int type, field;
        size_t size;
        cut_status status;
    } cases[] = {{NN_I8, 5, 6, CUT_OK},       {NN_I8, 5, 5, CUT_E_MODEL},
                 {NN_I32, 5, 30, CUT_OK},     {NN_I64, 7, 6, CUT_OK},
                 {10, 5, 12, CUT_OK},         {NN_F32, 5, 6, CUT_E_MODEL},
                 {NN_F32, 4, 24, CUT_OK},     {NN_F32, 4, 23, CUT_E_MODEL},
                 {NN_F32, 4, 25, CUT_E_MODEL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_bytes t = tensor_of(cases[i].type, 2, two_three);
        nn_block(&t, cases[i].field, zeros, cases[i].size);
        CHECK_EQUAL(read_tensor(&t), cases[i].status);
        if (cases[i].status) continue;
        const cut_slice *in = cases[i].field == 4 ? &tensor.raw
                                                  : &tensor.packed;
        CHECK_EQUAL(in->size, cases[i].size);
        CHECK_EQUAL(tensor.raw.size + tensor.packed.size, cases[i].size);
    }
    nn_bytes t = tensor_of(NN_I8, 2, two_three); /* both ways */
    nn_block(&t, 5, zeros, 6);
    nn_block(&t, 9, zeros, 6);
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL);
    for (int k = 0; k < 3; k++) { /* in two fields; one by one */
        static const int fields[3] = {4, 5, 7};
        t = tensor_of(NN_I8, 2, two_three);
        nn_block(&t, fields[k], zeros, 6);
        nn_block(&t, fields[(k + 1) % 3], zeros, 6);
        CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL_UNSUPPORTED);
        t = tensor_of(NN_I8, 2, two_three);
        nn_number(&t, fields[k], 3);
        CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL_UNSUPPORTED);
    }
}

static void data_in_another_file_is_refused(void)
{
    nn_bytes t = tensor_of(NN_I8, 0, NULL);
    nn_block(&t, 9, zeros, 1);
    nn_number(&t, 14, 0); /* here */
    CHECK_EQUAL(read_tensor(&t), CUT_OK);
    t = tensor_of(NN_I8, 0, NULL);
    nn_block(&t, 9, zeros, 1);
    nn_number(&t, 14, 1);
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL_UNSUPPORTED);
    t = tensor_of(NN_I8, 0, NULL);
    nn_block(&t, 9, zeros, 1);
    nn_text(&t, 13, "");
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL_UNSUPPORTED);
    t = tensor_of(NN_I8, 0, NULL);
    nn_block(&t, 9, zeros, 1);
    nn_add(&t, broken, sizeof broken);
    CHECK_EQUAL(read_tensor(&t), CUT_E_MODEL);
}

int main(void)
{
    a_varint_has_up_to_64_bits_in_up_to_10_bytes();
    a_field_has_its_number_its_wire_and_its_bytes();
    slices_are_the_same_when_all_their_bytes_are();
    a_tensor_has_as_many_bytes_as_its_type_needs();
    a_shape_is_packed_or_not_and_has_6_dimensions_at_most();
    dimensions_have_31_bits_and_products_fit_memory();
    numbers_may_be_packed_by_their_type();
    data_in_another_file_is_refused();
    return CHECK_DONE();
}
