/* What changes in an edit, and the way back. */
#include "edit/state.h"

#include <string.h>

/* ---- colours ----------------------------------------------------------- */

/* `clean` has changed in `rect`: its copies follow. */
static void cleaned(cut_edit *edit, cut_rect rect)
{
    cut_pyramid_update(&edit->cleans, rect);
    cut_edit_unsee(edit);
}

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
    cleaned(edit, rect);
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
    if (y > y0) cleaned(edit, (cut_rect){0, y0, w, y});
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
    colours.places = edit->strengths;
    find_changes(edit, &colours, changed);
    for (int32_t y = 0; y < edit->photo.h;)
        y = clean_rows(edit, &colours, changed, rect, y);
    cut_colours_free(&colours);
    edit->stale = (cut_rect){0};
    return CUT_OK;
}

/* ---- steps ------------------------------------------------------------- */

/* A plane of samples, as it is and as it was before. */
typedef struct plane {
    uint8_t *now, *before;
    int32_t w, k; /* a sample stands for k x k pixels */
} plane;

static plane plane_of(const cut_edit *edit, cut_edit_plane of)
{
    const cut_strengths *s = &edit->strengths;
    if (of == CUT_PLANE_STRENGTHS)
        return (plane){s->px, edit->strengths_before, s->w, s->k};
    return (plane){edit->alpha, edit->before, edit->photo.w, 1};
}

/* What a part of a plane is on the photo. */
static cut_rect on_photo(const cut_edit *edit, const plane *p, cut_rect rect)
{
    cut_rect r = {rect.x0 * p->k, rect.y0 * p->k, rect.x1 * p->k,
                  rect.y1 * p->k};
    if (r.x1 > edit->photo.w) r.x1 = edit->photo.w;
    if (r.y1 > edit->photo.h) r.y1 = edit->photo.h;
    return r;
}

void cut_edit_forget(cut_edit *edit, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i < end; i++) {
        edit->step_bytes -= cut_rect_area(edit->steps[i].rect);
        cut_free(edit->steps[i].was);
    }
}

/* What is in `rect` is to be as it was, and waits for the next clean(). */
static void give_up(cut_edit *edit, cut_rect rect)
{
    cut_edit_show(edit, rect);
    edit->stale = cut_rect_join(edit->stale, rect);
}

/* Room for a step of `rect`, with what was in it before; the redos are gone. */
static cut_status step_new(cut_edit *edit, cut_edit_plane of, cut_rect rect)
{
    const plane p = plane_of(edit, of);
    size_t bytes = cut_rect_area(rect);
    uint8_t *was = cut_alloc(bytes, 1);
    if (!was)
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
    uint8_t *packed = was;
    size_t width = (size_t)(rect.x1 - rect.x0);
    for (int32_t y = rect.y0; y < rect.y1; y++, packed += width)
        memcpy(packed, p.before + (size_t)y * (size_t)p.w + (size_t)rect.x0,
               width);
    edit->steps[edit->undos++] = (cut_edit_step){of, rect, was};
    edit->step_bytes += bytes;
    return CUT_OK;
}

/* Makes `a` what `b` is, planes of w samples a row. */
static void copy_rect(uint8_t *a, const uint8_t *b, int32_t w, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        size_t at = (size_t)y * (size_t)w + (size_t)rect.x0;
        memcpy(a + at, b + at, (size_t)(rect.x1 - rect.x0));
    }
}

static cut_status commit(cut_edit *edit, cut_edit_plane of, cut_rect rect)
{
    const plane p = plane_of(edit, of);
    edit->grounded = 0;
    cut_edit_leave_thing(edit);
    cut_status status = cut_edit_clean(edit, on_photo(edit, &p, rect));
    if (!status) status = step_new(edit, of, rect);
    if (!status) {
        copy_rect(p.before, p.now, p.w, rect);
        return CUT_OK;
    }
    copy_rect(p.now, p.before, p.w, rect);
    give_up(edit, on_photo(edit, &p, rect));
    return status;
}

cut_status cut_edit_commit(cut_edit *edit, cut_rect rect)
{
    return commit(edit, CUT_PLANE_ALPHA, rect);
}

cut_status cut_edit_commit_strengths(cut_edit *edit, cut_rect rect)
{
    return commit(edit, CUT_PLANE_STRENGTHS, rect);
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

/* Exchanges a plane and a step, so that it leads back again. */
static void swap(const plane *p, const cut_edit_step *step)
{
    uint8_t *packed = step->was;
    for (int32_t y = step->rect.y0; y < step->rect.y1; y++) {
        uint8_t *row = p->now + (size_t)y * (size_t)p->w + step->rect.x0;
        for (int32_t x = step->rect.x0; x < step->rect.x1; x++) {
            uint8_t was = *row;
            *row++ = *packed;
            *packed++ = was;
        }
    }
    copy_rect(p->before, p->now, p->w, step->rect);
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
    const plane p = plane_of(edit, step->of);
    const cut_rect rect = on_photo(edit, &p, step->rect);
    edit->grounded = 0;
    cut_edit_leave_thing(edit);
    swap(&p, step);
    cut_status status = cut_edit_clean(edit, rect);
    if (status) {
        swap(&p, step);
        give_up(edit, rect);
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
