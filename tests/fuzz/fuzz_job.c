/*
 * A whole job on any bytes: one byte chooses the options, one seeds the map
 * that stands for a model's answer, the rest is the file. Every call answers a
 * status of the list, nothing leaks, pictures are kept small by a memory limit
 * so that a run stays fast.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "cutaway.h"

#define PNG_AT 2
#include "png_sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAP = 16 };

static const char manifest[] =
    "{\"input\":{\"size\":[16,16],\"mean\":[0.5,0.5,0.5],"
    "\"std\":[0.5,0.5,0.5]},\"output\":{\"kind\":\"alpha\"}}";

static const char *const options[] = {
    "{}",
    "{\"background\":\"#123456\"}",
    "{\"background\":\"blur\"}",
    "{\"background\":\"image\"}",
    "{\"format\":\"jpeg\",\"quality\":30}",
    "{\"format\":\"webp\"}",
    "{\"mask\":true}",
    "{\"crop\":true,\"margin\":\"10%\"}",
    "{\"crop\":true,\"margin\":3,\"background\":\"blur\"}",
    "{\"mask\":true,\"crop\":true,\"format\":\"jpeg\"}",
    "{\"keep\":\"background\",\"background\":\"blur(9px)\",\"shadow\":true}",
    "{\"outline\":{\"width\":2},\"shadow\":{\"x\":-3,\"y\":\"-2%\","
    "\"blur\":2}}",
    "{\"background\":\"linear-gradient(70deg,#000000,#ff0000 30%,#ffffff)\","
    "\"crop\":true,\"outline\":true}",
    "{\"canvas\":\"4:5\",\"shadow\":true,\"outline\":true}",
    "{\"canvas\":{\"width\":70,\"height\":90,\"fit\":\"photo\",\"x\":\"20%\"},"
    "\"background\":\"image\"}",
    "{\"canvas\":{\"width\":120,\"height\":30,\"scale\":4},\"margin\":\"20%\","
    "\"background\":\"blur\",\"shadow\":{\"blur\":\"25%\"}}",
    "{\"partial\":true,\"metadata\":\"keep\",\"colorspace\":\"srgb\"}",
    "{\"kind\":\"graphic\",\"metadata\":\"keep\",\"format\":\"jpeg\"}",
    "{\"kind\":\"photo\",\"partial\":true,\"background\":\"image\","
    "\"fit\":\"contain\"}",
};

/* Blobs of a few cells, soft, or values out of range, by the seed. */
static void make_map(float *map, uint8_t seed)
{
    uint32_t r = seed * 2654435761u + 1;
    for (int i = 0; i < MAP * MAP; i++) {
        if (i % 5 == 0) r = r * 1664525u + 1013904223u;
        map[i] = (float)(r >> 24) / 255.0f;
    }
    if (seed == 255) map[7] = 1e30f;
    if (seed >= 128 && seed < 160) /* no subject */
        for (int i = 0; i < MAP * MAP; i++) map[i] *= 0.05f;
}

static int step(int status)
{
    if (strcmp(cut_status_code(status), "internal") == 0) abort();
    return status == CUT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    const char *chosen = options[data[0] % (sizeof options / sizeof *options)];
    float map[MAP * MAP];
    make_map(map, data[1]);
    const uint8_t *file = data + 2;
    uint32_t bytes = (uint32_t)(size - 2);

    cut_memory_limit(48u << 20);
    cut_job *job = cut_job_new();
    if (!job) abort();
    (void)cut_job_first_picture(job, file, bytes);
    int background_image = strstr(chosen, "image") != NULL;
    (void)(step(cut_job_options(job, chosen, (uint32_t)strlen(chosen))) &&
           step(cut_job_manifest(job, manifest, sizeof manifest - 1)) &&
           step(cut_job_decode(job, file, bytes)) &&
           (!background_image || step(cut_job_background(job, file, bytes))) &&
           step(cut_job_prepare(job)) &&
           step(cut_job_matte(job, map, MAP, MAP)) &&
           step(cut_job_refine(job)) && step(cut_job_foreground(job)) &&
           step(cut_job_compose(job)) && step(cut_job_encode(job)));
    if (cut_job_state(job) == CUT_COMPOSED) /* WebP: the file as its encoding */
        step(cut_job_encoded(job, file, bytes));
    if (!cut_job_report_json(job)) abort();
    cut_job_free(job);
    cut_memory_limit(0);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
