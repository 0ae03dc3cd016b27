#include "job/render.h"

#include "compose/floor.h"
#include "compose/gradient.h"
#include "compose/outline.h"
#include "compose/shadow.h"
#include "matte/edge.h"
#include "matte/foreground.h"

enum { PLACED = 1, OUTLINED = 2, SHADED = 4, CROPPED = 8 };

static const uint8_t white[3] = {255, 255, 255};

/* ---- views ------------------------------------------------------------- */

static int32_t longer(int32_t w, int32_t h)
{
    return w > h ? w : h;
}

cut_view cut_view_full(const cut_options *options, const cut_subject *kept,
                       const cut_head *head, int32_t w, int32_t h)
{
    const cut_options *o = options;
    cut_view v = {.photo_w = w,
                  .photo_h = h,
                  .foot = (float)(kept->y + kept->h),
                  .height = (float)kept->h,
                  .layout = {w, h, {0, 0, 1}}};
    if (head) {
        v.layout = cut_head_layout(&o->canvas, head);
        v.gap = cut_head_close_gap(&v.layout, &o->canvas, head,
                                   kept->y + kept->h);
    } else if (o->canvas.w)
        v.layout = cut_canvas_layout(&o->canvas, kept, o->margin, w, h);
    v.box = (cut_box){0, 0, v.layout.w, v.layout.h};
    if (o->crop && !o->canvas.w) v.box = cut_crop_box(kept, o->margin, w, h);
    v.full_w = v.box.w;
    v.full_h = v.box.h;
    return v;
}

/* Pixels of the result as a share of it, which is what a smaller one takes. */
static cut_length as_share(cut_length length, int32_t side)
{
    if (length.is_percent) return length;
    int64_t value = (int64_t)length.value * 10000;
    return (cut_length){(int32_t)((value + side / 2) / side), 1};
}

/* What lies around the cut-out. */
typedef struct decoration {
    cut_outline outline;
    cut_shadow shadow;
    cut_cast cast;
    cut_contact contact;
} decoration;

/* The same as it is on the view. */
static decoration decoration_of(const cut_options *o, const cut_view *v)
{
    int32_t full = longer(v->full_w, v->full_h);
    decoration d = {o->outline, o->shadow, o->cast, o->contact};
    if (longer(v->box.w, v->box.h) == full) return d;
    d.outline.width = as_share(d.outline.width, full);
    d.shadow.x = as_share(d.shadow.x, full);
    d.shadow.y = as_share(d.shadow.y, full);
    d.shadow.blur = as_share(d.shadow.blur, full);
    d.cast.blur = as_share(d.cast.blur, full);
    d.contact.blur = as_share(d.contact.blur, full);
    return d;
}

static int wants_ground(const cut_options *o)
{
    return o->cast.on || o->contact.on || o->reflection.on;
}

/* The ground that what is kept stands on, on what is drawn for the view. */
static cut_stand stand_of(const cut_view *v)
{
    const cut_place *at = &v->layout.place;
    return (cut_stand){at->y + v->foot * at->scale, v->height * at->scale};
}

/* How far outside of the result its outline and shadow may come from. */
static int32_t reach_of(const cut_options *o, const cut_view *v, int32_t *step)
{
    int32_t side = longer(v->box.w, v->box.h), reach = 0, ground = 0;
    *step = 1;
    if (o->mask) return 0;
    decoration d = decoration_of(o, v);
    cut_stand stand = stand_of(v);
    if (d.shadow.on) reach = cut_shadow_reach(&d.shadow, side, step);
    if (wants_ground(o))
        ground = cut_floor_reach(&stand, &d.cast, &d.contact, &o->reflection,
                                 side);
    if (ground > reach) reach = ground;
    if (d.outline.on) reach += cut_outline_reach(&d.outline, side);
    return reach;
}

/* What is drawn along one axis: before the result, and in all. at, length: the
 * photo's first pixel and its pixels, as seen from the result's first one */
static int32_t drawn(int32_t *before, int32_t size, float at, float length,
                     int32_t reach, int32_t step)
{
    int32_t first = (int32_t)-at, end = (int32_t)(at + length);
    if ((float)first < -at) first++;
    if ((float)end < at + length) end++;
    if (end < size) end = size;
    int32_t left_out = (first - reach) / step * step;
    *before = left_out > 0 ? first - left_out : first;
    return *before + (end < size + reach ? end : size + reach);
}

static int32_t reduced(int32_t side, float scale)
{
    int32_t v = (int32_t)((float)side * scale + 0.5f);
    return v > 0 ? v : 1;
}

cut_view cut_view_within(const cut_view *full, const cut_options *options,
                         int32_t max_side)
{
    cut_view v = *full;
    int32_t side = longer(v.full_w, v.full_h), step;
    float scale = side > max_side ? (float)max_side / (float)side : 1;
    cut_place *at = &v.layout.place;
    at->x = (at->x - (float)full->box.x) * scale;
    at->y = (at->y - (float)full->box.y) * scale;
    at->scale *= scale;
    v.box = (cut_box){0, 0, reduced(v.full_w, scale), reduced(v.full_h, scale)};
    v.layout.w = v.box.w;
    v.layout.h = v.box.h;
    if (full->box.w == full->layout.w && full->box.h == full->layout.h)
        return v; /* nothing is cropped away */
    int32_t reach = reach_of(options, &v, &step);
    if (!reach) return v;
    v.layout.w = drawn(&v.box.x, v.box.w, at->x, (float)v.photo_w * at->scale,
                       reach, step);
    v.layout.h = drawn(&v.box.y, v.box.h, at->y, (float)v.photo_h * at->scale,
                       reach, step);
    at->x += (float)v.box.x;
    at->y += (float)v.box.y;
    return v;
}

/* ---- what the layers are made of ---------------------------------------- */

cut_status cut_render_ready(const cut_options *options, int has_image,
                            cut_error *error)
{
    if (options->background != CUT_BG_IMAGE || options->mask || has_image)
        return CUT_OK;
    return cut_fail(error, CUT_E_STATE,
                    "background is image, but none was given.");
}

cut_status cut_render_blur(cut_layer *out, const cut_image *photo,
                           const uint8_t *alpha, const cut_options *options,
                           cut_error *error)
{
    if (out->px || options->background != CUT_BG_BLUR || options->mask)
        return CUT_OK;
    float sigma = cut_options_sigma(options, longer(photo->w, photo->h));
    return cut_blur_new(out, photo, alpha, sigma, error);
}

cut_status cut_render_natural(cut_shadow_matte *out, const cut_image *photo,
                              const uint8_t *alpha, const cut_options *options,
                              cut_error *error)
{
    if (out->found || !cut_wants_natural(options)) return CUT_OK;
    return cut_natural_new(out, photo, alpha, error);
}

int cut_wants_edges(const cut_options *options)
{
    const cut_edges *e = &options->edges;
    return e->holes.value || e->smooth.value || e->shift.value ||
           e->feather.value;
}

cut_status cut_render_edges(uint8_t *alpha, const cut_image *photo,
                            const cut_options *options, cut_error *error)
{
    const cut_edges *e = &options->edges;
    int32_t side = longer(photo->w, photo->h);
    cut_edge edge = {
        cut_length_px(e->holes, side), cut_length_px(e->smooth, side),
        cut_length_px(e->shift, side), cut_length_px(e->feather, side)};
    return cut_edge_apply(alpha, photo, &edge, error);
}

cut_status cut_render_cutout(cut_image *photo, uint8_t *alpha,
                             cut_subject *kept, const cut_subject *subject,
                             const cut_strengths *strengths,
                             const cut_options *options, cut_error *error)
{
    int swapped = options->keep == CUT_KEEP_BACKGROUND;
    if (swapped) cut_swap_sides(alpha, photo);
    int exact = subject->kind == CUT_GRAPHIC && !swapped;
    float strength = (float)options->edges.decontaminate / 100;
    cut_status status = cut_foreground_clean(photo, alpha, exact, strength,
                                             strengths, error);
    if (status) {
        if (swapped) cut_swap_sides(alpha, photo);
        return status;
    }
    *kept = *subject;
    if (swapped || cut_wants_edges(options))
        cut_subject_measure(kept, alpha, photo->w, photo->h);
    return CUT_OK;
}

/* ---- the layers --------------------------------------------------------- */

cut_status cut_render_place(cut_image *image, cut_rendering *r,
                            const cut_options *options, cut_error *error)
{
    if (r->done & PLACED) return CUT_OK;
    int found = cut_wants_head(options) && cut_head_find(&r->head, image);
    if (!found) r->head = (cut_head){0};
    r->view = cut_view_full(options, &r->kept, found ? &r->head : NULL,
                            image->w, image->h);
    cut_status status = CUT_OK;
    if (options->canvas.w)
        status = cut_canvas_place(image, &r->view.layout, error);
    if (status) return status;
    if (found)
        r->sharpness = cut_head_sharpness(image, &r->view.layout, &r->head);
    r->done |= PLACED;
    return CUT_OK;
}

/* What lies on the ground, made before any shadow lies under the cut-out. */
static cut_status make_ground(cut_floor *out, const cut_image *image,
                              const cut_rendering *r, const cut_options *o,
                              const decoration *d, cut_error *error)
{
    cut_stand stand = stand_of(&r->view);
    if (!wants_ground(o) || (r->done & SHADED)) return CUT_OK;
    return cut_floor_new(out, image, &stand, &d->cast, &d->contact,
                         &o->reflection, longer(r->view.box.w, r->view.box.h),
                         error);
}

/* Outline, then the shadows of both. */
static cut_status decorate(cut_image *image, cut_rendering *r,
                           const cut_options *o, cut_error *error)
{
    int32_t side = longer(r->view.box.w, r->view.box.h);
    decoration d = decoration_of(o, &r->view);
    cut_floor ground = {0};
    cut_status status = CUT_OK;
    if (d.outline.on && !(r->done & OUTLINED))
        status = cut_compose_outline(image, &d.outline, side, error);
    if (status) return status;
    r->done |= OUTLINED;
    status = make_ground(&ground, image, r, o, &d, error);
    if (!status && d.shadow.on && !(r->done & SHADED))
        status = cut_compose_shadow(image, &d.shadow, side, error);
    if (!status && !(r->done & SHADED)) {
        cut_floor_draw(image, &ground);
        if (cut_wants_natural(o))
            cut_natural_draw(image, &r->natural, r->view.layout.place,
                             o->natural.opacity, o->canvas.w != 0);
        r->done |= SHADED;
    }
    cut_floor_free(&ground);
    return status;
}

/* Where a picture of w x h is all to be seen, in the middle of a box. */
static cut_stretch contained(cut_stretch in, int32_t w, int32_t h)
{
    float across = in.w / (float)w, down = in.h / (float)h;
    float scale = across < down ? across : down;
    float wide = (float)w * scale, high = (float)h * scale;
    return (cut_stretch){in.x + (in.w - wide) / 2, in.y + (in.h - high) / 2,
                         wide, high};
}

/* The background image over the canvas, or over the photo as it lies. */
static cut_status paint_image(cut_image *image, cut_rendering *r,
                              const cut_options *o, const cut_stretch *photo,
                              cut_error *error)
{
    const cut_view *v = &r->view;
    int on_canvas = o->canvas.w != 0;
    cut_stretch over = *photo;
    if (on_canvas) over = (cut_stretch){0, 0, (float)image->w, (float)image->h};
    if (o->fit == CUT_BACKGROUND_CONTAIN)
        over = contained(over, r->background_image.w, r->background_image.h);
    if (o->fit == CUT_BACKGROUND_COVER)
        cut_crop_to_ratio(&r->background_image,
                          on_canvas ? v->full_w : v->photo_w,
                          on_canvas ? v->full_h : v->photo_h);
    return cut_compose_image(image, &r->background_image, &over, error);
}

/* On a canvas, blur and gradient cover it; otherwise they lie as the photo
 * lies. */
static cut_status paint(cut_image *image, cut_rendering *r,
                        const cut_options *o, cut_error *error)
{
    const cut_view *v = &r->view;
    const cut_place photo = {v->layout.place.x - (float)v->box.x,
                             v->layout.place.y - (float)v->box.y,
                             v->layout.place.scale};
    const cut_stretch over = {photo.x, photo.y, (float)v->photo_w * photo.scale,
                              (float)v->photo_h * photo.scale};
    cut_status status = CUT_OK;
    switch (o->background) {
    case CUT_BG_COLOUR: cut_compose_colour(image, o->rgb); return CUT_OK;
    case CUT_BG_GRADIENT:
        return cut_compose_gradient(image, &o->gradient, error);
    case CUT_BG_BLUR:
        if (o->canvas.w)
            return cut_compose_blur_cover(image, &r->blur, v->full_w, v->full_h,
                                          error);
        return cut_compose_blur(image, &r->blur, photo, error);
    case CUT_BG_IMAGE:
        status = paint_image(image, r, o, &over, error);
        if (status || o->fit != CUT_BACKGROUND_CONTAIN) return status;
        break; /* its bars are as without a background */
    case CUT_BG_TRANSPARENT: break;
    }
    if (o->output == CUT_OUT_JPEG) cut_compose_colour(image, white);
    return CUT_OK;
}

cut_status cut_render(cut_image *image, cut_rendering *r,
                      const cut_options *options, cut_error *error)
{
    const cut_box *box = &r->view.box;
    cut_status status = CUT_OK;
    if (options->mask)
        cut_compose_mask(image);
    else
        status = decorate(image, r, options, error);
    if (status) return status;
    if (!(r->done & CROPPED) && (box->w < image->w || box->h < image->h))
        cut_crop(image, *box);
    r->done |= CROPPED;
    return options->mask ? CUT_OK : paint(image, r, options, error);
}
