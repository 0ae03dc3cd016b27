/*
 * What a caller may ask for, parsed and checked. Page, shim, shell and fuzzers
 * all come through here.
 */
#ifndef CUT_OPTIONS_H
#define CUT_OPTIONS_H

#include "base/fail.h"

typedef enum cut_background {
    CUT_BG_TRANSPARENT,
    CUT_BG_COLOUR,
    CUT_BG_BLUR,
    CUT_BG_IMAGE
} cut_background;

typedef enum cut_output { CUT_OUT_PNG, CUT_OUT_JPEG, CUT_OUT_WEBP } cut_output;

#define CUT_MAX_MARGIN_PX 10000
#define CUT_DEFAULT_QUALITY 90

typedef struct cut_options {
    cut_background background;
    uint8_t rgb[3]; /* with CUT_BG_COLOUR */
    cut_output output;
    int32_t quality; /* 1..100 */
    int mask, crop;
    int32_t margin; /* pixels, or hundredths of a percent of the box */
    int margin_is_percent;
} cut_options;

/* For cut_abi_json(): the manual of the keys, defaults and ranges. */
#define CUT_STR_(x) #x
#define CUT_STR(x) CUT_STR_(x)
#define CUT_OPTIONS_JSON                                                       \
    "{\"background\":{\"type\":\"string\",\"default\":\"transparent\","        \
    "\"values\":[\"transparent\",\"white\",\"#rrggbb\",\"blur\",\"image\"]},"  \
    "\"format\":{\"type\":\"string\",\"default\":\"png\","                     \
    "\"values\":[\"png\",\"jpeg\",\"webp\"]},"                                 \
    "\"quality\":{\"type\":\"integer\",\"default\":"                           \
    CUT_STR(CUT_DEFAULT_QUALITY) ",\"min\":1,\"max\":100},"                    \
    "\"mask\":{\"type\":\"boolean\",\"default\":false},"                       \
    "\"crop\":{\"type\":\"boolean\",\"default\":false},"                       \
    "\"margin\":{\"type\":\"string\",\"default\":\"0%\",\"max_px\":"           \
    CUT_STR(CUT_MAX_MARGIN_PX) ",\"max_percent\":100}}"

/** The options when nothing is said. */
cut_options cut_options_default(void);

/**
 * The keys and ranges stand at cut_job_options() in cutaway.h.
 * @param[out] out  unchanged unless CUT_OK
 * @return CUT_OK, CUT_E_OPTION, CUT_E_MEMORY
 */
cut_status cut_options_parse(cut_options *out, const char *json, size_t size,
                             cut_why *why);

/** "png", "jpeg", "webp". */
const char *cut_output_name(cut_output output);

#endif
