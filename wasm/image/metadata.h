/*
 * What a photo carries beside its pixels and their colours: EXIF, XMP and IPTC,
 * out of one file and into another. Easy to get wrong: a result is turned
 * upright, has a size of its own, and its old thumbnail shows what was removed.
 */
#ifndef CUT_IMAGE_METADATA_H
#define CUT_IMAGE_METADATA_H

#include "image/format.h"
#include "image/image.h"

typedef struct cut_metadata {
    cut_bytes exif; /* from its TIFF header on */
    cut_bytes xmp;  /* the packet, UTF-8 */
    cut_bytes iptc; /* records of IIM 4.2 */
} cut_metadata;

void cut_metadata_free(cut_metadata *metadata);

/**
 * JPEG: APP1, and of APP13 resource 0x0404. PNG: eXIf, iTXt, and the text in
 * which ImageMagick and ExifTool keep IPTC. WebP: EXIF and XMP. What is damaged
 * or compressed text is left out.
 *
 * @param[out] out owned by the caller; of each the first one that is there
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_metadata_read(cut_metadata *out, const uint8_t *bytes,
                             size_t size, cut_format format, cut_error *error);

/** One of them as it stands. CUT_OK, CUT_E_MEMORY. */
cut_status cut_metadata_copy(cut_bytes *out, const uint8_t *data, size_t size,
                             cut_error *error);

/**
 * To what is true of the result: orientation 1 in EXIF and XMP, its size, and
 * no thumbnail.
 */
void cut_metadata_settle(cut_metadata *metadata, int32_t w, int32_t h);

/**
 * Into a JPEG, PNG or WebP that this program made. JPEG leaves out what is
 * longer than one segment, WebP has no place for IPTC.
 *
 * @param[in,out] file grows; unchanged unless CUT_OK
 * @param         w, h of the picture
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_metadata_write(cut_bytes *file, const cut_metadata *metadata,
                              cut_format format, int32_t w, int32_t h,
                              cut_error *error);

#endif
