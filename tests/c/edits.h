/* Edits of pictures that a test makes. */
#ifndef CUT_TEST_EDITS_H
#define CUT_TEST_EDITS_H

#include <string.h>

#include "base/alloc.h"
#include "edit/state.h"

/* An edit of `px` whose matte is `alpha`; takes neither. NULL: no
 * memory. */
static cut_edit *edit_of(const uint8_t *px, const uint8_t *alpha, int32_t w,
                         int32_t h)
{
    cut_edit *edit = cut_alloc_zero(1, sizeof *edit);
    size_t count = (size_t)w * (size_t)h;
    if (!edit) return NULL;
    edit->photo = (cut_image){cut_alloc(count, 4), w, h, 0};
    edit->alpha = cut_alloc(count, 1);
    if (edit->photo.px && edit->alpha) {
        memcpy(edit->photo.px, px, count * 4);
        memcpy(edit->alpha, alpha, count);
        if (!cut_edit_start(edit)) return edit;
    }
    cut_edit_free(edit);
    return NULL;
}

#endif
