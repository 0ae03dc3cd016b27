/* An edit's life, objects and views; stroke.c and history.c change it. */
#include "edit/state.h"

#include <string.h>

#include "base/print.h"
#include "image/png.h"

/* ---- life -------------------------------------------------------------- */

cut_status cut_edit_start(cut_edit *edit)
{
    size_t count = cut_edit_count(edit);
    edit->amount = 2;
    edit->clean = edit->photo;
    edit->clean.px = cut_alloc(count, 4);
    edit->found = cut_alloc(count, 1);
    edit->before = cut_alloc(count, 1);
    edit->cover = cut_alloc_zero(count, 1);
    if (!edit->clean.px || !edit->found || !edit->before || !edit->cover)
        return cut_fail(&edit->error, CUT_E_MEMORY,
                        "No memory to edit %d x %d.", (int)edit->photo.w,
                        (int)edit->photo.h);
    memcpy(edit->found, edit->alpha, count);
    memcpy(edit->before, edit->alpha, count);
    edit->clean.opaque = 0;
    cut_status status = cut_edit_clean(
        edit, (cut_rect){0, 0, edit->photo.w, edit->photo.h});
    if (!status)
        status = cut_pyramid_new(&edit->photos, &edit->photo, &edit->error);
    if (!status)
        status = cut_pyramid_new(&edit->cleans, &edit->clean, &edit->error);
    return status;
}

void cut_edit_free(cut_edit *edit)
{
    if (!edit) return;
    cut_edit_forget(edit, 0, edit->undos + edit->redos);
    cut_pyramid_free(&edit->photos);
    cut_pyramid_free(&edit->cleans);
    cut_image_free(&edit->photo);
    cut_image_free(&edit->clean);
    cut_bytes_free(&edit->file);
    cut_free(edit->found);
    cut_free(edit->alpha);
    cut_free(edit->before);
    cut_free(edit->cover);
    cut_free(edit->goal);
    cut_free(edit->goal_done);
    cut_detail_free(edit->detail);
    cut_free(edit->objects.label);
    cut_free(edit->json);
    cut_free(edit->view);
    cut_edit_unsee(edit);
    cut_matte_free(&edit->meant);
    cut_free(edit->ground);
    cut_free(edit->thing);
    cut_strengths_free(&edit->strengths);
    cut_free(edit->strengths_before);
    cut_free(edit);
}

const char *cut_edit_message(const cut_edit *edit)
{
    return edit->error.text;
}

int cut_edit_encode(cut_edit *edit)
{
    cut_image grey = {.px = cut_alloc(cut_edit_count(edit), 4),
                      .w = edit->photo.w,
                      .h = edit->photo.h,
                      .opaque = 1};
    if (!grey.px)
        return (int)cut_fail(&edit->error, CUT_E_MEMORY,
                             "No memory to encode the matte.");
    for (size_t i = 0; i < cut_edit_count(edit); i++) {
        uint8_t *p = grey.px + i * 4;
        memset(p, edit->alpha[i], 3);
        p[3] = 255;
    }
    cut_bytes file = {0}, none = {0};
    cut_status status = cut_png_encode(&file, &grey, &none, &edit->error);
    cut_image_free(&grey);
    if (!status)
        status = cut_strengths_write(&file, &edit->strengths, &edit->error);
    if (status) {
        cut_bytes_free(&file);
        return (int)status;
    }
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
            size_t i = cut_edit_at(edit, x, y);
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
        at += cut_print(
            at, EACH, "%s{\"box\":[%d,%d,%d,%d],\"area\":%u,\"kept\":%s}",
            i ? "," : "", (int)o->box.x0, (int)o->box.y0,
            (int)(o->box.x1 - o->box.x0), (int)(o->box.y1 - o->box.y0),
            (unsigned)o->area, is_kept(edit, i + 1) ? "true" : "false");
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
                size_t i = cut_edit_at(edit, u, v);
                edit->alpha[i] = kept ? 0 : edit->found[i];
            }
    return (int)cut_edit_commit(edit, box);
}

/* ---- views ------------------------------------------------------------- */

int cut_edit_view(cut_edit *edit, int style, float x, float y, float step,
                  uint32_t w, uint32_t h)
{
    if (style < CUT_EDIT_RESULT || style > CUT_EDIT_PHOTO ||
        !cut_edit_is_place(x, y) || !(step >= 1.0f / 64 && step <= 1024) ||
        w == 0 || h == 0 || (uint64_t)w * h > CUT_EDIT_MAX_VIEW)
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
    cut_view_window window = {x, y, step, (int32_t)w, (int32_t)h};
    if (edit->meant.alpha && style != CUT_EDIT_PHOTO)
        return (int)cut_edit_view_meant(edit, style, window);
    cut_status status = cut_view_render(
        edit->view, style == CUT_EDIT_PHOTO ? &edit->photos : &edit->cleans,
        style == CUT_EDIT_GHOST ? &edit->photos : NULL, window,
        style == CUT_EDIT_MATTE, &edit->error);
    int is_later = edit->mode == CUT_EDIT_DECONTAMINATE ||
                   (edit->mode == CUT_EDIT_REFINE && !edit->is_refined);
    if (!status && edit->drawing && is_later) /* seen when the stroke ends */
        cut_view_tint(edit->view, edit->cover, edit->photo.w, edit->photo.h,
                      window);
    return (int)status;
}

const uint8_t *cut_edit_pixels(const cut_edit *edit)
{
    return edit->view;
}
