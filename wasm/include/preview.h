/*
 * A cut-out as it would look, small and at once, while somebody chooses: the
 * photo and its matte are held at full size, and what a change of the options
 * does not touch is kept from the picture before. Part of the ABI: see
 * cutaway.h for its rules.
 *
 * Memory: the photo twice, its matte, and the cut-out at half its size (120 MB
 * at 12 megapixels), a layer for a blur, the background image at 1280 to
 * 2560 px, three small pictures.
 */
#ifndef CUT_PREVIEW_H
#define CUT_PREVIEW_H

#include "cutaway.h"

typedef struct cut_preview cut_preview;

/** Takes the photo and the matte of a REFINED job, which can only be freed
 * afterwards. NULL when memory is out or, with a message of the job's, when it
 * is in another state. Freed by cut_preview_free(). */
CUT_EXPORT cut_preview *cut_preview_new(cut_job *job);
CUT_EXPORT void cut_preview_free(cut_preview *preview); /* NULL is allowed */

/** The sentence of the last failed call. Borrowed. */
CUT_EXPORT const char *cut_preview_message(const cut_preview *preview);

/** The background image, for "background": "image": takes the one that
 * cut_job_background*() gave to `job`, and keeps it reduced. CUT_OK,
 * CUT_E_STATE when the job has none, CUT_E_MEMORY. */
CUT_EXPORT int cut_preview_background(cut_preview *preview, cut_job *job);

/**
 * The result of the options (as of cut_job_options(); format and quality do
 * not matter, but JPEG stands on white), its longer side at most `max_side`.
 * Not smaller than that, it is the result itself: the same bytes, but for a
 * level of rounding in the shadow of a cropped photo, for edges of a photo that
 * a canvas shows at less than half its size, since the cut-out is held at that,
 * and for a background image so large that it is held reduced.
 *
 * @return CUT_OK, CUT_E_OPTION, CUT_E_ARGUMENT (max_side 0),
 *         CUT_E_STATE (image, and none is given), CUT_E_MEMORY
 */
CUT_EXPORT int cut_preview_render(cut_preview *preview, const char *json,
                                  uint32_t size_bytes, uint32_t max_side);

/** Straight RGBA [h][w][4] of the last one, borrowed; NULL and 0 before. */
CUT_EXPORT const uint8_t *cut_preview_pixels(const cut_preview *preview);
CUT_EXPORT uint32_t cut_preview_w(const cut_preview *preview);
CUT_EXPORT uint32_t cut_preview_h(const cut_preview *preview);

/** Size of the result at full size. 0 before the first. */
CUT_EXPORT uint32_t cut_preview_full_w(const cut_preview *preview);
CUT_EXPORT uint32_t cut_preview_full_h(const cut_preview *preview);

#endif
