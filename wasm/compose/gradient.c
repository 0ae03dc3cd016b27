#include "compose/gradient.h"

#include <string.h>

#include "base/angle.h"
#include "base/simd.h"
#include "compose/compose.h"

/* From t = from up to below `end`: colour = base + slope * (t - at). */
typedef struct piece {
    float from, end, base[3], slope[3], at;
} piece;

/* Before the first stop, from each to the next, from the last one on. */
static void make_pieces(piece *pieces, const cut_gradient *g)
{
    for (int i = 0; i <= g->count; i++) {
        int left = i > 0 ? i - 1 : 0, right = i < g->count ? i : left;
        piece *p = pieces + i;
        p->from = i > 0 ? g->stops[left].at : -1e9f;
        p->end = i < g->count ? g->stops[right].at : 1e9f;
        p->at = p->from;
        for (int c = 0; c < 3; c++) {
            float rise = (float)(g->stops[right].rgb[c] -
                                 g->stops[left].rgb[c]);
            p->base[c] = g->stops[left].rgb[c];
            p->slope[c] = p->end > p->from ? rise / (p->end - p->from) : 0;
        }
    }
}

/* The piece that t lies in, looked for from `p` on. */
static const piece *find_piece(const piece *p, float t)
{
    while (t >= p->end) p++;
    while (t < p->from) p--;
    return p;
}

/* Four opaque pixels of one piece. Added to 2^23, a level stands in the last
 * bits of its float, rounded. */
static u32x4 four(const piece *p, f32x4 t)
{
    u32x4 v = {255u << 24, 255u << 24, 255u << 24, 255u << 24};
    t -= p->at;
    for (int c = 0; c < 3; c++) {
        f32x4 level = p->base[c] + p->slope[c] * t + 0x1p23f;
        v |= ((u32x4)level & 255) << (8 * c);
    }
    return v;
}

/* RGBA [w + 3][4]: the colours at t + x * step. */
static void gradient_row(uint8_t *row, const piece *pieces, int32_t w, float t,
                         float step)
{
    const f32x4 lanes = {0, 1, 2, 3};
    const piece *p = pieces;
    for (int32_t x = 0; x < w; x += 4, row += 16) {
        f32x4 here = t + ((float)x + lanes) * step;
        p = find_piece(p, here[0]);
        u32x4 v = four(p, here);
        if (!(here[3] >= p->from && here[3] < p->end))
            for (int i = 1; i < 4; i++)
                v[i] = four(find_piece(p, here[i]), here)[i];
        memcpy(row, &v, sizeof v);
    }
}

cut_status cut_compose_gradient(cut_image *image, const cut_gradient *gradient,
                                cut_error *error)
{
    piece pieces[CUT_MAX_STOPS + 1];
    uint8_t *row = cut_alloc((size_t)image->w + 3, 4);
    if (!row) return cut_fail(error, CUT_E_MEMORY, "No memory for a gradient.");
    make_pieces(pieces, gradient);
    double w = image->w, h = image->h, s, c;
    cut_sine_cosine(gradient->angle, &s, &c);
    double length = w * (s < 0 ? -s : s) + h * (c < 0 ? -c : c);
    for (int32_t y = 0; y < image->h; y++) {
        double t = ((0.5 - w / 2) * s - (y + 0.5 - h / 2) * c) / length + 0.5;
        gradient_row(row, pieces, image->w, (float)t, (float)(s / length));
        cut_compose_bytes(image->px + (size_t)y * (size_t)image->w * 4, row,
                          image->w);
    }
    cut_free(row);
    image->opaque = 1;
    return CUT_OK;
}
