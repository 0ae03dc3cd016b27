/* What decode.c may ask of stb_image. */
#ifndef CUT_IMAGE_STB_IMAGE_GLUE_H
#define CUT_IMAGE_STB_IMAGE_GLUE_H

#include <stddef.h>
#include <stdint.h>

/** Why there is no picture, or not all of one. */
typedef struct cut_stb_fault {
    const char *reason; /* static text; NULL: there is one */
    /* of a JPEG's last scan: blocks that were whole, and all; 0 before it */
    int32_t blocks, all, scan;
    int32_t rows;   /* that are there */
    int is_damaged; /* it is not whole, or its sums are wrong */
} cut_stb_fault;

typedef struct cut_stb_how {
    int is_jpeg;
    int bits; /* a channel, as probed: 16 go through stb's 16-bit path and
                 `narrow`, or lose their low byte */
    const unsigned char *narrow; /* [65536] or NULL */
    int wants_inks;              /* CMYK as it is, 255 for no ink */
    int part;                    /* a JPEG may lack blocks or scans */
} cut_stb_how;

/**
 * JPEG and PNG.
 * @param[in,out] w, h as probed, then as decoded
 * @return [h][w][4] from cut_alloc, or NULL and the fault. Of a PNG, and with
 *         `part` of a JPEG, rows from fault->rows on may be missing: they are
 *         of any colour.
 */
unsigned char *cut_stb_decode(const unsigned char *bytes, int size,
                              const cut_stb_how *how, int *w, int *h,
                              cut_stb_fault *fault);

/** Whether the CRC of each chunk of a PNG that has one of the types is right.
 */
int cut_png_sums_hold(const unsigned char *bytes, size_t size,
                      const uint32_t *types, int count);

#endif
