/* Retouching: brush, snapping, objects, undo, views; and back into a job.
 * Long because the cases share one small edit.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "edits.h"
#include "scene.h"

enum { W = 160, H = 120 };

/* Left half dark, right half light: an edge at x = 80. */
static void two_halves(uint8_t *px, int32_t w, int32_t h)
{
    uint32_t noise = 7;
    for (int32_t i = 0; i < w * h; i++) {
        noise = noise * 1664525u + 1013904223u;
        uint8_t v = (uint8_t)((i % w < w / 2 ? 60 : 170) + (noise >> 30));
        memset(px + (size_t)i * 4, v, 3);
        px[(size_t)i * 4 + 3] = 255;
    }
}

static uint8_t px[W * H * 4], clear[W * H], full[W * H];

static int stroke(cut_edit *edit, int mode, const float path[4], float radius,
                  float hardness, int snap)
{
    int status = cut_edit_stroke(edit, mode, path[0], path[1], radius, hardness,
                                 snap);
    if (!status) status = cut_edit_draw(edit, path[2], path[3]);
    return status ? status : cut_edit_end(edit);
}

static uint8_t at(const cut_edit *edit, int x, int y)
{
    return edit->alpha[(size_t)y * W + (size_t)x];
}

/* ---- brush ------------------------------------------------------------- */

static void a_hard_brush_fills_its_disc_and_nothing_else(void)
{
    cut_edit *edit = edit_of(px, clear, W, H);
    const float path[4] = {40, 60, 40, 60};
    CHECK_EQUAL(stroke(edit, CUT_EDIT_RESTORE, path, 12, 1, 0), CUT_OK);
    int wrong = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            float dx = (float)x + 0.5f - 40, dy = (float)y + 0.5f - 60;
            wrong += at(edit, x, y) != (dx * dx + dy * dy < 144 ? 255 : 0);
        }
    CHECK_EQUAL(wrong, 0);
    cut_edit_free(edit);
}

static void a_soft_brush_fades_to_its_radius(void)
{
    cut_edit *edit = edit_of(px, full, W, H);
    const float path[4] = {20.5f, 60.5f, 60.5f, 60.5f};
    CHECK_EQUAL(stroke(edit, CUT_EDIT_ERASE, path, 20, 0.5f, 0), CUT_OK);
    CHECK_EQUAL(at(edit, 40, 60), 0);
    CHECK_EQUAL(at(edit, 40, 69), 0);
    for (int y = 71; y < 80; y++) CHECK(at(edit, 40, y) > at(edit, 40, y - 1));
    CHECK_EQUAL(at(edit, 40, 75), 127); /* half way: half */
    CHECK_EQUAL(at(edit, 40, 81), 255);
    cut_edit_free(edit);
}

static void a_snapping_brush_stops_at_an_edge(void)
{
    for (int size = 1; size <= 3; size++) { /* with cells of 1 pixel and more */
        float r = 30.0f * (float)size * (float)size;
        int32_t w = 2 * (int32_t)r + 80, h = w;
        size_t count = (size_t)w * (size_t)h;
        uint8_t *photo = malloc(count * 4), *none = calloc(count, 1);
        two_halves(photo, w, h);
        cut_edit *edit = edit_of(photo, none, w, h);
        float y = (float)h / 2, x = (float)w / 2 - r / 3;
        float path[4] = {x, y - r / 4, x, y + r / 4};
        CHECK_EQUAL(stroke(edit, CUT_EDIT_RESTORE, path, r, 0.9f, 1), CUT_OK);
        int beyond = 0, missing = 0;
        int32_t k = (int32_t)(r / 96) + 1; /* a cell may straddle the edge */
        for (int32_t v = (int32_t)(y - r / 4); v < (int32_t)(y + r / 4); v++) {
            const uint8_t *row = edit->alpha + (size_t)v * (size_t)w;
            for (int32_t u = w / 2 + k; u < w; u++) beyond += row[u] > 8;
            for (int32_t u = (int32_t)(x - r * 0.8f); u < w / 2 - k; u++)
                missing += row[u] < 250;
        }
        CHECK_EQUAL(beyond, 0);
        CHECK_EQUAL(missing, 0);
        free(photo);
        free(none);
        cut_edit_free(edit);
    }
}

static void restoring_ends_at_the_photos_own_alpha(void)
{
    static uint8_t half[sizeof px];
    memcpy(half, px, sizeof px);
    for (size_t i = 3; i < sizeof half; i += 4) half[i] = 100;
    cut_edit *edit = edit_of(half, clear, W, H);
    const float path[4] = {40, 60, 60, 60};
    CHECK_EQUAL(stroke(edit, CUT_EDIT_RESTORE, path, 10, 1, 0), CUT_OK);
    CHECK_EQUAL(at(edit, 50, 60), 100);
    cut_edit_free(edit);
}

static void passing_twice_over_a_pixel_changes_nothing_more(void)
{
    cut_edit *once = edit_of(px, full, W, H), *twice = edit_of(px, full, W, H);
    const float path[4] = {20, 60, 120, 60};
    CHECK_EQUAL(stroke(once, CUT_EDIT_ERASE, path, 15, 0, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_stroke(twice, CUT_EDIT_ERASE, 20, 60, 15, 0, 0), 0);
    CHECK_EQUAL(cut_edit_draw(twice, 120, 60), CUT_OK);
    CHECK_EQUAL(cut_edit_draw(twice, 20, 60), CUT_OK);
    CHECK_EQUAL(cut_edit_end(twice), CUT_OK);
    int max = 0; /* the path's parts differ by rounding only */
    for (size_t i = 0; i < W * H; i++) {
        int d = abs(once->alpha[i] - twice->alpha[i]);
        max = d > max ? d : max;
    }
    CHECK(max <= 1);
    cut_edit_free(once);
    cut_edit_free(twice);
}

static void bad_brushes_and_places_are_refused(void)
{
    cut_edit *edit = edit_of(px, full, W, H);
    const float nan = strtof("nan", NULL), inf = strtof("inf", NULL);
    CHECK_EQUAL(cut_edit_stroke(edit, 2, 1, 1, 5, 1, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 1, 1, 0, 1, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 1, 1, 1e5f, 1, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 1, 1, nan, 1, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 1, 1, 5, nan, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, nan, 1, 5, 1, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_draw(edit, 1, 1), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_end(edit), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, -500, -500, 5, 1, 1), CUT_OK);
    CHECK_EQUAL(cut_edit_draw(edit, inf, 1), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_stroke(edit, 0, 1, 1, 5, 1, 0), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_undo(edit), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK); /* outside: no step */
    CHECK_EQUAL(cut_edit_undos(edit), 0);
    CHECK(cut_edit_message(edit)[0] != 0);
    cut_edit_free(edit);
}

/* ---- cleaning ---------------------------------------------------------- */

/* Whether colours and reduced copies are what cleaning all of it makes. */
static int is_clean(const cut_edit *edit)
{
    size_t count = (size_t)edit->photo.w * (size_t)edit->photo.h;
    cut_image whole = {cut_alloc(count, 4), edit->photo.w, edit->photo.h, 0};
    cut_pyramid pyramid = {0};
    memcpy(whole.px, edit->photo.px, count * 4);
    CHECK_EQUAL(cut_foreground_estimate(&whole, edit->alpha, NULL), CUT_OK);
    CHECK_EQUAL(cut_pyramid_new(&pyramid, &whole, NULL), CUT_OK);
    int same = pyramid.count == edit->cleans.count;
    for (int i = 0; same && i < pyramid.count; i++) {
        const cut_image *a = &pyramid.level[i], *b = &edit->cleans.level[i];
        same = memcmp(a->px, b->px, (size_t)a->w * (size_t)a->h * 4) == 0;
    }
    cut_pyramid_free(&pyramid);
    cut_image_free(&whole);
    return same;
}

/* Blocks of 1, 2, 3 and 5 pixels; a matte with a soft rim, or hard alone. */
static void every_step_leaves_the_colours_of_cleaning_it_whole(void)
{
    static const int32_t sizes[][2] = {
        {160, 120}, {1300, 200}, {300, 2100}, {4200, 90}};
    uint32_t seed = 7;
    for (int i = 0; i < 4; i++) {
        int32_t w = sizes[i][0], h = sizes[i][1];
        size_t count = (size_t)w * (size_t)h;
        uint8_t *photo = cut_alloc(count, 4), *matte = cut_alloc(count, 1);
        for (size_t at = 0; at < count; at++) {
            float x = (float)(at % (size_t)w) / (float)w - 0.5f;
            float y = (float)(at / (size_t)w) / (float)h - 0.5f;
            float a = (0.12f - x * x - y * y) * (i % 2 ? 4000.0f : 900.0f);
            matte[at] = (uint8_t)(a < 0 ? 0 : a > 255 ? 255 : a);
            for (int c = 0; c < 4; c++) {
                seed = seed * 1664525u + 1013904223u;
                photo[at * 4 + (size_t)c] = (uint8_t)(c == 3 ? 255
                                                             : seed >> 24);
            }
        }
        cut_edit *edit = edit_of(photo, matte, w, h);
        CHECK(is_clean(edit));
        for (int step = 0; step < 6; step++) {
            seed = seed * 1664525u + 1013904223u;
            float x = (float)(seed >> 16) / 65536 * (float)w;
            float y = (float)(seed & 65535) / 65536 * (float)h;
            const float path[4] = {x, y, x + 30, y + 9};
            CHECK_EQUAL(stroke(edit, step % 2, path, 11, 0.2f, step % 3 == 0),
                        CUT_OK);
            CHECK(is_clean(edit));
        }
        while (cut_edit_undos(edit)) {
            CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
            CHECK(is_clean(edit));
        }
        cut_edit_free(edit);
        cut_free(photo);
        cut_free(matte);
    }
}

/* ---- undo -------------------------------------------------------------- */

static void steps_lead_back_and_forth_to_the_byte(void)
{
    enum { STROKES = 5 };
    static uint8_t states[STROKES + 1][W * H];
    static uint8_t colours[STROKES + 1][W * H * 4];
    cut_edit *edit = edit_of(px, full, W, H);
    for (int i = 0; i <= STROKES; i++) {
        memcpy(states[i], edit->alpha, W * H);
        memcpy(colours[i], edit->clean.px, W * H * 4);
        const float path[4] = {20, 20.0f * (float)i, 140, 90};
        if (i < STROKES)
            CHECK_EQUAL(stroke(edit, i % 2, path, 9, 0.3f, i % 3 == 0), 0);
    }
    CHECK_EQUAL(cut_edit_undos(edit), STROKES);
    for (int i = STROKES; i-- > 0;) {
        CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
        CHECK(memcmp(edit->alpha, states[i], W * H) == 0);
        CHECK(memcmp(edit->clean.px, colours[i], W * H * 4) == 0);
    }
    CHECK_EQUAL(cut_edit_undo(edit), CUT_E_STATE);
    CHECK_EQUAL(cut_edit_redo(edit), CUT_OK);
    CHECK(memcmp(edit->alpha, states[1], W * H) == 0);
    const float path[4] = {5, 5, 5, 5};
    CHECK_EQUAL(stroke(edit, CUT_EDIT_ERASE, path, 3, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_redos(edit), 0); /* another way was taken */
    cut_edit_free(edit);
}

static void the_oldest_steps_are_forgotten(void)
{
    cut_edit *edit = edit_of(px, full, W, H);
    for (int i = 0; i < CUT_EDIT_STEPS + 10; i++) {
        float x = (float)(i % W);
        const float path[4] = {x, 10, x, 10};
        CHECK_EQUAL(stroke(edit, i % 2, path, 2, 1, 0), CUT_OK);
    }
    CHECK_EQUAL(cut_edit_undos(edit), CUT_EDIT_STEPS);
    while (cut_edit_undos(edit)) CHECK_EQUAL(cut_edit_undo(edit), CUT_OK);
    cut_edit_free(edit);
}

/* ---- objects ----------------------------------------------------------- */

/* Two discs, the smaller with a soft rim, and a speck. */
static void discs(uint8_t *alpha)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int a = (x - 40) * (x - 40) + (y - 60) * (y - 60);
            int b = (x - 120) * (x - 120) + (y - 60) * (y - 60);
            alpha[y * W + x] = a < 900 ? 255 : b < 400 ? 255 : b < 600 ? 90 : 0;
        }
    alpha[5 * W + 80] = 255;
}

static void objects_are_found_and_dropped_with_their_soft_rim(void)
{
    static uint8_t alpha[W * H];
    discs(alpha);
    cut_edit *edit = edit_of(px, alpha, W, H);
    const char *json = cut_edit_objects_json(edit);
    CHECK(json && strncmp(json, "[{\"box\":[11,31,59,59],\"area\":", 29) == 0);
    CHECK_EQUAL(edit->objects.count, 2); /* the speck is none */
    CHECK_EQUAL(cut_edit_toggle(edit, 120, 60), CUT_OK);
    CHECK_EQUAL(at(edit, 120, 60), 0);
    CHECK_EQUAL(at(edit, 143, 60), 0); /* the rim */
    CHECK_EQUAL(at(edit, 40, 60), 255);
    json = cut_edit_objects_json(edit);
    CHECK(json && strstr(json, "\"kept\":true},{") != NULL);
    CHECK(json && strstr(json, "\"kept\":false}]") != NULL);
    CHECK_EQUAL(cut_edit_toggle(edit, 80, 100), CUT_OK); /* nothing there */
    CHECK_EQUAL(cut_edit_toggle(edit, -5, 1e9f), CUT_OK);
    CHECK_EQUAL(cut_edit_undos(edit), 1);
    CHECK_EQUAL(cut_edit_toggle(edit, 121, 61), CUT_OK);
    CHECK(memcmp(edit->alpha, alpha, W * H) == 0);
    cut_edit_free(edit);
}

static void the_largest_objects_come_first(void)
{
    enum { SIDE = 600 }; /* cells are single pixels; 100 squares */
    uint8_t *photo = calloc(SIDE * SIDE, 4), *alpha = calloc(SIDE * SIDE, 1);
    for (int i = 0; i < 100; i++)
        for (int y = 0; y < 20 + i % 30; y++)
            memset(alpha + (i / 10 * 60 + y) * SIDE + i % 10 * 60, 200,
                   (size_t)(20 + i % 30));
    cut_objects objects = {0};
    CHECK_EQUAL(cut_objects_find(&objects, alpha, SIDE, SIDE, NULL), CUT_OK);
    CHECK_EQUAL(objects.count, 64);
    for (int i = 1; i < objects.count; i++)
        CHECK(objects.of[i].area <= objects.of[i - 1].area);
    CHECK_EQUAL(objects.of[0].area, 49 * 49);
    cut_free(objects.label);
    free(photo);
    free(alpha);
}

/* ---- views ------------------------------------------------------------- */

static void a_view_at_full_size_is_the_picture(void)
{
    static uint8_t alpha[W * H];
    discs(alpha);
    cut_edit *edit = edit_of(px, alpha, W, H);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 1, W, H), CUT_OK);
    CHECK(memcmp(cut_edit_pixels(edit), edit->clean.px, W * H * 4) == 0);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_PHOTO, 10, 20, 1, 7, 5), CUT_OK);
    CHECK(memcmp(cut_edit_pixels(edit), px + (20 * W + 10) * 4, 28) == 0);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_MATTE, 0, 0, 1, W, H), CUT_OK);
    for (int i = 0; i < W * H; i += 97)
        CHECK_EQUAL(cut_edit_pixels(edit)[i * 4], alpha[i]);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, -3, -3, 1, 3, 3), CUT_OK);
    CHECK_EQUAL(cut_edit_pixels(edit)[35], 0); /* outside: clear */
    cut_edit_free(edit);
}

static void enlarged_pixels_are_squares(void)
{
    cut_edit *edit = edit_of(px, full, W, H);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_PHOTO, 30, 40, 0.125f, 16, 8), 0);
    for (int i = 0; i < 16; i++)
        CHECK_EQUAL(cut_edit_pixels(edit)[i * 4],
                    px[(40 * W + 30 + i / 8) * 4]);
    cut_edit_free(edit);
}

static void a_reduced_view_is_the_mean_and_follows_strokes(void)
{
    cut_edit *edit = edit_of(px, full, W, H);
    const float path[4] = {0, 60, 80, 60};
    CHECK_EQUAL(cut_edit_stroke(edit, CUT_EDIT_ERASE, 0, 0, 300, 1, 0), 0);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 4, W / 4, H / 4), 0);
    for (int i = 0; i < W / 4 * H / 4; i++)
        CHECK_EQUAL(cut_edit_pixels(edit)[i * 4 + 3], 0);
    CHECK_EQUAL(cut_edit_end(edit), CUT_OK);
    CHECK_EQUAL(stroke(edit, CUT_EDIT_RESTORE, path, 200, 1, 0), CUT_OK);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_RESULT, 0, 0, 4, W / 4, H / 4), 0);
    for (int y = 1; y < H / 4 - 1; y++)
        for (int x = 1; x < W / 4 - 1; x++) {
            int v = cut_edit_pixels(edit)[(y * W / 4 + x) * 4];
            if (x < 18) CHECK(v >= 60 && v <= 63);
            if (x > 21) CHECK(v >= 170 && v <= 173);
        }
    cut_edit_free(edit);
}

static void what_is_removed_shimmers_through_a_ghost(void)
{
    cut_edit *edit = edit_of(px, clear, W, H);
    CHECK_EQUAL(cut_edit_view(edit, CUT_EDIT_GHOST, 0, 0, 1, W, H), CUT_OK);
    CHECK_EQUAL(cut_edit_pixels(edit)[0], px[0]);
    CHECK_EQUAL(cut_edit_pixels(edit)[3], 77); /* 30 % */
    cut_edit_free(edit);
}

static void impossible_views_are_refused(void)
{
    cut_edit *edit = edit_of(px, full, W, H);
    CHECK_EQUAL(cut_edit_view(edit, 4, 0, 0, 1, 1, 1), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_view(edit, 0, 0, 0, 0, 1, 1), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_view(edit, 0, 0, 0, 1, 0, 1), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_edit_view(edit, 0, 0, 0, 1, 1 << 16, 1 << 16),
                CUT_E_ARGUMENT);
    cut_edit_free(edit);
}

/* ---- with jobs --------------------------------------------------------- */

static uint8_t *file;
static uint32_t file_size;

/* The scene as a BMP file. */
static void make_file(void)
{
    enum { SIDE = 96 };
    uint32_t row = SIDE * 3 + (4 - SIDE * 3 % 4) % 4, size = 54 + row * SIDE;
    uint8_t *rgba = scene_pixels(SIDE, SIDE, 0);
    file = calloc(size, 1);
    file_size = size;
    memcpy(file, "BM", 2);
    const uint32_t head[][2] = {{2, size},  {10, 54},   {14, 40},
                                {18, SIDE}, {22, SIDE}, {26, 1 | 24 << 16}};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        memcpy(file + head[i][0], &head[i][1], 4);
    for (uint32_t y = 0; y < SIDE; y++)
        for (uint32_t x = 0; x < SIDE; x++)
            for (uint32_t c = 0; c < 3; c++)
                file[54 + (SIDE - 1 - y) * row + x * 3 + c] =
                    rgba[(y * SIDE + x) * 4 + 2 - c];
    cut_free(rgba);
}

/* The photo and the edit's matte, REFINED. */
static int set_matte(cut_job *job, const cut_edit *edit)
{
    int status = cut_job_decode(job, file, file_size);
    return status ? status
                  : cut_job_set_matte(job, cut_edit_bytes(edit),
                                      cut_edit_bytes_size(edit));
}

static int rest_of(cut_job *job)
{
    int status = cut_job_foreground(job);
    if (!status) status = cut_job_compose(job);
    return status ? status : cut_job_encode(job);
}

static void the_matte_of_an_untouched_edit_gives_the_jobs_own_bytes(void)
{
    cut_job *plain = cut_job_new(), *job = cut_job_new(), *last = cut_job_new();
    CHECK_EQUAL(scene_job(plain, NULL, file, file_size, CUT_DONE), CUT_OK);
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_REFINED), CUT_OK);
    cut_edit *edit = cut_edit_new(job);
    CHECK(edit != NULL && cut_edit_bytes(edit) == NULL);
    cut_job_free(job);
    CHECK_EQUAL(cut_edit_encode(edit), CUT_OK);
    CHECK_EQUAL(set_matte(last, edit), CUT_OK);
    CHECK_EQUAL(cut_job_set_matte(last, file, file_size), CUT_E_STATE);
    CHECK_EQUAL(rest_of(last), CUT_OK);
    uint32_t size = cut_job_bytes_size(plain);
    CHECK_EQUAL(cut_job_bytes_size(last), size);
    CHECK(memcmp(cut_job_bytes(plain), cut_job_bytes(last), size) == 0);
    cut_job_free(plain);
    cut_job_free(last);
    cut_edit_free(edit);
}

static void an_edit_needs_a_matte(void)
{
    cut_job *job = cut_job_new();
    CHECK(cut_edit_new(job) == NULL);
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_DECODED), CUT_OK);
    CHECK(cut_edit_new(job) == NULL);
    CHECK(strstr(cut_job_message(job), "refined") != NULL);
    cut_job_free(job);
}

/* Everything once; the n-th allocation refused, for every n until all is done:
 * each call either works or changes nothing, and nothing leaks. */
static int whole_edit(void)
{
    static uint8_t was[96 * 96];
    cut_job *job = cut_job_new(), *last = NULL;
    cut_edit *edit = NULL;
    int status = CUT_E_MEMORY;
    if (job) status = scene_job(job, NULL, file, file_size, CUT_REFINED);
    if (!status && !(edit = cut_edit_new(job))) status = CUT_E_MEMORY;
    if (!status) memcpy(was, edit->alpha, sizeof was);
    if (!status && !cut_edit_objects_json(edit)) status = CUT_E_MEMORY;
    if (!status) status = cut_edit_view(edit, 1, 0, 0, 2, 48, 48);
    if (!status) status = cut_edit_stroke(edit, 0, 48, 48, 8, 0.5f, 1);
    if (!status) {
        status = cut_edit_draw(edit, 60, 48);
        int ended = cut_edit_end(edit);
        if (ended) CHECK(memcmp(was, edit->alpha, sizeof was) == 0);
        status = status ? status : ended;
    }
    if (!status) {
        memcpy(was, edit->alpha, sizeof was);
        status = cut_edit_toggle(edit, 48, 60);
        if (status) CHECK(memcmp(was, edit->alpha, sizeof was) == 0);
    }
    if (!status) status = cut_edit_undo(edit);
    if (!status) CHECK(memcmp(was, edit->alpha, sizeof was) == 0);
    if (!status) status = cut_edit_redo(edit);
    if (!status && !(last = cut_job_new())) status = CUT_E_MEMORY;
    if (!status) status = cut_edit_encode(edit);
    if (!status) status = set_matte(last, edit);
    if (!status) status = rest_of(last);
    cut_job_free(job);
    cut_job_free(last);
    cut_edit_free(edit);
    return status;
}

static void refused_memory_loses_nothing(void)
{
    uint32_t blocks = cut_live_blocks(), n = 1;
    for (;; n++) {
        cut_alloc_fail_at(n);
        int status = whole_edit();
        CHECK(status == CUT_OK || status == CUT_E_MEMORY);
        CHECK_EQUAL(cut_live_blocks(), blocks);
        if (status == CUT_OK) break;
    }
    cut_alloc_fail_at(0);
    CHECK(n > 30);
}

int main(void)
{
    two_halves(px, W, H);
    memset(full, 255, sizeof full);
    make_file();
    a_hard_brush_fills_its_disc_and_nothing_else();
    a_soft_brush_fades_to_its_radius();
    a_snapping_brush_stops_at_an_edge();
    restoring_ends_at_the_photos_own_alpha();
    passing_twice_over_a_pixel_changes_nothing_more();
    bad_brushes_and_places_are_refused();
    every_step_leaves_the_colours_of_cleaning_it_whole();
    steps_lead_back_and_forth_to_the_byte();
    the_oldest_steps_are_forgotten();
    objects_are_found_and_dropped_with_their_soft_rim();
    the_largest_objects_come_first();
    a_view_at_full_size_is_the_picture();
    enlarged_pixels_are_squares();
    a_reduced_view_is_the_mean_and_follows_strokes();
    what_is_removed_shimmers_through_a_ghost();
    impossible_views_are_refused();
    the_matte_of_an_untouched_edit_gives_the_jobs_own_bytes();
    an_edit_needs_a_matte();
    refused_memory_loses_nothing();
    free(file);
    return CHECK_DONE();
}
