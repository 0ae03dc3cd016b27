/*
 * Networks that are nearly valid: the bytes are a small program that builds an
 * ONNX file of the supported operators with any attributes, shapes and
 * weights. It is refused with a sentence, or it runs: in pieces and at one go,
 * before and after a run on another input, always to the same bits.
 * Long because it writes models of every operator.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "net.h"
#include "nn_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_MAPS = 20, MAX_WEIGHTS = 1 << 15, MAX_KMACS = 3000 };

typedef struct map {
    char name[8];
    int c, h, w; /* as far as this file knows */
} map;

typedef struct program {
    const uint8_t *at, *end;
    nn_model m;
    map maps[MAX_MAPS];
    int count;     /* of maps */
    int constants; /* names so far */
    uint32_t seed;
} program;

static int byte(program *p)
{
    return p->at < p->end ? *p->at++ : 0;
}

/* lo..hi */
static int in(program *p, int lo, int hi)
{
    return lo + byte(p) % (hi - lo + 1);
}

/* ---- constants --------------------------------------------------------- */

/* Names a new constant. */
static const char *name_constant(program *p, char name[16])
{
    snprintf(name, 16, "k%d", p->constants++);
    return name;
}

static void add_floats(program *p, char name[16], int rank, const int *dims,
                       float scale, float offset)
{
    size_t count = nn_count(rank, dims);
    if (count > MAX_WEIGHTS) count = 0; /* refused: of another size */
    float *data = malloc(count * sizeof *data + 1);
    if (!data) abort();
    for (size_t i = 0; i < count; i++)
        data[i] = nn_unit(&p->seed) * scale + offset;
    nn_tensor(&p->m, name_constant(p, name), NN_F32, rank, dims, data,
              count * 4);
    free(data);
}

/* int8 and DequantizeLinear by channel or as a whole, with a zero or none. */
static void add_int8s(program *p, char name[16], int rank, const int *dims)
{
    size_t count = nn_count(rank, dims);
    char q[16], scale[16], zero[16], ins[64];
    int how = byte(p);
    int channels = how & 1 ? dims[0] : 1;
    int type = how & 2 ? NN_U8 : NN_I8;
    if (count > MAX_WEIGHTS) count = 0;
    uint8_t *data = malloc(count + 1), zeros[256];
    if (!data) abort();
    for (size_t i = 0; i < count; i++)
        data[i] = how & 4 ? (uint8_t)nn_random(&p->seed)
                          : (uint8_t)(how & 8 ? 127 : 128);
    nn_tensor(&p->m, name_constant(p, q), type, rank, dims, data, count);
    free(data);
    add_floats(p, scale, how & 1, &channels, 0.01f, how & 16 ? 0.02f : 0);
    memset(zeros, how & 32 ? 128 : 3, sizeof zeros);
    nn_tensor(&p->m, name_constant(p, zero), how & 128 ? NN_I8 : type, how & 1,
              &channels, zeros, channels <= 256 ? (size_t)channels : 0);
    name_constant(p, name);
    snprintf(ins, sizeof ins, how & 64 ? "%s %s %s" : "%s %s", q, scale, zero);
    nn_node(&p->m, "DequantizeLinear", name, ins, name);
    if (how & 1) nn_int(&p->m, "axis", 0);
}

static void add_int64s(program *p, char name[16], int count,
                       const int64_t *data)
{
    nn_int64s(&p->m, name_constant(p, name), 1, &count, data);
}

/* ---- maps -------------------------------------------------------------- */

static const map *some(program *p)
{
    return &p->maps[in(p, 0, p->count - 1)];
}

/* Another of the same size if there is one. */
static const map *like(program *p, const map *as, int channels_too)
{
    int from = byte(p);
    for (int i = 0; i < p->count; i++) {
        const map *m = &p->maps[(from + i) % p->count];
        if (m != as && m->h == as->h && m->w == as->w &&
            (!channels_too || m->c == as->c))
            return m;
    }
    return &p->maps[from % p->count];
}

static map *new_map(program *p, int c, int h, int w)
{
    map *m = &p->maps[p->count];
    snprintf(m->name, sizeof m->name, "m%d", p->count++);
    m->c = c;
    m->h = h;
    m->w = w;
    return m;
}

/* ---- operators --------------------------------------------------------- */

typedef struct window {
    int k[2], s[2], d[2], pads[4], automatic, ceil;
} window;

static window some_window(program *p, int most)
{
    window v;
    for (int i = 0; i < 2; i++) {
        v.k[i] = in(p, 1, most);
        v.s[i] = in(p, 1, 3);
        v.d[i] = in(p, 0, 9) > 6 ? in(p, 1, 4) : 1;
    }
    int pads = byte(p);
    for (int i = 0; i < 4; i++)
        v.pads[i] = pads < 64    ? 0
                    : pads < 128 ? v.k[i & 1] / 2
                                 : in(p, 0, pads < 250 ? 4 : 40);
    v.automatic = byte(p);
    v.ceil = 0;
    return v;
}

static int slid(const window *v, int axis, int size)
{
    int reach = v->d[axis] * (v->k[axis] - 1) + 1;
    if (v->automatic < 20) return (size + v->s[axis] - 1) / v->s[axis];
    int span = size +
               (v->automatic < 30 ? 0 : v->pads[axis] + v->pads[axis + 2]) -
               reach;
    if (span < 0) return 0;
    return (span + (v->ceil ? v->s[axis] - 1 : 0)) / v->s[axis] + 1;
}

static void put_window(program *p, const window *v, int kernel)
{
    if (kernel) nn_ints(&p->m, "kernel_shape", 2, v->k);
    nn_ints(&p->m, "strides", 2, v->s);
    if (v->d[0] != 1 || v->d[1] != 1) nn_ints(&p->m, "dilations", 2, v->d);
    if (v->automatic < 20)
        nn_string(&p->m, "auto_pad",
                  v->automatic < 10 ? "SAME_UPPER" : "SAME_LOWER");
    else if (v->automatic < 30)
        nn_string(&p->m, "auto_pad", "VALID");
    else
        nn_ints(&p->m, "pads", 4, v->pads);
}

static void conv(program *p)
{
    const map *x = some(p);
    window v = some_window(p, 5);
    int oc = in(p, 1, 26), groups = 1, how = byte(p);
    if (how & 1) {
        groups = x->c;
        if (how & 2) oc = x->c;
    } else if ((how & 6) == 6) {
        groups = in(p, 1, 4);
        if (how & 8) oc = (oc / groups + 1) * groups;
    }
    int dims[4] = {oc, x->c / groups, v.k[0], v.k[1]};
    if (how & 1 && !(how & 2)) oc = dims[0] = x->c * in(p, 1, 2);
    if (dims[1] < 1) dims[1] = 1;
    char weights[16], bias[16] = "", ins[64];
    if (how & 16)
        add_int8s(p, weights, 4, dims);
    else
        add_floats(p, weights, 4, dims, how & 32 ? 0.25f : 40.0f, 0);
    if (how & 64) add_floats(p, bias, 1, &oc, 1, 0);
    snprintf(ins, sizeof ins, *bias ? "%s %s %s" : "%s %s", x->name, weights,
             bias);
    map *y = new_map(p, oc, slid(&v, 0, x->h), slid(&v, 1, x->w));
    nn_node(&p->m, "Conv", y->name, ins, y->name);
    put_window(p, &v, how >= 128);
    if (groups > 1) nn_int(&p->m, "group", groups);
}

static void pool(program *p)
{
    const map *x = some(p);
    window v = some_window(p, 4);
    int how = byte(p);
    v.ceil = how & 1;
    map *y = new_map(p, x->c, slid(&v, 0, x->h), slid(&v, 1, x->w));
    nn_node(&p->m, how & 2 ? "MaxPool" : "AveragePool", y->name, x->name,
            y->name);
    put_window(p, &v, 1);
    if (how & 1) nn_int(&p->m, "ceil_mode", 1);
    if ((how & 6) == 4) nn_int(&p->m, "count_include_pad", 1);
}

static void mean(program *p)
{
    const map *x = some(p);
    int how = in(p, 0, 3);
    map *y = how == 2 ? new_map(p, 1, x->h, x->w) : new_map(p, x->c, 1, 1);
    char axes[16], ins[64];
    if (how == 3) {
        add_int64s(p, axes, 2, (int64_t[]){-1, byte(p) ? 2 : 3});
        snprintf(ins, sizeof ins, "%s %s", x->name, axes);
        nn_node(&p->m, "ReduceMean", y->name, ins, y->name);
        return;
    }
    nn_node(&p->m, how ? "ReduceMean" : "GlobalAveragePool", y->name, x->name,
            y->name);
    if (how == 1) nn_ints(&p->m, "axes", 2, (int[]){2, 3});
    if (how == 2) nn_ints(&p->m, "axes", 1, (int[]){1});
}

static void activation(program *p)
{
    static const char *const ops[] = {"Relu",    "LeakyRelu",   "Clip",
                                      "Sigmoid", "HardSigmoid", "HardSwish"};
    const map *x = some(p);
    int which = in(p, 0, 5);
    map *y = new_map(p, x->c, x->h, x->w);
    char lo[16], hi[16], ins[64];
    snprintf(ins, sizeof ins, "%s", x->name);
    if (which == 2) {
        add_floats(p, lo, 0, NULL, 1, -0.5f);
        add_floats(p, hi, 0, NULL, 3, 3);
        int how = in(p, 0, 2);
        snprintf(ins, sizeof ins,
                 how == 0   ? "%s %s %s"
                 : how == 1 ? "%s %s"
                            : "%s  %s",
                 x->name, how == 2 ? hi : lo, hi);
    }
    nn_node(&p->m, ops[which], y->name, ins, y->name);
    if (which == 1 || which == 4)
        nn_float(&p->m, "alpha", (float)byte(p) / 64.0f);
}

static void batch_norm(program *p)
{
    const map *x = some(p);
    char k[4][16], ins[96];
    for (int i = 0; i < 4; i++)
        add_floats(p, k[i], 1, &x->c, 0.5f, i == 3 ? 0.75f : 0.25f);
    map *y = new_map(p, x->c, x->h, x->w);
    snprintf(ins, sizeof ins, "%s %s %s %s %s", x->name, k[0], k[1], k[2],
             k[3]);
    nn_node(&p->m, "BatchNormalization", y->name, ins, y->name);
}

static const char *const binaries[] = {"Add", "Mul", "Sub", "Div"};

static void binary(program *p)
{
    const map *a = some(p), *b = like(p, a, 1);
    if (byte(p) % 4 == 0) b = some(p); /* broadcast, or refused */
    int first = a->h * a->w >= b->h * b->w;
    const map *wide = first ? a : b;
    char ins[64];
    snprintf(ins, sizeof ins, "%s %s", a->name, b->name);
    map *y = new_map(p, a->c > b->c ? a->c : b->c, wide->h, wide->w);
    nn_node(&p->m, binaries[in(p, 0, 3)], y->name, ins, y->name);
}

static void with_constant(program *p)
{
    const map *x = some(p);
    int shapes[6][4] = {
        {1},          {x->c, 1, 1},   {1, x->c, 1, 1}, {1, x->c, x->h, x->w},
        {x->h, x->w}, {x->c, x->h, 1}};
    static const int ranks[6] = {1, 3, 4, 4, 2, 3};
    int which = in(p, 0, 5), how = byte(p);
    char k[16], ins[64];
    add_floats(p, k,
               how & 2      ? ranks[which]
               : which == 0 ? 0
                            : ranks[which],
               shapes[which], 1, how & 4 ? 1.5f : 0);
    snprintf(ins, sizeof ins, "%s %s", how & 1 ? k : x->name,
             how & 1 ? x->name : k);
    map *y = new_map(p, x->c, x->h, x->w);
    nn_node(&p->m, binaries[in(p, 0, 3)], y->name, ins, y->name);
}

static void concat(program *p)
{
    const map *x = some(p);
    int parts = in(p, 1, 4), c = x->c;
    char ins[64];
    snprintf(ins, sizeof ins, "%s", x->name);
    for (int i = 1; i < parts; i++) {
        const map *part = like(p, x, 0);
        size_t size = strlen(ins);
        c += part->c;
        snprintf(ins + size, sizeof ins - size, " %s", part->name);
    }
    map *y = new_map(p, c, x->h, x->w);
    nn_node(&p->m, "Concat", y->name, ins, y->name);
    nn_int(&p->m, "axis", 1);
}

static void resize(program *p)
{
    static const char *const modes[] = {"nearest", "linear"};
    static const char *const where[] = {"half_pixel", "align_corners",
                                        "asymmetric", "pytorch_half_pixel"};
    static const char *const rounds[] = {"floor", "ceil", "round_prefer_floor",
                                         "round_prefer_ceil"};
    const map *x = some(p);
    int how = byte(p), h = in(p, 1, 40), w = in(p, 1, 40);
    char k[16], ins[64];
    if (how & 1) {
        add_int64s(p, k, 4, (int64_t[]){1, x->c, h, w});
        snprintf(ins, sizeof ins, "%s   %s", x->name, k);
    } else {
        float scales[4] = {1, 1, (float)h / 8.0f, (float)w / 8.0f};
        h = (int)((float)x->h * scales[2]);
        w = (int)((float)x->w * scales[3]);
        nn_floats(&p->m, name_constant(p, k), 1, (int[]){4}, scales);
        snprintf(ins, sizeof ins, "%s  %s", x->name, k);
    }
    map *y = new_map(p, x->c, h, w);
    nn_node(&p->m, "Resize", y->name, ins, y->name);
    nn_string(&p->m, "mode", modes[how >> 1 & 1]);
    nn_string(&p->m, "coordinate_transformation_mode", where[how >> 2 & 3]);
    nn_string(&p->m, "nearest_mode", rounds[how >> 4 & 3]);
}

/* A resize to the size of another map, computed as exporters write it. */
static void resize_like(program *p)
{
    static const char *const ops[] = {"Add", "Mul", "Div", "Sub"};
    const map *x = some(p), *to = some(p);
    char n[8][16], two[16], ins[64], list[16];
    int how = byte(p);
    for (int i = 0; i < 8; i++) name_constant(p, n[i]);
    nn_node(&p->m, "Shape", n[0], to->name, n[0]);
    add_int64s(p, two, 1 + (how & 1), (int64_t[]){in(p, 0, 4), 3});
    add_int64s(p, list, 1, (int64_t[]){in(p, 0, 5)});
    snprintf(ins, sizeof ins, "%s %s", n[0], two);
    nn_node(&p->m, "Gather", n[1], ins, n[1]);
    nn_node(&p->m, how & 2 ? "Cast" : "Identity", n[2], n[1], n[2]);
    if (how & 2) nn_int(&p->m, "to", how & 4 ? NN_F32 : NN_I64);
    snprintf(ins, sizeof ins, "%s %s", n[2], list);
    nn_node(&p->m, ops[how >> 3 & 3], n[3], ins, n[3]);
    nn_node(&p->m, how & 32 ? "Floor" : "Identity", n[4], n[3], n[4]);
    snprintf(ins, sizeof ins, "%s %s %s", n[0], list, two);
    nn_node(&p->m, how & 64 ? "Slice" : "Reshape", n[5], ins, n[5]);
    snprintf(ins, sizeof ins, "%s %s", how & 128 ? n[5] : n[0], n[4]);
    nn_node(&p->m, "Concat", n[6], ins, n[6]);
    nn_int(&p->m, "axis", 0);
    map *y = new_map(p, x->c, to->h, to->w);
    snprintf(ins, sizeof ins, "%s   %s", x->name, n[6]);
    nn_node(&p->m, "Resize", y->name, ins, y->name);
}

static void pass_on(program *p)
{
    static const char *const ops[] = {"Identity", "Dropout", "Cast"};
    const map *x = some(p);
    int which = in(p, 0, 2);
    map *y = new_map(p, x->c, x->h, x->w);
    nn_node(&p->m, ops[which], y->name, x->name, y->name);
    if (which == 2) nn_int(&p->m, "to", 1);
}

/* ---- a run ------------------------------------------------------------- */

static void answer(cut_net *net, const float *input, uint32_t n, uint32_t mmacs,
                   float *output, uint32_t outs)
{
    if (cut_net_begin(net, input, n) != CUT_OK) abort();
    while (!cut_net_output(net))
        if (cut_net_step(net, mmacs) != CUT_OK) abort();
    memcpy(output, cut_net_output(net), outs * sizeof *output);
}

/* Small enough to be worth the time. */
static int is_small(const cut_net *net)
{
    return cut_net_kmacs(net) <= MAX_KMACS && cut_net_bytes(net) <= 4u << 20;
}

/* Recording makes every map as a whole: the same bits as band by band, where
 * no kernel is one of Winograd's, which only whole maps have. */
static void compare_recorded(const program *p, int w, int h, const float *input,
                             uint32_t n, const float *want, uint32_t outs)
{
    cut_net *net = cut_net_new();
    if (!net) abort();
    cut_net_record(net, 1);
    if (cut_net_load(net, p->m.file.at, (uint32_t)p->m.file.size, (uint32_t)w,
                     (uint32_t)h, CUT_NET_F32, "", 0) == CUT_OK &&
        is_small(net) && !strstr(cut_net_plan_json(net), "winograd")) {
        float *output = malloc(outs * sizeof *output);
        if (!output) abort();
        answer(net, input, n, 1000, output, outs);
        if (memcmp(output, want, outs * sizeof *output) != 0) abort();
        if (!cut_net_ranges(net)[0]) abort();
        free(output);
    }
    cut_net_free(net);
}

static void run(cut_net *net, const program *p, int w, int h)
{
    uint32_t n = cut_net_dim(net, 0, 1) * cut_net_dim(net, 0, 2) *
                 cut_net_dim(net, 0, 3);
    uint32_t outs = cut_net_dim(net, 1, 1) * cut_net_dim(net, 1, 2) *
                    cut_net_dim(net, 1, 3);
    if (!is_small(net)) return;
    float *memory = malloc((n * 2 + outs * 3) * sizeof *memory);
    if (!memory) abort();
    float *a = memory, *b = a + n, *first = b + n, *second = first + outs,
          *other = second + outs;
    for (uint32_t i = 0; i < n; i++) {
        a[i] = (float)(int)(i * 2654435761u >> 16) / 16384.0f - 2.0f;
        b[i] = (float)(int)(i * 1274126177u >> 16) * 100.0f - 3e6f;
    }
    answer(net, a, n, 1000, first, outs);
    answer(net, b, n, 0, other, outs);
    answer(net, a, n, 1, second, outs);
    if (memcmp(first, second, outs * sizeof *first) != 0) abort();
    if (strstr(cut_net_plan_json(net), "\"arithmetic\":\"f32\"") &&
        !strstr(cut_net_plan_json(net), "winograd"))
        compare_recorded(p, w, h, a, n, first, outs);
    free(memory);
}

static void (*const operators[])(program *) = {
    conv,       conv,       conv,   pool,        mean,
    activation, batch_norm, binary, binary,      with_constant,
    concat,     concat,     resize, resize_like, pass_on};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 512) return 0;
    program p = {.at = data, .end = data + size, .seed = (uint32_t)size};
    int how = byte(&p), w = in(&p, 1, 24), h = in(&p, 1, 24);
    if (how & 32) { /* large enough for Winograd's kernels */
        w += 24;
        h += 24;
    }
    p.m.opset = how & 8 ? 13 : 11;
    p.seed += (uint32_t)byte(&p);
    new_map(&p, in(&p, 1, 13), h, w);
    nn_input(&p.m, p.maps[0].name, p.maps[0].c, how & 4 ? h : 0, 0);
    while (p.at < p.end && p.count < MAX_MAPS)
        operators[in(&p, 0, sizeof operators / sizeof *operators - 1)](&p);
    const map *output = how & 16 ? some(&p) : &p.maps[p.count - 1];
    nn_output(&p.m, output->name);
    nn_finish(&p.m);

    cut_memory_limit(64u << 20);
    cut_net *net = cut_net_new();
    if (!net) abort();
    int status = cut_net_load(net, p.m.file.at, (uint32_t)p.m.file.size,
                              (uint32_t)w, (uint32_t)h, (how & 3) % 3, "", 0);
    if (status == CUT_OK)
        run(net, &p, w, h);
    else if (!cut_net_message(net)[0] ||
             (status != CUT_E_MODEL && status != CUT_E_MODEL_UNSUPPORTED &&
              status != CUT_E_MEMORY))
        abort();
    cut_net_free(net);
    nn_model_free(&p.m);
    cut_memory_limit(0);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
