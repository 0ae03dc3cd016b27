/*
 * Windows and whole maps reduced, channel by channel: MaxPool, AveragePool,
 * means over [h][w]; and the mean over the channels, [h][w]. What lies in the
 * padding counts as nothing, or as 0 in an AveragePool that says so. Oracle:
 * tests/c/test_nn_pool.c.
 */
#include "nn/kernels/pool.h"

#include <float.h>

/* The part of a window that lies on the map, as kernel indices. */
static void inside(const cut_step *step, int axis, int32_t at, int32_t size,
                   int32_t *first, int32_t *last)
{
    int32_t start = at * step->pool.window.s[axis] -
                    step->pool.window.before[axis];
    int32_t d = step->pool.window.d[axis];
    *first = start < 0 ? (d - 1 - start) / d : 0;
    *last = step->pool.window.k[axis];
    if (start + (*last - 1) * d >= size) *last = (size - 1 - start) / d + 1;
}

static const uint8_t *pixel_at(const cut_step *step, const uint8_t *arena,
                               int32_t y, int32_t x)
{
    return arena + step->in.offset +
           ((size_t)y * (size_t)step->in.w + (size_t)x) * (size_t)step->in.ld *
               cut_element(step->in.type);
}

/* One output pixel: kernel rows y0..y1 and columns x0..x1 at (y, x). */
typedef struct spot {
    int32_t y, x, y0, y1, x0, x1;
} spot;

/* The largest of a window, eight channels at a time. */
static void max_i16(const cut_step *step, const uint8_t *arena, spot s,
                    uint8_t *out)
{
    for (int32_t c = 0; c < step->out.cp; c += 8) {
        i16x8 max = {-32768, -32768, -32768, -32768,
                     -32768, -32768, -32768, -32768};
        for (int32_t ky = s.y0; ky < s.y1; ky++)
            for (int32_t kx = s.x0; kx < s.x1; kx++) {
                const uint8_t *p = pixel_at(step, arena,
                                            s.y + ky * step->pool.window.d[0],
                                            s.x + kx * step->pool.window.d[1]);
                max = cut_max_i16(
                    max, cut_i16x8_load((const int16_t *)(const void *)p + c));
            }
        cut_i16x8_store((int16_t *)(void *)out + c, max);
    }
}

/* The same in f32, four channels at a time or the only one. */
static void max_f32(const cut_step *step, const uint8_t *arena, spot s,
                    uint8_t *out)
{
    int32_t lanes = step->out.cp == 1 ? 1 : 4;
    for (int32_t c = 0; c < step->out.cp; c += lanes) {
        f32x4 max = cut_f32x4(-FLT_MAX);
        for (int32_t ky = s.y0; ky < s.y1; ky++)
            for (int32_t kx = s.x0; kx < s.x1; kx++) {
                const float *p = (const float *)(const void *)pixel_at(
                                     step, arena,
                                     s.y + ky * step->pool.window.d[0],
                                     s.x + kx * step->pool.window.d[1]) +
                                 c;
                max = cut_max(max,
                              lanes == 1 ? cut_f32x4(*p) : cut_load_f32(p));
            }
        memcpy((float *)(void *)out + c, &max, (size_t)lanes * 4);
    }
}

/* Eight channels; i16 within the limit, for the range is an estimate. */
CUT_INLINE void store(const cut_step *step, uint8_t *out, f32x4 y0, f32x4 y1)
{
    if (step->out.type == CUT_I16) {
        f32x4 limit = cut_f32x4(step->out.limit), min = cut_f32x4(0) - limit;
        y0 = cut_min(cut_max(y0, min), limit);
        y1 = cut_min(cut_max(y1, min), limit);
    }
    cut_store8(out, step->out.type, y0, y1);
}

/* The mean of a window, by the elements on the map or by all but
 * ceil_mode's. */
static void average(const cut_step *step, const uint8_t *arena, spot s,
                    uint8_t *out)
{
    /* with its padding, but not what ceil_mode adds beyond that */
    int32_t rows = s.y1 - s.y0, columns = s.x1 - s.x0;
    if (step->pool.include_pad) {
        int32_t room_y = step->in.h + step->pool.window.after[0] - s.y;
        int32_t room_x = step->in.w + step->pool.window.after[1] - s.x;
        rows = (room_y - 1) / step->pool.window.d[0] + 1;
        columns = (room_x - 1) / step->pool.window.d[1] + 1;
        if (rows > step->pool.window.k[0]) rows = step->pool.window.k[0];
        if (columns > step->pool.window.k[1]) columns = step->pool.window.k[1];
    }
    float count = (float)rows * (float)columns;
    int i16 = step->in.type == CUT_I16;
    if (i16) count *= step->out.scale / step->in.scale;
    for (int32_t c = 0; c < step->out.cp; c += 8) {
        f32x4 s0 = cut_f32x4(0), s1 = s0, v0, v1;
        float one = 0;
        for (int32_t ky = s.y0; ky < s.y1; ky++)
            for (int32_t kx = s.x0; kx < s.x1; kx++) {
                const uint8_t *p = pixel_at(step, arena,
                                            s.y + ky * step->pool.window.d[0],
                                            s.x + kx * step->pool.window.d[1]);
                if (step->out.cp == 1) {
                    one += *(const float *)(const void *)p;
                    continue;
                }
                cut_load8(p + (size_t)c * cut_element(step->in.type),
                          step->in.type, &v0, &v1);
                s0 += v0;
                s1 += v1;
            }
        if (step->out.cp == 1) {
            one /= count;
            memcpy(out, &one, 4);
            return;
        }
        store(step, out + (size_t)c * cut_element(step->out.type),
              s0 / cut_f32x4(count), s1 / cut_f32x4(count));
    }
}

typedef void pool_pixel(const cut_step *step, const uint8_t *arena, spot s,
                        uint8_t *out);

/* Every output pixel of the rows by `pixel`. */
CUT_INLINE void pool_rows(const cut_step *step, uint8_t *arena, int32_t y_begin,
                          int32_t y_end, pool_pixel *pixel)
{
    const cut_view *out = &step->out;
    const cut_window *window = &step->pool.window;
    size_t ld = (size_t)out->ld * cut_element(out->type);
    for (int32_t y = y_begin; y < y_end; y++) {
        spot s = {.y = y * window->s[0] - window->before[0]};
        inside(step, 0, y, step->in.h, &s.y0, &s.y1);
        uint8_t *o = arena + out->offset + (size_t)y * (size_t)out->w * ld;
        for (int32_t x = 0; x < out->w; x++, o += ld) {
            s.x = x * window->s[1] - window->before[1];
            inside(step, 1, x, step->in.w, &s.x0, &s.x1);
            pixel(step, arena, s, o);
        }
    }
}

static void run_max_i16(const cut_step *step, uint8_t *arena, int32_t y_begin,
                        int32_t y_end)
{
    pool_rows(step, arena, y_begin, y_end, max_i16);
}

static void run_max_f32(const cut_step *step, uint8_t *arena, int32_t y_begin,
                        int32_t y_end)
{
    pool_rows(step, arena, y_begin, y_end, max_f32);
}

static void run_average(const cut_step *step, uint8_t *arena, int32_t y_begin,
                        int32_t y_end)
{
    pool_rows(step, arena, y_begin, y_end, average);
}

/* The mean of a whole map, by channel: a row at a time, so that the sum of
 * many small numbers loses nothing. */
static void run_mean(const cut_step *step, uint8_t *arena, int32_t y_begin,
                     int32_t y_end)
{
    const cut_view *in = &step->in, *out = &step->out;
    (void)y_begin;
    (void)y_end;
    float scale = 1.0f / ((float)in->h * (float)in->w);
    if (in->type == CUT_I16) scale *= in->scale;
    if (out->type == CUT_I16) scale /= out->scale;
    for (int32_t c = 0; c < out->cp; c += 8) {
        f32x4 s0 = cut_f32x4(0), s1 = s0, v0, v1;
        float one = 0;
        for (int32_t y = 0; y < in->h; y++) {
            const uint8_t *p = pixel_at(step, arena, y, 0) +
                               (size_t)c * cut_element(in->type);
            f32x4 r0 = cut_f32x4(0), r1 = r0;
            float r = 0;
            for (int32_t x = 0; x < in->w; x++) {
                if (in->cp == 1) {
                    r += *(const float *)(const void *)p;
                } else {
                    cut_load8(p, in->type, &v0, &v1);
                    r0 += v0;
                    r1 += v1;
                }
                p += (size_t)in->ld * cut_element(in->type);
            }
            s0 += r0;
            s1 += r1;
            one += r;
        }
        uint8_t *o = arena + out->offset + (size_t)c * cut_element(out->type);
        if (out->cp == 1) {
            one *= scale;
            memcpy(o, &one, 4);
            return;
        }
        store(step, o, s0 * cut_f32x4(scale), s1 * cut_f32x4(scale));
    }
}

/* The mean of the channels of each pixel. */
static void run_mean_channels(const cut_step *step, uint8_t *arena,
                              int32_t y_begin, int32_t y_end)
{
    const cut_view *in = &step->in;
    float scale = 1.0f / (float)in->c;
    if (in->type == CUT_I16) scale *= in->scale;
    for (int32_t y = y_begin; y < y_end; y++) {
        float *o = (float *)(void *)(arena + step->out.offset) +
                   (ptrdiff_t)y * step->out.w;
        for (int32_t x = 0; x < step->out.w; x++) {
            const uint8_t *p = pixel_at(step, arena, y, x);
            float sum = 0;
            for (int32_t c = 0; c < in->c; c++)
                sum += in->type == CUT_I16
                           ? (float)((const int16_t *)(const void *)p)[c]
                           : ((const float *)(const void *)p)[c];
            o[x] = sum * scale;
        }
    }
}

/* ---- set-up ------------------------------------------------------------ */

static cut_status set_up(const cut_setup *setup)
{
    setup->step->band = cut_even_band(&setup->step->out);
    return CUT_OK;
}

static cut_status set_up_window(const cut_setup *setup)
{
    setup->step->pool.window = setup->op->window;
    setup->step->pool.include_pad = setup->op->include_pad;
    return set_up(setup);
}

static int fits_i16(const cut_op *op, const cut_step *step)
{
    (void)op;
    return step->out.type == CUT_I16;
}

const cut_kernel cut_max_pool_i16 = {.name = "pool",
                                     .fits = fits_i16,
                                     .set_up = set_up_window,
                                     .run = run_max_i16};

const cut_kernel cut_max_pool_f32 = {
    .name = "pool", .set_up = set_up_window, .run = run_max_f32};

const cut_kernel cut_average_pool = {
    .name = "pool", .set_up = set_up_window, .run = run_average};

const cut_kernel cut_mean = {.name = "mean", .set_up = set_up, .run = run_mean};

const cut_kernel cut_mean_channels = {
    .name = "mean", .set_up = set_up, .run = run_mean_channels};
