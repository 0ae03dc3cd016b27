/* Whole jobs on several threads: every plane, the file and the report are those
 * of one. */
#include "check.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "scene.h"
#include "threads.h"

static uint64_t hash;

static void add(const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++) /* FNV-1a */
        hash = (hash ^ ((const uint8_t *)data)[i]) * 1099511628211u;
}

/* The hash of all that a job leaves. */
static uint64_t job(const char *options, const cut_bytes *file)
{
    cut_job *j = cut_job_new();
    hash = 14695981039346656037u;
    int status = scene_job(j, options, file->data, (uint32_t)file->size,
                           CUT_REFINED);
    size_t pixels = (size_t)cut_job_in_w(j) * cut_job_in_h(j);
    if (!status) add(cut_job_alpha(j), pixels);
    if (!status) status = scene_details(j);
    if (!status) add(cut_job_alpha(j), pixels);
    if (!status) status = cut_job_foreground(j);
    if (!status) status = cut_job_compose(j);
    if (!status)
        add(cut_job_pixels(j), (size_t)cut_job_out_w(j) * cut_job_out_h(j) * 4);
    if (!status) status = cut_job_encode(j);
    if (!status) add(cut_job_bytes(j), cut_job_bytes_size(j));
    CHECK_EQUAL(status, CUT_OK);
    cut_job_free(j);
    return hash;
}

static cut_bytes scene_file(int32_t w, int32_t h, int kind)
{
    cut_image image = {scene_pixels(w, h, kind == 2), w, h};
    cut_bytes file = {0}, no_icc = {0};
    cut_error error;
    scene_soften(image.px, w, h);
    if (kind == 0)
        CHECK(!cut_jpeg_encode(&file, &image, 90, &no_icc, &error));
    else
        CHECK(!cut_png_encode(&file, &image, &no_icc, &error));
    cut_image_free(&image);
    return file;
}

int main(void)
{
    static const int32_t sizes[][2] = {{1, 1}, {61, 64}, {501, 399}, {3, 900}};
    static const char *const options[] = {
        "{}", "{\"background\":\"blur\",\"format\":\"jpeg\"}",
        "{\"mask\":true}", "{\"kind\":\"graphic\",\"shadow\":true}"};
    static const int counts[] = {2, 3, 8};
    for (int s = 0; s < 4; s++)
        for (int kind = 0; kind < 3; kind++) {
            cut_bytes file = scene_file(sizes[s][0], sizes[s][1], kind);
            for (int o = 0; o < 4; o++) {
                uint64_t one = job(options[o], &file);
                for (int i = 0; i < 3; i++) {
                    threads_start(counts[i]);
                    CHECK(job(options[o], &file) == one);
                    threads_stop();
                }
            }
            cut_bytes_free(&file);
        }
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
