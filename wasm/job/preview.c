#include "preview.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/canvas.h"
#include "compose/gradient.h"
#include "compose/head.h"
#include "compose/outline.h"
#include "compose/shadow.h"
#include "job/job.h"
#include "matte/foreground.h"
#include "options/options.h"

/* The least longer side of a picture behind that is held reduced. */
#define BEHIND_SIDE 1280

struct cut_preview {
    cut_why why;
    cut_image photo;
    uint8_t *alpha; /* [photo.h][photo.w], of the subject */
    cut_subject subject;

    cut_image cleaned; /* the cut-out of `keep` at full size */
    cut_image half;    /* the same at half of it, made when it will do */
    cut_keep keep;
    cut_subject kept;
    cut_head head; /* of `cleaned` */
    enum { UNKNOWN, FOUND, NONE } has_head;

    cut_layer blur;
    float sigma;      /* of `blur` */
    cut_image behind; /* for CUT_BG_IMAGE */

    cut_image placed; /* `cleaned` on the small result, as `layout` says */
    cut_layout layout;
    cut_image out;
    int32_t full_w, full_h;
};

cut_preview *cut_preview_new(cut_job *job)
{
    cut_preview *p = cut_alloc_zero(1, sizeof *p);
    if (p && cut_job_take(job, &p->photo, &p->alpha, &p->subject)) {
        cut_free(p);
        return NULL;
    }
    return p;
}

void cut_preview_free(cut_preview *p)
{
    if (!p) return;
    cut_image_free(&p->photo);
    cut_free(p->alpha);
    cut_image_free(&p->cleaned);
    cut_image_free(&p->half);
    cut_layer_free(&p->blur);
    cut_image_free(&p->behind);
    cut_image_free(&p->placed);
    cut_image_free(&p->out);
    cut_free(p);
}

const char *cut_preview_message(const cut_preview *p)
{
    return p->why.text;
}

int cut_preview_background(cut_preview *p, cut_job *job)
{
    cut_image whole = cut_job_take_background(job), small = {0};
    if (!whole.px)
        return (int)cut_fail(&p->why, CUT_E_STATE, "No picture was given.");
    int32_t side = whole.w > whole.h ? whole.w : whole.h;
    int32_t k = side / BEHIND_SIDE;
    if (k > CUT_REDUCE_MOST) k = CUT_REDUCE_MOST;
    cut_status status = cut_image_reduce(&small, &whole, k > 1 ? k : 1,
                                         &p->why);
    cut_image_free(&whole);
    if (status) return (int)status;
    cut_image_free(&p->behind);
    p->behind = small;
    return CUT_OK;
}

/* ---- the steps, each only when it must be ------------------------------ */

static cut_status copy_image(cut_image *out, const cut_image *in, cut_why *why)
{
    size_t count = (size_t)in->w * (size_t)in->h;
    uint8_t *px = cut_alloc(count, 4);
    if (!px) return cut_fail(why, CUT_E_MEMORY, "No memory for a preview.");
    memcpy(px, in->px, count * 4);
    cut_image_free(out);
    *out = (cut_image){px, in->w, in->h, in->opaque};
    return CUT_OK;
}

/* The cut-out of the side that is kept. */
static cut_status clean(cut_preview *p, cut_keep keep)
{
    if (p->cleaned.px && p->keep == keep) return CUT_OK;
    cut_image_free(&p->cleaned);
    cut_image_free(&p->half);
    cut_image_free(&p->placed);
    p->has_head = UNKNOWN;
    int swapped = keep == CUT_KEEP_BACKGROUND;
    cut_status status = copy_image(&p->cleaned, &p->photo, &p->why);
    if (status) return status;
    if (swapped) cut_swap_sides(p->alpha, &p->photo);
    status = cut_foreground_estimate(&p->cleaned, p->alpha, &p->why);
    p->keep = keep;
    p->kept = p->subject;
    if (swapped && !status)
        cut_subject_measure(&p->kept, p->alpha, p->photo.w, p->photo.h);
    if (swapped) cut_swap_sides(p->alpha, &p->photo);
    if (status) cut_image_free(&p->cleaned);
    return status;
}

/* The blurred layer, when the options ask for one. */
static cut_status blur(cut_preview *p, const cut_options *o)
{
    int32_t side = p->photo.w > p->photo.h ? p->photo.w : p->photo.h;
    float sigma = cut_options_sigma(o, side);
    if (o->background != CUT_BG_BLUR || o->mask) return CUT_OK;
    if (p->blur.px && p->sigma <= sigma && p->sigma >= sigma) return CUT_OK;
    cut_layer_free(&p->blur);
    p->sigma = sigma;
    return cut_blur_new(&p->blur, &p->photo, p->alpha, sigma, &p->why);
}

/* Where the photo lies on the result at full size. */
static cut_layout full_layout(cut_preview *p, const cut_options *o)
{
    int32_t w = p->photo.w, h = p->photo.h;
    if (cut_wants_head(o)) {
        if (p->has_head == UNKNOWN)
            p->has_head = cut_head_find(&p->head, &p->cleaned) ? FOUND : NONE;
        if (p->has_head == FOUND) return cut_head_layout(&o->canvas, &p->head);
    }
    if (o->canvas.w)
        return cut_canvas_layout(&o->canvas, &p->kept, o->margin, w, h);
    cut_box box = {0, 0, w, h};
    if (o->crop) box = cut_crop_box(&p->kept, o->margin, w, h);
    return (cut_layout){box.w, box.h, {(float)-box.x, (float)-box.y, 1}};
}

static int32_t reduced(int32_t side, float scale)
{
    int32_t v = (int32_t)((float)side * scale + 0.5f);
    return v > 0 ? v : 1;
}

static cut_status place(cut_preview *p, const cut_layout *full, int32_t most)
{
    int32_t side = full->w > full->h ? full->w : full->h;
    float scale = side > most ? (float)most / (float)side : 1;
    cut_layout l = {reduced(full->w, scale), reduced(full->h, scale),
                    {full->place.x * scale, full->place.y * scale,
                     full->place.scale * scale}};
    p->full_w = full->w;
    p->full_h = full->h;
    if (p->placed.px && memcmp(&l, &p->layout, sizeof l) == 0) return CUT_OK;
    cut_image_free(&p->placed);
    p->layout = l;
    if (l.place.scale > 0.5f)
        return cut_canvas_draw(&p->placed, &p->cleaned, &l, &p->why);
    cut_status status = CUT_OK;
    if (!p->half.px)
        status = cut_image_reduce_clear(&p->half, &p->cleaned, 2, &p->why);
    l.place.scale *= 2;
    if (!status) status = cut_canvas_draw(&p->placed, &p->half, &l, &p->why);
    return status;
}

/* Pixels as a share of the result, which is what a small one can take. */
static cut_length as_share(cut_length length, int32_t side)
{
    if (length.is_percent) return length;
    int64_t value = (int64_t)length.value * 10000;
    return (cut_length){(int32_t)((value + side / 2) / side), 1};
}

static cut_status decorate(cut_preview *p, const cut_options *o)
{
    int32_t full = p->full_w > p->full_h ? p->full_w : p->full_h;
    int32_t side = p->out.w > p->out.h ? p->out.w : p->out.h;
    cut_outline outline = o->outline;
    cut_shadow shadow = o->shadow;
    if (side < full) {
        outline.width = as_share(outline.width, full);
        shadow.x = as_share(shadow.x, full);
        shadow.y = as_share(shadow.y, full);
        shadow.blur = as_share(shadow.blur, full);
    }
    cut_status status = CUT_OK;
    if (outline.on)
        status = cut_compose_outline(&p->out, &outline, side, &p->why);
    if (!status && shadow.on)
        status = cut_compose_shadow(&p->out, &shadow, side, &p->why);
    return status;
}

/* The part of a picture as large as the photo that the result shows. */
static cut_status paint_picture(cut_preview *p, const cut_image *picture,
                                const cut_options *o)
{
    cut_image part = {0};
    cut_status status = copy_image(&part, picture, &p->why);
    if (status) return status;
    if (o->canvas.w) {
        cut_crop_to_ratio(&part, p->out.w, p->out.h);
    } else {
        const cut_place *at = &p->layout.place; /* scale: out for photo px */
        float x = -at->x / at->scale / (float)p->photo.w;
        float y = -at->y / at->scale / (float)p->photo.h;
        float w = (float)p->full_w / (float)p->photo.w;
        float h = (float)p->full_h / (float)p->photo.h;
        cut_box box = {(int32_t)(x * (float)part.w + 0.5f),
                       (int32_t)(y * (float)part.h + 0.5f),
                       reduced(part.w, w), reduced(part.h, h)};
        if (box.x > part.w - 1) box.x = part.w - 1;
        if (box.y > part.h - 1) box.y = part.h - 1;
        if (box.w > part.w - box.x) box.w = part.w - box.x;
        if (box.h > part.h - box.y) box.h = part.h - box.y;
        cut_crop(&part, box);
    }
    status = cut_compose_image(&p->out, &part, &p->why);
    cut_image_free(&part);
    return status;
}

static cut_status paint(cut_preview *p, const cut_options *o)
{
    static const uint8_t white[3] = {255, 255, 255};
    cut_image picture = {0};
    cut_status status = CUT_OK;
    switch (o->background) {
    case CUT_BG_COLOUR:
        cut_compose_colour(&p->out, o->rgb);
        return CUT_OK;
    case CUT_BG_GRADIENT:
        return cut_compose_gradient(&p->out, &o->gradient, &p->why);
    case CUT_BG_BLUR:
        status = cut_blur_image(&picture, &p->blur, &p->why);
        if (!status) status = paint_picture(p, &picture, o);
        cut_image_free(&picture);
        return status;
    case CUT_BG_IMAGE:
        return paint_picture(p, &p->behind, o);
    case CUT_BG_TRANSPARENT:
        break;
    }
    if (o->output == CUT_OUT_JPEG) cut_compose_colour(&p->out, white);
    return CUT_OK;
}

int cut_preview_render(cut_preview *p, const char *json, uint32_t size_bytes,
                       uint32_t max_side)
{
    cut_options o;
    cut_status status = cut_options_parse(&o, json, size_bytes, &p->why);
    if (!status && (max_side < 1 || max_side > CUT_MAX_SIDE))
        status = cut_fail(&p->why, CUT_E_ARGUMENT,
                          "A preview of %u pixels a side.",
                          (unsigned)max_side);
    if (!status && o.background == CUT_BG_IMAGE && !o.mask && !p->behind.px)
        status = cut_fail(&p->why, CUT_E_STATE,
                          "background is image, but none was given.");
    if (!status) status = clean(p, o.keep);
    if (!status) status = blur(p, &o);
    if (status) return (int)status;
    cut_layout full = full_layout(p, &o);
    status = place(p, &full, (int32_t)max_side);
    if (!status) status = copy_image(&p->out, &p->placed, &p->why);
    if (status) return (int)status;
    if (o.mask) {
        cut_compose_mask(&p->out);
        return CUT_OK;
    }
    status = decorate(p, &o);
    if (!status) status = paint(p, &o);
    return (int)status;
}

/* ---- getters ----------------------------------------------------------- */

const uint8_t *cut_preview_pixels(const cut_preview *p)
{
    return p->out.px;
}

uint32_t cut_preview_w(const cut_preview *p)
{
    return (uint32_t)p->out.w;
}

uint32_t cut_preview_h(const cut_preview *p)
{
    return (uint32_t)p->out.h;
}

uint32_t cut_preview_full_w(const cut_preview *p)
{
    return (uint32_t)p->full_w;
}

uint32_t cut_preview_full_h(const cut_preview *p)
{
    return (uint32_t)p->full_h;
}
