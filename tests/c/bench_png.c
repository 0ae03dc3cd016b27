/*
 * PNG encoding and stb_image_write's, exported side by side from one module
 * for tools/bench/png.js, which does the timing.
 */
#include <string.h>

#include "cutaway.h"
#include "image/png.h"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include "stb_image_write.h"
#pragma GCC diagnostic pop

CUT_EXPORT uint32_t bench_cutaway(const uint8_t *rgba, int32_t w, int32_t h);
CUT_EXPORT uint32_t bench_stb(const uint8_t *rgba, int32_t w, int32_t h);

/** Bytes of the file; 0 when it failed. The picture is copied, as the encoder
 * consumes it. */
uint32_t bench_cutaway(const uint8_t *rgba, int32_t w, int32_t h)
{
    size_t bytes = (size_t)w * (size_t)h * 4;
    cut_image image = {cut_alloc(bytes, 1), w, h};
    cut_bytes out = {0}, no_icc = {0};
    if (!image.px) return 0;
    memcpy(image.px, rgba, bytes);
    cut_status status = cut_png_encode(&out, &image, &no_icc, NULL);
    uint32_t size = status ? 0 : (uint32_t)out.size;
    cut_image_free(&image);
    cut_bytes_free(&out);
    return size;
}

static void count(void *context, void *data, int size)
{
    (void)data;
    *(uint32_t *)context += (uint32_t)size;
}

uint32_t bench_stb(const uint8_t *rgba, int32_t w, int32_t h)
{
    uint32_t size = 0;
    stbi_write_png_to_func(count, &size, w, h, 4, rgba, w * 4);
    return size;
}
