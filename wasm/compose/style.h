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

/** The shadow that what is kept casts on the ground it stands on. */
typedef struct cut_cast {
    int on;
    int32_t angle; /* degrees, where it falls: 0 back, 90 right, 180 forward */
    float length;  /* of the subject's height */
    cut_length blur; /* at the far end, twice the standard deviation; of the
                        result's longer side */
    float opacity;   /* 0..1 */
    uint8_t rgb[3];
} cut_cast;

/** The dark line where what is kept touches the ground. */
typedef struct cut_contact {
    int on;
    cut_length blur; /* of the result's longer side, as above */
    float opacity;
    uint8_t rgb[3];
} cut_contact;

/** The photo's own shadow, kept on another ground (compose/natural.h). */
typedef struct cut_natural {
    int on;
    float opacity; /* 0..1, 1 as dark as in the photo */
} cut_natural;

/** Its mirror image in the ground. */
typedef struct cut_reflection {
    int on;
    float length;  /* of the subject's height, where it has faded away */
    float opacity; /* at the ground */
} cut_reflection;

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
    float head,
        top; /* of the canvas' height: of the head, and above it; head 0:
                        as ICAO has it */
} cut_canvas;

#define CUT_MAX_RATIO 1000 /* of either side of a canvas' ratio */

/** The share that a subject fills when nothing is said; a photo fills all. */
#define CUT_SUBJECT_SCALE 0.9
/** What a caller may ask for. */
#define CUT_MIN_SCALE 0.05
#define CUT_MAX_SCALE 4

/**
 * THE table of named canvases:
 * X(name, w, h, is_ratio, share of the subject, head, top, tall, dpi).
 * cut_abi_json() hands it to JavaScript; FIRST is for the comma in its text.
 * Shops: Amazon wants 1000 px at least and the product on 85 % of the picture,
 * eBay 1600, Etsy 2700 x 2025, Shopify 2048. Passports: a print of `tall` mm at
 * 300 dpi, the head `head` mm high, `top` mm below the edge; whose rule it is and
 * where it stands is in web/widget/settings/passports.js, of which these rows
 * are made. The first of them is ICAO 9303's.
 */
#define CUT_CANVAS_PRESETS(FIRST, X)                                           \
    FIRST("square", 1, 1, 1, 0.9, 0, 0, 1, 0)                                  \
    X("portrait", 4, 5, 1, 0.9, 0, 0, 1, 0)                                    \
    X("wide", 16, 9, 1, 0.9, 0, 0, 1, 0)                                       \
    X("passport", 413, 531, 0, 1, 33, 4, 45, 300)                              \
    X("amazon", 2000, 2000, 0, 0.85, 0, 0, 1, 0)                               \
    X("ebay", 1600, 1600, 0, 0.9, 0, 0, 1, 0)                                  \
    X("etsy", 2700, 2025, 0, 0.9, 0, 0, 1, 0)                                  \
    X("shopify", 2048, 2048, 0, 0.9, 0, 0, 1, 0)                               \
    X("passport-us", 602, 602, 0, 1, 27.5, 8, 51, 300)                         \
    X("passport-ca", 591, 827, 0, 1, 32.25, 13, 70, 300)                       \
    X("passport-mx", 413, 531, 0, 1, 32.625, 4, 45, 300)                       \
    X("passport-gb", 413, 531, 0, 1, 30.25, 5, 45, 300)                        \
    X("passport-ie", 413, 531, 0, 1, 32.625, 4, 45, 300)                       \
    X("passport-de", 413, 531, 0, 1, 33, 4, 45, 300)                           \
    X("passport-at", 413, 531, 0, 1, 31.5, 5, 45, 300)                         \
    X("passport-fr", 413, 531, 0, 1, 33, 4, 45, 300)                           \
    X("passport-nl", 413, 531, 0, 1, 27, 6, 45, 300)                           \
    X("passport-pl", 413, 531, 0, 1, 32.25, 4, 45, 300)                        \
    X("passport-fi", 425, 555, 0, 1, 33, 5, 47, 300)                           \
    X("passport-tr", 591, 709, 0, 1, 33, 9, 60, 300)                           \
    X("passport-za", 413, 531, 0, 1, 32.625, 4, 45, 300)                       \
    X("passport-in", 602, 602, 0, 1, 36.975, 5, 51, 300)                       \
    X("passport-cn", 390, 567, 0, 1, 29.25, 4, 48, 300)                        \
    X("passport-hk", 472, 591, 0, 1, 33, 6, 50, 300)                           \
    X("passport-tw", 413, 531, 0, 1, 33, 4, 45, 300)                           \
    X("passport-jp", 413, 531, 0, 1, 33, 4, 45, 300)                           \
    X("passport-kr", 413, 531, 0, 1, 33, 4, 45, 300)                           \
    X("passport-sg", 413, 531, 0, 1, 32.625, 4, 45, 300)                       \
    X("passport-my", 413, 591, 0, 1, 26.25, 7, 50, 300)                        \
    X("passport-au", 413, 531, 0, 1, 33, 4, 45, 300)                           \
    X("passport-nz", 413, 531, 0, 1, 33, 4, 45, 300)

#endif
