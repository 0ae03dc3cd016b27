/*
 * How a function says why it failed: a status for code, a sentence with the
 * numbers for people. The sentence names sizes and limits, never file names.
 */
#ifndef CUT_BASE_FAIL_H
#define CUT_BASE_FAIL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** One sentence, UTF-8, terminated. Empty until something failed. */
typedef struct cut_error {
    char text[240];
} cut_error;

/**
 * Writes the sentence (rules: cut_print(); cut off at the buffer's end) and
 * returns `status`: `return cut_fail(why, CUT_E_CORRUPT, "...")`.
 * `error` may be NULL.
 */
cut_status cut_fail(cut_error *error, cut_status status, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

/**
 * Puts what it is about before the sentence, "The background: ...", where
 * several files are at hand. Nothing with CUT_OK. Returns `status`.
 */
cut_status cut_fail_of(cut_error *error, cut_status status, const char *what);

/** Name and sentence of a status; "internal" for a number not in the list. */
const char *cut_status_code(int status);
const char *cut_status_text(int status);

#endif
