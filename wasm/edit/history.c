/* What changes in an edit, and the way back. */
#include "edit/state.h"

#include <string.h>

/* ---- colours ----------------------------------------------------------- */

void cut_edit_show(cut_edit *edit, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            size_t i = cut_edit_at(edit, x, y);
            uint8_t *p = edit->clean.px + i * 4, alpha = edit->alpha[i];
            if (p[3] == alpha) continue;
            memcpy(p, edit->photo.px + i * 4, 3);
            if (alpha == 0) memset(p, 0, 3);
            p[3] = alpha;
        }
    cut_pyramid_update(&edit->cleans, rect);
    cut_edit_unsee(edit);
}

/* A row of the layers, as a number that another one would hardly have: four
 * lanes of FNV, a layer each way. */
static u32x4 hash_row(const cut_colours *colours, int32_t row)
{
    const cut_layer *f = &colours->foreground, *b = &colours->background;
    size_t bytes = (size_t)b->w * 16, from = (size_t)row * bytes;
    const uint8_t *back = (const uint8_t *)b->px + from;
    const uint8_t *fore = f->px ? (const uint8_t *)f->px + from : back;
    u32x4 one = {1, 2, 3, 4}, other = {5, 6, 7, 8};
    for (size_t i = 0; i < bytes; i += 16) {
        one = (one ^ cut_load_u32(fore + i)) * 16777619u;
        other = (other ^ cut_load_u32(back + i)) * 16777619u;
        one ^= one >> 15;
        other ^= other >> 15;
    }
    return one * 31 ^ other;
}

/* Marks the layers' rows that are not what they were. */
static void find_changes(cut_edit *edit, const cut_colours *colours,
                         uint8_t changed[CUT_FOREGROUND_SIDE])
{
    for (int32_t row = 0; row < CUT_FOREGROUND_SIDE; row++) {
        u32x4 hash = {0};
        if (row < colours->background.h) hash = hash_row(colours, row);
        changed[row] = memcmp(&hash, edit->colours[row], sizeof hash) != 0;
        memcpy(edit->colours[row], &hash, sizeof hash);
    }
}

/* Cleans the rows from y0 on as long as they have to be; the next one. */
static int32_t clean_rows(cut_edit *edit, const cut_colours *colours,
                          const uint8_t *changed, cut_rect rect, int32_t y0)
{
    int32_t y = y0, w = edit->photo.w, h = edit->photo.h;
    int32_t k = colours->k;
    int32_t rows = (h + k - 1) / k;
    for (; y < h; y++) {
        /* between two of the layers' rows, y / k and one beside it */
        int32_t up = y / k > 0 ? y / k - 1 : 0;
        int32_t low = y / k + 1 < rows ? y / k + 1 : rows - 1;
        int is_changed = y >= rect.y0 && y < rect.y1;
        for (int32_t i = up; i <= low; i++) is_changed |= changed[i];
        if (!is_changed) break;
        size_t at = cut_edit_at(edit, 0, y);
        uint8_t *px = edit->clean.px + at * 4;
        memcpy(px, edit->photo.px + at * 4, (size_t)w * 4);
        cut_colours_row(colours, px, edit->alpha + at, w, y);
    }
    if (y > y0) {
        cut_pyramid_update(&edit->cleans, (cut_rect){0, y0, w, y});
        cut_edit_unsee(edit);
    }
    return y + 1;
}

cut_status cut_edit_clean(cut_edit *edit, cut_rect rect)
{
    cut_colours colours;
    uint8_t changed[CUT_FOREGROUND_SIDE];
    rect = cut_rect_join(rect, edit->stale);
    cut_status status = cut_colours_new(&colours, &edit->photo, edit->alpha,
                                        edit->exact, &edit->error);
    if (status) return status;
    find_changes(edit, &colours, changed);
    for (int32_t y = 0; y < edit->photo.h;)
        y = clean_rows(edit, &colours, changed, rect, y);
    cut_colours_free(&colours);
    edit->stale = (cut_rect){0};
    return CUT_OK;
}

/* ---- steps ------------------------------------------------------------- */

void cut_edit_forget(cut_edit *edit, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i < end; i++) {
        edit->step_bytes -= cut_rect_area(edit->steps[i].rect);
        cut_free(edit->steps[i].alpha);
    }
}

/* What is in `rect` is to be as it was, and waits for the next clean(). */
static void give_up(cut_edit *edit, cut_rect rect)
{
    cut_edit_show(edit, rect);
    edit->stale = cut_rect_join(edit->stale, rect);
}

/* Room for a step of `rect`, with what is in it now; the redos are gone. */
static cut_status step_new(cut_edit *edit, cut_rect rect)
{
    size_t bytes = cut_rect_area(rect);
    uint8_t *alpha = cut_alloc(bytes, 1);
    if (!alpha)
        return cut_fail(&edit->error, CUT_E_MEMORY,
                        "No memory for a step back.");
    cut_edit_forget(edit, edit->undos, edit->undos + edit->redos);
    edit->redos = 0;
    uint32_t old = 0;
    size_t kept = edit->step_bytes;
    while (old < edit->undos && (kept + bytes > CUT_EDIT_UNDO_BYTES ||
                                 edit->undos - old == CUT_EDIT_STEPS))
        kept -= cut_rect_area(edit->steps[old++].rect);
    cut_edit_forget(edit, 0, old);
    edit->undos -= old;
    memmove(edit->steps, edit->steps + old, edit->undos * sizeof *edit->steps);
    uint8_t *packed = alpha;
    size_t width = (size_t)(rect.x1 - rect.x0);
    for (int32_t y = rect.y0; y < rect.y1; y++, packed += width)
        memcpy(packed, edit->before + cut_edit_at(edit, rect.x0, y), width);
    edit->steps[edit->undos++] = (cut_edit_step){rect, alpha};
    edit->step_bytes += bytes;
    return CUT_OK;
}

/* Makes `a` what `b` is. */
static void copy_rect(const cut_edit *edit, uint8_t *a, const uint8_t *b,
                      cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        size_t at = cut_edit_at(edit, rect.x0, y);
        memcpy(a + at, b + at, (size_t)(rect.x1 - rect.x0));
    }
}

cut_status cut_edit_commit(cut_edit *edit, cut_rect rect)
{
    edit->grounded = 0;
    cut_status status = cut_edit_clean(edit, rect);
    if (!status) status = step_new(edit, rect);
    if (!status) {
        copy_rect(edit, edit->before, edit->alpha, rect);
        return CUT_OK;
    }
    copy_rect(edit, edit->alpha, edit->before, rect);
    give_up(edit, rect);
    return status;
}

/* ---- undo -------------------------------------------------------------- */

uint32_t cut_edit_undos(const cut_edit *edit)
{
    return edit->undos;
}

uint32_t cut_edit_redos(const cut_edit *edit)
{
    return edit->redos;
}

/* Exchanges the matte and a step, so that it leads back again. */
static void swap(cut_edit *edit, const cut_edit_step *step)
{
    uint8_t *packed = step->alpha;
    for (int32_t y = step->rect.y0; y < step->rect.y1; y++) {
        uint8_t *row = edit->alpha + cut_edit_at(edit, step->rect.x0, y);
        for (int32_t x = step->rect.x0; x < step->rect.x1; x++) {
            uint8_t was = *row;
            *row++ = *packed;
            *packed++ = was;
        }
    }
    copy_rect(edit, edit->before, edit->alpha, step->rect);
}

/* One step back (-1) or forth. When there is no memory to clean the colours,
 * nothing has changed. */
static int go(cut_edit *edit, uint32_t there, int direction)
{
    if (edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "A stroke has not ended.");
    if (!there)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "There is no such step.");
    const cut_edit_step *step =
        &edit->steps[direction < 0 ? edit->undos - 1 : edit->undos];
    edit->grounded = 0;
    swap(edit, step);
    cut_status status = cut_edit_clean(edit, step->rect);
    if (status) {
        swap(edit, step);
        give_up(edit, step->rect);
        return (int)status;
    }
    edit->undos = (uint32_t)((int)edit->undos + direction);
    edit->redos = (uint32_t)((int)edit->redos - direction);
    return CUT_OK;
}

int cut_edit_undo(cut_edit *edit)
{
    return go(edit, edit->undos, -1);
}

int cut_edit_redo(cut_edit *edit)
{
    return go(edit, edit->redos, 1);
}
