/*
 * The model's two sides: what it is shown, and what its answers make together.
 * One pass over the photo, and but for "effort": "fast" one over a close-up of
 * a small subject; with "high" one over the mirrored photo between them. What
 * somebody points at is a pass for each click, or one over a box.
 */
#include "base/alloc.h"
#include "image/resample.h"
#include "job/colour_match.h"
#include "job/state.h"
#include "options/pick.h"

/* What the model is told in the next pass: click by click, as they were made. */
static cut_prompt said_so_far(const cut_job *job)
{
    cut_prompt said = job->prompt;
    if (said.count > job->prompts_done + 1) said.count = job->prompts_done + 1;
    return said;
}

/* Of what somebody points at, what the model is to see next. */
static cut_pass next_prompt(const cut_job *job, cut_closeup *window)
{
    const cut_prompt *prompt = &job->prompt;
    int32_t w = job->image.w, h = job->image.h;
    if (job->has_manifest && !job->manifest.prompts) {
        *window = cut_prompt_region(prompt, w, h);
        return job->state == CUT_DECODED ? CUT_PASS_REGION : CUT_PASS_NONE;
    }
    cut_prompt said = said_so_far(job);
    *window = cut_prompt_window(&said, &job->matte, w, h);
    int32_t passes = prompt->count > 0 ? prompt->count : 1;
    return job->prompts_done < passes ? CUT_PASS_PROMPT : CUT_PASS_NONE;
}

/* What the model is to see next, and where. */
static cut_pass next_pass(const cut_job *job, cut_closeup *closeup)
{
    if (job->has_prompt &&
        (job->state == CUT_DECODED || job->state == CUT_INFERRED))
        return next_prompt(job, closeup);
    if (job->state == CUT_DECODED) return CUT_PASS_WHOLE;
    if (job->state != CUT_INFERRED || job->options.effort == CUT_EFFORT_FAST)
        return CUT_PASS_NONE;
    int high = job->options.effort == CUT_EFFORT_HIGH;
    if (job->pass == CUT_PASS_WHOLE && high) return CUT_PASS_MIRRORED;
    if (job->pass == (high ? CUT_PASS_MIRRORED : CUT_PASS_WHOLE) &&
        (high || job->manifest.closeup) && job->subject.found &&
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

/* What the model is shown of a picture (`part`, or `from`) in another space
 * than sRGB, reduced as far as cut_resample_tensor() would do first. */
static cut_status show_srgb(cut_image *part, const cut_image *from,
                            cut_job *job)
{
    if (part->px) from = part;
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

/* A click must not read all of a large photo each time: what its passes look
 * at is a copy that still has, in the least window, about what the model sees.
 */
static cut_status reduce(cut_job *job)
{
    int32_t kx = job->image.w / job->manifest.w / 2;
    int32_t ky = job->image.h / job->manifest.h / 2, k = kx < ky ? kx : ky;
    k = k < 1 ? 1 : k > CUT_REDUCE_MAX ? CUT_REDUCE_MAX : k;
    if (job->reduced_by == k) return CUT_OK;
    cut_image_free(&job->reduced);
    job->reduced_by = 0;
    cut_status status = k == 1 ? CUT_OK
                               : cut_image_reduce(&job->reduced, &job->image, k,
                                                  &job->error);
    if (!status) job->reduced_by = k;
    return status;
}

/* A side of a window, moved out to whole samples of the reduced photo: in
 * pixels, and in `*from` and `*count` in samples. */
static void align(int32_t *at, int32_t *size, int32_t *from, int32_t *count,
                  int32_t k, int32_t n)
{
    int32_t end = (*at + *size + k - 1) / k;
    *from = *at / k;
    *count = end - *from;
    *at = *from * k;
    *size = (end * k < n ? end * k : n) - *at;
}

/* Where a pass looks: `closeup` of the photo is `crop` of what is answered, the
 * photo or its reduced copy. */
static const cut_image *place(const cut_job *job, cut_pass pass,
                              cut_closeup *closeup, cut_closeup *crop)
{
    *crop = *closeup;
    if (pass != CUT_PASS_PROMPT) return &job->image;
    align(&closeup->x, &closeup->w, &crop->x, &crop->w, job->reduced_by,
          job->image.w);
    align(&closeup->y, &closeup->h, &crop->y, &crop->h, job->reduced_by,
          job->image.h);
    return job->reduced.px ? &job->reduced : &job->image;
}

/* The tensor's planes of the photo. */
static cut_status show(cut_job *job, cut_pass pass, const cut_image *from,
                       cut_closeup crop, float *tensor)
{
    const cut_manifest *m = &job->manifest;
    cut_image part = {0};
    cut_status status = CUT_OK;
    if (pass >= CUT_PASS_CLOSEUP && (crop.w < from->w || crop.h < from->h))
        status = cut_closeup_crop(&part, from, crop, &job->error);
    if (!status && cut_match_differs(&job->icc))
        status = show_srgb(&part, from, job);
    if (!status)
        status = cut_resample_tensor(tensor, part.px ? &part : from, m->w, m->h,
                                     m->mean, m->std, m->range_is_max,
                                     &job->error);
    cut_image_free(&part);
    return status;
}

void cut_job_forget_shown(cut_job *job)
{
    cut_free(job->shown);
    job->shown = NULL;
}

static int same(cut_closeup a, cut_closeup b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
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
    if (next == CUT_PASS_REGION && job->prompt.count > 0)
        return (int)cut_fail(&job->error, CUT_E_OPTION,
                             "This model takes a box and no clicks.");
    size_t plane = (size_t)m->w * (size_t)m->h,
           planes = m->prompts ? 3 + CUT_PROMPT_MAPS : 3;
    if (next == CUT_PASS_PROMPT) status = reduce(job);
    if (status) return (int)status;
    cut_closeup crop;
    const cut_image *from = place(job, next, &closeup, &crop);
    float *tensor = NULL;
    if (next == CUT_PASS_PROMPT && same(job->shown_of, closeup)) {
        tensor = job->shown; /* what it shows of the photo stays */
        job->shown = NULL;
    }
    cut_job_forget_shown(job);
    if (!tensor) {
        tensor = cut_alloc_zero(plane * planes, sizeof *tensor);
        status = tensor ? show(job, next, from, crop, tensor)
                        : cut_fail(&job->error, CUT_E_MEMORY,
                                   "No memory for a %d x %d tensor.", (int)m->w,
                                   (int)m->h);
    }
    if (status) {
        cut_free(tensor);
        return (int)status;
    }
    if (next == CUT_PASS_MIRRORED) cut_mirror(tensor, m->w, m->h * 3);
    if (next == CUT_PASS_PROMPT) {
        cut_prompt said = said_so_far(job);
        cut_prompt_maps(tensor + 3 * plane, m->w, m->h, &said, closeup,
                        &job->matte, job->image.w, job->image.h);
    }
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

/* The answer of the part of the photo that was looked at is the new matte. */
static cut_status join_part(cut_job *job, cut_matte *answer)
{
    int found = cut_subject_present(answer);
    if (job->pass == CUT_PASS_PROMPT) { /* a thing may be small */
        size_t count = (size_t)answer->w * (size_t)answer->h;
        found = 0;
        for (size_t i = 0; i < count; i++) found |= answer->alpha[i] > 0.5f;
    }
    cut_status status = cut_prompt_place(answer, job->closeup, job->image.w,
                                         job->image.h, &job->error);
    if (status) return status;
    cut_matte_free(&job->earlier);
    if (job->pass == CUT_PASS_PROMPT)
        job->earlier = job->matte;
    else
        cut_matte_free(&job->matte);
    job->matte = *answer;
    *answer = (cut_matte){0};
    job->subject.found = found;
    if (job->pass == CUT_PASS_PROMPT) job->prompts_done++;
    return CUT_OK;
}

/* The first `count` clicks, and the box, are the same. */
static int goes_on(const cut_prompt *a, const cut_prompt *b, int32_t count)
{
    if (a->count < count || b->count < count || a->has_box != b->has_box ||
        a->x0 != b->x0 || a->y0 != b->y0 || a->x1 != b->x1 || a->y1 != b->y1)
        return 0;
    for (int32_t i = 0; i < count; i++)
        if (a->clicks[i].x != b->clicks[i].x ||
            a->clicks[i].y != b->clicks[i].y ||
            a->clicks[i].keep != b->clicks[i].keep)
            return 0;
    return 1;
}

/* Clicks were taken back, or are elsewhere: to the answer before the last one,
 * when that is all that changed; otherwise all of them come anew. The answer is
 * the same as if the others had never been made. */
static void go_back(cut_job *job, const cut_prompt *prompt)
{
    int32_t done = job->prompts_done - 1;
    if (job->earlier.alpha && goes_on(&job->prompt, prompt, done)) {
        cut_matte_free(&job->matte);
        job->matte = job->earlier;
        job->earlier = (cut_matte){0};
        job->prompts_done = done;
        return;
    }
    cut_matte_free(&job->matte);
    cut_matte_free(&job->earlier);
    job->prompts_done = 0;
}

int cut_job_pick(cut_job *job, const char *json, uint32_t size_bytes)
{
    cut_status status = job->state == CUT_INFERRED
                            ? CUT_OK
                            : cut_job_in_state(job, CUT_DECODED);
    cut_prompt prompt;
    if (!status)
        status = cut_pick_parse(&prompt, json, size_bytes, job->image.w,
                                job->image.h, &job->error);
    if (status) return (int)status;
    if (job->has_prompt && !goes_on(&job->prompt, &prompt, job->prompts_done))
        go_back(job, &prompt);
    job->prompt = prompt;
    job->has_prompt = 1;
    /* nothing new was said: the answer is there */
    cut_closeup window;
    job->state = job->matte.alpha && job->prompts_done > 0 &&
                         next_prompt(job, &window) == CUT_PASS_NONE
                     ? CUT_INFERRED
                     : CUT_DECODED;
    return CUT_OK;
}

const float *cut_job_map(const cut_job *job)
{
    return job->state == CUT_INFERRED ? job->matte.alpha : NULL;
}

uint32_t cut_job_map_w(const cut_job *job)
{
    return cut_job_map(job) ? (uint32_t)job->matte.w : 0;
}

uint32_t cut_job_map_h(const cut_job *job)
{
    return cut_job_map(job) ? (uint32_t)job->matte.h : 0;
}

/* Joins an answer to those before it; the first one is taken over. A pass that
 * finds nothing at all says nothing of what the first one found: in a mean it
 * would leave a ghost. */
static cut_status join(cut_job *job, cut_matte *answer)
{
    if (job->pass >= CUT_PASS_REGION) return join_part(job, answer);
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
    if (job->pass == CUT_PASS_PROMPT) {
        job->shown = job->tensor;
        job->shown_of = job->closeup;
    } else {
        cut_free(job->tensor);
    }
    job->tensor = NULL;
    job->state = CUT_INFERRED;
    return CUT_OK;
}
