/*
 * Any bytes as an ICC profile: a byte chooses its colour space, the rest are its
 * tags. Read as curves and a matrix, or refused; colours go there and back
 * without leaving 0..255, and grey of what is sRGB stays grey. The same bytes
 * as what a codec says of colours.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cutaway.h"
#include "image/bytes.h"
#include "image/colour_space.h"
#include "image/icc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 128, PIXELS = 64 };

/* A profile whose header holds together. */
static cut_bytes made(const uint8_t *data, size_t size)
{
    static const char *const spaces[] = {"RGB ", "GRAY", "CMYK", "Lab "};
    cut_bytes icc = {cut_alloc_zero(HEADER + size, 1), HEADER + size};
    if (!icc.data) abort();
    cut_put_be32(icc.data, (uint32_t)icc.size);
    cut_put_be32(icc.data + 8, data[0] & 4 ? 0x04300000 : 0x02100000);
    memcpy(icc.data + 12, "mntr", 4);
    memcpy(icc.data + 16, spaces[data[0] & 3], 4);
    memcpy(icc.data + 20, data[0] & 8 ? "Lab " : "XYZ ", 4);
    memcpy(icc.data + 36, "acsp", 4);
    memcpy(icc.data + HEADER, data + 1, size - 1);
    return icc;
}

static void convert(const cut_colour_space *space)
{
    static cut_colour_map map;
    cut_colour_space srgb;
    uint8_t px[PIXELS * 4];
    cut_colour_space_srgb(&srgb);
    for (int i = 0; i < PIXELS * 4; i++) px[i] = (uint8_t)(i * 37);
    cut_colour_map_between(&map, space, &srgb);
    cut_colour_map_pixels(&map, px, PIXELS);
    cut_colour_map_between(&map, &srgb, space);
    cut_colour_map_pixels(&map, px, PIXELS);
    for (int i = 0; i < PIXELS; i++)
        if (px[i * 4 + 3] != (uint8_t)((i * 4 + 3) * 37)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 1 << 16) return 0;
    cut_bytes icc = made(data, size), copy;
    cut_colour_space space;
    cut_error error = {{0}};
    if (cut_colour_space_read(&space, &icc)) convert(&space);
    if (cut_icc_copy(&copy, icc.data, icc.size, &error)) abort();
    cut_bytes_free(&copy);
    cut_job *job = cut_job_new();
    const char *options = "{\"colorspace\":\"srgb\"}";
    uint8_t rgba[4 * 4] = {1, 2, 3, 255, 250, 100, 3, 255};
    if (!job || cut_job_options(job, options, (uint32_t)strlen(options)))
        abort();
    cut_job_decode_foreign(job, rgba, 2, 2, 1 + data[0] % 8, icc.data,
                           (uint32_t)icc.size, data, (uint32_t)size);
    cut_job_free(job);
    cut_bytes_free(&icc);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
