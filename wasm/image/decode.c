/*
 * Easy to get wrong: stb_image answers a whole picture for a file that ends in
 * the middle (the rest grey or black). Here what was decoded is counted, and
 * less than the header promises is an error.
 */
#include "image/decode.h"

#include <string.h>

#include "image/bmp.h"
#include "image/chunks.h"
#include "image/colour_space.h"
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

/* How 16 bits of light become 8, NULL when they are no light. 0: no memory. */
static int narrow_table(uint8_t **table, const uint8_t *bytes, size_t size,
                        const cut_probe *probe)
{
    *table = NULL;
    if (probe->format != CUT_FORMAT_PNG || probe->bits != 16) return 1;
    double gamma = cut_colour_light_of_png(bytes, size);
    if (!(gamma > 0)) return 1;
    *table = cut_alloc(65536, 1);
    if (*table) cut_colour_narrow_table(*table, gamma);
    return *table != NULL;
}

/* What is decoded, and how. */
typedef struct decoding {
    const uint8_t *bytes;
    size_t size;
    const cut_probe *probe;
    int part;     /* what is there of a file that is not whole */
    int32_t rows; /* then: how many */
    cut_error *error;
} decoding;

/* A picture that is not whole: an error, or so many rows of it. */
static cut_status not_whole(decoding *d, int32_t rows, long done, long all,
                            const char *what)
{
    if (!d->part || rows < 1)
        return partial(d->probe, done, all, what, d->error);
    d->rows = rows;
    return CUT_OK;
}

/* The pixels of a picture, or why there are none. */
static cut_status decode_by_stb(uint8_t **px, decoding *d, int *w, int *h,
                                cut_stb_fault *fault)
{
    const cut_probe *p = d->probe;
    uint8_t *narrow;
    *px = NULL;
    uint32_t refusals = cut_alloc_refusals();
    int over_budget = 0;
    if (narrow_table(&narrow, d->bytes, d->size, p)) {
        cut_stb_how how = {.is_jpeg = p->format == CUT_FORMAT_JPEG,
                           .bits = p->bits,
                           .narrow = narrow,
                           .wants_inks = p->wants_inks,
                           .part = d->part};
        cut_budget old = cut_budget_begin(budget(d->size, p));
        *px = cut_stb_decode(d->bytes, (int)d->size, &how, w, h, fault);
        over_budget = cut_budget_end(old);
        cut_free(narrow);
    }
    if (*px) return CUT_OK;
    if (over_budget)
        return cut_fail(
            d->error, CUT_E_CORRUPT,
            "The %s file holds more than its header's %d x %d pixels.",
            cut_format_name(p->format), (int)p->w, (int)p->h);
    if (cut_alloc_refusals() != refusals)
        return cut_fail(d->error, CUT_E_MEMORY, "No memory to decode %d x %d.",
                        (int)p->w, (int)p->h);
    if (fault->blocks < fault->all)
        return partial(p, fault->blocks, fault->all,
                       p->bits && fault->scan > 1 ? "blocks of a later scan"
                                                  : "blocks",
                       d->error);
    return damaged(p, fault->reason, d->error);
}

/* JPEG and PNG. */
static cut_status by_stb(cut_image *out, decoding *d)
{
    /* what a wrong bit would change without a trace; the data have a sum */
    static const uint32_t summed[] = {CUT_TAG('I', 'H', 'D', 'R'),
                                      CUT_TAG('P', 'L', 'T', 'E'),
                                      CUT_TAG('t', 'R', 'N', 'S')};
    const cut_probe *p = d->probe;
    if (p->format == CUT_FORMAT_PNG &&
        !cut_png_sums_hold(d->bytes, d->size, summed, 3))
        return damaged(p, "a checksum is wrong", d->error);
    int w = p->w, h = p->h;
    cut_stb_fault fault = {0};
    uint8_t *px;
    cut_status status = decode_by_stb(&px, d, &w, &h, &fault);
    if (status) return status;
    if (w != p->w || h != p->h)
        status = cut_fail(d->error, CUT_E_CORRUPT,
                          "The %s file holds %d x %d, its header says %d x %d.",
                          cut_format_name(p->format), w, h, (int)p->w,
                          (int)p->h);
    else if (fault.is_damaged && !d->part && fault.rows == h)
        status = damaged(p, "a checksum is wrong", d->error);
    else if (fault.is_damaged && fault.rows == 0)
        status = damaged(p, "its compressed data are damaged", d->error);
    else if (fault.is_damaged)
        status = not_whole(d, fault.rows, fault.rows, h, "rows");
    if (status) {
        cut_free(px);
        return status;
    }
    size_t row = (size_t)w * 4;
    if (d->rows) /* clear from there on */
        memset(px + (size_t)d->rows * row, 0, (size_t)(h - d->rows) * row);
    *out = (cut_image){
        .px = px, .w = w, .h = h, .opaque = !p->has_alpha_channel && !d->rows};
    return CUT_OK;
}

static cut_status by_bmp(cut_image *out, decoding *d)
{
    cut_bmp bmp;
    const char *variant;
    if (!cut_bmp_header(&bmp, &variant, d->bytes, d->size))
        return damaged(d->probe, "its header does not fit together", d->error);
    int32_t rows = cut_bmp_decode(out->px, &bmp, d->bytes, d->size);
    return rows == bmp.h ? CUT_OK : not_whole(d, rows, rows, bmp.h, "rows");
}

/* The first frame. Without the end of its data it is a part, where one will
 * do. */
static cut_status by_gif(cut_image *out, decoding *d)
{
    cut_gif gif;
    if (!cut_gif_header(&gif, d->bytes, d->size))
        return damaged(d->probe, "no frame is in it", d->error);
    int ends;
    int64_t pixels = cut_gif_decode(out->px, &ends, &gif, d->bytes, d->size);
    int64_t all = (int64_t)gif.fw * gif.fh;
    if (pixels < all)
        return not_whole(d, (int32_t)(pixels / gif.fw), (long)pixels, (long)all,
                         "pixels");
    if (ends) return CUT_OK;
    d->rows = gif.h;
    return d->part ? CUT_OK
                   : damaged(d->probe, "its data do not end with its pixels",
                             d->error);
}

/* By the decoder of its format, into a new picture. */
static cut_status decode(cut_image *out, decoding *d)
{
    const cut_probe *p = d->probe;
    if (p->format == CUT_FORMAT_JPEG || p->format == CUT_FORMAT_PNG)
        return by_stb(out, d);
    cut_image image = {.w = p->w, .h = p->h, .opaque = !p->has_alpha_channel};
    image.px = cut_alloc_zero((size_t)image.w * (size_t)image.h, 4);
    if (!image.px)
        return cut_fail(d->error, CUT_E_MEMORY, "No memory to decode %d x %d.",
                        (int)image.w, (int)image.h);
    cut_status status = (p->format == CUT_FORMAT_BMP ? by_bmp : by_gif)(&image,
                                                                        d);
    if (d->rows) image.opaque = 0;
    if (status)
        cut_image_free(&image);
    else
        *out = image;
    return status;
}

cut_status cut_image_decode(cut_image *out, const uint8_t *bytes, size_t size,
                            const cut_probe *probe, cut_error *error)
{
    decoding d = {.bytes = bytes, .size = size, .probe = probe, .error = error};
    return decode(out, &d);
}

cut_status cut_image_decode_part(cut_image *out, int32_t *rows,
                                 const uint8_t *bytes, size_t size,
                                 const cut_probe *probe, cut_error *error)
{
    decoding d = {.bytes = bytes,
                  .size = size,
                  .probe = probe,
                  .part = 1,
                  .error = error};
    cut_status status = decode(out, &d);
    *rows = d.rows;
    return status;
}
