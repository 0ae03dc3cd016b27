/*
 * A pass of its own over a small subject: the part of the photo around it at
 * the model's full size, joined with the answer for the whole photo.
 */
#ifndef CUT_MATTE_CLOSEUP_H
#define CUT_MATTE_CLOSEUP_H

#include "image/image.h"
#include "matte/matte.h"

typedef struct cut_closeup {
    int32_t x, y, w, h; /* pixels of the photo */
} cut_closeup;

/**
 * Where the close-up lies: the box of what the map puts at a half or more, with
 * 15 % of its longer side around it.
 *
 * @param w, h of the photo
 * @return 0 when it would tell nothing new: there is no subject, or the box
 *         covers 60 % of the photo or more
 */
int cut_closeup_find(cut_closeup *closeup, const cut_matte *matte, int32_t w,
                     int32_t h);

/** That part of the photo, a copy owned by the caller. CUT_E_MEMORY. */
cut_status cut_closeup_crop(cut_image *out, const cut_image *photo,
                            cut_closeup closeup, cut_error *error);

/**
 * Joins both answers at twice the first one's size: their mean inside the
 * close-up, less of the second towards its border, so that no line shows there.
 *
 * @param[in,out] matte  of the photo; grows to 2w x 2h unless that is above
 *                       CUT_MAX_MODEL_SIDE
 * @param         detail of the close-up
 * @param         w, h   of the photo
 * @return CUT_OK, CUT_E_MEMORY (matte unchanged)
 */
cut_status cut_closeup_join(cut_matte *matte, const cut_matte *detail,
                            cut_closeup closeup, int32_t w, int32_t h,
                            cut_error *error);

#endif
