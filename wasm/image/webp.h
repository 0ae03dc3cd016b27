#ifndef CUT_IMAGE_WEBP_H
#define CUT_IMAGE_WEBP_H

#include "image/image.h"
#include "image/probe.h"

/**
 * A WebP file of the codec outside, checked and given the ICC profile: the
 * simple format becomes the extended one (RFC 9649, 2.7).
 *
 * @param[out] out  the file, owned by the caller
 * @param      file as encoded, of w x h pixels
 * @param      icc  data NULL = none
 * @return CUT_OK; CUT_E_ENCODE when it is not a WebP of that size; CUT_E_MEMORY
 */
cut_status cut_webp_with_icc(cut_bytes *out, const uint8_t *file, size_t size,
                             const cut_bytes *icc, int32_t w, int32_t h,
                             cut_error *error);

/**
 * The first picture of an animated WebP as a file of its own, of
 * probe->first.w x h pixels, for a codec that knows no animations.
 *
 * @param[out] out   owned by the caller
 * @param      probe of the same file, which is animated
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_webp_first(cut_bytes *out, const uint8_t *file,
                          const cut_probe *probe, cut_error *error);

/**
 * A picture that moves not, without what stands behind it, so that the codec
 * does not take that for more of a picture that ends early.
 *
 * @param[out] out owned by the caller; empty when nothing stands there, or not all
 *                 that should: the codec refuses that
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_webp_bare(cut_bytes *out, const uint8_t *file, size_t size,
                         cut_error *error);

#endif
