/*
 * Where the numbers of a picture lie: three primaries and three curves, as
 * matrix profiles say them (ICC.1:2010, 6.3.4.2 and F.3), and the way from one
 * such space to another. Profiles that are tables (CMYK, printers) are none.
 */
#ifndef CUT_IMAGE_COLOUR_SPACE_H
#define CUT_IMAGE_COLOUR_SPACE_H

#include "image/image.h"

typedef struct cut_colour_space {
    float to_xyz[9];      /* linear RGB, column by column, to XYZ of D50 */
    float linear[3][256]; /* light of each 8-bit value, 0..1, not falling */
} cut_colour_space;

void cut_colour_space_srgb(cut_colour_space *out);

/**
 * A profile's space. Without one (data NULL) it is sRGB; a grey profile's
 * curve counts for all three channels of a grey picture that became RGB.
 * @return 1; 0, and `out` is sRGB, for a profile of tables or a damaged one
 */
int cut_colour_space_read(cut_colour_space *out, const cut_bytes *icc);

/** From one space to another, by relative colorimetry, as browsers do between
 * such spaces; what the other cannot show is clipped. */
typedef struct cut_colour_map {
    int same;        /* nothing is to be done */
    float matrix[9]; /* linear to linear, row by row */
    float linear[3][256];
    float threshold[3][256]; /* light at which value i + 1 is nearer than i */
    uint8_t guess[3][1025];  /* value at each 1024th of light, or below it */
} cut_colour_map;

/** 8 KB; computes only. */
void cut_colour_map_between(cut_colour_map *out, const cut_colour_space *from,
                            const cut_colour_space *to);

/** RGB of each pixel [count][4]; alpha stays, and all of it where alpha is 0.
 * `px` may be one colour alone: count 1 and any fourth byte but 0. */
void cut_colour_map_pixels(const cut_colour_map *map, uint8_t *px,
                           size_t count);

/**
 * From 16 bits of light to 8 bits by sRGB's curve, which spends them where eyes
 * do: by their upper byte alone, light's shadows would be a few steps.
 * @param gamma light is (value / 65535)^gamma
 */
void cut_colour_narrow_table(uint8_t table[65536], double gamma);

/** The gamma of a PNG of 16 bits which says that its numbers are about light
 * (up to 1.6): it is decoded through the table, and so is sRGB's curve from
 * then on. 0: none. */
double cut_colour_light_of_png(const uint8_t *bytes, size_t size);

/**
 * The profile of what a PNG says about itself without one: cICP, sRGB, gAMA
 * and cHRM (W3C PNG, third edition, 11.3.2; the first of them that is there
 * counts, in this order, iCCP between the first two).
 *
 * @param[out] out   owned by the caller; data NULL when it is sRGB, nothing is
 *                   said, or it is said wrongly
 * @param      bytes a PNG file
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_colour_profile_of_png(cut_bytes *out, const uint8_t *bytes,
                                     size_t size, cut_error *error);

/**
 * The same by two numbers of ITU-T H.273 (8.1, 8.2), as AVIF and HEIC say them.
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_colour_profile_of_code(cut_bytes *out, uint8_t colours,
                                      uint8_t transfer, cut_error *error);

#endif
