/*
 * Previews of one small photo, one after another: the first bytes seed the map
 * and are the photo's pixels, each two after them choose options and a size.
 * Every call answers a status of the list, a picture has the size that was
 * asked for at most, nothing leaks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "preview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { W = 24, H = 16, MAP = 16, HEAD = 54, PHOTO = W * H * 3 };

static const char manifest[] =
    "{\"input\":{\"size\":[16,16],\"mean\":[0,0,0],\"std\":[1,1,1]},"
    "\"output\":{\"kind\":\"alpha\"}}";

static const char *const options[] = {
    "{}",
    "{\"mask\":true,\"crop\":true}",
    "{\"keep\":\"background\",\"background\":\"blur(9px)\",\"shadow\":true}",
    "{\"outline\":{\"width\":2},\"shadow\":{\"x\":-3,\"y\":\"-90%\",\"blur\":2}"
    "}",
    "{\"background\":\"linear-gradient(70deg,#000000,#ff0000 30%,#ffffff)\","
    "\"crop\":true,\"outline\":true}",
    "{\"canvas\":\"4:5\",\"shadow\":true,\"outline\":true,\"keep\":"
    "\"background\"}",
    "{\"canvas\":{\"width\":70,\"height\":90,\"fit\":\"photo\",\"x\":\"20%\"},"
    "\"background\":\"image\"}",
    "{\"canvas\":{\"width\":900,\"height\":3,\"scale\":4},\"margin\":\"20%\","
    "\"background\":\"blur\",\"shadow\":{\"blur\":\"25%\"}}",
    "{\"crop\":true,\"margin\":\"30%\",\"background\":\"image\"}",
    "{\"crop\":true,\"background\":\"blur(25%)\",\"format\":\"jpeg\"}",
    "{\"canvas\":\"no\"}",
};
enum { OPTIONS = sizeof options / sizeof *options };

/* A BMP whose pixels are `pixels`. */
static void make_photo(uint8_t *file, const uint8_t *pixels)
{
    static const uint8_t head[HEAD] = {'B',  'M', 0, 0, 0,  0, 0, 0, 0, 0,
                                       HEAD, 0,   0, 0, 40, 0, 0, 0, W, 0,
                                       0,    0,   H, 0, 0,  0, 1, 0, 24};
    memcpy(file, head, HEAD);
    memcpy(file + HEAD, pixels, PHOTO);
}

static cut_preview *begin(const uint8_t *pixels)
{
    uint8_t file[HEAD + PHOTO];
    float map[MAP * MAP];
    make_photo(file, pixels);
    for (int i = 0; i < MAP * MAP; i++) map[i] = (float)pixels[i] / 255;
    cut_job *job = cut_job_new();
    if (!job) abort();
    cut_job_manifest(job, manifest, sizeof manifest - 1);
    if (cut_job_decode(job, file, sizeof file) || cut_job_prepare(job) ||
        cut_job_background(job, file, sizeof file) == CUT_OK ||
        cut_job_matte(job, map, MAP, MAP) || cut_job_refine(job))
        abort();
    cut_preview *p = cut_preview_new(job);
    cut_job_free(job);
    job = cut_job_new();
    if (!p || !job || cut_job_background(job, file, sizeof file) ||
        cut_preview_background(p, job))
        abort();
    cut_job_free(job);
    return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < PHOTO) return 0;
    cut_preview *p = begin(data);
    size_t end = size < PHOTO + 24 ? size : PHOTO + 24;
    for (size_t i = PHOTO; i + 1 < end; i += 2) {
        const char *chosen = options[data[i] % OPTIONS];
        uint32_t side = data[i + 1];
        int status = cut_preview_render(p, chosen, (uint32_t)strlen(chosen),
                                        side);
        if (strcmp(cut_status_code(status), "internal") == 0) abort();
        if (status) continue;
        if (cut_preview_w(p) > side || cut_preview_h(p) > side ||
            !cut_preview_pixels(p))
            abort();
    }
    cut_preview_free(p);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
