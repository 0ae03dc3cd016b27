/* What decode.c may ask of stb_image. */
#ifndef CUT_IMAGE_STB_IMAGE_GLUE_H
#define CUT_IMAGE_STB_IMAGE_GLUE_H

/** [h][w][4] from cut_alloc, or NULL and stb's reason (static text). `bits` a
 * channel, as probed: 16 go through stb's 16-bit path. w, h: as probed, then
 * as decoded. */
unsigned char *cut_stb_decode(const unsigned char *bytes, int size, int bits,
                              int is_jpeg, int *w, int *h,
                              const char **reason);

#endif
