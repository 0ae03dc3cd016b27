/* A job from inside: job.c owns it, pass.c and report.c work on parts of it. */
#ifndef CUT_JOB_STATE_H
#define CUT_JOB_STATE_H

#include "cutaway.h"
#include "detail/detail.h"
#include "image/metadata.h"
#include "image/probe.h"
#include "job/manifest.h"
#include "job/render.h"
#include "matte/closeup.h"
#include "matte/graphic.h"
#include "matte/matte.h"
#include "matte/paper.h"
#include "matte/prompt.h"

/* What the model is shown, one pass after the other. */
typedef enum cut_pass {
    CUT_PASS_NONE,
    CUT_PASS_WHOLE,
    CUT_PASS_MIRRORED,
    CUT_PASS_CLOSEUP,
    CUT_PASS_REGION, /* a box of the photo alone */
    CUT_PASS_PROMPT  /* one more click, or the box */
} cut_pass;

/* A photo in the values of its device, for a colour engine outside. */
typedef struct cut_device {
    cut_image image; /* RGBA, or CMYK, 255 for no ink */
    cut_bytes icc;
    int orientation, is_cmyk;
} cut_device;

struct cut_job {
    cut_state state;
    cut_error error;
    cut_options options;
    cut_manifest manifest;
    int has_manifest;

    cut_probe probe; /* of the photo; w, h as stored in the file */
    uint32_t input_bytes;
    int32_t in_w, in_h;   /* upright */
    int32_t out_w, out_h; /* from COMPOSED on */
    cut_bytes icc;
    cut_metadata metadata; /* with CUT_METADATA_KEEP */
    int is_matched;        /* colours and background image are in its space */

    cut_graphic graphic; /* once is_measured, for kind CUT_GRAPHIC */
    cut_paper paper;     /* or of ink on a photo of paper */
    int is_measured;     /* subject.kind is what the picture is */

    cut_image image; /* the photo, then the result */
    cut_natural_found natural;
    cut_rendering rendering; /* background_image: when set; from CLEANED on */
    float *tensor;           /* PREPARED: [3][manifest.h][manifest.w] */
    cut_matte matte;         /* INFERRED */
    cut_pass pass;           /* PREPARED: this one; INFERRED: the last one */
    cut_closeup closeup;     /* the part of the photo that a pass is about */
    cut_prompt prompt;       /* what is pointed at, when has_prompt */
    int has_prompt;
    int32_t prompts_done; /* passes whose answers `matte` has */
    cut_matte earlier;    /* before the last of those passes */
    cut_image reduced;    /* the photo at 1 / reduced_by, for passes of prompts;
                             none of it when that is 1 */
    int32_t reduced_by;
    float *shown; /* the tensor of the last pass of prompts, until the next one
                     looks elsewhere; NULL: there was none */
    cut_closeup shown_of;
    cut_strengths strengths; /* of cleaning, with a matte from outside */
    uint8_t *alpha;          /* REFINED: [in_h][in_w] */
    cut_detail *detail;      /* REFINED: while tiles are due */
    cut_detail_report detailed;
    int is_detailed;         /* all of them were answered */
    int has_edges;           /* alpha has them as the options want */
    cut_subject subject;     /* from REFINED on; found from INFERRED on */
    cut_bytes file;          /* DONE */
    cut_bytes first_picture; /* for the codec */
    cut_device device;
    char report[864];
};

/** What the picture is under a matte from outside: a graphic, when the matte is
 * that of keying, as after a retouch, and a photo otherwise. */
void cut_job_kind_of_matte(cut_job *job, const uint8_t *alpha);

void cut_device_free(cut_device *device);

/** CUT_OK when the job is in `wanted`, else CUT_E_STATE. */
cut_status cut_job_in_state(cut_job *job, cut_state wanted);

/** Frees what passes of prompts were shown. */
void cut_job_forget_shown(cut_job *job);

/** Forgets tiles that were not answered; the matte stays as it was refined. */
void cut_job_drop_detail(cut_job *job);

#endif
