/*
 * Photos whose profile is one of tables, which the core does not know: their
 * values go to a colour engine outside, and come back as sRGB.
 */
#include "image/colour_space.h"
#include "image/decode.h"
#include "image/icc.h"
#include "job/state.h"

void cut_device_free(cut_device *device)
{
    cut_image_free(&device->image);
    cut_bytes_free(&device->icc);
    *device = (cut_device){0};
}

/* Inks always; tables of RGB or grey where something else has to be in their
 * space: alone, their values stay what they are, and the profile goes along. */
static int is_wanted(const cut_job *job, const cut_bytes *icc,
                     int is_background)
{
    const cut_options *o = &job->options;
    return is_background || cut_icc_colour_space(icc) != CUT_ICC_RGB ||
           o->colorspace == CUT_COLORSPACE_SRGB ||
           o->background != CUT_BG_TRANSPARENT || o->shadow.on || o->outline.on;
}

/* Reads a picture whose profile only the colour module knows, in its own
 * colours; 0: it is not one. */
static int read_device(cut_device *d, cut_job *job, const uint8_t *bytes,
                       uint32_t size, int is_background)
{
    cut_probe probe;
    cut_colour_space known;
    if (cut_image_probe(&probe, bytes, size, NULL) ||
        (probe.format != CUT_FORMAT_JPEG && probe.format != CUT_FORMAT_PNG) ||
        cut_icc_read_device(&d->icc, bytes, size, probe.format, NULL) ||
        !d->icc.data || !cut_icc_fits(&d->icc, &probe))
        return 0;
    d->is_cmyk = cut_icc_is_cmyk(&d->icc);
    d->orientation = probe.orientation;
    probe.wants_inks = d->is_cmyk;
    if (d->is_cmyk != (probe.format == CUT_FORMAT_JPEG && probe.channels == 4))
        return 0; /* a profile of other channels than the file's */
    if (cut_colour_space_read(&known, &d->icc) ||
        !is_wanted(job, &d->icc, is_background))
        return 0;
    return cut_image_decode(&d->image, bytes, size, &probe, NULL) == CUT_OK;
}

uint32_t cut_job_device(cut_job *job, uint32_t is_background,
                        const uint8_t *bytes, uint32_t size_bytes)
{
    cut_device_free(&job->device);
    if (read_device(&job->device, job, bytes, size_bytes, (int)is_background))
        return 1;
    cut_device_free(&job->device);
    return 0;
}

const uint8_t *cut_job_device_pixels(const cut_job *job)
{
    return job->device.image.px;
}

uint32_t cut_job_device_w(const cut_job *job)
{
    return (uint32_t)job->device.image.w;
}

uint32_t cut_job_device_h(const cut_job *job)
{
    return (uint32_t)job->device.image.h;
}

uint32_t cut_job_device_orientation(const cut_job *job)
{
    return (uint32_t)job->device.orientation;
}

uint32_t cut_job_device_is_cmyk(const cut_job *job)
{
    return (uint32_t)job->device.is_cmyk;
}

const uint8_t *cut_job_device_profile(const cut_job *job)
{
    return job->device.icc.data;
}

uint32_t cut_job_device_profile_size(const cut_job *job)
{
    return (uint32_t)job->device.icc.size;
}

void cut_job_device_done(cut_job *job)
{
    cut_device_free(&job->device);
}
