/*
 * A network through its own calls (net.h), for the tests: one at a time.
 */
#ifndef CUT_TESTS_NN_NET_H
#define CUT_TESTS_NN_NET_H

#include "base/alloc.h"
#include "check.h"
#include "net.h"
#include "nn_model.h"

#define ALL_SAME(n)                                                            \
    (int[])                                                                    \
    {                                                                          \
        n, n, n, n                                                             \
    }

/* One node between x of `c` channels and y. */
static inline void one_node(nn_model *m, int c, const char *op, const char *ins)
{
    nn_input(m, "x", c, 0, 0);
    nn_output(m, "y");
    nn_node(m, op, "the_node", ins, "y");
}

static cut_net *net;

/* Finishes and frees the model; the net stays for the test. */
static inline int load(nn_model *m, uint32_t w, uint32_t h, int arithmetic)
{
    if (!m->file.size) nn_finish(m);
    net = cut_net_new();
    int status = cut_net_load(net, m->file.at, (uint32_t)m->file.size, w, h,
                              arithmetic, "", 0);
    nn_model_free(m);
    return status;
}

static inline void drop(void)
{
    cut_net_free(net);
    net = NULL;
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static inline int says(const char *text)
{
    return strstr(cut_net_message(net), text) != NULL;
}

static inline uint32_t input_count(void)
{
    return cut_net_dim(net, 0, 1) * cut_net_dim(net, 0, 2) *
           cut_net_dim(net, 0, 3);
}

static inline float *random_input(uint32_t seed)
{
    float *input = malloc(input_count() * sizeof *input);
    for (uint32_t i = 0; i < input_count(); i++) input[i] = nn_unit(&seed) * 2;
    return input;
}

/* FNV-1a of the output's bits; 0 when the run fails. */
static inline uint32_t run(uint32_t seed, uint32_t mmacs)
{
    float *input = random_input(seed);
    int status = cut_net_begin(net, input, input_count());
    free(input);
    while (!status && !cut_net_output(net)) status = cut_net_step(net, mmacs);
    if (status) return 0;
    const float *output = cut_net_output(net);
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < cut_net_dim(net, 1, 1) * cut_net_dim(net, 1, 2) *
                                 cut_net_dim(net, 1, 3);
         i++) {
        uint32_t bits;
        memcpy(&bits, &output[i], 4);
        hash = (hash ^ bits) * 16777619u;
    }
    return hash;
}

/* The first outputs of a run on `input`. */
static inline const float *answer(const float *input)
{
    if (cut_net_begin(net, input, input_count()) != CUT_OK) return NULL;
    while (!cut_net_output(net)) cut_net_step(net, 1000);
    return cut_net_output(net);
}

#endif
