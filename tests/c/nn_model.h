/*
 * Writes small ONNX files in memory for the tests of the network: just enough
 * protobuf. Messages are written innermost first into buffers of their own.
 * Memory comes from malloc, so that cut_live_blocks() counts the network only.
 *
 *   nn_model m = { 0 };
 *   nn_input(&m, "x", 3, -1, -1);
 *   nn_floats(&m, "w", 4, (int[]){ 8, 3, 1, 1 }, weights);
 *   nn_node(&m, "Conv", "stem", "x w", "y");
 *   nn_ints(&m, "pads", 4, (int[]){ 1, 1, 1, 1 });
 *   nn_output(&m, "y");
 *   nn_finish(&m); -> m.file.at, m.file.size
 *   nn_model_free(&m);
 */
#ifndef CUT_TESTS_NN_MODEL_H
#define CUT_TESTS_NN_MODEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct nn_bytes {
    uint8_t *at;
    size_t size, room;
} nn_bytes;

typedef struct nn_model {
    nn_bytes graph, node, file;
    int opset;          /* 0: 13 */
    const char *ranges; /* metadata "cutaway.ranges"; NULL: none */
} nn_model;

static inline void nn_add(nn_bytes *to, const void *bytes, size_t size)
{
    if (to->size + size > to->room) {
        to->room = (to->size + size) * 2 + 64;
        to->at = realloc(to->at, to->room);
        if (!to->at) abort();
    }
    if (size) memcpy(to->at + to->size, bytes, size);
    to->size += size;
}

static inline void nn_varint(nn_bytes *to, uint64_t value)
{
    do {
        uint8_t byte = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));
        nn_add(to, &byte, 1);
        value >>= 7;
    } while (value);
}

static inline void nn_number(nn_bytes *to, int field, int64_t value)
{
    nn_varint(to, (uint64_t)field << 3);
    nn_varint(to, (uint64_t)value);
}

static inline void nn_block(nn_bytes *to, int field, const void *bytes,
                            size_t size)
{
    nn_varint(to, (uint64_t)field << 3 | 2);
    nn_varint(to, size);
    nn_add(to, bytes, size);
}

static inline void nn_text(nn_bytes *to, int field, const char *text)
{
    nn_block(to, field, text, strlen(text));
}

/* The message `inner` as a field; frees it. */
static inline void nn_wrap(nn_bytes *to, int field, nn_bytes *inner)
{
    nn_block(to, field, inner->at, inner->size);
    free(inner->at);
    *inner = (nn_bytes){0};
}

/* ---- nodes: attributes follow their node ------------------------------- */

static inline void nn_close(nn_model *m)
{
    if (m->node.size) nn_wrap(&m->graph, 1, &m->node);
}

/* Names separated by single spaces; an empty one between two spaces. */
static inline void nn_names(nn_bytes *to, int field, const char *names)
{
    while (*names) {
        size_t size = strcspn(names, " ");
        nn_block(to, field, names, size);
        names += size + (names[size] == ' ');
    }
}

static inline void nn_node(nn_model *m, const char *op, const char *name,
                           const char *inputs, const char *outputs)
{
    nn_close(m);
    nn_names(&m->node, 1, inputs);
    nn_names(&m->node, 2, outputs);
    nn_text(&m->node, 3, name);
    nn_text(&m->node, 4, op);
}

static inline void nn_int(nn_model *m, const char *name, int64_t value)
{
    nn_bytes a = {0};
    nn_text(&a, 1, name);
    nn_number(&a, 3, value);
    nn_number(&a, 20, 2);
    nn_wrap(&m->node, 5, &a);
}

static inline void nn_float(nn_model *m, const char *name, float value)
{
    nn_bytes a = {0};
    nn_text(&a, 1, name);
    nn_varint(&a, 2 << 3 | 5);
    nn_add(&a, &value, 4);
    nn_number(&a, 20, 1);
    nn_wrap(&m->node, 5, &a);
}

static inline void nn_string(nn_model *m, const char *name, const char *value)
{
    nn_bytes a = {0};
    nn_text(&a, 1, name);
    nn_text(&a, 4, value);
    nn_number(&a, 20, 3);
    nn_wrap(&m->node, 5, &a);
}

static inline void nn_ints(nn_model *m, const char *name, int count,
                           const int *values)
{
    nn_bytes a = {0};
    nn_text(&a, 1, name);
    for (int i = 0; i < count; i++) nn_number(&a, 8, values[i]);
    nn_number(&a, 20, 7);
    nn_wrap(&m->node, 5, &a);
}

/* ---- the graph --------------------------------------------------------- */

enum { NN_F32 = 1, NN_U8 = 2, NN_I8 = 3, NN_I32 = 6, NN_I64 = 7 };

/* An initializer of any type; `bytes` is its raw data. */
static inline void nn_tensor(nn_model *m, const char *name, int type, int rank,
                             const int *dims, const void *data, size_t bytes)
{
    nn_bytes t = {0};
    for (int i = 0; i < rank; i++) nn_number(&t, 1, dims[i]);
    nn_number(&t, 2, type);
    nn_text(&t, 8, name);
    nn_block(&t, 9, data, bytes);
    nn_close(m);
    nn_wrap(&m->graph, 5, &t);
}

static inline size_t nn_count(int rank, const int *dims)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++) count *= (size_t)dims[i];
    return count;
}

static inline void nn_floats(nn_model *m, const char *name, int rank,
                             const int *dims, const float *data)
{
    nn_tensor(m, name, NN_F32, rank, dims, data, nn_count(rank, dims) * 4);
}

static inline void nn_int8s(nn_model *m, const char *name, int rank,
                            const int *dims, const int8_t *data)
{
    nn_tensor(m, name, NN_I8, rank, dims, data, nn_count(rank, dims));
}

static inline void nn_int64s(nn_model *m, const char *name, int rank,
                             const int *dims, const int64_t *data)
{
    nn_tensor(m, name, NN_I64, rank, dims, data, nn_count(rank, dims) * 8);
}

/* A ValueInfoProto; a dimension below 1 is left open. */
static inline void nn_value(nn_model *m, int field, const char *name, int type,
                            int rank, const int *dims)
{
    nn_bytes shape = {0}, tensor = {0}, proto = {0}, info = {0};
    for (int i = 0; i < rank; i++) {
        nn_bytes dim = {0};
        if (dims[i] > 0)
            nn_number(&dim, 1, dims[i]);
        else
            nn_text(&dim, 2, "n");
        nn_wrap(&shape, 1, &dim);
    }
    nn_number(&tensor, 1, type);
    nn_wrap(&tensor, 2, &shape);
    nn_wrap(&proto, 1, &tensor);
    nn_text(&info, 1, name);
    nn_wrap(&info, 2, &proto);
    nn_close(m);
    nn_wrap(&m->graph, field, &info);
}

static inline void nn_input(nn_model *m, const char *name, int c, int h, int w)
{
    nn_value(m, 11, name, NN_F32, 4, (int[]){1, c, h, w});
}

static inline void nn_output(nn_model *m, const char *name)
{
    nn_value(m, 12, name, NN_F32, 0, NULL);
}

static inline void nn_finish(nn_model *m)
{
    nn_bytes set = {0}, pair = {0};
    nn_close(m);
    nn_number(&m->file, 1, 8);
    nn_wrap(&m->file, 7, &m->graph);
    nn_text(&set, 1, "");
    nn_number(&set, 2, m->opset ? m->opset : 13);
    nn_wrap(&m->file, 8, &set);
    if (!m->ranges) return;
    nn_text(&pair, 1, "cutaway.ranges");
    nn_text(&pair, 2, m->ranges);
    nn_wrap(&m->file, 14, &pair);
}

static inline void nn_model_free(nn_model *m)
{
    free(m->graph.at);
    free(m->node.at);
    free(m->file.at);
    *m = (nn_model){0};
}

/* ---- numbers ----------------------------------------------------------- */

/* The same everywhere: Numerical Recipes' generator. */
static inline uint32_t nn_random(uint32_t *state)
{
    return (*state = *state * 1664525u + 1013904223u) >> 8;
}

/* -1..1 in steps of 2^-10: sums of a few products are exact in f32. */
static inline float nn_unit(uint32_t *state)
{
    return (float)((int)(nn_random(state) % 2049) - 1024) / 1024.0f;
}

#endif
