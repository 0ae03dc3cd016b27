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

/* Appends the unseen neighbours of pixel `at` that are at or above f->join
 * or, for the thin fog around one, below it and no higher than `at`. */
static size_t add_neighbours(field *f, size_t count, uint32_t at, int thin)
{
    int32_t x = (int32_t)(at % (uint32_t)f->w);
    int32_t y = (int32_t)(at / (uint32_t)f->w);
    for (int32_t v = y > 0 ? y - 1 : 0; v <= y + 1 && v < f->h; v++)
        for (int32_t u = x > 0 ? x - 1 : 0; u <= x + 1 && u < f->w; u++) {
            size_t i = (size_t)v * (size_t)f->w + (size_t)u;
            uint16_t m = f->map[i];
            int joins = thin ? m > 0 && m < f->join && m <= f->map[at]
                             : m >= f->join;
            if (f->seen[i] || !joins) continue;
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
        p.count = add_neighbours(f, p.count, f->list[i], 0);
    }
    return p;
}

static void clear(field *f, component p)
{
    size_t count = p.count;
    for (size_t i = 0; i < count; i++)
        count = add_neighbours(f, count, f->list[i], 1);
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

cut_status cut_components_remove_small(uint16_t *map, int32_t w, int32_t h,
                                       uint16_t one, cut_error *error)
{
    size_t all = (size_t)w * (size_t)h;
    field f = {map,
               w,
               h,
               one / 2,
               (uint16_t)(one * CUT_COMPONENTS_JOIN),
               cut_alloc(all, 1),
               cut_alloc(all, sizeof(uint32_t))};
    cut_status status = CUT_OK;
    if (f.seen && f.list) {
        size_t min_solid = (walk(&f, 0, 0) + CUT_COMPONENTS_SHARE - 1) /
                           CUT_COMPONENTS_SHARE;
        walk(&f, min_solid, (uint16_t)(one * CUT_COMPONENTS_SURE));
    } else {
        status = cut_fail(error, CUT_E_MEMORY, "No memory to refine %d x %d.",
                          (int)w, (int)h);
    }
    cut_free(f.seen);
    cut_free(f.list);
    return status;
}
