#ifndef CUT_IMAGE_ICC_H
#define CUT_IMAGE_ICC_H

#include "image/image.h"
#include "image/probe.h"

#define CUT_MAX_ICC_BYTES (4 << 20)

typedef enum cut_icc_space {
    CUT_ICC_OTHER, /* CMYK, Lab, ...: does not describe RGBA pixels */
    CUT_ICC_RGB,
    CUT_ICC_GREY
} cut_icc_space;

/**
 * The embedded ICC profile of a JPEG (APP2, any number of parts), PNG (iCCP),
 * WebP (ICCP) or BMP (version 5) file, as it stands there.
 *
 * @param[out] out owned by the caller; data NULL when there is none, when it
 *                 is damaged or longer than CUT_MAX_ICC_BYTES, or when it
 *                 does not describe RGB or grey pixels: a wrong profile is
 *                 worse than none, and no reason to refuse a photo
 * @return CUT_OK or CUT_E_MEMORY
 */
cut_status cut_icc_read(cut_bytes *out, const uint8_t *bytes, size_t size,
                        cut_format format, cut_error *error);

/** 0: a profile of grey in a file of colours, which browsers leave out. */
int cut_icc_fits(const cut_bytes *icc, const cut_probe *probe);

/** The same for the values of a device, inks among them: CMYK counts, too. */
cut_status cut_icc_read_device(cut_bytes *out, const uint8_t *bytes,
                               size_t size, cut_format format,
                               cut_error *error);

/**
 * A copy of a profile that stands alone, under the same conditions: for files
 * that something else has read.
 */
cut_status cut_icc_copy(cut_bytes *out, const uint8_t *icc, size_t size,
                        cut_error *error);

/** By the signature in the profile's header (ICC.1:2010, 7.2.6). */
cut_icc_space cut_icc_colour_space(const cut_bytes *icc);
int cut_icc_is_cmyk(const cut_bytes *icc);

#endif
