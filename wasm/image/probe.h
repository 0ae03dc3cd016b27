/*
 * What a file is, and whether it can be read, from its header alone: before a
 * byte of pixel memory is asked for, in microseconds, whatever it claims.
 */
#ifndef CUT_IMAGE_PROBE_H
#define CUT_IMAGE_PROBE_H

#include "base/fail.h"
#include "image/format.h"

#define CUT_SNIFF_BYTES 1024

/** By content, from the first CUT_SNIFF_BYTES at most; never by a name. */
cut_format cut_image_sniff(const uint8_t *bytes, size_t size);

/** What a file of CUT_FORMAT_NONE is, for people: "a PDF", ..; NULL: nothing that
 * is known. */
const char *cut_image_foreign(const uint8_t *bytes, size_t size);

/** "jpeg", "png", "webp", .., as cut_sniff() says them; "" for CUT_FORMAT_NONE. */
const char *cut_format_name(cut_format format);

typedef struct cut_probe {
    cut_format format;
    int32_t w, h;    /* as stored: before the orientation is applied */
    int orientation; /* EXIF 1..8; 1 when there is none */
    int has_alpha_channel;
    int bits;       /* a channel */
    int channels;   /* as stored; palettes count as 3 */
    int wants_inks; /* set by the caller: decode CMYK to its inks, not RGB */
    int32_t rows;   /* of one that was decoded in part: what is there */
    /* of an animated WebP, its first picture on that canvas; w 0: none is */
    struct {
        int32_t x, y, w, h;
        uint32_t at, size; /* its chunks, in the file */
    } first;
} cut_probe;

/**
 * @return CUT_OK; CUT_E_EMPTY; CUT_E_FORMAT; CUT_E_NEEDS_CODEC for a format
 *         whose headers are read by its codec, outside; CUT_E_VARIANT for what stb_image
 *         cannot read, by name (12-bit, arithmetic and lossless JPEG, ...);
 *         CUT_E_TOO_LARGE beyond CUT_MAX_SIDE, CUT_MAX_PIXELS or
 *         CUT_MAX_INPUT_BYTES; CUT_E_CORRUPT when the header itself is damaged.
 */
cut_status cut_image_probe(cut_probe *out, const uint8_t *bytes, size_t size,
                           cut_error *error);

/** CUT_OK; CUT_E_TOO_LARGE beyond CUT_MAX_SIDE or CUT_MAX_PIXELS;
 * CUT_E_CORRUPT without a pixel. */
cut_status cut_image_fits(uint32_t w, uint32_t h, cut_error *error);

#endif
