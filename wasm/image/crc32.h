/* The sum of a PNG's chunks: CRC-32 of ISO 3309. */
#ifndef CUT_IMAGE_CRC32_H
#define CUT_IMAGE_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t cut_crc32(const uint8_t *bytes, size_t size);

#endif
