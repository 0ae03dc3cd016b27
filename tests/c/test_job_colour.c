/*
 * What lies behind, beside or around a photo is in the photo's colour space:
 * #3366cc behind a Display P3 photo looks #3366cc.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cutaway.h"
#include "image/colour_space.h"
#include "image/icc.h"
#include "image/png.h"
#include "preview.h"

enum { W = 24, H = 16 };

/* A PNG of one colour with the profile that `cicp` means; NULL: none. */
static cut_bytes photo_of(uint8_t r, uint8_t g, uint8_t b, const char *cicp)
{
    cut_bytes icc = {0}, out = {0};
    if (cicp) {
        uint8_t said[61] = "\x89PNG\r\n\x1A\n\0\0\0\15IHDR";
        said[19] = said[23] = 1;
        memcpy(said + 41, cicp, 4);
        cut_png_close_chunk(said + 33, "cICP", 4);
        CHECK_EQUAL(cut_colour_profile_of_png(&icc, said, 49, NULL), CUT_OK);
        CHECK(icc.data != NULL);
    }
    cut_image image = {cut_alloc(W * H, 4), W, H, 1};
    for (int i = 0; i < W * H; i++)
        memcpy(image.px + i * 4, (uint8_t[4]){r, g, b, 255}, 4);
    CHECK_EQUAL(cut_png_encode(&out, &image, &icc, NULL), CUT_OK);
    cut_image_free(&image);
    cut_bytes_free(&icc);
    return out;
}

static const char p3[4] = {12, 13, 0, 1};

/* A matte: the left half is the subject. */
static cut_bytes half_matte(void)
{
    cut_image image = {cut_alloc(W * H, 4), W, H, 1};
    for (int i = 0; i < W * H; i++) {
        uint8_t v = i % W < W / 2 ? 255 : 0;
        memcpy(image.px + i * 4, (uint8_t[4]){v, v, v, 255}, 4);
    }
    cut_bytes out = {0}, none = {0};
    CHECK_EQUAL(cut_png_encode(&out, &image, &none, NULL), CUT_OK);
    cut_image_free(&image);
    return out;
}

/* The job up to its matte. */
static cut_job *cut_out(cut_bytes photo, const char *options)
{
    cut_job *job = cut_job_new();
    cut_bytes matte = half_matte();
    CHECK_EQUAL(cut_job_options(job, options, (uint32_t)strlen(options)), 0);
    CHECK_EQUAL(cut_job_decode(job, photo.data, (uint32_t)photo.size), 0);
    CHECK_EQUAL(cut_job_set_matte(job, matte.data, (uint32_t)matte.size), 0);
    cut_bytes_free(&matte);
    return job;
}

static int is_near(const uint8_t *px, int r, int g, int b)
{
    return abs(px[0] - r) <= 1 && abs(px[1] - g) <= 1 && abs(px[2] - b) <= 1;
}

/* Composes; the pixel in the middle of a half, 0 left, 1 right. */
static const uint8_t *composed(cut_job *job, int right)
{
    CHECK_EQUAL(cut_job_foreground(job), 0);
    CHECK_EQUAL(cut_job_compose(job), 0);
    return cut_job_pixels(job) + (H / 2 * W + W / 4 + right * (W / 2)) * 4;
}

static void a_colour_behind_a_p3_photo_is_converted_into_its_space(void)
{
    cut_bytes photo = photo_of(200, 90, 30, p3);
    cut_job *job = cut_out(photo, "{\"background\":\"#3366cc\"}");
    CHECK(is_near(composed(job, 1), 64, 101, 197)); /* LittleCMS */
    CHECK(is_near(cut_job_pixels(job) + (H / 2 * W + 2) * 4, 200, 90, 30));
    cut_job_free(job);
    cut_bytes_free(&photo);
}

static void a_picture_behind_it_too_from_its_own_space(void)
{
    cut_bytes photo = photo_of(200, 90, 30, p3);
    cut_bytes srgb = photo_of(0x33, 0x66, 0xCC, NULL);
    cut_bytes same = photo_of(64, 101, 197, p3);
    for (int i = 0; i < 2; i++) {
        cut_bytes behind = i ? same : srgb;
        cut_job *job = cut_job_new();
        cut_bytes matte = half_matte();
        const char *o = "{\"background\":\"image\"}";
        CHECK_EQUAL(cut_job_options(job, o, (uint32_t)strlen(o)), 0);
        CHECK_EQUAL(cut_job_background(job, behind.data, (uint32_t)behind.size),
                    0);
        CHECK_EQUAL(cut_job_decode(job, photo.data, (uint32_t)photo.size), 0);
        CHECK_EQUAL(cut_job_set_matte(job, matte.data, (uint32_t)matte.size),
                    0);
        CHECK(is_near(composed(job, 1), 64, 101, 197));
        cut_bytes_free(&matte);
        cut_job_free(job);
    }
    cut_bytes_free(&photo);
    cut_bytes_free(&srgb);
    cut_bytes_free(&same);
}

static void a_result_may_be_asked_for_in_srgb(void)
{
    cut_bytes photo = photo_of(64, 101, 197, p3), icc = {0};
    cut_job *job = cut_out(photo, "{\"background\":\"#3366cc\","
                                  "\"colorspace\":\"srgb\"}");
    CHECK(is_near(composed(job, 1), 0x33, 0x66, 0xCC));
    CHECK(is_near(cut_job_pixels(job) + (H / 2 * W + 2) * 4, 0x33, 0x66, 0xCC));
    CHECK_EQUAL(cut_job_encode(job), 0);
    CHECK_EQUAL(cut_icc_read(&icc, cut_job_bytes(job), cut_job_bytes_size(job),
                             CUT_FORMAT_PNG, NULL),
                CUT_OK);
    CHECK(icc.data == NULL);
    cut_job_free(job);
    job = cut_out(photo, "{}");
    composed(job, 0);
    CHECK_EQUAL(cut_job_encode(job), 0);
    cut_icc_read(&icc, cut_job_bytes(job), cut_job_bytes_size(job),
                 CUT_FORMAT_PNG, NULL);
    CHECK(icc.data != NULL);
    cut_bytes_free(&icc);
    cut_job_free(job);
    cut_bytes_free(&photo);
}

/* A screen's pixels are sRGB: so is what it is shown. */
static void a_preview_is_in_srgb(void)
{
    cut_bytes photo = photo_of(64, 101, 197, p3);
    cut_job *job = cut_out(photo, "{}");
    cut_preview *preview = cut_preview_new(job);
    const char *o = "{\"background\":\"#cc6633\"}";
    CHECK_EQUAL(cut_preview_render(preview, o, (uint32_t)strlen(o), W), 0);
    const uint8_t *row = cut_preview_pixels(preview) + H / 2 * W * 4;
    CHECK(is_near(row + 2 * 4, 0x33, 0x66, 0xCC));
    CHECK(is_near(row + (W - 3) * 4, 0xCC, 0x66, 0x33));
    cut_preview_free(preview);
    cut_job_free(job);
    cut_bytes_free(&photo);
}

/* A colour of P3 and the same in sRGB are one to the model. */
static void a_model_is_shown_srgb(void)
{
    static const char manifest[] =
        "{\"input\":{\"size\":[8,8],\"mean\":[0,0,0],\"std\":[1,1,1]},"
        "\"output\":{\"kind\":\"alpha\"}}";
    static const float srgb[3] = {216 / 255.0f, 81 / 255.0f, 0};
    for (int is_p3 = 0; is_p3 < 2; is_p3++) {
        cut_bytes photo = photo_of(200, 90, 30, is_p3 ? p3 : NULL);
        cut_job *job = cut_job_new();
        CHECK_EQUAL(cut_job_manifest(job, manifest, sizeof manifest - 1), 0);
        CHECK_EQUAL(cut_job_decode(job, photo.data, (uint32_t)photo.size), 0);
        CHECK_EQUAL(cut_job_prepare(job), 0);
        const float *tensor = cut_job_tensor(job);
        static const float plain[3] = {200 / 255.0f, 90 / 255.0f, 30 / 255.0f};
        for (int c = 0; c < 3; c++) {
            float d = tensor[c * 64 + 20] - (is_p3 ? srgb : plain)[c];
            CHECK(d < 0.01f && d > -0.01f);
        }
        cut_job_free(job);
        cut_bytes_free(&photo);
    }
}

/* Through the table and back by sRGB's curve: half a step off at most. */
static void sixteen_bits_of_light_become_srgb(void)
{
    static uint8_t table[65536];
    cut_colour_space srgb;
    cut_colour_space_srgb(&srgb);
    cut_colour_narrow_table(table, 1);
    CHECK_EQUAL(table[0], 0);
    CHECK_EQUAL(table[65535], 255);
    int wrong = 0;
    for (int i = 0; i < 65536; i++) {
        const float *linear = srgb.linear[0];
        float light = (float)i / 65535;
        int v = table[i];
        if (v > 0 && linear[v - 1] > light) wrong++;
        if (v < 255 && linear[v + 1] < light) wrong++;
    }
    CHECK_EQUAL(wrong, 0);
    cut_colour_narrow_table(table, 1.5);
    CHECK(table[300] > 0 && table[300] < 20);
}

int main(void)
{
    a_model_is_shown_srgb();
    sixteen_bits_of_light_become_srgb();
    a_colour_behind_a_p3_photo_is_converted_into_its_space();
    a_picture_behind_it_too_from_its_own_space();
    a_result_may_be_asked_for_in_srgb();
    a_preview_is_in_srgb();
    CHECK_EQUAL(cut_alloc_count().blocks, 0);
    return CHECK_DONE();
}
