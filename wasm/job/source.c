#include "job/source.h"

#include <string.h>

#include "base/alloc.h"
#include "image/decode.h"
#include "image/orient.h"

/* Rows of the picture that was decoded to their place on the canvas. */
static void place(uint8_t *px, const uint8_t *from, const cut_probe *p,
                  int32_t x, int32_t y, int32_t w, int32_t h)
{
    for (int32_t i = 0; i < h; i++)
        memcpy(px + ((size_t)(y + i) * (size_t)p->w + (size_t)x) * 4,
               from + (size_t)i * (size_t)w * 4, (size_t)w * 4);
}

/* Decoded pixels, against what the header promised. */
static cut_status copy_pixels(cut_image *out, const cut_source *from,
                              const cut_probe *probe, cut_error *error)
{
    if (!from->rgba) return cut_fail(error, CUT_E_ARGUMENT, "No pixels given.");
    int32_t w = probe->w, h = probe->h;
    if (probe->first.w) {
        w = probe->first.w;
        h = probe->first.h;
    }
    if (from->w != (uint32_t)w || from->h != (uint32_t)h)
        return cut_fail(error, CUT_E_CORRUPT,
                        "The codec decoded %u x %u, the header says %d x %d.",
                        (unsigned)from->w, (unsigned)from->h, (int)w, (int)h);
    size_t bytes = (size_t)probe->w * (size_t)probe->h * 4;
    uint8_t *px = cut_alloc_zero(bytes, 1);
    if (!px)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %d x %d pixels.",
                        (int)probe->w, (int)probe->h);
    place(px, from->rgba, probe, probe->first.x, probe->first.y, w, h);
    /* a codec may find alpha that the header denies; browsers show none */
    for (size_t i = 3; !probe->has_alpha_channel && i < bytes; i += 4)
        px[i] = 255;
    *out = (cut_image){.px = px,
                       .w = probe->w,
                       .h = probe->h,
                       .opaque = !probe->has_alpha_channel};
    return CUT_OK;
}

/* Pixels of a file that only the one who decoded it can read. */
static cut_status read_foreign(cut_image *out, cut_probe *probe,
                               const cut_source *from, cut_error *error)
{
    if (!from->rgba || from->orientation > 8)
        return cut_fail(error, CUT_E_ARGUMENT, "No pixels given.");
    *probe = (cut_probe){.format = cut_image_sniff(from->bytes, from->size),
                         .w = (int32_t)from->w,
                         .h = (int32_t)from->h,
                         .orientation = (int)from->orientation,
                         .bits = 8,
                         .channels = 4};
    cut_status status = cut_image_fits(from->w, from->h, error);
    if (status) return status;
    size_t bytes = (size_t)from->w * from->h * 4;
    uint8_t *px = cut_alloc(bytes, 1);
    if (!px)
        return cut_fail(error, CUT_E_MEMORY, "No memory for %u x %u pixels.",
                        (unsigned)from->w, (unsigned)from->h);
    memcpy(px, from->rgba, bytes);
    for (size_t i = 3; i < bytes && !probe->has_alpha_channel; i += 4)
        probe->has_alpha_channel = px[i] != 255;
    *out = (cut_image){.px = px,
                       .w = probe->w,
                       .h = probe->h,
                       .opaque = !probe->has_alpha_channel};
    status = cut_image_orient(out, probe->orientation, error);
    if (status) cut_image_free(out);
    return status;
}

cut_status cut_source_read(cut_image *out, cut_probe *probe,
                           const cut_source *from, cut_error *error)
{
    cut_image image = {0};
    if (from->orientation) return read_foreign(out, probe, from, error);
    cut_status status = cut_image_probe(probe, from->bytes, from->size, error);
    if (status) return status;
    if (from->is_decoded)
        status = copy_pixels(&image, from, probe, error);
    else if (probe->format == CUT_FORMAT_WEBP)
        status = cut_fail(error, CUT_E_NEEDS_CODEC,
                          "WebP is decoded outside the core.");
    else if (from->partial)
        status = cut_image_decode_part(&image, &probe->rows, from->bytes,
                                       from->size, probe, error);
    else
        status = cut_image_decode(&image, from->bytes, from->size, probe,
                                  error);
    if (!status) status = cut_image_orient(&image, probe->orientation, error);
    if (status) {
        cut_image_free(&image);
        return status;
    }
    *out = image;
    return CUT_OK;
}

cut_status cut_source_alpha(uint8_t **out, const cut_image *photo,
                            const cut_source *from, cut_error *error)
{
    cut_probe probe;
    cut_image matte = {0};
    *out = NULL;
    cut_status status = cut_source_read(&matte, &probe, from, error);
    if (status) return cut_fail_of(error, status, "matte");
    size_t count = (size_t)photo->w * (size_t)photo->h;
    uint8_t *alpha = NULL;
    if (matte.w != photo->w || matte.h != photo->h)
        status = cut_fail(
            error, CUT_E_OPTION, "The matte is %d x %d, the photo %d x %d.",
            (int)matte.w, (int)matte.h, (int)photo->w, (int)photo->h);
    else if (!(alpha = cut_alloc(count, 1)))
        status = cut_fail(error, CUT_E_MEMORY, "No memory for a %d x %d matte.",
                          (int)photo->w, (int)photo->h);
    for (size_t i = 0; !status && i < count; i++) {
        const uint8_t *p = matte.px + i * 4, own = photo->px[i * 4 + 3];
        uint32_t grey = (uint32_t)(p[0] + p[1] + p[2]) * p[3];
        uint8_t wanted = (uint8_t)((grey + 382) / 765);
        alpha[i] = wanted < own ? wanted : own;
    }
    cut_image_free(&matte);
    *out = alpha;
    return status;
}
