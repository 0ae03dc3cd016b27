/* Oracle: tests/c/test_nn_conv.c, test_nn_depthwise.c. */
#include "nn/kernels/band.h"

#include "nn/kernels/split.h"

#include <string.h>

/* ---- rows -------------------------------------------------------------- */

/* Where rows of a map begin, and how far it is from pixel to pixel. */
typedef struct rows {
    uint8_t *at;
    size_t pitch; /* bytes from row to row */
    int32_t ld;   /* elements from pixel to pixel */
} rows;

static rows rows_of(const cut_view *view, uint8_t *arena, int32_t y)
{
    size_t pitch = (size_t)view->w * (size_t)view->ld * cut_element(view->type);
    return (rows){view->c ? arena + view->offset + (size_t)y * pitch : NULL,
                  pitch, view->ld};
}

/* One row of the padded map; what does not lie on the map is 0. */
static void copy_row(const cut_step *step, const uint8_t *arena, uint8_t *row,
                     int32_t y)
{
    const cut_view *in = &step->in;
    size_t element = cut_element(in->type);
    size_t pixel = (size_t)in->cp * element;
    size_t pitch = (size_t)step->conv.pad_w * pixel;
    size_t left = (size_t)step->conv.window.before[1], inside = (size_t)in->w;
    /* strides may end within the padding before the map, or within the map */
    if (left > (size_t)step->conv.pad_w) left = (size_t)step->conv.pad_w;
    if (left + inside > (size_t)step->conv.pad_w)
        inside = (size_t)step->conv.pad_w - left;
    if (y < 0 || y >= in->h) {
        memset(row, 0, pitch);
        return;
    }
    const uint8_t *src = arena + in->offset +
                         (size_t)y * (size_t)in->w * (size_t)in->ld * element;
    memset(row, 0, left * pixel);
    if (in->ld == in->cp)
        memcpy(row + left * pixel, src, inside * pixel);
    else
        for (size_t x = 0; x < inside; x++)
            memcpy(row + (left + x) * pixel, src + x * (size_t)in->ld * element,
                   pixel);
    memset(row + (left + inside) * pixel, 0, pitch - (left + inside) * pixel);
}

static void run_rows(const cut_step *step, uint8_t *arena, int32_t y_begin,
                     int32_t y_end, rows out);

/* The same rows made by the step before, where it was fused into this one.
 * Those that the band before had are kept: bands come in order, each of
 * step->band rows. */
static void make_rows(const cut_step *step, uint8_t *arena, uint8_t *scratch,
                      int32_t y_begin, int32_t first, int32_t count)
{
    const cut_view *in = &step->in;
    size_t pixel = (size_t)in->cp * cut_element(in->type);
    size_t pitch = (size_t)step->conv.pad_w * pixel;
    size_t left = (size_t)step->conv.window.before[1];
    int32_t have = 0;
    if (y_begin == step->first_row) {
        memset(scratch, 0, pitch * (size_t)count);
    } else {
        int32_t moved = step->band * step->conv.window.s[0];
        int32_t before = (step->band - 1) * step->conv.window.s[0] +
                         cut_reach(step, 0);
        have = before > moved ? before - moved : 0;
        if (have > count) have = count;
        memmove(scratch, scratch + (size_t)moved * pitch, (size_t)have * pitch);
    }
    int32_t start = first + have, end = first + count;
    if (start < 0) start = 0;
    if (end > in->h) {
        size_t kept = (size_t)(in->h > start ? in->h - first : start - first);
        memset(scratch + kept * pitch, 0, ((size_t)count - kept) * pitch);
        end = in->h;
    }
    for (int32_t y = start; y < end;) {
        int32_t y_end = y + step->inner->band;
        if (y_end > end) y_end = end;
        run_rows(step->inner, arena, y, y_end,
                 (rows){scratch + (size_t)(y - first) * pitch + left * pixel,
                        pitch, in->cp});
        y = y_end;
    }
}

/* The rows as they are. */
static const uint8_t *find_rows(const cut_step *step, uint8_t *arena,
                                int32_t y_begin, int32_t y_end, size_t *pitch,
                                int32_t *pixel)
{
    size_t element = cut_element(step->in.type);
    if (!step->conv.pad_w) {
        size_t row = (size_t)step->in.w * (size_t)step->in.ld * element;
        *pitch = row * (size_t)step->conv.window.s[0];
        *pixel = step->conv.window.s[1] * step->in.ld;
        return arena + step->in.offset + *pitch * (size_t)y_begin;
    }
    uint8_t *scratch = arena + step->scratch + 2 * step->conv.plane;
    size_t row = (size_t)step->conv.pad_w * (size_t)step->in.cp * element;
    int32_t first = y_begin * step->conv.window.s[0] -
                    step->conv.window.before[0];
    int32_t count = (y_end - y_begin - 1) * step->conv.window.s[0] +
                    cut_reach(step, 0);
    if (step->inner)
        make_rows(step, arena, scratch, y_begin, first, count);
    else
        for (int32_t r = 0; r < count; r++)
            copy_row(step, arena, scratch + (size_t)r * row, first + r);
    *pitch = row * (size_t)step->conv.window.s[0];
    *pixel = step->conv.window.s[1] * step->in.cp;
    return scratch;
}

/* Pixels of a row that windows are read from. */
static size_t row_width(const cut_step *step)
{
    return (size_t)(step->conv.pad_w ? step->conv.pad_w : step->in.w);
}

/* Rows that `rows` rows of windows reach. */
static size_t rows_reached(const cut_step *step, int32_t count)
{
    return (size_t)((count - 1) * step->conv.window.s[0] + cut_reach(step, 0));
}

const uint8_t *cut_band_rows(const cut_step *step, uint8_t *arena,
                             int32_t y_begin, int32_t y_end, size_t *pitch,
                             int32_t *pixel)
{
    const uint8_t *found = find_rows(step, arena, y_begin, y_end, pitch, pixel);
    if (!cut_is_split(step)) return found;
    const int16_t *q = (const int16_t *)(const void *)found;
    uint8_t *high = arena + step->scratch, *low = high + step->conv.plane;
    size_t cp = (size_t)step->in.cp, width = row_width(step);
    size_t ld = step->conv.pad_w ? cp : (size_t)step->in.ld;
    size_t pixels = width * rows_reached(step, y_end - y_begin);
    if (ld == cp)
        cut_split_digits(high, low, q, pixels * cp);
    else
        for (size_t i = 0; i < pixels; i++)
            cut_split_digits(high + i * cp, low + i * cp, q + i * ld, cp);
    *pitch = width * cp * (size_t)step->conv.window.s[0];
    *pixel = step->conv.window.s[1] * step->in.cp;
    return high;
}

/* Every tile of output channels passes over the rows of the band. */
static void run_rows(const cut_step *step, uint8_t *arena, int32_t y_begin,
                     int32_t y_end, rows out)
{
    size_t pitch, element = cut_element(step->out.type);
    size_t other_size = cut_element(step->other.type);
    cut_tile tile = {.step = step, .ld = out.ld};
    const uint8_t *a = cut_band_rows(step, arena, y_begin, y_end, &pitch,
                                     &tile.pixel);
    rows other = rows_of(&step->other, arena, y_begin);
    /* a 1x1 convolution in place goes over its rows as one */
    const cut_window *window = &step->conv.window;
    int flat = !step->conv.pad_w && window->k[0] * window->k[1] == 1 &&
               window->s[0] * window->s[1] == 1 &&
               out.pitch == (size_t)step->out.w * (size_t)out.ld * element;
    int32_t count = flat ? 1 : y_end - y_begin;
    tile.n = flat ? (y_end - y_begin) * step->out.w : step->out.w;
    for (int32_t i = 0; i < step->conv.tiles; i++) {
        tile.w = (const uint8_t *)step->weights +
                 (size_t)i * step->conv.tile_bytes;
        tile.channel = i * CUT_TILE;
        for (int32_t y = 0; y < count; y++) {
            tile.a = a + (size_t)y * pitch;
            tile.out = out.at + (size_t)y * out.pitch +
                       (size_t)tile.channel * element;
            tile.other = other.at ? other.at + (size_t)y * other.pitch +
                                        (size_t)tile.channel * other_size
                                  : NULL;
            step->kernel->tile(&tile);
        }
    }
}

void cut_band_run(const cut_step *step, uint8_t *arena, int32_t y_begin,
                  int32_t y_end)
{
    run_rows(step, arena, y_begin, y_end, rows_of(&step->out, arena, y_begin));
}

/* ---- set-up ------------------------------------------------------------ */

/* Bytes of a band that stays near the core while every tile passes over it. */
#define BAND_BYTES 49152

void cut_band_set_up(cut_step *step)
{
    size_t element = cut_element(step->in.type);
    int32_t last = (step->out.w - 1) * step->conv.window.s[1] +
                   cut_reach(step, 1);
    int32_t last_row = (step->out.h - 1) * step->conv.window.s[0] +
                       cut_reach(step, 0);
    int inside = step->conv.window.before[0] == 0 &&
                 step->conv.window.before[1] == 0 && last <= step->in.w &&
                 last_row <= step->in.h;
    int point = step->conv.window.k[0] * step->conv.window.k[1] == 1;
    step->conv.pad_w = inside && (point || step->in.ld == step->in.cp) ? 0
                                                                       : last;
    /* the step before writes whole rows, whatever the windows reach */
    int32_t made = step->conv.window.before[1] + step->in.w;
    if (step->inner) step->conv.pad_w = last > made ? last : made;
    int32_t width = step->conv.pad_w ? step->conv.pad_w : step->in.w;
    size_t row = (size_t)width * (size_t)step->in.cp * element;
    int32_t overlap = cut_reach(step, 0) - step->conv.window.s[0];
    int32_t count =
        (int32_t)(BAND_BYTES / row / (size_t)step->conv.window.s[0]) - overlap;
    int32_t min = overlap > 2 ? overlap : 2;
    step->band = count < min ? min : count;
    if (step->band > step->out.h) step->band = step->out.h;
    cut_band_room(step, step->band);
}

void cut_band_room(cut_step *step, int32_t count)
{
    size_t cells = row_width(step) * (size_t)step->in.cp *
                   rows_reached(step, count);
    step->conv.plane = cut_is_split(step) ? (cells + 63) / 64 * 64 : 0;
    step->scratch_bytes = 2 * step->conv.plane;
    if (step->conv.pad_w)
        step->scratch_bytes += cells * cut_element(step->in.type);
}

/* Bytes of rows that one band of a fused pair passes through. */
#define FUSED_BYTES 98304

void cut_band_fuse(cut_step *step)
{
    size_t row = (size_t)step->conv.pad_w * (size_t)step->in.cp *
                 cut_element(step->in.type);
    int32_t stride = step->conv.window.s[0],
            overlap = cut_reach(step, 0) - stride;
    step->band = ((int32_t)(FUSED_BYTES / row) - overlap) / stride;
    int32_t min = overlap > 2 ? overlap : 2;
    if (step->band < min) step->band = min;
    if (step->band > step->out.h) step->band = step->out.h;
    step->scratch_bytes = row * (size_t)((step->band - 1) * stride +
                                         cut_reach(step, 0));
    step->scratch_bytes = (step->scratch_bytes + 63) / 64 * 64;
    step->kmacs += step->inner->kmacs;
}
