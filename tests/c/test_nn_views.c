/* Every kernel into, and out of, a part of a wider map: a concatenation is
 * made in place, so results stand between others and are read from there. */
#include "nn_oracle.h"

enum {
    CONV,
    CONV_STRIDED,
    POINT,
    DEPTHWISE,
    PAIR,
    GROUPS,
    MAXPOOL,
    AVERAGE,
    MEAN,
    NEAREST,
    LINEAR,
    SIGMOID,
    SUM,
    AFFINE,
    KINDS
};

#define SAME(n)                                                                \
    (int[])                                                                    \
    {                                                                          \
        n, n, n, n                                                             \
    }

static void conv(nn_model *m, const char *in, const char *out, int c, int k,
                 int s, int groups, int int8)
{
    nn_conv v = {.ic = c,
                 .oc = c,
                 .k = {k, k},
                 .s = {s, s},
                 .d = {1, 1},
                 .groups = groups,
                 .has_bias = 1,
                 .pads = {k / 2, k / 2, k / 2, k / 2},
                 .int8 = int8};
    nn_conv_numbers(&v, (uint32_t)(k * 10 + s));
    nn_conv_node(m, &v, in, out);
    nn_conv_free(&v);
}

/* `out` = the operation of `in`, which has c channels. */
static void put(nn_model *m, int kind, const char *in, const char *out, int c,
                int int8)
{
    char ins[64];
    switch (kind) {
    case CONV: conv(m, in, out, c, 3, 1, 1, int8); break;
    case CONV_STRIDED: conv(m, in, out, c, 3, 2, 1, int8); break;
    case POINT: conv(m, in, out, c, 1, 1, 1, int8); break;
    case DEPTHWISE: conv(m, in, out, c, 3, 1, c, int8); break;
    case PAIR:
        conv(m, in, "wide", c, 1, 1, 1, int8);
        conv(m, "wide", out, c, 5, 1, c, int8);
        break;
    case GROUPS: conv(m, in, out, c, 3, 1, 2, int8); break;
    case MAXPOOL:
    case AVERAGE:
        nn_node(m, kind == MAXPOOL ? "MaxPool" : "AveragePool", out, in, out);
        nn_ints(m, "kernel_shape", 2, SAME(3));
        nn_ints(m, "strides", 2, SAME(2));
        nn_ints(m, "pads", 4, SAME(1));
        break;
    case MEAN: nn_node(m, "GlobalAveragePool", out, in, out); break;
    case NEAREST:
    case LINEAR:
        nn_floats(m, "scales", 1, SAME(4), (float[]){1, 1, 1.5f, 2});
        snprintf(ins, sizeof ins, "%s  scales", in);
        nn_node(m, "Resize", out, ins, out);
        nn_string(m, "mode", kind == LINEAR ? "linear" : "nearest");
        break;
    case SIGMOID: nn_node(m, "Sigmoid", out, in, out); break;
    case SUM:
        nn_node(m, "LeakyRelu", "leaky", in, "leaky");
        snprintf(ins, sizeof ins, "%s leaky", in);
        nn_node(m, "Add", out, ins, out);
        break;
    default: /* AFFINE */
        nn_floats(m, "half", 0, NULL, (float[]){0.5f});
        snprintf(ins, sizeof ins, "%s half", in);
        nn_node(m, "Mul", out, ins, out);
        break;
    }
}

/* The output of a model of x: the operation alone, between others in a
 * concatenation, or of what stands between others in one. */
enum { ALONE, INTO, FROM };

static nn_map answer(int how, int kind, int c, int w, int h, int arithmetic)
{
    nn_model m = {.opset = 13};
    nn_run r;
    nn_map got = {.c = 0};
    int int8 = arithmetic == CUT_I16;
    nn_input(&m, "x", c, 0, 0);
    nn_output(&m, "y");
    conv(&m, "x", "part", c, 5, 1, 1, int8);
    if (how == ALONE) {
        put(&m, kind, "part", "y", c, int8);
    } else if (how == INTO) {
        put(&m, kind, "part", "made", c, int8);
        nn_node(&m, "LeakyRelu", "before", "made", "before");
        nn_node(&m, "LeakyRelu", "after", "made", "after");
        nn_node(&m, "Concat", "c", "before made after", "y");
        nn_int(&m, "axis", 1);
    } else { /* the concatenation is needed too, but adds nothing */
        nn_node(&m, "LeakyRelu", "before", "part", "before");
        nn_node(&m, "LeakyRelu", "after", "part", "after");
        nn_node(&m, "Concat", "c", "before part after", "wider");
        nn_int(&m, "axis", 1);
        put(&m, kind, "part", "made", c, int8);
        nn_node(&m, "GlobalAveragePool", "gap", "wider", "gap");
        float *zeros = calloc((size_t)(3 * c * c), sizeof *zeros);
        nn_floats(&m, "zeros", 4, (int[]){c, 3 * c, 1, 1}, zeros);
        free(zeros);
        nn_node(&m, "Conv", "nothing", "gap zeros", "nothing");
        nn_node(&m, "Add", "sum", "made nothing", "y");
    }
    nn_finish(&m);
    if (nn_start(&r, &m, w, h, arithmetic, 3)) {
        got = nn_read(&r.plan.output, r.arena);
        int wider = 0, read_from = 0;
        for (uint32_t i = 0; i < r.plan.step_count; i++) {
            const cut_step *step = &r.plan.steps[i];
            wider += step->out.ld > step->out.cp;
            const cut_view *in = step->inner ? &step->inner->in : &step->in;
            read_from += in->ld > in->cp;
            nn_met(step->kernel->name);
        }
        if (how == INTO) CHECK(wider > 0 && read_from > 0);
        if (how == FROM) CHECK(read_from >= 3); /* before, after, made */
        nn_stop(&r);
    } else {
        CHECK(!"the model was refused");
    }
    nn_model_free(&m);
    CHECK_EQUAL(cut_live_blocks(), 0);
    return got;
}

static void agrees(int kind, int c, int w, int h, int arithmetic)
{
    nn_map alone = answer(ALONE, kind, c, w, h, arithmetic);
    nn_map wide = answer(INTO, kind, c, w, h, arithmetic);
    nn_map from = answer(FROM, kind, c, w, h, arithmetic);
    size_t count = (size_t)alone.c * (size_t)(alone.h * alone.w);
    CHECK_EQUAL(wide.c, 3 * alone.c);
    /* every range is the same, so every i16 scale is */
    int differ = 0;
    for (size_t i = 0; i < count && wide.c == 3 * alone.c; i++) {
        double want = alone.at[i] * (double)alone.scale;
        double into = wide.at[count + i] * (double)wide.scale;
        double out = from.at[i] * (double)from.scale;
        differ += into != want || out != want;
    }
    CHECK_EQUAL(differ, 0);
    if (differ)
        printf("  operation %d, %d channels of %dx%d, %s\n", kind, c, w, h,
               arithmetic == CUT_I16 ? "i16" : "f32");
    free(alone.at);
    free(wide.at);
    free(from.at);
}

int main(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        for (int arithmetic = CUT_F32; arithmetic <= CUT_I16; arithmetic++) {
            /* fused when alone, and then clipped elsewhere */
            if (kind == AFFINE && arithmetic == CUT_I16) continue;
            agrees(kind, 8, 7, 5, arithmetic);
            agrees(kind, 16, 1, 9, arithmetic);
            agrees(kind, 24, 35, 34, arithmetic);
        }
    static const char *const kernels[] = {
        "gemm f32",      "gemm i16",   "winograd",   "depthwise f32",
        "depthwise i16", "groups f32", "resize f32", "resize i16",
        "pool",          "mean",       "point"};
    for (int i = 0; i < 11; i++) {
        CHECK(nn_met(kernels[i]) > 0);
        if (!nn_met(kernels[i])) printf("  %s\n", kernels[i]);
    }
    return CHECK_DONE();
}
