/* Places in memory for maps that do not all live at once. */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "check.h"
#include "nn/plan/arena.h"

enum { MOST = 60 };

static uint32_t seed = 1;

static size_t random_below(size_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (size_t)(((uint64_t)seed * n) >> 32);
}

static int meet(const cut_block *a, const cut_block *b)
{
    return a->born <= b->dies && b->born <= a->dies;
}

static int is_free(const cut_block *blocks, size_t count, size_t of, size_t at)
{
    for (size_t i = 0; i < count; i++)
        if (i != of && blocks[i].size > blocks[of].size &&
            meet(&blocks[i], &blocks[of]) &&
            at < blocks[i].offset + blocks[i].size &&
            blocks[i].offset < at + blocks[of].size)
            return 0;
    return 1;
}

/* The lowest place that no larger block takes: 0, or behind one of them. */
static size_t lowest(const cut_block *blocks, size_t count, size_t of)
{
    size_t best = SIZE_MAX;
    if (is_free(blocks, count, of, 0)) return 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = blocks[i].offset + blocks[i].size;
        if (end < best && blocks[i].size > blocks[of].size &&
            is_free(blocks, count, of, end))
            best = end;
    }
    return best;
}

/* Sizes all differ, so that the order is known. */
static void each_block_lies_as_low_as_the_larger_ones_allow(void)
{
    for (int round = 0; round < 300; round++) {
        cut_block blocks[MOST];
        size_t count = random_below(MOST + 1), total = 7, end = 0;
        int32_t steps = 1 + (int32_t)random_below(40);
        for (size_t i = 0; i < count; i++) {
            size_t size = (1 + random_below(30)) * 64 * 100 + i;
            int32_t born = (int32_t)random_below((size_t)steps);
            int32_t life = (int32_t)random_below(6);
            blocks[i] = (cut_block){size, 12345, born, born + life};
        }
        CHECK_EQUAL(cut_arena_place(blocks, count, &total, NULL), CUT_OK);
        int wrong = 0;
        for (size_t i = 0; i < count; i++) {
            wrong += blocks[i].offset != lowest(blocks, count, i);
            if (blocks[i].offset + blocks[i].size > end)
                end = blocks[i].offset + blocks[i].size;
        }
        CHECK_EQUAL(wrong, 0);
        CHECK_EQUAL(total, end);
    }
}

static void equal_blocks_that_live_together_lie_apart(void)
{
    cut_block blocks[10];
    size_t total;
    for (int i = 0; i < 10; i++) blocks[i] = (cut_block){64, 0, i, i + 1};
    CHECK_EQUAL(cut_arena_place(blocks, 10, &total, NULL), CUT_OK);
    for (int i = 1; i < 10; i++)
        CHECK(blocks[i].offset != blocks[i - 1].offset);
    CHECK_EQUAL(total, 128); /* two at a time */
}

static void what_no_memory_holds_is_refused(void)
{
    size_t total;
    for (int many = 0; many < 2; many++) {
        cut_block blocks[2] = {{SIZE_MAX / 4 * 3, 0, 0, 1},
                               {SIZE_MAX / 4, 0, 0, 1}};
        if (many) blocks[0].size = SIZE_MAX / 4 + 1; /* each alone fits */
        if (many) blocks[1].size = SIZE_MAX / 4 + 1;
        CHECK_EQUAL(cut_arena_place(blocks, 2, &total, NULL), CUT_E_MEMORY);
    }
    cut_block half = {SIZE_MAX / 2, 0, 0, 1};
    CHECK_EQUAL(cut_arena_place(&half, 1, &total, NULL), CUT_OK);
    half.size++;
    CHECK_EQUAL(cut_arena_place(&half, 1, &total, NULL), CUT_E_MEMORY);
    cut_alloc_fail_at(1);
    CHECK_EQUAL(cut_arena_place(&half, 1, &total, NULL), CUT_E_MEMORY);
    cut_alloc_fail_at(0);
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
}

int main(void)
{
    each_block_lies_as_low_as_the_larger_ones_allow();
    equal_blocks_that_live_together_lie_apart();
    what_no_memory_holds_is_refused();
    return CHECK_DONE();
}
