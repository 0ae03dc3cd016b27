/*
 * What can be told of a lossy WebP's data (RFC 6386) without decoding them:
 * whether an encoder can have written them so.
 */
#ifndef CUT_IMAGE_VP8_H
#define CUT_IMAGE_VP8_H

#include <stddef.h>
#include <stdint.h>

/**
 * Whether each partition that is there starts as one may. Where one does not,
 * libwebp's builds of 32 and of 64 bits show different pictures.
 * @param frame the data of a chunk "VP8 "
 * @return 0: damaged
 */
int cut_vp8_is_sound(const uint8_t *frame, size_t size);

#endif
