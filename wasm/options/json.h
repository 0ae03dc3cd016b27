/*
 * The tables of options/list.h as JSON text, put together by the preprocessor:
 * {key: {"type", "scope" (not inside an object), "default", ..., "words"}}.
 * By type also: "min", "max"; "min_percent", "max_percent", "max_px";
 * "values"; "keys" of an object; "presets" of a canvas.
 */
#ifndef CUT_OPTIONS_JSON_H
#define CUT_OPTIONS_JSON_H

#include "options/list.h"

/* It would indent each part behind the macro before it. */
/* clang-format off */
#define CUT_STR_(x) #x
#define CUT_STR(x) CUT_STR_(x)
#define CUT_JSON_BOOL_0 "false"
#define CUT_JSON_BOOL_1 "true"

#define CUT_OPTIONS_JSON                                                       \
    "{" CUT_OPTION_LIST(CUT_OPTION_JSON, CUT_NEXT_OPTION_JSON) "}"

#define CUT_OPTION_JSON(key, field, type, scope, usual, min, max, values,      \
                        words)                                                 \
    "\"" #key "\":{" CUT_JSON_##type(usual, min, max, values)                  \
    ",\"scope\":\"" #scope "\",\"words\":\"" words "\"}"
#define CUT_NEXT_OPTION_JSON(...) "," CUT_OPTION_JSON(__VA_ARGS__)
#define CUT_KEY_JSON(key, field, type, scope, usual, min, max, values, words)  \
    "\"" #key "\":{" CUT_JSON_##type(usual, min, max, values)                  \
    ",\"words\":\"" words "\"}"
#define CUT_NEXT_KEY_JSON(...) "," CUT_KEY_JSON(__VA_ARGS__)

#define CUT_JSON_TYPE(name, usual) "\"type\":\"" name "\",\"default\":" usual
#define CUT_JSON_RANGE(min, max)                                               \
    ",\"min\":" CUT_STR(min) ",\"max\":" CUT_STR(max)
#define CUT_JSON_BOOLEAN(usual, min, max, values)                              \
    CUT_JSON_TYPE("boolean", CUT_JSON_BOOL_##usual)
#define CUT_JSON_INTEGER(usual, min, max, values)                              \
    CUT_JSON_TYPE("integer", CUT_STR(usual)) CUT_JSON_RANGE(min, max)
#define CUT_JSON_NUMBER(usual, min, max, values)                               \
    CUT_JSON_TYPE("number", CUT_STR(usual)) CUT_JSON_RANGE(min, max)
#define CUT_JSON_CHOICE(usual, min, max, values)                               \
    CUT_JSON_TYPE("choice", CUT_STR(usual)) CUT_JSON_VALUES values
#define CUT_JSON_LENGTH(usual, min, max, values)                               \
    CUT_JSON_TYPE("length", CUT_STR(usual))                                    \
    ",\"min_percent\":" CUT_STR(min) ",\"max_percent\":" CUT_STR(              \
        max) ",\"max_px\":" CUT_STR(CUT_MAX_LENGTH_PX)
#define CUT_JSON_COLOUR(usual, min, max, values)                               \
    CUT_JSON_TYPE("color", CUT_STR(usual))
#define CUT_JSON_SIZE(usual, min, max, values)                                 \
    CUT_JSON_TYPE("size", CUT_STR(usual))
#define CUT_JSON_BACKGROUND(usual, min, max, values)                           \
    CUT_JSON_TYPE("background", CUT_STR(usual))                                \
    CUT_JSON_VALUES values ",\"max_stops\":" CUT_STR(                          \
        CUT_MAX_STOPS) ",\"max_blur_percent\":" CUT_STR(CUT_MAX_BLUR_PERCENT)
#define CUT_JSON_SWITCH(usual, min, max, values)                               \
    CUT_JSON_TYPE("switch", CUT_STR(usual)) CUT_JSON_KEYS values
#define CUT_JSON_CANVAS(usual, min, max, values)                               \
    CUT_JSON_TYPE("canvas", CUT_STR(usual))                                    \
    CUT_JSON_KEYS values ",\"presets\":[" CUT_CANVAS_PRESETS(                  \
        CUT_PRESET_JSON, CUT_NEXT_PRESET_JSON) "]"
#define CUT_JSON_VALUES(...) ",\"values\":[" CUT_STR_LIST(__VA_ARGS__) "]"
#define CUT_STR_LIST(...) #__VA_ARGS__
#define CUT_JSON_KEYS(list)                                                    \
    ",\"keys\":{" list(CUT_KEY_JSON, CUT_NEXT_KEY_JSON) "}"

#define CUT_PRESET_JSON(name, w, h, is_ratio, scale, head, top, tall, dpi)     \
    "{\"name\":\"" name "\",\"width\":" #w ",\"height\":" #h ","               \
    "\"ratio\":" CUT_JSON_BOOL_##is_ratio ",\"scale\":" #scale "}"
#define CUT_NEXT_PRESET_JSON(...) "," CUT_PRESET_JSON(__VA_ARGS__)

/* clang-format on */

#endif
