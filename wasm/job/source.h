/* What a caller hands in, as the upright picture or the matte it is. */
#ifndef CUT_SOURCE_H
#define CUT_SOURCE_H

#include "image/image.h"
#include "image/probe.h"

/** A file and, where a codec outside decoded it, its pixels. */
typedef struct cut_source {
    const uint8_t *bytes;
    uint32_t size;
    int is_decoded;
    const uint8_t *rgba; /* [h][w][4] */
    uint32_t w, h;
    int partial; /* what is there will do */
    /* EXIF 1..8, how the pixels lie: all that is known of them is given here,
     * and of the file nothing but its name counts. 0: the file's header says
     * what they are. */
    uint32_t orientation;
    const uint8_t *colours; /* as cut_job_decode_foreign() takes them */
    uint32_t colours_size;
} cut_source;

/**
 * @param[out] out   upright, owned by the caller; unchanged unless CUT_OK
 * @param[out] probe of the file
 * @return CUT_OK, CUT_E_NEEDS_CODEC, CUT_E_CORRUPT (the pixels are not what the
 *         header says), CUT_E_ARGUMENT, and what image/probe.h and
 *         image/decode.h answer
 */
cut_status cut_source_read(cut_image *out, cut_probe *probe,
                           const cut_source *from, cut_error *error);

/**
 * Alpha by the brightness of a picture, at most the photo's own.
 *
 * @param[out] out u8 [h][w], from cut_alloc; NULL unless CUT_OK
 * @return as cut_source_read(); CUT_E_OPTION when it has not the photo's size
 */
cut_status cut_source_alpha(uint8_t **out, const cut_image *photo,
                            const cut_source *from, cut_error *error);

#endif
