/*
 * The one file that knows the order of the steps. Every call checks the state
 * first, does its step on buffers that the job owns, frees what the later
 * steps do not need, and moves the state on only when all of it worked.
 *
 * Memory at the photo's size: the RGBA picture through the whole job, the
 * 8-bit alpha plane from refine to foreground. Nothing else is full-size
 * outside a step; on a canvas the picture takes its size when composed.
 */
#include "cutaway.h"

#include <stdio.h> /* snprintf only */

#include "base/alloc.h"
#include "base/fail.h"
#include "compose/compose.h"
#include "image/icc.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/probe.h"
#include "image/resample.h"
#include "image/webp.h"
#include "job/job.h"
#include "job/manifest.h"
#include "job/render.h"
#include "job/source.h"
#include "matte/foreground.h"
#include "matte/matte.h"
#include "matte/refine.h"
#include "matte/subject.h"
#include "matte/zoom.h"
#include "options/options.h"

/* What the model is shown; each after the one before. */
typedef enum look { LOOK_NONE, LOOK_WHOLE, LOOK_MIRRORED, LOOK_CLOSE } look;

struct cut_job {
    cut_state state;
    cut_why why;
    cut_options options;
    cut_manifest manifest;
    int has_manifest;

    cut_probe probe; /* of the photo; w, h as stored in the file */
    uint32_t input_bytes;
    int32_t in_w, in_h;   /* upright */
    int32_t out_w, out_h; /* from COMPOSED on */
    cut_bytes icc;

    cut_image image;      /* the photo, then the result */
    cut_rendering rendering; /* behind: when given; the rest from CLEANED on */
    float *tensor;        /* PREPARED: [3][manifest.h][manifest.w] */
    cut_matte matte;      /* INFERRED */
    look look;            /* PREPARED: this one; INFERRED: the last one */
    cut_zoom zoom;        /* with LOOK_CLOSE */
    uint8_t *alpha;       /* REFINED: [in_h][in_w] */
    cut_subject subject;  /* from REFINED on; found from INFERRED on */
    cut_bytes file;       /* DONE */
    char report[640];
};

static const char *state_name(cut_state state)
{
    switch (state) {
#define CASE(symbol, number, name) case symbol: return name;
        CUT_STATE_LIST(CASE)
#undef CASE
    }
    return "?";
}

/* CUT_OK when the job is in `wanted`. */
static cut_status in_state(cut_job *job, cut_state wanted)
{
    if (job->state == wanted) return CUT_OK;
    return cut_fail(&job->why, CUT_E_STATE,
                    "The job is in state %s; this call needs %s.",
                    state_name(job->state), state_name(wanted));
}

cut_job *cut_job_new(void)
{
    cut_job *job = cut_alloc_zero(1, sizeof *job);
    if (job) job->options = cut_options_default();
    return job;
}

void cut_job_free(cut_job *job)
{
    if (!job) return;
    cut_bytes_free(&job->icc);
    cut_image_free(&job->image);
    cut_rendering_free(&job->rendering);
    cut_free(job->tensor);
    cut_matte_free(&job->matte);
    cut_free(job->alpha);
    cut_bytes_free(&job->file);
    cut_free(job);
}

int cut_job_state(const cut_job *job)
{
    return (int)job->state;
}

const char *cut_job_message(const cut_job *job)
{
    return job->why.text;
}

int cut_job_options(cut_job *job, const char *json, uint32_t size_bytes)
{
    cut_status status = in_state(job, CUT_NEW);
    if (status) return (int)status;
    return (int)cut_options_parse(&job->options, json, size_bytes, &job->why);
}

int cut_job_manifest(cut_job *job, const char *json, uint32_t size_bytes)
{
    cut_status status = CUT_OK;
    if (job->state != CUT_DECODED) status = in_state(job, CUT_NEW);
    if (!status)
        status = cut_manifest_parse(&job->manifest, json, size_bytes,
                                    &job->why);
    if (!status) job->has_manifest = 1;
    return (int)status;
}

/* ---- decode ------------------------------------------------------------ */

const char *cut_sniff(const uint8_t *bytes, uint32_t size_bytes)
{
    return cut_format_name(cut_image_sniff(bytes, size_bytes));
}

int cut_job_probe(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    cut_status status = in_state(job, CUT_NEW);
    if (!status)
        status = cut_image_probe(&job->probe, bytes, size_bytes, &job->why);
    if (status) return (int)status;
    int turned = job->probe.orientation >= 5;
    job->in_w = turned ? job->probe.h : job->probe.w;
    job->in_h = turned ? job->probe.w : job->probe.h;
    job->input_bytes = size_bytes;
    return CUT_OK;
}

static int decode(cut_job *job, cut_source from)
{
    cut_status status = in_state(job, CUT_NEW);
    cut_probe probe;
    cut_image image = {0};
    cut_bytes icc = {0};
    if (!status) status = cut_source_read(&image, &probe, &from, &job->why);
    if (!status)
        status = cut_icc_read(&icc, from.bytes, from.size, probe.format,
                              &job->why);
    if (status) {
        cut_image_free(&image);
        return (int)status;
    }
    job->probe = probe;
    job->input_bytes = from.size;
    job->image = image;
    job->icc = icc;
    job->in_w = image.w;
    job->in_h = image.h;
    job->state = CUT_DECODED;
    return CUT_OK;
}

static int background(cut_job *job, cut_source from)
{
    if (job->state != CUT_NEW && job->state != CUT_DECODED)
        return (int)in_state(job, CUT_DECODED);
    cut_probe probe;
    cut_image image = {0};
    cut_status status = cut_source_read(&image, &probe, &from, &job->why);
    if (status) return (int)status;
    cut_image_free(&job->rendering.behind);
    job->rendering.behind = image;
    return CUT_OK;
}

int cut_job_decode(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    return decode(job, (cut_source){.bytes = bytes, .size = size_bytes});
}

int cut_job_decode_pixels(cut_job *job, const uint8_t *rgba, uint32_t w,
                          uint32_t h, const uint8_t *bytes,
                          uint32_t size_bytes)
{
    return decode(job, (cut_source){bytes, size_bytes, 1, rgba, w, h});
}

int cut_job_background(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    return background(job, (cut_source){.bytes = bytes, .size = size_bytes});
}

int cut_job_background_pixels(cut_job *job, const uint8_t *rgba, uint32_t w,
                              uint32_t h, const uint8_t *bytes,
                              uint32_t size_bytes)
{
    return background(job, (cut_source){bytes, size_bytes, 1, rgba, w, h});
}

/* ---- the network's two sides ------------------------------------------- */

/* What the model has to be shown next, and where. */
static look next_look(const cut_job *job, cut_zoom *zoom)
{
    if (job->state == CUT_DECODED) return LOOK_WHOLE;
    if (job->state != CUT_INFERRED || job->options.effort != CUT_EFFORT_HIGH)
        return LOOK_NONE;
    if (job->look == LOOK_WHOLE) return LOOK_MIRRORED;
    if (job->look == LOOK_MIRRORED && job->subject.found &&
        cut_zoom_find(zoom, &job->matte, job->image.w, job->image.h))
        return LOOK_CLOSE;
    return LOOK_NONE;
}

int cut_job_again(const cut_job *job)
{
    cut_zoom zoom;
    return job->state == CUT_INFERRED && next_look(job, &zoom) != LOOK_NONE;
}

int cut_job_prepare(cut_job *job)
{
    cut_zoom zoom = {0};
    look next = next_look(job, &zoom);
    cut_status status = next ? CUT_OK : in_state(job, CUT_DECODED);
    if (status) return (int)status;
    if (!job->has_manifest)
        return (int)cut_fail(&job->why, CUT_E_STATE, "No manifest was given.");
    const cut_manifest *m = &job->manifest;
    float *tensor = cut_alloc((size_t)m->w * (size_t)m->h * 3, sizeof *tensor);
    if (!tensor)
        return (int)cut_fail(&job->why, CUT_E_MEMORY,
                             "No memory for a %d x %d tensor.", (int)m->w,
                             (int)m->h);
    cut_image part = {0};
    if (next == LOOK_CLOSE)
        status = cut_zoom_crop(&part, &job->image, zoom, &job->why);
    if (!status)
        status = cut_resample_tensor(tensor, part.px ? &part : &job->image,
                                     m->w, m->h, m->mean, m->std,
                                     m->range_is_max, &job->why);
    cut_image_free(&part);
    if (status) {
        cut_free(tensor);
        return (int)status;
    }
    if (next == LOOK_MIRRORED) cut_mirror(tensor, m->w, m->h * 3);
    job->tensor = tensor;
    job->look = next;
    job->zoom = zoom;
    job->state = CUT_PREPARED;
    return CUT_OK;
}

float *cut_job_tensor(cut_job *job)
{
    return job->tensor;
}

uint32_t cut_job_tensor_w(const cut_job *job)
{
    return job->tensor ? (uint32_t)job->manifest.w : 0;
}

uint32_t cut_job_tensor_h(const cut_job *job)
{
    return job->tensor ? (uint32_t)job->manifest.h : 0;
}

/* An answer with those before it; takes it over where it is the first. A look
 * that finds nothing at all says nothing of what the first one found: in a mean
 * it would leave a ghost. */
static cut_status join(cut_job *job, cut_matte *answer)
{
    if (job->look == LOOK_WHOLE) {
        cut_status status = cut_matte_check(answer, &job->why);
        if (status) return status;
        job->matte = *answer;
        *answer = (cut_matte){0};
        job->subject.found = cut_subject_present(&job->matte);
        return CUT_OK;
    }
    if (job->look == LOOK_MIRRORED &&
        (answer->w != job->matte.w || answer->h != job->matte.h))
        return cut_fail(&job->why, CUT_E_OUTPUT,
                        "The model's answers are %d and %d wide.",
                        (int)job->matte.w, (int)answer->w);
    if (job->subject.found && !cut_subject_present(answer)) return CUT_OK;
    if (job->look == LOOK_CLOSE)
        return cut_zoom_join(&job->matte, answer, job->zoom, job->image.w,
                             job->image.h, &job->why);
    cut_matte_join_mirrored(&job->matte, answer);
    /* a mean is less sure: what was found stays found */
    job->subject.found |= cut_subject_present(&job->matte);
    return CUT_OK;
}

int cut_job_matte(cut_job *job, const float *map, uint32_t w, uint32_t h)
{
    cut_status status = in_state(job, CUT_PREPARED);
    if (status) return (int)status;
    const cut_manifest *m = &job->manifest;
    if (!map || w == 0 || h == 0 || w > CUT_MAX_MODEL_SIDE ||
        h > CUT_MAX_MODEL_SIDE ||
        (uint64_t)w * (uint32_t)m->h != (uint64_t)h * (uint32_t)m->w)
        return (int)cut_fail(&job->why, CUT_E_OUTPUT,
                             "The model answered %u x %u for an input of "
                             "%d x %d.", (unsigned)w, (unsigned)h, (int)m->w,
                             (int)m->h);
    cut_matte matte = {0};
    status = cut_matte_from_map(&matte, map, (int32_t)w, (int32_t)h,
                                m->kind == CUT_MAP_LOGITS, &job->why);
    if (status) return (int)status;
    status = join(job, &matte);
    cut_matte_free(&matte);
    if (status) return (int)status;
    cut_free(job->tensor);
    job->tensor = NULL;
    job->state = CUT_INFERRED;
    return CUT_OK;
}

/* ---- pixels ------------------------------------------------------------ */

int cut_job_refine(cut_job *job)
{
    cut_status status = in_state(job, CUT_INFERRED);
    if (status) return (int)status;
    size_t count = (size_t)job->image.w * (size_t)job->image.h;
    /* no subject: nothing is foreground, rather than noise */
    uint8_t *alpha = job->subject.found ? cut_alloc(count, 1)
                                        : cut_alloc_zero(count, 1);
    if (!alpha)
        return (int)cut_fail(&job->why, CUT_E_MEMORY,
                             "No memory for a %d x %d matte.",
                             (int)job->image.w, (int)job->image.h);
    if (job->subject.found)
        status = cut_matte_refine(alpha, &job->matte, &job->image, &job->why);
    if (status) {
        cut_free(alpha);
        return (int)status;
    }
    if (job->subject.found)
        cut_subject_measure(&job->subject, alpha, job->image.w, job->image.h);
    cut_matte_free(&job->matte);
    job->alpha = alpha;
    job->state = CUT_REFINED;
    return CUT_OK;
}

int cut_job_given(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    cut_status status = in_state(job, CUT_DECODED);
    cut_source from = {.bytes = bytes, .size = size_bytes};
    uint8_t *alpha;
    if (!status) status = cut_source_alpha(&alpha, &job->image, &from, &job->why);
    if (status) return (int)status;
    job->alpha = alpha;
    cut_subject_measure(&job->subject, alpha, job->image.w, job->image.h);
    job->subject.found = job->subject.w > 0; /* what is seen is the subject */
    job->state = CUT_REFINED;
    return CUT_OK;
}

int cut_job_foreground(cut_job *job)
{
    cut_status status = in_state(job, CUT_REFINED);
    if (status) return (int)status;
    const cut_options *o = &job->options;
    int swapped = o->keep == CUT_KEEP_BACKGROUND;
    int32_t side = job->in_w > job->in_h ? job->in_w : job->in_h;
    cut_rendering *r = &job->rendering;
    cut_layer blur = {0};
    if (o->background == CUT_BG_BLUR && !o->mask)
        status = cut_blur_new(&blur, &job->image, job->alpha,
                              cut_options_sigma(o, side), &job->why);
    if (status) return (int)status;
    if (swapped) cut_swap_sides(job->alpha, &job->image);
    status = cut_foreground_estimate(&job->image, job->alpha, &job->why);
    if (status) {
        if (swapped) cut_swap_sides(job->alpha, &job->image);
        cut_layer_free(&blur);
        return (int)status;
    }
    r->kept = job->subject;
    if (swapped)
        cut_subject_measure(&r->kept, job->alpha, job->in_w, job->in_h);
    r->blur = blur;
    cut_free(job->alpha);
    job->alpha = NULL;
    job->state = CUT_CLEANED;
    return CUT_OK;
}

int cut_job_compose(cut_job *job)
{
    cut_status status = in_state(job, CUT_CLEANED);
    if (status) return (int)status;
    const cut_options *o = &job->options;
    if (o->background == CUT_BG_IMAGE && !o->mask && !job->rendering.behind.px)
        return (int)cut_fail(&job->why, CUT_E_STATE,
                             "background is image, but none was given.");
    status = cut_render(&job->image, &job->rendering, o, &job->why);
    if (status) return (int)status;
    if (o->mask) cut_bytes_free(&job->icc); /* a matte is no colour */
    cut_rendering_free(&job->rendering);
    job->out_w = job->image.w;
    job->out_h = job->image.h;
    job->state = CUT_COMPOSED;
    return CUT_OK;
}

/* ---- previews ---------------------------------------------------------- */

cut_status cut_job_take(cut_job *job, cut_image *photo, uint8_t **alpha,
                        cut_subject *subject)
{
    cut_status status = in_state(job, CUT_REFINED);
    if (status) return status;
    *photo = job->image;
    *alpha = job->alpha;
    *subject = job->subject;
    job->image = (cut_image){0};
    job->alpha = NULL;
    job->state = CUT_DONE;
    return CUT_OK;
}

cut_image cut_job_take_background(cut_job *job)
{
    cut_image behind = job->rendering.behind;
    job->rendering.behind = (cut_image){0};
    return behind;
}

/* ---- encode ------------------------------------------------------------ */

static int finish(cut_job *job, cut_status status)
{
    int32_t dpi = job->options.canvas.dpi;
    if (!status && dpi && job->options.output == CUT_OUT_PNG)
        status = cut_png_set_density(&job->file, dpi, &job->why);
    if (status) return (int)status;
    if (dpi && job->options.output == CUT_OUT_JPEG)
        cut_jpeg_set_density(&job->file, dpi);
    cut_image_free(&job->image);
    job->state = CUT_DONE;
    return CUT_OK;
}

int cut_job_encode(cut_job *job)
{
    cut_status status = in_state(job, CUT_COMPOSED);
    if (status) return (int)status;
    if (job->file.data) return finish(job, CUT_OK); /* refused at its end */
    switch (job->options.output) {
    case CUT_OUT_PNG:
        return finish(job, cut_png_encode(&job->file, &job->image, &job->icc,
                                          &job->why));
    case CUT_OUT_JPEG:
        return finish(job, cut_jpeg_encode(&job->file, &job->image,
                                           job->options.quality, &job->icc,
                                           &job->why));
    case CUT_OUT_WEBP:
        break;
    }
    return (int)cut_fail(&job->why, CUT_E_NEEDS_CODEC,
                         "WebP is encoded outside the core.");
}

int cut_job_encoded(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    cut_status status = in_state(job, CUT_COMPOSED);
    if (status) return (int)status;
    if (job->options.output != CUT_OUT_WEBP)
        return (int)cut_fail(&job->why, CUT_E_STATE,
                             "The core encodes this format itself.");
    return finish(job, cut_webp_with_icc(&job->file, bytes, size_bytes,
                                         &job->icc, job->image.w,
                                         job->image.h, &job->why));
}

/* ---- getters ----------------------------------------------------------- */

const uint8_t *cut_job_pixels(const cut_job *job)
{
    return job->state == CUT_COMPOSED ? job->image.px : NULL;
}

const uint8_t *cut_job_alpha(const cut_job *job)
{
    return job->alpha;
}

const uint8_t *cut_job_bytes(const cut_job *job)
{
    return job->file.data;
}

uint32_t cut_job_bytes_size(const cut_job *job)
{
    return (uint32_t)job->file.size;
}

uint32_t cut_job_in_w(const cut_job *job)
{
    return (uint32_t)job->in_w;
}

uint32_t cut_job_in_h(const cut_job *job)
{
    return (uint32_t)job->in_h;
}

uint32_t cut_job_out_w(const cut_job *job)
{
    return (uint32_t)job->out_w;
}

uint32_t cut_job_out_h(const cut_job *job)
{
    return (uint32_t)job->out_h;
}

uint32_t cut_job_quality(const cut_job *job)
{
    return (uint32_t)job->options.quality;
}

const char *cut_job_report_json(cut_job *job)
{
    const cut_subject *subject = &job->subject;
    char found[8] = "null", details[128] = "\"coverage\":null,\"box\":null";
    if (job->state >= CUT_INFERRED)
        snprintf(found, sizeof found, subject->found ? "true" : "false");
    if (job->state >= CUT_REFINED) /* coverage to four places, no float text */
        snprintf(details, sizeof details,
                 "\"coverage\":%d.%04d,\"box\":[%d,%d,%d,%d]",
                 (int)(subject->coverage * 10000.0f + 0.5f) / 10000,
                 (int)(subject->coverage * 10000.0f + 0.5f) % 10000,
                 (int)subject->x, (int)subject->y, (int)subject->w,
                 (int)subject->h);
    snprintf(job->report, sizeof job->report,
             "{\"input\":{\"format\":\"%s\",\"width\":%d,\"height\":%d,"
             "\"orientation\":%d,\"bytes\":%u,\"icc_bytes\":%u,"
             "\"alpha\":%s},\"width\":%d,\"height\":%d,\"format\":\"%s\","
             "\"subject\":{\"found\":%s,%s}}",
             cut_format_name(job->probe.format), (int)job->in_w,
             (int)job->in_h, job->probe.orientation,
             (unsigned)job->input_bytes, (unsigned)job->icc.size,
             job->probe.has_alpha_channel ? "true" : "false",
             (int)job->out_w, (int)job->out_h,
             cut_output_name(job->options.output), found, details);
    return job->report;
}
