/*
 * The one file that knows the order of the steps. Every call checks the state
 * first, does its step on buffers that the job owns, frees what the later
 * steps do not need, and moves the state on only when all of it worked. Long
 * because each step is short, and their order is the point.
 *
 * Memory at the photo's size: the RGBA picture through the whole job, the
 * 8-bit alpha plane from refine to foreground. Nothing else is full-size
 * outside a step, but for a small photo's details between its tiles; on a
 * canvas the picture takes its size when composed.
 */
#include "base/alloc.h"
#include "image/icc.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/webp.h"
#include "job/colour_match.h"
#include "job/job.h"
#include "job/source.h"
#include "job/state.h"
#include "matte/given.h"
#include "matte/refine.h"

static const char *state_name(cut_state state)
{
    switch (state) {
#define CASE(symbol, number, name)                                             \
    case symbol: return name;
        CUT_STATE_LIST(CASE)
#undef CASE
    }
    return "?";
}

cut_status cut_job_in_state(cut_job *job, cut_state wanted)
{
    if (job->state == wanted) return CUT_OK;
    return cut_fail(&job->error, CUT_E_STATE,
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
    cut_metadata_free(&job->metadata);
    cut_bytes_free(&job->first_picture);
    cut_device_free(&job->device);
    cut_image_free(&job->image);
    cut_image_free(&job->reduced);
    cut_free(job->shown);
    cut_matte_free(&job->earlier);
    cut_rendering_free(&job->rendering);
    cut_paper_free(&job->paper);
    cut_free(job->tensor);
    cut_matte_free(&job->matte);
    cut_job_drop_detail(job);
    cut_free(job->alpha);
    cut_strengths_free(&job->strengths);
    cut_bytes_free(&job->file);
    cut_free(job);
}

int cut_job_state(const cut_job *job)
{
    return (int)job->state;
}

const char *cut_job_message(const cut_job *job)
{
    return job->error.text;
}

int cut_job_options(cut_job *job, const char *json, uint32_t size_bytes)
{
    cut_status status = cut_job_in_state(job, CUT_NEW);
    if (status) return (int)status;
    return (int)cut_options_parse(&job->options, json, size_bytes, &job->error);
}

int cut_job_manifest(cut_job *job, const char *json, uint32_t size_bytes)
{
    cut_status status = CUT_OK;
    if (job->state != CUT_DECODED) status = cut_job_in_state(job, CUT_NEW);
    if (!status)
        status = cut_manifest_parse(&job->manifest, json, size_bytes,
                                    &job->error);
    if (!status) job->has_manifest = 1;
    cut_job_forget_shown(job); /* another model is shown it otherwise */
    return (int)status;
}

/* ---- decode ------------------------------------------------------------ */

const char *cut_sniff(const uint8_t *bytes, uint32_t size_bytes)
{
    return cut_format_name(cut_image_sniff(bytes, size_bytes));
}

int cut_job_probe(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    cut_status status = cut_job_in_state(job, CUT_NEW);
    if (!status)
        status = cut_image_probe(&job->probe, bytes, size_bytes, &job->error);
    if (status) return (int)status;
    int turned = job->probe.orientation >= 5;
    job->in_w = turned ? job->probe.h : job->probe.w;
    job->in_h = turned ? job->probe.w : job->probe.h;
    job->input_bytes = size_bytes;
    return CUT_OK;
}

/* What is handed in as the upright picture, and its profile. */
static cut_status read_picture(cut_image *image, cut_probe *probe,
                               cut_bytes *icc, const cut_source *from,
                               cut_error *error)
{
    cut_status status = cut_source_read(image, probe, from, error);
    if (status) return status;
    status = from->orientation ? cut_profile_given(icc, from->colours,
                                                   from->colours_size, error)
                               : cut_profile_read(icc, from->bytes, from->size,
                                                  probe->format, error);
    if (status) cut_image_free(image);
    return status;
}

/* What no WebP holds is told before the work, where its size is known. */
static cut_status fits_webp(cut_job *job, int32_t w, int32_t h)
{
    if (job->options.output != CUT_OUT_WEBP ||
        (w <= CUT_MAX_WEBP_SIDE && h <= CUT_MAX_WEBP_SIDE))
        return CUT_OK;
    return cut_fail(&job->error, CUT_E_TOO_LARGE,
                    "The result is %d x %d, and WebP holds %d pixels a side at "
                    "most: png and jpeg hold more.",
                    (int)w, (int)h, CUT_MAX_WEBP_SIDE);
}

/* Decodes, and takes over into the job what later steps ask about the file. */
static int decode(cut_job *job, cut_source from)
{
    cut_status status = cut_job_in_state(job, CUT_NEW);
    cut_probe probe;
    cut_image image = {0};
    cut_bytes icc;
    if (!status)
        status = read_picture(&image, &probe, &icc, &from, &job->error);
    if (!status && !job->options.crop && !job->options.canvas.w)
        status = fits_webp(job, image.w, image.h);
    if (!status && job->options.metadata == CUT_METADATA_KEEP)
        status = cut_metadata_read(&job->metadata, from.bytes, from.size,
                                   probe.format, &job->error);
    if (status && image.px) {
        cut_image_free(&image);
        cut_bytes_free(&icc);
    }
    if (status) return (int)status;
    /* a result has three channels: a profile of one does not fit it */
    if ((job->options.colorspace == CUT_COLORSPACE_SRGB ||
         cut_icc_colour_space(&icc) == CUT_ICC_GREY) &&
        cut_match_to_srgb(&image, &icc))
        cut_bytes_free(&icc);
    job->probe = probe;
    job->input_bytes = from.size;
    job->image = image;
    job->image.light = cut_image_is_light(&image);
    job->icc = icc;
    job->in_w = image.w;
    job->in_h = image.h;
    job->state = CUT_DECODED;
    return CUT_OK;
}

static int background(cut_job *job, cut_source from)
{
    if (job->state != CUT_NEW && job->state != CUT_DECODED)
        return (int)cut_job_in_state(job, CUT_DECODED);
    cut_probe probe;
    cut_image image = {0};
    cut_bytes icc;
    cut_status status = read_picture(&image, &probe, &icc, &from, &job->error);
    if (status) return (int)cut_fail_of(&job->error, status, "background");
    cut_match_to_srgb(&image, &icc);
    cut_bytes_free(&icc);
    cut_image_free(&job->rendering.background_image);
    job->rendering.background_image = image;
    return CUT_OK;
}

int cut_job_decode(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    return decode(job, (cut_source){.bytes = bytes,
                                    .size = size_bytes,
                                    .partial = job->options.partial});
}

int cut_job_decode_pixels(cut_job *job, const uint8_t *rgba, uint32_t w,
                          uint32_t h, const uint8_t *bytes, uint32_t size_bytes)
{
    return decode(job, (cut_source){.bytes = bytes,
                                    .size = size_bytes,
                                    .is_decoded = 1,
                                    .rgba = rgba,
                                    .w = w,
                                    .h = h});
}

/* An orientation that is none counts as 1: 0 would ask the file. */
static cut_source foreign(const uint8_t *rgba, uint32_t w, uint32_t h,
                          uint32_t orientation, const uint8_t *colours,
                          uint32_t colours_size, const uint8_t *bytes,
                          uint32_t size_bytes)
{
    return (cut_source){.bytes = bytes,
                        .size = size_bytes,
                        .is_decoded = 1,
                        .rgba = rgba,
                        .w = w,
                        .h = h,
                        .orientation = orientation ? orientation : 1,
                        .colours = colours,
                        .colours_size = colours_size};
}

int cut_job_decode_foreign(cut_job *job, const uint8_t *rgba, uint32_t w,
                           uint32_t h, uint32_t orientation,
                           const uint8_t *colours, uint32_t colours_size,
                           const uint8_t *bytes, uint32_t size_bytes)
{
    return decode(job, foreign(rgba, w, h, orientation, colours, colours_size,
                               bytes, size_bytes));
}

int cut_job_background_foreign(cut_job *job, const uint8_t *rgba, uint32_t w,
                               uint32_t h, uint32_t orientation,
                               const uint8_t *colours, uint32_t colours_size,
                               const uint8_t *bytes, uint32_t size_bytes)
{
    return background(job, foreign(rgba, w, h, orientation, colours,
                                   colours_size, bytes, size_bytes));
}

const uint8_t *cut_job_first_picture(cut_job *job, const uint8_t *bytes,
                                     uint32_t size_bytes)
{
    cut_probe probe;
    cut_bytes_free(&job->first_picture);
    if (!cut_image_probe(&probe, bytes, size_bytes, NULL)) {
        if (probe.first.w)
            cut_webp_first(&job->first_picture, bytes, &probe, &job->error);
        else if (probe.format == CUT_FORMAT_WEBP)
            cut_webp_bare(&job->first_picture, bytes, size_bytes, &job->error);
    }
    return job->first_picture.data;
}

uint32_t cut_job_first_picture_size(const cut_job *job)
{
    return (uint32_t)job->first_picture.size;
}

int cut_job_metadata(cut_job *job, uint32_t kind, const uint8_t *bytes,
                     uint32_t size_bytes)
{
    cut_status status = cut_job_in_state(job, CUT_DECODED);
    cut_bytes *into = kind == CUT_METADATA_EXIF  ? &job->metadata.exif
                      : kind == CUT_METADATA_XMP ? &job->metadata.xmp
                                                 : &job->metadata.iptc;
    if (!status && kind > CUT_METADATA_IPTC)
        status = cut_fail(&job->error, CUT_E_ARGUMENT,
                          "There is no metadata of kind %u.", (unsigned)kind);
    if (status || job->options.metadata != CUT_METADATA_KEEP)
        return (int)status;
    return (int)cut_metadata_copy(into, bytes, size_bytes, &job->error);
}

int cut_job_background(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    return background(job, (cut_source){.bytes = bytes, .size = size_bytes});
}

int cut_job_background_pixels(cut_job *job, const uint8_t *rgba, uint32_t w,
                              uint32_t h, const uint8_t *bytes,
                              uint32_t size_bytes)
{
    return background(job, (cut_source){.bytes = bytes,
                                        .size = size_bytes,
                                        .is_decoded = 1,
                                        .rgba = rgba,
                                        .w = w,
                                        .h = h});
}

/* ---- pixels ------------------------------------------------------------ */

int cut_job_refine(cut_job *job)
{
    cut_status status = cut_job_in_state(job, CUT_INFERRED);
    if (status) return (int)status;
    cut_job_forget_shown(job);
    size_t count = (size_t)job->image.w * (size_t)job->image.h;
    /* no subject: nothing is foreground, rather than noise */
    uint8_t *alpha = job->subject.found ? cut_alloc(count, 1)
                                        : cut_alloc_zero(count, 1);
    if (!alpha)
        return (int)cut_fail(&job->error, CUT_E_MEMORY,
                             "No memory for a %d x %d matte.",
                             (int)job->image.w, (int)job->image.h);
    if (job->subject.found)
        status = cut_matte_refine(alpha, &job->matte, &job->image, &job->error);
    if (status) {
        cut_free(alpha);
        return (int)status;
    }
    job->subject.confidence = cut_subject_confidence(&job->matte);
    if (job->subject.found)
        cut_subject_measure(&job->subject, alpha, job->image.w, job->image.h);
    cut_matte_free(&job->matte);
    cut_matte_free(&job->earlier);
    cut_image_free(&job->reduced);
    job->alpha = alpha;
    job->state = CUT_REFINED;
    return CUT_OK;
}

int cut_job_set_matte(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    cut_status status = cut_job_in_state(job, CUT_DECODED);
    cut_source from = {.bytes = bytes, .size = size_bytes};
    uint8_t *alpha;
    if (!status)
        status = cut_source_alpha(&alpha, &job->image, &from, &job->error);
    if (status) return (int)status;
    status = cut_strengths_read(&job->strengths, bytes, size_bytes,
                                job->image.w, job->image.h, &job->error);
    if (status) {
        cut_free(alpha);
        return (int)status;
    }
    job->alpha = alpha;
    cut_job_kind_of_matte(job, alpha);
    cut_subject_measure(&job->subject, alpha, job->image.w, job->image.h);
    job->subject.found = job->subject.w > 0; /* what is seen is the subject */
    job->subject.confidence = 1;
    job->state = CUT_REFINED;
    return CUT_OK;
}

int cut_job_foreground(cut_job *job)
{
    cut_status status = cut_job_in_state(job, CUT_REFINED);
    if (status) return (int)status;
    cut_job_drop_detail(job);
    const cut_options *o = &job->options;
    cut_rendering *r = &job->rendering;
    status = cut_render_blur(&r->blur, &job->image, job->alpha, o, &job->error);
    if (!status)
        status = cut_render_natural(&r->natural, &job->image, job->alpha, o,
                                    &job->error);
    if (!status && !job->has_edges)
        status = cut_render_edges(job->alpha, &job->image, o, &job->error);
    if (!status) {
        job->has_edges = 1; /* once, though the next step may be refused */
        status = cut_render_cutout(&job->image, job->alpha, &r->kept,
                                   &job->subject, &job->strengths, o,
                                   &job->error);
    }
    if (status) return (int)status;
    cut_free(job->alpha);
    job->alpha = NULL;
    job->state = CUT_CLEANED;
    return CUT_OK;
}

int cut_job_compose(cut_job *job)
{
    cut_status status = cut_job_in_state(job, CUT_CLEANED);
    if (status) return (int)status;
    const cut_options *o = &job->options;
    cut_rendering *r = &job->rendering;
    status = cut_render_ready(o, r->background_image.px != NULL, &job->error);
    if (!status && !job->is_matched && !o->mask) {
        cut_match_from_srgb(&r->background_image, &job->options, &job->icc);
        job->is_matched = 1;
    }
    job->natural = r->natural.found;
    if (!status) status = cut_render_place(&job->image, r, o, &job->error);
    if (!status) status = cut_render(&job->image, r, o, &job->error);
    if (status) return (int)status;
    if (o->mask) { /* a matte is no colour, and no photo */
        cut_bytes_free(&job->icc);
        cut_metadata_free(&job->metadata);
    }
    cut_rendering_free(r);
    job->out_w = job->image.w;
    job->out_h = job->image.h;
    job->state = CUT_COMPOSED;
    return CUT_OK;
}

/* ---- previews ---------------------------------------------------------- */

cut_status cut_job_take(cut_job *job, cut_image *photo, uint8_t **alpha,
                        cut_subject *subject, cut_strengths *strengths)
{
    cut_status status = cut_job_in_state(job, CUT_REFINED);
    if (status) return status;
    cut_job_drop_detail(job);
    cut_match_to_srgb(&job->image, &job->icc);
    *photo = job->image;
    *alpha = job->alpha;
    *subject = job->subject;
    *strengths = job->strengths;
    job->image = (cut_image){0};
    job->alpha = NULL;
    job->strengths.px = NULL;
    job->state = CUT_DONE;
    return CUT_OK;
}

cut_image cut_job_take_background(cut_job *job)
{
    cut_image background_image = job->rendering.background_image;
    job->rendering.background_image = (cut_image){0};
    return background_image;
}

/* ---- encode ------------------------------------------------------------ */

/* What the encoder does not write: metadata and density. The picture goes,
 * the file stays. */
static int finish(cut_job *job, cut_status status)
{
    static const cut_format formats[] = {CUT_FORMAT_PNG, CUT_FORMAT_JPEG,
                                         CUT_FORMAT_WEBP};
    int32_t dpi = job->options.canvas.dpi;
    if (!status) {
        cut_metadata_settle(&job->metadata, job->out_w, job->out_h);
        status = cut_metadata_write(&job->file, &job->metadata,
                                    formats[job->options.output], job->out_w,
                                    job->out_h, &job->error);
    }
    if (status) return (int)status;
    cut_metadata_free(&job->metadata); /* it is in: not again after a refusal */
    if (dpi && job->options.output == CUT_OUT_PNG)
        status = cut_png_set_density(&job->file, dpi, &job->error);
    if (status) return (int)status;
    if (dpi && job->options.output == CUT_OUT_JPEG)
        cut_jpeg_set_density(&job->file, dpi);
    cut_image_free(&job->image);
    job->state = CUT_DONE;
    return CUT_OK;
}

int cut_job_encode(cut_job *job)
{
    cut_status status = cut_job_in_state(job, CUT_COMPOSED);
    if (status) return (int)status;
    if (job->file.data) return finish(job, CUT_OK); /* refused at its end */
    status = fits_webp(job, job->image.w, job->image.h);
    if (status) return (int)status;
    switch (job->options.output) {
    case CUT_OUT_PNG:
        return finish(job, cut_png_encode(&job->file, &job->image, &job->icc,
                                          &job->error));
    case CUT_OUT_JPEG:
        return finish(job, cut_jpeg_encode(&job->file, &job->image,
                                           job->options.quality, &job->icc,
                                           &job->error));
    case CUT_OUT_WEBP: break;
    }
    return (int)cut_fail(&job->error, CUT_E_NEEDS_CODEC,
                         "WebP is encoded outside the core.");
}

int cut_job_encoded(cut_job *job, const uint8_t *bytes, uint32_t size_bytes)
{
    cut_status status = cut_job_in_state(job, CUT_COMPOSED);
    if (status) return (int)status;
    if (job->options.output != CUT_OUT_WEBP)
        return (int)cut_fail(&job->error, CUT_E_STATE,
                             "The core encodes this format itself.");
    cut_bytes_free(&job->file); /* of a call that was refused at its end */
    return finish(job,
                  cut_webp_with_icc(&job->file, bytes, size_bytes, &job->icc,
                                    job->image.w, job->image.h, &job->error));
}
