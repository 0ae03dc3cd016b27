#include "edit/state.h"

#include <math.h>
#include <stdio.h> /* snprintf only */
#include <string.h>

#include "image/png.h"

static size_t count_of(const cut_edit *edit)
{
    return (size_t)edit->photo.w * (size_t)edit->photo.h;
}

static size_t at_of(const cut_edit *edit, int32_t x, int32_t y)
{
    return (size_t)y * (size_t)edit->photo.w + (size_t)x;
}

static cut_status clean(cut_edit *edit, cut_rect rect);

/* ---- life -------------------------------------------------------------- */

cut_status cut_edit_start(cut_edit *edit)
{
    size_t count = count_of(edit);
    edit->clean = edit->photo;
    edit->clean.px = cut_alloc(count, 4);
    edit->found = cut_alloc(count, 1);
    edit->before = cut_alloc(count, 1);
    edit->cover = cut_alloc_zero(count, 1);
    if (!edit->clean.px || !edit->found || !edit->before ||
        !edit->cover)
        return cut_fail(&edit->error, CUT_E_MEMORY,
                        "No memory to edit %d x %d.",
                        (int)edit->photo.w, (int)edit->photo.h);
    memcpy(edit->found, edit->alpha, count);
    memcpy(edit->before, edit->alpha, count);
    edit->clean.opaque = 0;
    cut_status status =
        clean(edit, (cut_rect){ 0, 0, edit->photo.w, edit->photo.h });
    if (!status)
        status = cut_pyramid_new(&edit->photos, &edit->photo, &edit->error);
    if (!status)
        status = cut_pyramid_new(&edit->cleans, &edit->clean, &edit->error);
    return status;
}

static void forget(cut_edit *edit, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i < end; i++) {
        edit->step_bytes -= cut_rect_area(edit->steps[i].rect);
        cut_free(edit->steps[i].alpha);
    }
}

void cut_edit_free(cut_edit *edit)
{
    if (!edit) return;
    forget(edit, 0, edit->undos + edit->redos);
    cut_pyramid_free(&edit->photos);
    cut_pyramid_free(&edit->cleans);
    cut_image_free(&edit->photo);
    cut_image_free(&edit->clean);
    cut_bytes_free(&edit->file);
    cut_free(edit->found);
    cut_free(edit->alpha);
    cut_free(edit->before);
    cut_free(edit->cover);
    cut_free(edit->objects.label);
    cut_free(edit->json);
    cut_free(edit->view);
    cut_free(edit);
}

const char *cut_edit_message(const cut_edit *edit)
{
    return edit->error.text;
}

int cut_edit_encode(cut_edit *edit)
{
    cut_image grey = { cut_alloc(count_of(edit), 4), edit->photo.w,
                       edit->photo.h, 1 };
    if (!grey.px)
        return (int)cut_fail(&edit->error, CUT_E_MEMORY,
                             "No memory to encode the matte.");
    for (size_t i = 0; i < count_of(edit); i++) {
        uint8_t *p = grey.px + i * 4;
        memset(p, edit->alpha[i], 3);
        p[3] = 255;
    }
    cut_bytes file = { 0 }, none = { 0 };
    cut_status status = cut_png_encode(&file, &grey, &none, &edit->error);
    cut_image_free(&grey);
    if (status) return (int)status;
    cut_bytes_free(&edit->file);
    edit->file = file;
    return CUT_OK;
}

const uint8_t *cut_edit_bytes(const cut_edit *edit)
{
    return edit->file.data;
}

uint32_t cut_edit_bytes_size(const cut_edit *edit)
{
    return (uint32_t)edit->file.size;
}

uint32_t cut_edit_w(const cut_edit *edit)
{
    return (uint32_t)edit->photo.w;
}

uint32_t cut_edit_h(const cut_edit *edit)
{
    return (uint32_t)edit->photo.h;
}

/* ---- what changes ------------------------------------------------------ */

/* Until the colours are cleaned: the photo's own under the new alpha. */
static void show(cut_edit *edit, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            size_t i = at_of(edit, x, y);
            uint8_t *p = edit->clean.px + i * 4, alpha = edit->alpha[i];
            if (p[3] == alpha) continue;
            memcpy(p, edit->photo.px + i * 4, 3);
            if (alpha == 0) memset(p, 0, 3);
            p[3] = alpha;
        }
    cut_pyramid_update(&edit->cleans, rect);
}

/* A row of the layers, as a number that another one would hardly have: four
 * lanes of FNV, a layer each way. */
static u32x4 hash_row(const cut_colours *colours, int32_t row)
{
    const cut_layer *f = &colours->foreground, *b = &colours->background;
    size_t bytes = (size_t)f->w * 16, from = (size_t)row * bytes;
    const uint8_t *fore = (const uint8_t *)f->px + from;
    const uint8_t *back = (const uint8_t *)b->px + from;
    u32x4 one = { 1, 2, 3, 4 }, other = { 5, 6, 7, 8 };
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
        u32x4 hash = { 0 };
        if (row < colours->foreground.h) hash = hash_row(colours, row);
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
        size_t at = at_of(edit, 0, y);
        uint8_t *px = edit->clean.px + at * 4;
        memcpy(px, edit->photo.px + at * 4, (size_t)w * 4);
        cut_colours_row(colours, px, edit->alpha + at, w, y);
    }
    if (y > y0) cut_pyramid_update(&edit->cleans, (cut_rect){ 0, y0, w, y });
    return y + 1;
}

/* The matte in `rect` has changed. Colours change as far as a layer of them
 * does, which is seen by the layers themselves. */
static cut_status clean(cut_edit *edit, cut_rect rect)
{
    cut_colours colours;
    uint8_t changed[CUT_FOREGROUND_SIDE];
    rect = cut_rect_join(rect, edit->stale);
    cut_status status = cut_colours_new(&colours, &edit->photo, edit->alpha,
                                        &edit->error);
    if (status) return status;
    find_changes(edit, &colours, changed);
    for (int32_t y = 0; y < edit->photo.h;)
        y = clean_rows(edit, &colours, changed, rect, y);
    cut_colours_free(&colours);
    edit->stale = (cut_rect){ 0 };
    return CUT_OK;
}

/* What is in `rect` is to be as it was, and waits for the next clean(). */
static void give_up(cut_edit *edit, cut_rect rect)
{
    show(edit, rect);
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
    forget(edit, edit->undos, edit->undos + edit->redos);
    edit->redos = 0;
    uint32_t old = 0;
    size_t kept = edit->step_bytes;
    while (old < edit->undos && (kept + bytes > CUT_EDIT_UNDO_BYTES ||
                                 edit->undos - old == CUT_EDIT_STEPS))
        kept -= cut_rect_area(edit->steps[old++].rect);
    forget(edit, 0, old);
    edit->undos -= old;
    memmove(edit->steps, edit->steps + old,
            edit->undos * sizeof *edit->steps);
    uint8_t *packed = alpha;
    size_t width = (size_t)(rect.x1 - rect.x0);
    for (int32_t y = rect.y0; y < rect.y1; y++, packed += width)
        memcpy(packed, edit->before + at_of(edit, rect.x0, y), width);
    edit->steps[edit->undos++] = (cut_edit_step){ rect, alpha };
    edit->step_bytes += bytes;
    return CUT_OK;
}

/* Makes `a` what `b` is. */
static void copy_rect(const cut_edit *edit, uint8_t *a, const uint8_t *b,
                      cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        size_t at = at_of(edit, rect.x0, y);
        memcpy(a + at, b + at, (size_t)(rect.x1 - rect.x0));
    }
}

/* The matte in `rect` has changed: a step of undo, or as it was before. */
static cut_status commit(cut_edit *edit, cut_rect rect)
{
    cut_status status = clean(edit, rect);
    if (!status) status = step_new(edit, rect);
    if (!status) {
        copy_rect(edit, edit->before, edit->alpha, rect);
        return CUT_OK;
    }
    copy_rect(edit, edit->alpha, edit->before, rect);
    give_up(edit, rect);
    return status;
}

/* ---- brush ------------------------------------------------------------- */

int cut_edit_stroke(cut_edit *edit, int mode, float x, float y, float radius,
                    float hardness, int snap)
{
    if (edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "A stroke has not ended.");
    if ((mode != CUT_EDIT_ERASE && mode != CUT_EDIT_RESTORE) ||
        !(radius >= 0.5f && radius <= CUT_EDIT_MAX_RADIUS) ||
        !(hardness >= 0 && hardness <= 1))
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "A brush has mode 0 or 1, a radius of 0.5 to %d "
                             "and a hardness of 0 to 1.", CUT_EDIT_MAX_RADIUS);
    edit->mode = mode;
    edit->brush = (cut_brush){ radius, hardness, snap };
    edit->dirty = (cut_rect){ 0 };
    edit->at[0] = x;
    edit->at[1] = y;
    edit->drawing = 1;
    cut_status status = (cut_status)cut_edit_draw(edit, x, y);
    if (status) edit->drawing = 0;
    return (int)status;
}

static int is_place(float x, float y)
{
    return x >= -65536 && x <= 65536 && y >= -65536 && y <= 65536;
}

/* The stroke so far, on the matte before it. */
static void lay(cut_edit *edit, cut_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            size_t i = at_of(edit, x, y);
            if (edit->cover[i] == 0) continue;
            int was = edit->before[i], own = edit->photo.px[i * 4 + 3];
            int d = ((edit->mode == CUT_EDIT_ERASE ? 0 : own) - was) *
                    edit->cover[i];
            edit->alpha[i] = (uint8_t)(was + (d + (d < 0 ? -127 : 127)) / 255);
        }
    show(edit, rect);
}

int cut_edit_draw(cut_edit *edit, float x, float y)
{
    if (!edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE, "No stroke has begun.");
    if (!is_place(x, y))
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "A stroke stays within 65536 pixels.");
    float dx = x - edit->at[0], dy = y - edit->at[1];
    int32_t parts =
        (int32_t)(sqrtf(dx * dx + dy * dy) / edit->brush.radius) + 1;
    float from[2] = { edit->at[0], edit->at[1] };
    cut_status status = CUT_OK;
    cut_rect changed = { 0 };
    for (int32_t i = 1; i <= parts && !status; i++) {
        float way = (float)i / (float)parts;
        float next[2] = { edit->at[0] + dx * way, edit->at[1] + dy * way };
        cut_rect touched;
        status = cut_brush_cover(edit->cover, &edit->photo, edit->brush, from,
                                 next, &touched, &edit->error);
        if (status) break;
        changed = cut_rect_join(changed, touched);
        memcpy(from, next, sizeof from);
    }
    lay(edit, changed);
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
    edit->drawing = 0;
    if (cut_rect_is_empty(rect)) return CUT_OK;
    for (int32_t y = rect.y0; y < rect.y1; y++)
        memset(edit->cover + at_of(edit, rect.x0, y), 0,
               (size_t)(rect.x1 - rect.x0));
    return (int)commit(edit, rect);
}

/* ---- objects ----------------------------------------------------------- */

static cut_status find_objects(cut_edit *edit)
{
    if (edit->objects.label) return CUT_OK;
    return cut_objects_find(&edit->objects, edit->found, edit->photo.w,
                            edit->photo.h, &edit->error);
}

/* Whether most of what the model saw of an object is still there. */
static int is_kept(const cut_edit *edit, int label)
{
    const cut_objects *o = &edit->objects;
    const cut_rect box = o->of[label - 1].box;
    uint64_t found = 0, now = 0;
    for (int32_t y = box.y0; y < box.y1; y++)
        for (int32_t x = box.x0; x < box.x1; x++) {
            if (o->label[(size_t)(y / o->k) * (size_t)o->w +
                         (size_t)(x / o->k)] != label)
                continue;
            size_t i = at_of(edit, x, y);
            found += edit->found[i];
            now += edit->alpha[i] < edit->found[i] ? edit->alpha[i]
                                                   : edit->found[i];
        }
    return 2 * now > found;
}

const char *cut_edit_objects_json(cut_edit *edit)
{
    enum { EACH = 96 };
    if (find_objects(edit)) return NULL;
    int count = edit->objects.count;
    if (!edit->json) edit->json = cut_alloc((size_t)count + 1, EACH);
    if (!edit->json) {
        cut_fail(&edit->error, CUT_E_MEMORY, "No memory to list objects.");
        return NULL;
    }
    char *at = edit->json;
    *at++ = '[';
    for (int i = 0; i < count; i++) {
        const struct cut_object *o = &edit->objects.of[i];
        at += snprintf(at, EACH,
                       "%s{\"box\":[%d,%d,%d,%d],\"area\":%u,\"kept\":%s}",
                       i ? "," : "", (int)o->box.x0, (int)o->box.y0,
                       (int)(o->box.x1 - o->box.x0),
                       (int)(o->box.y1 - o->box.y0), (unsigned)o->area,
                       is_kept(edit, i + 1) ? "true" : "false");
    }
    memcpy(at, "]", 2);
    return edit->json;
}

int cut_edit_toggle(cut_edit *edit, float x, float y)
{
    if (edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "A stroke has not ended.");
    cut_status status = find_objects(edit);
    if (status) return (int)status;
    const cut_objects *o = &edit->objects;
    if (!(x >= 0 && y >= 0 && x < (float)edit->photo.w &&
          y < (float)edit->photo.h))
        return CUT_OK;
    int label = o->label[(size_t)((int32_t)y / o->k) * (size_t)o->w +
                         (size_t)((int32_t)x / o->k)];
    if (!label) return CUT_OK;
    int kept = is_kept(edit, label);
    const cut_rect box = o->of[label - 1].box;
    for (int32_t v = box.y0; v < box.y1; v++)
        for (int32_t u = box.x0; u < box.x1; u++)
            if (o->label[(size_t)(v / o->k) * (size_t)o->w +
                         (size_t)(u / o->k)] == label) {
                size_t i = at_of(edit, u, v);
                edit->alpha[i] = kept ? 0 : edit->found[i];
            }
    return (int)commit(edit, box);
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
        uint8_t *row = edit->alpha + at_of(edit, step->rect.x0, y);
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
    swap(edit, step);
    cut_status status = clean(edit, step->rect);
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

/* ---- views ------------------------------------------------------------- */

int cut_edit_view(cut_edit *edit, int style, float x, float y, float step,
                  uint32_t w, uint32_t h)
{
    if (style < CUT_EDIT_RESULT || style > CUT_EDIT_PHOTO || !is_place(x, y) ||
        !(step >= 1.0f / 64 && step <= 1024) || w == 0 || h == 0 ||
        (uint64_t)w * h > CUT_EDIT_MAX_VIEW)
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "A view of %u x %u cannot be made.", (unsigned)w,
                             (unsigned)h);
    size_t bytes = (size_t)w * h * 4;
    if (bytes > edit->view_bytes) {
        cut_free(edit->view);
        edit->view = cut_alloc(bytes, 1);
        edit->view_bytes = edit->view ? bytes : 0;
        if (!edit->view)
            return (int)cut_fail(&edit->error, CUT_E_MEMORY,
                                 "No memory for a view of %u x %u.",
                                 (unsigned)w, (unsigned)h);
    }
    return (int)cut_view_render(
        edit->view, style == CUT_EDIT_PHOTO ? &edit->photos : &edit->cleans,
        style == CUT_EDIT_GHOST ? &edit->photos : NULL,
        (cut_view_window){ x, y, step, (int32_t)w, (int32_t)h },
        style == CUT_EDIT_MATTE, &edit->error);
}

const uint8_t *cut_edit_pixels(const cut_edit *edit)
{
    return edit->view;
}
