/*
 * Any bytes as a file with metadata, and as each kind of metadata itself: read,
 * made true of a result, written into a file of each format, read again.
 * What was written is what is read, nothing leaks. The same bytes as the
 * values of a device (job/device.c).
 */
#include <stdlib.h>
#include <string.h>

#include "cutaway.h"
#include "image/jpeg.h"
#include "image/metadata.h"
#include "image/png.h"
#include "image/probe.h"

#define PNG_AT 0
#include "png_sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const cut_metadata *m)
{
    uint8_t *px = cut_alloc(4, 4);
    if (!px) abort();
    memset(px, 255, 16);
    cut_image image = {px, 2, 2, 1};
    cut_bytes file = {0}, none = {0};
    cut_metadata read;
    if (cut_jpeg_encode(&file, &image, 80, &none, NULL) ||
        cut_metadata_write(&file, m, CUT_FORMAT_JPEG, 2, 2, NULL) ||
        cut_metadata_read(&read, file.data, file.size, CUT_FORMAT_JPEG, NULL))
        abort();
    if (m->exif.size && m->exif.size < 65000 &&
        (read.exif.size != m->exif.size ||
         memcmp(read.exif.data, m->exif.data, m->exif.size) != 0))
        abort();
    cut_metadata_free(&read);
    cut_bytes_free(&file);
    if (cut_png_encode(&file, &image, &none, NULL) ||
        cut_metadata_write(&file, m, CUT_FORMAT_PNG, 2, 2, NULL) ||
        cut_metadata_read(&read, file.data, file.size, CUT_FORMAT_PNG, NULL))
        abort();
    if (read.exif.size != m->exif.size || read.xmp.size != m->xmp.size) abort();
    cut_metadata_free(&read);
    cut_bytes_free(&file);
    cut_image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cut_metadata m = {0};
    cut_format format = cut_image_sniff(data, size);
    if (size > 1 << 20) return 0;
    if (cut_metadata_read(&m, data, size, format, NULL)) abort();
    cut_metadata_settle(&m, 3, 2);
    write_and_read(&m);
    cut_metadata_free(&m);
    if (cut_metadata_copy(&m.exif, data, size, NULL) ||
        cut_metadata_copy(&m.xmp, data, size, NULL) ||
        cut_metadata_copy(&m.iptc, data, size, NULL))
        abort();
    cut_metadata_settle(&m, 70000, 1);
    write_and_read(&m);
    cut_metadata_free(&m);

    cut_job *job = cut_job_new();
    if (!job) abort();
    cut_memory_limit(64u << 20);
    if (cut_job_device(job, 1, data, (uint32_t)size) &&
        (!cut_job_device_w(job) || !cut_job_device_pixels(job) ||
         !cut_job_device_profile_size(job)))
        abort();
    cut_memory_limit(0);
    cut_job_free(job);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
