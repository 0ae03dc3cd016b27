/* What the files beside job.c may take from a job. */
#ifndef CUT_JOB_H
#define CUT_JOB_H

#include "cutaway.h"
#include "image/image.h"
#include "matte/strengths.h"
#include "matte/subject.h"

/** Photo, matte, subject and strengths of a REFINED job, which is over by that:
 * it answers CUT_E_STATE from then on. CUT_OK, CUT_E_STATE. */
cut_status cut_job_take(cut_job *job, cut_image *photo, uint8_t **alpha,
                        cut_subject *subject, cut_strengths *strengths);

/** The background image, in any state; px is NULL when none was set. */
cut_image cut_job_take_background(cut_job *job);

#endif
