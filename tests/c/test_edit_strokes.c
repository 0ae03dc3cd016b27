/* What strokes, steps and toggles do to the matte, and the limits of their
 * numbers on both sides. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "edit/state.h"

enum { W = 120, H = 80 };

static uint32_t seed = 1;

static uint8_t next_byte(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint8_t)(seed >> 24);
}

/* Noise, its alpha too; a matte of `alpha` or, NULL, noise below that. */
static cut_edit *edit_of(int32_t w, int32_t h, const uint8_t *alpha)
{
    cut_edit *edit = cut_alloc_zero(1, sizeof *edit);
    size_t count = (size_t)w * (size_t)h;
    edit->photo = (cut_image){cut_alloc(count, 4), w, h, 0};
    edit->alpha = cut_alloc(count, 1);
    for (size_t i = 0; i < count * 4; i++)
        edit->photo.px[i] = i % 4 < 3 || !alpha ? next_byte() : 255;
    for (size_t i = 0; i < count; i++)
        edit->alpha[i] = alpha ? alpha[i]
                               : (uint8_t)(next_byte() *
                                           edit->photo.px[i * 4 + 3] / 255);
    CHECK_EQUAL(cut_edit_start(edit), CUT_OK);
    return edit;
}

/* ---- strokes ----------------------------------------------------------- */

/* Erasing draws towards 0 and restoring towards the photo's own alpha, as far
 * as the brush covers the pixel at most: the path's parts are shorter than its
 * radius, so one segment covers the same. */
static void a_stroke_mixes_by_what_the_brush_covers(void)
{
    static uint8_t cover[W * H], before[W * H];
    for (int i = 0; i < 12; i++) {
        cut_edit *edit = edit_of(W, H, NULL);
        float a[2] = {20.25f + (float)i * 4, 30}, b[2] = {90, 20.5f};
        float radius = 6 + (float)i * 2;
        int mode = i % 2 ? CUT_EDIT_RESTORE : CUT_EDIT_ERASE;
        cut_rect r;
        memcpy(before, edit->alpha, sizeof before);
        memset(cover, 0, sizeof cover);
        cut_brush_cover(cover, &edit->photo, (cut_brush){radius, 0.25f, 0}, a,
                        b, &r, NULL);
        CHECK_EQUAL(cut_edit_stroke(edit, mode, a[0], a[1], radius, 0.25f, 0),
                    CUT_OK);
        CHECK_EQUAL(cut_edit_draw(edit, b[0], b[1]), CUT_OK);
        int wrong = 0;
        for (int pass = 0; pass < 2; pass++) { /* while drawing, and after */
            for (int k = 0; k < W * H; k++) {
                double to = mode == CUT_EDIT_ERASE ? 0
                                                   : edit->photo.px[k * 4 + 3];
                double want = before[k] + (to - before[k]) * cover[k] / 255;
                wrong += fabs(edit->alpha[k] - want) > 2.5;
                wrong += edit->clean.px[k * 4 + 3] != edit->alpha[k];
                wrong += cover[k] == 0 && abs(edit->alpha[k] - before[k]) > 1;
            }
            if (!pass) CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
        }
        CHECK_EQUAL(wrong, 0);
        cut_edit_free(edit);
    }
}

/* A dot is one part: no rounding of the path comes in between. */
static void a_dot_mixes_rounded_to_the_nearest(void)
{
    static uint8_t cover[W * H], before[W * H];
    for (int mode = 0; mode < 2; mode++) {
        cut_edit *edit = edit_of(W, H, NULL);
        const float at[2] = {60, 40};
        cut_rect r;
        memcpy(before, edit->alpha, sizeof before);
        memset(cover, 0, sizeof cover);
        cut_brush_cover(cover, &edit->photo, (cut_brush){38, 0, 0}, at, at, &r,
                        NULL);
        CHECK_EQUAL(cut_edit_stroke(edit, mode, 60, 40, 38, 0, 0), CUT_OK);
        CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
        int wrong = 0;
        for (int k = 0; k < W * H; k++) {
            double to = mode == CUT_EDIT_ERASE ? 0 : edit->photo.px[k * 4 + 3];
            double want = before[k] + (to - before[k]) * cover[k] / 255;
            wrong += fabs(edit->alpha[k] - want) > 0.5;
        }
        CHECK_EQUAL(wrong, 0);
        cut_edit_free(edit);
    }
}

/* Until the stroke ends: the photo's colours, none where nothing is left. */
static void a_stroke_shows_the_photo_under_what_it_changes(void)
{
    cut_edit *edit = edit_of(W, H, NULL);
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_ERASE, 60, 40, 30, 0.5f, 0), 0);
    int wrong = 0, cleared = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            if (hypot(x + 0.5 - 60, y + 0.5 - 40) > 29) continue;
            const uint8_t *p = edit->clean.px + (y * W + x) * 4;
            const uint8_t *q = edit->photo.px + (y * W + x) * 4;
            if (edit->before[y * W + x] == edit->alpha[y * W + x]) continue;
            cleared += p[3] == 0;
            for (int c = 0; c < 3; c++) wrong += p[c] != (p[3] ? q[c] : 0);
        }
    CHECK_EQUAL(wrong, 0);
    CHECK(cleared > 100);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    cut_edit_free(edit);
}

static void numbers_of_a_brush_have_limits(void)
{
    static const struct {
        float x, y, radius, hardness;
        cut_status status;
    } cases[] = {{0, 0, 0.5f, 0, CUT_OK},
                 {0, 0, 0.49f, 0, CUT_E_ARGUMENT},
                 {0, 0, CUT_EDIT_MAX_RADIUS, 1, CUT_OK},
                 {0, 0, CUT_EDIT_MAX_RADIUS + 1, 1, CUT_E_ARGUMENT},
                 {0, 0, 5, -0.01f, CUT_E_ARGUMENT},
                 {0, 0, 5, 1.01f, CUT_E_ARGUMENT},
                 {65536, 0, 5, 1, CUT_OK},
                 {65537, 0, 5, 1, CUT_E_ARGUMENT},
                 {-65536, 0, 5, 1, CUT_OK},
                 {-65537, 0, 5, 1, CUT_E_ARGUMENT},
                 {0, 65536, 5, 1, CUT_OK},
                 {0, 65537, 5, 1, CUT_E_ARGUMENT},
                 {0, -65536, 5, 1, CUT_OK},
                 {0, -65537, 5, 1, CUT_E_ARGUMENT}};
    cut_edit *edit = edit_of(W, H, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_ERASE, cases[i].x,
                                    cases[i].y, cases[i].radius,
                                    cases[i].hardness, 0),
                    cases[i].status);
        /* what was refused has begun no stroke */
        CHECK_EQUAL(cut_edit_end(edit), cases[i].status ? CUT_E_STATE : CUT_OK);
    }
    cut_edit_free(edit);
}

/* ---- views ------------------------------------------------------------- */

static void numbers_of_a_view_have_limits(void)
{
    static const struct {
        int style;
        float x, step;
        uint32_t w, h;
        cut_status status;
    } cases[] = {
        {CUT_EDIT_RESULT, 0, 1.0f / 64, 1, 1, CUT_OK},
        {CUT_EDIT_RESULT, 0, 1.0f / 65, 1, 1, CUT_E_ARGUMENT},
        {CUT_EDIT_PHOTO, 0, 1024, 1, 1, CUT_OK},
        {CUT_EDIT_PHOTO, 0, 1025, 1, 1, CUT_E_ARGUMENT},
        {CUT_EDIT_PHOTO + 1, 0, 1, 1, 1, CUT_E_ARGUMENT},
        {CUT_EDIT_RESULT - 1, 0, 1, 1, 1, CUT_E_ARGUMENT},
        {CUT_EDIT_MATTE, 0, 1, 0, 1, CUT_E_ARGUMENT},
        {CUT_EDIT_MATTE, 0, 1, 1, 0, CUT_E_ARGUMENT},
        {CUT_EDIT_GHOST, 65537, 1, 1, 1, CUT_E_ARGUMENT},
        {CUT_EDIT_GHOST, 0, 4, 4096, CUT_EDIT_MAX_VIEW / 4096 + 1,
         CUT_E_ARGUMENT},
        {CUT_EDIT_GHOST, 0, 4, 4096, CUT_EDIT_MAX_VIEW / 4096, CUT_OK}};
    cut_edit *edit = edit_of(W, H, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_EQUAL(cut_edit_view(edit, cases[i].style, cases[i].x, 0,
                                  cases[i].step, cases[i].w, cases[i].h),
                    cases[i].status);
    cut_edit_free(edit);
}

/* ---- steps ------------------------------------------------------------- */

/* As if all but the room for three steps of this size were taken. */
static void the_oldest_steps_go_when_64_megabytes_are_full(void)
{
    cut_edit *edit = edit_of(W, H, NULL);
    const size_t area = 20 * 20;
    edit->step_bytes = CUT_EDIT_UNDO_BYTES - 3 * area;
    for (uint32_t i = 1; i <= 5; i++) {
        CHECK_EQUAL(cut_edit_stroke(edit, 0, 10 + 20 * (float)i, 20, 10, 1, 0),
                    CUT_OK);
        CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
        uint32_t kept = i < 3 ? i : 3;
        CHECK_EQUAL(cut_edit_undos(edit), kept);
        CHECK_EQUAL(edit->step_bytes, CUT_EDIT_UNDO_BYTES - (3 - kept) * area);
        CHECK_EQUAL(edit->steps[0].rect.x0, 20 * (i < 4 ? 1 : i - 2));
    }
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 60, 20, 1, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK); /* one goes for a small one, too */
    CHECK_EQUAL(cut_edit_undos(edit), 3);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 60, 20, 1, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK); /* now there is room again */
    CHECK_EQUAL(cut_edit_undos(edit), 4);
    cut_edit_free(edit);
}

static void undo_and_redo_are_counted(void)
{
    cut_edit *edit = edit_of(W, H, NULL);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(cut_edit_stroke(edit, 0, 20 + (float)i, 20, 5, 1, 0), 0);
        CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    }
    CHECK(cut_edit_undos(edit) == 3 && cut_edit_redos(edit) == 0);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK(cut_edit_undos(edit) == 1 && cut_edit_redos(edit) == 2);
    CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
    CHECK(cut_edit_undos(edit) == 2 && cut_edit_redos(edit) == 1);
    size_t kept = edit->step_bytes;
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 60, 60, 5, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK); /* in the place of the redo */
    CHECK(cut_edit_undos(edit) == 3 && cut_edit_redos(edit) == 0);
    CHECK_EQUAL(edit->step_bytes, kept);
    CHECK_EQUAL(cut_edit_redo(edit), CUT_E_STATE);
    cut_edit_free(edit);
}

/* ---- objects ----------------------------------------------------------- */

/* A square of 20 x 20 at 200; `rest` of its rows are left by a stroke. */
static void an_object_is_kept_while_more_than_half_of_it_is_there(void)
{
    static uint8_t alpha[W * H];
    for (int rest = 9; rest <= 11; rest++) {
        memset(alpha, 0, sizeof alpha);
        for (int y = 0; y < 20; y++) memset(alpha + (20 + y) * W + 30, 200, 20);
        cut_edit *edit = edit_of(W, H, alpha);
        for (int y = rest; y < 20; y++)
            memset(edit->alpha + (20 + y) * W + 30, 0, 20);
        memset(edit->alpha + 20 * W + 30, 255, 20); /* more counts as all */
        const char *json = cut_edit_objects_json(edit);
        CHECK(json && strstr(json, rest > 10 ? "true" : "false"));
        CHECK(json &&
              strncmp(json, "[{\"box\":[30,20,20,20],\"area\":400,", 33) == 0);
        memcpy(edit->before, edit->alpha, W * H);
        CHECK_EQUAL(cut_edit_toggle(edit, 49.9f, 39.9f), CUT_OK);
        CHECK_EQUAL(edit->alpha[25 * W + 40], rest > 10 ? 0 : 200);
        CHECK_EQUAL(edit->alpha[39 * W + 49], rest > 10 ? 0 : 200);
        CHECK_EQUAL(cut_edit_undos(edit), 1);
        CHECK_EQUAL(cut_edit_toggle(edit, 50, 39), CUT_OK); /* beside it */
        CHECK_EQUAL(cut_edit_toggle(edit, 49, 40), CUT_OK);
        CHECK_EQUAL(cut_edit_toggle(edit, W, 30), CUT_OK); /* outside */
        CHECK_EQUAL(cut_edit_toggle(edit, 30, H), CUT_OK);
        CHECK_EQUAL(cut_edit_toggle(edit, -0.5f, 30), CUT_OK);
        CHECK_EQUAL(cut_edit_undos(edit), 1);
        cut_edit_free(edit);
    }
}

static void nothing_else_begins_within_a_stroke(void)
{
    cut_edit *edit = edit_of(W, H, NULL);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 5, 5, 2, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_toggle(edit, 5, 5), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_redo(edit), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 5, 5, 2, 1, 0), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    CHECK_EQUAL(cut_edit_end(edit), CUT_E_STATE);
    cut_edit_free(edit);
}

int main(void)
{
    a_stroke_mixes_by_what_the_brush_covers();
    a_dot_mixes_rounded_to_the_nearest();
    a_stroke_shows_the_photo_under_what_it_changes();
    numbers_of_a_brush_have_limits();
    numbers_of_a_view_have_limits();
    the_oldest_steps_go_when_64_megabytes_are_full();
    undo_and_redo_are_counted();
    an_object_is_kept_while_more_than_half_of_it_is_there();
    nothing_else_begins_within_a_stroke();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
