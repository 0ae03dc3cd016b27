/*
 * cutaway.h - the whole boundary between Cutaway's C and its callers.
 *
 * One opaque job per picture; integers, pointers and JSON text across the
 * boundary, nothing else: no structs, no callbacks, no 64-bit integers. The
 * calls of a job come in the order of its states; a call out of order returns
 * CUT_E_STATE and changes nothing. Every failure leaves one English sentence
 * with the numbers in it: cut_job_message().
 *
 * Memory: C owns all of it. What a getter returns is borrowed from the job
 * until the job's next call; copy it at once. Inputs are borrowed for the
 * call. Not thread-safe: one memory, one caller; who helps it in the module
 * with threads calls base/parallel.h alone.
 */
#ifndef CUTAWAY_H
#define CUTAWAY_H

#include <stdint.h>

#include "base/status.h" /* the status list, the limits */

/* `used` and default visibility make the wasm linker export a function from
 * an object file without a list of names in the build. */
#define CUT_EXPORT __attribute__((used, visibility("default")))

/* Raised when a call, a state or the meaning of a value changes. */
#define CUT_ABI_VERSION 3

/** States of a job, in order. A failed call leaves the state as it was. */
#define CUT_STATE_LIST(X)                                                      \
    X(CUT_NEW, 0, "new") /* options, manifest, background */                   \
    CUT_LATER_STATE_LIST(X)
#define CUT_LATER_STATE_LIST(X)                                                \
    X(CUT_DECODED, 1, "decoded")   /* pixels, upright, straight RGBA */        \
    X(CUT_PREPARED, 2, "prepared") /* the model's input tensor */              \
    X(CUT_INFERRED, 3, "inferred") /* low-resolution matte, subject */         \
    X(CUT_REFINED, 4, "refined")   /* alpha at the photo's size */             \
    X(CUT_CLEANED, 5, "cleaned")   /* foreground colours under soft alpha */   \
    X(CUT_COMPOSED, 6, "composed") /* final pixels */                          \
    X(CUT_DONE, 7, "done")         /* encoded bytes */

typedef enum cut_state {
#define CUT_STATE_ENUM(symbol, number, name) symbol = number,
    CUT_STATE_LIST(CUT_STATE_ENUM)
#undef CUT_STATE_ENUM
} cut_state;

/* ---- the instance ------------------------------------------------------ */

/**
 * JSON: {"abi", "version", "statuses": [{"status","code","fault","text"}],
 * "states": [name], "limits": {name: number}, "numbers": what calls take for
 * words {"metadata", "edit_mode", "edit_style", "arithmetic": {name: number}},
 * "options": {name: {"type", "default", ..}}} (options/json.h).
 * Static text, never NULL, never freed.
 */
CUT_EXPORT const char *cut_abi_json(void);

/** Memory for an input of `size_bytes` > 0. NULL when it is refused. */
CUT_EXPORT void *cut_buffer_new(uint32_t size_bytes);
CUT_EXPORT void cut_buffer_free(void *buffer);

/** Blocks and bytes allocated and not yet freed, and the peak of the bytes
 * since the last reset. Blocks are 0 when every job and buffer is freed. */
CUT_EXPORT uint32_t cut_live_blocks(void);
CUT_EXPORT uint32_t cut_live_bytes(void);
CUT_EXPORT uint32_t cut_peak_bytes(void);
CUT_EXPORT void cut_peak_reset(void);

/** Refuses allocations that would bring the live bytes above `limit_bytes`;
 * 0 takes the limit away. */
CUT_EXPORT void cut_memory_limit(uint32_t limit_bytes);

/* ---- before decoding --------------------------------------------------- */

/**
 * What a file is by its content: "jpeg", "png", "webp", "bmp", "gif"; of those
 * that are decoded outside, "avif", "heic", "tiff", "jxl", "ico", "svg"; or ""
 * for anything else. Static text. Needs the first 1024 bytes at most.
 */
CUT_EXPORT const char *cut_sniff(const uint8_t *bytes, uint32_t size_bytes);

/* ---- a job ------------------------------------------------------------- */

typedef struct cut_job cut_job;

/** NULL when memory is out. Freed by cut_job_free(). */
CUT_EXPORT cut_job *cut_job_new(void);
CUT_EXPORT void cut_job_free(cut_job *job); /* NULL is allowed */

CUT_EXPORT int cut_job_state(const cut_job *job);

/** The sentence of the last failed call, "" if none failed. Borrowed. */
CUT_EXPORT const char *cut_job_message(const cut_job *job);

/**
 * NEW. Options as JSON text, UTF-8, `size_bytes` without a terminator. Strict:
 * an unknown key, a wrong type, a value out of range or text after the object
 * is CUT_E_OPTION. Keys (all optional; defaults in cut_abi_json()):
 *   "background": "transparent" | COLOUR | "blur" | "image" |
 *             "blur(R)", R the standard deviation as in CSS, above 0 and up
 *             to "25%" of the photo's longer side, or "Npx" |
 *             "linear-gradient(135deg, COLOUR, COLOUR 60%, ..)" as CSS, 2 to
 *             16 colours, positions 0 % to 100 %; "180deg" without an angle.
 *             COLOUR is any opaque one of CSS: "#3af", "red", "rgb(1 2 3)"
 *   "keep": "subject" | "background": what of the photo stays; the other side
 *             becomes clear, alpha = input alpha x (1 - matte)
 *   "format": "png" | "jpeg" | "webp"
 *   "quality": 1..100       JPEG and WebP
 *   "kind": "auto" | "photo" | "graphic": what the picture is; auto measures,
 *             and keeps what is cut out already (cut_job_needs_model())
 *   "partial": bool         of a damaged photo what is there, the rest clear
 *   "metadata": "strip" | "keep": EXIF, XMP and IPTC of the photo, with
 *             orientation 1, the result's size and no thumbnail
 *   "effort": "fast" | "standard": details, by a second network
 *             (cut_job_detail()) | "high": more of them; and the model also sees
 *             the mirrored photo, and a close-up of a subject that is small in
 *             it (cut_job_has_next_pass())
 *   "mask": bool            the matte itself as a grey picture
 *   "crop": bool            to the subject's box
 *   "margin": "N%" of the longer side of that box, or pixels as a number or
 *             "Npx"; 0..100 % or 0..10000 px
 *   "shadow": true | false | {"x": 0, "y": "1%", "blur": "3%", "opacity": 0.35,
 *             "color": "#000000"}: x, y -100..100 %, blur 0..25 %, or up to
 *             10000 px; blur is twice the standard deviation, as CSS box-shadow
 *   "outline": true | false | {"width": "1%", "color": "#ffffff"}: 0..10 %, or
 *             pixels, which count up to that
 *   "canvas": the result's size. A text: a preset of cut_abi_json(), a ratio
 *             "4:5", a size "800x600"; or an object of one of {"preset"},
 *             {"ratio"}, {"width", "height"}, and "fit": "subject" (its box and
 *             margin; default) | "photo", "scale": share of the canvas that is
 *             filled at most, 0.05..4 (0.9, a photo 1), "x", "y": from the
 *             middle, -100..100 % of the canvas' own width and height, or px.
 *             A ratio keeps the photo's pixels as they are. "crop" does nothing
 *             more; background images cover the canvas.
 * Percents of shadow and outline are of the result's longer side. With "mask"
 * there is no shadow, outline or background.
 * JPEG of a transparent background is flattened on white.
 */
CUT_EXPORT int cut_job_options(cut_job *job, const char *json,
                               uint32_t size_bytes);

/**
 * NEW or DECODED. The model's manifest as JSON text
 * (models/manifest.schema.json): input size, normalisation, fit, kind of
 * output. CUT_E_MANIFEST.
 */
CUT_EXPORT int cut_job_manifest(cut_job *job, const char *json,
                                uint32_t size_bytes);

/**
 * NEW -> DECODED. A JPEG, PNG, BMP or GIF file to straight RGBA8 [h][w][4],
 * turned upright by its EXIF orientation. Its ICC profile is kept for the
 * output. CUT_E_EMPTY, _FORMAT, _VARIANT, _TOO_LARGE (from the header, before
 * any pixel memory), _CORRUPT, _MEMORY; CUT_E_NEEDS_CODEC for WebP, and for the
 * formats that are decoded outside.
 */
CUT_EXPORT int cut_job_decode(cut_job *job, const uint8_t *bytes,
                              uint32_t size_bytes);

/**
 * NEW -> DECODED. The same for a file that a codec outside decoded: `rgba`
 * [h][w][4] straight, copied; `bytes` is the file itself, read for its EXIF
 * orientation and ICC profile only.
 */
CUT_EXPORT int cut_job_decode_pixels(cut_job *job, const uint8_t *rgba,
                                     uint32_t w, uint32_t h,
                                     const uint8_t *bytes, uint32_t size_bytes);

/**
 * NEW -> DECODED. A picture of any format that something outside can read:
 * `rgba` [h][w][4] straight, copied; `orientation` EXIF 1..8, by which it is
 * turned upright; `colours` an ICC profile, or two bytes, colour primaries and
 * transfer of ITU-T H.273; 0 bytes: sRGB. `bytes` is the file, read for its
 * format's name only. CUT_E_TOO_LARGE, _ARGUMENT, _MEMORY.
 */
CUT_EXPORT int
cut_job_decode_foreign(cut_job *job, const uint8_t *rgba, uint32_t w,
                       uint32_t h, uint32_t orientation, const uint8_t *colours,
                       uint32_t colours_size, const uint8_t *bytes,
                       uint32_t size_bytes);

/** Of cut_job_metadata(): EXIF from its TIFF header on, an XMP packet, the
 * records of IPTC-IIM. */
#define CUT_METADATA_EXIF 0
#define CUT_METADATA_XMP 1
#define CUT_METADATA_IPTC 2

/**
 * DECODED. Metadata of a file whose format only its codec knows; of JPEG, PNG
 * and WebP the core reads them itself. Copied; with "metadata": "strip"
 * nothing happens. CUT_E_ARGUMENT for another kind, CUT_E_MEMORY.
 */
CUT_EXPORT int cut_job_metadata(cut_job *job, uint32_t kind,
                                const uint8_t *bytes, uint32_t size_bytes);

/**
 * NEW or DECODED. The background image, for "background": "image".
 * Stretched to the photo's size when composed, or covering the canvas. As
 * cut_job_decode*().
 */
CUT_EXPORT int cut_job_background(cut_job *job, const uint8_t *bytes,
                                  uint32_t size_bytes);
CUT_EXPORT int cut_job_background_pixels(cut_job *job, const uint8_t *rgba,
                                         uint32_t w, uint32_t h,
                                         const uint8_t *bytes,
                                         uint32_t size_bytes);

CUT_EXPORT int
cut_job_background_foreign(cut_job *job, const uint8_t *rgba, uint32_t w,
                           uint32_t h, uint32_t orientation,
                           const uint8_t *colours, uint32_t colours_size,
                           const uint8_t *bytes, uint32_t size_bytes);

/**
 * Reads only the header: CUT_OK and the size and format by the getters below,
 * or the same errors as cut_job_decode(), at once. Allowed in NEW; changes no
 * state. WebP is probed too.
 */
CUT_EXPORT int cut_job_probe(cut_job *job, const uint8_t *bytes,
                             uint32_t size_bytes);

/**
 * Any state: of a WebP what the codec is to be given, the first picture of an
 * animated one, or one without what stands behind it; what it decodes goes to
 * cut_job_*_pixels() with the whole file. Borrowed until the next call of it;
 * NULL and 0 when that is the file itself, or memory is out.
 */
CUT_EXPORT const uint8_t *
cut_job_first_picture(cut_job *job, const uint8_t *bytes, uint32_t size_bytes);
CUT_EXPORT uint32_t cut_job_first_picture_size(const cut_job *job);

/**
 * DECODED: 0 when the picture says by itself what its subject is, as "kind"
 * lets it: cut_job_own_matte() then stands for the model. 1 otherwise, and when
 * memory is out.
 */
CUT_EXPORT int cut_job_needs_model(cut_job *job);

/**
 * DECODED -> REFINED without a model: the picture's own alpha (subject.given),
 * or that of a graphic, keyed by its ground. CUT_E_STATE when
 * cut_job_needs_model().
 */
CUT_EXPORT int cut_job_own_matte(cut_job *job);

/**
 * Any state: 1 when the colours of a file are those of a profile of tables
 * that has to be converted outside the core: CMYK, and in "is_background", with
 * "colorspace": "srgb" or something behind or around the photo RGB and grey,
 * too. Then the values of its device [h][w][4], as stored, RGBA or CMYK (255: no
 * ink), and the profile are borrowed until cut_job_device_done(); as sRGB they
 * go to cut_job_*_foreign() with this orientation. 0: the core decodes the file,
 * or says why not.
 */
CUT_EXPORT uint32_t cut_job_device(cut_job *job, uint32_t is_background,
                                   const uint8_t *bytes, uint32_t size_bytes);
CUT_EXPORT const uint8_t *cut_job_device_pixels(const cut_job *job);
CUT_EXPORT uint32_t cut_job_device_w(const cut_job *job);
CUT_EXPORT uint32_t cut_job_device_h(const cut_job *job);
CUT_EXPORT uint32_t cut_job_device_orientation(const cut_job *job);
CUT_EXPORT uint32_t cut_job_device_is_cmyk(const cut_job *job);
CUT_EXPORT const uint8_t *cut_job_device_profile(const cut_job *job);
CUT_EXPORT uint32_t cut_job_device_profile_size(const cut_job *job);
CUT_EXPORT void cut_job_device_done(cut_job *job);

/**
 * DECODED, or INFERRED -> DECODED: what somebody points at, as JSON text:
 *   "points": [[x, y, 1], ..]  clicks in the order in which they were made, at
 *             most CUT_MAX_CLICKS; 1 (or nothing): this belongs to it, 0: not
 *   "box":    [x, y, w, h] around it
 * in pixels of the upright photo, the first one's centre at (0.5, 0.5), or as
 * "N%" of its width and height. One of them at least. A model whose manifest
 * says "planes": 7 then takes a pass for each click (or one for
 * the box alone), each of which knows the answer before it: with more clicks
 * than before only those are new. Any other model takes a box alone, and sees
 * that part of the photo alone. CUT_E_OPTION.
 */
CUT_EXPORT int cut_job_pick(cut_job *job, const char *json,
                            uint32_t size_bytes);

/** DECODED -> PREPARED. Photo to the tensor f32 [1][3][S_h][S_w], or [1][7] for
 * a model of prompts (matte/prompt.h). INFERRED -> PREPARED for the next pass,
 * while cut_job_has_next_pass(). */
CUT_EXPORT int cut_job_prepare(cut_job *job);
/* NULL unless PREPARED. To be read: the next pass may show the same part. */
CUT_EXPORT float *cut_job_tensor(cut_job *job);
CUT_EXPORT uint32_t cut_job_tensor_w(const cut_job *job);
CUT_EXPORT uint32_t cut_job_tensor_h(const cut_job *job);

/**
 * PREPARED -> INFERRED. The model's map, f32 [h][w], copied. Checked: a value
 * that is not finite, a map of another aspect than the input, or one that is
 * constant or inverted (matte/matte.h) is CUT_E_OUTPUT, and the call may be
 * repeated with another engine's answer. Frees the tensor. Decides whether
 * there is a subject at all.
 */
CUT_EXPORT int cut_job_matte(cut_job *job, const float *map, uint32_t w,
                             uint32_t h);

/**
 * INFERRED: 1 while another pass of the model is due: with "effort": "high"
 * over the mirrored photo, then, but for "fast", over a close-up of a subject
 * that covers little of it ("standard": if the manifest says "closeup"):
 * cut_job_prepare(), the model, and cut_job_matte(), which joins the answers.
 * Otherwise 0.
 */
CUT_EXPORT int cut_job_has_next_pass(const cut_job *job);

/** INFERRED: the low-resolution matte, f32 [h][w], 0..1; NULL in other states.
 * Borrowed. */
CUT_EXPORT const float *cut_job_map(const cut_job *job);
CUT_EXPORT uint32_t cut_job_map_w(const cut_job *job);
CUT_EXPORT uint32_t cut_job_map_h(const cut_job *job);

/** INFERRED -> REFINED. Edge-aware alpha at the photo's size. */
CUT_EXPORT int cut_job_refine(cut_job *job);

/**
 * REFINED. The next tile that the detail network is to see; the last call, when
 * none is left, makes the matte finer and says so by cut_job_tile(). With
 * "effort": "fast", without a subject or with a matte that was given none is
 * due. CUT_E_STATE while a tile waits for its answer. CUT_E_MEMORY: may be
 * called again. Whoever has no such network goes on with cut_job_foreground():
 * the matte is then as it was refined.
 */
CUT_EXPORT int cut_job_detail(cut_job *job);

/** f32 [1][16][b][b], b being cut_job_tile_blocks(), as models/detail/CARD.md
 * says: blocks of 2 x 2 pixels, each R, G, B in -1..1 and alpha 0..1. Borrowed.
 * NULL: none is due. */
CUT_EXPORT const float *cut_job_tile(const cut_job *job);
CUT_EXPORT uint32_t cut_job_tile_blocks(const cut_job *job);

/**
 * The network's answer for that tile: f32 [1][4][b][b], to be added to the
 * logit of each pixel's alpha. CUT_E_STATE without a tile; CUT_E_OUTPUT for a
 * value that is not finite or another `count`: the tile still waits.
 */
CUT_EXPORT int cut_job_tile_answer(cut_job *job, const float *logits,
                                   uint32_t count);

/**
 * DECODED -> REFINED without a model: `bytes` is a grey picture of the photo's
 * size (a result with "mask"), whose brightness is the alpha wanted; the
 * photo's own alpha is the maximum. CUT_E_OPTION for another size; otherwise
 * as cut_job_decode().
 */
CUT_EXPORT int cut_job_set_matte(cut_job *job, const uint8_t *bytes,
                                 uint32_t size_bytes);

/** REFINED -> CLEANED. Colours of what is kept, under soft alpha. */
CUT_EXPORT int cut_job_foreground(cut_job *job);

/** CLEANED -> COMPOSED. Canvas, outline, shadow, background, crop, or the
 * mask. CUT_E_MEMORY: called again, it goes on where it was refused. */
CUT_EXPORT int cut_job_compose(cut_job *job);

/**
 * COMPOSED -> DONE. PNG and JPEG here. For WebP CUT_E_NEEDS_CODEC: encode
 * cut_job_pixels() outside, then hand the file to cut_job_encoded(), which
 * adds the ICC profile, COMPOSED -> DONE.
 */
CUT_EXPORT int cut_job_encode(cut_job *job);
CUT_EXPORT int cut_job_encoded(cut_job *job, const uint8_t *bytes,
                               uint32_t size_bytes);

/** COMPOSED: straight RGBA8 [out_h][out_w][4], borrowed; else NULL. */
CUT_EXPORT const uint8_t *cut_job_pixels(const cut_job *job);

/** REFINED, CLEANED: alpha u8 [h][w] of the photo, borrowed; else NULL. */
CUT_EXPORT const uint8_t *cut_job_alpha(const cut_job *job);

/** DONE: the encoded file, borrowed. NULL and 0 before. */
CUT_EXPORT const uint8_t *cut_job_bytes(const cut_job *job);
CUT_EXPORT uint32_t cut_job_bytes_size(const cut_job *job);

/** Upright size of the photo (from DECODED or a probe), and of the result
 * (from COMPOSED). 0 before. */
CUT_EXPORT uint32_t cut_job_in_w(const cut_job *job);
CUT_EXPORT uint32_t cut_job_in_h(const cut_job *job);
CUT_EXPORT uint32_t cut_job_out_w(const cut_job *job);
CUT_EXPORT uint32_t cut_job_out_h(const cut_job *job);

/** Quality of the options in force, for a codec outside. 1..100. */
CUT_EXPORT uint32_t cut_job_quality(const cut_job *job);

/**
 * JSON of the job: {"input": {"format","width","height","orientation",
 * "bytes","icc_bytes","alpha", and "partial": "N of M rows" when it
 * is}, "width", "height", "format",
 * "placed": {"scale", "head": [x, top, chin]}, "natural": "found" | "none" |
 * "unsmooth" of the photo's own shadow, null when it was not asked for,
 * "subject": {"found",
 * "kind": "photo" | "graphic", "given": whether its own alpha cut it out,
 * "coverage", "confidence", "box": [x,y,w,h]}, "detail": {"tiles", "side"}}. Placed: pixels of the result
 * per pixel of the photo, and where the head lies on the result, null unless the
 * canvas goes by one; then "gap", the rows under the body that are empty, and
 * "sharpness" of the head, 0..1, too. What is not known in this state is null, and so is detail
 * when it was not looked for; sizes are 0 until they are. Borrowed,
 * never NULL.
 */
CUT_EXPORT const char *cut_job_report_json(cut_job *job);

/* Beside this header: edit.h, retouching; preview.h; and the network's own
 * calls, net.h. */

#endif
