#include "job/render.h"

#include "compose/canvas.h"
#include "compose/gradient.h"
#include "compose/head.h"
#include "compose/outline.h"
#include "compose/shadow.h"

enum { PLACED = 1, OUTLINED = 2, SHADED = 4, CROPPED = 8 };

static const uint8_t white[3] = {255, 255, 255};

static cut_status place(cut_image *image, cut_rendering *r,
                        const cut_options *o, cut_why *why)
{
    if (!o->canvas.w || (r->done & PLACED)) return CUT_OK;
    cut_layout layout = cut_canvas_layout(&o->canvas, &r->kept, o->margin,
                                          image->w, image->h);
    cut_head head;
    if (cut_wants_head(o) && cut_head_find(&head, image))
        layout = cut_head_layout(&o->canvas, &head);
    cut_status status = cut_canvas_place(image, &layout, why);
    if (!status) r->done |= PLACED;
    return status;
}

/* Outline, then the shadow of both; side: 100 % of their lengths. */
static cut_status decorate(cut_image *image, cut_rendering *r, int32_t side,
                           const cut_options *o, cut_why *why)
{
    cut_status status = CUT_OK;
    if (o->outline.on && !(r->done & OUTLINED))
        status = cut_compose_outline(image, &o->outline, side, why);
    if (status) return status;
    r->done |= OUTLINED;
    if (o->shadow.on && !(r->done & SHADED))
        status = cut_compose_shadow(image, &o->shadow, side, why);
    if (!status) r->done |= SHADED;
    return status;
}

/* On a canvas, pictures cover it; otherwise they lie as the photo lies. */
static cut_status paint(cut_image *image, cut_rendering *r,
                        const cut_options *o, cut_why *why)
{
    switch (o->background) {
    case CUT_BG_COLOUR:
        cut_compose_colour(image, o->rgb);
        return CUT_OK;
    case CUT_BG_GRADIENT:
        return cut_compose_gradient(image, &o->gradient, why);
    case CUT_BG_BLUR:
        if (o->canvas.w)
            return cut_compose_blur_cover(image, &r->blur, why);
        return cut_compose_blur(image, &r->blur, why);
    case CUT_BG_IMAGE:
        if (o->canvas.w)
            cut_crop_to_ratio(&r->behind, image->w, image->h);
        return cut_compose_image(image, &r->behind, why);
    case CUT_BG_TRANSPARENT:
        break;
    }
    if (o->output == CUT_OUT_JPEG) cut_compose_colour(image, white);
    return CUT_OK;
}

cut_status cut_render(cut_image *image, cut_rendering *r,
                      const cut_options *options, cut_why *why)
{
    const cut_options *o = options;
    cut_status status = place(image, r, o, why);
    if (status) return status;
    cut_box box = {0, 0, image->w, image->h};
    if (o->crop && !o->canvas.w && !(r->done & CROPPED))
        box = cut_crop_box(&r->kept, o->margin, box.w, box.h);
    if (o->mask) {
        cut_compose_mask(image);
        cut_crop(image, box);
        return CUT_OK;
    }
    status = decorate(image, r, box.w > box.h ? box.w : box.h, o, why);
    if (status) return status;
    if (o->background == CUT_BG_GRADIENT) {
        cut_crop(image, box);
        r->done |= CROPPED;
        return paint(image, r, o, why);
    }
    status = paint(image, r, o, why);
    if (!status) cut_crop(image, box);
    return status;
}
