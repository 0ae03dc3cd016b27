/* From a job to its retouching (edit/edit.h). */
#include "base/alloc.h"
#include "edit/state.h"
#include "job/job.h"

cut_edit *cut_edit_new(cut_job *job)
{
    cut_edit *edit = cut_alloc_zero(1, sizeof *edit);
    cut_subject subject;
    if (!edit) return NULL;
    if (!cut_job_take(job, &edit->photo, &edit->alpha, &subject,
                      &edit->strengths)) {
        edit->exact = subject.kind == CUT_GRAPHIC;
        if (!cut_edit_start(edit)) return edit;
    }
    cut_edit_free(edit);
    return NULL;
}
