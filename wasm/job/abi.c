/*
 * The calls that belong to no job. cut_abi_json() is the lists of cutaway.h as
 * text, put together by the preprocessor, so that JavaScript repeats none of
 * them.
 */
#include "base/alloc.h"
#include "cutaway.h"
#include "edit.h"
#include "matte/subject.h"
#include "net.h"
#include "options/json.h"

#define FIRST_STATUS(symbol, number, name, fault, text)                        \
    "{\"status\":" #number ",\"code\":\"" name "\",\"fault\":\"" #fault        \
    "\",\"text\":\"" text "\"}"
#define NEXT_STATUS(...) "," FIRST_STATUS(__VA_ARGS__)
#define NEXT_STATE(symbol, number, name) ",\"" name "\""
#define NUMBER_JSON(name, value) "\"" name "\":" CUT_STR(value)

/* Longer than the 4095 characters that C99 promises; gcc and clang, which the
 * vectors need anyway, take any length. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* It would indent each part behind the macro before it. */
/* clang-format off */
static const char abi[] =
    "{\"abi\":" CUT_STR(CUT_ABI_VERSION) ",\"version\":\"" CUT_VERSION "\""
    ",\"statuses\":[" FIRST_STATUS(CUT_OK, 0, "ok", nobody, "Done.")
    CUT_ERROR_LIST(NEXT_STATUS) "]"
    ",\"states\":[\"new\"" CUT_LATER_STATE_LIST(NEXT_STATE) "]"
    ",\"limits\":{" NUMBER_JSON("max_side", CUT_MAX_SIDE) ","
    NUMBER_JSON("max_pixels", CUT_MAX_PIXELS) ","
    NUMBER_JSON("max_ratio", CUT_MAX_RATIO) ","
    NUMBER_JSON("max_input_bytes", CUT_MAX_INPUT_BYTES) ","
    NUMBER_JSON("max_options_bytes", CUT_MAX_OPTIONS_BYTES) ","
    NUMBER_JSON("max_model_side", CUT_MAX_MODEL_SIDE) ","
    NUMBER_JSON("min_confidence", CUT_SUBJECT_SURE) "}"
    ",\"numbers\":{\"metadata\":{" NUMBER_JSON("exif", CUT_METADATA_EXIF) ","
    NUMBER_JSON("xmp", CUT_METADATA_XMP) ","
    NUMBER_JSON("iptc", CUT_METADATA_IPTC) "}"
    ",\"edit_mode\":{" NUMBER_JSON("erase", CUT_EDIT_ERASE) ","
    NUMBER_JSON("restore", CUT_EDIT_RESTORE) ","
    NUMBER_JSON("shift", CUT_EDIT_SHIFT) ","
    NUMBER_JSON("feather", CUT_EDIT_FEATHER) ","
    NUMBER_JSON("smooth", CUT_EDIT_SMOOTH) ","
    NUMBER_JSON("holes", CUT_EDIT_HOLES) ","
    NUMBER_JSON("refine", CUT_EDIT_REFINE) ","
    NUMBER_JSON("decontaminate", CUT_EDIT_DECONTAMINATE) "}"
    ",\"edit_style\":{" NUMBER_JSON("result", CUT_EDIT_RESULT) ","
    NUMBER_JSON("ghost", CUT_EDIT_GHOST) ","
    NUMBER_JSON("matte", CUT_EDIT_MATTE) ","
    NUMBER_JSON("photo", CUT_EDIT_PHOTO) "}"
    ",\"edit_way\":{" NUMBER_JSON("add", CUT_EDIT_ADD) ","
    NUMBER_JSON("take", CUT_EDIT_TAKE) ","
    NUMBER_JSON("only", CUT_EDIT_ONLY) "}"
    ",\"arithmetic\":{" NUMBER_JSON("auto", CUT_NET_AUTO) ","
    NUMBER_JSON("f32", CUT_NET_F32) "," NUMBER_JSON("i16", CUT_NET_I16) "}}"
    ",\"options\":" CUT_OPTIONS_JSON "}";
/* clang-format on */

const char *cut_abi_json(void)
{
    return abi;
}

void *cut_buffer_new(uint32_t size_bytes)
{
    return cut_alloc(1, size_bytes);
}

void cut_buffer_free(void *buffer)
{
    cut_free(buffer);
}

uint32_t cut_live_blocks(void)
{
    return cut_alloc_count().blocks;
}

uint32_t cut_live_bytes(void)
{
    return (uint32_t)cut_alloc_count().bytes;
}

uint32_t cut_peak_bytes(void)
{
    return (uint32_t)cut_alloc_count().peak;
}

void cut_peak_reset(void)
{
    cut_alloc_peak_reset();
}

void cut_memory_limit(uint32_t limit_bytes)
{
    cut_alloc_limit(limit_bytes);
}
