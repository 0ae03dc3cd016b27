/*
 * Walking the segments of the three container formats that carry EXIF and ICC:
 * JPEG markers (ITU-T T.81 B.1), PNG chunks (W3C PNG 5.3), WebP's RIFF chunks
 * (RFC 9649 2.3). Lengths are checked against the file; a walk over a damaged
 * file just ends early.
 */
#ifndef CUT_IMAGE_CHUNKS_H
#define CUT_IMAGE_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

typedef struct cut_chunk {
    /* JPEG: the marker, 0xC0..0xFE. PNG, WebP: the four letters, big-endian */
    uint32_t type;
    const uint8_t *data; /* payload, borrowed from the file */
    size_t size;
    size_t at; /* where the walk goes on; start a walk with a zero chunk */
} cut_chunk;

/** What the extended header of a WebP says that there is (RFC 9649, 2.7.1): what
 * it does not say is not there, as browsers take it. */
enum { CUT_WEBP_ICC = 0x20, CUT_WEBP_EXIF = 0x08 };
int cut_webp_says(const uint8_t *bytes, size_t size, int flag);

#define CUT_TAG(a, b, c, d)                                                    \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 |          \
     (uint32_t)(d))

/**
 * Steps to the next segment. JPEG ends before the entropy-coded data. A chunk
 * of a PNG that is not needed for its pixels and whose sum is wrong is left
 * out, as libpng does: damaged, it says nothing.
 * @return 1, or 0 at the end or at the first damage.
 */
int cut_chunk_next(cut_chunk *chunk, const uint8_t *bytes, size_t size,
                   cut_format format);

#endif
