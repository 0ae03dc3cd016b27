/*
 * Each block carries its size in a 16-byte header: counting needs it, and 16
 * keeps the alignment that malloc gave. The counters are the only
 * globals of the library.
 */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 16 };

static struct {
    uint32_t blocks, refusals;
    size_t bytes, peak;
    size_t limit, budget; /* of the live bytes; 0 = none */
    uint32_t fail_at;
    int over_budget;
} counter;

static int above(size_t limit, size_t grow_bytes)
{
    if (!limit) return 0;
    return counter.bytes > limit || grow_bytes > limit - counter.bytes;
}

static int refused(size_t grow_bytes)
{
    if (counter.fail_at && --counter.fail_at == 0) return 1;
    if (above(counter.limit, grow_bytes)) return 1;
    if (!above(counter.budget, grow_bytes)) return 0;
    counter.over_budget = 1;
    return 1;
}

static void grew(size_t bytes)
{
    counter.bytes += bytes;
    if (counter.bytes > counter.peak) counter.peak = counter.bytes;
}

static size_t product(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2 - HEADER_BYTES) / size) return 0;
    return count * size;
}

static void *block_new(size_t bytes, int zero)
{
    unsigned char *raw = NULL;
    if (bytes && !refused(bytes))
        raw = zero ? calloc(1, bytes + HEADER_BYTES)
                   : malloc(bytes + HEADER_BYTES);
    if (!raw) {
        counter.refusals++;
        return NULL;
    }
    memcpy(raw, &bytes, sizeof bytes);
    counter.blocks++;
    grew(bytes);
    return raw + HEADER_BYTES;
}

static size_t block_bytes(const void *block)
{
    size_t bytes;
    memcpy(&bytes, (const unsigned char *)block - HEADER_BYTES, sizeof bytes);
    return bytes;
}

void *cut_alloc(size_t count, size_t size)
{
    return block_new(product(count, size), 0);
}

void *cut_alloc_bytes(size_t size)
{
    return cut_alloc(1, size);
}

void *cut_alloc_zero(size_t count, size_t size)
{
    return block_new(product(count, size), 1);
}

void *cut_realloc(void *block, size_t count, size_t size)
{
    if (!block) return cut_alloc(count, size);
    size_t bytes = product(count, size);
    size_t old = block_bytes(block);
    unsigned char *raw = NULL;
    if (bytes && !refused(bytes > old ? bytes - old : 0))
        raw = realloc((unsigned char *)block - HEADER_BYTES,
                      bytes + HEADER_BYTES);
    if (!raw) {
        counter.refusals++;
        return NULL;
    }
    memcpy(raw, &bytes, sizeof bytes);
    counter.bytes -= old;
    grew(bytes);
    return raw + HEADER_BYTES;
}

void cut_free(void *block)
{
    if (!block) return;
    counter.bytes -= block_bytes(block);
    counter.blocks--;
    free((unsigned char *)block - HEADER_BYTES);
}

uint32_t cut_alloc_refusals(void)
{
    return counter.refusals;
}

cut_budget cut_budget_begin(size_t bytes)
{
    cut_budget old = {counter.budget};
    counter.budget = counter.bytes + bytes;
    counter.over_budget = 0;
    return old;
}

int cut_budget_end(cut_budget old)
{
    counter.budget = old.limit;
    return counter.over_budget;
}

void cut_alloc_fail_at(uint32_t n)
{
    counter.fail_at = n;
}

cut_alloc_counts cut_alloc_count(void)
{
    return (cut_alloc_counts){counter.blocks, counter.bytes, counter.peak};
}

void cut_alloc_peak_reset(void)
{
    counter.peak = counter.bytes;
}

void cut_alloc_limit(size_t bytes)
{
    counter.limit = bytes;
}
