/* A thing that somebody points at, on the matte: what a view shows of it is
 * what becomes a step, in each of its ways, and nothing else changes. */
#include <string.h>

#include "check.h"
#include "detail/detail.h"
#include "edits.h"
#include "matte/refine.h"
#include "scene.h"

enum { W = 96, H = 72, N = W * H, M = SCENE_MAP };

static uint8_t map[M * M], other[M * M], doubtful[M * M];

/* The scene's map, one of a square beside the subject, and one that is in doubt
 * about half of the subject. */
static void make_maps(void)
{
    static float scene[M * M];
    scene_map(scene);
    for (int i = 0; i < M * M; i++) {
        map[i] = (uint8_t)(scene[i] * 255 + 0.5f);
        other[i] = i % M > 40 && i / M < 20 ? 255 : 0;
        doubtful[i] = i % M > M / 2 ? map[i] / 2 : map[i];
    }
}

/* The scene, a matte of columns: 0, 200, 255. */
static cut_edit *edit_new(int with_alpha)
{
    static uint8_t alpha[N];
    uint8_t *px = scene_pixels(W, H, with_alpha);
    for (int i = 0; i < N; i++) {
        uint8_t own = px[i * 4 + 3];
        uint8_t is = i % W < 20 ? 0 : i % W < 40 ? 200 : 255;
        alpha[i] = is < own ? is : own;
    }
    cut_edit *edit = edit_of(px, alpha, W, H);
    CHECK(edit != NULL);
    cut_free(px);
    return edit;
}

/* What refinement makes of a map at the photo's size. */
static void refined(uint8_t *out, const cut_edit *edit, const uint8_t *of)
{
    cut_matte matte = {cut_alloc(M * M, sizeof(float)), M, M};
    for (int i = 0; i < M * M; i++) matte.alpha[i] = (float)of[i] / 255;
    CHECK_EQUAL(cut_matte_refine(out, &matte, &edit->photo, NULL), CUT_OK);
    cut_matte_free(&matte);
}

static int wanted(int way, int ground, int meant, int own)
{
    if (way == CUT_EDIT_ONLY) return meant;
    if (way == CUT_EDIT_ADD) return ground > meant ? ground : meant;
    return ground < own - meant ? ground : own - meant;
}

static void a_view_shows_what_becomes_a_step(void)
{
    static uint8_t ground[N], meant[N];
    for (int i = 0; i < 6; i++) {
        int way = i % 3;
        cut_edit *edit = edit_new(i > 2);
        memcpy(ground, edit->alpha, N);
        refined(meant, edit, map);
        CHECK_EQUAL(cut_edit_suppose(edit, way, map, M, M), CUT_OK);
        CHECK_EQUAL(cut_edit_undos(edit), 0);
        CHECK(memcmp(ground, edit->alpha, N) == 0);
        CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_MATTE, 0, 0, 1, W, H), CUT_OK);
        int shown = 0, changed = 0, wrong = 0;
        for (int k = 0; k < N; k++) {
            uint8_t want = (uint8_t)wanted(way, ground[k], meant[k],
                                           edit->photo.px[k * 4 + 3]);
            shown += cut_edit_pixels(edit)[k * 4] != want;
            changed += want != ground[k];
        }
        /* a view's colours have no alpha: it takes the photo as opaque there */
        if (i < 3) CHECK_EQUAL(shown, 0);
        CHECK(changed > 200);
        CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_OK);
        CHECK_EQUAL(cut_edit_undos(edit), 1);
        for (int k = 0; k < N; k++)
            wrong += edit->alpha[k] != wanted(way, ground[k], meant[k],
                                              edit->photo.px[k * 4 + 3]);
        CHECK_EQUAL(wrong, 0);
        CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
        CHECK(memcmp(ground, edit->alpha, N) == 0);
        CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
        CHECK(memcmp(ground, edit->alpha, N) != 0);
        cut_edit_free(edit);
    }
}

/* Colours come in with alpha: where nothing was, the photo's. */
static void a_view_shows_the_photo_where_a_thing_comes_in(void)
{
    cut_edit *edit = edit_new(0);
    memset(edit->alpha, 0, N);
    CHECK_EQUAL(cut_edit_clean(edit, (cut_rect){0, 0, W, H}), CUT_OK);
    CHECK_EQUAL(cut_edit_suppose(edit, CUT_EDIT_ADD, map, M, M), CUT_OK);
    /* a third of it lies beside the photo */
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, -32, 0, 1, W, H), CUT_OK);
    int wrong = 0, solid = 0;
    for (int k = 0; k < N; k++) {
        const uint8_t *p = cut_edit_pixels(edit) + k * 4;
        if (k % W < 32) wrong += p[3] != 0;
        if (k % W < 32 || p[3] < 255) continue;
        wrong += memcmp(p, edit->photo.px + (k - 32) * 4, 3) != 0;
        solid++;
    }
    CHECK_EQUAL(wrong, 0);
    CHECK(solid > 500);
    /* and the ghost of the photo where it does not */
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_GHOST, 0, 0, 1, W, H), CUT_OK);
    CHECK_EQUAL(cut_edit_pixels(edit)[3], 77); /* .3 of 255 */
    CHECK_EQUAL(cut_edit_suppose(edit, CUT_EDIT_ADD, NULL, 0, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 1, W, H), CUT_OK);
    wrong = 0;
    for (int k = 0; k < N; k++) wrong += cut_edit_pixels(edit)[k * 4 + 3] != 0;
    CHECK_EQUAL(wrong, 0);
    cut_edit_free(edit);
}

/* The next click of a thing replaces what the one before made of the matte,
 * and each is a step of its own. */
/* What lies under it is rendered once a window: never that of another window,
 * of another matte, or with another thing on it. */
static void a_view_is_as_if_it_were_the_first(void)
{
    static const struct {
        uint8_t *map;
        int way, style;
        float x, step;
        int stroke; /* is made before it */
    } views[] = {{map, CUT_EDIT_ADD, CUT_EDIT_GHOST, 0, 1, 0},
                 {other, CUT_EDIT_ADD, CUT_EDIT_GHOST, 0, 1, 0},
                 {other, CUT_EDIT_ONLY, CUT_EDIT_RESULT, 0, 1, 0},
                 {other, CUT_EDIT_TAKE, CUT_EDIT_RESULT, 3, 1, 0},
                 {other, CUT_EDIT_TAKE, CUT_EDIT_RESULT, 3, 2, 0},
                 {other, CUT_EDIT_ADD, CUT_EDIT_RESULT, 3, 2, 1},
                 {map, CUT_EDIT_TAKE, CUT_EDIT_MATTE, -8, 2, 1}};
    enum { VIEWS = sizeof views / sizeof *views };
    cut_edit *long_used = edit_new(0), *anew = NULL;
    for (int i = 0; i < VIEWS; i++) {
        cut_edit *edits[2] = {long_used, anew = edit_new(0)};
        for (int k = 0; k < 2; k++) {
            for (int s = k == 0 ? i : 0; s <= i; s++) {
                if (!views[s].stroke) continue;
                CHECK_EQUAL(cut_edit_stroke(edits[k], CUT_EDIT_ERASE,
                                            (float)(40 + 8 * s), 30, 6, 1, 0),
                            CUT_OK);
                CHECK_EQUAL(cut_edit_end(edits[k]), CUT_OK);
            }
            CHECK_EQUAL(
                cut_edit_suppose(edits[k], views[i].way, views[i].map, M, M),
                CUT_OK);
            CHECK_EQUAL(cut_edit_view(edits[k], views[i].style, views[i].x, 0,
                                      views[i].step, W, H),
                        CUT_OK);
        }
        CHECK(memcmp(cut_edit_pixels(long_used), cut_edit_pixels(anew),
                     (size_t)N * 4) == 0);
        cut_edit_free(anew);
    }
    cut_edit_free(long_used);
}

static void a_thing_goes_on_from_the_matte_before_it(void)
{
    static uint8_t ground[N], first[N], meant[N];
    cut_edit *edit = edit_new(0);
    memcpy(ground, edit->alpha, N);
    refined(meant, edit, other);
    cut_edit_suppose(edit, CUT_EDIT_TAKE, map, M, M);
    CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_OK);
    memcpy(first, edit->alpha, N);
    cut_edit_suppose(edit, CUT_EDIT_TAKE, other, M, M);
    CHECK_EQUAL(cut_edit_settle(edit, 1), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 2);
    int wrong = 0;
    for (int k = 0; k < N; k++)
        wrong += edit->alpha[k] !=
                 wanted(CUT_EDIT_TAKE, ground[k], meant[k], 255);
    CHECK_EQUAL(wrong, 0);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK(memcmp(first, edit->alpha, N) == 0);
    /* after a step back there is nothing to go on from */
    cut_edit_suppose(edit, CUT_EDIT_TAKE, other, M, M);
    CHECK_EQUAL(cut_edit_redos(edit), 0);
    CHECK_EQUAL(cut_edit_settle(edit, 1), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_OK);
    /* nor after a stroke */
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_ERASE, 50, 40, 5, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_suppose(edit, CUT_EDIT_ADD, map, M, M), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    cut_edit_suppose(edit, CUT_EDIT_TAKE, other, M, M);
    CHECK_EQUAL(cut_edit_settle(edit, 1), CUT_E_STATE);
    cut_edit_free(edit);
}

/* What the detail network makes of a matte, all at once. */
static void detailed(uint8_t *matte, const cut_image *photo)
{
    static float logits[4 * CUT_DETAIL_BLOCKS * CUT_DETAIL_BLOCKS];
    const size_t plane = (size_t)CUT_DETAIL_BLOCKS * CUT_DETAIL_BLOCKS;
    cut_detail *detail;
    CHECK_EQUAL(cut_detail_new(&detail, photo, matte, 0, NULL), CUT_OK);
    CHECK_EQUAL(cut_detail_next(detail, NULL), CUT_OK);
    while (cut_detail_tensor(detail)) {
        red_logits(logits, cut_detail_tensor(detail), plane);
        CHECK_EQUAL(
            cut_detail_answer(detail, logits, 4 * (uint32_t)plane, NULL),
            CUT_OK);
        CHECK_EQUAL(cut_detail_next(detail, NULL), CUT_OK);
    }
    CHECK_EQUAL(cut_detail_apply(detail, matte, NULL), CUT_OK);
    cut_detail_free(detail);
}

/* A thing that has become a step gets its details in that step's place. */
static void a_step_becomes_one_with_details(void)
{
    static uint8_t ground[N], coarse[N], meant[N];
    for (int way = 0; way < 3; way++) {
        cut_edit *edit = edit_new(0);
        memcpy(ground, edit->alpha, N);
        refined(meant, edit, doubtful);
        detailed(meant, &edit->photo);
        CHECK_EQUAL(cut_edit_detail(edit), CUT_E_STATE);
        CHECK_EQUAL(cut_edit_suppose(edit, way, doubtful, M, M), CUT_OK);
        CHECK_EQUAL(cut_edit_detail(edit), CUT_E_STATE);
        CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_OK);
        memcpy(coarse, edit->alpha, N);
        CHECK(answer_tiles(edit) > 0);
        CHECK_EQUAL(cut_edit_undos(edit), 1);
        int wrong = 0;
        for (int k = 0; k < N; k++)
            wrong += edit->alpha[k] != wanted(way, ground[k], meant[k], 255);
        CHECK_EQUAL(wrong, 0);
        CHECK(memcmp(coarse, edit->alpha, N) != 0);
        CHECK_EQUAL(cut_edit_detail(edit), CUT_E_STATE);
        /* the thing can go on from there, and one step back is all of it */
        CHECK_EQUAL(cut_edit_suppose(edit, way, doubtful, M, M), CUT_OK);
        CHECK_EQUAL(cut_edit_settle(edit, 1), CUT_OK);
        CHECK(memcmp(coarse, edit->alpha, N) == 0);
        CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
        CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
        CHECK(memcmp(ground, edit->alpha, N) == 0);
        cut_edit_free(edit);
    }
}

/* Whatever is done before the last tile is answered: the step stays as it was. */
static void details_are_given_up_for_what_is_done_meanwhile(void)
{
    static uint8_t coarse[N];
    for (int what = 0; what < 3; what++) {
        cut_edit *edit = edit_new(0);
        CHECK_EQUAL(cut_edit_suppose(edit, CUT_EDIT_ONLY, doubtful, M, M),
                    CUT_OK);
        CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_OK);
        memcpy(coarse, edit->alpha, N);
        CHECK_EQUAL(cut_edit_detail(edit), CUT_OK);
        CHECK(cut_edit_tile(edit) != NULL);
        if (what == 0) {
            CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
            CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
        } else if (what == 1) {
            CHECK_EQUAL(
                cut_edit_stroke(edit, CUT_EDIT_ERASE, -30, -30, 2, 1, 0),
                CUT_OK);
            CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
        } else {
            cut_edit_suppose(edit, CUT_EDIT_ONLY, doubtful, M, M);
            CHECK_EQUAL(cut_edit_settle(edit, 1), CUT_OK);
        }
        CHECK(cut_edit_tile(edit) == NULL);
        CHECK_EQUAL(cut_edit_detail(edit), what == 2 ? CUT_OK : CUT_E_STATE);
        CHECK(memcmp(coarse, edit->alpha, N) == 0);
        cut_edit_free(edit);
    }
}

/* A click that changes nothing is a step all the same: it is taken back like
 * the others. */
static void a_step_may_change_nothing(void)
{
    cut_edit *edit = edit_new(0);
    memset(other, 0, sizeof other);
    CHECK_EQUAL(cut_edit_suppose(edit, CUT_EDIT_ADD, other, M, M), CUT_OK);
    CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    cut_edit_free(edit);
}

static void what_cannot_be_supposed(void)
{
    cut_edit *edit = edit_new(0);
    CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_suppose(edit, -1, map, M, M), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_suppose(edit, 3, map, M, M), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_suppose(edit, 0, map, 0, M), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_suppose(edit, 0, map, M, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_suppose(edit, 0, map, CUT_MAX_MODEL_SIDE + 1, 1),
                CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_suppose(edit, 0, map, 1, CUT_MAX_MODEL_SIDE + 1),
                CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_settle(edit, 0), CUT_E_STATE);
    cut_edit_free(edit);
}

/* Whatever allocation fails, the matte and the steps are as they were. */
static void without_memory_nothing_changes(void)
{
    static uint8_t ground[N];
    cut_edit *edit = edit_new(0);
    memcpy(ground, edit->alpha, N);
    CHECK_EQUAL(cut_edit_suppose(edit, CUT_EDIT_ADD, map, M, M), CUT_OK);
    uint32_t live = cut_live_bytes();
    int failed = 0, status = CUT_E_MEMORY;
    for (uint32_t room = 0; status && room < 64000000;
         room += 5000 + room / 8) {
        cut_memory_limit(live + room);
        status = cut_edit_view(edit, CUT_EDIT_GHOST, 0, 0, 1, W, H);
        if (!status) status = cut_edit_settle(edit, 0);
        cut_memory_limit(0);
        if (!status) break;
        failed++;
        CHECK_EQUAL(status, CUT_E_MEMORY);
        CHECK(memcmp(ground, edit->alpha, N) == 0);
        CHECK_EQUAL(cut_edit_undos(edit), 0);
    }
    CHECK(failed > 3);
    CHECK_EQUAL(status, CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    cut_edit_free(edit);
}

int main(void)
{
    make_maps();
    a_view_shows_what_becomes_a_step();
    a_view_shows_the_photo_where_a_thing_comes_in();
    a_view_is_as_if_it_were_the_first();
    a_thing_goes_on_from_the_matte_before_it();
    a_step_becomes_one_with_details();
    details_are_given_up_for_what_is_done_meanwhile();
    a_step_may_change_nothing();
    what_cannot_be_supposed();
    without_memory_nothing_changes();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
