/* What decode.c may ask of stb_image. */
#ifndef CUT_IMAGE_STB_IMAGE_GLUE_H
#define CUT_IMAGE_STB_IMAGE_GLUE_H

/** [h][w][4] from cut_alloc, or NULL and stb's reason (static text). */
unsigned char *cut_stb_decode(const unsigned char *bytes, int size, int *w,
                              int *h, const char **reason);

#endif
