/* What decode.c may ask of stb_image. */
#ifndef CUT_IMAGE_STB_IMAGE_GLUE_H
#define CUT_IMAGE_STB_IMAGE_GLUE_H

#include <stddef.h>
#include <stdint.h>

/** Why there is no picture. */
typedef struct cut_stb_fault {
    const char *reason; /* static text; NULL: there is one */
    /* of a JPEG's last scan: blocks that were whole, and all; 0 before it */
    int32_t blocks, all, scan;
} cut_stb_fault;

/** [h][w][4] from cut_alloc, or NULL and the fault. JPEG and PNG. `bits` a
 * channel, as probed: 16 go through stb's 16-bit path. wants_inks: CMYK as it
 * is, 255 for no ink. w, h: as probed, then as decoded. */
unsigned char *cut_stb_decode(const unsigned char *bytes, int size, int bits,
                              int is_jpeg, int wants_inks, int *w, int *h,
                              cut_stb_fault *fault);

/** Whether the CRC of each chunk of a PNG that has one of the types is right.
 */
int cut_png_sums_hold(const unsigned char *bytes, size_t size,
                      const uint32_t *types, int count);

#endif
