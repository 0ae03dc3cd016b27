#ifndef CUT_IMAGE_EXIF_H
#define CUT_IMAGE_EXIF_H

#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

/**
 * The EXIF orientation (tag 0x0112 of the first image file directory; EXIF 2.32
 * 4.6.4) of a JPEG (APP1), PNG (eXIf) or WebP (EXIF) file.
 *
 * @return 1..8; 1 when there is none, or when the EXIF data is damaged: a
 *         photo shown lying on its side is better than none.
 */
int cut_exif_orientation(const uint8_t *bytes, size_t size, cut_format format);

#endif
