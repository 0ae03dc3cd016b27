/* The job as its callers see it: states, errors, memory, properties. Long
 * because every call is tried in every state. */
#include <stdlib.h>

#include "check.h"
#include "image/png.h"
#include "scene.h"

static uint8_t *file;
static uint32_t file_size;

static void make(int32_t w, int32_t h, int with_alpha, int soft)
{
    cut_image image = {scene_pixels(w, h, with_alpha), w, h};
    if (soft) scene_soften(image.px, w, h);
    cut_bytes out = {0}, no_icc = {0};
    cut_error error;
    CHECK_EQUAL(cut_png_encode(&out, &image, &no_icc, &error), CUT_OK);
    cut_image_free(&image);
    cut_free(file);
    file = out.data;
    file_size = (uint32_t)out.size;
}

static void make_file(int32_t w, int32_t h, int with_alpha)
{
    make(w, h, with_alpha, 0);
}

static void a_photo_becomes_a_cut_out(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_DONE), CUT_OK);
    CHECK_EQUAL(cut_job_state(job), CUT_DONE);
    CHECK_EQUAL(cut_job_out_w(job), 200);
    CHECK_EQUAL(cut_job_out_h(job), 150);
    CHECK(cut_job_bytes_size(job) > 1000);
    CHECK(memcmp(cut_job_bytes(job), "\x89PNG", 4) == 0);
    const char *report = cut_job_report_json(job);
    CHECK(strstr(report, "\"subject\":{\"found\":true"));
    CHECK(strstr(report, "\"width\":200,\"height\":150,\"format\":\"png\""));
    CHECK(cut_job_message(job)[0] == 0);
    cut_job_free(job);
}

static void the_corners_are_clear_and_the_middle_is_the_photo(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_COMPOSED), CUT_OK);
    uint8_t *photo = scene_pixels(200, 150, 0);
    const uint8_t *px = cut_job_pixels(job);
    static const uint8_t clear[4] = {0};
    CHECK(memcmp(px, clear, 4) == 0);
    CHECK(memcmp(px + (150 * 200 - 1) * 4, clear, 4) == 0);
    size_t middle = (size_t)(82 * 200 + 100) * 4;
    CHECK(memcmp(px + middle, photo + middle, 4) == 0);
    for (size_t i = 0; i < 200 * 150; i++)
        if (px[i * 4 + 3] == 0) CHECK(memcmp(px + i * 4, clear, 4) == 0);
    cut_free(photo);
    cut_job_free(job);
}

/* Every call but the one whose turn it is answers CUT_E_STATE and leaves the
 * state alone. */
static void calls_out_of_order_are_refused(void)
{
    static float map[SCENE_MAP * SCENE_MAP];
    scene_map(map);
    for (int state = CUT_NEW; state <= CUT_DONE; state++) {
        cut_job *job = cut_job_new();
        CHECK_EQUAL(scene_job(job, NULL, file, file_size, (cut_state)state),
                    CUT_OK);
#define REFUSED(needed, call)                                                  \
    if (state != (needed)) {                                                   \
        CHECK_EQUAL(call, CUT_E_STATE);                                        \
        CHECK_EQUAL(cut_job_state(job), state);                                \
        CHECK(cut_job_message(job)[0] != 0);                                   \
    }
        REFUSED(CUT_NEW, cut_job_options(job, "{}", 2))
        REFUSED(CUT_NEW, cut_job_decode(job, file, file_size))
        REFUSED(CUT_NEW, cut_job_probe(job, file, file_size))
        REFUSED(CUT_DECODED, cut_job_prepare(job))
        REFUSED(CUT_PREPARED, cut_job_matte(job, map, SCENE_MAP, SCENE_MAP))
        REFUSED(CUT_INFERRED, cut_job_refine(job))
        REFUSED(CUT_REFINED, cut_job_detail(job))
        REFUSED(CUT_REFINED, cut_job_foreground(job))
        REFUSED(CUT_CLEANED, cut_job_compose(job))
        REFUSED(CUT_COMPOSED, cut_job_encode(job))
        REFUSED(CUT_COMPOSED, cut_job_encoded(job, file, file_size))
#undef REFUSED
        if (state > CUT_DECODED) {
            CHECK_EQUAL(cut_job_background(job, file, file_size), CUT_E_STATE);
            CHECK_EQUAL(cut_job_manifest(job, "{}", 2), CUT_E_STATE);
        }
        CHECK((cut_job_pixels(job) != NULL) == (state == CUT_COMPOSED));
        CHECK((cut_job_bytes(job) != NULL) == (state == CUT_DONE));
        CHECK((cut_job_alpha(job) != NULL) == (state == CUT_REFINED));
        CHECK((cut_job_tensor(job) != NULL) == (state == CUT_PREPARED));
        cut_job_free(job);
    }
}

static cut_job *refined(const char *options)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, options, file, file_size, CUT_REFINED), CUT_OK);
    return job;
}

static void details_come_between_refine_and_foreground(void)
{
    cut_job *job = refined(NULL);
    uint8_t *before = cut_alloc(200, 150);
    memcpy(before, cut_job_alpha(job), 200 * 150);
    CHECK(strstr(cut_job_report_json(job), "\"detail\":null"));
    CHECK_EQUAL(scene_details(job), CUT_OK);
    CHECK_EQUAL(cut_job_state(job), CUT_REFINED);
    CHECK(memcmp(before, cut_job_alpha(job), 200 * 150) != 0);
    CHECK(strstr(cut_job_report_json(job), "\"detail\":{\"tiles\":4,"
                                           "\"side\":200}"));
    memcpy(before, cut_job_alpha(job), 200 * 150);
    CHECK_EQUAL(cut_job_detail(job), CUT_OK); /* once is enough */
    CHECK(cut_job_tile(job) == NULL);
    CHECK(memcmp(before, cut_job_alpha(job), 200 * 150) == 0);
    CHECK_EQUAL(cut_job_foreground(job), CUT_OK);
    cut_free(before);
    cut_job_free(job);
}

static void tiles_are_answered_in_order_and_whole(void)
{
    static float logits[4 * 128 * 128];
    cut_job *job = refined(NULL);
    uint32_t side = cut_job_tile_blocks(job), count = 4 * side * side;
    CHECK_EQUAL(cut_job_tile_answer(job, logits, count), CUT_E_STATE);
    CHECK_EQUAL(cut_job_detail(job), CUT_OK);
    CHECK(cut_job_tile(job) != NULL);
    CHECK_EQUAL(cut_job_detail(job), CUT_E_STATE);
    CHECK_EQUAL(cut_job_tile_answer(job, logits, count - 1), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_tile_answer(job, NULL, count), CUT_E_OUTPUT);
    CHECK(cut_job_tile(job) != NULL);
    CHECK_EQUAL(cut_job_tile_answer(job, logits, count), CUT_OK);
    CHECK_EQUAL(cut_job_tile_answer(job, logits, count), CUT_E_STATE);
    cut_job_free(job);
}

/* What a network that is missing, or failed, leaves: the file of "fast". */
static void details_that_are_not_finished_are_none(void)
{
    cut_job *job = refined(NULL), *fast = refined("{\"effort\":\"fast\"}");
    CHECK_EQUAL(cut_job_detail(job), CUT_OK);
    CHECK(cut_job_tile(job) != NULL);
    CHECK_EQUAL(cut_job_detail(fast), CUT_OK);
    CHECK(cut_job_tile(fast) == NULL);
    for (int i = 0; i < 2; i++) {
        cut_job *one = i ? fast : job;
        CHECK_EQUAL(cut_job_foreground(one), CUT_OK);
        CHECK(cut_job_tile(one) == NULL);
        CHECK_EQUAL(cut_job_compose(one), CUT_OK);
        CHECK(strstr(cut_job_report_json(one), "\"detail\":null"));
    }
    CHECK(memcmp(cut_job_pixels(job), cut_job_pixels(fast), 200 * 150 * 4) ==
          0);
    cut_job_free(job);
    cut_job_free(fast);
}

static void a_matte_that_was_given_has_no_details(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_DECODED), CUT_OK);
    CHECK_EQUAL(cut_job_set_matte(job, file, file_size), CUT_OK);
    CHECK_EQUAL(cut_job_detail(job), CUT_OK);
    CHECK(cut_job_tile(job) == NULL);
    cut_job_free(job);
}

static void a_map_that_is_no_matte_is_refused(void)
{
    static float map[SCENE_MAP * SCENE_MAP];
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_PREPARED), CUT_OK);
    static const uint32_t nan_bits = 0x7fc00000, inf_bits = 0x7f800000;
    memcpy(map + 77, &nan_bits, 4);
    CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, SCENE_MAP), CUT_E_OUTPUT);
    memcpy(map + 77, &inf_bits, 4);
    CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, SCENE_MAP), CUT_E_OUTPUT);
    map[77] = 1e6f;
    CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, SCENE_MAP), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, 32), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_matte(job, NULL, SCENE_MAP, SCENE_MAP), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_matte(job, map, 0, 0), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_state(job), CUT_PREPARED);
    scene_map(map); /* and the job goes on with a good one */
    CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, SCENE_MAP), CUT_OK);
    cut_job_free(job);
}

static void a_picture_without_a_subject_is_clear_not_noise(void)
{
    static float map[SCENE_MAP * SCENE_MAP];
    for (int i = 0; i < SCENE_MAP * SCENE_MAP; i++)
        map[i] = 0.02f + 0.0001f * (float)(i % 7);
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_PREPARED), CUT_OK);
    CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, SCENE_MAP), CUT_OK);
    CHECK_EQUAL(cut_job_refine(job), CUT_OK);
    CHECK(strstr(cut_job_report_json(job), "\"found\":false"));
    CHECK(strstr(cut_job_report_json(job), "\"coverage\":0.0000"));
    const uint8_t *alpha = cut_job_alpha(job);
    int clear = 1;
    for (int i = 0; i < 200 * 150; i++) clear &= alpha[i] == 0;
    CHECK(clear);
    CHECK_EQUAL(cut_job_foreground(job), CUT_OK);
    CHECK_EQUAL(cut_job_compose(job), CUT_OK);
    CHECK_EQUAL(cut_job_encode(job), CUT_OK);
    cut_job_free(job);
}

/* Subjects of many sizes: the mean of alpha to four places, rounded. */
static void the_report_says_how_much_of_the_photo_is_left(void)
{
    static float map[SCENE_MAP * SCENE_MAP];
    for (int size = 1; size <= 24; size += 2) {
        char want[40];
        double sum = 0;
        for (int i = 0; i < SCENE_MAP * SCENE_MAP; i++)
            map[i] = i % SCENE_MAP < 2 * size && i / SCENE_MAP < 40 + size;
        cut_job *job = cut_job_new();
        CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_PREPARED), 0);
        CHECK_EQUAL(cut_job_matte(job, map, SCENE_MAP, SCENE_MAP), CUT_OK);
        CHECK(strstr(cut_job_report_json(job), "\"coverage\":null"));
        CHECK_EQUAL(cut_job_refine(job), CUT_OK);
        for (int i = 0; i < 200 * 150; i++) sum += cut_job_alpha(job)[i];
        int share = (int)(sum / 255 / (200 * 150) * 10000 + 0.5);
        snprintf(want, sizeof want, "\"coverage\":0.%04d,", share);
        CHECK(strstr(cut_job_report_json(job), want));
        cut_job_free(job);
    }
}

static void jpeg_is_flattened_on_white_and_a_stated_colour(void)
{
    static const struct {
        const char *options;
        uint8_t corner[4];
    } cases[] = {
        {"{\"format\":\"jpeg\"}", {255, 255, 255, 255}},
        {"{\"format\":\"jpeg\",\"background\":\"#102030\"}",
         {0x10, 0x20, 0x30, 255}},
        {"{\"background\":\"white\"}", {255, 255, 255, 255}},
        {"{\"mask\":true}", {0, 0, 0, 255}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_job *job = cut_job_new();
        CHECK_EQUAL(
            scene_job(job, cases[i].options, file, file_size, CUT_COMPOSED),
            CUT_OK);
        CHECK(memcmp(cut_job_pixels(job), cases[i].corner, 4) == 0);
        CHECK_EQUAL(cut_job_encode(job), CUT_OK);
        cut_job_free(job);
    }
}

static void webp_is_encoded_outside(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, "{\"format\":\"webp\",\"quality\":42}", file,
                          file_size, CUT_COMPOSED),
                CUT_OK);
    CHECK_EQUAL(cut_job_encode(job), CUT_E_NEEDS_CODEC);
    CHECK_EQUAL(cut_job_state(job), CUT_COMPOSED);
    CHECK_EQUAL(cut_job_quality(job), 42);
    CHECK_EQUAL(cut_job_encoded(job, file, file_size), CUT_E_ENCODE);
    cut_job_free(job);
}

static void a_background_image_must_be_given(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, "{\"background\":\"image\"}", file, file_size,
                          CUT_COMPOSED),
                CUT_E_STATE);
    cut_job_free(job);
    job = cut_job_new();
    CHECK_EQUAL(cut_job_background(job, file, file_size), CUT_OK);
    CHECK_EQUAL(
        scene_job(job, "{\"background\":\"image\"}", file, file_size, CUT_DONE),
        CUT_OK);
    cut_job_free(job);
}

/* Cut in the middle, and no picture at all. */
static void of_several_files_the_one_at_fault_is_named(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_background(job, file, file_size / 2), CUT_E_CORRUPT);
    CHECK(strstr(cut_job_message(job), "The background: The png file") != NULL);
    CHECK_EQUAL(cut_job_decode(job, file, file_size / 2), CUT_E_CORRUPT);
    CHECK(strncmp(cut_job_message(job), "The png file", 12) == 0);
    CHECK_EQUAL(cut_job_decode(job, file, file_size), CUT_OK);
    CHECK_EQUAL(cut_job_set_matte(job, (const uint8_t *)"no", 2), CUT_E_FORMAT);
    CHECK(strncmp(cut_job_message(job), "The matte: ", 11) == 0);
    cut_job_free(job);
}

static void a_manifest_must_be_given(void)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_decode(job, file, file_size), CUT_OK);
    CHECK_EQUAL(cut_job_prepare(job), CUT_E_STATE);
    cut_job_free(job);
}

static void input_alpha_is_multiplied_in(void)
{
    make_file(200, 150, 1); /* alpha 0 at the left to 255 at the right */
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_REFINED), CUT_OK);
    const uint8_t *alpha = cut_job_alpha(job);
    /* the middle of the subject: matte 255, so input alpha x 1 */
    for (int x = 90; x < 110; x++)
        CHECK_EQUAL(alpha[82 * 200 + x], x * 255 / 199);
    cut_job_free(job);
    make_file(200, 150, 0);
}

static void every_refused_allocation_is_an_error_and_leaks_nothing(void)
{
    uint32_t before = cut_live_blocks();
    static const char *const options[] = {
        NULL, "{\"background\":\"blur\",\"crop\":true}",
        "{\"format\":\"jpeg\"}", "{\"mask\":true}"};
    for (int o = 0; o < 4; o++) {
        uint32_t n = 1;
        for (;; n++) {
            cut_alloc_fail_at(n);
            cut_job *job = cut_job_new();
            int status = job ? scene_job(job, options[o], file, file_size,
                                         CUT_DONE)
                             : CUT_E_MEMORY;
            cut_alloc_fail_at(0);
            cut_job_free(job);
            CHECK_EQUAL(cut_live_blocks(), before);
            if (status == CUT_OK) break;
            CHECK_EQUAL(status, CUT_E_MEMORY);
            if (n > 2000) break;
        }
        CHECK(n > 10 && n <= 2000);
    }
}

static void a_memory_limit_is_a_typed_error_and_the_next_job_works(void)
{
    cut_memory_limit(cut_live_bytes() + 100000); /* the photo needs 120000 */
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_DONE), CUT_E_MEMORY);
    cut_job_free(job);
    cut_memory_limit(0);
    a_photo_becomes_a_cut_out();
}

/* A WebP may bring alpha that its header denies; browsers show it opaque. */
static void alpha_that_the_header_denies_is_none(void)
{
    static const uint8_t bmp[58] = {'B', 'M', 58, 0, 0,  0, 0, 0, 0, 0,
                                    54,  0,   0,  0, 40, 0, 0, 0, 1, 0,
                                    0,   0,   1,  0, 0,  0, 1, 0, 24};
    static const uint8_t clear[4] = {9, 8, 7, 0};
    cut_job *job = cut_job_new();
    const char *o = "{}";
    uint8_t matte[58];
    memcpy(matte, bmp, sizeof matte);
    memset(matte + 54, 255, 3);
    CHECK_EQUAL(cut_job_options(job, o, 2), 0);
    CHECK_EQUAL(cut_job_decode_pixels(job, clear, 1, 1, bmp, sizeof bmp), 0);
    CHECK_EQUAL(cut_job_set_matte(job, matte, sizeof matte), 0);
    CHECK(cut_job_alpha(job) && cut_job_alpha(job)[0] == 255);
    cut_job_free(job);
}

/* What stands behind a picture is no part of it, so that the codec does not read
 * on there where the picture ends early. */
static void the_codec_is_given_a_webp_without_what_follows(void)
{
    static const uint8_t webp[] = "RIFF\36\0\0\0WEBPVP8L\6\0\0\0"
                                  "\x2F\0\0\0\0\0EXIF\4\0\0\0MM\0*";
    const uint32_t size = sizeof webp - 1;
    cut_job *job = cut_job_new();
    const uint8_t *bare = cut_job_first_picture(job, webp, size);
    CHECK_EQUAL(cut_job_first_picture_size(job), size - 12);
    CHECK(bare && bare[4] == size - 12 - 8);
    CHECK(bare && memcmp(bare + 8, webp + 8, size - 12 - 8) == 0);
    CHECK(cut_job_first_picture(job, webp, size - 12) == NULL);
    CHECK(cut_job_first_picture(job, webp, size - 1) == NULL); /* cut off */
    cut_job_free(job);
}

/* The codec gets the frame; its pixels lie on a clear canvas. */
static void the_first_picture_of_an_animation_lies_on_its_canvas(void)
{
    static const uint8_t webp[] =
        "RIFF\0\0\0\0WEBPVP8X\12\0\0\0\2\0\0\0\3\0\0\2\0\0"
        "ANMF\34\0\0\0\1\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0VP8 \4\0\0\0data";
    const uint32_t size = sizeof webp - 1; /* 4 x 3, the frame 2 x 1 at 2, 0 */
    static const uint8_t two[8] = {1, 2, 3, 255, 4, 5, 6, 255};
    cut_job *job = cut_job_new();
    CHECK(cut_job_first_picture(job, webp, size) != NULL);
    CHECK(cut_job_first_picture_size(job) == 12 + 18 + 12);
    CHECK_EQUAL(cut_job_decode_pixels(job, two, 4, 3, webp, size),
                CUT_E_CORRUPT);
    CHECK_EQUAL(cut_job_options(job, "{\"background\":\"transparent\"}", 28),
                0);
    CHECK_EQUAL(cut_job_decode_pixels(job, two, 2, 1, webp, size), 0);
    CHECK(cut_job_in_w(job) == 4 && cut_job_in_h(job) == 3);
    CHECK(cut_job_first_picture(job, (const uint8_t *)"GIF89a", 6) == NULL);
    CHECK_EQUAL(cut_job_first_picture_size(job), 0);
    cut_job_free(job);
}

static void what_no_webp_holds_is_told_before_the_work(void)
{
    make_file(16400, 3, 0);
    cut_job *job = cut_job_new();
    CHECK_EQUAL(
        scene_job(job, "{\"format\":\"webp\"}", file, file_size, CUT_DECODED),
        CUT_E_TOO_LARGE);
    CHECK(strstr(cut_job_message(job), "16400 x 3") &&
          strstr(cut_job_message(job), "16383"));
    cut_job_free(job);
    job = cut_job_new(); /* a crop may fit */
    CHECK_EQUAL(scene_job(job, "{\"format\":\"webp\",\"crop\":true}", file,
                          file_size, CUT_COMPOSED),
                CUT_OK);
    CHECK_EQUAL(cut_job_encode(job), CUT_E_NEEDS_CODEC);
    cut_job_free(job);
    job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, file_size, CUT_DECODED), CUT_OK);
    cut_job_free(job);
    make_file(200, 150, 0);
}

static void a_part_is_told_in_the_report(void)
{
    make_file(200, 150, 0);
    uint32_t size = file_size / 2;
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job, NULL, file, size, CUT_DECODED), CUT_E_CORRUPT);
    CHECK(strstr(cut_job_message(job), " of 150 rows"));
    CHECK(!strstr(cut_job_report_json(job), "partial"));
    cut_job_free(job);
    job = cut_job_new();
    CHECK_EQUAL(scene_job(job, "{\"partial\":true}", file, size, CUT_DONE),
                CUT_OK);
    CHECK(strstr(cut_job_report_json(job), " of 150 rows\"}"));
    cut_job_free(job);
}

int main(void)
{
    the_codec_is_given_a_webp_without_what_follows();
    the_first_picture_of_an_animation_lies_on_its_canvas();
    alpha_that_the_header_denies_is_none();
    make_file(200, 150, 0);
    a_part_is_told_in_the_report();
    a_photo_becomes_a_cut_out();
    the_corners_are_clear_and_the_middle_is_the_photo();
    calls_out_of_order_are_refused();
    make(200, 150, 0, 1);
    details_come_between_refine_and_foreground();
    tiles_are_answered_in_order_and_whole();
    details_that_are_not_finished_are_none();
    a_matte_that_was_given_has_no_details();
    make_file(200, 150, 0);
    a_map_that_is_no_matte_is_refused();
    a_picture_without_a_subject_is_clear_not_noise();
    the_report_says_how_much_of_the_photo_is_left();
    jpeg_is_flattened_on_white_and_a_stated_colour();
    webp_is_encoded_outside();
    a_background_image_must_be_given();
    of_several_files_the_one_at_fault_is_named();
    a_manifest_must_be_given();
    input_alpha_is_multiplied_in();
    what_no_webp_holds_is_told_before_the_work();
    every_refused_allocation_is_an_error_and_leaks_nothing();
    a_memory_limit_is_a_typed_error_and_the_next_job_works();
    cut_free(file);
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
