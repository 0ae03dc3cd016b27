/*
 * For a target of libFuzzer whose input is a file from byte PNG_AT on: in three
 * of four mutants that are a PNG the sums of its chunks are made right, since
 * nearly all others would end at one. Without libFuzzer it is empty.
 */
#ifndef CUT_TESTS_PNG_SUMS_H
#define CUT_TESTS_PNG_SUMS_H

#ifdef CUT_FUZZ
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "image/bytes.h"
#include "image/crc32.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed);

static void sum_chunks(uint8_t *file, size_t size)
{
    if (size < 8 || memcmp(file, "\x89PNG\r\n\x1A\n", 8) != 0) return;
    for (size_t at = 8; size - at >= 12;) {
        size_t length = cut_be32(file + at);
        if (length > size - at - 12) return;
        cut_put_be32(file + at + 8 + length,
                     cut_crc32(file + at + 4, length + 4));
        at += 12 + length;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (seed & 3 && size > PNG_AT) sum_chunks(data + PNG_AT, size - PNG_AT);
    return size;
}
#endif

#endif
