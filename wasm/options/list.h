/*
 * THE tables of options. The reader, the keys that are allowed, the defaults
 * and the JSON of cut_abi_json() are made of them, and of that JSON what
 * JavaScript knows, the shell's --help and the tables of the documents. A new
 * option of a plain type is a row here and the field that it fills.
 *
 * A row: X(key, field, TYPE, scope, default, min, max, values, words)
 *   TYPE     of options/table.h
 *   scope    run: how the matte is made; result: what is made of it, for the
 *            elements, too; call: a result of another kind, which they do not
 *            offer; key: of an object
 *   default  a number, 0 or 1 of a BOOLEAN, else a text; null of an object
 *   min, max of INTEGER and NUMBER; of LENGTH in percent, pixels go up to
 *            CUT_MAX_LENGTH_PX, below 0 when min is
 *   values   of a CHOICE, in the order of its enum; of the rest to be shown,
 *            or the keys of an object
 *   words    one line for people: without quotes, backslashes and bars
 * The first row of a table is FIRST's, without a comma before it in the JSON.
 */
#ifndef CUT_OPTIONS_LIST_H
#define CUT_OPTIONS_LIST_H

#include "compose/style.h"

#define CUT_MAX_LENGTH_PX 10000
#define CUT_MAX_BLUR_PERCENT 25
#define CUT_DEFAULT_QUALITY 90
#define CUT_OUTPUTS "png", "jpeg", "webp"

#define CUT_OPTION_LIST(FIRST, X)                                              \
    FIRST(background, background, BACKGROUND, result, "transparent", 0, 0,     \
          ("transparent", "white", "#rrggbb", "blur", "blur(2%)",              \
           "linear-gradient(135deg, #rrggbb, #rrggbb 80%)", "image"),          \
          "what lies behind the subject")                                      \
    X(fit, fit, CHOICE, result, "cover", 0, 0,                                 \
      ("cover", "contain", "stretch"),                                         \
      "how a background picture fills the photo or the canvas, as CSS "        \
      "object-fit; contain leaves clear bars, white in a JPEG")                \
    X(keep, keep, CHOICE, result, "subject", 0, 0, ("subject", "background"),  \
      "what of the photo stays; background removes the subject instead")       \
    X(shadow, shadow, SWITCH, result, null, 0, 0, (CUT_SHADOW_LIST),           \
      "a soft shadow under what is kept, on transparent, too")                 \
    X(cast, cast, SWITCH, result, null, 0, 0, (CUT_CAST_LIST),                 \
      "the shadow that what is kept casts on the ground it stands on")         \
    X(contact, contact, SWITCH, result, null, 0, 0, (CUT_CONTACT_LIST),        \
      "the dark line where it touches the ground")                             \
    X(natural, natural, SWITCH, result, null, 0, 0, (CUT_NATURAL_LIST),        \
      "the shadow of the photo itself, where the ground is smooth enough to "  \
      "find it")                                                               \
    X(reflection, reflection, SWITCH, result, null, 0, 0,                      \
      (CUT_REFLECTION_LIST), "its mirror image in the ground")                 \
    X(outline, outline, SWITCH, result, null, 0, 0, (CUT_OUTLINE_LIST),        \
      "a rim around what is kept, as of a sticker")                            \
    X(canvas, canvas, CANVAS, result, null, 0, 0, (CUT_CANVAS_LIST),           \
      "size of the result, and how large and where the subject is on it; "     \
      "passports of 23 countries by their codes")                              \
    X(format, output, CHOICE, result, "png", 0, 0, (CUT_OUTPUTS),              \
      "of the file")                                                           \
    X(quality, quality, INTEGER, result, CUT_DEFAULT_QUALITY, 1, 100, (),      \
      "of JPEG and WebP; WebP at 100 is lossless")                             \
    X(colorspace, colorspace, CHOICE, result, "keep", 0, 0, ("keep", "srgb"),  \
      "of the file: the photo's own, or sRGB, as some shops want it")          \
    X(metadata, metadata, CHOICE, result, "strip", 0, 0, ("strip", "keep"),    \
      "EXIF, XMP and IPTC of the photo: keep takes them along, where it was "  \
      "taken, too")                                                            \
    X(crop, crop, BOOLEAN, result, 0, 0, 0, (),                                \
      "cuts the result to the subject")                                        \
    X(margin, margin, LENGTH, result, "0%", 0, 100, (),                        \
      "around a crop or on a canvas, of the subject's longer side")            \
    X(shift, edges.shift, LENGTH, result, "0", -2, 2, (),                      \
      "moves the subject's edge, outwards, or inwards below 0; of the "        \
      "photo's longer side, as the next three")                                \
    X(feather, edges.feather, LENGTH, result, "0", 0, 2, (),                   \
      "softens the edge: about as wide as it becomes")                         \
    X(smooth, edges.smooth, LENGTH, result, "0", 0, 2, (),                     \
      "takes away bumps and notches of the edge that are finer")               \
    X(holes, edges.holes, LENGTH, result, "0", 0, 100, (),                     \
      "fills holes up to the size of a square with this side")                 \
    X(decontaminate, edges.decontaminate, INTEGER, result, 100, 0, 200, (),    \
      "percent: how much of the old background's colour is taken out of soft " \
      "edges; 0 leaves the photo's own colours")                               \
    X(kind, kind, CHOICE, run, "auto", 0, 0, ("auto", "photo", "graphic"),     \
      "what the picture is: a graphic (logo, drawing, signature on paper) is " \
      "keyed by its plain ground, a photo is what the model looks at")         \
    X(partial, partial, BOOLEAN, run, 0, 0, 0, (),                             \
      "of a photo that is damaged or ends early, what is there, instead of "   \
      "an error")                                                              \
    X(effort, effort, CHOICE, run, "standard", 0, 0,                           \
      ("fast", "standard", "high"),                                            \
      "standard looks closely at a subject that is small in the photo and "    \
      "follows hair and other details where fast leaves them soft; with high " \
      "the model also looks at the mirrored photo")                            \
    X(mask, mask, BOOLEAN, call, 0, 0, 0, (),                                  \
      "the matte itself, as a grey picture")

#define CUT_SHADOW_LIST(FIRST, X)                                              \
    FIRST(x, x, LENGTH, key, "0", -100, 100, (), "to the right")               \
    X(y, y, LENGTH, key, "1%", -100, 100, (), "down")                          \
    X(blur, blur, LENGTH, key, "3%", 0, 25, (),                                \
      "twice the standard deviation, as CSS box-shadow")                       \
    X(opacity, opacity, NUMBER, key, 0.35, 0, 1, (), "of the darkest part")    \
    X(color, rgb, COLOUR, key, "#000000", 0, 0, (), "of the shadow")

#define CUT_CAST_LIST(FIRST, X)                                                \
    FIRST(angle, angle, INTEGER, key, 50, 0, 359, (),                          \
          "degrees: where it falls, 0 back, 90 right, 180 forward")            \
    X(length, length, NUMBER, key, 0.9, 0, 3, (), "of the subject's height")   \
    X(blur, blur, LENGTH, key, "2%", 0, 25, (),                                \
      "at its far end, twice the standard deviation")                          \
    X(opacity, opacity, NUMBER, key, 0.4, 0, 1, (), "where it begins")         \
    X(color, rgb, COLOUR, key, "#000000", 0, 0, (), "of the shadow")

#define CUT_CONTACT_LIST(FIRST, X)                                             \
    FIRST(blur, blur, LENGTH, key, "1%", 0, 25, (),                            \
          "twice the standard deviation")                                      \
    X(opacity, opacity, NUMBER, key, 0.6, 0, 1, (), "of the darkest part")     \
    X(color, rgb, COLOUR, key, "#000000", 0, 0, (), "of the shadow")

#define CUT_NATURAL_LIST(FIRST, X)                                             \
    FIRST(opacity, opacity, NUMBER, key, 1, 0, 1, (),                          \
          "1 as dark as in the photo")

#define CUT_REFLECTION_LIST(FIRST, X)                                          \
    FIRST(length, length, NUMBER, key, 0.35, 0.01, 1, (),                      \
          "of the subject's height: there it has faded away")                  \
    X(opacity, opacity, NUMBER, key, 0.3, 0, 1, (), "at the ground")

#define CUT_OUTLINE_LIST(FIRST, X)                                             \
    FIRST(width, width, LENGTH, key, "1%", 0, 10, (), "of the rim")            \
    X(color, rgb, COLOUR, key, "#ffffff", 0, 0, (), "of the rim")

/* One of preset, ratio, width with height. The default of scale is a preset's
 * own where there is one, and 1 with the photo. */
#define CUT_CANVAS_LIST(FIRST, X)                                              \
    FIRST(preset, w, SIZE, key, null, 0, 0, (), "a name of presets")           \
    X(ratio, w, SIZE, key, null, 0, 0, (), "such as 4:5")                      \
    X(width, w, SIZE, key, null, 0, 0, (), "pixels, with height")              \
    X(height, h, SIZE, key, null, 0, 0, (), "pixels, with width")              \
    X(fit, fit, CHOICE, key, "subject", 0, 0, ("subject", "photo"),            \
      "what is fitted")                                                        \
    X(scale, scale, NUMBER, key, CUT_SUBJECT_SCALE, CUT_MIN_SCALE,             \
      CUT_MAX_SCALE, (), "share of the canvas that it fills at most")          \
    X(x, x, LENGTH, key, "0", -100, 100, (), "from the middle, of the width")  \
    X(y, y, LENGTH, key, "0", -100, 100, (), "from the middle, of the height")

#endif
