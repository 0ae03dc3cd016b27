/* A stroke of the brush, from its beginning to a step of undo. */
#include "edit/state.h"

#include <math.h>
#include <string.h>

static void uncover(cut_edit *edit, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        memset(edit->cover + cut_edit_at(edit, rect.x0, y), 0,
               (size_t)(rect.x1 - rect.x0));
}

int cut_edit_stroke(cut_edit *edit, int mode, float x, float y, float radius,
                    float hardness, int snap)
{
    if (edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "A stroke has not ended.");
    int is_plain = mode == CUT_EDIT_ERASE || mode == CUT_EDIT_RESTORE;
    int has_goal = mode == CUT_EDIT_REFINE || cut_edit_is_edge_mode(mode);
    if ((!is_plain && !has_goal && mode != CUT_EDIT_DECONTAMINATE) ||
        !(radius >= 0.5f && radius <= CUT_EDIT_MAX_RADIUS) ||
        !(hardness >= 0 && hardness <= 1))
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "A brush has a mode of edit.h, a radius of 0.5 to "
                             "%d and a hardness of 0 to 1.",
                             CUT_EDIT_MAX_RADIUS);
    edit->mode = mode;
    edit->brush = (cut_brush){radius, hardness, snap && is_plain};
    edit->dirty = (cut_rect){0};
    edit->at[0] = x;
    edit->at[1] = y;
    cut_status status = has_goal   ? cut_edit_goal_begin(edit)
                        : is_plain ? CUT_OK
                                   : cut_edit_strengths_begin(edit);
    if (!status) cut_edit_leave_thing(edit);
    edit->drawing = !status;
    if (!status) status = (cut_status)cut_edit_draw(edit, x, y);
    if (status) {
        edit->drawing = 0;
        uncover(edit, edit->dirty);
    }
    return (int)status;
}

/* The stroke so far, on the matte before it. */
static void lay(cut_edit *edit, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            size_t i = cut_edit_at(edit, x, y);
            if (edit->cover[i] == 0) continue;
            int was = edit->before[i], own = edit->photo.px[i * 4 + 3];
            int d = ((edit->mode == CUT_EDIT_ERASE ? 0 : own) - was) *
                    edit->cover[i];
            edit->alpha[i] = (uint8_t)(was + (d + (d < 0 ? -127 : 127)) / 255);
        }
    cut_edit_show(edit, rect);
}

int cut_edit_draw(cut_edit *edit, float x, float y)
{
    if (!edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE, "No stroke has begun.");
    if (!cut_edit_is_place(x, y))
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "A stroke stays within 65536 pixels.");
    float dx = x - edit->at[0], dy = y - edit->at[1];
    int32_t parts = (int32_t)(sqrtf(dx * dx + dy * dy) / edit->brush.radius) +
                    1;
    float from[2] = {edit->at[0], edit->at[1]};
    cut_status status = CUT_OK;
    cut_rect changed = {0};
    for (int32_t i = 1; i <= parts && !status; i++) {
        float way = (float)i / (float)parts;
        float next[2] = {edit->at[0] + dx * way, edit->at[1] + dy * way};
        cut_rect touched;
        status = cut_brush_cover(edit->cover, &edit->photo, edit->brush, from,
                                 next, &touched, &edit->error);
        if (status) break;
        changed = cut_rect_join(changed, touched);
        memcpy(from, next, sizeof from);
    }
    int has_goal = cut_edit_is_edge_mode(edit->mode);
    if (has_goal) {
        cut_status made = cut_edit_goal(edit, changed);
        if (!made) cut_edit_lay_goal(edit, changed);
        if (!status) status = made;
    } else if (edit->mode == CUT_EDIT_DECONTAMINATE) {
        cut_edit_lay_strengths(edit, changed);
    } else if (edit->mode != CUT_EDIT_REFINE) {
        lay(edit, changed);
    }
    edit->dirty = cut_rect_join(edit->dirty, changed);
    edit->at[0] = from[0];
    edit->at[1] = from[1];
    return (int)status;
}

int cut_edit_end(cut_edit *edit)
{
    if (!edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE, "No stroke has begun.");
    cut_rect rect = edit->dirty;
    int is_idle = edit->mode == CUT_EDIT_REFINE && !edit->is_refined;
    edit->drawing = 0;
    cut_edit_goal_end(edit);
    if (cut_rect_is_empty(rect)) return CUT_OK;
    uncover(edit, rect);
    if (edit->mode == CUT_EDIT_DECONTAMINATE)
        return (int)cut_edit_commit_strengths(edit,
                                              cut_edit_samples(edit, rect));
    return is_idle ? CUT_OK : (int)cut_edit_commit(edit, rect);
}
