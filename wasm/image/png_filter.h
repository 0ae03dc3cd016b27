#ifndef CUT_IMAGE_PNG_FILTER_H
#define CUT_IMAGE_PNG_FILTER_H

#include <stddef.h>
#include <stdint.h>

/**
 * One row through the PNG filter with the smallest sum of absolute differences
 * (the heuristic of PNG 3rd ed., 12.7, over None, Sub, Up and Paeth: Average
 * never paid for its pass on cut-outs). Of a long row one block of eight is
 * summed.
 *
 * @param[out] out      [1 + bytes]: filter type, filtered bytes
 * @param[out] from, end all bytes but out[0] outside from .. end - 1 are 0
 * @param      row      [bytes] raw
 * @param      above    [bytes] raw, zeros for the first row
 * @param      bpp      bytes a pixel, 1..4
 */
void cut_png_filter_row(uint8_t *out, size_t *from, size_t *end,
                        const uint8_t *row, const uint8_t *above, size_t bytes,
                        size_t bpp);

#endif
