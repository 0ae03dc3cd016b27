#ifndef CUT_IMAGE_ORIENT_H
#define CUT_IMAGE_ORIENT_H

#include "image/image.h"

/**
 * Turns a stored picture upright.
 *
 * @param image       in and out; 2..4 in place, 5..8 through a second buffer
 *                    of the same size
 * @param orientation EXIF 1..8; anything else is taken as 1
 * @return CUT_OK or CUT_E_MEMORY (image unchanged)
 */
cut_status cut_image_orient(cut_image *image, int orientation,
                            cut_error *error);

#endif
