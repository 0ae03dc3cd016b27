/*
 * Everything that lies on a result is in the photo's colour space: colours and
 * pictures from elsewhere are brought into it.
 */
#ifndef CUT_COLOUR_MATCH_H
#define CUT_COLOUR_MATCH_H

#include "image/colour_space.h"
#include "image/probe.h"
#include "options/options.h"

/**
 * The profile of a file: what a PNG says of itself in other words, or the
 * embedded one. CUT_OK, CUT_E_MEMORY.
 */
cut_status cut_profile_read(cut_bytes *out, const uint8_t *bytes, size_t size,
                            cut_format format, cut_error *error);

/** The profile that something else found in a file: `colours` as
 * cut_job_decode_foreign() takes them. CUT_OK, CUT_E_MEMORY. */
cut_status cut_profile_given(cut_bytes *out, const uint8_t *colours,
                             size_t size, cut_error *error);

/** Pixels of a profile's space to sRGB. 1; 0, and nothing changes, when the
 * profile is one of tables. */
int cut_match_to_srgb(cut_image *image, const cut_bytes *profile);

/** Whether a profile's numbers mean something else than sRGB's: by more than 2
 * of 255 for any of 125 colours. 0 for one of tables. */
int cut_match_differs(const cut_bytes *profile);

/** sRGB pixels, and the colours that options name, to a profile's space. A
 * profile of tables changes nothing. image: may be NULL. */
void cut_match_from_srgb(cut_image *image, cut_options *options,
                         const cut_bytes *profile);

#endif
