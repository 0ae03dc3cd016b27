/* Between refine and foreground: the detail network's tiles (detail/detail.h),
 * while the job is REFINED. */
#include "detail/detail.h"

#include "job/state.h"

/* A matte that was given is meant as it is. */
static int wants_detail(const cut_job *job)
{
    return job->options.effort != CUT_EFFORT_FAST &&
           job->pass != CUT_PASS_NONE && job->subject.found &&
           !job->is_detailed;
}

void cut_job_drop_detail(cut_job *job)
{
    cut_detail_free(job->detail);
    job->detail = NULL;
}

static cut_status finish(cut_job *job)
{
    cut_status status = cut_detail_apply(job->detail, job->alpha, &job->error);
    if (status) return status;
    job->detailed = cut_detail_reported(job->detail);
    job->is_detailed = 1;
    cut_job_drop_detail(job);
    if (job->detailed.tiles)
        cut_subject_measure(&job->subject, job->alpha, job->image.w,
                            job->image.h);
    return CUT_OK;
}

int cut_job_detail(cut_job *job)
{
    cut_status status = cut_job_in_state(job, CUT_REFINED);
    if (status) return (int)status;
    if (job->detail && cut_detail_tensor(job->detail))
        return (int)cut_fail(&job->error, CUT_E_STATE,
                             "A tile waits for its answer.");
    if (!wants_detail(job)) return CUT_OK;
    if (!job->detail)
        status = cut_detail_new(&job->detail, &job->image, job->alpha,
                                job->options.effort == CUT_EFFORT_HIGH,
                                &job->error);
    if (!status) status = cut_detail_next(job->detail, &job->error);
    if (!status && !cut_detail_tensor(job->detail)) status = finish(job);
    return (int)status;
}

const float *cut_job_tile(const cut_job *job)
{
    return job->detail ? cut_detail_tensor(job->detail) : NULL;
}

uint32_t cut_job_tile_blocks(const cut_job *job)
{
    (void)job;
    return CUT_DETAIL_BLOCKS;
}

int cut_job_tile_answer(cut_job *job, const float *logits, uint32_t count)
{
    return (int)cut_detail_answer(job->detail, logits, count, &job->error);
}
