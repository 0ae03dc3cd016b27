/* What a stroke does to the edge under it, and what the detail network finds
 * there: a goal, which the brush leads to as far as it covers a pixel. */
#include <string.h>

#include "edit/state.h"
#include "matte/edge.h"

#define TILE 128

static int32_t tiles_of(int32_t size)
{
    return (size + TILE - 1) / TILE;
}

int cut_edit_amount(cut_edit *edit, float px)
{
    if (!(px >= -CUT_EDIT_MAX_AMOUNT && px <= CUT_EDIT_MAX_AMOUNT))
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "An edge is changed by %d pixels at most.",
                             CUT_EDIT_MAX_AMOUNT);
    edit->amount = px;
    return CUT_OK;
}

/* What a mode of edges does with the amount; none is below 0 but a shift. */
static cut_edge edge_of(int mode, float amount)
{
    float width = amount < 0 ? -amount : amount;
    return (cut_edge){mode == CUT_EDIT_HOLES ? width : 0,
                      mode == CUT_EDIT_SMOOTH ? width : 0,
                      mode == CUT_EDIT_SHIFT ? amount : 0,
                      mode == CUT_EDIT_FEATHER ? width : 0};
}

/* ---- the goal ----------------------------------------------------------- */

static cut_status goal_new(cut_edit *edit)
{
    size_t tiles = (size_t)tiles_of(edit->photo.w) *
                   (size_t)tiles_of(edit->photo.h);
    if (!edit->goal) edit->goal = cut_alloc(cut_edit_count(edit), 1);
    if (!edit->goal_done) edit->goal_done = cut_alloc(tiles, 1);
    if (!edit->goal || !edit->goal_done)
        return cut_fail(&edit->error, CUT_E_MEMORY, "No memory for edges.");
    memset(edit->goal_done, 0, tiles);
    return CUT_OK;
}

cut_status cut_edit_goal_begin(cut_edit *edit)
{
    const float all = (float)edit->photo.w * (float)edit->photo.h;
    cut_status status = goal_new(edit);
    if (status || edit->mode != CUT_EDIT_HOLES) return status;
    memcpy(edit->goal, edit->before, cut_edit_count(edit));
    return cut_edge_fill(edit->goal, &edit->photo, all, &edit->error);
}

void cut_edit_drop_detail(cut_edit *edit)
{
    cut_detail_free(edit->detail);
    edit->detail = NULL;
}

void cut_edit_goal_end(cut_edit *edit)
{
    cut_edit_drop_detail(edit);
    edit->is_refined = 0;
}

cut_status cut_edit_goal(cut_edit *edit, cut_rect rect)
{
    int32_t w = edit->photo.w, h = edit->photo.h, across = tiles_of(w);
    const cut_edge edge = edge_of(edit->mode, edit->amount);
    cut_status status = CUT_OK;
    if (edit->mode == CUT_EDIT_HOLES || cut_rect_is_empty(rect)) return CUT_OK;
    for (int32_t y = rect.y0 / TILE; y <= (rect.y1 - 1) / TILE; y++)
        for (int32_t x = rect.x0 / TILE; x <= (rect.x1 - 1) / TILE; x++) {
            uint8_t *done =
                &edit->goal_done[(size_t)y * (size_t)across + (size_t)x];
            cut_edge_part tile = {x * TILE, y * TILE, (x + 1) * TILE,
                                  (y + 1) * TILE};
            if (tile.x1 > w) tile.x1 = w;
            if (tile.y1 > h) tile.y1 = h;
            if (!status && !*done)
                status = cut_edge_filter(
                    edit->goal + cut_edit_at(edit, tile.x0, tile.y0), (size_t)w,
                    edit->before, w, h, tile, &edge, &edit->error);
            if (!status) *done = 1;
        }
    return status;
}

void cut_edit_lay_goal(cut_edit *edit, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            size_t i = cut_edit_at(edit, x, y);
            if (edit->cover[i] == 0) continue;
            int was = edit->before[i], own = edit->photo.px[i * 4 + 3];
            int goal = edit->goal[i] < own ? edit->goal[i] : own;
            int d = (goal - was) * edit->cover[i];
            edit->alpha[i] = (uint8_t)(was + (d + (d < 0 ? -127 : 127)) / 255);
        }
    cut_edit_show(edit, rect);
}

/* ---- everywhere --------------------------------------------------------- */

/* The smallest rectangle outside of which alpha is as it was before. */
static cut_rect changed(const cut_edit *edit)
{
    cut_rect rect = {edit->photo.w, edit->photo.h, 0, 0};
    size_t w = (size_t)edit->photo.w;
    for (int32_t y = 0; y < edit->photo.h; y++) {
        const uint8_t *now = edit->alpha + (size_t)y * w;
        const uint8_t *was = edit->before + (size_t)y * w;
        if (memcmp(now, was, w) == 0) continue;
        int32_t x0 = 0, x1 = edit->photo.w;
        while (now[x0] == was[x0]) x0++;
        while (now[x1 - 1] == was[x1 - 1]) x1--;
        if (x0 < rect.x0) rect.x0 = x0;
        if (x1 > rect.x1) rect.x1 = x1;
        if (y < rect.y0) rect.y0 = y;
        rect.y1 = y + 1;
    }
    return rect;
}

int cut_edit_everywhere(cut_edit *edit, int mode)
{
    if (edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "A stroke has not ended.");
    if (mode == CUT_EDIT_DECONTAMINATE)
        return (int)cut_edit_strengths_everywhere(edit);
    if (!cut_edit_is_edge_mode(mode))
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "Mode %d works under a brush only.", mode);
    const cut_edge edge = edge_of(mode, edit->amount);
    cut_status status = cut_edge_apply(edit->alpha, &edit->photo, &edge,
                                       &edit->error);
    if (status) return (int)status;
    cut_rect rect = changed(edit);
    if (cut_rect_is_empty(rect)) return CUT_OK;
    cut_edit_show(edit, rect);
    return (int)cut_edit_commit(edit, rect);
}

/* ---- refined ------------------------------------------------------------ */

static cut_status finish(cut_edit *edit)
{
    memcpy(edit->goal, edit->before, cut_edit_count(edit));
    cut_status status = cut_detail_apply(edit->detail, edit->goal,
                                         &edit->error);
    if (status) return status;
    edit->is_refined = 1;
    cut_edit_lay_goal(edit, edit->dirty);
    return CUT_OK;
}

int cut_edit_detail(cut_edit *edit)
{
    cut_status status = CUT_OK;
    int is_stroke = edit->drawing && edit->mode == CUT_EDIT_REFINE;
    int is_thing = !edit->drawing && edit->thing;
    if ((!is_stroke && !is_thing) ||
        (edit->detail && cut_detail_tensor(edit->detail)))
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "Nothing waits for its details.");
    if (is_thing) return (int)cut_edit_detail_thing(edit);
    if (edit->is_refined || cut_rect_is_empty(edit->dirty)) return CUT_OK;
    if (!edit->detail) {
        status = cut_detail_new(&edit->detail, &edit->photo, edit->before, 0,
                                &edit->error);
        if (!status) cut_detail_within(edit->detail, edit->cover);
    }
    if (!status) status = cut_detail_next(edit->detail, &edit->error);
    if (!status && !cut_detail_tensor(edit->detail)) status = finish(edit);
    return (int)status;
}

const float *cut_edit_tile(const cut_edit *edit)
{
    return edit->detail ? cut_detail_tensor(edit->detail) : NULL;
}

uint32_t cut_edit_tile_blocks(const cut_edit *edit)
{
    (void)edit;
    return CUT_DETAIL_BLOCKS;
}

int cut_edit_tile_answer(cut_edit *edit, const float *logits, uint32_t count)
{
    return (int)cut_detail_answer(edit->detail, logits, count, &edit->error);
}
