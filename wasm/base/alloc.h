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
 * @return `count * size` bytes, contents undefined, aligned to 8 (what wasm's
 *         malloc gives: SIMD code must load unaligned); NULL when the product
 *         overflows, is 0, is above the limit, or memory is out.
 */
void *cut_alloc(size_t count, size_t size);

/** The same in one argument, for libraries that take a malloc. */
void *cut_alloc_bytes(size_t size);

/** The same, all bytes 0. */
void *cut_alloc_zero(size_t count, size_t size);

/**
 * Keeps the contents up to the smaller size. `block` may be NULL. On NULL the
 * old block is still there and still owned by the caller.
 */
void *cut_realloc(void *block, size_t count, size_t size);

/** NULL is allowed. */
void cut_free(void *block);

/** Of what is allocated and not yet freed; `peak` is the most bytes since the
 * last cut_alloc_peak_reset(). */
typedef struct cut_alloc_counts {
    uint32_t blocks;
    size_t bytes, peak;
} cut_alloc_counts;
cut_alloc_counts cut_alloc_count(void);
void cut_alloc_peak_reset(void);

/** Refuses what would bring the live bytes above `bytes`; 0: no limit. */
void cut_alloc_limit(size_t bytes);

/** How many allocations were refused so far: tells a library's failure for
 * want of memory from its other failures. */
uint32_t cut_alloc_refusals(void);

/**
 * A budget for a library's call: live bytes may grow by `bytes` at most until
 * cut_budget_end(), which restores the limit before and answers whether it was
 * the budget (not the limit, not the machine) that refused something.
 */
typedef struct cut_budget {
    size_t limit;
} cut_budget;
cut_budget cut_budget_begin(size_t bytes);
int cut_budget_end(cut_budget old);

/** Test hook: the n-th allocation from now fails (1 = the next), once.
 * 0 turns it off. */
void cut_alloc_fail_at(uint32_t n);

#endif
