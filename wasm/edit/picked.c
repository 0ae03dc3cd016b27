/*
 * A thing that somebody points at, on the matte. While it is only supposed, a
 * view follows its edges at the view's own resolution; as a step of undo they
 * are followed once more, at the photo's.
 */
#include <string.h>

#include "edit/state.h"
#include "matte/refine.h"

/* Of what is meant, along a side of a view: what a click has the time for. */
#define VIEW_SAMPLES 192

int cut_edit_suppose(cut_edit *edit, int way, const uint8_t *map, uint32_t w,
                     uint32_t h)
{
    if (edit->drawing)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "A stroke has not ended.");
    if (!map) {
        cut_matte_free(&edit->meant);
        cut_edit_unsee(edit);
        return CUT_OK;
    }
    if (way < CUT_EDIT_ADD || way > CUT_EDIT_ONLY || w == 0 || h == 0 ||
        w > CUT_MAX_MODEL_SIDE || h > CUT_MAX_MODEL_SIDE)
        return (int)cut_fail(&edit->error, CUT_E_ARGUMENT,
                             "A map of %u x %u cannot be supposed.",
                             (unsigned)w, (unsigned)h);
    size_t count = (size_t)w * h;
    cut_matte meant = {cut_alloc(count, sizeof *meant.alpha), (int32_t)w,
                       (int32_t)h};
    if (!meant.alpha)
        return (int)cut_fail(&edit->error, CUT_E_MEMORY,
                             "No memory for what is meant.");
    for (size_t i = 0; i < count; i++) meant.alpha[i] = (float)map[i] / 255;
    cut_matte_free(&edit->meant);
    edit->meant = meant;
    edit->way = way;
    cut_edit_forget(edit, edit->undos, edit->undos + edit->redos);
    edit->redos = 0;
    return CUT_OK;
}

/* What is left of a pixel's alpha; `meant` is at most the photo's own. */
static uint8_t joined(int way, uint8_t ground, uint8_t meant, uint8_t own)
{
    if (way == CUT_EDIT_ONLY) return meant;
    if (way == CUT_EDIT_ADD) return ground > meant ? ground : meant;
    uint8_t left = (uint8_t)(own - meant);
    return ground < left ? ground : left;
}

/* ---- in a view --------------------------------------------------------- */

/* Columns, or rows, of a view that lie on a side of n pixels. */
static void on_photo(int32_t *from, int32_t *count, float at, float step,
                     int32_t size, int32_t n)
{
    int32_t end = 0;
    *from = size;
    for (int32_t i = 0; i < size; i++) {
        float x = at + ((float)i + 0.5f) * step;
        if (!(x >= 0 && x < (float)n)) continue;
        if (i < *from) *from = i;
        end = i + 1;
    }
    *count = end > *from ? end - *from : 0;
}

static int32_t samples(int32_t pixels, int32_t meant)
{
    int32_t n = pixels < meant ? pixels : meant;
    return n < VIEW_SAMPLES ? n : VIEW_SAMPLES;
}

/* What is meant of a window's part, at no more samples than there are pixels,
 * nor than there is time for. */
static cut_status crop_meant(cut_matte *out, const cut_edit *edit,
                             cut_view_window part, cut_error *error)
{
    const cut_matte *meant = &edit->meant;
    cut_matte made = {NULL, samples(part.w, meant->w),
                      samples(part.h, meant->h)};
    made.alpha = cut_alloc((size_t)made.w * (size_t)made.h, sizeof *made.alpha);
    if (!made.alpha)
        return cut_fail(error, CUT_E_MEMORY, "No memory for a view.");
    float zx = (float)meant->w / (float)edit->photo.w;
    float zy = (float)meant->h / (float)edit->photo.h;
    float sx = part.step * (float)part.w / (float)made.w;
    float sy = part.step * (float)part.h / (float)made.h;
    for (int32_t y = 0; y < made.h; y++)
        for (int32_t x = 0; x < made.w; x++) {
            float u = part.x + ((float)x + 0.5f) * sx;
            float v = part.y + ((float)y + 0.5f) * sy;
            made.alpha[(size_t)y * (size_t)made.w + (size_t)x] = cut_matte_at(
                meant, u * zx - 0.5f, v * zy - 0.5f);
        }
    *out = made;
    return CUT_OK;
}

/* A pixel of the view: the matte's, `top`, with another alpha. */
static f32x4 with_alpha(int style, const uint8_t *top, const uint8_t *photo,
                        uint8_t alpha)
{
    f32x4 a = cut_load_u8x4(top), b = cut_load_u8x4(photo), p = a;
    if (alpha > top[3]) /* the photo's own colours come in with it */
        p = (a * a[3] + b * ((float)alpha - a[3])) / (float)alpha;
    p[3] = (float)alpha;
    if (alpha == 0) p = (f32x4){0};
    if (style == CUT_EDIT_GHOST) p = cut_over_ghost(p, b);
    if (style == CUT_EDIT_MATTE) p = (f32x4){p[3], p[3], p[3], 255};
    return p;
}

/* The part of the view that lies on the photo; `photo` is what it shows. */
static cut_status lay(cut_edit *edit, int style, uint8_t *view, int32_t width,
                      const cut_image *photo, cut_view_window part)
{
    cut_matte meant = {0};
    uint8_t *alpha = cut_alloc((size_t)part.w * (size_t)part.h, 1);
    cut_status status = alpha ? crop_meant(&meant, edit, part, &edit->error)
                              : cut_fail(&edit->error, CUT_E_MEMORY,
                                         "No memory for a view.");
    if (!status) status = cut_matte_refine(alpha, &meant, photo, &edit->error);
    cut_matte_free(&meant);
    for (int32_t y = 0; y < part.h && !status; y++) {
        size_t row = (size_t)y * (size_t)part.w;
        uint8_t *line = view + (size_t)y * (size_t)width * 4;
        for (int32_t x = 0; x < part.w; x++) {
            const uint8_t *at = photo->px + (row + (size_t)x) * 4;
            uint8_t now = joined(edit->way, line[x * 4 + 3],
                                 alpha[row + (size_t)x], at[3]);
            if (now == line[x * 4 + 3] && now == 255 && style != CUT_EDIT_MATTE)
                continue; /* it stays as it is */
            f32x4 p = with_alpha(style, line + x * 4, at, now);
            cut_store_u8x4(line + x * 4, __builtin_convertvector(
                                             cut_clamp(p + 0.5f, 255), i32x4));
        }
    }
    cut_free(alpha);
    return status;
}

/* What a window shows before anything is meant: the same for click after click,
 * so that it is rendered once. `photo` is of the window's part `on` the photo.
 */
static cut_status see(cut_edit *edit, cut_view_window window,
                      cut_view_window on)
{
    if (edit->seen_photo.px && !memcmp(&edit->seen, &window, sizeof window))
        return CUT_OK;
    cut_edit_unsee(edit);
    cut_image clean = {.w = window.w, .h = window.h},
              photo = {.w = on.w, .h = on.h};
    clean.px = cut_alloc((size_t)clean.w * (size_t)clean.h, 4);
    photo.px = cut_alloc((size_t)photo.w * (size_t)photo.h, 4);
    edit->seen_clean = clean;
    edit->seen_photo = photo;
    edit->seen = window;
    cut_status status = clean.px && photo.px
                            ? CUT_OK
                            : cut_fail(&edit->error, CUT_E_MEMORY,
                                       "No memory for a view.");
    if (!status)
        status = cut_view_render(clean.px, &edit->cleans, NULL, window, 0,
                                 &edit->error);
    if (!status)
        status = cut_view_render(photo.px, &edit->photos, NULL, on, 0,
                                 &edit->error);
    if (status) cut_edit_unsee(edit);
    return status;
}

void cut_edit_unsee(cut_edit *edit)
{
    cut_image_free(&edit->seen_clean);
    cut_image_free(&edit->seen_photo);
}

cut_status cut_edit_view_meant(cut_edit *edit, int style,
                               cut_view_window window)
{
    int32_t x0, y0;
    cut_view_window on = window;
    on_photo(&x0, &on.w, window.x, window.step, window.w, edit->photo.w);
    on_photo(&y0, &on.h, window.y, window.step, window.h, edit->photo.h);
    if (on.w == 0 || on.h == 0) {
        memset(edit->view, 0, (size_t)window.w * (size_t)window.h * 4);
        return CUT_OK;
    }
    on.x += (float)x0 * on.step;
    on.y += (float)y0 * on.step;
    cut_status status = see(edit, window, on);
    if (status) return status;
    memcpy(edit->view, edit->seen_clean.px,
           (size_t)window.w * (size_t)window.h * 4);
    return lay(edit, style,
               edit->view + ((size_t)y0 * (size_t)window.w + (size_t)x0) * 4,
               window.w, &edit->seen_photo, on);
}

/* ---- as a step --------------------------------------------------------- */

/* The matte under what is meant; the rectangle that changes. */
static cut_rect join(cut_edit *edit, const uint8_t *meant)
{
    cut_rect changed = {0};
    for (int32_t y = 0; y < edit->photo.h; y++) {
        size_t row = cut_edit_at(edit, 0, y);
        int32_t from = edit->photo.w, end = 0;
        for (int32_t x = 0; x < edit->photo.w; x++) {
            size_t i = row + (size_t)x;
            uint8_t now = joined(edit->way, edit->ground[i], meant[i],
                                 edit->photo.px[i * 4 + 3]);
            if (now == edit->alpha[i]) continue;
            edit->alpha[i] = now;
            from = x < from ? x : from;
            end = x + 1;
        }
        changed = cut_rect_join(changed, (cut_rect){from, y, end, y + 1});
    }
    return changed;
}

/* Makes the matte under what is meant a step: one in any case, so that each
 * click has its own. */
static cut_status settle(cut_edit *edit, const uint8_t *meant)
{
    cut_rect changed = join(edit, meant);
    if (cut_rect_is_empty(changed)) changed = (cut_rect){0, 0, 1, 1};
    cut_status status = cut_edit_commit(edit, changed);
    edit->grounded = !status;
    return status;
}

int cut_edit_settle(cut_edit *edit, int goes_on)
{
    if (edit->drawing || !edit->meant.alpha)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             edit->drawing ? "A stroke has not ended."
                                           : "Nothing is supposed.");
    if (goes_on && !edit->grounded)
        return (int)cut_fail(&edit->error, CUT_E_STATE,
                             "The step before is none of a thing.");
    size_t count = cut_edit_count(edit);
    uint8_t *meant = cut_alloc(count, 1);
    if (!edit->ground) edit->ground = cut_alloc(count, 1);
    cut_status status = meant && edit->ground
                            ? cut_matte_refine(meant, &edit->meant,
                                               &edit->photo, &edit->error)
                            : cut_fail(&edit->error, CUT_E_MEMORY,
                                       "No memory to settle what is meant.");
    if (!status) {
        if (!goes_on) memcpy(edit->ground, edit->alpha, count);
        status = settle(edit, meant);
    }
    if (status) {
        cut_free(meant);
        return (int)status;
    }
    cut_matte_free(&edit->meant);
    edit->thing = meant;
    return CUT_OK;
}

/* ---- with its details --------------------------------------------------- */

void cut_edit_leave_thing(cut_edit *edit)
{
    if (!edit->thing) return;
    cut_free(edit->thing);
    edit->thing = NULL;
    cut_edit_drop_detail(edit);
}

/* The last step once more, with what was found: nobody goes back to a coarse
 * edge. Whether that can be done or not, the thing is left as it is then. */
static cut_status settle_finer(cut_edit *edit)
{
    uint8_t *thing = edit->thing;
    cut_status status = cut_detail_apply(edit->detail, thing, &edit->error);
    if (status) return status;
    edit->thing = NULL;
    cut_edit_drop_detail(edit);
    status = (cut_status)cut_edit_undo(edit);
    if (!status) {
        status = settle(edit, thing);
        if (status) cut_edit_redo(edit);
        edit->grounded = 1;
    }
    cut_free(thing);
    return status;
}

cut_status cut_edit_detail_thing(cut_edit *edit)
{
    cut_status status = CUT_OK;
    if (!edit->detail)
        status = cut_detail_new(&edit->detail, &edit->photo, edit->thing, 0,
                                &edit->error);
    if (!status) status = cut_detail_next(edit->detail, &edit->error);
    if (!status && !cut_detail_tensor(edit->detail))
        status = settle_finer(edit);
    return status;
}
