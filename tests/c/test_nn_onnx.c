/* ONNX files: operator sets, graphs, nodes, inputs and outputs, and what each
 * message may hold. Field numbers are those of onnx.proto. */
#include "base/alloc.h"
#include "check.h"
#include "nn/onnx/onnx.h"
#include "nn_model.h"

static cut_slice slice(const nn_bytes *b)
{
    return (cut_slice){b->at, b->size};
}

/* A length that is longer than what follows. */
static const uint8_t broken[3] = {1 << 3 | 2, 9, 'x'};

static cut_onnx onnx;

/* Reads a file; frees nothing. */
static cut_status read_file(const nn_bytes *file)
{
    cut_status status = cut_onnx_read(&onnx, slice(file), NULL);
    if (status) CHECK_EQUAL(cut_alloc_count().blocks, 0);
    return status;
}

static void put_opset(nn_bytes *file, const char *domain, int64_t version)
{
    nn_bytes set = {0};
    nn_text(&set, 1, domain);
    nn_number(&set, 2, version);
    nn_wrap(file, 8, &set);
}

/* A file of this graph, which is freed; the status of reading it. On CUT_OK
 * `onnx` stays, and borrows from `kept`. */
static nn_bytes kept;

static cut_status read_graph(nn_bytes *graph)
{
    cut_onnx_free(&onnx);
    free(kept.at);
    kept = (nn_bytes){0};
    nn_wrap(&kept, 7, graph);
    put_opset(&kept, "", 13);
    return read_file(&kept);
}

static void drop(void)
{
    cut_onnx_free(&onnx);
    free(kept.at);
    kept = (nn_bytes){0};
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
}

static void operator_sets_7_to_22_are_known(void)
{
    static const struct {
        const char *domain;
        int64_t version;
        int good;
    } cases[] = {
        {"", 6, 0},   {"", 7, 1},        {"", 22, 1},
        {"", 23, 0},  {"ai.onnx", 9, 1}, {"ai.onnx.ml", 9, 0},
        {"", 999, 0}, {"", 1013, 0},     {"", (INT64_C(1) << 32) + 13, 0},
        {"", -1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_bytes file = {0};
        nn_block(&file, 7, "", 0);
        put_opset(&file, "other", 13); /* of no account */
        put_opset(&file, cases[i].domain, cases[i].version);
        CHECK_EQUAL(read_file(&file),
                    cases[i].good ? CUT_OK : CUT_E_MODEL_UNSUPPORTED);
        if (cases[i].good) CHECK_EQUAL(onnx.opset, cases[i].version);
        cut_onnx_free(&onnx);
        free(file.at);
    }
}

static void a_model_has_one_graph(void)
{
    for (int graphs = 0; graphs < 3; graphs++) {
        nn_bytes file = {0};
        put_opset(&file, "", 13);
        for (int i = 0; i < graphs; i++) nn_block(&file, 7, "", 0);
        nn_number(&file, 7, 5); /* numbers in these places are others' */
        nn_number(&file, 8, 5);
        nn_number(&file, 14, 5);
        CHECK_EQUAL(read_file(&file), graphs == 1 ? CUT_OK : CUT_E_MODEL);
        if (graphs == 1) CHECK_EQUAL(onnx.opset, 13);
        cut_onnx_free(&onnx);
        nn_add(&file, broken, sizeof broken);
        CHECK_EQUAL(read_file(&file), CUT_E_MODEL);
        free(file.at);
    }
}

static void ranges_are_the_metadata_of_that_name(void)
{
    static const char *const keys[] = {"cutaway.range", "cutaway.ranges",
                                       "cutaway.ranges2"};
    nn_bytes file = {0};
    nn_block(&file, 7, "", 0);
    put_opset(&file, "", 13);
    for (int i = 0; i < 3; i++) {
        nn_bytes pair = {0};
        nn_text(&pair, 1, keys[i]);
        nn_text(&pair, 2, i == 1 ? "x 0 1\n" : "no");
        nn_wrap(&file, 14, &pair);
    }
    CHECK_EQUAL(read_file(&file), CUT_OK);
    CHECK(cut_slice_is(onnx.ranges, "x 0 1\n"));
    cut_onnx_free(&onnx);
    nn_block(&file, 14, broken, sizeof broken);
    CHECK_EQUAL(read_file(&file), CUT_E_MODEL);
    free(file.at);
    file = (nn_bytes){0};
    nn_block(&file, 7, "", 0);
    put_opset(&file, "", 13);
    nn_block(&file, 8, broken, sizeof broken);
    CHECK_EQUAL(read_file(&file), CUT_E_MODEL);
    free(file.at);
}

/* ---- nodes ------------------------------------------------------------- */

static void a_node_has_inputs_then_outputs_in_any_order_of_fields(void)
{
    nn_bytes graph = {0}, node = {0};
    nn_text(&node, 2, "out1");
    nn_text(&node, 4, "Conv");
    nn_text(&node, 1, "in1");
    nn_text(&node, 2, "out2");
    nn_text(&node, 1, "");
    nn_text(&node, 1, "in3");
    nn_number(&node, 3, 5); /* numbers in these places are others' */
    nn_number(&node, 4, 5);
    nn_number(&node, 7, 5);
    nn_wrap(&graph, 1, &node);
    nn_text(&node, 3, "second");
    nn_text(&node, 4, "Relu");
    nn_text(&node, 1, "a");
    nn_text(&node, 7, "ai.onnx");
    nn_wrap(&graph, 1, &node);
    nn_number(&graph, 1, 5);
    nn_number(&graph, 5, 5);
    nn_number(&graph, 11, 5);
    nn_number(&graph, 12, 5);
    nn_number(&graph, 15, 5);
    CHECK_EQUAL(read_graph(&graph), CUT_OK);
    CHECK(onnx.node_count == 2 && onnx.name_count == 6);
    CHECK(!onnx.tensor_count && !onnx.input_count && !onnx.output_count);
    static const char *const names[6] = {"in1", "", "in3", "out1", "out2", "a"};
    for (int i = 0; i < 6; i++) CHECK(cut_slice_is(onnx.names[i], names[i]));
    const cut_onnx_node *n = onnx.nodes;
    CHECK(n[0].first == 0 && n[0].ins == 3 && n[0].outs == 2);
    CHECK(n[1].first == 5 && n[1].ins == 1 && n[1].outs == 0);
    CHECK(cut_slice_is(n[0].name, "out1")); /* for want of its own */
    CHECK(cut_slice_is(n[1].name, "second"));
    CHECK(cut_slice_is(n[0].op, "Conv") && cut_slice_is(n[1].op, "Relu"));
    drop();
}

static void nodes_of_other_domains_and_names_that_are_numbers_are_refused(void)
{
    nn_bytes graph = {0}, node = {0};
    nn_text(&node, 7, "com.example");
    nn_wrap(&graph, 1, &node);
    CHECK_EQUAL(read_graph(&graph), CUT_E_MODEL_UNSUPPORTED);
    for (int field = 1; field <= 2; field++) {
        nn_number(&node, field, 5);
        nn_wrap(&graph, 1, &node);
        CHECK_EQUAL(read_graph(&graph), CUT_E_MODEL);
    }
    nn_add(&node, broken, sizeof broken);
    nn_wrap(&graph, 1, &node);
    CHECK_EQUAL(read_graph(&graph), CUT_E_MODEL);
    nn_add(&graph, broken, sizeof broken);
    CHECK_EQUAL(read_graph(&graph), CUT_E_MODEL);
    nn_block(&graph, 15, "", 0); /* sparse */
    CHECK_EQUAL(read_graph(&graph), CUT_E_MODEL_UNSUPPORTED);
    nn_block(&graph, 5, broken, sizeof broken);
    CHECK_EQUAL(read_graph(&graph), CUT_E_MODEL);
    drop();
}

static void a_graph_has_8192_of_each_at_most(void)
{
    static const int fields[4] = {1, 5, 11, 12};
    nn_bytes one = {0}; /* a tensor of no element */
    nn_number(&one, 1, 0);
    nn_number(&one, 2, NN_I8);
    for (int k = 0; k < 4; k++)
        for (int more = 0; more < 2; more++) {
            nn_bytes graph = {0};
            for (int i = 0; i < CUT_ONNX_MAX_NODES + more; i++)
                nn_block(&graph, fields[k], one.at, k == 1 ? one.size : 0);
            CHECK_EQUAL(read_graph(&graph),
                        more ? CUT_E_MODEL_UNSUPPORTED : CUT_OK);
            if (more) continue;
            CHECK_EQUAL(onnx.node_count, k == 0 ? CUT_ONNX_MAX_NODES : 0);
            CHECK_EQUAL(onnx.tensor_count, k == 1 ? CUT_ONNX_MAX_NODES : 0);
            CHECK_EQUAL(onnx.input_count, k == 2 ? CUT_ONNX_MAX_NODES : 0);
            CHECK_EQUAL(onnx.output_count, k == 3 ? CUT_ONNX_MAX_NODES : 0);
        }
    for (int more = 0; more < 2; more++) {
        nn_bytes graph = {0}, node = {0};
        for (int i = 0; i < 8 * CUT_ONNX_MAX_NODES + more; i++)
            nn_block(&node, 1 + i % 2, "n", 1);
        nn_wrap(&graph, 1, &node);
        CHECK_EQUAL(read_graph(&graph),
                    more ? CUT_E_MODEL_UNSUPPORTED : CUT_OK);
    }
    free(one.at);
    drop();
}

/* ---- inputs and outputs ------------------------------------------------ */

static void an_inputs_open_dimensions_are_minus_1(void)
{
    static const struct {
        int64_t value;
        int32_t dim;
    } cases[] = {{1, 1},   {INT32_MAX, INT32_MAX}, {0, -1},
                 {-5, -1}, {INT64_C(1) << 31, -1}, {224, 224}};
    nn_bytes graph = {0}, shape = {0}, dim = {0}, type = {0};
    nn_bytes of = {0}, info = {0};
    for (int i = 0; i < 5; i++) {
        nn_number(&dim, 1, cases[i].value);
        nn_wrap(&shape, 1, &dim);
    }
    nn_number(&shape, 1, 5); /* no dimension */
    nn_text(&dim, 2, "name");
    nn_block(&dim, 1, "xy", 2); /* no number */
    nn_wrap(&shape, 1, &dim);
    nn_number(&of, 1, NN_F32);
    nn_number(&of, 2, 5);
    nn_wrap(&of, 2, &shape);
    nn_number(&type, 1, 5);
    nn_wrap(&type, 1, &of);
    nn_number(&info, 1, 5);
    nn_number(&info, 2, 5);
    nn_text(&info, 1, "the input");
    nn_wrap(&info, 2, &type);
    nn_wrap(&graph, 11, &info);
    nn_text(&info, 1, "shapeless");
    nn_wrap(&graph, 12, &info);
    nn_number(&of, 1, NN_U8);
    nn_block(&of, 2, "", 0);
    nn_wrap(&type, 1, &of);
    nn_wrap(&info, 2, &type);
    nn_wrap(&graph, 12, &info);
    CHECK_EQUAL(read_graph(&graph), CUT_OK);
    const cut_onnx_io *io = onnx.inputs;
    CHECK(onnx.input_count == 1 && onnx.output_count == 2);
    CHECK(cut_slice_is(io->name, "the input") && io->type == NN_F32);
    CHECK_EQUAL(io->rank, 6);
    for (int i = 0; i < 5; i++) CHECK_EQUAL(io->dims[i], cases[i].dim);
    CHECK_EQUAL(io->dims[5], -1);
    CHECK(cut_slice_is(onnx.outputs[0].name, "shapeless"));
    CHECK(onnx.outputs[0].rank == -1 && onnx.outputs[0].type == 0);
    CHECK(onnx.outputs[1].rank == 0 && onnx.outputs[1].type == NN_U8);
    drop();
}

static void an_input_has_6_dimensions_at_most(void)
{
    for (int rank = 5; rank < 9; rank++) {
        nn_model m = {0};
        nn_value(&m, 11, "x", NN_F32, rank, (int[]){1, 2, 3, 4, 5, 6, 7, 8});
        CHECK_EQUAL(read_graph(&m.graph),
                    rank <= 6 ? CUT_OK : CUT_E_MODEL_UNSUPPORTED);
        if (rank <= 6) CHECK_EQUAL(onnx.inputs[0].rank, rank);
    }
    drop();
}

/* The message is broken at each of its five depths in turn. */
static void a_broken_description_is_refused_at_every_depth(void)
{
    for (int depth = 0; depth < 5; depth++) {
        nn_bytes m[6] = {{0}};
        static const int fields[5] = {11, 2, 1, 2, 1};
        nn_add(&m[depth + 1], broken, sizeof broken);
        for (int i = depth; i >= 0; i--) nn_wrap(&m[i], fields[i], &m[i + 1]);
        CHECK_EQUAL(read_graph(&m[0]), CUT_E_MODEL);
    }
    drop();
}

int main(void)
{
    operator_sets_7_to_22_are_known();
    a_model_has_one_graph();
    ranges_are_the_metadata_of_that_name();
    a_node_has_inputs_then_outputs_in_any_order_of_fields();
    nodes_of_other_domains_and_names_that_are_numbers_are_refused();
    a_graph_has_8192_of_each_at_most();
    an_inputs_open_dimensions_are_minus_1();
    an_input_has_6_dimensions_at_most();
    a_broken_description_is_refused_at_every_depth();
    return CHECK_DONE();
}
