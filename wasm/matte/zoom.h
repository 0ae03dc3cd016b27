/*
 * A second look at a small subject: the part of the photo around it at the
 * model's full size, joined with the answer for the whole photo.
 */
#ifndef CUT_MATTE_ZOOM_H
#define CUT_MATTE_ZOOM_H

#include "image/image.h"
#include "matte/matte.h"

typedef struct cut_zoom {
    int32_t x, y, w, h; /* pixels of the photo */
} cut_zoom;

/**
 * Where to look again: the box of the map's half and more, with 15 % of its
 * longer side around it.
 *
 * @param w, h of the photo
 * @return 0 when a second look tells nothing new: there is nothing, or the box
 *         covers 60 % of the photo or more
 */
int cut_zoom_find(cut_zoom *zoom, const cut_matte *matte, int32_t w,
                  int32_t h);

/** That part of the photo, a copy owned by the caller. CUT_E_MEMORY. */
cut_status cut_zoom_crop(cut_image *out, const cut_image *photo, cut_zoom zoom,
                         cut_why *why);

/**
 * Joins both answers at twice the first one's size: their mean inside the zoom,
 * less of the second towards its border, so that no line shows there.
 *
 * @param[in,out] matte  of the photo; grows to 2w x 2h unless that is above
 *                       CUT_MAX_MODEL_SIDE
 * @param         detail of the zoom
 * @param         w, h   of the photo
 * @return CUT_OK, CUT_E_MEMORY (matte unchanged)
 */
cut_status cut_zoom_join(cut_matte *matte, const cut_matte *detail,
                         cut_zoom zoom, int32_t w, int32_t h, cut_why *why);

#endif
