/* An edit from inside: edit.c owns it, stroke.c and history.c change it;
 * brush.c, objects.c and view.c work on parts of it. */
#ifndef CUT_EDIT_STATE_H
#define CUT_EDIT_STATE_H

#include "base/fail.h"
#include "base/simd.h"
#include "detail/detail.h"
#include "edit.h"
#include "image/image.h"
#include "matte/foreground.h"
#include "matte/matte.h"

/** Pixels x0..x1 - 1, y0..y1 - 1. Empty when x0 >= x1 or y0 >= y1. */
typedef struct cut_rect {
    int32_t x0, y0, x1, y1;
} cut_rect;

static inline int cut_rect_is_empty(cut_rect r)
{
    return r.x0 >= r.x1 || r.y0 >= r.y1;
}

/** Pixels of a rectangle that is not empty. */
static inline size_t cut_rect_area(cut_rect r)
{
    return (size_t)(r.x1 - r.x0) * (size_t)(r.y1 - r.y0);
}

static inline cut_rect cut_rect_join(cut_rect a, cut_rect b)
{
    if (cut_rect_is_empty(a)) return b;
    if (cut_rect_is_empty(b)) return a;
    return (cut_rect){a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0,
                      a.x1 > b.x1 ? a.x1 : b.x1, a.y1 > b.y1 ? a.y1 : b.y1};
}

/** What a brush does around its path. */
typedef struct cut_brush {
    float radius, hardness;
    int snap;
} cut_brush;

/**
 * Raises `cover` u8 [h][w] to the brush's effect along a -> b, 0..255, within
 * the answered rectangle.
 *
 * Snapping is a geodesic distance (Criminisi et al. 2010, "Geodesic Image
 * Segmentation") from the path over the photo: steps across an edge cost more,
 * so that what lies behind one is further away than the radius.
 *
 * @param      photo RGB read
 * @param[out] touched within the photo
 * @return CUT_OK, CUT_E_MEMORY (cover unchanged)
 */
cut_status cut_brush_cover(uint8_t *cover, const cut_image *photo,
                           cut_brush brush, const float a[2], const float b[2],
                           cut_rect *touched, cut_error *error);

/** Objects of a matte on a grid of k x k pixels. */
typedef struct cut_objects {
    uint8_t *label; /* [h][w], owned; 0: none, else 1 + index */
    int32_t w, h, k, count;
    struct cut_object {
        cut_rect box;  /* pixels, of all cells with its label */
        uint32_t area; /* pixels of alpha >= 128 */
    } of[64];
} cut_objects;

/**
 * Separate parts of alpha >= 128 (8-connected on the grid), the 64 largest of
 * those of 1/2000 of the photo or more; soft cells go to the object that is
 * nearest along the matte.
 */
cut_status cut_objects_find(cut_objects *out, const uint8_t *alpha, int32_t w,
                            int32_t h, cut_error *error);

#define CUT_LEVELS 14

/** Straight RGBA at 1/2, 1/4, .. of a picture; colours weighted by alpha.
 * [0] borrows the picture itself. */
typedef struct cut_pyramid {
    cut_image level[CUT_LEVELS];
    int count;
} cut_pyramid;

cut_status cut_pyramid_new(cut_pyramid *out, const cut_image *image,
                           cut_error *error);
void cut_pyramid_free(cut_pyramid *pyramid);
/** After `rect` of the picture has changed. */
void cut_pyramid_update(cut_pyramid *pyramid, cut_rect rect);

typedef struct cut_view_window {
    float x, y, step;
    int32_t w, h;
} cut_view_window;

/** Tints a view where `cover` u8 [h][w] of a photo is not 0. */
void cut_view_tint(uint8_t *view, const uint8_t *cover, int32_t w, int32_t h,
                   cut_view_window window);

/**
 * One view (edit.h). `ghost` shimmers through where `of` is clear; NULL: none.
 *
 * @param[out] out RGBA8 [h][w][4]
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_view_render(uint8_t *out, const cut_pyramid *of,
                           const cut_pyramid *ghost, cut_view_window window,
                           int as_matte, cut_error *error);

/** A colour over a faint copy of the photo's; straight RGBA, 0..255. */
f32x4 cut_over_ghost(f32x4 top, f32x4 below);

#define CUT_EDIT_STEPS 256 /* of undo, at most */

/** What a step changes: alpha by pixels, or strengths by their samples. */
typedef enum cut_edit_plane {
    CUT_PLANE_ALPHA,
    CUT_PLANE_STRENGTHS
} cut_edit_plane;

/** A part of such a plane before, or after, a step. */
typedef struct cut_edit_step {
    cut_edit_plane of;
    cut_rect rect; /* in the plane's own samples */
    uint8_t *was;  /* rect's [h][w], owned */
} cut_edit_step;

struct cut_edit {
    cut_error error;
    cut_image photo; /* never changed */
    int exact;       /* colours are unmixed: it is a graphic */
    cut_image clean; /* cleaned colours; its alpha channel is the matte */
    uint8_t *found;  /* the matte as the edit began */
    uint8_t *alpha;  /* as it is */
    uint8_t *before; /* as it was when the stroke began */
    cut_strengths strengths;   /* of cleaning; px NULL until painted */
    uint8_t *strengths_before; /* as they were when the stroke began */
    uint32_t colours[CUT_FOREGROUND_SIDE][4]; /* hashes of the layers' rows */
    cut_rect stale; /* rows of `clean` that were not cleaned */
    cut_pyramid photos, cleans;
    cut_objects objects; /* of `found`; label NULL until asked for */
    char *json;          /* of the objects; owned */
    cut_bytes file;      /* of the matte */
    uint8_t *view;       /* owned */
    size_t view_bytes;

    int drawing, mode;
    cut_brush brush;
    float at[2];
    cut_rect dirty; /* of the stroke */
    uint8_t *cover; /* [h][w]: 0 between strokes */

    cut_matte meant; /* what is supposed, of the photo; alpha NULL: nothing */
    int way;
    cut_view_window seen;             /* of the last view of what is meant */
    cut_image seen_clean, seen_photo; /* in it; px NULL: not rendered */
    uint8_t *ground; /* the matte before the thing of the last step; owned */
    int grounded;    /* the last step is one of a thing */
    uint8_t *thing;  /* [h][w]: that thing, until it has its details; owned */
    float amount;    /* of the modes of edges, pixels */
    uint8_t *goal;   /* [h][w]: what they lead to; NULL until there is one */
    uint8_t *goal_done; /* of each tile: whether this stroke has it in goal */
    cut_detail *detail; /* of a stroke that refines, or of the thing */
    int is_refined;     /* all tiles were answered */

    cut_edit_step steps[CUT_EDIT_STEPS];
    uint32_t undos, redos; /* steps[0 .. undos - 1], then the redos */
    size_t step_bytes;
};

/** The rest of an edit whose photo and alpha are set. CUT_OK,
 * CUT_E_MEMORY: to be freed all the same. */
cut_status cut_edit_start(cut_edit *edit);

/** How many pixels the photo has. */
static inline size_t cut_edit_count(const cut_edit *edit)
{
    return (size_t)edit->photo.w * (size_t)edit->photo.h;
}

/** The index of a pixel in the photo's planes. */
static inline size_t cut_edit_at(const cut_edit *edit, int32_t x, int32_t y)
{
    return (size_t)y * (size_t)edit->photo.w + (size_t)x;
}

/** Whether a stroke or a view may begin there. */
static inline int cut_edit_is_place(float x, float y)
{
    return x >= -65536 && x <= 65536 && y >= -65536 && y <= 65536;
}

/* ---- edges.c ------------------------------------------------------------ */

static inline int cut_edit_is_edge_mode(int mode)
{
    return mode >= CUT_EDIT_SHIFT && mode <= CUT_EDIT_HOLES;
}

/** A stroke of an edge mode or of REFINE begins, or has ended. CUT_E_MEMORY. */
cut_status cut_edit_goal_begin(cut_edit *edit);
void cut_edit_goal_end(cut_edit *edit);

/** Forgets tiles that were not answered. */
void cut_edit_drop_detail(cut_edit *edit);

/** Makes the goal in `rect`. CUT_E_MEMORY: some of it is missing. */
cut_status cut_edit_goal(cut_edit *edit, cut_rect rect);

/** alpha in `rect`, between before and goal as far as the stroke covers. */
void cut_edit_lay_goal(cut_edit *edit, cut_rect rect);

/* ---- strengths.c -------------------------------------------------------- */

/** A stroke of DECONTAMINATE begins. CUT_E_MEMORY. */
cut_status cut_edit_strengths_begin(cut_edit *edit);

/** Strengths in `rect` of the photo, between before and the amount as far as the
 * stroke covers. */
void cut_edit_lay_strengths(cut_edit *edit, cut_rect rect);

/** The samples that have a part in `rect` of the photo. */
cut_rect cut_edit_samples(const cut_edit *edit, cut_rect rect);

/** All of them are the amount's: one step, none where nothing changes. */
cut_status cut_edit_strengths_everywhere(cut_edit *edit);

/* ---- history.c ---------------------------------------------------------- */

/** Shows a change of the matte in `rect` until the colours are cleaned: the
 * photo's own under the new alpha. */
void cut_edit_show(cut_edit *edit, cut_rect rect);

/** Cleans the colours after a change of the matte in `rect`: as far as a layer
 * of them changes, which is seen by the layers themselves. CUT_E_MEMORY. */
cut_status cut_edit_clean(cut_edit *edit, cut_rect rect);

/** Makes a change of the matte in `rect` a step of undo; on CUT_E_MEMORY the
 * matte is as it was before. */
cut_status cut_edit_commit(cut_edit *edit, cut_rect rect);

/** The same of strengths, `rect` in their samples. */
cut_status cut_edit_commit_strengths(cut_edit *edit, cut_rect rect);

/** Frees steps from .. end - 1. */
void cut_edit_forget(cut_edit *edit, uint32_t from, uint32_t end);

/* ---- picked.c ----------------------------------------------------------- */

/** The last step is left as it is: its thing gets no details any more. */
void cut_edit_leave_thing(cut_edit *edit);

/** The next tile of the thing; in the end its step becomes one with what was
 * found. CUT_E_MEMORY: nothing has changed. */
cut_status cut_edit_detail_thing(cut_edit *edit);

/** What is supposed, on a rendered view of the matte, in edit->view.
 * CUT_E_MEMORY. */
cut_status cut_edit_view_meant(cut_edit *edit, int style,
                               cut_view_window window);

/** The clean colours have changed, or memory is wanted: the next view of what
 * is meant renders anew what it lies on. */
void cut_edit_unsee(cut_edit *edit);

#endif
