/*
 * Prints a hash of what each stage of a job leaves, over sizes, formats,
 * orientations and options. Run natively and in wasm: the texts must be equal,
 * which is the proof that both agree bit for bit.
 */
#include <stdio.h>
#include <string.h>

#include "image/decode.h"
#include "image/exif.h"
#include "image/jpeg.h"
#include "image/orient.h"
#include "image/png.h"
#include "image/probe.h"
#include "scene.h"

static uint64_t hash(const void *data, size_t size)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        h = (h ^ ((const uint8_t *)data)[i]) * 1099511628211u;
    return h;
}

static void show(const char *scene, const char *stage, const void *data,
                 size_t size)
{
    printf("%s %s %u %016llx\n", scene, stage, (unsigned)size,
           data ? (unsigned long long)hash(data, size) : 0);
}

static int job(const char *name, const char *options, const uint8_t *file,
               uint32_t size, const uint8_t *background,
               uint32_t background_size)
{
    static float map[SCENE_MAP * SCENE_MAP];
    cut_job *j = cut_job_new();
    int status = scene_job(j, options, file, size, CUT_DECODED);
    if (!status && background)
        status = cut_job_background(j, background, background_size);
    if (!status) status = cut_job_prepare(j);
    if (!status) {
        show(name, "tensor", cut_job_tensor(j),
             (size_t)cut_job_tensor_w(j) * cut_job_tensor_h(j) * 12);
        scene_map(map);
        status = cut_job_matte(j, map, SCENE_MAP, SCENE_MAP);
    }
    if (!status) status = cut_job_refine(j);
    if (!status) {
        show(name, "alpha", cut_job_alpha(j),
             (size_t)cut_job_in_w(j) * cut_job_in_h(j));
        status = scene_details(j);
    }
    if (!status) {
        show(name, "detailed", cut_job_alpha(j),
             (size_t)cut_job_in_w(j) * cut_job_in_h(j));
        status = cut_job_foreground(j);
    }
    if (!status) status = cut_job_compose(j);
    if (!status) {
        show(name, "pixels", cut_job_pixels(j),
             (size_t)cut_job_out_w(j) * cut_job_out_h(j) * 4);
        status = cut_job_encode(j);
    }
    if (!status) {
        show(name, "file", cut_job_bytes(j), cut_job_bytes_size(j));
        printf("%s %s\n", name, cut_job_report_json(j));
    }
    if (status) printf("%s: %d %s\n", name, status, cut_job_message(j));
    cut_job_free(j);
    return status;
}

/* The scene as a file; the encoders consume a copy. */
static cut_bytes scene_file(int32_t w, int32_t h, int kind)
{
    cut_image image = {scene_pixels(w, h, kind == 2), w, h};
    cut_bytes file = {0}, no_icc = {0};
    cut_error error;
    if (kind == 0)
        cut_jpeg_encode(&file, &image, 90, &no_icc, &error);
    else
        cut_png_encode(&file, &image, &no_icc, &error);
    cut_image_free(&image);
    return file;
}

int main(void)
{
    static const int32_t sizes[][2] = {{1, 1},     {7, 3},      {64, 64},
                                       {333, 257}, {1201, 799}, {3, 2000}};
    static const char *const kinds[] = {"jpeg", "png", "png-alpha"};
    static const char *const options[] = {
        "{}",
        "{\"background\":\"#336699\",\"format\":\"jpeg\"}",
        "{\"background\":\"blur\"}",
        "{\"mask\":true}",
        "{\"crop\":true,\"margin\":\"5%\"}",
        "{\"background\":\"image\"}",
        "{\"background\":\"blur(0.7%)\",\"keep\":\"background\"}",
        "{\"shadow\":true,\"outline\":true}",
        "{\"shadow\":{\"x\":5,\"blur\":3,\"opacity\":1},\"crop\":true,"
        "\"background\":\"linear-gradient(35deg,#123456,#fedcba "
        "70%,#000000)\"}",
        "{\"canvas\":\"200x160\",\"outline\":{\"width\":3},\"shadow\":true,"
        "\"background\":\"blur\"}",
        "{\"canvas\":{\"ratio\":\"4:5\",\"fit\":\"photo\",\"x\":\"7%\"},"
        "\"background\":\"image\"}"};
    enum { OPTIONS = sizeof options / sizeof *options };
    int failed = 0;
    cut_bytes background = scene_file(90, 40, 1);
    for (int s = 0; s < 6; s++)
        for (int k = 0; k < 3; k++) {
            cut_bytes file = scene_file(sizes[s][0], sizes[s][1], k);
            for (int o = 0; o < OPTIONS; o++) {
                char name[200];
                snprintf(name, sizeof name, "%s %dx%d %s", kinds[k],
                         (int)sizes[s][0], (int)sizes[s][1], options[o]);
                int with = strstr(options[o], "\"image\"") != NULL;
                failed |= job(name, options[o], file.data, (uint32_t)file.size,
                              with ? background.data : NULL,
                              (uint32_t)background.size);
            }
            cut_bytes_free(&file);
        }
    /* soft edges, for details at one and at two sizes */
    for (int s = 3; s < 5; s++)
        for (int k = 1; k < 3; k++) {
            int32_t w = sizes[s][0], h = sizes[s][1];
            cut_image image = {scene_pixels(w, h, k == 2), w, h};
            cut_bytes file = {0}, no_icc = {0};
            cut_error error;
            scene_soften(image.px, w, h);
            failed |= (int)cut_png_encode(&file, &image, &no_icc, &error);
            cut_image_free(&image);
            failed |= job(k == 1 ? "soft" : "soft-alpha", "{}", file.data,
                          (uint32_t)file.size, NULL, 0);
            failed |= job("soft-high", "{\"effort\":\"high\"}", file.data,
                          (uint32_t)file.size, NULL, 0);
            cut_bytes_free(&file);
        }
    /* every orientation of the upright step */
    for (int turn = 1; turn <= 8; turn++) {
        cut_image image = {scene_pixels(101, 67, 1), 101, 67};
        cut_error error;
        char name[16];
        failed |= (int)cut_image_orient(&image, turn, &error);
        snprintf(name, sizeof name, "%dx%d", (int)image.w, (int)image.h);
        show("orient", name, image.px, (size_t)image.w * (size_t)image.h * 4);
        cut_image_free(&image);
    }
    cut_bytes_free(&background);
    return failed || cut_live_blocks() != 0;
}
