/*
 * Retouching of a matte by hand: a brush that restores and erases, whole
 * objects kept or dropped, things that somebody points at, undo and redo, and
 * views of any part at any scale.
 *
 * Life: a job in REFINED -> cut_edit_new -> strokes, toggles, undo, views.. ->
 * cut_edit_encode, a file for cut_job_set_matte() -> cut_edit_free.
 *
 * Coordinates are the upright photo's, in pixels, the first pixel's centre at
 * (0.5, 0.5); they may lie outside of it. Memory at the photo's size: 8 bytes a
 * pixel for the photo and its cleaned colours, a third of that for reduced
 * copies, 4 for mattes; and CUT_EDIT_UNDO_BYTES.
 */
#ifndef CUT_EDIT_EDIT_H
#define CUT_EDIT_EDIT_H

#include "cutaway.h"

#define CUT_EDIT_UNDO_BYTES 67108864 /* the oldest steps are forgotten beyond */
#define CUT_EDIT_MAX_RADIUS 2048     /* of a brush, pixels */
#define CUT_EDIT_MAX_VIEW 16777216   /* pixels of a view */
#define CUT_EDIT_MAX_AMOUNT 4096     /* of an edge brush, pixels */

typedef struct cut_edit cut_edit;

/** Takes the photo and the matte of a REFINED job, which can only be freed
 * afterwards. NULL when memory is out or, with a message of the job's, when it
 * is in another state. */
CUT_EXPORT cut_edit *cut_edit_new(cut_job *job);
CUT_EXPORT void cut_edit_free(cut_edit *edit); /* NULL is allowed */

/** The matte as it is now, as a grey PNG; strengths of cleaning that were
 * painted lie in a chunk of it. CUT_E_MEMORY, CUT_E_ENCODE. */
CUT_EXPORT int cut_edit_encode(cut_edit *edit);
/** The file of the last cut_edit_encode(); borrowed. NULL and 0 before. */
CUT_EXPORT const uint8_t *cut_edit_bytes(const cut_edit *edit);
CUT_EXPORT uint32_t cut_edit_bytes_size(const cut_edit *edit);

/** The sentence of the last failed call, "" if none failed. Borrowed. */
CUT_EXPORT const char *cut_edit_message(const cut_edit *edit);

/* ---- brush ------------------------------------------------------------- */

#define CUT_EDIT_ERASE 0
#define CUT_EDIT_RESTORE 1 /* to the photo's own alpha */
/* 2 is none. The edge under the stroke, as matte/edge.h does it: */
#define CUT_EDIT_SHIFT 3   /* outwards, with an amount below 0 inwards */
#define CUT_EDIT_FEATHER 4 /* amount: about the edge's width */
#define CUT_EDIT_SMOOTH 5  /* amount: what is finer goes */
#define CUT_EDIT_HOLES 6   /* a stroke fills holes of any size */
/* What the detail network finds there, which somebody else runs: */
#define CUT_EDIT_REFINE 7
/* How much of the old background's colour is taken out of soft edges: the
 * amount is percent of the usual, 0..200, and the matte stays. */
#define CUT_EDIT_DECONTAMINATE 8

/**
 * Begins a stroke at (x, y).
 *
 * @param mode     one of CUT_EDIT_*
 * @param radius   0.5..CUT_EDIT_MAX_RADIUS
 * @param hardness 0..1: the part of the radius that takes the full effect;
 *                 from there it fades to nothing at the radius
 * @param snap     1: the effect stops at edges of the photo that lie between a
 *                 pixel and the stroke's path; the modes of edges take no
 *                 notice of it
 * CUT_E_ARGUMENT; CUT_E_STATE while another stroke has not ended; CUT_E_MEMORY.
 */
CUT_EXPORT int cut_edit_stroke(cut_edit *edit, int mode, float x, float y,
                               float radius, float hardness, int snap);

/** Draws on to (x, y). The effect of a stroke on a pixel is the largest of its
 * parts: passing twice over it changes nothing. CUT_E_STATE, CUT_E_MEMORY. */
CUT_EXPORT int cut_edit_draw(cut_edit *edit, float x, float y);

/**
 * Ends the stroke: one step of undo. Cleans the colours under soft alpha
 * anew. On CUT_E_MEMORY the stroke is taken back.
 */
CUT_EXPORT int cut_edit_end(cut_edit *edit);

/* ---- edges -------------------------------------------------------------- */

/** Of the modes of edges, from the next stroke on, pixels of the photo (of
 * DECONTAMINATE percent): 2 at the beginning. CUT_E_ARGUMENT beyond CUT_EDIT_MAX_AMOUNT either way. */
CUT_EXPORT int cut_edit_amount(cut_edit *edit, float px);

/**
 * SHIFT, FEATHER, SMOOTH, HOLES (as large as a square of the amount at most) or
 * DECONTAMINATE over the whole picture: one step of undo, none where nothing changes.
 * CUT_E_ARGUMENT for another mode, CUT_E_STATE within a stroke, CUT_E_MEMORY.
 */
CUT_EXPORT int cut_edit_everywhere(cut_edit *edit, int mode);

/**
 * The next tile for the detail network, as cut_job_detail(). Behind the last
 * cut_edit_draw() of a stroke of CUT_EDIT_REFINE: when none is left, what was
 * found is laid into the matte, and cut_edit_end() makes it a step; ended
 * before, the stroke changes nothing. Behind cut_edit_settle(): in the end the
 * step becomes one with the thing's details; anything else that is done before
 * gives them up. CUT_E_STATE in any other case or while a tile waits,
 * CUT_E_MEMORY: nothing has changed.
 */
CUT_EXPORT int cut_edit_detail(cut_edit *edit);

/** As cut_job_tile(), _tile_blocks() and _tile_answer(). */
CUT_EXPORT const float *cut_edit_tile(const cut_edit *edit);
CUT_EXPORT uint32_t cut_edit_tile_blocks(const cut_edit *edit);
CUT_EXPORT int cut_edit_tile_answer(cut_edit *edit, const float *logits,
                                    uint32_t count);

/* ---- objects ----------------------------------------------------------- */

/**
 * JSON: [{"box": [x,y,w,h], "area": pixels, "kept": bool}], largest first: the
 * separate parts of the matte that the model found, those of at least 1/2000
 * of the photo. Borrowed; NULL when memory is out.
 */
CUT_EXPORT const char *cut_edit_objects_json(cut_edit *edit);

/**
 * Drops the object at (x, y), or takes it back as the model saw it: one step
 * of undo. Without an object there: CUT_OK and no
 * step.
 */
CUT_EXPORT int cut_edit_toggle(cut_edit *edit, float x, float y);

/* ---- things that somebody points at (cut_job_pick) --------------------- */

#define CUT_EDIT_ADD 0  /* the thing, too */
#define CUT_EDIT_TAKE 1 /* all but the thing */
#define CUT_EDIT_ONLY 2 /* the thing and nothing else */

/**
 * What a thing would make of the matte is seen in views, its edges followed at
 * their resolution, until another call supposes something else; strokes, undo
 * and the like go by the matte without it. What could be done again is
 * forgotten.
 *
 * @param way CUT_EDIT_ADD, ..
 * @param map u8 [h][w] over all of the photo, 0..255: what is meant; NULL:
 *            nothing any more
 * @param w, h at most CUT_MAX_MODEL_SIDE
 * CUT_E_ARGUMENT, CUT_E_MEMORY: what was supposed before still is;
 * CUT_E_STATE within a stroke.
 */
CUT_EXPORT int cut_edit_suppose(cut_edit *edit, int way, const uint8_t *map,
                                uint32_t w, uint32_t h);

/**
 * Makes what is supposed a step of undo, its edges followed at the photo's
 * resolution.
 *
 * @param goes_on 1: in place of the step before, which was one of the same
 *                thing: the matte is what the thing makes of the one before
 *                that; 0: of the matte as it is
 * CUT_E_STATE: nothing is supposed, within a stroke, or the step before is
 * none of a thing; CUT_E_MEMORY: nothing has changed.
 */
CUT_EXPORT int cut_edit_settle(cut_edit *edit, int goes_on);

/* ---- undo -------------------------------------------------------------- */

/** Steps that can be taken back, and taken again. */
CUT_EXPORT uint32_t cut_edit_undos(const cut_edit *edit);
CUT_EXPORT uint32_t cut_edit_redos(const cut_edit *edit);
/** CUT_E_STATE when there is none, or within a stroke. */
CUT_EXPORT int cut_edit_undo(cut_edit *edit);
CUT_EXPORT int cut_edit_redo(cut_edit *edit);

/* ---- views ------------------------------------------------------------- */

#define CUT_EDIT_RESULT 0 /* straight RGBA, cleaned colours */
#define CUT_EDIT_GHOST 1  /* the same, what is removed shimmers through */
#define CUT_EDIT_MATTE 2  /* alpha as grey, opaque */
#define CUT_EDIT_PHOTO 3

/**
 * Renders what lies at (x, y) .. (x + w step, y + h step): antialiased when
 * reduced, bilinear when enlarged up to 2 times, and pixel by pixel beyond.
 * Clear outside of the photo.
 *
 * @param step pixels of the photo per pixel of the view, 1/64..1024
 * @param w, h size of the view, at least 1; at most CUT_EDIT_MAX_VIEW in all
 * CUT_E_ARGUMENT, CUT_E_MEMORY.
 */
CUT_EXPORT int cut_edit_view(cut_edit *edit, int style, float x, float y,
                             float step, uint32_t w, uint32_t h);
/** Straight RGBA8 [h][w][4] of the last view; borrowed. */
CUT_EXPORT const uint8_t *cut_edit_pixels(const cut_edit *edit);

CUT_EXPORT uint32_t cut_edit_w(const cut_edit *edit); /* of the photo */
CUT_EXPORT uint32_t cut_edit_h(const cut_edit *edit);

#endif
