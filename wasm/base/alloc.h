/*
 * Checked, counted allocation. The only way to memory in wasm/ (stb_image,
 * cJSON and libdeflate are pointed here too), so that a limit, a leak and the
 * n-th refusal can be tested.
 */
#ifndef CUT_BASE_ALLOC_H
#define CUT_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/**
 * @return `count * size` bytes, contents undefined, aligned to 16; NULL when
 *         the product overflows, is 0, is above the limit, or memory is out.
 */
void *cut_alloc(size_t count, size_t size);

/** The same, all bytes 0. */
void *cut_alloc_zero(size_t count, size_t size);

/**
 * Keeps the contents up to the smaller size. `block` may be NULL. On NULL the
 * old block is still there and still owned by the caller.
 */
void *cut_realloc(void *block, size_t count, size_t size);

/** NULL is allowed. */
void cut_free(void *block);

/** How many allocations were refused so far: tells a library's failure for
 * want of memory from its other failures. */
uint32_t cut_alloc_refusals(void);

/** Test hook: the n-th allocation from now fails (1 = the next), once.
 * 0 turns it off. */
void cut_alloc_fail_at(uint32_t n);

#endif
