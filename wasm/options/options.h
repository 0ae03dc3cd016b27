/*
 * What a caller may ask for, parsed and checked. Page, shim, shell and fuzzers
 * all come through here.
 */
#ifndef CUT_OPTIONS_H
#define CUT_OPTIONS_H

#include "base/fail.h"
#include "compose/style.h"

typedef enum cut_background {
    CUT_BG_TRANSPARENT,
    CUT_BG_COLOUR,
    CUT_BG_BLUR,
    CUT_BG_IMAGE,
    CUT_BG_GRADIENT
} cut_background;

typedef enum cut_keep { CUT_KEEP_SUBJECT, CUT_KEEP_BACKGROUND } cut_keep;

typedef enum cut_effort { CUT_EFFORT_STANDARD, CUT_EFFORT_HIGH } cut_effort;

typedef enum cut_output { CUT_OUT_PNG, CUT_OUT_JPEG, CUT_OUT_WEBP } cut_output;

#define CUT_MAX_LENGTH_PX 10000
#define CUT_MAX_BLUR_PERCENT 25
#define CUT_DEFAULT_QUALITY 90
#define CUT_SHADOW_Y "1%"
#define CUT_SHADOW_BLUR "3%"
#define CUT_SHADOW_OPACITY 0.35
#define CUT_OUTLINE_WIDTH "1%"
#define CUT_OUTLINE_COLOUR "#ffffff"

typedef struct cut_options {
    cut_background background;
    uint8_t rgb[3];        /* with CUT_BG_COLOUR */
    cut_length blur;       /* with CUT_BG_BLUR; 0: as compose/ likes it */
    cut_gradient gradient; /* with CUT_BG_GRADIENT */
    cut_keep keep;
    cut_output output;
    int32_t quality; /* 1..100 */
    int mask, crop;
    cut_length margin; /* of the box's longer side */
    cut_shadow shadow;
    cut_outline outline;
    cut_canvas canvas;
    cut_effort effort;
} cut_options;

/* For cut_abi_json(): the manual of the keys, defaults and ranges. */
#define CUT_STR_(x) #x
#define CUT_STR(x) CUT_STR_(x)
#define CUT_JSON_BOOL_0 "false"
#define CUT_JSON_BOOL_1 "true"
#define CUT_PRESET_JSON(name, w, h, is_ratio, scale, by_head, dpi)             \
    "{\"name\":\"" name "\",\"width\":" #w ",\"height\":" #h ","               \
    "\"ratio\":" CUT_JSON_BOOL_##is_ratio ",\"scale\":" #scale "}"
#define CUT_NEXT_PRESET_JSON(name, w, h, is_ratio, scale, by_head, dpi)        \
    "," CUT_PRESET_JSON(name, w, h, is_ratio, scale, by_head, dpi)
#define CUT_OPTIONS_JSON                                                       \
    "{\"background\":{\"type\":\"string\",\"default\":\"transparent\","        \
    "\"values\":[\"transparent\",\"white\",\"#rrggbb\",\"blur\","              \
    "\"blur(RADIUS)\",\"linear-gradient(ANGLEdeg, #rrggbb, #rrggbb)\","        \
    "\"image\"],\"max_stops\":" CUT_STR(CUT_MAX_STOPS)                         \
    ",\"max_blur_percent\":" CUT_STR(CUT_MAX_BLUR_PERCENT) "},"                \
    "\"keep\":{\"type\":\"string\",\"default\":\"subject\","                   \
    "\"values\":[\"subject\",\"background\"]},"                                \
    "\"format\":{\"type\":\"string\",\"default\":\"png\","                     \
    "\"values\":[\"png\",\"jpeg\",\"webp\"]},"                                 \
    "\"quality\":{\"type\":\"integer\",\"default\":"                           \
    CUT_STR(CUT_DEFAULT_QUALITY) ",\"min\":1,\"max\":100},"                    \
    "\"effort\":{\"type\":\"string\",\"default\":\"standard\","                \
    "\"values\":[\"standard\",\"high\"]},"                                     \
    "\"mask\":{\"type\":\"boolean\",\"default\":false},"                       \
    "\"crop\":{\"type\":\"boolean\",\"default\":false},"                       \
    "\"margin\":{\"type\":\"string\",\"default\":\"0%\",\"max_px\":"           \
    CUT_STR(CUT_MAX_LENGTH_PX) ",\"max_percent\":100},"                        \
    "\"shadow\":{\"type\":\"object\",\"default\":null,\"keys\":{"              \
    "\"x\":\"0\",\"y\":\"" CUT_SHADOW_Y "\",\"blur\":\"" CUT_SHADOW_BLUR "\"," \
    "\"opacity\":" CUT_STR(CUT_SHADOW_OPACITY) ",\"color\":\"#000000\"}},"     \
    "\"outline\":{\"type\":\"object\",\"default\":null,\"keys\":{"             \
    "\"width\":\"" CUT_OUTLINE_WIDTH "\","                                     \
    "\"color\":\"" CUT_OUTLINE_COLOUR "\"}},"                                  \
    "\"canvas\":{\"type\":\"object\",\"default\":null,\"keys\":{"              \
    "\"fit\":\"subject\",\"scale\":" CUT_STR(CUT_SUBJECT_SCALE) ","            \
    "\"x\":\"0\",\"y\":\"0\"},\"min_scale\":" CUT_STR(CUT_MIN_SCALE)           \
    ",\"max_scale\":" CUT_STR(CUT_MAX_SCALE) ",\"max_percent\":100,"           \
    "\"presets\":["                                                            \
    CUT_CANVAS_PRESETS(CUT_PRESET_JSON, CUT_NEXT_PRESET_JSON) "]}}"

/** The options when nothing is said. */
cut_options cut_options_default(void);

/**
 * The keys and ranges stand at cut_job_options() in cutaway.h.
 * @param[out] out  unchanged unless CUT_OK
 * @return CUT_OK, CUT_E_OPTION, CUT_E_MEMORY
 */
cut_status cut_options_parse(cut_options *out, const char *json, size_t size,
                             cut_error *error);

/** Whether a head is looked for: fit says the subject, and that is kept. */
static inline int cut_wants_head(const cut_options *o)
{
    return o->canvas.by_head && o->canvas.fit == CUT_FIT_SUBJECT &&
           o->keep == CUT_KEEP_SUBJECT;
}

/** Of the background's blur, in pixels of a photo whose longer side is `side`;
 * 0: as cut_blur_new() likes it. */
float cut_options_sigma(const cut_options *options, int32_t side);

/** "png", "jpeg", "webp". */
const char *cut_output_name(cut_output output);

#endif
