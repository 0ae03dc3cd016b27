/* Networks on several threads: the bits of one thread, whatever the kernels,
 * sizes and pieces are, and whoever comes. */
#include "nn_net.h"
#include "nn_oracle.h"
#include "threads.h"

static uint32_t state = 77;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

static int numbered;

/* Adds a convolution with random numbers; the name of what it makes. */
static const char *conv(nn_model *m, nn_conv k, const char *from)
{
    static char names[64][16];
    char *name = names[numbered % 64];
    snprintf(name, sizeof names[0], "m%d", numbered++);
    k.int8 = 1;
    k.has_bias = pick(2);
    nn_conv_numbers(&k, nn_random(&state));
    nn_conv_node(m, &k, from, name);
    nn_conv_free(&k);
    return name;
}

static nn_conv window(int from, int to, int side, int stride, int dilation)
{
    int pad = side / 2 * dilation;
    return (nn_conv){.ic = from,
                     .oc = to,
                     .groups = 1,
                     .k = {side, side},
                     .s = {stride, stride},
                     .d = {dilation, dilation},
                     .pads = {pad, pad, pad, pad}};
}

static nn_conv wise(int c, int side, int stride)
{
    nn_conv k = window(c, c, side, stride, 1);
    k.groups = c;
    return k;
}

static const char *node(nn_model *m, const char *op, const char *ins,
                        const char *name)
{
    nn_node(m, op, name, ins, name);
    return name;
}

/* Every kernel that keeps rows or has a scratch, one after another. `c` input
 * channels. */
static void build(nn_model *m, int c)
{
    char both[64];
    int wide = 8 + pick(40), narrow = 5 + pick(20);
    const float twice[4] = {1, 1, 2, 2};
    nn_input(m, "x", c, 0, 0);
    nn_output(m, "y");
    const char *at = conv(m, window(c, wide, 3, 1, 1), "x");
    at = conv(m, wise(wide, 3, 1), at);
    const char *skip = at = conv(m, window(wide, narrow, 1, 1, 1), at);
    at = conv(m, window(narrow, wide, 1, 1, 1), at);
    at = conv(m, wise(wide, 5, 1), at);
    at = conv(m, window(wide, narrow, 1, 1, 1), at);
    snprintf(both, sizeof both, "%s %s", at, skip);
    at = node(m, "Add", both, "sum");
    at = conv(m, window(narrow, narrow, 3, 1, 2), at);
    at = conv(m, wise(narrow, 7, 1), at); /* a pair in bands */
    at = conv(m, wise(narrow, 3, 1 + pick(2)), at);
    at = node(m, "MaxPool", at, "pool");
    nn_ints(m, "kernel_shape", 2, (int[]){3, 3});
    nn_ints(m, "strides", 2, (int[]){2, 2});
    nn_ints(m, "pads", 4, ALL_SAME(1));
    nn_floats(m, "twice", 1, (int[]){4}, twice);
    snprintf(both, sizeof both, "%s  twice", at);
    at = node(m, "Resize", both, "large");
    nn_string(m, "mode", "linear");
    at = conv(m, window(narrow, 16, 3, 1, 1), at);
    at = conv(m, window(16, 16, 3, 1, 1), at); /* by Winograd in f32 */
    at = conv(m, window(16, 1, 3, 1, 1), at);
    node(m, "Sigmoid", at, "y");
    nn_finish(m);
}

typedef struct file {
    uint8_t *at;
    uint32_t size, w, h;
    int arithmetic;
} file;

static uint32_t answer_of(const file *f, int threads, uint32_t mmacs)
{
    threads_start(threads);
    net = cut_net_new();
    int status = cut_net_load(net, f->at, f->size, f->w, f->h, f->arithmetic,
                              "", 0);
    CHECK_EQUAL(status, CUT_OK);
    if (status) printf("%s\n", cut_net_message(net));
    uint32_t hash = status ? 0 : run(9, mmacs);
    threads_stop();
    drop();
    return hash;
}

static void threads_give_the_bits_of_one(int w, int h, int arithmetic)
{
    nn_model m = {0};
    build(&m, 3 + pick(6));
    file f = {m.file.at, (uint32_t)m.file.size, (uint32_t)w, (uint32_t)h,
              arithmetic};
    uint32_t one = answer_of(&f, 1, 1000);
    CHECK(one != 0);
    CHECK_EQUAL(answer_of(&f, 1, 1), one);
    static const int counts[] = {2, 3, 8};
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(answer_of(&f, counts[i], 1000), one);
        CHECK_EQUAL(answer_of(&f, counts[i], 1), one);
        CHECK_EQUAL(answer_of(&f, counts[i], 0), one);
    }
    nn_model_free(&m);
}

int main(void)
{
    uint32_t before = cut_parallel_helped();
    for (int i = 0; i < 12; i++) {
        int arithmetic = i % 2 ? CUT_NET_I16 : CUT_NET_F32;
        threads_give_the_bits_of_one(9 + pick(90), 9 + pick(90), arithmetic);
    }
    threads_give_the_bits_of_one(130, 141, CUT_NET_I16);
    threads_give_the_bits_of_one(141, 130, CUT_NET_F32);
#if defined(CUT_THREADS)
    CHECK(cut_parallel_helped() > before);
#else
    CHECK_EQUAL(cut_parallel_helped(), before);
#endif
    return CHECK_DONE();
}
