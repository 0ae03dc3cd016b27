#ifndef CUT_IMAGE_PNG_H
#define CUT_IMAGE_PNG_H

#include "image/image.h"

/**
 * PNG of a straight RGBA picture. The RGB of every pixel is written exactly as
 * it is, at every alpha. The smallest of grey, grey+alpha, RGB and RGBA that
 * holds the picture is chosen; with an RGB profile the picture stays RGB, and
 * a grey profile goes only with a grey picture (PNG 3rd ed., 11.3.2.3).
 * Filters per row by the smallest sum of absolute differences; libdeflate.
 *
 * @param[out]    out   the file, owned by the caller
 * @param[in,out] image consumed: its pixels are freed as soon as they are
 *                      filtered, which keeps the peak at two pictures. On
 *                      failure it is either untouched or empty.
 * @param         icc   profile to embed; data NULL = none
 * @return CUT_OK, CUT_E_MEMORY, CUT_E_ENCODE
 */
cut_status cut_png_encode(cut_bytes *out, cut_image *image,
                          const cut_bytes *icc, cut_error *error);

/**
 * Says how large a PNG of cut_png_encode() is to be printed (pHYs).
 *
 * @param[in,out] file grows by 21 bytes
 * @param         dpi  pixels an inch, 1..65535
 * @return CUT_OK, CUT_E_MEMORY (file unchanged)
 */
cut_status cut_png_set_density(cut_bytes *file, int32_t dpi, cut_error *error);

/** Length, type and CRC around `size` bytes that already stand at p + 8. @return
 * where the next chunk begins */
uint8_t *cut_png_close_chunk(uint8_t *p, const char *type, size_t size);

#endif
