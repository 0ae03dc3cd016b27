#ifndef CUT_MATTE_SUBJECT_H
#define CUT_MATTE_SUBJECT_H

#include "matte/matte.h"

/** What a picture is: graphic.h and given.h measure it. */
typedef enum cut_kind {
    CUT_PHOTO,   /* a model has to say where the subject is */
    CUT_GRAPHIC, /* ink on a plain ground, keyed by that ground's colour */
    CUT_GIVEN    /* its own alpha cuts the subject out */
} cut_kind;

typedef struct cut_subject {
    int found;
    float coverage;     /* mean of alpha over the photo, 0..1 */
    int32_t x, y, w, h; /* tight box of alpha >= 128, pixels; 0 when none */
    float confidence;   /* below; 1 of a matte that somebody gave */
    cut_kind kind;
} cut_subject;

/** Whether the map shows a subject at all: enough of it is likely to be one. */
int cut_subject_present(const cut_matte *matte);

/**
 * How sure a map is of what the subject is: the share of what it puts at 0.3 or
 * more that it puts at 0.7 or more, turned into the overlap (intersection over
 * union) that held-out photos of that share had on average; 0..1, 0 where there
 * is nothing. Rank correlation with the overlap: .75 on 400 photos of ECSSD
 * (docs/decisions/no-subject.md).
 */
float cut_subject_confidence(const cut_matte *matte);

/** A confidence below this is worth a look (docs/decisions/no-subject.md). */
#define CUT_SUBJECT_SURE 0.8

/** Coverage and box from alpha u8 [h][w]; `found` stays as it is. */
void cut_subject_measure(cut_subject *subject, const uint8_t *alpha, int32_t w,
                         int32_t h);

#endif
