/*
 * Values that options give as text: colours, lengths, gradients. Every reader
 * takes the whole text or answers 0 (and may leave half of it in `out`).
 */
#ifndef CUT_OPTIONS_TEXT_H
#define CUT_OPTIONS_TEXT_H

#include "compose/style.h"

/** Any opaque colour of CSS (options/colour.h) to three bytes. */
int cut_text_colour(uint8_t rgb[3], const char *text);

/** "5%", "-2.25%", "40px", "40"; percent to hundredths, whole pixels. */
int cut_text_length(cut_length *out, const char *text);

/** "blur(LENGTH)". */
int cut_text_blur(cut_length *radius, const char *text);

/**
 * CSS: "linear-gradient(135deg, COLOUR 10%, COLOUR)", the angle optional
 * (180deg), positions 0 % to 100 %, optional as in CSS Images 3 (3.4.3).
 */
int cut_text_gradient(cut_gradient *out, const char *text);

/** "4:5" as a ratio of 1..1000, "2000x1500" as pixels within the limits. */
int cut_text_canvas_size(cut_canvas *out, const char *text);

#endif
