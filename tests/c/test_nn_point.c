/* Operations on single elements, and concatenation, against plain formulas. */
#include "nn_oracle.h"

static uint32_t state = 5;

static const int channels[] = {1, 3, 5, 8, 13, 24};
static const int sizes[][2] = {{1, 1}, {1, 9}, {7, 3}, {16, 5}};

static const char *const binaries[] = {"Add", "Sub", "Mul", "Div"};

static double apply(int op, double a, double b)
{
    return op == 0          ? a + b
           : op == 1        ? a - b
           : op == 2        ? a * b
           : fabs(b) < 0.03 ? (double)NAN
                            : a / b; /* NAN: not compared */
}

/* A node between x and y, or the last of some. */
static void begin(nn_model *m, int c)
{
    *m = (nn_model){.opset = 14};
    nn_input(m, "x", c, 0, 0);
    nn_output(m, "y");
}

/* Runs and reads: the last step's first and second operand, and its result. */
static int go(nn_run *r, nn_model *m, const int size[2], int arithmetic,
              nn_map *read, nn_map *other, nn_map *got)
{
    nn_finish(m);
    if (!nn_start(r, m, size[0], size[1], arithmetic, nn_random(&state))) {
        CHECK(!"the model was refused");
        printf("  %s\n", r->error.text);
        nn_model_free(m);
        return 0;
    }
    *read = nn_read(&nn_last(r)->in, r->arena);
    *other = nn_read(&nn_last(r)->other, r->arena);
    *got = nn_read(&nn_last(r)->out, r->arena);
    return 1;
}

static void stop(nn_run *r, nn_model *m, nn_map *read, nn_map *other,
                 nn_map *got, double *want)
{
    free(read->at);
    free(other->at);
    free(got->at);
    free(want);
    nn_stop(r);
    nn_model_free(m);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static double *room(const nn_map *map)
{
    double *values = calloc((size_t)map->c * (size_t)(map->h * map->w),
                            sizeof *values);
    if (!values) abort();
    return values;
}

/* ---- activations ------------------------------------------------------- */

static double activate(int which, double x)
{
    switch (which) {
    case 0: return fmax(x, 0);
    case 1: return x < 0 ? 0.125 * x : x;
    case 2: return fmin(fmax(x, -0.25), 0.5);
    case 3: return 1 / (1 + exp(-x));
    case 4: return fmin(fmax(0.25 * x + 0.375, 0), 1);
    default: return x * fmin(fmax(x / 6 + 0.5, 0), 1);
    }
}

static void activations_do(void)
{
    static const char *const ops[] = {"Relu",    "LeakyRelu",   "Clip",
                                      "Sigmoid", "HardSigmoid", "HardSwish"};
    for (int i = 0; i < 6 * 6 * 4 * 2; i++) {
        int which = i % 6, arithmetic = i & 1 ? CUT_I16 : CUT_F32;
        const int *size = sizes[i / 2 / 6 % 4];
        nn_model m;
        nn_run r;
        nn_map read, other, got;
        begin(&m, channels[i / 6 % 6]);
        nn_floats(&m, "lo", 0, NULL, (float[]){-0.25f});
        nn_floats(&m, "hi", 0, NULL, (float[]){0.5f});
        nn_node(&m, ops[which], "act", which == 2 ? "x lo hi" : "x", "y");
        if (which == 1) nn_float(&m, "alpha", 0.125f);
        if (which == 4) {
            nn_float(&m, "alpha", 0.25f);
            nn_float(&m, "beta", 0.375f);
        }
        if (!go(&r, &m, size, arithmetic, &read, &other, &got)) continue;
        double *want = room(&got), *v = want;
        for (int c = 0; c < got.c; c++)
            for (int y = 0; y < got.h; y++)
                for (int x = 0; x < got.w; x++)
                    *v++ = activate(which, nn_value_at(&r.input, c, y, x));
        int far = nn_far(&got, want, 0.51);
        CHECK_EQUAL(far, 0);
        if (far) printf("  %s of %d channels\n", ops[which], got.c);
        stop(&r, &m, &read, &other, &got, want);
    }
}

/* The sigmoid of what is far from 0 is 0 or 1, never NaN. */
static void sigmoids_saturate(void)
{
    nn_model m;
    nn_run r;
    static const float far[8] = {-3e38f, -200, -88, -30, 30, 88, 200, 3e38f};
    begin(&m, 1);
    nn_node(&m, "Sigmoid", "act", "x", "y");
    nn_finish(&m);
    CHECK(nn_start(&r, &m, 8, 1, CUT_F32, 1));
    memcpy(r.arena + r.plan.input.offset, far, sizeof far);
    nn_execute(&r);
    nn_map got = nn_read(&nn_last(&r)->out, r.arena);
    for (int i = 0; i < 8; i++)
        CHECK(fabs(got.at[i] - activate(3, (double)far[i])) <
              1e-12 + 2e-7 * got.at[i]);
    free(got.at);
    nn_stop(&r);
    nn_model_free(&m);
}

/* ---- two operands ------------------------------------------------------ */

/* How the second operand is made from x: of the same size, one number a
 * channel, one channel, one number. */
static void put_operand(nn_model *m, int how)
{
    const char *at = "x";
    if (how >= 2) {
        nn_node(m, "ReduceMean", "mean", at, "m1");
        nn_ints(m, "axes", 1, (int[]){1});
        at = "m1";
    }
    if (how & 1) {
        nn_node(m, "GlobalAveragePool", "gap", at, "m2");
        at = "m2";
    }
    nn_node(m, "Sigmoid", "sig", at, "b");
}

static void two_maps_do(void)
{
    for (int i = 0; i < 4 * 4 * 2 * 6 * 2; i++) {
        int op = i % 4, how = i / 4 % 4, first = i / 16 % 2;
        int arithmetic = i / 192 ? CUT_I16 : CUT_F32;
        const int *size = sizes[(i / 32 + i) % 4];
        nn_model m;
        nn_run r;
        nn_map read, other, got;
        begin(&m, channels[i / 32 % 6]);
        put_operand(&m, how);
        nn_node(&m, "LeakyRelu", "wide", "x", "a"); /* so that both are made */
        nn_node(&m, binaries[op], "op", first ? "b a" : "a b", "y");
        if (!go(&r, &m, size, arithmetic, &read, &other, &got)) continue;
        /* with both of a size the first operand stays the first */
        int swapped = first && (other.h != got.h || other.w != got.w ||
                                other.c != got.c);
        double *want = room(&got), *v = want;
        for (int c = 0; c < got.c; c++)
            for (int y = 0; y < got.h; y++)
                for (int x = 0; x < got.w; x++) {
                    double a = nn_value_at(&read, c, y, x);
                    double b = nn_value_at(&other, other.c > 1 ? c : 0,
                                           other.h > 1 ? y : 0,
                                           other.w > 1 ? x : 0);
                    *v++ = swapped ? apply(op, b, a) : apply(op, a, b);
                }
        int far = nn_far(&got, want, op == 3 ? 0.6 : 0.51);
        CHECK_EQUAL(far, 0);
        if (far)
            printf("  %s, operand %d, first %d, %d channels %dx%d\n",
                   binaries[op], how, first, got.c, got.w, got.h);
        stop(&r, &m, &read, &other, &got, want);
    }
}

static void constants_do(void)
{
    for (int i = 0; i < 4 * 7 * 2 * 6 * 2; i++) {
        int op = i % 4, how = i / 4 % 7, first = i / 28 % 2;
        int arithmetic = i / 336 ? CUT_I16 : CUT_F32;
        const int *size = sizes[(i / 56 + i) % 4];
        int ch = channels[i / 56 % 6];
        int shapes[7][4] = {{1},
                            {1},
                            {ch, 1, 1},
                            {1, ch, 1, 1},
                            {1, ch, size[1], size[0]},
                            {size[1], size[0]},
                            {ch, size[1], size[0]}};
        static const int ranks[7] = {0, 1, 3, 4, 4, 2, 3};
        static float numbers[24 * 9 * 16];
        nn_model m;
        nn_run r;
        nn_map read, other, got;
        size_t count = nn_count(ranks[how], shapes[how]);
        for (size_t k = 0; k < count; k++)
            numbers[k] = nn_unit(&state) * 0.75f + 1.25f;
        begin(&m, ch);
        nn_floats(&m, "k", ranks[how], shapes[how], numbers);
        nn_node(&m, binaries[op], "op", first ? "k x" : "x k", "y");
        if (!go(&r, &m, size, arithmetic, &read, &other, &got)) continue;
        size_t plane = (size_t)(got.h * got.w);
        double *want = room(&got), *v = want;
        for (int c = 0; c < got.c; c++)
            for (size_t k = 0; k < plane; k++) {
                size_t at = how < 2    ? 0
                            : how < 4  ? (size_t)c
                            : how == 5 ? k
                                       : (size_t)c * plane + k;
                double a = nn_value_at(&r.input, c, (int)k / got.w,
                                       (int)k % got.w);
                double b = (double)numbers[at];
                *v++ = first ? apply(op, b, a) : apply(op, a, b);
            }
        int far = nn_far(&got, want, op == 3 ? 0.6 : 0.51);
        CHECK_EQUAL(far, 0);
        if (far)
            printf("  %s, constant %d, first %d, %d channels %dx%d\n",
                   binaries[op], how, first, got.c, got.w, got.h);
        stop(&r, &m, &read, &other, &got, want);
    }
}

static void batch_norms_do(void)
{
    for (int i = 0; i < 12; i++) {
        int ch = channels[i % 6];
        float p[4][24];
        static const char *const names[4] = {"g", "b", "mean", "var"};
        nn_model m;
        nn_run r;
        nn_map read, other, got;
        begin(&m, ch);
        for (int k = 0; k < 4; k++) {
            for (int c = 0; c < ch; c++)
                p[k][c] = nn_unit(&state) * 0.5f + (k == 3 ? 1 : 0.25f);
            nn_floats(&m, names[k], 1, &ch, p[k]);
        }
        nn_node(&m, "BatchNormalization", "bn", "x g b mean var", "y");
        nn_float(&m, "epsilon", 0.001f);
        if (!go(&r, &m, sizes[i % 4], i / 6 ? CUT_I16 : CUT_F32, &read, &other,
                &got))
            continue;
        double *want = room(&got), *v = want;
        for (int c = 0; c < got.c; c++)
            for (int y = 0; y < got.h; y++)
                for (int x = 0; x < got.w; x++)
                    *v++ = (nn_value_at(&r.input, c, y, x) - (double)p[2][c]) /
                               sqrt((double)p[3][c] + 0.001) * (double)p[0][c] +
                           (double)p[1][c];
        CHECK_EQUAL(nn_far(&got, want, 0.51), 0);
        stop(&r, &m, &read, &other, &got, want);
    }
}

/* ---- concatenation ----------------------------------------------------- */

/* Parts of any widths, made by 1x1 convolutions of x, or x itself (0). What
 * the next step reads is what each part must be. */
static void concat_of(const int *parts, int count, int arithmetic)
{
    nn_model m;
    nn_run r;
    nn_map read, other, got, slack;
    nn_conv k[4];
    char ins[64] = "";
    begin(&m, 5);
    for (int i = 0; i < count; i++) {
        char name[8];
        size_t size = strlen(ins);
        snprintf(name, sizeof name, "p%d", i);
        k[i] = (nn_conv){.ic = 5,
                         .oc = parts[i],
                         .k = {1, 1},
                         .s = {1, 1},
                         .d = {1, 1},
                         .groups = 1,
                         .int8 = arithmetic == CUT_I16};
        if (parts[i]) {
            nn_conv_numbers(&k[i], nn_random(&state));
            nn_conv_node(&m, &k[i], "x", name);
        }
        snprintf(ins + size, sizeof ins - size, i ? " %s" : "%s",
                 parts[i] ? name : "x");
    }
    nn_node(&m, "Concat", "c", ins, "c");
    nn_int(&m, "axis", 1);
    nn_node(&m, "LeakyRelu", "after", "c", "y");
    if (!go(&r, &m, sizes[3], arithmetic, &read, &other, &got)) return;
    double *want = room(&read), *v = want;
    for (int i = 0; i < count; i++) {
        cut_view view = nn_last(&r)->in;
        nn_map part = r.input;
        if (parts[i]) {
            view.c = parts[i];
            if (parts[i] == 1) view.type = CUT_F32;
            part = nn_conv_map(&k[i], &r.input, NULL, &view, &slack);
        }
        for (int c = 0; c < part.c; c++)
            for (int y = 0; y < part.h; y++)
                for (int x = 0; x < part.w; x++)
                    *v++ = nn_value_at(&part, c, y, x);
        if (!parts[i]) continue;
        free(part.at);
        free(slack.at);
        nn_conv_free(&k[i]);
    }
    CHECK_EQUAL(v - want, read.c * read.h * read.w);
    int far = nn_far(&read, want, 0.51);
    CHECK_EQUAL(far, 0);
    if (far)
        printf("  parts %d %d %d %d of %d\n", parts[0], parts[1], parts[2],
               parts[3], count);
    stop(&r, &m, &read, &other, &got, want);
}

static void concatenations_do(void)
{
    static const int rows[][4] = {
        {8, 8}, {8, 5}, {5, 8}, {3, 1, 8},      {0, 8, 0},     {16, 0, 24},
        {1, 1}, {13},   {8, 1}, {24, 13, 8, 1}, {8, 16, 8, 5}, {1, 8, 24}};
    static const int counts[] = {2, 2, 2, 3, 3, 3, 2, 1, 2, 4, 4, 3};
    for (int i = 0; i < 12; i++) {
        concat_of(rows[i], counts[i], CUT_F32);
        concat_of(rows[i], counts[i], CUT_I16);
    }
}

int main(void)
{
    activations_do();
    sigmoids_saturate();
    two_maps_do();
    constants_do();
    batch_norms_do();
    concatenations_do();
    return CHECK_DONE();
}
