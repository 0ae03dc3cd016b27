/* Pools and means against nested loops. */
#include "nn_oracle.h"

static uint32_t state = 31;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

static const int channels[] = {1, 3, 5, 8, 13, 24};

typedef struct pool {
    int maximum, c, size[2], k[2], s[2], d[2], pads[4], ceil, include;
} pool;

static int reach(const pool *p, int axis)
{
    return p->d[axis] * (p->k[axis] - 1) + 1;
}

/* ONNX: a window of ceil_mode counts only if it starts on the map or on the
 * padding before it. */
static int out_size(const pool *p, int axis)
{
    int room = p->size[axis] + p->pads[axis] + p->pads[axis + 2] -
               reach(p, axis);
    int out = room / p->s[axis] + 1;
    if (p->ceil && room % p->s[axis] &&
        out * p->s[axis] < p->size[axis] + p->pads[axis])
        out++;
    return out;
}

/* One window of a plane: the maximum or the mean. NAN: it meets nothing. */
static double window(const pool *p, const nn_map *in, int c, int y, int x)
{
    double most = -INFINITY, sum = 0;
    int met = 0, counted = 0;
    for (int ky = 0; ky < p->k[0]; ky++)
        for (int kx = 0; kx < p->k[1]; kx++) {
            int sy = y * p->s[0] + ky * p->d[0] - p->pads[0];
            int sx = x * p->s[1] + kx * p->d[1] - p->pads[1];
            counted += sy < in->h + p->pads[2] && sx < in->w + p->pads[3];
            if (sy < 0 || sx < 0 || sy >= in->h || sx >= in->w) continue;
            double v = nn_value_at(in, c, sy, sx);
            most = fmax(most, v);
            sum += v;
            met++;
        }
    if (!met) return (double)NAN;
    return p->maximum ? most : sum / (p->include ? counted : met);
}

static int meets_nothing(const pool *p, const int out[2])
{
    nn_map in = {.c = 1, .h = p->size[0], .w = p->size[1]};
    in.at = calloc((size_t)(in.h * in.w), sizeof *in.at);
    int nothing = 0;
    for (int i = 0; i < out[0] * out[1]; i++)
        nothing += isnan(window(p, &in, 0, i / out[1], i % out[1])) != 0;
    free(in.at);
    return nothing > 0;
}

static void agrees(const pool *p, int arithmetic)
{
    nn_model m = {0};
    nn_run r;
    int out[2] = {out_size(p, 0), out_size(p, 1)};
    nn_input(&m, "x", p->c, 0, 0);
    nn_output(&m, "y");
    nn_node(&m, p->maximum ? "MaxPool" : "AveragePool", "the_node", "x", "y");
    nn_ints(&m, "kernel_shape", 2, p->k);
    nn_ints(&m, "strides", 2, p->s);
    nn_ints(&m, "dilations", 2, p->d);
    nn_ints(&m, "pads", 4, p->pads);
    nn_int(&m, "ceil_mode", p->ceil);
    if (!p->maximum) nn_int(&m, "count_include_pad", p->include);
    nn_finish(&m);
    int refused = meets_nothing(p, out);
    int started = nn_start(&r, &m, p->size[1], p->size[0], arithmetic,
                           nn_random(&state));
    CHECK_EQUAL(started, !refused);
    if (started) {
        nn_map got = nn_read(&nn_last(&r)->out, r.arena);
        CHECK_EQUAL(got.h, out[0]);
        CHECK_EQUAL(got.w, out[1]);
        double *want = calloc((size_t)(p->c * out[0] * out[1]), sizeof *want);
        double *v = want;
        for (int c = 0; c < p->c; c++)
            for (int i = 0; i < out[0] * out[1]; i++)
                *v++ = window(p, &r.input, c, i / out[1], i % out[1]);
        int far = got.h * got.w == out[0] * out[1]
                      ? nn_far(&got, want, p->maximum ? 0 : 0.51)
                      : 1;
        CHECK_EQUAL(far, 0);
        if (far)
            printf("  %s %d channels of %dx%d k %d %d s %d %d d %d %d pads "
                   "%d %d %d %d ceil %d include %d\n",
                   p->maximum ? "max" : "average", p->c, p->size[1], p->size[0],
                   p->k[0], p->k[1], p->s[0], p->s[1], p->d[0], p->d[1],
                   p->pads[0], p->pads[1], p->pads[2], p->pads[3], p->ceil,
                   p->include);
        free(want);
        free(got.at);
        nn_stop(&r);
    }
    nn_met(refused ? "refused" : "made");
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void any_window_does(void)
{
    for (int i = 0; i < 400; i++) {
        pool p = {.maximum = i & 1,
                  .c = channels[pick(6)],
                  .ceil = pick(2),
                  .include = pick(2)};
        for (int a = 0; a < 2; a++) {
            p.k[a] = 1 + pick(4);
            p.s[a] = 1 + pick(3);
            p.d[a] = 1 + pick(9) / 7;
            p.pads[a] = pick(p.k[a] + (pick(8) == 0));
            p.pads[a + 2] = pick(p.k[a] + (pick(8) == 0));
            int least = reach(&p, a) - p.pads[a] - p.pads[a + 2];
            p.size[a] = (least > 1 ? least : 1) + pick(9);
        }
        agrees(&p, i & 2 ? CUT_I16 : CUT_F32);
    }
    CHECK(nn_met("made") > 300);
    CHECK(nn_met("refused") > 0);
}

/* Means over the map, by GlobalAveragePool (0) or ReduceMean (1), or over the
 * channels (2). */
static void mean_of(int how, int c, int w, int h, int arithmetic)
{
    nn_model m = {0};
    nn_run r;
    nn_input(&m, "x", c, 0, 0);
    nn_output(&m, "y");
    nn_node(&m, how ? "ReduceMean" : "GlobalAveragePool", "mean", "x", "y");
    if (how == 1) nn_ints(&m, "axes", 2, (int[]){-1, 2});
    if (how == 2) nn_ints(&m, "axes", 1, (int[]){1});
    nn_finish(&m);
    if (nn_start(&r, &m, w, h, arithmetic, nn_random(&state))) {
        nn_map got = nn_read(&nn_last(&r)->out, r.arena);
        double *want = calloc((size_t)(got.c * got.h * got.w), sizeof *want);
        for (int i = 0; i < c; i++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++)
                    want[how == 2 ? y * w + x : i] +=
                        nn_value_at(&r.input, i, y, x) / (how == 2 ? c : w * h);
        CHECK_EQUAL(got.c, how == 2 ? 1 : c);
        CHECK_EQUAL(got.h * got.w, how == 2 ? w * h : 1);
        CHECK_EQUAL(nn_far(&got, want, 0.51), 0);
        free(want);
        free(got.at);
        nn_stop(&r);
    } else {
        CHECK(!"the model was refused");
    }
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void means_do(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 9}, {7, 3}, {33, 40}};
    for (int i = 0; i < 3 * 6 * 4 * 2; i++)
        mean_of(i % 3, channels[i / 3 % 6], sizes[i / 18 % 4][0],
                sizes[i / 18 % 4][1], i & 1 ? CUT_I16 : CUT_F32);
}

int main(void)
{
    any_window_does();
    means_do();
    return CHECK_DONE();
}
