#ifndef CUT_COMPOSE_GRADIENT_H
#define CUT_COMPOSE_GRADIENT_H

#include "compose/style.h"
#include "image/image.h"

/**
 * Onto a gradient over the whole picture, as CSS Images 3 (3.1) draws it:
 * the line is as long as |w sin| + |h cos|, stops are mixed in gamma-coded
 * 8-bit RGB; each pixel is the colour at its middle to the nearest level, so
 * bands are one level high. Alpha becomes 255.
 *
 * @return CUT_OK, CUT_E_MEMORY: one row. O(w*h).
 */
cut_status cut_compose_gradient(cut_image *image, const cut_gradient *gradient,
                                cut_error *error);

#endif
