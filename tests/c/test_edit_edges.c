/* Brushes for the edge, and for details, in a retouch. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "edits.h"
#include "matte/edge.h"

enum { W = 420, H = 300, N = W * H };

static uint8_t px[N * 4], alpha[N], goal[N];

/* A red disc with a hole in it and a bite, on blue. */
static void draw(void)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int i = y * W + x;
            int dx = x - 200, dy = y - 150;
            int in = dx * dx + dy * dy < 110 * 110;
            uint8_t *p = px + i * 4;
            p[0] = (uint8_t)(in ? 210 : 30 + x % 7);
            p[1] = (uint8_t)(60 + y % 5);
            p[2] = (uint8_t)(in ? 40 : 190);
            p[3] = 255;
            int hole = abs(x - 160) < 9 && abs(y - 150) < 9;
            alpha[i] = in && !hole ? 255 : 0;
        }
}

static cut_edit *begin(void)
{
    return edit_of(px, alpha, W, H);
}

static int stroke(cut_edit *edit, int mode, float x, float y, float radius)
{
    int status = cut_edit_stroke(edit, mode, x, y, radius, 1, 1);
    if (!status) status = cut_edit_draw(edit, x + 30, y);
    return status ? status : cut_edit_end(edit);
}

/* Pixels that are not `other`'s, within and outside of the stroke. */
static void compare(const cut_edit *edit, const uint8_t *other, float x,
                    float y, float radius, int wrong[2])
{
    wrong[0] = wrong[1] = 0;
    for (int v = 0; v < H; v++)
        for (int u = 0; u < W; u++) {
            float cx = (float)u + 0.5f - x, dy = (float)v + 0.5f - y;
            float dx = cx < 0 ? -cx : cx > 30 ? cx - 30 : 0;
            int in = dx * dx + dy * dy < radius * radius;
            int i = v * W + u;
            wrong[!in] += edit->alpha[i] != (in ? other : alpha)[i];
        }
}

static void a_stroke_is_the_filter_under_it_and_nothing_else(void)
{
    static const struct {
        int mode;
        float amount;
        cut_edge edge;
    } each[] = {{CUT_EDIT_SHIFT, 5, {0, 0, 5, 0}},
                {CUT_EDIT_SHIFT, -3.5f, {0, 0, -3.5f, 0}},
                {CUT_EDIT_FEATHER, 12, {0, 0, 0, 12}},
                {CUT_EDIT_SMOOTH, 14, {0, 14, 0, 0}}};
    for (size_t i = 0; i < 4; i++) {
        int wrong[2];
        cut_edit *edit = begin();
        CHECK_EQUAL(cut_edit_amount(edit, each[i].amount), CUT_OK);
        CHECK_EQUAL(stroke(edit, each[i].mode, 190, 45, 40), CUT_OK);
        CHECK_EQUAL(cut_edge_filter(goal, W, alpha, W, H,
                                    (cut_edge_part){0, 0, W, H}, &each[i].edge,
                                    NULL),
                    CUT_OK);
        compare(edit, goal, 190, 45, 40, wrong);
        CHECK_EQUAL(wrong[0], 0);
        CHECK_EQUAL(wrong[1], 0);
        CHECK(memcmp(edit->alpha, alpha, sizeof alpha) != 0);
        CHECK_EQUAL(cut_edit_undos(edit), 1);
        memcpy(goal, edit->alpha, sizeof goal);
        CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
        CHECK_EQUAL(memcmp(edit->alpha, alpha, sizeof alpha), 0);
        CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
        CHECK_EQUAL(memcmp(edit->alpha, goal, sizeof alpha), 0);
        cut_edit_free(edit);
    }
}

static void passing_twice_shifts_once(void)
{
    cut_edit *once = begin(), *twice = begin();
    CHECK_EQUAL(stroke(once, CUT_EDIT_SHIFT, 190, 45, 40), CUT_OK);
    CHECK_EQUAL(cut_edit_stroke(twice, CUT_EDIT_SHIFT, 190, 45, 40, 1, 0), 0);
    CHECK_EQUAL(cut_edit_draw(twice, 220, 45), CUT_OK);
    CHECK_EQUAL(cut_edit_draw(twice, 190, 45), CUT_OK);
    CHECK_EQUAL(cut_edit_end(twice), CUT_OK);
    CHECK_EQUAL(memcmp(once->alpha, twice->alpha, sizeof alpha), 0);
    cut_edit_free(once);
    cut_edit_free(twice);
}

static void holes_are_filled_where_the_stroke_passes(void)
{
    cut_edit *edit = begin();
    CHECK_EQUAL(stroke(edit, CUT_EDIT_HOLES, 100, 150, 12), CUT_OK);
    CHECK_EQUAL(memcmp(edit->alpha, alpha, sizeof alpha), 0); /* none there */
    CHECK_EQUAL(stroke(edit, CUT_EDIT_HOLES, 150, 150, 4), CUT_OK);
    CHECK_EQUAL(edit->alpha[150 * W + 160], 255);
    CHECK_EQUAL(edit->alpha[158 * W + 160], 0); /* beside the stroke */
    CHECK_EQUAL(stroke(edit, CUT_EDIT_HOLES, 145, 150, 30), CUT_OK);
    CHECK_EQUAL(edit->alpha[158 * W + 160], 255);
    CHECK_EQUAL(stroke(edit, CUT_EDIT_HOLES, 60, 20, 30), CUT_OK);
    CHECK_EQUAL(edit->alpha[20 * W + 60], 0); /* what is open is no hole */
    cut_edit_free(edit);
}

static void everywhere_is_one_step_and_none_where_nothing_changes(void)
{
    cut_edit *edit = begin();
    CHECK_EQUAL(cut_edit_amount(edit, 18), CUT_OK);
    CHECK_EQUAL(cut_edit_everywhere(edit, CUT_EDIT_HOLES), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    CHECK_EQUAL(edit->alpha[150 * W + 160], 255);
    CHECK_EQUAL(cut_edit_everywhere(edit, CUT_EDIT_HOLES), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    CHECK_EQUAL(cut_edit_amount(edit, -4), CUT_OK);
    CHECK_EQUAL(cut_edit_everywhere(edit, CUT_EDIT_SHIFT), CUT_OK);
    CHECK_EQUAL(edit->alpha[150 * W + 92], 0);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK_EQUAL(memcmp(edit->alpha, alpha, sizeof alpha), 0);
    CHECK_EQUAL(cut_edit_everywhere(edit, CUT_EDIT_ERASE), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_amount(edit, CUT_EDIT_MAX_AMOUNT + 1), CUT_E_ARGUMENT);
    cut_edit_free(edit);
}

/* The disc's upper part as if the model had seen nothing of it. */
static void behead(void)
{
    draw();
    for (int i = 0; i < 90 * W; i++) alpha[i] = 0;
}

static void refining_finds_what_was_not_there_and_stays_under_the_stroke(void)
{
    int wrong[2];
    behead();
    cut_edit *edit = begin();
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_REFINE, 180, 65, 30, 1, 1), 0);
    CHECK_EQUAL(cut_edit_draw(edit, 210, 65), CUT_OK);
    CHECK(answer_tiles(edit) > 1);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    CHECK(edit->alpha[60 * W + 200] > 250);
    CHECK(edit->alpha[36 * W + 200] < 5); /* blue, under the stroke */
    compare(edit, alpha, 180, 65, 30, wrong);
    CHECK(wrong[0] > 1000);
    CHECK_EQUAL(wrong[1], 0);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK_EQUAL(memcmp(edit->alpha, alpha, sizeof alpha), 0);
    cut_edit_free(edit);
}

static void a_stroke_that_was_not_answered_changes_nothing(void)
{
    behead();
    cut_edit *edit = begin();
    CHECK_EQUAL(cut_edit_detail(edit), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_REFINE, 180, 65, 30, 1, 0), 0);
    CHECK_EQUAL(cut_edit_detail(edit), CUT_OK);
    CHECK(cut_edit_tile(edit) != NULL);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 0);
    CHECK_EQUAL(memcmp(edit->alpha, alpha, sizeof alpha), 0);
    CHECK(cut_edit_tile(edit) == NULL);
    /* and the next one is not in its way */
    CHECK_EQUAL(stroke(edit, CUT_EDIT_ERASE, 180, 200, 10), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    cut_edit_free(edit);
}

static void a_refining_stroke_is_seen_while_it_is_drawn(void)
{
    cut_edit *edit = begin();
    static uint8_t before[100 * 100 * 4];
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 1, 100, 100), 0);
    memcpy(before, cut_edit_pixels(edit), sizeof before);
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_REFINE, 50, 50, 10, 1, 0), 0);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 1, 100, 100), 0);
    const uint8_t *now = cut_edit_pixels(edit);
    CHECK(memcmp(now + (50 * 100 + 50) * 4, before + (50 * 100 + 50) * 4, 4));
    CHECK_EQUAL(memcmp(now, before, 30 * 100 * 4), 0);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 1, 100, 100), 0);
    CHECK_EQUAL(memcmp(cut_edit_pixels(edit), before, sizeof before), 0);
    cut_edit_free(edit);
}

static void a_refusal_leaves_the_edit_as_it_was(void)
{
    draw();
    for (int mode = CUT_EDIT_SHIFT; mode <= CUT_EDIT_HOLES; mode++) {
        int refused = 0;
        for (uint32_t n = 1; n < 40; n++) {
            cut_edit *edit = begin();
            cut_alloc_fail_at(n);
            int status = stroke(edit, mode, 150, 150, 40);
            cut_alloc_fail_at(0);
            if (edit->drawing) CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
            if (status) {
                refused++;
                CHECK_EQUAL(status, CUT_E_MEMORY);
                while (cut_edit_undos(edit))
                    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
                CHECK_EQUAL(memcmp(edit->alpha, alpha, sizeof alpha), 0);
            }
            cut_edit_free(edit);
            CHECK_EQUAL(cut_alloc_count().blocks, 0);
            if (!status) break;
        }
        CHECK(refused >= 3);
    }
}

int main(void)
{
    draw();
    a_stroke_is_the_filter_under_it_and_nothing_else();
    passing_twice_shifts_once();
    holes_are_filled_where_the_stroke_passes();
    everywhere_is_one_step_and_none_where_nothing_changes();
    refining_finds_what_was_not_there_and_stays_under_the_stroke();
    a_stroke_that_was_not_answered_changes_nothing();
    draw();
    a_refining_stroke_is_seen_while_it_is_drawn();
    a_refusal_leaves_the_edit_as_it_was();
    return CHECK_DONE();
}
