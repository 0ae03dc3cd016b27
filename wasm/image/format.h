/* The formats of pictures that are known by their content. */
#ifndef CUT_IMAGE_FORMAT_H
#define CUT_IMAGE_FORMAT_H

typedef enum cut_format {
    CUT_FORMAT_NONE,
    CUT_FORMAT_JPEG,
    CUT_FORMAT_PNG,
    CUT_FORMAT_WEBP,
    CUT_FORMAT_BMP,
    CUT_FORMAT_GIF,
    /* known by name, decoded outside */
    CUT_FORMAT_AVIF,
    CUT_FORMAT_HEIC,
    CUT_FORMAT_TIFF,
    CUT_FORMAT_JXL,
    CUT_FORMAT_ICO,
    CUT_FORMAT_SVG
} cut_format;

#endif
