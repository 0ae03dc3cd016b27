#include "compose/outline.h"

#include <math.h> /* sqrtf: one instruction, rounded the same everywhere */
#include <string.h>

#include "compose/over.h"

/* Squared distances are whole numbers of 1 / fine px^2, a power of two, so that
 * envelopes are exact: as fine as 32 bits allow for the width, radii are off by
 * less than 1e-4 px. */
#define FINEST 4096

/* The disc of one pixel of the contour: its power distance to (px, py) is
 * (px - x)^2 + (py - y)^2 + height, in 1 / fine px^2: width^2 on the rim. */
typedef struct disc {
    int32_t x, y, height;
} disc;

typedef struct discs {
    disc *at; /* by rows */
    size_t count, room;
} discs;

/* A parabola of an envelope: (p - at)^2 + height, lowest from p = `from` on. */
typedef struct arch {
    int32_t at, height, from;
} arch;

typedef struct rim {
    float width;
    int32_t fine;      /* units of a squared pixel */
    int32_t far, full; /* squared distance: nothing from there; all up to */
    const uint8_t *rgb;
} rim;

/* ---- the contour ------------------------------------------------------- */

/* How far the contour lies from a pixel of alpha a >= 128 towards one of
 * alpha b: 0..1, or 0 when it does not pass between. */
static float reach(int32_t a, int32_t b)
{
    return b < 128 ? ((float)a - 127.5f) / (float)(a - b) : 0;
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

/* The distance to the line that cuts the axes at x and y; 0 is no cut. */
static float intercept(float x, float y)
{
    if (!(x > 0)) return y;
    if (!(y > 0)) return x;
    return x * y / sqrtf(x * x + y * y);
}

static int discs_add(discs *list, disc one)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 4096;
        disc *at = cut_realloc(list->at, room, sizeof *at);
        if (!at) return 0;
        list->at = at;
        list->room = room;
    }
    list->at[list->count++] = one;
    return 1;
}

/* u8 [w]: 1 where the row's alpha is 50 % or more */
static void mark_inside(uint8_t *restrict inside, const uint8_t *restrict px,
                        int32_t w)
{
    for (int32_t x = 0; x < w; x++) inside[x] = px[(size_t)x * 4 + 3] >> 7;
}

/* Inside, and a neighbour is not. A picture's border is no contour: what lies
 * beyond it is not known. */
static int add_row(discs *list, const cut_image *image, int32_t y,
                   const uint8_t *up, const uint8_t *here, const uint8_t *low,
                   const rim *r)
{
    size_t w = (size_t)image->w;
    const uint8_t *alpha = image->px + (size_t)y * w * 4 + 3;
    for (size_t x = 0; x < w;) {
        if (x + 9 <= w && x > 0) { /* eight that are all alike */
            uint64_t u, h, l, left, right;
            memcpy(&u, up + x, 8);
            memcpy(&h, here + x, 8);
            memcpy(&l, low + x, 8);
            memcpy(&left, here + x - 1, 8);
            memcpy(&right, here + x + 1, 8);
            if ((h & ~(u & l & left & right)) == 0) {
                x += 8;
                continue;
            }
        }
        int edge = here[x] && !(up[x] && low[x] && (x == 0 || here[x - 1]) &&
                                (x + 1 == w || here[x + 1]));
        if (edge) {
            const uint8_t *at = alpha + x * 4;
            int32_t a = *at;
            float dx = larger(x > 0 ? reach(a, at[-4]) : 0,
                              x + 1 < w ? reach(a, at[4]) : 0);
            float dy = larger(y > 0 ? reach(a, *(at - w * 4)) : 0,
                              y + 1 < image->h ? reach(a, *(at + w * 4)) : 0);
            float d = intercept(dx, dy);
            float height = (2 * r->width + d) * d * (float)r->fine + 0.5f;
            if (!discs_add(list, (disc){(int32_t)x, y, -(int32_t)height}))
                return 0;
        }
        x++;
    }
    return 1;
}

/* rows: [3][w] */
static int find_contour(discs *list, const cut_image *image, uint8_t *rows,
                        const rim *r)
{
    size_t w = (size_t)image->w;
    mark_inside(rows, image->px, image->w);
    for (int32_t y = 0; y < image->h; y++) {
        uint8_t *here = rows + (size_t)(y % 3) * w;
        uint8_t *low = rows + (size_t)((y + 1) % 3) * w;
        const uint8_t *up = y ? rows + (size_t)((y + 2) % 3) * w : here;
        if (y + 1 < image->h)
            mark_inside(low, image->px + (size_t)(y + 1) * w * 4, image->w);
        else
            low = here;
        if (!add_row(list, image, y, up, here, low, r)) return 0;
    }
    return 1;
}

/* ---- envelopes --------------------------------------------------------- */

/* The first position where parabola (at, height) lies no higher than `last`,
 * which is further left. Exact: all numbers are whole and below 2^53. */
static int32_t first_below(const arch *last, int32_t at, int32_t height,
                           int32_t fine)
{
    double p = at, q = last->at;
    double rise = (double)height - (double)last->height;
    double x = (rise + fine * (p * p - q * q)) / (2 * fine * (p - q));
    int32_t whole = (int32_t)x;
    return (double)whole < x ? whole + 1 : whole;
}

/* Adds a parabola right of all others; the new count. */
static int32_t envelope_add(arch *stack, int32_t count, int32_t at,
                            int32_t height, int32_t fine)
{
    int32_t from = INT32_MIN;
    for (; count; count--) {
        from = first_below(stack + count - 1, at, height, fine);
        if (from > stack[count - 1].from) break;
    }
    stack[count] = (arch){at, height, count ? from : INT32_MIN};
    return count + 1;
}

/* The contour of one column: an envelope down the picture. */
typedef struct column {
    int32_t x;
    int32_t wake;      /* no arch comes near before this row */
    uint32_t now, end; /* the arch that is lowest here, and behind the last */
} column;

/* Sorts the discs by columns into `arches`, envelopes in place; the number of
 * columns that have any. starts: [w + 1] zeros. */
static int32_t make_columns(column *columns, arch *arches, uint32_t *starts,
                            const discs *list, int32_t w, int32_t fine)
{
    int32_t count = 0;
    for (size_t i = 0; i < list->count; i++) starts[list->at[i].x + 1]++;
    for (int32_t x = 0; x < w; x++) {
        starts[x + 1] += starts[x];
        if (starts[x + 1] > starts[x])
            columns[count++] = (column){x, 0, starts[x], starts[x]};
    }
    for (size_t i = 0; i < list->count; i++) {
        const disc *d = list->at + i;
        arches[starts[d->x]++] = (arch){d->y, d->height, 0};
    }
    for (int32_t i = 0; i < count; i++) {
        column *c = columns + i;
        uint32_t last = starts[c->x]; /* behind its last by now */
        int32_t n = 0;
        for (uint32_t k = c->now; k < last; k++)
            n = envelope_add(arches + c->now, n, arches[k].at, arches[k].height,
                             fine);
        c->end = c->now + (uint32_t)n;
    }
    return count;
}

/* ---- the rim ----------------------------------------------------------- */

/* The row's envelope over all columns whose discs come near; their number. */
static int32_t row_envelope(arch *row, column *columns, int32_t count,
                            const arch *arches, int32_t y, const rim *r)
{
    int32_t n = 0, max_dy = (int32_t)r->width + 3; /* no disc comes further */
    for (int32_t i = 0; i < count; i++) {
        column *c = columns + i;
        if (y < c->wake) continue;
        while (c->now + 1 < c->end && arches[c->now + 1].from <= y) c->now++;
        int64_t dy = y - arches[c->now].at;
        int64_t height = dy * dy * r->fine + arches[c->now].height;
        if (height < r->far)
            n = envelope_add(row, n, c->x, (int32_t)height, r->fine);
        else if (dy < 0)
            c->wake = arches[c->now].at - max_dy;
        else
            c->wake = c->now + 1 < c->end ? arches[c->now + 1].from : INT32_MAX;
    }
    return n;
}

/* Paints a row of the rim under the picture: each arch as far as its disc
 * reaches and no other is nearer. */
static void paint_row(uint8_t *px, int32_t w, const arch *row, int32_t count,
                      const rim *r)
{
    int32_t max_dx = (int32_t)r->width + 3; /* no disc comes further */
    for (int32_t i = 0; i < count; i++) {
        int32_t x = row[i].at - max_dx, end = row[i].at + max_dx;
        if (x < row[i].from) x = row[i].from;
        if (i + 1 < count && end > row[i + 1].from) end = row[i + 1].from;
        if (x < 0) x = 0;
        if (end > w) end = w;
        for (; x < end; x++) {
            uint8_t *p = px + (size_t)x * 4;
            if (p[3] >= 128) continue;
            int32_t dx = x - row[i].at;
            int32_t d2 = dx * dx * r->fine + row[i].height;
            if (d2 >= r->far) continue;
            float part = 1;
            if (d2 > r->full)
                part = r->width + 0.5f - sqrtf((float)d2 / (float)r->fine);
            cut_under(p, r->rgb, (uint32_t)(int32_t)(part * 255 + 0.5f));
        }
    }
}

static void paint_inside(cut_image *image, const uint8_t rgb[3])
{
    size_t count = (size_t)image->w * (size_t)image->h;
    for (size_t i = 0; i < count; i++) {
        uint8_t *px = image->px + i * 4;
        if (i % 4 == 0 && i + 4 <= count) { /* most fours are plain */
            int all = px[3] + px[7] + px[11] + px[15];
            if (all == 0 || all == 4 * 255) {
                i += 3;
                continue;
            }
        }
        if ((uint8_t)(px[3] - 128) < 127) cut_under(px, rgb, 255);
    }
}

static void paint(cut_image *image, arch *row, column *columns, int32_t count,
                  const arch *arches, const rim *r)
{
    paint_inside(image, r->rgb); /* first: the rim's edge is soft, too */
    for (int32_t y = 0; y < image->h; y++) {
        int32_t n = row_envelope(row, columns, count, arches, y, r);
        paint_row(image->px + (size_t)y * (size_t)image->w * 4, image->w, row,
                  n, r);
    }
}

static float width_of(const cut_outline *outline, int32_t side)
{
    float width = cut_length_px(outline->width, side);
    if (width > (float)side / 10) width = (float)side / 10;
    return width < 0.5f ? 0.5f : width;
}

int32_t cut_outline_reach(const cut_outline *outline, int32_t side)
{
    return (int32_t)width_of(outline, side) + 4; /* a disc, and what is by it */
}

cut_status cut_compose_outline(cut_image *image, const cut_outline *outline,
                               int32_t side, cut_error *error)
{
    float width = width_of(outline, side);
    float far = width + 0.5f, full = width - 0.5f;
    int32_t fine = FINEST;
    while ((width + 4) * (width + 4) * (float)fine > 0x1p29f) fine /= 2;
    rim r = {width, fine, (int32_t)(far * far * (float)fine),
             (int32_t)(full * full * (float)fine), outline->rgb};
    size_t w = (size_t)image->w;
    discs list = {0};
    uint8_t *rows = cut_alloc(w, 3);
    int ok = rows && find_contour(&list, image, rows, &r);
    cut_free(rows);
    size_t n = list.count ? list.count : 1;
    arch *arches = ok ? cut_alloc(n, sizeof *arches) : NULL;
    arch *row = arches ? cut_alloc(w, sizeof *row) : NULL;
    column *columns = row ? cut_alloc(w, sizeof *columns) : NULL;
    uint32_t *starts = columns ? cut_alloc_zero(w + 1, sizeof *starts) : NULL;
    cut_status status = CUT_OK;
    if (starts)
        paint(image, row, columns,
              make_columns(columns, arches, starts, &list, image->w, fine),
              arches, &r);
    else
        status = cut_fail(error, CUT_E_MEMORY, "No memory for an outline.");
    cut_free(starts);
    cut_free(columns);
    cut_free(row);
    cut_free(arches);
    cut_free(list.at);
    return status;
}
