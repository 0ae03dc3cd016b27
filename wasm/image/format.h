/* The formats of pictures that are known by their content. */
#ifndef CUT_IMAGE_FORMAT_H
#define CUT_IMAGE_FORMAT_H

typedef enum cut_format {
    CUT_FORMAT_NONE,
    CUT_FORMAT_JPEG,
    CUT_FORMAT_PNG,
    CUT_FORMAT_WEBP,
    CUT_FORMAT_BMP,
    CUT_FORMAT_GIF
} cut_format;

#endif
