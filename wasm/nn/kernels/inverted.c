/*
 * A depthwise convolution of 3x3 or 5x5, the dense one that makes its input and
 * the 1x1 one that reads its result, a band of rows and eight channels at a
 * time: what is between them stays in the first cache, and the wide maps are
 * never written. Without the first the input is copied from its map, without
 * the last the result is written to one. Long because three convolutions share
 * a band.
 *
 * i16 sums are exact in any order: the bits are those of one step after the
 * other. Of a thread's time in the default model 47 % goes to the first
 * convolutions, 18 % to the depthwise ones, 32 % to the last ones, each at 70 to
 * 95 % of the dot's ceiling (`npm run bench -- roofline`). Oracles:
 * tests/c/test_nn_inverted.c, test_nn_depthwise.c.
 */
#include "nn/kernels/inverted.h"

#include "base/alloc.h"
#include "nn/kernels/band.h"
#include "nn/kernels/columns.h"
#include "nn/kernels/conv.h"
#include "nn/kernels/conv_i16.h"
#include "nn/kernels/split.h"
#include "nn/kernels/tile.h"

/* Elements behind all others: a tile's last pixels may not exist. */
#define SLACK 64

/* What a step goes through, and where it lies in the scratch. */
typedef struct block_plan {
    const cut_step *wise, *dense, *point; /* dense, point: or NULL */
    int32_t blocks;                       /* of eight channels */
    int32_t shift;   /* pixels before the map's first: even */
    int32_t columns; /* pairs of pixels */
    int32_t kept;    /* rows that the next band needs again */
    int32_t band;    /* rows of the result */
    int16_t *rows;   /* [columns][CUT_ROWS][CUT_PAIR], of one block */
    int16_t *saved;  /* [block][columns][kept][CUT_PAIR] */
    cut_cell *made;  /* [block][band * w][8], for `point`; of bytes, the high
                        digits and then the low ones */
    int16_t *whole;  /* of bytes: the numbers of one block */
} block_plan;

static size_t rows_size(const block_plan *b)
{
    return (size_t)b->columns * CUT_COLUMN;
}

static size_t saved_size(const block_plan *b)
{
    return (size_t)b->columns * (size_t)b->kept * CUT_PAIR;
}

static size_t made_size(const block_plan *b)
{
    return (size_t)b->band * (size_t)b->wise->out.w * 8;
}

/* Bytes of `made` and, behind it, `whole`. */
static size_t made_bytes(const block_plan *b)
{
    size_t size = made_size(b) * (size_t)b->blocks * 2;
    return CUT_BYTE_DOTS ? size + made_size(b) * 2 : size;
}

/* Rows of the dense one's result that a band of `rows` needs. */
static int32_t dense_rows(const block_plan *b, int32_t rows)
{
    const cut_window *w = &b->wise->conv.window;
    return (rows - 1) * w->s[0] + w->k[0];
}

/* Input bytes of a band that are copied for a window that needs padding. */
#define DENSE_BYTES 32768

static size_t dense_bytes(const cut_step *dense, int32_t rows)
{
    size_t row = (size_t)dense->conv.pad_w * (size_t)dense->in.cp * 2;
    return row *
           (size_t)((rows - 1) * dense->conv.window.s[0] + cut_reach(dense, 0));
}

/* Where in the arena the buffers lie, and how many rows a band has: as many as
 * the window's columns hold, fewer where the dense one copies its input. */
static block_plan plan_of(const cut_step *step, uint8_t *arena)
{
    const cut_step *wise = step->kernel == &cut_inverted_i16 ? step->inner
                                                             : step;
    const cut_window *w = &wise->conv.window;
    block_plan b = {.wise = wise,
                    .dense = wise->inner,
                    .point = wise == step ? NULL : step,
                    .blocks = wise->out.cp / 8,
                    .shift = (w->before[1] + 1) / 2 * 2,
                    .kept = w->k[0] - w->s[0],
                    .band = (CUT_ROWS - w->k[0]) / w->s[0] + 1};
    int32_t groups = (wise->out.w + 3) / 4;
    int32_t reach = (groups * 4 - 1) * w->s[1] + w->k[1] + 1;
    int32_t whole = b.shift +
                    (wise->in.w + CUT_PIXELS - 1) / CUT_PIXELS * CUT_PIXELS;
    b.columns = (reach > whole ? reach : whole) / 2 + 1;
    while (b.dense && b.dense->conv.pad_w && b.band > 1 &&
           dense_bytes(b.dense, b.band * w->s[0]) > DENSE_BYTES)
        b.band--;
    if (b.band > wise->out.h) b.band = wise->out.h;
    b.rows = (int16_t *)(void *)(arena + step->scratch);
    b.saved = b.rows + rows_size(&b);
    b.made = (cut_cell *)(b.saved + saved_size(&b) * (size_t)b.blocks);
    b.whole = (int16_t *)(void *)((uint8_t *)b.made +
                                  made_size(&b) * (size_t)b.blocks * 2);
    return b;
}

/* ---- rows of a block --------------------------------------------------- */

static void zero_rows(const block_plan *b, int32_t from, int32_t to)
{
    for (int32_t i = 0; i < b->columns && from < to; i++)
        memset(b->rows + i * CUT_COLUMN + from * CUT_PAIR, 0,
               (size_t)(to - from) * CUT_PAIR * sizeof(int16_t));
}

/* `size` elements of each of the columns, from columns `from` elements apart to
 * ones `to` apart: a few vectors each, for which memcpy() would be a call. */
static void move_rows(int32_t columns, int16_t *out, size_t to,
                      const int16_t *in, size_t from, size_t size)
{
    for (int32_t i = 0; i < columns; i++, out += to, in += from)
        for (size_t k = 0; k < size; k += 8)
            cut_i16x8_store(out + k, cut_i16x8_load(in + k));
}

static void save_rows(const block_plan *b, int16_t *saved, int32_t from)
{
    size_t size = (size_t)b->kept * CUT_PAIR;
    move_rows(b->columns, saved, size, b->rows + from * CUT_PAIR, CUT_COLUMN,
              size);
}

static void restore_rows(const block_plan *b, const int16_t *saved)
{
    size_t size = (size_t)b->kept * CUT_PAIR;
    move_rows(b->columns, b->rows, CUT_COLUMN, saved, size, size);
}

/* A row of eight channels of a map. */
static void copy_row(int16_t *row, const int16_t *a, int32_t ld, int32_t n)
{
    const i16x8 zero = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int32_t x = 0; x < n; x += 2, row += CUT_COLUMN, a += 2 * ld)
        cut_put_pair(row, cut_i16x8_load(a),
                     x + 1 < n ? cut_i16x8_load(a + ld) : zero);
}

/* The same with eight channels of a residual. */
CUT_INLINE i16x8 finish_sum(const cut_finish *f, i32x4 s0, i32x4 s1,
                            const uint8_t *other, int type)
{
    f32x4 r0, r1;
    cut_load8(other, type, &r0, &r1);
    f32x4 y0 = cut_f32x4_of(s0) * f->m0 + f->b0 + r0 * f->ratio;
    f32x4 y1 = cut_f32x4_of(s1) * f->m1 + f->b1 + r1 * f->ratio;
    return cut_clamp_i16(f, y0, y1);
}

/* A tile's pixels from pixel `x` on, of which the last is `last` after it. */
CUT_INLINE void finish_all(i16x8 y[CUT_PIXELS], const cut_tile *t,
                           const cut_finish *f, const i32x4 s[2 * CUT_PIXELS],
                           int32_t x, int32_t last)
{
    const cut_view *other = &t->step->other;
    if (!t->other) {
        CUT_UNROLL
        for (int i = 0; i < CUT_PIXELS; i++)
            y[i] = cut_finish_i16(f, s[2 * i], s[2 * i + 1]);
        return;
    }
    size_t pixel = (size_t)other->ld * cut_element(other->type);
    const uint8_t *at = t->other + (size_t)x * pixel;
    CUT_UNROLL
    for (int i = 0; i < CUT_PIXELS; i++)
        y[i] = finish_sum(f, s[2 * i], s[2 * i + 1],
                          at + (size_t)(i < last ? i : last) * pixel,
                          other->type);
}

/* A row that a dense convolution makes, a tile at a time; `t->out` is the
 * first column. Behind the last pixel there are zeros. */
__attribute__((noinline)) static void dense_row(const cut_tile *t)
{
    const cut_step *step = t->step;
    const cut_finish f = cut_finish_of(step, t->channel);
    const i16x8 zero = {0, 0, 0, 0, 0, 0, 0, 0};
    int16_t *out = (int16_t *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x += CUT_PIXELS) {
        int32_t last = t->n - x >= CUT_PIXELS ? CUT_PIXELS - 1 : t->n - x - 1;
        int32_t to[CUT_PIXELS - 1];
        i32x4 s[2 * CUT_PIXELS] = {{0}};
        i16x8 y[CUT_PIXELS];
        cut_tile_reach(to, t->pixel, last);
        cut_dot_window(s, &step->conv,
                       (const cut_cell *)t->a + (ptrdiff_t)x * t->pixel, to,
                       t->w);
        finish_all(y, t, &f, s, x, last);
        if (last < CUT_PIXELS - 1) {
            CUT_UNROLL
            for (int i = 1; i < CUT_PIXELS; i++)
                if (last < i) y[i] = zero;
        }
        CUT_UNROLL
        for (int i = 0; i < CUT_PIXELS; i += 2, out += CUT_COLUMN)
            cut_put_pair(out, y[i], y[i + 1]);
    }
}

/* Rows y .. end - 1 of the depthwise one's input, into row `at` and on. */
static void make_rows(const block_plan *b, uint8_t *arena, int32_t block,
                      int32_t at, int32_t y, int32_t end, cut_tile *tile,
                      const uint8_t *a, size_t pitch)
{
    int16_t *row = b->rows + b->shift / 2 * CUT_COLUMN + at * CUT_PAIR;
    const cut_view *in = &b->wise->in;
    for (; y < end; y++, row += CUT_PAIR, a += pitch) {
        if (!b->dense) {
            copy_row(row,
                     (const int16_t *)(const void *)(arena + in->offset) +
                         (size_t)y * (size_t)in->w * (size_t)in->ld + block * 8,
                     in->ld, in->w);
            continue;
        }
        const cut_view *other = &b->dense->other;
        tile->a = a;
        tile->out = (uint8_t *)row;
        tile->other = other->c ? arena + other->offset +
                                     ((size_t)y * (size_t)other->w *
                                          (size_t)other->ld +
                                      (size_t)block * 8) *
                                         cut_element(other->type)
                               : NULL;
        dense_row(tile);
    }
}

/* One block of a band of the depthwise result. */
static void make_block(const block_plan *b, uint8_t *arena, int32_t block,
                       int32_t y_begin, int32_t y_end)
{
    const cut_step *wise = b->wise;
    const cut_finish f = cut_finish_of(wise, block * 8);
    const int16_t *w = (const int16_t *)wise->weights +
                       (size_t)block * cut_columns_weights(&wise->conv.window);
    cut_columns_run *run = cut_columns_of(&wise->conv.window);
    int32_t width = wise->out.w, ld = b->point ? 8 : wise->out.ld;
    int16_t *out = b->whole;
    if (!CUT_BYTE_DOTS)
        out = (int16_t *)(void *)b->made + (size_t)block * made_size(b);
    if (!b->point)
        out = (int16_t *)(void *)(arena + wise->out.offset) +
              (size_t)y_begin * (size_t)width * (size_t)ld + block * 8;
    for (int32_t y = y_begin; y < y_end; y++) {
        run(out, ld, width,
            b->rows + (y - y_begin) * wise->conv.window.s[0] * CUT_PAIR, w, &f);
        out += (size_t)width * (size_t)ld;
    }
    if (CUT_BYTE_DOTS && b->point) {
        uint8_t *first = (uint8_t *)b->made + (size_t)block * made_size(b);
        size_t n = (size_t)(y_end - y_begin) * (size_t)width * 8;
        if (b->point->conv.split == 1)
            cut_narrow_digits(first, b->whole, n);
        else
            cut_split_digits(first, first + made_size(b) * (size_t)b->blocks,
                             b->whole, n);
    }
}

/* ---- the 1x1 convolution ----------------------------------------------- */

/* Eight channels of the result from blocks of channels, `plane` elements
 * apart. Pixels behind the last are computed, since something lies there, but
 * not stored. */
__attribute__((noinline)) static void point_tile(const cut_tile *t,
                                                 size_t plane, int32_t blocks)
{
    const cut_finish f = cut_finish_of(t->step, t->channel);
    int16_t *out = (int16_t *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x += CUT_PIXELS, out += CUT_PIXELS * t->ld) {
        int32_t last = t->n - x >= CUT_PIXELS ? CUT_PIXELS - 1 : t->n - x - 1;
        i32x4 s[2 * CUT_PIXELS] = {{0}};
        i16x8 y[CUT_PIXELS];
        cut_dot_blocks(s, (const cut_cell *)t->a + (size_t)x * 8, plane, blocks,
                       t->step->conv.split, t->w);
        finish_all(y, t, &f, s, x, last);
        CUT_UNROLL
        for (int i = 0; i < CUT_PIXELS; i++)
            if (i <= last) cut_i16x8_store(out + i * t->ld, y[i]);
    }
}

/* Bytes of a chunk of pixels that every tile of the result passes over. */
#define CHUNK_BYTES 16384

/* The band is one row of pixels to it: they lie one after another. */
static void make_points(const block_plan *b, uint8_t *arena, int32_t y_begin,
                        int32_t y_end)
{
    const cut_step *step = b->point;
    const cut_view *out = &step->out, *other = &step->other;
    size_t first = (size_t)y_begin * (size_t)out->w;
    int32_t n = (y_end - y_begin) * out->w;
    int32_t chunk = CHUNK_BYTES / (b->blocks * 16) / CUT_PIXELS * CUT_PIXELS;
    if (chunk < 2 * CUT_PIXELS) chunk = 2 * CUT_PIXELS;
    for (int32_t x = 0; x < n; x += chunk)
        for (int32_t i = 0; i < step->conv.tiles; i++) {
            size_t pixel = first + (size_t)x, channel = (size_t)i * CUT_TILE;
            cut_tile tile = {.step = step,
                             .a = b->made + (size_t)x * 8,
                             .w = (const uint8_t *)step->weights +
                                  (size_t)i * step->conv.tile_bytes,
                             .n = n - x < chunk ? n - x : chunk,
                             .channel = i * CUT_TILE,
                             .out = arena + out->offset +
                                    (pixel * (size_t)out->ld + channel) * 2,
                             .ld = out->ld};
            if (other->c)
                tile.other = arena + other->offset +
                             (pixel * (size_t)other->ld + channel) *
                                 cut_element(other->type);
            point_tile(&tile, made_size(b), b->blocks);
        }
}

/* ---- a band ------------------------------------------------------------ */

/* Makes rows of the result, block by block of 8 channels; the rows above that
 * two bands share are kept from the one before. */
static void run(const cut_step *step, uint8_t *arena, int32_t y_begin,
                int32_t y_end)
{
    const block_plan b = plan_of(step, arena);
    const cut_window *w = &b.wise->conv.window;
    int32_t h = b.wise->in.h, first = y_begin * w->s[0] - w->before[0];
    int32_t count = (y_end - y_begin - 1) * w->s[0] + w->k[0];
    int first_band = y_begin == step->first_row;
    int32_t have = first_band ? 0 : b.kept;
    int32_t start = first + have, end = first + count;
    if (start < 0) start = 0;
    if (start > h) start = h;
    if (end > h) end = h;
    if (end < start) end = start;
    /* rows of the block: have are there, to `made` there is nothing, to `left`
     * they are made, and then there is nothing again */
    int32_t made = start > first ? start - first : 0;
    int32_t left = end > first ? end - first : 0;
    const uint8_t *a = NULL;
    size_t pitch = 0;
    cut_tile tile = {.step = b.dense, .n = b.wise->in.w};
    if (b.dense && end > start)
        a = cut_band_rows(b.dense, arena, start, end, &pitch, &tile.pixel);
    if (first_band) zero_rows(&b, 0, CUT_ROWS); /* the columns beside the map */
    for (int32_t block = 0; block < b.blocks; block++) {
        int16_t *saved = b.saved + (size_t)block * saved_size(&b);
        if (b.dense) {
            tile.w = (const uint8_t *)b.dense->weights +
                     (size_t)block * b.dense->conv.tile_bytes;
            tile.channel = block * 8;
        }
        if (have) restore_rows(&b, saved);
        zero_rows(&b, have, made);
        make_rows(&b, arena, block, made, start, end, &tile, a, pitch);
        zero_rows(&b, left, count);
        if (y_end < b.wise->out.h)
            save_rows(&b, saved, (y_end - y_begin) * w->s[0]);
        make_block(&b, arena, block, y_begin, y_end);
    }
    if (b.point) make_points(&b, arena, y_begin, y_end);
}

/* ---- set-up ------------------------------------------------------------ */

/* What both kinds of last step share; `step->kernel` is known. */
static void set_scratch(cut_step *step)
{
    block_plan b = plan_of(step, NULL);
    step->band = b.band;
    step->scratch_bytes =
        (rows_size(&b) + saved_size(&b) * (size_t)b.blocks + SLACK) * 2;
    if (b.point) step->scratch_bytes += made_bytes(&b);
    if (b.dense) cut_band_room(b.wise->inner, dense_rows(&b, b.band));
}

/* Packs the depthwise weights by column, in place of the usual layout. */
static cut_status set_up_wise(const cut_setup *setup)
{
    cut_step *step = setup->step;
    cut_status status = cut_conv_set_up(setup, CUT_LAYOUT_TAPS);
    if (status) return status;
    void *plain = step->block;
    const int16_t *w = step->weights;
    const cut_window *window = &step->conv.window;
    status = cut_step_weights(setup, (uint64_t)(step->in.cp / 8) *
                                         cut_columns_weights(window) * 2);
    if (!status) cut_columns_pack(step->weights, w, step->in.cp, window);
    cut_free(plain);
    if (status) return status;
    if (step->inner) step->kmacs += step->inner->kmacs;
    set_scratch(step);
    return CUT_OK;
}

static cut_status set_up_point(const cut_setup *setup)
{
    cut_step *step = setup->step;
    /* what lies between is of one digit where no number is negative */
    if (CUT_BYTE_DOTS && step->in.limit <= 127 &&
        step->inner->act.a >= CUT_MAGIC)
        step->conv.split = 1;
    cut_status status = cut_conv_set_up(setup, CUT_LAYOUT_TILES);
    if (status) return status;
    step->kmacs += step->inner->kmacs;
    step->inner->scratch_bytes = 0; /* it lies in this one's */
    set_scratch(step);
    return CUT_OK;
}

int cut_inverted_fits(const cut_op *op, const cut_view *in)
{
    return in->type == CUT_I16 && op->residual < 0 &&
           cut_columns_of(&op->window);
}

/* Its input is a map, or what a dense convolution makes. */
static int fits(const cut_op *op, const cut_step *step)
{
    return cut_conv_is_depthwise(op, step) && !step->banded &&
           cut_inverted_fits(op, &step->in) &&
           (!step->inner || step->inner->kernel == &cut_conv_i16);
}

static int fits_3x3(const cut_op *op, const cut_step *step)
{
    return fits(op, step) && op->window.k[0] == 3;
}

static int fits_5x5(const cut_op *op, const cut_step *step)
{
    return fits(op, step) && op->window.k[0] == 5;
}

static int fits_point(const cut_op *op, const cut_step *step)
{
    (void)op;
    return step->inner && (step->inner->kernel == &cut_depthwise_3x3_i16 ||
                           step->inner->kernel == &cut_depthwise_5x5_i16);
}

const cut_kernel cut_inverted_i16 = {.name = "inverted i16",
                                     .fits = fits_point,
                                     .set_up = set_up_point,
                                     .run = run,
                                     .keeps = 1,
                                     .gmacs = 34};

const cut_kernel cut_depthwise_3x3_i16 = {.name = "depthwise i16",
                                          .fits = fits_3x3,
                                          .set_up = set_up_wise,
                                          .run = run,
                                          .keeps = 1,
                                          .gmacs = 12};

const cut_kernel cut_depthwise_5x5_i16 = {.name = "depthwise i16",
                                          .fits = fits_5x5,
                                          .set_up = set_up_wise,
                                          .run = run,
                                          .keeps = 1,
                                          .gmacs = 12};
