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
 * The head is canvas->head of the height and begins canvas->top below the edge,
 * in the middle. On 35 x 45 mm those are 33 and 4 mm (ISO/IEC 19794-5 and ICAO
 * 9303 want 70 to 80 % of the picture), so the eyes, half way down a head, are at
 * 54 % of the height, where 50 to 70 is asked for. Then canvas->scale, around the
 * head's middle, and x, y.
 */
cut_layout cut_head_layout(const cut_canvas *canvas, const cut_head *head);

/**
 * Leaves no gap under a body that ends too soon: the head grows by 9 % at most,
 * which every row of the presets leaves room for, then it is lowered by 4 % of
 * the height at most. What somebody has moved or sized stays as it is.
 *
 * @param[in,out] layout of cut_head_layout()
 * @param         bottom of the subject, pixels of the photo
 * @return rows of the canvas under the body that are still empty
 */
int32_t cut_head_close_gap(cut_layout *layout, const cut_canvas *canvas,
                           const cut_head *head, int32_t bottom);

/**
 * How sharp a head is at its size on the canvas, 0..1: of each step of 24 levels
 * or more over three pixels, the share that its steepest pixel has, a third where
 * it rises evenly (0), all where it is one step (1); the mean over the tenth that
 * is steepest, since a face is mostly round. 0 without such steps. Measured on
 * people's photos: docs/decisions/compose.md.
 *
 * @param image placed by the layout
 */
float cut_head_sharpness(const cut_image *image, const cut_layout *layout,
                         const cut_head *head);

#endif
