/*
 * Colours as CSS writes them (CSS Color 4), those that are opaque: names,
 * #rgb, #rrggbb, rgb(), hsl(), hwb(), lab(), lch(), oklab(), oklch(), and
 * color() of srgb and display-p3; what sRGB does not have is clipped to it.
 * "transparent", currentcolor, none and an alpha below 1 are none here.
 */
#ifndef CUT_OPTIONS_COLOUR_H
#define CUT_OPTIONS_COLOUR_H

#include <stdint.h>

/** Reads one colour at the start of a text. Letters of either case.
 * @return where it ends, or NULL when there is none */
const char *cut_colour_read(uint8_t rgb[3], const char *text);

#endif
