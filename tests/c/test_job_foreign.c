/* Pictures that something outside decoded: pixels as they are, turned, in
 * their own colours. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "image/colour_space.h"
#include "scene.h"

static const uint8_t tiff[4] = "II\x2A";

/* To COMPOSED with a matte of 1 everywhere. */
static int finish(cut_job *job)
{
    static float one[1] = {1};
    static const char manifest[] =
        "{\"input\":{\"size\":[1,1],\"mean\":[0,0,0],\"std\":[1,1,1]},"
        "\"output\":{\"kind\":\"alpha\"}}";
    int status = cut_job_manifest(job, manifest, sizeof manifest - 1);
    if (!status) status = cut_job_prepare(job);
    if (!status) status = cut_job_matte(job, one, 1, 1);
    if (!status) status = cut_job_refine(job);
    if (!status) status = cut_job_foreground(job);
    if (!status) status = cut_job_compose(job);
    return status;
}

static int decode(cut_job *job, const uint8_t *rgba, uint32_t w, uint32_t h,
                  uint32_t orientation, const uint8_t *colours, uint32_t size)
{
    return cut_job_decode_foreign(job, rgba, w, h, orientation, colours, size,
                                  tiff, sizeof tiff);
}

static void pixels_come_out_as_they_were_given_alpha_too(void)
{
    uint8_t px[16] = {200, 100, 50, 3, 1, 2, 3, 255, 9, 8, 7, 128, 0, 0, 0, 0};
    cut_job *job = cut_job_new();
    CHECK_EQUAL(decode(job, px, 2, 2, 1, NULL, 0), CUT_OK);
    CHECK(strstr(cut_job_report_json(job), "\"format\":\"tiff\",\"width\":2,"
                                           "\"height\":2,\"orientation\":1"));
    CHECK(strstr(cut_job_report_json(job), "\"alpha\":true"));
    CHECK_EQUAL(finish(job), CUT_OK);
    CHECK(memcmp(cut_job_pixels(job), px, sizeof px) == 0);
    cut_job_free(job);
}

static void pixels_are_turned_upright(void)
{
    static const uint8_t px[8] = {1, 1, 1, 255, 2, 2, 2, 255};
    cut_job *job = cut_job_new();
    CHECK_EQUAL(decode(job, px, 2, 1, 6, NULL, 0), CUT_OK);
    CHECK(cut_job_in_w(job) == 1 && cut_job_in_h(job) == 2);
    CHECK(strstr(cut_job_report_json(job), "\"alpha\":false"));
    CHECK_EQUAL(finish(job), CUT_OK);
    CHECK(memcmp(cut_job_pixels(job), px, sizeof px) == 0);
    cut_job_free(job);
}

static void a_profile_goes_along_by_itself_or_by_its_code(void)
{
    static const uint8_t px[4] = {10, 20, 30, 255}, p3[2] = {12, 13},
                         srgb[2] = {1, 13}, hdr[2] = {9, 16}, junk[200] = {1};
    cut_bytes icc = {0};
    CHECK_EQUAL(cut_colour_profile_of_code(&icc, 12, 13, NULL), CUT_OK);
    CHECK(icc.size > 300);
    const struct {
        const uint8_t *colours;
        size_t size, kept;
    } cases[] = {{icc.data, icc.size, icc.size},
                 {p3, 2, icc.size},
                 {srgb, 2, 0},
                 {hdr, 2, 0},
                 {junk, sizeof junk, 0},
                 {icc.data, icc.size - 1, 0},
                 {NULL, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[32];
        cut_job *job = cut_job_new();
        CHECK_EQUAL(
            decode(job, px, 1, 1, 1, cases[i].colours, (uint32_t)cases[i].size),
            CUT_OK);
        snprintf(expected, sizeof expected, "\"icc_bytes\":%u,",
                 (unsigned)cases[i].kept);
        CHECK(strstr(cut_job_report_json(job), expected) != NULL);
        cut_job_free(job);
    }
    cut_bytes_free(&icc);
}

static void what_cannot_be_a_picture_is_refused(void)
{
    static const uint8_t px[4] = {0};
    cut_job *job = cut_job_new();
    CHECK_EQUAL(decode(job, NULL, 1, 1, 1, NULL, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(decode(job, px, 1, 1, 9, NULL, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(decode(job, px, 0, 1, 1, NULL, 0), CUT_E_CORRUPT);
    CHECK_EQUAL(decode(job, px, 1, 0, 1, NULL, 0), CUT_E_CORRUPT);
    CHECK_EQUAL(decode(job, px, CUT_MAX_SIDE + 1, 1, 1, NULL, 0),
                CUT_E_TOO_LARGE);
    CHECK_EQUAL(decode(job, px, 0x80000000u, 0x80000000u, 1, NULL, 0),
                CUT_E_TOO_LARGE);
    cut_memory_limit(cut_live_bytes() + 3);
    CHECK_EQUAL(decode(job, px, 1, 1, 1, NULL, 0), CUT_E_MEMORY);
    cut_memory_limit(0);
    CHECK_EQUAL(decode(job, px, 1, 1, 0, NULL, 0), CUT_OK); /* 0: as 1 */
    CHECK_EQUAL(decode(job, px, 1, 1, 1, NULL, 0), CUT_E_STATE);
    cut_job_free(job);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void a_background_may_come_from_outside_too(void)
{
    static const char options[] = "{\"background\":\"image\"}";
    uint8_t photo[16] = {0}, behind[4] = {9, 8, 7, 255};
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_options(job, options, sizeof options - 1), CUT_OK);
    CHECK_EQUAL(decode(job, photo, 2, 2, 1, NULL, 0), CUT_OK);
    CHECK_EQUAL(cut_job_background_foreign(job, behind, 1, 1, 1, NULL, 0, tiff,
                                           sizeof tiff),
                CUT_OK);
    CHECK_EQUAL(finish(job), CUT_OK);
    for (int i = 0; i < 4; i++)
        CHECK(memcmp(cut_job_pixels(job) + i * 4, behind, 4) == 0);
    cut_job_free(job);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

int main(void)
{
    pixels_come_out_as_they_were_given_alpha_too();
    pixels_are_turned_upright();
    a_profile_goes_along_by_itself_or_by_its_code();
    what_cannot_be_a_picture_is_refused();
    a_background_may_come_from_outside_too();
    return CHECK_DONE();
}
