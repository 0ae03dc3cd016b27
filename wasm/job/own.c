/*
 * Pictures that need no model: their own alpha cuts the subject out, or they
 * are graphics on a plain ground.
 */
#include <stdlib.h>

#include "image/resample.h"
#include "job/state.h"
#include "matte/given.h"

/* Whether it is ink on a photo of paper; `found` stays what it is otherwise. */
static cut_status measure_paper(cut_job *job, int *found)
{
    int is_paper;
    cut_status status = cut_paper_measure(&job->paper, &is_paper, &job->image,
                                          &job->error);
    if (!status && is_paper) *found = 1;
    return status;
}

/* What the picture is, once. */
static cut_status measure(cut_job *job)
{
    if (job->is_measured) return CUT_OK;
    cut_asked_kind asked = job->options.kind;
    cut_kind kind = CUT_PHOTO;
    int found = 0;
    if (asked != CUT_KIND_PHOTO && cut_alpha_is_given(&job->image)) {
        kind = CUT_GIVEN;
    } else if (asked == CUT_KIND_GRAPHIC ||
               (asked == CUT_KIND_AUTO && cut_image_is_opaque(&job->image))) {
        cut_status status = cut_graphic_measure(&job->graphic, &found,
                                                asked == CUT_KIND_GRAPHIC,
                                                &job->image, &job->error);
        /* what is noisy may be ink that the camera made soft */
        if (!status && (!found || job->graphic.tolerance > 5))
            status = measure_paper(job, &found);
        if (status) return status;
        if (found || asked == CUT_KIND_GRAPHIC) kind = CUT_GRAPHIC;
    }
    job->subject.kind = kind;
    job->is_measured = 1;
    return CUT_OK;
}

int cut_job_needs_model(cut_job *job)
{
    return job->state != CUT_DECODED || measure(job) ||
           job->subject.kind == CUT_PHOTO;
}

/* Alpha of a graphic. */
static cut_status key(uint8_t *alpha, cut_job *job)
{
    return job->paper.light.px
               ? cut_paper_key(alpha, &job->paper, &job->image, &job->error)
               : cut_graphic_key(alpha, &job->graphic, &job->image,
                                 &job->error);
}

/* Whether nine in ten soft pixels of a matte are what keying makes of them. */
static int is_keyed(const uint8_t *alpha, cut_job *job)
{
    size_t count = (size_t)job->image.w * (size_t)job->image.h;
    size_t soft = 0, like = 0;
    uint8_t *own = cut_alloc(count, 1);
    if (!own || key(own, job)) {
        cut_free(own);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (alpha[i] == 0 || alpha[i] == 255) continue;
        soft++;
        like += own[i] > 0 && own[i] < 255 && abs(alpha[i] - own[i]) <= 24;
    }
    cut_free(own);
    return like * 10 >= soft * 9;
}

void cut_job_kind_of_matte(cut_job *job, const uint8_t *alpha)
{
    if (measure(job) || job->subject.kind != CUT_GRAPHIC ||
        !is_keyed(alpha, job))
        job->subject.kind = CUT_PHOTO;
}

/* At most the picture's own alpha: all of it, when it is cut out already. */
static void limit_alpha(uint8_t *alpha, const cut_image *image, int is_given)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    for (size_t i = 0; i < count; i++) {
        uint8_t own = image->px[i * 4 + 3];
        if (is_given || alpha[i] > own) alpha[i] = own;
    }
}

int cut_job_own_matte(cut_job *job)
{
    cut_status status = cut_job_in_state(job, CUT_DECODED);
    if (!status) status = measure(job);
    if (!status && job->subject.kind == CUT_PHOTO)
        status = cut_fail(&job->error, CUT_E_STATE,
                          "What the picture shows needs a model.");
    if (status) return (int)status;
    int32_t w = job->image.w, h = job->image.h;
    uint8_t *alpha = cut_alloc((size_t)w * (size_t)h, 1);
    if (!alpha)
        return (int)cut_fail(&job->error, CUT_E_MEMORY,
                             "No memory for a %d x %d matte.", (int)w, (int)h);
    int is_given = job->subject.kind == CUT_GIVEN;
    if (!is_given) status = key(alpha, job);
    if (status) {
        cut_free(alpha);
        return (int)status;
    }
    limit_alpha(alpha, &job->image, is_given);
    job->alpha = alpha;
    cut_subject_measure(&job->subject, alpha, w, h);
    job->subject.found = job->subject.w > 0;
    job->subject.confidence = 1;
    job->state = CUT_REFINED;
    return CUT_OK;
}
