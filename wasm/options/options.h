/*
 * What a caller may ask for, parsed and checked. Page, shim, shell and fuzzers
 * all come through here.
 */
#ifndef CUT_OPTIONS_H
#define CUT_OPTIONS_H

#include "base/fail.h"
#include "options/list.h"

typedef enum cut_background {
    CUT_BG_TRANSPARENT,
    CUT_BG_COLOUR,
    CUT_BG_BLUR,
    CUT_BG_IMAGE,
    CUT_BG_GRADIENT
} cut_background;

typedef enum cut_background_fit {
    CUT_BACKGROUND_COVER,
    CUT_BACKGROUND_CONTAIN,
    CUT_BACKGROUND_STRETCH
} cut_background_fit;

typedef enum cut_keep { CUT_KEEP_SUBJECT, CUT_KEEP_BACKGROUND } cut_keep;

typedef enum cut_colorspace {
    CUT_COLORSPACE_KEEP,
    CUT_COLORSPACE_SRGB
} cut_colorspace;

typedef enum cut_asked_kind {
    CUT_KIND_AUTO, /* by measurement; a picture that is cut out stays so */
    CUT_KIND_PHOTO,
    CUT_KIND_GRAPHIC
} cut_asked_kind;

typedef enum cut_metadata_option {
    CUT_METADATA_STRIP,
    CUT_METADATA_KEEP
} cut_metadata_option;

typedef enum cut_effort {
    CUT_EFFORT_FAST,
    CUT_EFFORT_STANDARD,
    CUT_EFFORT_HIGH
} cut_effort;

typedef enum cut_output { CUT_OUT_PNG, CUT_OUT_JPEG, CUT_OUT_WEBP } cut_output;

/** What is done to the subject's edge (matte/edge.h). Lengths: of the photo's
 * longer side. */
typedef struct cut_edges {
    cut_length holes, smooth, shift, feather;
    int32_t decontaminate; /* percent of the usual, 0..200 */
} cut_edges;

/* What options/list.h fills: a row of it for each key. */
typedef struct cut_options {
    cut_background background;
    uint8_t rgb[3];         /* with CUT_BG_COLOUR */
    cut_length blur;        /* with CUT_BG_BLUR; 0: as compose/ likes it */
    cut_gradient gradient;  /* with CUT_BG_GRADIENT */
    cut_background_fit fit; /* with CUT_BG_IMAGE */
    cut_keep keep;
    cut_edges edges;
    cut_output output;
    int32_t quality; /* 1..100 */
    int mask, crop;
    cut_length margin; /* of the box's longer side */
    cut_shadow shadow;
    cut_cast cast;
    cut_contact contact;
    cut_natural natural;
    cut_reflection reflection;
    cut_outline outline;
    cut_canvas canvas;
    cut_asked_kind kind;
    int partial;
    cut_effort effort;
    cut_colorspace colorspace;
    cut_metadata_option metadata;
} cut_options;

/** The options when nothing is said. */
cut_options cut_options_default(void);

/**
 * The keys and ranges stand at cut_job_options() in cutaway.h.
 * @param[out] out  unchanged unless CUT_OK
 * @return CUT_OK, CUT_E_OPTION, CUT_E_MEMORY
 */
cut_status cut_options_parse(cut_options *out, const char *json, size_t size,
                             cut_error *error);

/** Whether a head is looked for: fit says the subject, and that is kept. */
static inline int cut_wants_head(const cut_options *o)
{
    return o->canvas.by_head && o->canvas.fit == CUT_FIT_SUBJECT &&
           o->keep == CUT_KEEP_SUBJECT;
}

/** Whether the photo's own shadow is looked for: not with its ground. */
static inline int cut_wants_natural(const cut_options *o)
{
    return o->natural.on && !o->mask && o->keep == CUT_KEEP_SUBJECT;
}

/** Of the background's blur, in pixels of a photo whose longer side is `side`;
 * 0: as cut_blur_new() likes it. */
float cut_options_sigma(const cut_options *options, int32_t side);

/** "png", "jpeg", "webp". */
const char *cut_output_name(cut_output output);

#endif
