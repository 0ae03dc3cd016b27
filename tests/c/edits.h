/* Edits of pictures that a test makes. */
#ifndef CUT_TEST_EDITS_H
#define CUT_TEST_EDITS_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "edit/state.h"

/* An edit of `px` whose matte is `alpha`; takes neither. NULL: no
 * memory. */
static inline cut_edit *edit_of(const uint8_t *px, const uint8_t *alpha,
                                int32_t w, int32_t h)
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

/* What a network answers that knows the subject to be red: f32 [4][plane] of a
 * tile [16][plane]. */
static inline void red_logits(float *logits, const float *tile, size_t plane)
{
    for (size_t p = 0; p < 4; p++)
        for (size_t i = 0; i < plane; i++)
            logits[p * plane + i] = 9 * (tile[4 * p * plane + i] -
                                         tile[(4 * p + 2) * plane + i]);
}

/* Answers an edit's tiles so; how many. */
static inline int answer_tiles(cut_edit *edit)
{
    int tiles = 0;
    size_t plane = (size_t)cut_edit_tile_blocks(edit);
    plane *= plane;
    float *logits = malloc(4 * plane * sizeof *logits);
    CHECK_EQUAL(cut_edit_detail(edit), CUT_OK);
    while (cut_edit_tile(edit)) {
        red_logits(logits, cut_edit_tile(edit), plane);
        CHECK_EQUAL(cut_edit_detail(edit), CUT_E_STATE);
        CHECK_EQUAL(cut_edit_tile_answer(edit, logits, (uint32_t)(4 * plane)),
                    CUT_OK);
        CHECK_EQUAL(cut_edit_detail(edit), CUT_OK);
        tiles++;
    }
    free(logits);
    return tiles;
}

#endif
