#include "preview.h"

#include <string.h>

#include "base/alloc.h"
#include "job/job.h"
#include "job/render.h"

/* A background image is held reduced, its longer side no shorter than this. */
#define BACKGROUND_SIDE 1280

struct cut_preview {
    cut_error error;
    cut_image photo;
    uint8_t *alpha; /* [photo.h][photo.w], of the subject */
    cut_subject subject;
    cut_strengths strengths;

    cut_image cleaned; /* the cut-out of `keep` at full size */
    cut_image reduced; /* the same at 1 / reduced_by, made when it will do */
    int32_t reduced_by;
    cut_keep keep;
    cut_edges edges;
    cut_subject kept;
    cut_head head; /* of `cleaned` */
    enum { UNKNOWN, FOUND, NONE } has_head;

    cut_shadow_matte natural;
    cut_layer blur;
    cut_length blur_length;     /* of `blur` */
    cut_image background_image; /* for CUT_BG_IMAGE */

    cut_image placed; /* `cleaned` on the small result, as `layout` says */
    cut_layout layout;
    cut_image out;
    int32_t full_w, full_h;
};

cut_preview *cut_preview_new(cut_job *job)
{
    cut_preview *p = cut_alloc_zero(1, sizeof *p);
    if (p &&
        cut_job_take(job, &p->photo, &p->alpha, &p->subject, &p->strengths)) {
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
    cut_strengths_free(&p->strengths);
    cut_image_free(&p->cleaned);
    cut_image_free(&p->reduced);
    cut_layer_free(&p->blur);
    cut_natural_free(&p->natural);
    cut_image_free(&p->background_image);
    cut_image_free(&p->placed);
    cut_image_free(&p->out);
    cut_free(p);
}

const char *cut_preview_message(const cut_preview *p)
{
    return p->error.text;
}

int cut_preview_background(cut_preview *p, cut_job *job)
{
    cut_image whole = cut_job_take_background(job), small = {0};
    if (!whole.px)
        return (int)cut_fail(&p->error, CUT_E_STATE, "No picture was given.");
    int32_t side = whole.w > whole.h ? whole.w : whole.h;
    int32_t k = side / BACKGROUND_SIDE;
    if (k > CUT_REDUCE_MAX) k = CUT_REDUCE_MAX;
    cut_status status = cut_image_reduce(&small, &whole, k > 1 ? k : 1,
                                         &p->error);
    cut_image_free(&whole);
    if (status) return (int)status;
    cut_image_free(&p->background_image);
    p->background_image = small;
    return CUT_OK;
}

/* ---- the steps, each only when it must be ------------------------------ */

static cut_status copy_image(cut_image *out, const cut_image *in,
                             cut_error *error)
{
    size_t count = (size_t)in->w * (size_t)in->h;
    uint8_t *px = cut_alloc(count, 4);
    if (!px) return cut_fail(error, CUT_E_MEMORY, "No memory for a preview.");
    memcpy(px, in->px, count * 4);
    cut_image_free(out);
    *out = (cut_image){.px = px, .w = in->w, .h = in->h, .opaque = in->opaque};
    return CUT_OK;
}

/* A copy of the matte, its edge as the options want it. */
static cut_status edge_matte(uint8_t **out, cut_preview *p,
                             const cut_options *o)
{
    size_t count = (size_t)p->photo.w * (size_t)p->photo.h;
    uint8_t *alpha = cut_alloc(count, 1);
    if (!alpha)
        return cut_fail(&p->error, CUT_E_MEMORY, "No memory for a preview.");
    memcpy(alpha, p->alpha, count);
    cut_status status = cut_render_edges(alpha, &p->photo, o, &p->error);
    if (status)
        cut_free(alpha);
    else
        *out = alpha;
    return status;
}

/* The cut-out of the side that is kept. */
static cut_status clean(cut_preview *p, const cut_options *o)
{
    if (p->cleaned.px && p->keep == o->keep &&
        memcmp(&p->edges, &o->edges, sizeof o->edges) == 0)
        return CUT_OK;
    cut_image_free(&p->cleaned);
    cut_image_free(&p->reduced);
    cut_image_free(&p->placed);
    p->has_head = UNKNOWN;
    p->keep = o->keep;
    p->edges = o->edges;
    uint8_t *alpha = p->alpha;
    cut_status status = cut_wants_edges(o) ? edge_matte(&alpha, p, o) : CUT_OK;
    if (!status) status = copy_image(&p->cleaned, &p->photo, &p->error);
    if (!status) {
        status = cut_render_cutout(&p->cleaned, alpha, &p->kept, &p->subject,
                                   &p->strengths, o, &p->error);
        if (status)
            cut_image_free(&p->cleaned);
        else if (alpha == p->alpha && o->keep == CUT_KEEP_BACKGROUND)
            cut_swap_sides(p->alpha, &p->photo);
    }
    if (alpha != p->alpha) cut_free(alpha);
    return status;
}

/* The blurred layer, when the options ask for one. */
static cut_status blur(cut_preview *p, const cut_options *o)
{
    if (o->background != CUT_BG_BLUR || o->mask) return CUT_OK;
    if (memcmp(&p->blur_length, &o->blur, sizeof o->blur) != 0)
        cut_layer_free(&p->blur);
    p->blur_length = o->blur;
    return cut_render_blur(&p->blur, &p->photo, p->alpha, o, &p->error);
}

static cut_view view_within(cut_preview *p, const cut_options *o,
                            int32_t max_side)
{
    const cut_head *head = NULL;
    if (cut_wants_head(o)) {
        if (p->has_head == UNKNOWN)
            p->has_head = cut_head_find(&p->head, &p->cleaned) ? FOUND : NONE;
        if (p->has_head == FOUND) head = &p->head;
    }
    cut_view full = cut_view_full(o, &p->kept, head, p->photo.w, p->photo.h);
    p->full_w = full.full_w;
    p->full_h = full.full_h;
    return cut_view_within(&full, o, max_side);
}

/* A reduced copy of the cut-out, kept for the next preview. */
static cut_status reduce(cut_preview *p, int32_t k)
{
    if (p->reduced.px && p->reduced_by == k) return CUT_OK;
    cut_image_free(&p->reduced);
    p->reduced_by = k;
    return cut_image_reduce_clear(&p->reduced, &p->cleaned, k, &p->error);
}

/* The cut-out at its place. What is as large as the result is what the result
 * is; smaller, it is drawn from half the size where that will do: a third of
 * the time. */
static cut_status place(cut_preview *p, const cut_view *view)
{
    cut_layout l = view->layout;
    if (p->placed.px && memcmp(&l, &p->layout, sizeof l) == 0) return CUT_OK;
    cut_image_free(&p->placed);
    p->layout = l;
    int is_result = view->box.w == view->full_w && view->box.h == view->full_h;
    int32_t k = is_result              ? cut_place_reduces_by(&l.place)
                : l.place.scale > 0.5f ? 1
                                       : 2;
    if (k == 1) return cut_canvas_draw(&p->placed, &p->cleaned, &l, &p->error);
    cut_status status = reduce(p, k);
    if (status) return status;
    if (is_result)
        return cut_canvas_draw_reduced(&p->placed, &p->reduced, k, p->cleaned.w,
                                       p->cleaned.h, &l, &p->error);
    l.place.scale *= 2;
    return cut_canvas_draw(&p->placed, &p->reduced, &l, &p->error);
}

/* The layers over a copy of the cut-out. */
static cut_status render(cut_preview *p, const cut_options *o, cut_view view)
{
    cut_rendering r = {.background_image = p->background_image,
                       .blur = p->blur,
                       .natural = p->natural,
                       .kept = p->kept,
                       .view = view};
    cut_image copy = {0}; /* what covers is cropped in place */
    cut_status status = copy_image(&p->out, &p->placed, &p->error);
    if (!status && o->background == CUT_BG_IMAGE && !o->mask &&
        o->fit == CUT_BACKGROUND_COVER) {
        status = copy_image(&copy, &p->background_image, &p->error);
        r.background_image = copy;
    }
    if (!status) status = cut_render(&p->out, &r, o, &p->error);
    cut_image_free(&copy);
    return status;
}

int cut_preview_render(cut_preview *p, const char *json, uint32_t size_bytes,
                       uint32_t max_side)
{
    cut_options o;
    cut_status status = cut_options_parse(&o, json, size_bytes, &p->error);
    if (!status && (max_side < 1 || max_side > CUT_MAX_SIDE))
        status = cut_fail(&p->error, CUT_E_ARGUMENT,
                          "A preview of %u pixels a side.", (unsigned)max_side);
    if (!status)
        status = cut_render_ready(&o, p->background_image.px != NULL,
                                  &p->error);
    if (!status) status = clean(p, &o);
    if (!status) status = blur(p, &o);
    if (!status)
        status = cut_render_natural(&p->natural, &p->photo, p->alpha, &o,
                                    &p->error);
    if (status) return (int)status;
    cut_view view = view_within(p, &o, (int32_t)max_side);
    status = place(p, &view);
    if (!status) status = render(p, &o, view);
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
