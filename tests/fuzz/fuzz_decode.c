/*
 * Any bytes as a picture: probe, decode, orientation, profile, upright; and
 * what is there of one that is not whole. Every answer is a status of the list,
 * a picture has the size its header promised, nothing leaks.
 */
#include <stdlib.h>

#include "cutaway.h"
#include "image/decode.h"
#include "image/exif.h"
#include "image/icc.h"
#include "image/orient.h"

#define PNG_AT 0
#include "png_sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_part(const uint8_t *data, size_t size,
                        const cut_probe *probe)
{
    cut_image image = {0};
    cut_error error = {{0}};
    int32_t rows;
    if (cut_image_decode_part(&image, &rows, data, size, probe, &error)) return;
    if (image.w != probe->w || image.h != probe->h || rows < 0 ||
        rows > image.h)
        abort();
    if (rows && image.opaque) abort(); /* the rest is clear */
    cut_image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cut_probe probe;
    cut_error error = {{0}};
    cut_memory_limit(64u << 20); /* keeps a run short, not the picture safe */
    cut_status status = cut_image_probe(&probe, data, size, &error);
    if (status == CUT_OK) {
        if (probe.w < 1 || probe.w > CUT_MAX_SIDE || probe.h < 1 ||
            probe.h > CUT_MAX_SIDE || probe.orientation < 1 ||
            probe.orientation > 8)
            abort();
        cut_bytes icc = {0};
        if (cut_icc_read(&icc, data, size, probe.format, &error) == CUT_OK)
            cut_bytes_free(&icc);
        cut_image image = {0};
        if (probe.format != CUT_FORMAT_WEBP &&
            cut_image_decode(&image, data, size, &probe, &error) == CUT_OK) {
            if (image.w != probe.w || image.h != probe.h) abort();
            if (cut_image_orient(&image, probe.orientation, &error) == CUT_OK &&
                probe.orientation >= 5 && image.w != probe.h)
                abort();
        }
        cut_image_free(&image);
        if (probe.format != CUT_FORMAT_WEBP) decode_part(data, size, &probe);
    } else if (!error.text[0]) {
        abort();
    }
    cut_memory_limit(0);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
