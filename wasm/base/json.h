/*
 * The JSON edge. cJSON stays behind these functions; they are strict where
 * cJSON is not: the whole text must be one object, no key may appear twice,
 * and a reader says which keys it knows.
 */
#ifndef CUT_BASE_JSON_H
#define CUT_BASE_JSON_H

#include "base/fail.h"

typedef struct cut_json cut_json; /* any JSON value; owned by its root */

/**
 * Parses one object from `size` bytes of UTF-8 (no terminator needed).
 *
 * @param      failure the status to answer when the text is not valid
 * @return CUT_OK, `failure`, CUT_E_MEMORY. `*root` is freed by cut_json_free.
 */
cut_status cut_json_parse(cut_json **root, const char *text, size_t size,
                          size_t max_size, cut_status failure,
                          cut_error *error);
void cut_json_free(cut_json *root); /* NULL is allowed */

/** A member of an object, NULL when it is absent. */
const cut_json *cut_json_get(const cut_json *object, const char *key);

/**
 * Every key of `object` is one of `keys` (NULL-terminated) and stands there
 * once; otherwise `failure`, naming the key after `where` ("option", ...).
 */
cut_status cut_json_only(const cut_json *object, const char *const keys[],
                         const char *where, cut_status failure,
                         cut_error *error);

/** The value as a type; 0 / NULL when it is of another type (or is NULL). */
const char *cut_json_string(const cut_json *value);
int cut_json_bool(const cut_json *value, int *out);
int cut_json_number(const cut_json *value, double *out);
int cut_json_object(const cut_json *value);

/** The place in `names` (NULL-terminated) of the string; -1: none of them. */
int cut_json_choice(const cut_json *value, const char *const names[]);

/** A whole number of lo..hi. */
int cut_json_int(const cut_json *value, int32_t lo, int32_t hi, int32_t *out);

/** How many values an array has, -1 when it is none; one of them, or NULL. */
int cut_json_count(const cut_json *array);
const cut_json *cut_json_item(const cut_json *array, int i);

/** An array of exactly `count` numbers. */
int cut_json_numbers(const cut_json *value, double *out, int count);

#endif
