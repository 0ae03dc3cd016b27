#include "edit/state.h"

#include <string.h>

#define MAX_CELLS 1048576
#define MIN_SHARE 2000 /* an object has at least 1 / so many of the photo */
#define MAX_OBJECTS                                                            \
    (int)(sizeof(((cut_objects *)0)->of) / sizeof(struct cut_object))

enum { WEAK = 1, STRONG = 2, SEEN = 4 };

typedef struct field {
    uint8_t *kind;   /* [h][w]: WEAK: some alpha, STRONG: some of >= 128 */
    uint16_t *area;  /* [h][w]: pixels of alpha >= 128 */
    uint32_t *queue; /* [h * w] */
    int32_t w, h;
} field;

static void classify(const field *f, const uint8_t *alpha, int32_t w, int32_t h,
                     int32_t k)
{
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *row = alpha + (size_t)y * (size_t)w;
        size_t at = (size_t)(y / k) * (size_t)f->w;
        for (int32_t x = 0; x < w; at++)
            for (int32_t end = x + k; x < w && x < end; x++) {
                if (row[x] == 0) continue;
                f->kind[at] |= row[x] >= 128 ? WEAK | STRONG : WEAK;
                f->area[at] = (uint16_t)(f->area[at] + (row[x] >= 128));
            }
    }
}

/* The neighbours of a cell that are on the grid; how many. */
static int neighbours(const field *f, uint32_t cell, uint32_t out[8])
{
    int32_t x = (int32_t)(cell % (uint32_t)f->w),
            y = (int32_t)(cell / (uint32_t)f->w);
    int count = 0;
    for (int32_t v = y - 1; v <= y + 1; v++)
        for (int32_t u = x - 1; u <= x + 1; u++)
            if (u >= 0 && v >= 0 && u < f->w && v < f->h && (u != x || v != y))
                out[count++] = (uint32_t)(v * f->w + u);
    return count;
}

/* All strong cells around `cell`: their area, in the queue's first `*cells`. */
static uint32_t flood(const field *f, uint32_t cell, size_t *cells)
{
    size_t done = 0, end = 1;
    uint32_t area = 0, next[8];
    f->queue[0] = cell;
    f->kind[cell] |= SEEN;
    while (done < end) {
        uint32_t at = f->queue[done++];
        area += f->area[at];
        int count = neighbours(f, at, next);
        for (int i = 0; i < count; i++)
            if ((f->kind[next[i]] & (STRONG | SEEN)) == STRONG) {
                f->kind[next[i]] |= SEEN;
                f->queue[end++] = next[i];
            }
    }
    *cells = end;
    return area;
}

/* The first cells of the largest objects, largest first. */
static int seeds(const field *f, uint32_t min_area, uint32_t *seed,
                 struct cut_object *of)
{
    int count = 0;
    size_t cells, all = (size_t)f->w * (size_t)f->h;
    for (size_t i = 0; i < all; i++) {
        if ((f->kind[i] & (STRONG | SEEN)) != STRONG) continue;
        uint32_t area = flood(f, (uint32_t)i, &cells);
        if (area < min_area) continue;
        int at = count < MAX_OBJECTS ? count++ : MAX_OBJECTS;
        for (; at > 0 && of[at - 1].area < area; at--)
            if (at < MAX_OBJECTS) {
                of[at] = of[at - 1];
                seed[at] = seed[at - 1];
            }
        if (at == MAX_OBJECTS) continue;
        of[at].area = area;
        seed[at] = (uint32_t)i;
    }
    return count;
}

/* Labels of the objects, then of the soft cells around, nearest first. */
static void spread(const field *f, cut_objects *out, const uint32_t *seed)
{
    size_t all = (size_t)f->w * (size_t)f->h, end = 0, cells;
    for (size_t i = 0; i < all; i++) f->kind[i] &= WEAK | STRONG;
    for (int i = 0; i < out->count; i++) {
        flood(f, seed[i], &cells);
        for (size_t k = 0; k < cells; k++)
            out->label[f->queue[k]] = (uint8_t)(i + 1);
    }
    for (size_t i = 0; i < all; i++)
        if (out->label[i]) f->queue[end++] = (uint32_t)i;
    for (size_t done = 0; done < end; done++) {
        uint32_t at = f->queue[done], next[8];
        int count = neighbours(f, at, next);
        for (int i = 0; i < count; i++)
            if (f->kind[next[i]] && !out->label[next[i]]) {
                out->label[next[i]] = out->label[at];
                f->queue[end++] = next[i];
            }
    }
}

static void measure(cut_objects *out, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < out->h; y++)
        for (int32_t x = 0; x < out->w; x++) {
            uint8_t label = out->label[(size_t)y * (size_t)out->w + (size_t)x];
            if (!label) continue;
            cut_rect cell = {x * out->k, y * out->k, (x + 1) * out->k,
                             (y + 1) * out->k};
            if (cell.x1 > w) cell.x1 = w;
            if (cell.y1 > h) cell.y1 = h;
            cut_rect *box = &out->of[label - 1].box;
            *box = cut_rect_join(*box, cell);
        }
}

cut_status cut_objects_find(cut_objects *out, const uint8_t *alpha, int32_t w,
                            int32_t h, cut_error *error)
{
    cut_objects made = {.k = 1};
    do {
        made.w = (w + made.k - 1) / made.k;
        made.h = (h + made.k - 1) / made.k;
    } while ((int64_t)made.w * made.h > MAX_CELLS && made.k++);
    size_t all = (size_t)made.w * (size_t)made.h;
    field f = {cut_alloc_zero(all, 1), cut_alloc_zero(all, 2),
               cut_alloc(all, 4), made.w, made.h};
    made.label = cut_alloc_zero(all, 1);
    cut_status status = CUT_OK;
    if (f.kind && f.area && f.queue && made.label) {
        uint32_t seed[MAX_OBJECTS];
        uint32_t min_area = (uint32_t)((int64_t)w * h / MIN_SHARE) + 1;
        classify(&f, alpha, w, h, made.k);
        made.count = seeds(&f, min_area, seed, made.of);
        spread(&f, &made, seed);
        measure(&made, w, h);
        *out = made;
    } else {
        status = cut_fail(error, CUT_E_MEMORY, "No memory to find objects.");
        cut_free(made.label);
    }
    cut_free(f.kind);
    cut_free(f.area);
    cut_free(f.queue);
    return status;
}
