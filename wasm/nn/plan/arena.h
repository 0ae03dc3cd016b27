/* Places in one block of memory for things that do not all live at once. */
#ifndef CUT_NN_ARENA_H
#define CUT_NN_ARENA_H

#include "base/fail.h"

/** Needed from step `born` to step `dies`, both included. */
typedef struct cut_block {
    size_t size, offset;
    int32_t born, dies;
} cut_block;

/**
 * Sets every offset so that no two blocks that live at the same time overlap.
 * Sizes that are multiples of 64 keep offsets aligned to 64.
 *
 * @param[out] total bytes of the whole. CUT_E_MEMORY. O(count^2).
 */
cut_status cut_arena_place(cut_block *blocks, size_t count, size_t *total,
                           cut_error *error);

#endif
