/*
 * 3x3 convolution at stride 1 by Winograd's F(4x4, 3x3) (Lavin & Gray 2016,
 * arXiv:1509.09308): 36 products for 16 results where the definition takes
 * 144. In f32, between maps of either type: that beats even i16 dot products.
 * Transformed weights are 4 times as large, so it is used where the map is
 * large and the weights are not.
 *
 * For a chunk of tiles: V[36][tiles][cin] = B'dB; for each 8 output channels
 * M[36][tiles][8] = V U; result = A'MA. All channel-wise, so SIMD lanes are
 * channels throughout. Weights U[cout / 8][36][cin][8]. Oracle:
 * tests/c/test_nn_conv.c.
 */
#include "nn/kernels/winograd.h"

#include "base/alloc.h"
#include "nn/kernels/band.h"
#include "nn/kernels/conv.h"

#define SIDE 4 /* results of a tile */
#define SPAN 6 /* inputs */
#define POINTS 36
#define MAX_TILES 32 /* of a chunk */
#define MIN_PIXELS 1024
#define MAX_WEIGHTS 65536 /* cin * cout */

/* One dimension of B'd: six numbers from six. */
CUT_INLINE void spread(f32x4 *out, int gap, f32x4 d0, f32x4 d1, f32x4 d2,
                       f32x4 d3, f32x4 d4, f32x4 d5)
{
    const f32x4 two = cut_f32x4(2), four = cut_f32x4(4), five = cut_f32x4(5);
    f32x4 even = d4 - four * d2, odd = d3 - four * d1;
    f32x4 far_even = d4 - d2, far_odd = two * (d3 - d1);
    out[0] = four * d0 - five * d2 + d4;
    out[gap] = even + odd;
    out[2 * gap] = even - odd;
    out[3 * gap] = far_even + far_odd;
    out[4 * gap] = far_even - far_odd;
    out[5 * gap] = four * d1 - five * d3 + d5;
}

CUT_INLINE f32x4 load4(const uint8_t *p, int type)
{
    if (type == CUT_F32) return cut_load_f32((const float *)(const void *)p);
    return cut_f32x4_of(cut_low(cut_i16x8_load_half(p)));
}

/* Four channels of one tile of the padded map; `pixel` and `pitch` in bytes.
 * v: [36] `gap` floats apart. */
static void transform_in(float *v, size_t gap, const uint8_t *d, size_t pixel,
                         size_t pitch, int type)
{
    f32x4 rows[POINTS];
    for (int x = 0; x < SPAN; x++) {
        const uint8_t *p = d + (size_t)x * pixel;
        spread(rows + x, SPAN, load4(p, type), load4(p + pitch, type),
               load4(p + 2 * pitch, type), load4(p + 3 * pitch, type),
               load4(p + 4 * pitch, type), load4(p + 5 * pitch, type));
    }
    for (int y = 0; y < SPAN; y++) {
        const f32x4 *r = rows + y * SPAN;
        f32x4 out[SPAN];
        spread(out, 1, r[0], r[1], r[2], r[3], r[4], r[5]);
        for (int x = 0; x < SPAN; x++)
            cut_store_f32(v + (size_t)(y * SPAN + x) * gap, out[x]);
    }
}

/* One dimension of A'm: four numbers from six. */
CUT_INLINE void gather(f32x4 *out, int gap, f32x4 m0, f32x4 m1, f32x4 m2,
                       f32x4 m3, f32x4 m4, f32x4 m5)
{
    const f32x4 two = cut_f32x4(2), four = cut_f32x4(4), eight = cut_f32x4(8);
    f32x4 a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
    out[0] = m0 + a + c;
    out[gap] = b + two * d;
    out[2 * gap] = a + four * c;
    out[3 * gap] = b + eight * d + m5;
}

/* m: [36][tiles][8], at one tile and four channels -> out[16]. */
static void transform_out(f32x4 *out, const float *m, size_t gap)
{
    f32x4 rows[SIDE * SPAN];
    for (int x = 0; x < SPAN; x++) {
        const float *p = m + (size_t)x * gap;
        size_t row = SPAN * gap;
        gather(rows + x, SPAN, cut_load_f32(p), cut_load_f32(p + row),
               cut_load_f32(p + 2 * row), cut_load_f32(p + 3 * row),
               cut_load_f32(p + 4 * row), cut_load_f32(p + 5 * row));
    }
    for (int y = 0; y < SIDE; y++) {
        const f32x4 *r = rows + y * SPAN;
        gather(out + y * SIDE, 1, r[0], r[1], r[2], r[3], r[4], r[5]);
    }
}

/* m[n][8] = v[n][c] u[c][8]; n is a multiple of 4, c of 8. */
static void product(float *m, const float *v, const float *u, int32_t n,
                    int32_t c)
{
    for (int32_t i = 0; i < n; i += 4, m += 32, v += 4 * (ptrdiff_t)c) {
        const float *p0 = v, *p1 = p0 + c, *p2 = p1 + c, *p3 = p2 + c;
        const float *w = u, *end = p1;
        f32x4 s00 = cut_f32x4(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00,
              s21 = s00, s30 = s00, s31 = s00;
        for (; p0 != end; p0 += 2, p1 += 2, p2 += 2, p3 += 2, w += 16) {
            f32x4 a, w0 = cut_load_f32(w), w1 = cut_load_f32(w + 4);
            a = cut_f32x4_splat_at(p0);
            s00 += a * w0;
            s01 += a * w1;
            a = cut_f32x4_splat_at(p1);
            s10 += a * w0;
            s11 += a * w1;
            a = cut_f32x4_splat_at(p2);
            s20 += a * w0;
            s21 += a * w1;
            a = cut_f32x4_splat_at(p3);
            s30 += a * w0;
            s31 += a * w1;
            w0 = cut_load_f32(w + 8);
            w1 = cut_load_f32(w + 12);
            a = cut_f32x4_splat_at(p0 + 1);
            s00 += a * w0;
            s01 += a * w1;
            a = cut_f32x4_splat_at(p1 + 1);
            s10 += a * w0;
            s11 += a * w1;
            a = cut_f32x4_splat_at(p2 + 1);
            s20 += a * w0;
            s21 += a * w1;
            a = cut_f32x4_splat_at(p3 + 1);
            s30 += a * w0;
            s31 += a * w1;
        }
        cut_store_f32(m, s00);
        cut_store_f32(m + 4, s01);
        cut_store_f32(m + 8, s10);
        cut_store_f32(m + 12, s11);
        cut_store_f32(m + 16, s20);
        cut_store_f32(m + 20, s21);
        cut_store_f32(m + 24, s30);
        cut_store_f32(m + 28, s31);
    }
}

typedef struct chunk {
    const cut_step *step;
    uint8_t *arena;
    int32_t y_begin, y_end;     /* rows of the result */
    int32_t first, count, room; /* tiles of the band; room: rounded up to 4 */
    int32_t across;             /* tiles in a row */
} chunk;

/* Eight channels of one tile to where they belong. */
static void put(const chunk *k, int32_t tile, int32_t channel, const f32x4 *lo,
                const f32x4 *hi, const cut_finish *f)
{
    const cut_view *out = &k->step->out, *other = &k->step->other;
    size_t size = cut_element(out->type), rest = cut_element(other->type);
    int32_t y0 = k->y_begin + tile / k->across * SIDE;
    int32_t x0 = tile % k->across * SIDE;
    for (int32_t y = 0; y < SIDE && y0 + y < k->y_end; y++)
        for (int32_t x = 0; x < SIDE && x0 + x < out->w; x++) {
            size_t at = (size_t)(y0 + y) * (size_t)out->w + (size_t)(x0 + x);
            size_t c = (size_t)channel;
            cut_finish8(f, lo[y * SIDE + x] + f->b0, hi[y * SIDE + x] + f->b1,
                        out->type,
                        k->arena + out->offset +
                            (at * (size_t)out->ld + c) * size,
                        other->c ? k->arena + other->offset +
                                       (at * (size_t)other->ld + c) * rest
                                 : NULL,
                        other->type);
        }
}

/* d: the padded map at the band's first tile; `pitch` in bytes. */
static void run_chunk(const chunk *k, const uint8_t *d, size_t pitch, float *v)
{
    const cut_step *step = k->step;
    size_t c = (size_t)step->in.cp, room = (size_t)k->room;
    size_t size = cut_element(step->in.type), pixel = c * size;
    float *m = v + POINTS * (size_t)MAX_TILES * c;
    for (int32_t i = 0; i < k->room; i++) {
        /* the tiles that fill the room up are the last one again */
        int32_t tile = k->first + (i < k->count ? i : k->count - 1);
        const uint8_t *at = d + (size_t)(tile / k->across * SIDE) * pitch +
                            (size_t)(tile % k->across * SIDE) * pixel;
        for (size_t ci = 0; ci < c; ci += 4)
            transform_in(v + (size_t)i * c + ci, room * c, at + ci * size,
                         pixel, pitch, step->in.type);
    }
    const float *u = step->weights;
    for (int32_t o = 0; o < step->out.cp; o += CUT_TILE) {
        const cut_finish f = cut_finish_of(step, o);
        for (size_t p = 0; p < POINTS; p++, u += c * CUT_TILE)
            product(m + p * room * CUT_TILE, v + p * room * c, u, k->room,
                    step->in.cp);
        for (int32_t i = 0; i < k->count; i++) {
            f32x4 lo[SIDE * SIDE], hi[SIDE * SIDE];
            const float *at = m + (size_t)i * CUT_TILE;
            transform_out(lo, at, room * CUT_TILE);
            transform_out(hi, at + 4, room * CUT_TILE);
            put(k, k->first + i, o, lo, hi, &f);
        }
    }
}

/* Bytes of the padded rows of one band. */
static size_t rows_size(const cut_step *step)
{
    size_t bytes = (size_t)step->conv.pad_w * (size_t)step->in.cp *
                   cut_element(step->in.type) * (size_t)(step->band + 2);
    return (bytes + 63) / 64 * 64;
}

/* Chunk by chunk of the tiles of the band. */
static void run_winograd(const cut_step *step, uint8_t *arena, int32_t y_begin,
                         int32_t y_end)
{
    size_t pitch;
    int32_t pixel, across = (step->out.w + SIDE - 1) / SIDE;
    int32_t down = (y_end - y_begin + SIDE - 1) / SIDE;
    /* whole tiles: rows beyond the map are 0 */
    const uint8_t *d = cut_band_rows(step, arena, y_begin,
                                     y_begin + down * SIDE, &pitch, &pixel);
    float *v = (float *)(void *)(arena + step->scratch + rows_size(step));
    for (int32_t first = 0; first < across * down; first += MAX_TILES) {
        int32_t count = across * down - first;
        if (count > MAX_TILES) count = MAX_TILES;
        chunk k = {.step = step,
                   .arena = arena,
                   .y_begin = y_begin,
                   .y_end = y_end,
                   .first = first,
                   .count = count,
                   .room = (count + 3) / 4 * 4,
                   .across = across};
        run_chunk(&k, d, pitch, v);
    }
}

/* U = G g G' of one filter, in double: [36]. */
static void transform_filter(float *out, const float *g)
{
    static const double G[SPAN][3] = {{1.0 / 4, 0, 0},
                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                      {0, 0, 1}};
    double half[SPAN][3];
    for (int i = 0; i < SPAN; i++)
        for (int x = 0; x < 3; x++)
            half[i][x] = G[i][0] * (double)g[x] + G[i][1] * (double)g[3 + x] +
                         G[i][2] * (double)g[6 + x];
    for (int i = 0; i < SPAN; i++)
        for (int j = 0; j < SPAN; j++)
            out[i * SPAN + j] = (float)(half[i][0] * G[j][0] +
                                        half[i][1] * G[j][1] +
                                        half[i][2] * G[j][2]);
}

/* The transformed weights of all filters, the scales of both maps in them. */
static void pack(const cut_setup *setup, float *g)
{
    cut_step *step = setup->step;
    const cut_op *op = setup->op;
    size_t c = (size_t)step->in.cp;
    float u[POINTS];
    for (int32_t o = 0; o < step->out.c; o++) {
        float gain = op->mul ? op->mul[o] : 1.0f;
        if (step->in.type == CUT_I16) gain *= step->in.scale;
        if (step->out.type == CUT_I16) gain /= step->out.scale;
        float *w = (float *)step->weights +
                   (size_t)(o / CUT_TILE) * POINTS * c * CUT_TILE +
                   (size_t)(o % CUT_TILE);
        cut_filter_f32(setup->graph, op, o, g);
        for (size_t ci = 0; ci < (size_t)step->in.c; ci++) {
            transform_filter(u, g + ci * 9);
            for (size_t p = 0; p < POINTS; p++)
                w[(p * c + ci) * CUT_TILE] = u[p] * gain;
        }
    }
}

/* Bands of enough rows of tiles for a full chunk. */
static void set_band(cut_step *step)
{
    int32_t across = (step->out.w + SIDE - 1) / SIDE;
    step->conv.pad_w = across * SIDE + 2;
    step->band = (MAX_TILES + across - 1) / across * SIDE;
    if (step->band > (step->out.h + SIDE - 1) / SIDE * SIDE)
        step->band = (step->out.h + SIDE - 1) / SIDE * SIDE;
    step->scratch_bytes = rows_size(step) +
                          POINTS * (size_t)MAX_TILES *
                              ((size_t)step->in.cp + CUT_TILE) * 4;
}

/* As for any convolution, then the transformed weights and bands of whole
 * tiles. */
static cut_status set_up(const cut_setup *setup)
{
    cut_step *step = setup->step;
    const cut_op *op = setup->op;
    size_t c = (size_t)step->in.cp;
    cut_status status = cut_conv_begin(setup, 1);
    if (!status)
        status = cut_step_weights(setup, POINTS * c * (size_t)step->out.cp * 4);
    if (status) return status;
    float inv_scale = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
    for (int32_t o = 0; o < step->out.c; o++)
        step->add[o] = (op->add ? op->add[o] : 0) * inv_scale;
    cut_conv_set_bounds(step);
    float *g = cut_alloc(c * 9, sizeof *g);
    if (!g)
        return cut_fail(setup->error, CUT_E_MEMORY,
                        "No memory for the model's weights.");
    pack(setup, g);
    cut_free(g);
    set_band(step);
    return CUT_OK;
}

static int fits(const cut_op *op, const cut_step *step)
{
    const cut_window *w = &op->window;
    for (int i = 0; i < 2; i++)
        if (w->k[i] != 3 || w->s[i] != 1 || w->d[i] != 1) return 0;
    return !step->banded && op->groups == 1 && step->in.c >= 8 &&
           step->out.c >= 8 && step->out.h * step->out.w >= MIN_PIXELS &&
           (int64_t)step->in.c * step->out.c <= MAX_WEIGHTS;
}

const cut_kernel cut_winograd = {.name = "winograd",
                                 .fits = fits,
                                 .set_up = set_up,
                                 .run = run_winograd,
                                 .grain = SIDE,
                                 .gmacs = 46};
