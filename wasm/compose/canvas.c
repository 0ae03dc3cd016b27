#include "compose/canvas.h"

#include <math.h> /* sqrt: one instruction, rounded the same everywhere */

#include <string.h>

#include "base/simd.h"

/* What is to be fitted, in pixels of the photo. */
typedef struct target {
    double w, h, x, y; /* size, middle */
} target;

static target find_target(const cut_canvas *canvas, const cut_subject *subject,
                          cut_length margin, int32_t w, int32_t h)
{
    if (canvas->fit == CUT_FIT_PHOTO || subject->w <= 0 || subject->h <= 0)
        return (target){w, h, w / 2.0, h / 2.0};
    int32_t longer = subject->w > subject->h ? subject->w : subject->h;
    double more = 2.0 * cut_length_whole(margin, longer);
    return (target){subject->w + more, subject->h + more,
                    subject->x + subject->w / 2.0,
                    subject->y + subject->h / 2.0};
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* A side of 1 at least. */
static int32_t side_of(double length)
{
    return length < 1 ? 1 : (int32_t)(length + 0.5);
}

/* Of a ratio: sizes, and the scale when the limits ask for one below 1. */
static double ratio_size(cut_layout *out, const cut_canvas *canvas, target t)
{
    double rw = canvas->w, rh = canvas->h, share = (double)canvas->scale;
    /* the smallest that holds the target's share both ways, a pixel more
     * rather than less */
    double w = t.w / share, h = t.h / share;
    if (w * rh < h * rw)
        w = h * rw / rh;
    else
        h = w * rh / rw;
    double scale = smaller(1, CUT_MAX_SIDE / (w > h ? w : h));
    scale = smaller(scale, sqrt((double)CUT_MAX_PIXELS / (w * h)));
    if (scale < 1) scale *= 0.999; /* sides are rounded */
    out->w = side_of(w * scale);
    out->h = side_of(h * scale);
    if (out->w > CUT_MAX_SIDE) out->w = CUT_MAX_SIDE;
    if (out->h > CUT_MAX_SIDE) out->h = CUT_MAX_SIDE;
    return scale;
}

static float whole(double v)
{
    return (float)(int32_t)(v < 0 ? v - 0.5 : v + 0.5);
}

cut_layout cut_canvas_layout(const cut_canvas *canvas,
                             const cut_subject *subject, cut_length margin,
                             int32_t w, int32_t h)
{
    target t = find_target(canvas, subject, margin, w, h);
    cut_layout out = {.w = canvas->w, .h = canvas->h};
    double scale;
    if (canvas->is_ratio)
        scale = ratio_size(&out, canvas, t);
    else
        scale = (double)canvas->scale * smaller(out.w / t.w, out.h / t.h);
    double x = out.w / 2.0 + (double)cut_length_px(canvas->x, out.w) -
               t.x * scale;
    double y = out.h / 2.0 + (double)cut_length_px(canvas->y, out.h) -
               t.y * scale;
    int exact = scale == 1;
    out.place = (cut_place){exact ? whole(x) : (float)x,
                            exact ? whole(y) : (float)y, (float)scale};
    return out;
}

/* Colours times alpha, and alpha, to straight bytes. */
static void straight_row(uint8_t *px, const float *row, int32_t w)
{
    for (int32_t x = 0; x < w; x++, px += 4, row += 4) {
        uint8_t a = (uint8_t)(int32_t)(row[3] + 0.5f);
        f32x4 v = {0};
        if (a > 0) v = cut_clamp(cut_load_f32(row) / row[3], 255) + 0.5f;
        cut_store_u8x4(px, __builtin_convertvector(v, i32x4));
        px[3] = a;
    }
}

/* The part of the row of a picture of its own size that lies on the canvas. */
static void copy_row(uint8_t *px, const cut_layout *layout,
                     const cut_image *image, int32_t y)
{
    int32_t dx = (int32_t)layout->place.x, sy = y - (int32_t)layout->place.y;
    int32_t from = dx > 0 ? dx : 0;
    int32_t end = dx + image->w < layout->w ? dx + image->w : layout->w;
    memset(px, 0, (size_t)layout->w * 4);
    if (sy >= 0 && sy < image->h && from < end)
        memcpy(px + (size_t)from * 4,
               image->px +
                   ((size_t)sy * (size_t)image->w + (size_t)(from - dx)) * 4,
               (size_t)(end - from) * 4);
}

/* Draws the photo at another size, as colours times alpha, and puts the rows
 * down straight. k: what the picture of in_w x in_h was reduced by; 0: the
 * image is that picture. */
static cut_status filter_rows(uint8_t *px, const cut_image *image, int32_t k,
                              int32_t in_w, int32_t in_h,
                              const cut_layout *layout, cut_error *error)
{
    cut_resampler *r = NULL;
    size_t w = (size_t)layout->w;
    float *row = cut_alloc(w * 4, sizeof *row);
    if (!row) return cut_fail(error, CUT_E_MEMORY, "No memory for a canvas.");
    cut_status status = k ? cut_resampler_new_reduced(&r, image, k, in_w, in_h,
                                                      layout->w, layout->h,
                                                      layout->place, error)
                          : cut_resampler_new_placed(&r, image, layout->w,
                                                     layout->h, layout->place,
                                                     error);
    for (int32_t y = 0; !status && y < layout->h; y++) {
        cut_resampler_row(r, row, y);
        straight_row(px + (size_t)y * w * 4, row, layout->w);
    }
    cut_resampler_free(r);
    cut_free(row);
    return status;
}

cut_status cut_canvas_draw_reduced(cut_image *out, const cut_image *image,
                                   int32_t k, int32_t in_w, int32_t in_h,
                                   const cut_layout *layout, cut_error *error)
{
    size_t w = (size_t)layout->w, h = (size_t)layout->h;
    cut_status status = CUT_OK;
    uint8_t *px = cut_alloc(w * h, 4);
    if (!px)
        return cut_fail(error, CUT_E_MEMORY,
                        "No memory for a canvas of %d x %d.", (int)layout->w,
                        (int)layout->h);
    if (!k && cut_place_is_copy(&layout->place))
        for (int32_t y = 0; y < layout->h; y++)
            copy_row(px + (size_t)y * w * 4, layout, image, y);
    else
        status = filter_rows(px, image, k, in_w, in_h, layout, error);
    if (status)
        cut_free(px);
    else
        *out = (cut_image){
            .px = px, .w = layout->w, .h = layout->h, .opaque = 0};
    return status;
}

cut_status cut_canvas_draw(cut_image *out, const cut_image *image,
                           const cut_layout *layout, cut_error *error)
{
    return cut_canvas_draw_reduced(out, image, 0, 0, 0, layout, error);
}

cut_status cut_canvas_place(cut_image *image, const cut_layout *layout,
                            cut_error *error)
{
    cut_image out;
    cut_status status = cut_canvas_draw(&out, image, layout, error);
    if (status) return status;
    cut_image_free(image);
    *image = out;
    return CUT_OK;
}
