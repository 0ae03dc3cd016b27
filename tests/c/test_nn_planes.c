/* A network that is run again on an input some planes of which are the same:
 * the bits of a run on it alone, whatever has changed, also after a run that was
 * not finished. */
#include "nn_net.h"
#include "nn_oracle.h"
#include "threads.h"

enum { PHOTO = 3, PLANES = 7 };

static uint32_t state = 5;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

/* `to` = a convolution of `from`; of the input's planes those of `mask`. */
static void conv(nn_model *m, nn_conv k, const char *from, const char *to,
                 uint32_t mask)
{
    k.int8 = k.has_bias = 1;
    if (!k.groups) k.groups = 1;
    for (int i = 0; i < 4; i++) k.pads[i] = k.k[0] / 2;
    k.d[0] = k.d[1] = 1;
    nn_conv_numbers(&k, nn_random(&state));
    int size = k.k[0] * k.k[1], ic = k.ic / k.groups;
    for (int i = 0; i < k.oc * ic * size; i++) {
        int plane = i / size % ic;
        if (plane < 32 && !(mask >> plane & 1)) k.q[i] = 0;
    }
    nn_conv_node(m, &k, from, to);
    nn_conv_free(&k);
}

/* Two ways that see other planes, which meet twice. */
static void build(nn_model *m)
{
    const uint32_t all = UINT32_MAX, photo = (1u << PHOTO) - 1;
    int c = 8 + 8 * pick(3);
    const float twice[4] = {1, 1, 2, 2};
    nn_input(m, "x", PLANES, 0, 0);
    nn_output(m, "y");
    conv(m, (nn_conv){.ic = PLANES, .oc = c, .k = {3, 3}, .s = {2, 2}}, "x",
         "hints", all & ~photo);
    conv(m, (nn_conv){.ic = PLANES, .oc = 24, .k = {3, 3}, .s = {2, 2}}, "x",
         "wide", photo);
    conv(m,
         (nn_conv){.ic = 24, .oc = 24, .k = {3, 3}, .s = {1, 1}, .groups = 24},
         "wide", "wise", all);
    conv(m, (nn_conv){.ic = 24, .oc = c, .k = {1, 1}, .s = {1, 1}}, "wise",
         "seen", all);
    conv(m, (nn_conv){.ic = c, .oc = c, .k = {3, 3}, .s = {2, 2}}, "seen",
         "small", all);
    nn_floats(m, "twice", 1, (int[]){4}, twice);
    nn_node(m, "Resize", "large", "small  twice", "large");
    nn_string(m, "mode", "linear");
    nn_node(m, "Concat", "joined", "seen hints", "joined");
    nn_int(m, "axis", 1);
    conv(m, (nn_conv){.ic = 2 * c, .oc = c, .k = {1, 1}, .s = {1, 1}}, "joined",
         "both", all);
    nn_node(m, "Add", "again", "both large", "again");
    conv(m, (nn_conv){.ic = c, .oc = 1, .k = {3, 3}, .s = {1, 1}}, "again",
         "flat", all);
    nn_node(m, "Sigmoid", "y", "flat", "y");
    nn_finish(m);
}

static cut_net *new_net(const nn_model *m, uint32_t w, uint32_t h)
{
    cut_net *made = cut_net_new();
    CHECK_EQUAL(cut_net_load(made, m->file.at, (uint32_t)m->file.size, w, h,
                             CUT_NET_I16, "", 0),
                CUT_OK);
    return made;
}

/* Some planes become others, perhaps in one place, perhaps none of them. */
static void change(float *input, size_t plane)
{
    for (int c = 0; c < PLANES; c++) {
        if (pick(3)) continue;
        size_t from = pick(2) ? 0 : (size_t)pick((int)plane);
        size_t end = from ? from + 1 : plane;
        for (size_t i = from; i < end; i++)
            input[(size_t)c * plane + i] = nn_unit(&state) * 2;
    }
}

static void runs_are_those_of_a_new_net(uint32_t w, uint32_t h, int threads)
{
    nn_model m = {0};
    build(&m);
    threads_start(threads);
    net = new_net(&m, w, h);
    CHECK(strstr(cut_net_plan_json(net), "\"planes\":7") != NULL);
    CHECK(strstr(cut_net_plan_json(net), "\"planes\":120") != NULL);
    float *input = random_input(1);
    for (int turn = 0; turn < 12; turn++) {
        change(input, (size_t)w * h);
        if (pick(4) == 0) { /* one that is not finished */
            CHECK_EQUAL(cut_net_begin(net, input, input_count()), CUT_OK);
            for (int i = pick(6); i > 0; i--) cut_net_step(net, 0);
            change(input, (size_t)w * h);
        }
        const float *got = answer(input);
        cut_net *kept = net;
        net = new_net(&m, w, h);
        const float *want = answer(input);
        CHECK(got && want &&
              !memcmp(got, want, sizeof(float) * (w / 2) * (h / 2)));
        cut_net_free(net);
        net = kept;
    }
    free(input);
    threads_stop();
    drop();
    nn_model_free(&m);
}

int main(void)
{
    for (int i = 0; i < 6; i++)
        runs_are_those_of_a_new_net(4 + 4 * (uint32_t)pick(20),
                                    4 + 4 * (uint32_t)pick(20), 1 + i % 3);
    return CHECK_DONE();
}
