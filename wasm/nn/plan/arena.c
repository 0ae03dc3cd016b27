#include "nn/plan/arena.h"

#include "base/alloc.h"

/* Largest first, each at the lowest place that is free while it lives. */
cut_status cut_arena_place(cut_block *blocks, size_t count, size_t *total,
                           cut_error *error)
{
    uint32_t *order = cut_alloc(2 * count + 2, sizeof *order);
    if (!order) return cut_fail(error, CUT_E_MEMORY, "No memory for the plan.");
    uint32_t *placed = order + count; /* by offset */
    size_t done = 0;
    *total = 0;
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    for (size_t gap = count / 2; gap > 0; gap /= 2) /* Shell's sort */
        for (size_t i = gap; i < count; i++) {
            uint32_t item = order[i];
            size_t k = i;
            for (; k >= gap && blocks[order[k - gap]].size < blocks[item].size;
                 k -= gap)
                order[k] = order[k - gap];
            order[k] = item;
        }
    for (size_t i = 0; i < count; i++) {
        cut_block *b = &blocks[order[i]];
        size_t at = 0, k = 0;
        for (; k < done; k++) {
            const cut_block *p = &blocks[placed[k]];
            if (p->dies < b->born || p->born > b->dies) continue;
            if (p->offset >= at && p->offset - at >= b->size) break;
            if (p->offset + p->size > at) at = p->offset + p->size;
        }
        b->offset = at;
        if (__builtin_add_overflow(at, b->size, &at) || at > SIZE_MAX / 2) {
            cut_free(order);
            return cut_fail(error, CUT_E_MEMORY, "No memory for the plan.");
        }
        if (at > *total) *total = at;
        /* the place may break its order behind blocks that never met it */
        for (k = done; k > 0 && blocks[placed[k - 1]].offset > b->offset; k--)
            placed[k] = placed[k - 1];
        placed[k] = order[i];
        done++;
    }
    cut_free(order);
    return CUT_OK;
}
