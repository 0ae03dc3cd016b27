/*
 * Easy to get wrong: stb_image answers a whole picture for a file that ends in
 * the middle (the rest grey or black). Here what was decoded is counted, and
 * less than the header promises is an error.
 */
#include "image/decode.h"

#include "image/bmp.h"
#include "image/chunks.h"
#include "image/gif.h"
#include "image/stb_image_glue.h"

/* What stb can need at most for an honest file of this header: the picture as
 * RGBA, twice for 16 bits, rows before conversion (PNG's buffer doubles when
 * its guess was short; progressive JPEG keeps 16-bit coefficients), the
 * gathered file. */
static size_t budget(size_t size, const cut_probe *p)
{
    size_t pixels = ((size_t)p->w + 32) * ((size_t)p->h + 32);
    size_t depth = p->bits == 16 ? 2 : 1;
    return pixels * 4 * depth * 2 + pixels * (size_t)p->channels * depth * 4 +
           size * 4 + (1u << 20);
}

static cut_status damaged(const cut_probe *p, const char *what,
                          cut_error *error)
{
    return cut_fail(error, CUT_E_CORRUPT, "The %s file is damaged: %s.",
                    cut_format_name(p->format), what);
}

/* Less was there than the header says. */
static cut_status partial(const cut_probe *p, long done, long all,
                          const char *what, cut_error *error)
{
    return cut_fail(error, CUT_E_CORRUPT,
                    "The %s file is damaged or ends early: %ld of %ld %s.",
                    cut_format_name(p->format), done, all, what);
}

/* JPEG and PNG. */
static cut_status by_stb(cut_image *out, const uint8_t *bytes, size_t size,
                         const cut_probe *probe, cut_error *error)
{
    /* what a wrong bit would change without a trace; the data have a sum */
    static const uint32_t summed[] = {CUT_TAG('I', 'H', 'D', 'R'),
                                      CUT_TAG('P', 'L', 'T', 'E'),
                                      CUT_TAG('t', 'R', 'N', 'S')};
    const char *name = cut_format_name(probe->format);
    if (probe->format == CUT_FORMAT_PNG &&
        !cut_png_sums_hold(bytes, size, summed, 3))
        return damaged(probe, "a checksum is wrong", error);
    int w = probe->w, h = probe->h;
    cut_stb_fault fault;
    uint32_t refusals = cut_alloc_refusals();
    cut_budget old = cut_budget_begin(budget(size, probe));
    uint8_t *px = cut_stb_decode(bytes, (int)size, probe->bits,
                                 probe->format == CUT_FORMAT_JPEG,
                                 probe->wants_inks, &w, &h, &fault);
    int over_budget = cut_budget_end(old);
    if (!px && over_budget)
        return cut_fail(error, CUT_E_CORRUPT,
                        "The %s file holds more than its header's %d x %d "
                        "pixels.",
                        name, (int)probe->w, (int)probe->h);
    if (!px && cut_alloc_refusals() != refusals)
        return cut_fail(error, CUT_E_MEMORY, "No memory to decode %d x %d.",
                        (int)probe->w, (int)probe->h);
    if (!px && fault.blocks < fault.all)
        return partial(probe, fault.blocks, fault.all,
                       probe->bits && fault.scan > 1 ? "blocks of a later scan"
                                                     : "blocks",
                       error);
    if (!px) return damaged(probe, fault.reason, error);
    if (w != probe->w || h != probe->h) {
        cut_free(px);
        return cut_fail(error, CUT_E_CORRUPT,
                        "The %s file holds %d x %d, its header says %d x %d.",
                        name, w, h, (int)probe->w, (int)probe->h);
    }
    *out = (cut_image){px, w, h, !probe->has_alpha_channel};
    return CUT_OK;
}

static cut_status by_bmp(cut_image *out, const uint8_t *bytes, size_t size,
                         const cut_probe *probe, cut_error *error)
{
    cut_bmp bmp;
    const char *variant;
    if (!cut_bmp_header(&bmp, &variant, bytes, size))
        return damaged(probe, "its header does not fit together", error);
    int32_t rows = cut_bmp_decode(out->px, &bmp, bytes, size);
    return rows == bmp.h ? CUT_OK : partial(probe, rows, bmp.h, "rows", error);
}

static cut_status by_gif(cut_image *out, const uint8_t *bytes, size_t size,
                         const cut_probe *probe, cut_error *error)
{
    cut_gif gif;
    if (!cut_gif_header(&gif, bytes, size))
        return damaged(probe, "no frame is in it", error);
    int64_t pixels = cut_gif_decode(out->px, &gif, bytes, size);
    int64_t all = (int64_t)gif.fw * gif.fh;
    return pixels == all
               ? CUT_OK
               : partial(probe, (long)pixels, (long)all, "pixels", error);
}

cut_status cut_image_decode(cut_image *out, const uint8_t *bytes, size_t size,
                            const cut_probe *probe, cut_error *error)
{
    if (probe->format == CUT_FORMAT_JPEG || probe->format == CUT_FORMAT_PNG)
        return by_stb(out, bytes, size, probe, error);
    cut_image image = {
        .w = probe->w, .h = probe->h, .opaque = !probe->has_alpha_channel};
    image.px = cut_alloc_zero((size_t)image.w * (size_t)image.h, 4);
    if (!image.px)
        return cut_fail(error, CUT_E_MEMORY, "No memory to decode %d x %d.",
                        (int)image.w, (int)image.h);
    cut_status status = (probe->format == CUT_FORMAT_BMP ? by_bmp : by_gif)(
        &image, bytes, size, probe, error);
    if (status)
        cut_image_free(&image);
    else
        *out = image;
    return status;
}
