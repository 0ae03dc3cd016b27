/* What jpeg.c may ask of stb_image_write. */
#ifndef CUT_IMAGE_STB_IMAGE_WRITE_GLUE_H
#define CUT_IMAGE_STB_IMAGE_WRITE_GLUE_H

/** Calls `write` with pieces of a JPEG of [h][w][4]. 1 when it went well. */
int cut_stb_write_jpeg(void (*write)(void *context, void *data, int size),
                       void *context, int w, int h, const void *rgba,
                       int quality);

#endif
