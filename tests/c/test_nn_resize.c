/* Resize against ONNX's formulas: every mode, up and down. */
#include "nn_oracle.h"

static uint32_t state = 13;

static int pick(int count)
{
    return (int)(nn_random(&state) % (uint32_t)count);
}

static const int channels[] = {1, 3, 5, 8, 13, 24};

static const char *const coordinates[] = {"half_pixel", "align_corners",
                                          "asymmetric", "pytorch_half_pixel"};
static const char *const roundings[] = {"floor", "ceil", "round_prefer_floor",
                                        "round_prefer_ceil"};

/* Where result `i` of `to` comes from, in f32 as ONNX Runtime has it. */
static float source(int how, int i, int to, int from, float scale)
{
    float x = (float)i;
    switch (how) {
    case 1: return to == 1 ? 0 : x * (float)(from - 1) / (float)(to - 1);
    case 2: return x / scale;
    case 3: return to == 1 ? 0 : (x + 0.5f) / scale - 0.5f;
    default: return (x + 0.5f) / scale - 0.5f;
    }
}

static int rounded(int how, float x)
{
    float below = floorf(x);
    int tie = x - below == 0.5f, nearest = (int)floorf(x + 0.5f);
    switch (how) {
    case 0: return (int)below;
    case 1: return (int)ceilf(x);
    case 2: return tie ? (int)below : nearest;
    default: return nearest;
    }
}

static int within(int i, int size)
{
    return i < 0 ? 0 : i < size ? i : size - 1;
}

typedef struct axis {
    int first[64], second[64];
    double weight[64]; /* of `second` */
} axis;

static void make_axis(axis *a, int linear, int where, int rounding, int to,
                      int from, float scale)
{
    for (int i = 0; i < to; i++) {
        float x = source(where, i, to, from, scale);
        if (linear) {
            x = fminf(fmaxf(x, 0), (float)(from - 1));
            a->first[i] = (int)x;
            a->second[i] = within((int)x + 1, from);
            a->weight[i] = (double)x - (int)x;
        } else {
            a->first[i] = a->second[i] = within(rounded(rounding, x), from);
            a->weight[i] = 0;
        }
    }
}

static void agrees(int c, const int from[2], const int to[2], int by_scale,
                   int linear, int where, int rounding, int arithmetic)
{
    static axis ys, xs;
    nn_model m = {0};
    nn_run r;
    float scale[4] = {1, 1, (float)to[0] / (float)from[0],
                      (float)to[1] / (float)from[1]};
    int size[2] = {to[0], to[1]};
    nn_input(&m, "x", c, 0, 0);
    nn_output(&m, "y");
    if (by_scale) {
        for (int a = 0; a < 2; a++) { /* of eighths, and what they give */
            scale[a + 2] = (float)((to[a] * 8 + from[a] - 1) / from[a]) / 8;
            size[a] = (int)floorf((float)from[a] * scale[a + 2]);
        }
        nn_floats(&m, "k", 1, (int[]){4}, scale);
    } else {
        nn_int64s(&m, "k", 1, (int[]){4}, (int64_t[]){1, c, to[0], to[1]});
    }
    nn_node(&m, "Resize", "resize", by_scale ? "x  k" : "x   k", "y");
    nn_string(&m, "mode", linear ? "linear" : "nearest");
    nn_string(&m, "coordinate_transformation_mode", coordinates[where]);
    nn_string(&m, "nearest_mode", roundings[rounding]);
    nn_finish(&m);
    if (size[0] < 1 || size[1] < 1 || size[0] > 64 || size[1] > 64) {
        nn_model_free(&m);
        return;
    }
    if (nn_start(&r, &m, from[1], from[0], arithmetic, nn_random(&state))) {
        nn_map got = nn_read(&nn_last(&r)->out, r.arena);
        CHECK_EQUAL(got.h, size[0]);
        CHECK_EQUAL(got.w, size[1]);
        make_axis(&ys, linear, where, rounding, size[0], from[0], scale[2]);
        make_axis(&xs, linear, where, rounding, size[1], from[1], scale[3]);
        double *want = calloc((size_t)(c * size[0] * size[1]), sizeof *want);
        double *v = want;
        for (int i = 0; i < c; i++)
            for (int y = 0; y < size[0]; y++)
                for (int x = 0; x < size[1]; x++) {
                    double at[4];
                    for (int k = 0; k < 4; k++)
                        at[k] = nn_value_at(&r.input, i,
                                            k & 2 ? ys.second[y] : ys.first[y],
                                            k & 1 ? xs.second[x] : xs.first[x]);
                    double wy = ys.weight[y], wx = xs.weight[x];
                    *v++ = (at[0] * (1 - wx) + at[1] * wx) * (1 - wy) +
                           (at[2] * (1 - wx) + at[3] * wx) * wy;
                }
        /* i16: weights of 14 bits, and each direction rounds */
        int far = got.h == size[0] && got.w == size[1]
                      ? nn_far(&got, want, linear ? 5 : 0)
                      : 1;
        CHECK_EQUAL(far, 0);
        if (far)
            printf("  %d channels %dx%d to %dx%d, linear %d, %s, %s\n", c,
                   from[1], from[0], size[1], size[0], linear,
                   coordinates[where], roundings[rounding]);
        nn_met(nn_last(&r)->kernel->name);
        free(want);
        free(got.at);
        nn_stop(&r);
    } else {
        CHECK(!"the model was refused");
    }
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void every_mode_does(void)
{
    static const int sizes[][4] = {{1, 1, 1, 1},   {1, 1, 5, 3}, {5, 3, 1, 1},
                                   {7, 9, 14, 18}, {8, 6, 4, 3}, {5, 7, 13, 11},
                                   {13, 17, 6, 5}, {4, 4, 4, 4}};
    for (int i = 0; i < 8 * 4 * 5 * 2 * 2; i++) {
        const int *s = sizes[i % 8];
        int how = i / 32 % 5; /* linear, or nearest with its roundings */
        agrees(channels[i / 4 % 6], s, s + 2, i / 160 % 2, how == 4, i / 8 % 4,
               how % 4, i / 320 ? CUT_I16 : CUT_F32);
    }
}

static void any_size_does(void)
{
    for (int i = 0; i < 200; i++) {
        int from[2] = {1 + pick(20), 1 + pick(20)};
        int to[2] = {1 + pick(40), 1 + pick(40)};
        agrees(channels[pick(6)], from, to, pick(2), pick(2), pick(4), pick(4),
               i & 1 ? CUT_I16 : CUT_F32);
    }
    CHECK(nn_met("resize f32") > 100);
    CHECK(nn_met("resize i16") > 100);
}

int main(void)
{
    every_mode_does();
    any_size_does();
    return CHECK_DONE();
}
