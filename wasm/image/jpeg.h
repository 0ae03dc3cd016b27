#ifndef CUT_IMAGE_JPEG_H
#define CUT_IMAGE_JPEG_H

#include "image/image.h"

/**
 * Baseline JPEG (stb_image_write; chroma halved up to quality 90) with the ICC
 * profile in APP2 segments. JPEG has no alpha: the caller composes the picture
 * on a colour first, and a picture that is not opaque is refused here, so that
 * nothing is ever flattened on black by accident.
 *
 * @param quality 1..100
 * @return CUT_OK, CUT_E_ARGUMENT (not opaque), CUT_E_MEMORY, CUT_E_ENCODE
 */
cut_status cut_jpeg_encode(cut_bytes *out, const cut_image *image, int quality,
                           const cut_bytes *icc, cut_error *error);

/** Says how large a JPEG of cut_jpeg_encode() is to be printed: pixels an inch,
 * 1..65535, in its JFIF segment. */
void cut_jpeg_set_density(cut_bytes *file, int32_t dpi);

#endif
