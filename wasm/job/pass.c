/*
 * The model's two sides: what it is shown, and what its answers make together.
 * One pass over the photo; with "effort": "high" one over the mirrored photo
 * and one over a close-up of a small subject.
 */
#include "base/alloc.h"
#include "image/resample.h"
#include "job/colour_match.h"
#include "job/state.h"

/* What the model is to see next, and where. */
static cut_pass next_pass(const cut_job *job, cut_closeup *closeup)
{
    if (job->state == CUT_DECODED) return CUT_PASS_WHOLE;
    if (job->state != CUT_INFERRED || job->options.effort != CUT_EFFORT_HIGH)
        return CUT_PASS_NONE;
    if (job->pass == CUT_PASS_WHOLE) return CUT_PASS_MIRRORED;
    if (job->pass == CUT_PASS_MIRRORED && job->subject.found &&
        cut_closeup_find(closeup, &job->matte, job->image.w, job->image.h))
        return CUT_PASS_CLOSEUP;
    return CUT_PASS_NONE;
}

int cut_job_has_next_pass(const cut_job *job)
{
    cut_closeup closeup;
    return job->state == CUT_INFERRED &&
           next_pass(job, &closeup) != CUT_PASS_NONE;
}

/* What the model is shown of a picture (`part`, or the photo) in another space
 * than sRGB, reduced as far as cut_resample_tensor() would do first. */
static cut_status show_srgb(cut_image *part, cut_job *job)
{
    const cut_image *from = part->px ? part : &job->image;
    int32_t kx = from->w / job->manifest.w / 2;
    int32_t ky = from->h / job->manifest.h / 2, k = kx < ky ? kx : ky;
    cut_image small = {0};
    cut_status status = cut_image_reduce(&small, from,
                                         k < 1                ? 1
                                         : k > CUT_REDUCE_MAX ? CUT_REDUCE_MAX
                                                              : k,
                                         &job->error);
    if (status) return status;
    cut_match_to_srgb(&small, &job->icc);
    cut_image_free(part);
    *part = small;
    return CUT_OK;
}

int cut_job_prepare(cut_job *job)
{
    cut_closeup closeup = {0};
    cut_pass next = next_pass(job, &closeup);
    cut_status status = next ? CUT_OK : cut_job_in_state(job, CUT_DECODED);
    if (status) return (int)status;
    if (!job->has_manifest)
        return (int)cut_fail(&job->error, CUT_E_STATE,
                             "No manifest was given.");
    const cut_manifest *m = &job->manifest;
    float *tensor = cut_alloc((size_t)m->w * (size_t)m->h * 3, sizeof *tensor);
    if (!tensor)
        return (int)cut_fail(&job->error, CUT_E_MEMORY,
                             "No memory for a %d x %d tensor.", (int)m->w,
                             (int)m->h);
    cut_image part = {0};
    if (next == CUT_PASS_CLOSEUP)
        status = cut_closeup_crop(&part, &job->image, closeup, &job->error);
    if (!status && cut_match_differs(&job->icc)) status = show_srgb(&part, job);
    if (!status)
        status = cut_resample_tensor(tensor, part.px ? &part : &job->image,
                                     m->w, m->h, m->mean, m->std,
                                     m->range_is_max, &job->error);
    cut_image_free(&part);
    if (status) {
        cut_free(tensor);
        return (int)status;
    }
    if (next == CUT_PASS_MIRRORED) cut_mirror(tensor, m->w, m->h * 3);
    job->tensor = tensor;
    job->pass = next;
    job->closeup = closeup;
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

/* Joins an answer to those before it; the first one is taken over. A pass that
 * finds nothing at all says nothing of what the first one found: in a mean it
 * would leave a ghost. */
static cut_status join(cut_job *job, cut_matte *answer)
{
    if (job->pass == CUT_PASS_WHOLE) {
        cut_status status = cut_matte_check(answer, &job->error);
        if (status) return status;
        job->matte = *answer;
        *answer = (cut_matte){0};
        job->subject.found = cut_subject_present(&job->matte);
        return CUT_OK;
    }
    if (job->pass == CUT_PASS_MIRRORED &&
        (answer->w != job->matte.w || answer->h != job->matte.h))
        return cut_fail(&job->error, CUT_E_OUTPUT,
                        "The model's answers are %d and %d wide.",
                        (int)job->matte.w, (int)answer->w);
    if (job->subject.found && !cut_subject_present(answer)) return CUT_OK;
    if (job->pass == CUT_PASS_CLOSEUP)
        return cut_closeup_join(&job->matte, answer, job->closeup, job->image.w,
                                job->image.h, &job->error);
    cut_matte_join_mirrored(&job->matte, answer);
    /* a mean is less sure: what was found stays found */
    job->subject.found |= cut_subject_present(&job->matte);
    return CUT_OK;
}

int cut_job_matte(cut_job *job, const float *map, uint32_t w, uint32_t h)
{
    cut_status status = cut_job_in_state(job, CUT_PREPARED);
    if (status) return (int)status;
    const cut_manifest *m = &job->manifest;
    if (!map || w == 0 || h == 0 || w > CUT_MAX_MODEL_SIDE ||
        h > CUT_MAX_MODEL_SIDE ||
        (uint64_t)w * (uint32_t)m->h != (uint64_t)h * (uint32_t)m->w)
        return (int)cut_fail(&job->error, CUT_E_OUTPUT,
                             "The model answered %u x %u for an input of "
                             "%d x %d.",
                             (unsigned)w, (unsigned)h, (int)m->w, (int)m->h);
    cut_matte matte = {0};
    status = cut_matte_from_map(&matte, map, (int32_t)w, (int32_t)h,
                                m->kind == CUT_MAP_LOGITS, &job->error);
    if (status) return (int)status;
    status = join(job, &matte);
    cut_matte_free(&matte);
    if (status) return (int)status;
    cut_free(job->tensor);
    job->tensor = NULL;
    job->state = CUT_INFERRED;
    return CUT_OK;
}
