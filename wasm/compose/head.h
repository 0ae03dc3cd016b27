/*
 * Where a person's head is, from the cut-out's silhouette alone, and a
 * portrait's place on a canvas by it, as passports want it.
 */
#ifndef CUT_COMPOSE_HEAD_H
#define CUT_COMPOSE_HEAD_H

#include "compose/canvas.h"

/** In pixels of the photo. */
typedef struct cut_head {
    int32_t top;  /* crown, hair included */
    int32_t chin; /* the narrowest row below the head, which is near it */
    int32_t x;    /* the middle of what lies between */
} cut_head;

/**
 * Follows the subject from its topmost part down: a head is what grows wide,
 * then narrows to a neck at a head's distance, then widens to shoulders. Hair
 * over the shoulders, a hand above the head, a crown cut off by the photo's
 * edge: no head. Looks at no more than 256 x 256 of the pixels.
 *
 * @param[out] out    unchanged when there is none
 * @param      cutout straight, alpha of the subject
 * @return 1 when there is one. O(1) memory, no more than a few milliseconds.
 */
int cut_head_find(cut_head *out, const cut_image *cutout);

/**
 * On a canvas of 35 x 45 mm the head is 33 mm high (ISO/IEC 19794-5 and ICAO
 * 9303 want 70 to 80 % of the picture) and begins 4 mm below the edge, in the
 * middle; so the eyes, half way down a head, are at 54 % of the height, where
 * 50 to 70 is asked for. Then canvas->scale, around the head's middle, and x, y.
 */
cut_layout cut_head_layout(const cut_canvas *canvas, const cut_head *head);

#endif
