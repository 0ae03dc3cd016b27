/*
 * What a person points at: clicks, a box, and the matte so far, as the maps
 * that a model for it reads beside the photo, and the part of the photo that
 * such a model looks at. Sofiiuk et al., "Reviving Iterative Training with
 * Mask Guidance for Interactive Segmentation", 2021: discs, mask, closer look.
 */
#ifndef CUT_MATTE_PROMPT_H
#define CUT_MATTE_PROMPT_H

#include "matte/closeup.h"

#define CUT_PROMPT_MAPS 4  /* beside R, G, B */
#define CUT_MAX_CLICKS 100 /* nobody clicks more often */

/** In pixels of the upright photo, the first one's centre at (0.5, 0.5). */
typedef struct cut_prompt {
    int32_t count;
    struct {
        float x, y;
        int keep; /* 0: what is there does not belong to it */
    } clicks[CUT_MAX_CLICKS];
    int has_box;
    float x0, y0, x1, y1; /* the box, inside the photo */
} cut_prompt;

/**
 * The part of the photo to look at: all of it at first; later what was found,
 * the clicks and the box, 1.4 times as large and at least a third of each
 * side, unless that is 70 % of the photo or more.
 *
 * @param so_far alpha NULL: nothing yet
 * @param w, h   of the photo
 */
cut_closeup cut_prompt_window(const cut_prompt *prompt, const cut_matte *so_far,
                              int32_t w, int32_t h);

/** The box, a tenth larger on each side, for a model that takes no clicks. */
cut_closeup cut_prompt_region(const cut_prompt *prompt, int32_t w, int32_t h);

/**
 * @param[out] maps   f32 [CUT_PROMPT_MAPS][mh][mw]: 1 on discs of 5 samples
 *                    around clicks on the thing; the same of clicks beside it;
 *                    1 inside the box; the matte so far, 0..1
 * @param      window what the maps cover of the photo's w x h
 */
void cut_prompt_maps(float *maps, int32_t mw, int32_t mh,
                     const cut_prompt *prompt, cut_closeup window,
                     const cut_matte *so_far, int32_t w, int32_t h);

/**
 * The answer for a window as the matte of the photo: clear outside of it, at
 * twice the answer's size where the window is a part only.
 *
 * @param[in,out] answer of the window; becomes that of the photo
 * @return CUT_OK, CUT_E_MEMORY (answer unchanged)
 */
cut_status cut_prompt_place(cut_matte *answer, cut_closeup window, int32_t w,
                            int32_t h, cut_error *error);

#endif
