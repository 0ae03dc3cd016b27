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

/* Of the canvas' height: the head's, and where its middle is. */
static const double head_share = 33 / 45.0, head_middle = (4 + 33 / 2.0) / 45;

cut_layout cut_head_layout(const cut_canvas *canvas, const cut_head *head)
{
    double tall = head->chin - head->top;
    double scale = (double)canvas->scale * head_share * canvas->h / tall;
    double x = canvas->w / 2.0 + (double)cut_length_px(canvas->x, canvas->w);
    double y = canvas->h * head_middle +
               (double)cut_length_px(canvas->y, canvas->h);
    cut_place place = {(float)(x - head->x * scale),
                       (float)(y - (head->top + tall / 2) * scale),
                       (float)scale};
    return (cut_layout){canvas->w, canvas->h, place};
}
