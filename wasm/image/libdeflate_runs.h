/* Filtered PNG rows to a zlib stream, row by row, so that they never exist as
 * a whole; anything else to one at once. */
#ifndef CUT_IMAGE_LIBDEFLATE_RUNS_H
#define CUT_IMAGE_LIBDEFLATE_RUNS_H

#include <stddef.h>
#include <stdint.h>

typedef struct cut_deflater cut_deflater;

/**
 * @param bytes of a row, with its filter type in front; at least 2
 * @param bpp   bytes a pixel, 1..4
 * @return NULL when memory is out
 */
cut_deflater *cut_deflater_new(size_t bytes, size_t bpp);
void cut_deflater_free(cut_deflater *d); /* NULL is allowed */

/** Starts a stream; what was begun before is forgotten. */
void cut_deflater_begin(cut_deflater *d, uint8_t *out, size_t capacity);

/** Where the next row is to be written, all `bytes` of it. Contents undefined.
 * To be followed by cut_deflater_add(). */
uint8_t *cut_deflater_row(cut_deflater *d);

/** Takes that row. Its bytes but the first are 0 outside from .. end - 1. */
void cut_deflater_add(cut_deflater *d, size_t from, size_t end);

/** @return bytes of the whole stream; 0 when it does not fit. A capacity of
 * cut_deflate_bound() is always enough. */
size_t cut_deflater_end(cut_deflater *d);

/** Bytes of a filtered row that may be other than 0, as cut_deflater_add()
 * takes them. */
typedef struct cut_span {
    size_t from, end;
} cut_span;

/** Makes rows first .. first + count - 1, `bytes` of each one after another,
 * and a span of each; on any thread, at the same time as others. */
typedef void cut_make_rows(void *context, uint8_t *out, cut_span *spans,
                           size_t first, size_t count, int32_t thread);

/** begin, all rows and end by several threads (cut_parallel_threads() > 1, then
 * and when `d` was made): the same bytes. */
size_t cut_deflater_rows(cut_deflater *d, uint8_t *out, size_t capacity,
                         size_t rows, cut_make_rows *make, void *context);

/** A whole stream of what are no rows. @return its bytes; 0 without memory, or
 * when it does not fit. */
size_t cut_deflate(uint8_t *out, size_t capacity, const uint8_t *in,
                   size_t size);

/** The most that a stream of `size` bytes can take. */
size_t cut_deflate_bound(size_t size);

#endif
