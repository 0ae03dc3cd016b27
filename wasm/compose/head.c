#include "compose/head.h"

enum { MAX_CELLS = 256 };

/* The cut-out as cells of k x k pixels, each by the pixel in its middle. */
typedef struct grid {
    const cut_image *image;
    int32_t k, w, h;
} grid;

/* One piece of a row: cells from .. end - 1. */
typedef struct span {
    int32_t from, end;
} span;

static int is_in(const grid *g, int32_t x, int32_t y)
{
    int32_t px = x * g->k + g->k / 2, py = y * g->k + g->k / 2;
    if (px >= g->image->w) px = g->image->w - 1;
    if (py >= g->image->h) py = g->image->h - 1;
    size_t at = (size_t)py * (size_t)g->image->w + (size_t)px;
    return g->image->px[at * 4 + 3] >= 128;
}

/* The next piece at or behind x; empty when there is none. */
static span next_piece(const grid *g, int32_t x, int32_t y)
{
    while (x < g->w && !is_in(g, x, y)) x++;
    span piece = {x, x};
    while (piece.end < g->w && is_in(g, piece.end, y)) piece.end++;
    return piece;
}

static span widest_piece(const grid *g, int32_t y)
{
    span widest = {0, 0};
    for (span p = next_piece(g, 0, y); p.end > p.from;
         p = next_piece(g, p.end, y))
        if (p.end - p.from > widest.end - widest.from) widest = p;
    return widest;
}

/* What of a row hangs on the piece above: from its first part to its last. */
static span piece_below(const grid *g, span above, int32_t y)
{
    span below = {0, 0};
    for (span p = next_piece(g, 0, y); p.end > p.from && p.from < above.end;
         p = next_piece(g, p.end, y)) {
        if (p.end <= above.from) continue;
        if (below.end == 0) below.from = p.from;
        below.end = p.end;
    }
    return below;
}

/* Follows the silhouette down from row y; how many rows it has. */
static int32_t follow(const grid *g, span rows[MAX_CELLS], int32_t y)
{
    int32_t count = 0;
    span piece = widest_piece(g, y);
    while (piece.end > piece.from) {
        rows[count++] = piece;
        if (++y == g->h) break;
        piece = piece_below(g, piece, y);
    }
    return count;
}

static int32_t width(span s)
{
    return s.end - s.from;
}

/* The narrowest row between a head and what it stands on; 0: no such shape. */
static int32_t find_neck(const span *rows, int32_t count)
{
    int32_t head = 0, i = 0;
    for (; i < count; i++) {
        int32_t w = width(rows[i]);
        if (w > head) head = w;
        if (i * 10 > head * 24) return 0; /* no head is so long */
        if (w * 100 <= head * 82 && i * 10 >= head * 8) break;
    }
    int32_t neck = i;
    for (; i < count; i++) {
        if (width(rows[i]) < width(rows[neck])) neck = i;
        int32_t thin = width(rows[neck]);
        if (width(rows[i]) * 4 < thin * 5) continue; /* no shoulders yet */
        return thin * 10 >= head * 3 && neck * 10 <= head * 22 ? neck : 0;
    }
    return 0;
}

int cut_head_find(cut_head *out, const cut_image *cutout)
{
    span rows[MAX_CELLS];
    int32_t side = cutout->w > cutout->h ? cutout->w : cutout->h;
    int32_t k = (side + MAX_CELLS - 1) / MAX_CELLS;
    grid g = {cutout, k, (cutout->w + k - 1) / k, (cutout->h + k - 1) / k};

    int32_t first = g.h, last = 0;
    for (int32_t y = 0; y < g.h; y++) {
        if (width(widest_piece(&g, y)) == 0) continue;
        if (first == g.h) first = y;
        last = y;
    }
    /* what does not hang together with half of the subject is a speck */
    int32_t tall = last - first + 1, top = first, count = 0;
    for (; top <= first + tall / 3 && top < g.h; top++) {
        count = follow(&g, rows, top);
        if (count * 2 >= tall) break;
    }
    if (count * 2 < tall) return 0;
    int32_t neck = find_neck(rows, count);
    if (!neck) return 0;
    int32_t head = 0, sum = 0, from = neck / 4;
    for (int32_t i = 0; i < neck; i++) {
        if (width(rows[i]) > head) head = width(rows[i]);
        if (i >= from) sum += rows[i].from + rows[i].end;
    }
    if (top == 0 && width(rows[0]) * 2 > head) return 0; /* cut off */
    *out = (cut_head){top * k, (top + neck) * k + k / 2,
                      (int32_t)((int64_t)sum * k / (2 * (neck - from)))};
    return 1;
}

cut_layout cut_head_layout(const cut_canvas *canvas, const cut_head *head)
{
    double tall = head->chin - head->top;
    double share = canvas->head > 0 ? (double)canvas->head : 33 / 45.0;
    double above = canvas->head > 0 ? (double)canvas->top : 4 / 45.0;
    double middle = above + share / 2;
    double scale = (double)canvas->scale * share * canvas->h / tall;
    double x = canvas->w / 2.0 + (double)cut_length_px(canvas->x, canvas->w);
    double y = canvas->h * middle + (double)cut_length_px(canvas->y, canvas->h);
    cut_place place = {(float)(x - head->x * scale),
                       (float)(y - (head->top + tall / 2) * scale),
                       (float)scale};
    return (cut_layout){canvas->w, canvas->h, place};
}

/* ---- the body ----------------------------------------------------------- */

#define MAX_GROWTH 1.09f
#define MAX_DROP 0.04f /* of the canvas' height */

static float gap_of(const cut_layout *layout, int32_t bottom)
{
    const cut_place *at = &layout->place;
    return (float)layout->h - (at->y + (float)bottom * at->scale);
}

int32_t cut_head_close_gap(cut_layout *layout, const cut_canvas *canvas,
                           const cut_head *head, int32_t bottom)
{
    cut_place *at = &layout->place;
    int is_moved = canvas->scale != 1 || canvas->x.value || canvas->y.value;
    float gap = gap_of(layout, bottom);
    if (gap > 0 && !is_moved && bottom > head->top) {
        float top = at->y + (float)head->top * at->scale;
        float growth = ((float)layout->h - top) /
                       ((float)(bottom - head->top) * at->scale);
        if (growth > MAX_GROWTH) growth = MAX_GROWTH;
        at->scale *= growth;
        at->x = (float)layout->w / 2 - (float)head->x * at->scale;
        at->y = top - (float)head->top * at->scale;
        gap = gap_of(layout, bottom);
        float drop = MAX_DROP * (float)layout->h;
        if (gap > 0) at->y += gap < drop ? gap : drop;
        gap = gap_of(layout, bottom);
    }
    return gap > 0.5f ? (int32_t)(gap + 0.5f) : 0;
}

/* ---- sharpness ---------------------------------------------------------- */

enum { LEAST_STEP = 24, BINS = 65 };

static int luma(const uint8_t *px)
{
    return (px[0] * 77 + px[1] * 151 + px[2] * 28) >> 8;
}

/* Counts the step over three pixels from px on, `next` bytes apart, by how much
 * of it its steepest pixel has. */
static void count_step(uint32_t bins[BINS], const uint8_t *px, size_t next)
{
    int at[4], max_step = 0;
    for (size_t i = 0; i < 4; i++) {
        if (px[i * next + 3] < 255) return; /* the edge of the cut-out */
        at[i] = luma(px + i * next);
    }
    int whole = at[3] > at[0] ? at[3] - at[0] : at[0] - at[3];
    if (whole < LEAST_STEP) return;
    for (int i = 0; i < 3; i++) {
        int d = at[i + 1] > at[i] ? at[i + 1] - at[i] : at[i] - at[i + 1];
        max_step = d > max_step ? d : max_step;
    }
    int share = (max_step * 3 - whole) * (BINS - 1) / (2 * whole);
    bins[share < 0 ? 0 : share >= BINS ? BINS - 1 : share]++;
}

float cut_head_sharpness(const cut_image *image, const cut_layout *layout,
                         const cut_head *head)
{
    const cut_place *at = &layout->place;
    uint32_t bins[BINS] = {0}, all = 0, used = 0;
    float tall = (float)(head->chin - head->top) * at->scale, sum = 0;
    int32_t top = (int32_t)(at->y + (float)head->top * at->scale);
    int32_t left = (int32_t)(at->x + (float)head->x * at->scale - tall * 0.4f);
    for (int32_t y = top; y < top + (int32_t)tall; y++)
        for (int32_t x = left; x < left + (int32_t)(tall * 0.8f); x++) {
            if (x < 0 || y < 0 || x + 3 >= image->w || y + 3 >= image->h)
                continue;
            const uint8_t *px = image->px +
                                ((size_t)y * (size_t)image->w + (size_t)x) * 4;
            count_step(bins, px, 4);
            count_step(bins, px, (size_t)image->w * 4);
        }
    for (int i = 0; i < BINS; i++) all += bins[i];
    uint32_t wanted = all / 10 + (all % 10 != 0);
    for (int i = BINS - 1; i >= 0 && used < wanted; i--) {
        uint32_t n = bins[i] < wanted - used ? bins[i] : wanted - used;
        sum += (float)n * (float)i / (BINS - 1);
        used += n;
    }
    return used ? sum / (float)used : 0;
}
