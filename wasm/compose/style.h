/*
 * What a caller may ask a result to look like, as plain values: options/
 * fills these in, the files beside this one draw them.
 */
#ifndef CUT_COMPOSE_STYLE_H
#define CUT_COMPOSE_STYLE_H

#include <stdint.h>

/** Pixels, or a share of some side in hundredths of a percent. */
typedef struct cut_length {
    int32_t value;
    int32_t is_percent;
} cut_length;

/** In pixels, where 100 % is `side`. */
static inline float cut_length_px(cut_length length, int32_t side)
{
    float value = (float)length.value;
    return length.is_percent ? value * (float)side / 10000 : value;
}

/** The same rounded, halves away from 0. */
static inline int32_t cut_length_whole(cut_length length, int32_t side)
{
    float px = cut_length_px(length, side);
    return (int32_t)(px < 0 ? px - 0.5f : px + 0.5f);
}

#define CUT_MAX_STOPS 16

/** CSS linear-gradient(): colours along a line through the middle. */
typedef struct cut_gradient {
    int32_t angle; /* hundredths of a degree, 0..35999; 0 up, clockwise */
    int32_t count; /* 2..CUT_MAX_STOPS */
    struct {
        float at; /* 0..1, none before the one before it */
        uint8_t rgb[3];
    } stops[CUT_MAX_STOPS];
} cut_gradient;

/** A soft shadow of what is kept. Lengths: of the result's longer side. */
typedef struct cut_shadow {
    int on;
    cut_length x, y; /* right, down */
    cut_length blur; /* twice the standard deviation, as CSS box-shadow */
    float opacity;   /* 0..1 */
    uint8_t rgb[3];
} cut_shadow;

/** A rim around what is kept, as of a sticker. */
typedef struct cut_outline {
    int on;
    cut_length width;
    uint8_t rgb[3];
} cut_outline;

typedef enum cut_fit { CUT_FIT_SUBJECT, CUT_FIT_PHOTO } cut_fit;

/** The size of the result, and where the photo lies on it. */
typedef struct cut_canvas {
    int32_t w, h; /* 0: none. Pixels, or the two sides of a ratio */
    int is_ratio;
    cut_fit fit;
    float scale;     /* share of the canvas that is filled at most */
    cut_length x, y; /* from the middle; of the canvas' own width, height */
    int by_head;     /* a person is placed by the head, when it is found */
    int32_t dpi;     /* of the print,
    for the file to say; 0: nothing is known */
} cut_canvas;

/** The share that a subject fills when nothing is said; a photo fills all. */
#define CUT_SUBJECT_SCALE 0.9
/** What a caller may ask for. */
#define CUT_MIN_SCALE 0.05
#define CUT_MAX_SCALE 4

/**
 * THE table of named canvases:
 * X(name, w, h, is_ratio, share of the subject, by_head, dpi).
 * cut_abi_json() hands it to JavaScript; FIRST is for the comma in its text.
 * Shops: Amazon wants 1000 px at least and the product on 85 % of the picture,
 * eBay 1600, Etsy 2700 x 2025, Shopify 2048. A passport photo of ICAO's 35 x
 * 45 mm has 413 x 531 px at 300 dpi.
 */
#define CUT_CANVAS_PRESETS(FIRST, X)                                           \
    FIRST("square", 1, 1, 1, 0.9, 0, 0)                                        \
    X("portrait", 4, 5, 1, 0.9, 0, 0)                                          \
    X("wide", 16, 9, 1, 0.9, 0, 0)                                             \
    X("passport", 413, 531, 0, 1, 1, 300)                                      \
    X("amazon", 2000, 2000, 0, 0.85, 0, 0)                                     \
    X("ebay", 1600, 1600, 0, 0.9, 0, 0)                                        \
    X("etsy", 2700, 2025, 0, 0.9, 0, 0)                                        \
    X("shopify", 2048, 2048, 0, 0.9, 0, 0)

#endif
