/*
 * Any text as what somebody points at: a byte chooses the model's kind, one
 * seeds its answers, the rest are JSON texts with a zero byte between them, one
 * said after another. Refused with a sentence, or passes until none is due;
 * nothing leaks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "cutaway.h"
#include "options/pick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { W = 40, H = 24, MAP = 16, MAX_TEXTS = 4 };

static const char *const manifests[] = {
    "{\"input\":{\"size\":[16,16],\"mean\":[0,0,0],\"std\":[1,1,1],"
    "\"planes\":7},\"output\":{\"kind\":\"alpha\"}}",
    "{\"input\":{\"size\":[16,16],\"mean\":[0,0,0],\"std\":[1,1,1]},"
    "\"output\":{\"kind\":\"alpha\"}}"};

static int is_known(int status)
{
    return strcmp(cut_status_code(status), "internal") != 0;
}

static void read(const char *text, size_t size)
{
    cut_prompt p = {0};
    cut_error error = {{0}};
    cut_status status = cut_pick_parse(&p, text, size, W, H, &error);
    if (status) {
        if (status != CUT_E_OPTION || !error.text[0]) abort();
        return;
    }
    if (p.count < 0 || p.count > CUT_MAX_CLICKS || (!p.count && !p.has_box))
        abort();
    for (int i = 0; i < p.count; i++)
        if (!(p.clicks[i].x >= 0 && p.clicks[i].x <= W && p.clicks[i].y >= 0 &&
              p.clicks[i].y <= H))
            abort();
    if (p.has_box && !(p.x0 >= 0 && p.x0 < p.x1 && p.x1 <= W && p.y0 >= 0 &&
                       p.y0 < p.y1 && p.y1 <= H))
        abort();
}

/* Passes as the model of that kind answers them, by the seed. */
static void run(cut_job *job, uint8_t seed)
{
    float map[MAP * MAP];
    uint32_t r = seed * 2654435761u + 1;
    for (int passes = 0; passes < 2 * CUT_MAX_CLICKS; passes++) {
        if (cut_job_prepare(job)) return;
        for (int i = 0; i < MAP * MAP; i++) {
            if (i % 7 == 0) r = r * 1664525u + 1013904223u;
            map[i] = (float)(r >> 24) / 255;
        }
        int status = cut_job_matte(job, map, MAP, MAP);
        if (!is_known(status)) abort();
        if (status || !cut_job_has_next_pass(job)) return;
    }
    abort(); /* passes without an end */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t rgba[W * H * 4];
    if (size < 3) return 0;
    for (int i = 0; i < W * H * 4; i++)
        rgba[i] = i % 4 == 3 ? 255 : (uint8_t)(i * 7 % 251);
    cut_job *job = cut_job_new();
    if (!job) abort();
    const char *manifest = manifests[data[0] & 1];
    const char *high = "{\"effort\":\"high\"}";
    if (data[0] & 2) cut_job_options(job, high, (uint32_t)strlen(high));
    if (cut_job_manifest(job, manifest, (uint32_t)strlen(manifest)) ||
        cut_job_decode_foreign(job, rgba, W, H, 1, NULL, 0, rgba, 16))
        abort();
    const char *text = (const char *)data + 2, *end = (const char *)data + size;
    for (int i = 0; i < MAX_TEXTS && text < end; i++) {
        const char *stop = memchr(text, 0, (size_t)(end - text));
        if (!stop) stop = end;
        read(text, (size_t)(stop - text));
        int status = cut_job_pick(job, text, (uint32_t)(stop - text));
        if (!is_known(status) || (status && !cut_job_message(job)[0])) abort();
        if (status == CUT_OK) run(job, data[1]);
        text = stop + 1;
    }
    cut_job_free(job);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
