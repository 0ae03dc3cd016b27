/* Clicks and boxes: their maps, the window that is looked at, its answer in its
 * place, and a job that is told what is meant, click by click. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "matte/prompt.h"
#include "options/pick.h"

static float sum(const float *map, int count)
{
    float all = 0;
    for (int i = 0; i < count; i++) all += map[i];
    return all;
}

static int parse(cut_prompt *out, const char *json)
{
    return (int)cut_pick_parse(out, json, strlen(json), 200, 100, NULL);
}

static void clicks_and_boxes_are_read_in_pixels_and_percent(void)
{
    cut_prompt p;
    CHECK_EQUAL(
        parse(&p, "{\"points\":[[10,20],[\"50%\",\"25%\",0],[3.5,4,1]]}"),
        CUT_OK);
    CHECK_EQUAL(p.count, 3);
    CHECK(!p.has_box);
    CHECK(p.clicks[0].x == 10 && p.clicks[0].y == 20 && p.clicks[0].keep);
    CHECK(p.clicks[1].x == 100 && p.clicks[1].y == 25 && !p.clicks[1].keep);
    CHECK(p.clicks[2].x == 3.5f && p.clicks[2].keep);
    CHECK_EQUAL(parse(&p, "{\"box\":[-10,\"10%\",50,500]}"), CUT_OK);
    CHECK(p.has_box && p.x0 == 0 && p.y0 == 10 && p.x1 == 40 && p.y1 == 100);
    CHECK_EQUAL(p.count, 0);
}

static void what_points_at_nothing_is_refused(void)
{
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"points\":[]}",
        "{\"points\":[[1]]}",
        "{\"points\":[[1,2,3]]}",
        "{\"points\":[[1,2,1,1]]}",
        "{\"points\":[[1,\"x\"]]}",
        "{\"points\":[[200,1]]}",
        "{\"points\":[[1,100]]}",
        "{\"points\":[[-1,1]]}",
        "{\"points\":[[\"101%\",1]]}",
        "{\"points\":1}",
        "{\"box\":[1,2,3]}",
        "{\"box\":[1,2,0,5]}",
        "{\"box\":[1,2,-3,5]}",
        "{\"box\":[300,2,5,5]}",
        "{\"box\":[1,2,3,1e9]}",
        "{\"box\":\"all\"}",
        "{\"where\":[1,2]}",
        "{\"points\":[[1,2]],\"points\":[[1,2]]}",
    };
    cut_prompt p = {0};
    p.count = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_EQUAL(parse(&p, bad[i]), CUT_E_OPTION);
        CHECK_EQUAL(p.count, 7);
    }
    char many[4096] = "{\"points\":[";
    for (int i = 0; i <= CUT_MAX_CLICKS; i++)
        strcat(many, i ? ",[1,1]" : "[1,1]");
    strcat(many, "]}");
    CHECK_EQUAL(parse(&p, many), CUT_E_OPTION);
}

enum { M = 32, PLANE = M * M };

static void maps_have_discs_the_box_and_the_matte(void)
{
    static float maps[4 * PLANE];
    cut_prompt p = {
        .count = 3, .has_box = 1, .x0 = 20, .y0 = 30, .x1 = 60, .y1 = 70};
    p.clicks[0].x = 41;
    p.clicks[0].y = 41;
    p.clicks[0].keep = 1;
    p.clicks[1].x = 0; /* half of its disc lies outside */
    p.clicks[1].y = 79;
    p.clicks[2].x = 99; /* outside of the window */
    p.clicks[2].y = 10;
    p.clicks[2].keep = 1;
    float alpha[4] = {0, 1, 0, 1};
    cut_matte so_far = {alpha, 2, 2};
    cut_prompt_maps(maps, M, M, &p, (cut_closeup){0, 16, 64, 64}, &so_far, 128,
                    128);
    CHECK(sum(maps, PLANE) == 81); /* of radius 5 */
    CHECK(maps[12 * M + 20] == 1 && maps[12 * M + 25] == 1);
    CHECK(maps[12 * M + 26] == 0 && maps[16 * M + 24] == 0);
    CHECK(sum(maps + PLANE, PLANE) > 20 && sum(maps + PLANE, PLANE) < 81);
    CHECK(maps[PLANE + 31 * M] == 1);
    CHECK(sum(maps + 2 * PLANE, PLANE) == 20 * 20);
    CHECK(maps[2 * PLANE + 7 * M + 10] == 1 &&
          maps[2 * PLANE + 6 * M + 10] == 0);
    /* the window ends at the middle, where the matte is at a half */
    CHECK(maps[3 * PLANE + 5 * M] == 0);
    CHECK(fabsf(maps[3 * PLANE + 5 * M + 31] - 0.484375f) < 1e-6f);
    cut_prompt_maps(maps, M, M, &p, (cut_closeup){0, 16, 64, 64},
                    &(cut_matte){0}, 128, 128);
    CHECK(sum(maps + 3 * PLANE, PLANE) == 0);
}

static void the_window_is_what_was_found_and_pointed_at(void)
{
    static float alpha[16 * 16];
    cut_matte so_far = {NULL, 16, 16};
    cut_prompt p = {.count = 1};
    p.clicks[0].x = 500;
    p.clicks[0].y = 300;
    p.clicks[0].keep = 1;
    cut_closeup w = cut_prompt_window(&p, &so_far, 1600, 1600);
    CHECK(w.x == 0 && w.y == 0 && w.w == 1600 && w.h == 1600);
    so_far.alpha = alpha; /* nothing found in it: all of the photo again */
    w = cut_prompt_window(&p, &so_far, 1600, 1600);
    CHECK(w.w == 1600 && w.h == 1600);
    for (int y = 4; y < 10; y++)
        for (int x = 5; x < 8; x++) alpha[y * 16 + x] = 1;
    w = cut_prompt_window(&p, &so_far, 1600, 1600);
    /* 500..800 is less than a third of the side, 300..1000 is grown */
    CHECK(w.x == 383 && w.w == 534);
    CHECK(w.y == 160 && w.h == 980);
    p.clicks[0].x = 1590;
    p.clicks[0].y = 1590;
    w = cut_prompt_window(&p, &so_far, 1600, 1600);
    CHECK(w.x == 0 && w.y == 0 && w.w == 1600 && w.h == 1600);
    p = (cut_prompt){.has_box = 1, .x0 = 100, .y0 = 0, .x1 = 200, .y1 = 1600};
    cut_closeup r = cut_prompt_region(&p, 1600, 1600);
    CHECK(r.x == 90 && r.w == 120 && r.y == 0 && r.h == 1600);
}

static void an_answer_goes_to_its_place(void)
{
    cut_matte answer = {cut_alloc(64, sizeof(float)), 8, 8};
    for (int i = 0; i < 64; i++) answer.alpha[i] = 1;
    CHECK_EQUAL(
        cut_prompt_place(&answer, (cut_closeup){0, 0, 80, 80}, 80, 80, NULL),
        CUT_OK);
    CHECK_EQUAL(answer.w, 8);
    CHECK_EQUAL(
        cut_prompt_place(&answer, (cut_closeup){20, 40, 40, 20}, 80, 80, NULL),
        CUT_OK);
    CHECK_EQUAL(answer.w, 16);
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 16; x++)
            CHECK(answer.alpha[y * 16 + x] ==
                  (x >= 4 && x < 12 && y >= 8 && y < 12));
    cut_matte_free(&answer);
}

/* ---- a job ------------------------------------------------------------- */

enum { SIDE = 64 };
static const char manifest[] =
    "{\"input\":{\"planes\":7,\"size\":[32,32],"
    "\"mean\":[0,0,0],\"std\":[1,1,1]},\"output\":{\"kind\":\"alpha\"}}";
static const char plain[] =
    "{\"input\":{\"size\":[32,32],\"mean\":[0,0,0],\"std\":[1,1,1]},"
    "\"output\":{\"kind\":\"alpha\"}}";

static cut_job *decoded(const char *with)
{
    static uint8_t px[SIDE * SIDE * 4];
    memset(px, 255, sizeof px);
    cut_job *job = cut_job_new();
    static const uint8_t bmp[54] = {
        'B',         'M',         [2] = 54, [10] = 54, [14] = 40,
        [18] = SIDE, [22] = SIDE, [26] = 1, [28] = 24};
    CHECK_EQUAL(cut_job_decode_pixels(job, px, SIDE, SIDE, bmp, sizeof bmp),
                CUT_OK);
    CHECK_EQUAL(cut_job_manifest(job, with, (uint32_t)strlen(with)), CUT_OK);
    return job;
}

static int pick(cut_job *job, const char *json)
{
    return cut_job_pick(job, json, (uint32_t)strlen(json));
}

/* The model's part: a square of ones in the upper left quarter. */
static int answer(cut_job *job)
{
    static float map[PLANE];
    for (int i = 0; i < PLANE; i++) map[i] = i % M < 16 && i / M < 16;
    return cut_job_matte(job, map, M, M);
}

static void each_click_is_a_pass_that_knows_the_one_before(void)
{
    cut_job *job = decoded(manifest);
    CHECK_EQUAL(pick(job, "{\"points\":[[10,10],[60,60,0]]}"), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    const float *t = cut_job_tensor(job);
    CHECK(sum(t, PLANE) == PLANE);          /* white */
    CHECK(sum(t + 3 * PLANE, PLANE) == 81); /* the first click */
    CHECK(sum(t + 4 * PLANE, PLANE) == 0);  /* not yet the second */
    CHECK(sum(t + 6 * PLANE, PLANE) == 0);
    CHECK_EQUAL(pick(job, "{\"points\":[[1,1]]}"), CUT_E_STATE);
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_has_next_pass(job), 1);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    t = cut_job_tensor(job);
    CHECK(sum(t + 4 * PLANE, PLANE) > 0);
    CHECK(sum(t + 6 * PLANE, PLANE) > 200); /* the answer so far */
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_has_next_pass(job), 0);

    /* one click more: one pass more */
    CHECK_EQUAL(pick(job, "{\"points\":[[10,10],[60,60,0],[5,5]]}"), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_has_next_pass(job), 0);
    CHECK(cut_job_map(job) && cut_job_map_w(job) >= M);
    /* the same once more: nothing to do */
    CHECK_EQUAL(pick(job, "{\"points\":[[10,10],[60,60,0],[5,5]]}"), CUT_OK);
    CHECK_EQUAL(cut_job_state(job), CUT_INFERRED);

    /* one taken back: from the start */
    CHECK_EQUAL(pick(job, "{\"points\":[[10,10]]}"), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    CHECK(sum(cut_job_tensor(job) + 6 * PLANE, PLANE) == 0);
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_has_next_pass(job), 0);
    CHECK_EQUAL(cut_job_refine(job), CUT_OK);
    CHECK(!cut_job_map(job));
    cut_job_free(job);
}

/* The answer before the last click is kept, so that another one in its place
 * is one pass, and gives what it would have given at once. */
static void another_last_click_is_one_pass(void)
{
    static float want[4 * PLANE];
    cut_job *job = decoded(manifest);
    for (int again = 0; again < 2; again++) {
        if (again) { /* another second click, and then this one instead */
            CHECK_EQUAL(pick(job, "{\"points\":[[10,10],[60,60,0]]}"), CUT_OK);
            CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
            CHECK_EQUAL(answer(job), CUT_OK);
        }
        CHECK_EQUAL(pick(job, "{\"points\":[[10,10],[30,8]]}"), CUT_OK);
        int passes = 0;
        for (; cut_job_state(job) == CUT_DECODED || cut_job_has_next_pass(job);
             passes++) {
            CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
            const float *t = cut_job_tensor(job);
            float seen = sum(t + 6 * PLANE, PLANE);
            CHECK(passes == 0 && !again ? seen == 0 : seen > 200);
            CHECK_EQUAL(answer(job), CUT_OK);
        }
        CHECK_EQUAL(passes, again ? 1 : 2);
        size_t bytes = (size_t)cut_job_map_w(job) * cut_job_map_h(job) *
                       sizeof(float);
        CHECK(bytes <= sizeof want);
        if (again) CHECK(memcmp(want, cut_job_map(job), bytes) == 0);
        memcpy(want, cut_job_map(job), bytes);
        if (again) continue;
        CHECK_EQUAL(pick(job, "{\"points\":[[10,10]]}"), CUT_OK);
        CHECK_EQUAL(cut_job_state(job), CUT_INFERRED); /* nothing to do */
    }
    cut_job_free(job);
}

/* A photo much larger than the model's input: the window is moved out to whole
 * samples of the copy, and its maps, too. */
static void a_large_photo_is_looked_at_in_a_copy(void)
{
    enum { LARGE = 331 }; /* 331 / 32 / 2: by 5, and one left */
    uint8_t *px = cut_alloc(LARGE * LARGE, 4);
    uint8_t bmp[54] = {'B',
                       'M',
                       [2] = 54,
                       [10] = 54,
                       [14] = 40,
                       [18] = LARGE & 255,
                       [19] = LARGE >> 8,
                       [22] = LARGE & 255,
                       [23] = LARGE >> 8,
                       [26] = 1,
                       [28] = 24};
    for (int i = 0; i < LARGE * LARGE; i++)
        memset(px + i * 4, i % LARGE < 160 ? 0 : 255, 4), px[i * 4 + 3] = 255;
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_decode_pixels(job, px, LARGE, LARGE, bmp, sizeof bmp),
                CUT_OK);
    cut_free(px);
    CHECK_EQUAL(cut_job_manifest(job, manifest, (uint32_t)strlen(manifest)), 0);
    CHECK_EQUAL(pick(job, "{\"points\":[[20,20],[159,20]]}"), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    const float *t = cut_job_tensor(job);
    /* white from 160 of 331 on: 16.5 of 32 columns */
    CHECK(sum(t, PLANE) > 16 * M && sum(t, PLANE) < 17 * M);
    CHECK_EQUAL(answer(job), CUT_OK); /* the upper left quarter */
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    t = cut_job_tensor(job);
    /* 1.4 times 0..166: 0..199, moved out to 200: 40 of 200 are white */
    float white = sum(t, PLANE) / (float)M / (float)M;
    CHECK(white > .19f && white < .21f);
    /* the click at 159 is 4/5 across: its disc is whole, around 25 and 3 */
    CHECK(t[3 * PLANE + 3 * M + 25] == 1 && t[3 * PLANE + 3 * M + 30] == 1);
    CHECK(t[3 * PLANE + 3 * M + 31] == 0);
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_map_w(job), 2 * M);
    cut_job_free(job);
}

/* What a model might answer: around the clicks on the thing, and what was there
 * before, but for what the others say. */
static void answer_clicks(cut_job *job)
{
    static float map[PLANE];
    const float *t = cut_job_tensor(job);
    for (int i = 0; i < PLANE; i++)
        map[i] = t[4 * PLANE + i] == 0 &&
                 (t[3 * PLANE + i] > 0 || t[6 * PLANE + i] > 0.5f ||
                  (i >= 2 * M && t[3 * PLANE + i - 2 * M] > 0));
    CHECK_EQUAL(cut_job_matte(job, map, M, M), CUT_OK);
}

typedef int click[3];

/* The passes of the first `count` clicks; the tensor of the last one, if any. */
static void run_passes(cut_job *job, const click *clicks, int count,
                       float *last)
{
    char json[400] = "{\"points\":[";
    for (int i = 0; i < count; i++)
        snprintf(json + strlen(json), sizeof json - strlen(json),
                 "%s[%d,%d,%d]", i ? "," : "", clicks[i][0], clicks[i][1],
                 clicks[i][2]);
    strcat(json, "]}");
    CHECK_EQUAL(pick(job, json), CUT_OK);
    while (cut_job_state(job) == CUT_DECODED || cut_job_has_next_pass(job)) {
        CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
        memcpy(last, cut_job_tensor(job), 7 * PLANE * sizeof *last);
        answer_clicks(job);
    }
}

static cut_job *textured(void)
{
    enum { W = 211, H = 150 };
    static uint8_t px[W * H * 4];
    static const uint8_t bmp[54] = {
        'B',      'M',      [2] = 54, [10] = 54, [14] = 40,
        [18] = W, [22] = H, [26] = 1, [28] = 24};
    for (int i = 0; i < W * H * 4; i++)
        px[i] = i % 4 == 3 ? 255 : (uint8_t)((i / 16 + i / (W * 64)) * 7);
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_decode_pixels(job, px, W, H, bmp, sizeof bmp), CUT_OK);
    CHECK_EQUAL(cut_job_manifest(job, manifest, (uint32_t)strlen(manifest)),
                CUT_OK);
    return job;
}

/* What a session keeps from click to click, last ones replaced, shows in no
 * tensor and no answer. */
static void a_session_answers_as_a_new_job_does(void)
{
    static float kept[7 * PLANE], anew[7 * PLANE];
    uint32_t seed = 3;
    int count = 0;
    click clicks[8];
    cut_job *session = textured();
    for (int turn = 0; turn < 40; turn++) {
        seed = seed * 1664525 + 1013904223;
        int what = (int)(seed >> 28);
        if (count == 8 || what < 3) count = 0;
        if (what < 8 && count > 0) count--; /* another one in its place */
        clicks[count][0] = (int)(seed >> 8 & 127) + 40;
        clicks[count][1] = (int)(seed >> 16 & 63) + 40;
        clicks[count++][2] = what % 4 != 0;
        run_passes(session, clicks, count, kept);
        cut_job *job = textured();
        run_passes(job, clicks, count, anew);
        CHECK(memcmp(kept, anew, sizeof kept) == 0);
        CHECK_EQUAL(cut_job_map_w(session), cut_job_map_w(job));
        size_t size = (size_t)cut_job_map_w(job) * cut_job_map_h(job);
        CHECK(memcmp(cut_job_map(session), cut_job_map(job),
                     size * sizeof(float)) == 0);
        cut_job_free(job);
    }
    cut_job_free(session);
}

static void a_box_is_one_pass(void)
{
    cut_job *job = decoded(manifest);
    CHECK_EQUAL(pick(job, "{\"box\":[\"25%\",\"25%\",\"50%\",\"50%\"]}"),
                CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    CHECK(sum(cut_job_tensor(job) + 5 * PLANE, PLANE) == 256);
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_has_next_pass(job), 0);
    cut_job_free(job);
}

static void any_other_model_sees_the_box_alone(void)
{
    cut_job *job = decoded(plain);
    CHECK_EQUAL(pick(job, "{\"points\":[[10,10]]}"), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_E_OPTION);
    CHECK_EQUAL(pick(job, "{\"box\":[20,20,20,20]}"), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
    CHECK_EQUAL(answer(job), CUT_OK);
    CHECK_EQUAL(cut_job_has_next_pass(job), 0);
    CHECK_EQUAL(cut_job_map_w(job), 2 * M);
    const float *map = cut_job_map(job);
    for (int y = 0; y < 2 * M; y++) /* a sample is a pixel */
        for (int x = 0; x < 2 * M; x++)
            if (x < 18 || y < 18 || x >= 42 || y >= 42)
                CHECK(map[y * 2 * M + x] == 0);
    CHECK(map[24 * 2 * M + 24] == 1 && map[36 * 2 * M + 36] == 0);
    cut_job_free(job);
}

int main(void)
{
    clicks_and_boxes_are_read_in_pixels_and_percent();
    what_points_at_nothing_is_refused();
    maps_have_discs_the_box_and_the_matte();
    the_window_is_what_was_found_and_pointed_at();
    an_answer_goes_to_its_place();
    each_click_is_a_pass_that_knows_the_one_before();
    another_last_click_is_one_pass();
    a_large_photo_is_looked_at_in_a_copy();
    a_session_answers_as_a_new_job_does();
    a_box_is_one_pass();
    any_other_model_sees_the_box_alone();
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
    return CHECK_DONE();
}
