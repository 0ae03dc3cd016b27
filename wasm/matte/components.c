/* Chosen by models/eval/matte.py: docs/decisions/matte-refinement.md. */
#include "matte/components.h"

#include <string.h>

#include "base/alloc.h"

#ifndef CUT_COMPONENTS_SHARE
#define CUT_COMPONENTS_SHARE 50 /* of the largest component: one in so many */
#endif
#ifndef CUT_COMPONENTS_SURE
#define CUT_COMPONENTS_SURE 15 / 16 /* of one: what the map is sure of */
#endif
#ifndef CUT_COMPONENTS_JOIN
#define CUT_COMPONENTS_JOIN 1 / 4 /* of one: what hangs together by this much */
#endif
#ifndef CUT_COMPONENTS_DEEP
#define CUT_COMPONENTS_DEEP 3 / 4 /* of one: doubt that may become a hole */
#endif
#ifndef CUT_COMPONENTS_REACH
#define CUT_COMPONENTS_REACH 40 /* of the longer side: one in so many */
#endif

enum { ANY = 65536 }; /* above all values */

typedef struct field {
    uint16_t *map;
    int32_t w, h;
    uint16_t half, join;
    uint8_t *seen;  /* [h][w] */
    uint32_t *list; /* [h][w]: the pixels of a component,
    in order of discovery */
} field;

typedef struct component {
    size_t count; /* pixels, in field.list */
    size_t solid; /* of them at or above one half */
    uint16_t peak;
} component;

/* Appends the unseen neighbours of pixel `at` that are from .. end - 1. */
static size_t add_neighbours(field *f, size_t count, uint32_t at, uint32_t from,
                             uint32_t end)
{
    int32_t x = (int32_t)(at % (uint32_t)f->w);
    int32_t y = (int32_t)(at / (uint32_t)f->w);
    for (int32_t v = y > 0 ? y - 1 : 0; v <= y + 1 && v < f->h; v++)
        for (int32_t u = x > 0 ? x - 1 : 0; u <= x + 1 && u < f->w; u++) {
            size_t i = (size_t)v * (size_t)f->w + (size_t)u;
            if (f->seen[i] || f->map[i] < from || f->map[i] >= end) continue;
            f->seen[i] = 1;
            f->list[count++] = (uint32_t)i;
        }
    return count;
}

/* The component that pixel `from` belongs to. */
static component gather(field *f, uint32_t from)
{
    component p = {1, 0, 0};
    f->list[0] = from;
    f->seen[from] = 1;
    for (size_t i = 0; i < p.count; i++) {
        uint16_t m = f->map[f->list[i]];
        p.peak = m > p.peak ? m : p.peak;
        p.solid += m >= f->half;
        p.count = add_neighbours(f, p.count, f->list[i], f->join, ANY);
    }
    return p;
}

/* With the thin fog around it: what is reached without ever rising. */
static void clear(field *f, component p)
{
    size_t count = p.count;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = f->map[f->list[i]], end = at + 1;
        count = add_neighbours(f, count, f->list[i], 1,
                               end < f->join ? end : f->join);
    }
    for (size_t i = 0; i < count; i++) f->map[f->list[i]] = 0;
}

/* The largest component's solid size; with `min_solid`, clears those below. */
static size_t walk(field *f, size_t min_solid, uint16_t sure)
{
    size_t all = (size_t)f->w * (size_t)f->h, largest = 0;
    memset(f->seen, 0, all);
    for (size_t i = 0; i < all; i++) {
        if (f->map[i] < f->join || f->seen[i]) continue;
        component p = gather(f, (uint32_t)i);
        largest = p.solid > largest ? p.solid : largest;
        if (p.solid > 0 && p.solid < min_solid && p.peak < sure) clear(f, p);
    }
    return largest;
}

static cut_status field_new(field *f, uint16_t *map, int32_t w, int32_t h,
                            uint16_t one, cut_error *error)
{
    size_t all = (size_t)w * (size_t)h;
    *f = (field){map,
                 w,
                 h,
                 one / 2,
                 (uint16_t)(one * CUT_COMPONENTS_JOIN),
                 cut_alloc(all, 1),
                 cut_alloc(all, sizeof(uint32_t))};
    return f->seen && f->list
               ? CUT_OK
               : cut_fail(error, CUT_E_MEMORY, "No memory to refine %d x %d.",
                          (int)w, (int)h);
}

static void field_free(field *f)
{
    cut_free(f->seen);
    cut_free(f->list);
}

cut_status cut_components_remove_small(uint16_t *map, int32_t w, int32_t h,
                                       uint16_t one, cut_error *error)
{
    field f;
    cut_status status = field_new(&f, map, w, h, one, error);
    if (!status) {
        size_t min_solid = (walk(&f, 0, 0) + CUT_COMPONENTS_SHARE - 1) /
                           CUT_COMPONENTS_SHARE;
        walk(&f, min_solid, (uint16_t)(one * CUT_COMPONENTS_SURE));
    }
    field_free(&f);
    return status;
}

typedef struct doubt {
    size_t count;           /* pixels, in field.list */
    uint16_t min;           /* the least of them */
    int32_t x0, y0, x1, y1; /* x0 .. x1, y0 .. y1 is the box around them */
} doubt;

/* Gathers the doubt, half .. sure - 1, that pixel `from` belongs to. */
static doubt gather_doubt(field *f, uint32_t from, uint16_t sure)
{
    doubt d = {1, sure, f->w, f->h, 0, 0};
    f->list[0] = from;
    f->seen[from] = 1;
    for (size_t n = 0; n < d.count; n++) {
        int32_t x = (int32_t)(f->list[n] % (uint32_t)f->w);
        int32_t y = (int32_t)(f->list[n] / (uint32_t)f->w);
        d.x0 = x < d.x0 ? x : d.x0;
        d.y0 = y < d.y0 ? y : d.y0;
        d.x1 = x > d.x1 ? x : d.x1;
        d.y1 = y > d.y1 ? y : d.y1;
        d.min = f->map[f->list[n]] < d.min ? f->map[f->list[n]] : d.min;
        d.count = add_neighbours(f, d.count, f->list[n], f->half, sure);
    }
    return d;
}

/* Neither the border nor what is below a half is as near as `reach` to its
 * box. */
static int is_within(const field *f, doubt d, int32_t reach)
{
    if (d.x0 < reach || d.y0 < reach || d.x1 + reach >= f->w ||
        d.y1 + reach >= f->h)
        return 0;
    for (int32_t y = d.y0 - reach; y <= d.y1 + reach; y++)
        for (int32_t x = d.x0 - reach; x <= d.x1 + reach; x++)
            if (f->map[(size_t)y * (size_t)f->w + (size_t)x] < f->half)
                return 0;
    return 1;
}

cut_status cut_components_settle(uint16_t *map, int32_t w, int32_t h,
                                 uint16_t one, cut_error *error)
{
    field f;
    cut_status status = field_new(&f, map, w, h, one, error);
    size_t all = status ? 0 : (size_t)w * (size_t)h;
    uint16_t sure = (uint16_t)(one * CUT_COMPONENTS_SURE);
    uint16_t deep = (uint16_t)(one * CUT_COMPONENTS_DEEP);
    int32_t reach = (w > h ? w : h) / CUT_COMPONENTS_REACH + 1;
    if (all) memset(f.seen, 0, all);
    for (size_t i = 0; i < all; i++) {
        if (map[i] < f.half || map[i] >= sure || f.seen[i]) continue;
        doubt d = gather_doubt(&f, (uint32_t)i, sure);
        if (d.min > deep || !is_within(&f, d, reach)) continue;
        for (size_t n = 0; n < d.count; n++) map[f.list[n]] = one;
    }
    field_free(&f);
    return status;
}
