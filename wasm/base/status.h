/*
 * The list of statuses and the limits: what every room may answer and has to
 * keep to. Part of the ABI: cutaway.h includes it.
 */
#ifndef CUT_BASE_STATUS_H
#define CUT_BASE_STATUS_H

/**
 * THE status list: X(symbol, number, name, fault, one line for people).
 * The name is what JavaScript, the shell and the APIs show as `code`. A number
 * is never reused. cut_abi_json() hands the list to JavaScript. Fault is what
 * has to change before it can go well:
 *   caller   what was asked for
 *   picture  the file: no engine makes anything of it
 *   limit    nothing of the file, which another engine may read
 *   model    the model, or how it was fetched
 *   machine  the machine that it runs on, its memory or its time
 *   program  this program: a defect
 *   outside  network, files, a queue: trying again later may do
 *   nobody   nothing went wrong
 */
#define CUT_STATUS_LIST(X)                                                     \
    X(CUT_OK, 0, "ok", nobody, "Done.")                                        \
    CUT_ERROR_LIST(X)
#define CUT_ERROR_LIST(X)                                                           \
    X(CUT_E_ARGUMENT, 1, "bad_argument", program,                                   \
      "A call was made with a value outside its range.")                            \
    X(CUT_E_STATE, 2, "bad_state", program, "A call was made out of order.")        \
    X(CUT_E_MEMORY, 3, "out_of_memory", machine,                                    \
      "There is not enough memory for this picture.")                               \
    X(CUT_E_OPTION, 4, "bad_option", caller,                                        \
      "An option is unknown or has a wrong value.")                                 \
    X(CUT_E_MANIFEST, 5, "bad_manifest", model,                                     \
      "The model's manifest is not valid.")                                         \
    X(CUT_E_EMPTY, 6, "empty_input", picture, "The file is empty.")                 \
    X(CUT_E_FORMAT, 7, "unsupported_format", picture,                               \
      "This is not a picture of a known format.")                                   \
    X(CUT_E_VARIANT, 8, "unsupported_variant", limit,                               \
      "This variant of the format cannot be read.")                                 \
    X(CUT_E_TOO_LARGE, 9, "too_large", limit,                                       \
      "The picture has more pixels than can be handled.")                           \
    X(CUT_E_CORRUPT, 10, "corrupt_image", picture,                                  \
      "The picture is damaged or incomplete.")                                      \
    X(CUT_E_NEEDS_CODEC, 11, "needs_codec", limit,                                  \
      "The codec for this format is missing here.")                                 \
    X(CUT_E_MODEL, 12, "bad_model", model,                                          \
      "The file is not a valid ONNX model, or does not fit its manifest.")          \
    X(CUT_E_MODEL_UNSUPPORTED, 13, "unsupported_model", model,                      \
      "The model uses an operator that this engine lacks.")                         \
    X(CUT_E_OUTPUT, 14, "bad_output", model,                                        \
      "The model answered with values that are no matte.")                          \
    X(CUT_E_ENCODE, 15, "encode_failed", program,                                   \
      "The result could not be encoded.")                                           \
    /* The following arise outside C; they stand here so that there is one list. */ \
    X(CUT_E_CRASHED, 32, "engine_crashed", program,                                 \
      "The engine crashed and was restarted.")                                      \
    X(CUT_E_ABORTED, 33, "aborted", nobody, "Cancelled.")                           \
    X(CUT_E_TIMEOUT, 34, "timeout", machine,                                        \
      "It took too long and was stopped.")                                          \
    X(CUT_E_FETCH, 35, "fetch_failed", outside,                                     \
      "The picture could not be fetched.")                                          \
    X(CUT_E_MODEL_FETCH, 36, "model_fetch_failed", model,                           \
      "The model could not be fetched.")                                            \
    X(CUT_E_MODEL_HASH, 37, "model_hash_mismatch", model,                           \
      "The model's bytes are not those its manifest names.")                        \
    X(CUT_E_ENGINE, 38, "engine_unavailable", machine,                              \
      "The inference engine could not be loaded.")                                  \
    X(CUT_E_INFERENCE, 39, "inference_failed", model,                               \
      "The model failed while running.")                                            \
    X(CUT_E_READ, 40, "read_failed", outside,                                       \
      "The input file could not be read.")                                          \
    X(CUT_E_WRITE, 41, "write_failed", outside,                                     \
      "The result could not be written.")                                           \
    X(CUT_E_BUSY, 42, "busy", outside, "The queue is full.")                        \
    X(CUT_E_INTERNAL, 43, "internal", program,                                      \
      "An unexpected error; please report it.")

typedef enum cut_status {
#define CUT_STATUS_ENUM(symbol, number, name, fault, text) symbol = number,
    CUT_STATUS_LIST(CUT_STATUS_ENUM)
#undef CUT_STATUS_ENUM
} cut_status;

/* Limits: the one place. cut_abi_json() hands them to JavaScript. */
#define CUT_MAX_SIDE 32768       /* pixels, each side */
#define CUT_MAX_PIXELS 100000000 /* width x height of an input */
#define CUT_MAX_WEBP_SIDE 16383  /* of a WebP file, by its format */
#define CUT_MAX_INPUT_BYTES 268435456
#define CUT_MAX_OPTIONS_BYTES 4096 /* JSON text of options or manifest */
#define CUT_MAX_MODEL_SIDE 2048    /* input size of a model */

#endif
