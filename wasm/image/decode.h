#ifndef CUT_IMAGE_DECODE_H
#define CUT_IMAGE_DECODE_H

#include "image/image.h"
#include "image/probe.h"

/**
 * JPEG, PNG, BMP or GIF (first frame) to straight RGBA8, as stored: not yet
 * upright. 16-bit channels lose their low byte. stb_image does the work, under
 * a memory budget that the header implies, so that a file which lies about its
 * size is refused instead of inflated; and what stb_image forgives (a file cut
 * off in its pixel data) is an error here.
 *
 * @param[out] out   owned by the caller; unchanged unless CUT_OK
 * @param      probe of the same bytes, by cut_image_probe
 * @return CUT_OK, CUT_E_CORRUPT, CUT_E_VARIANT, CUT_E_MEMORY
 */
cut_status cut_image_decode(cut_image *out, const uint8_t *bytes, size_t size,
                            const cut_probe *probe, cut_error *error);

/**
 * The same; of a file that is damaged or ends early, what is there. What is
 * missing is clear.
 *
 * @param[out] rows 0 when the picture is whole; how many rows, as stored, are
 *                  there otherwise: 1..h, h when it lacks detail or a sum of
 *                  it is wrong
 * @return as above; CUT_E_CORRUPT when there is not a row
 */
cut_status cut_image_decode_part(cut_image *out, int32_t *rows,
                                 const uint8_t *bytes, size_t size,
                                 const cut_probe *probe, cut_error *error);

#endif
