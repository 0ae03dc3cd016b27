/* Inverted residuals, which are one step of i16: every part of them against
 * nested loops, to the bit. In f32 they stay steps. */
#include "nn_oracle.h"

#include "nn/kernels/inverted.h"

static uint32_t state = 41;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

/* [first, then clip], depthwise, then clip, last [+ x, then clip]. */
typedef struct residual {
    nn_conv first, wise, last;
    int has_first, sum;
} residual;

static nn_conv dense(int from, int to)
{
    return (nn_conv){.ic = from,
                     .oc = to,
                     .groups = 1,
                     .k = {1, 1},
                     .s = {1, 1},
                     .d = {1, 1},
                     .has_bias = pick(2),
                     .clamped = pick(2),
                     .lo = pick(2) ? 0 : -0.5f,
                     .hi = pick(2) ? 0.75f : 3};
}

static nn_conv depthwise(int c, int side, int stride, int before, int after)
{
    nn_conv k = dense(c, c);
    k.groups = c;
    for (int i = 0; i < 2; i++) {
        k.k[i] = side;
        k.s[i] = stride;
        k.pads[i] = before;
        k.pads[i + 2] = after;
    }
    return k;
}

/* Adds a convolution and its clip; answers the name of what they make. */
static const char *add(nn_model *m, nn_conv *k, const char *from,
                       const char *name, const char *clipped, int is_last)
{
    k->int8 = 1;
    nn_conv_numbers(k, nn_random(&state));
    const char *made = is_last && !k->clamped ? clipped : name;
    nn_conv_node(m, k, from, made);
    if (!k->clamped) return made;
    nn_clip_node(m, k, made, clipped);
    return clipped;
}

static void build(nn_model *m, residual *r)
{
    const char *at = "x";
    nn_input(m, "x", r->has_first ? r->first.ic : r->wise.ic, 0, 0);
    nn_output(m, "y");
    if (r->has_first) at = add(m, &r->first, at, "first", "first_clip", 0);
    at = add(m, &r->wise, at, "wise", "wise_clip", 0);
    if (!r->sum) {
        add(m, &r->last, at, "last", "y", 1);
    } else {
        r->last.int8 = 1;
        nn_conv_numbers(&r->last, nn_random(&state));
        nn_conv_node(m, &r->last, at, "last");
        nn_node(m, "Add", "sum", "last x", r->last.clamped ? "sum" : "y");
        if (r->last.clamped) nn_clip_node(m, &r->last, "sum", "y");
    }
    nn_finish(m);
}

/* What the last step holds, made by its parts one after another. */
static void compare(const residual *r, nn_run *run)
{
    const cut_step *last = nn_last(run), *wise = last->inner;
    CHECK(wise && last->kernel == &cut_inverted_i16);
    if (!wise) return;
    CHECK_EQUAL(wise->inner != NULL, r->has_first);
    const cut_step *reads = wise->inner ? wise->inner : wise;
    nn_map in = nn_read(&reads->in, run->arena), slack[3] = {{0}};
    nn_map other = nn_read(&last->other, run->arena);
    nn_map got = nn_read(&last->out, run->arena), wide = {0};
    if (wise->inner)
        wide = nn_conv_map(&r->first, &in, NULL, &wise->inner->out, &slack[0]);
    nn_map made = nn_conv_map(&r->wise, wise->inner ? &wide : &in, NULL,
                              &wise->out, &slack[1]);
    nn_map want = nn_conv_map(&r->last, &made, r->sum ? &other : NULL,
                              &last->out, &slack[2]);
    int differ = nn_differ(&got, &want, NULL, 4);
    CHECK_EQUAL(differ, 0);
    if (differ)
        printf("  %d to %d to %d of %dx%d, side %d by %d, before %d\n",
               r->has_first ? r->first.ic : 0, r->wise.ic, r->last.oc,
               wise->in.w, wise->in.h, r->wise.k[0], r->wise.s[0],
               r->wise.pads[0]);
    nn_met(r->wise.k[0] == 3 ? "three" : "five");
    nn_met(r->wise.s[0] == 1 ? "one" : "two");
    if (r->sum) nn_met("sum");
    if (last->conv.split == 1) nn_met("one digit");
    if (last->band < last->out.h) nn_met("bands");
    nn_map *all[] = {&in,   &other, &got,      &wide,    &made,
                     &want, slack,  slack + 1, slack + 2};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]->at);
}

static void agrees(residual r, int w, int h)
{
    nn_model m = {0};
    nn_run run;
    build(&m, &r);
    if (nn_start(&run, &m, w, h, CUT_I16, nn_random(&state))) {
        compare(&r, &run);
        nn_stop(&run);
    } else {
        CHECK(!"the model was refused");
    }
    if (r.has_first) nn_conv_free(&r.first);
    nn_conv_free(&r.wise);
    nn_conv_free(&r.last);
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static const int channels[] = {2, 5, 8, 13, 24, 40};

/* One of the windows that are made in blocks. */
static nn_conv some_window(int c)
{
    int side = pick(2) ? 3 : 5, stride = 1 + pick(2);
    int before = stride == 2 ? pick(side) : side / 2;
    if (stride == 1 && pick(4) == 0) before = side / 2 + 2;
    return depthwise(c, side, stride, before, pick(4) ? side / 2 : pick(7));
}

static void residuals_of_any_size_do(void)
{
    for (int i = 0; i < 200; i++) {
        int c = channels[pick(6)], from = channels[pick(6)];
        residual r = {.first = dense(from, c),
                      .wise = some_window(c),
                      .last = dense(c, channels[pick(6)]),
                      .has_first = pick(3) > 0};
        if (pick(4) == 0) {
            r.first.k[0] = r.first.k[1] = 3;
            memcpy(r.first.pads, (int[]){1, 1, 1, 1}, sizeof r.first.pads);
        }
        int least = r.wise.k[0];
        agrees(r, least + pick(20), least + pick(20));
    }
}

static void residual_sums_do(void)
{
    for (int i = 0; i < 40; i++) {
        int c = channels[pick(6)], side = pick(2) ? 3 : 5;
        int has_first = pick(2), wide = has_first ? channels[pick(6)] : c;
        residual r = {.first = dense(c, wide),
                      .wise = depthwise(wide, side, 1, side / 2, side / 2),
                      .last = dense(wide, c),
                      .has_first = has_first,
                      .sum = has_first};
        agrees(r, 1 + pick(12), 1 + pick(12));
    }
}

/* Wider than any spare pixel, and many bands; a first window that is padded. */
static void maps_of_many_bands_do(void)
{
    for (int side = 3; side < 6; side += 2)
        for (int stride = 1; stride < 3; stride++) {
            residual r = {
                .first = dense(3, 24),
                .wise = depthwise(24, side, stride, side / 2, side / 2),
                .last = dense(24, 16),
                .has_first = 1};
            agrees(r, 61, 67);
            r.first.k[0] = r.first.k[1] = 3;
            r.first.s[0] = r.first.s[1] = 2;
            memcpy(r.first.pads, (int[]){1, 1, 1, 1}, sizeof r.first.pads);
            agrees(r, 600, 90);
        }
}

/* What lies between, of many channels and never negative, is of 7 bits where
 * the products are of bytes. */
static void one_digit_does(void)
{
    for (int i = 0; i < 8; i++) {
        int from = channels[pick(6)];
        residual r = {.first = dense(from, 248),
                      .wise = some_window(248),
                      .last = dense(248, channels[pick(6)]),
                      .has_first = pick(2)};
        r.wise.clamped = 1;
        r.wise.lo = 0;
        agrees(r, r.wise.k[0] + pick(20), r.wise.k[0] + pick(20));
    }
}

static void every_kind_was_met(void)
{
    static const char *const kinds[] = {"three", "five", "one",
                                        "two",   "sum",  "bands"};
    for (int i = 0; i < 6; i++) CHECK(nn_met(kinds[i]) > 0);
    CHECK_EQUAL(nn_met("one digit") > 0, CUT_BYTE_DOTS);
}

int main(void)
{
    residuals_of_any_size_do();
    residual_sums_do();
    maps_of_many_bands_do();
    one_digit_does();
    every_kind_was_met();
    return CHECK_DONE();
}
