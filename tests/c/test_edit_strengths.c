/* A brush that takes more or less of the old background's colour out of soft
 * edges: what it changes, how it travels in the matte's file, the way back. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "edits.h"
#include "image/png.h"
#include "job/state.h"

enum { W = 1300, H = 500, N = W * H }; /* two pixels a sample */

static uint8_t px[N * 4], alpha[N];

/* Discs with edges 24 pixels soft, red over blue: the photo mixes both. */
static void draw(void)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int i = y * W + x, dx = x % 650 - 325, dy = y - 250;
            int away = dx * dx + dy * dy, a = 0;
            for (int r = 0; r < 24; r++) a += away < (150 + r) * (150 + r);
            a = a * 255 / 24;
            alpha[i] = (uint8_t)a;
            px[i * 4] = (uint8_t)((220 * a + 20 * (255 - a)) / 255);
            px[i * 4 + 1] = (uint8_t)(40 + y % 3);
            px[i * 4 + 2] = (uint8_t)((30 * a + 200 * (255 - a)) / 255);
            px[i * 4 + 3] = 255;
        }
}

static cut_edit *begin(void)
{
    return edit_of(px, alpha, W, H);
}

/* Down the left side of the first disc. */
static int stroke(cut_edit *edit, float amount)
{
    int status = cut_edit_amount(edit, amount);
    if (!status)
        status = cut_edit_stroke(edit, CUT_EDIT_DECONTAMINATE, 160, 210, 40, 1,
                                 1);
    if (!status) status = cut_edit_draw(edit, 160, 290);
    return status ? status : cut_edit_end(edit);
}

/* Whether the stroke covers all of a pixel's sample, or any of it. */
static int covered(int x, int y)
{
    double v = y < 210 ? 210 - y : y > 290 ? y - 290 : 0, u = x - 160;
    double away = u * u + v * v;
    return away < 37 * 37 ? 1 : away < 43 * 43 ? -1 : 0;
}

static int same_colour(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, 3) == 0;
}

static void a_stroke_changes_the_colours_under_it_and_nothing_else(void)
{
    static const float amounts[] = {0, 200};
    for (int i = 0; i < 2; i++) {
        cut_edit *edit = begin();
        uint8_t *was = malloc(N * 4);
        memcpy(was, edit->clean.px, N * 4);
        CHECK_EQUAL(stroke(edit, amounts[i]), CUT_OK);
        int wrong = 0, changed = 0, own = 0, soft = 0, same = 0;
        cut_image all = {cut_alloc(N, 4), W, H, 0, 0};
        memcpy(all.px, px, sizeof px);
        CHECK_EQUAL(cut_foreground_clean(&all, alpha, 0, amounts[i] / 100,
                                         &(cut_strengths){0}, NULL),
                    CUT_OK);
        for (int at = 0; at < N; at++) {
            const uint8_t *p = edit->clean.px + at * 4;
            int in = covered(at % W, at / W);
            wrong |= p[3] != alpha[at];
            if (in == 0) wrong |= !same_colour(p, was + at * 4);
            if (in != 1 || alpha[at] == 0 || alpha[at] == 255) continue;
            soft++;
            changed += !same_colour(p, was + at * 4);
            own += same_colour(p, px + at * 4);
            same += same_colour(p, all.px + at * 4);
        }
        CHECK_EQUAL(wrong, 0);
        CHECK(soft > 1000);
        CHECK_EQUAL(same, soft); /* as all of it by that strength */
        CHECK(changed > soft / 2);
        if (amounts[i] == 0) CHECK_EQUAL(own, soft);
        cut_image_free(&all);
        CHECK_EQUAL(memcmp(edit->alpha, alpha, N), 0);
        CHECK_EQUAL(cut_edit_undos(edit), 1);
        uint8_t *now = malloc(N * 4);
        memcpy(now, edit->clean.px, N * 4);
        CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
        CHECK_EQUAL(memcmp(edit->clean.px, was, N * 4), 0);
        CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
        CHECK_EQUAL(memcmp(edit->clean.px, now, N * 4), 0);
        free(now);
        free(was);
        cut_edit_free(edit);
    }
}

/* Strokes of both kinds, each undone by itself. */
static void steps_of_both_kinds_lead_back_one_by_one(void)
{
    cut_edit *edit = begin();
    uint8_t *was = malloc(N * 4);
    memcpy(was, edit->clean.px, N * 4);
    CHECK_EQUAL(stroke(edit, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_ERASE, 325, 250, 30, 1, 0),
                CUT_OK);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    CHECK_EQUAL(stroke(edit, 150), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 3);
    for (int i = 0; i < 3; i++) CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    CHECK_EQUAL(memcmp(edit->clean.px, was, N * 4), 0);
    CHECK_EQUAL(memcmp(edit->alpha, alpha, N), 0);
    for (int i = 0; i < 2; i++) CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
    CHECK(edit->alpha[250 * W + 325] == 0);
    free(was);
    cut_edit_free(edit);
}

static cut_bytes photo_file(void)
{
    cut_image image = {cut_alloc(N, 4), W, H, 1, 0};
    cut_bytes out = {0}, no_icc = {0};
    memcpy(image.px, px, sizeof px);
    CHECK_EQUAL(cut_png_encode(&out, &image, &no_icc, NULL), CUT_OK);
    cut_image_free(&image);
    return out;
}

/* A job that was given this matte, cleaned. */
static cut_job *cleaned(const cut_bytes *photo, const uint8_t *matte,
                        uint32_t size)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_options(job, "{\"kind\":\"photo\"}", 16), CUT_OK);
    CHECK_EQUAL(cut_job_decode(job, photo->data, (uint32_t)photo->size),
                CUT_OK);
    CHECK_EQUAL(cut_job_set_matte(job, matte, size), CUT_OK);
    CHECK_EQUAL(cut_job_foreground(job), CUT_OK);
    return job;
}

static void the_file_of_the_matte_has_it(void)
{
    cut_edit *edit = begin();
    cut_bytes photo = photo_file();
    CHECK_EQUAL(cut_edit_encode(edit), CUT_OK);
    uint32_t plain = cut_edit_bytes_size(edit);
    CHECK_EQUAL(stroke(edit, 20), CUT_OK);
    CHECK_EQUAL(cut_edit_encode(edit), CUT_OK);
    uint32_t size = cut_edit_bytes_size(edit);
    CHECK(size > plain && size < plain + 3000);
    cut_job *job = cleaned(&photo, cut_edit_bytes(edit), size);
    CHECK_EQUAL(memcmp(job->image.px, edit->clean.px, N * 4), 0);
    cut_job_free(job);
    /* a chunk that is not whole counts for nothing */
    uint8_t *damaged = malloc(size);
    memcpy(damaged, cut_edit_bytes(edit), size);
    for (uint32_t i = 8; i + 4 < size; i++)
        if (memcmp(damaged + i, "cuDc", 4) == 0) damaged[i + 4] ^= 1;
    job = cleaned(&photo, damaged, size);
    CHECK(job->strengths.px == NULL);
    CHECK(memcmp(job->image.px, edit->clean.px, N * 4) != 0);
    cut_job_free(job);
    free(damaged);
    /* retouched again it goes on from there */
    job = cut_job_new();
    CHECK_EQUAL(cut_job_options(job, "{\"kind\":\"photo\"}", 16), CUT_OK);
    CHECK_EQUAL(cut_job_decode(job, photo.data, (uint32_t)photo.size), CUT_OK);
    CHECK_EQUAL(cut_job_set_matte(job, cut_edit_bytes(edit), size), CUT_OK);
    cut_edit *again = cut_edit_new(job);
    cut_job_free(job);
    CHECK_EQUAL(memcmp(again->clean.px, edit->clean.px, N * 4), 0);
    CHECK_EQUAL(cut_edit_amount(again, 100), CUT_OK);
    CHECK_EQUAL(cut_edit_everywhere(again, CUT_EDIT_DECONTAMINATE), CUT_OK);
    CHECK_EQUAL(cut_edit_encode(again), CUT_OK);
    CHECK_EQUAL(cut_edit_bytes_size(again), plain); /* all is as usual */
    cut_edit_free(again);
    cut_edit_free(edit);
    cut_bytes_free(&photo);
}

static void everywhere_is_one_step_or_none(void)
{
    cut_edit *edit = begin();
    CHECK_EQUAL(cut_edit_amount(edit, 100), CUT_OK);
    CHECK_EQUAL(cut_edit_everywhere(edit, CUT_EDIT_DECONTAMINATE), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 0);
    CHECK_EQUAL(cut_edit_amount(edit, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_everywhere(edit, CUT_EDIT_DECONTAMINATE), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    int wrong = 0;
    for (int i = 0; i < N; i++)
        if (alpha[i]) wrong |= !same_colour(edit->clean.px + i * 4, px + i * 4);
    CHECK_EQUAL(wrong, 0);
    cut_edit_free(edit);
}

static void a_refusal_changes_nothing(void)
{
    int refused = 0;
    for (uint32_t n = 1; n < 60; n++) {
        cut_edit *edit = begin();
        uint8_t *was = malloc(N * 4);
        memcpy(was, edit->clean.px, N * 4);
        cut_alloc_fail_at(n);
        int status = stroke(edit, 0);
        cut_alloc_fail_at(0);
        if (!status) n = 60;
        if (status) {
            refused++;
            CHECK_EQUAL(status, CUT_E_MEMORY);
            CHECK_EQUAL(cut_edit_undos(edit), 0);
            CHECK_EQUAL(stroke(edit, 100), CUT_OK); /* and goes on */
            CHECK_EQUAL(memcmp(edit->clean.px, was, N * 4), 0);
        }
        free(was);
        cut_edit_free(edit);
        CHECK_EQUAL(cut_live_blocks(), 0);
    }
    CHECK(refused > 3);
}

int main(void)
{
    draw();
    a_stroke_changes_the_colours_under_it_and_nothing_else();
    steps_of_both_kinds_lead_back_one_by_one();
    the_file_of_the_matte_has_it();
    everywhere_is_one_step_or_none();
    a_refusal_changes_nothing();
    return CHECK_DONE();
}
