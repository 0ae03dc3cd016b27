/*
 * Reads an object of JSON into a struct, as a table of its keys says: one row
 * for each key, made of options/list.h by CUT_OPTION_ROW.
 */
#ifndef CUT_OPTIONS_TABLE_H
#define CUT_OPTIONS_TABLE_H

#include "base/json.h"
#include "compose/style.h"

/** What a value may be, and the field of C that it fills. */
typedef enum cut_option_type {
    CUT_OPTION_BOOLEAN, /* int */
    CUT_OPTION_INTEGER, /* int32_t */
    CUT_OPTION_NUMBER,  /* float */
    CUT_OPTION_CHOICE,  /* an enum, in the order of the words */
    CUT_OPTION_LENGTH,  /* cut_length */
    CUT_OPTION_COLOUR,  /* uint8_t[3], "#rrggbb" */
    CUT_OPTION_SWITCH,  /* a struct that begins with `int on`: true, false, or
                           an object of keys, which the defaults stand in for */
    CUT_OPTION_OWN      /* what its own function reads, NULL: another row's */
} cut_option_type;

typedef struct cut_option_table cut_option_table;

typedef struct cut_option {
    const char *key;
    cut_option_type type;
    size_t offset;                /* of the field */
    const char *text;             /* default of CHOICE, LENGTH, COLOUR */
    double number;                /* default of BOOLEAN, INTEGER, NUMBER */
    double min, max;              /* INTEGER, NUMBER; LENGTH: in percent */
    const char *const *values;    /* CHOICE; NULL-terminated */
    const cut_option_table *keys; /* SWITCH */
    /* OWN; into the whole struct, since a value may fill more than a field */
    cut_status (*read)(void *object, const cut_json *value, cut_error *error);
} cut_option;

#define CUT_MAX_OPTIONS 32 /* rows of a table */

struct cut_option_table {
    const char *name;  /* before a key in sentences: "", "shadow." */
    const char *where; /* what a key is: "option", "key of shadow" */
    const cut_option *rows;
    int32_t count;
};

/** Fields to their defaults; SWITCH and OWN are left alone. Cannot fail. */
void cut_option_defaults(void *object, const cut_option_table *table);

/**
 * The keys that are there; any other key is an error, as is one given twice.
 *
 * @param[out] object the struct of the table; half read unless CUT_OK
 * @return CUT_OK, CUT_E_OPTION with a sentence, or what a row's own reader says
 */
cut_status cut_option_read(void *object, const cut_option_table *table,
                           const cut_json *json, cut_error *error);

/*
 * Defines `table` of a list of options/list.h, while CUT_OPTION_STRUCT is
 * defined as its struct. A type that has a reader of its own needs
 * read_<field>(), a SWITCH the table <field>_keys; a field of another type
 * than its row's does not compile.
 */
#define CUT_OPTION_TABLE(table, name, where, LIST)                             \
    LIST(CUT_OPTION_CHECK, CUT_OPTION_CHECK)                                   \
    static const cut_option table##_rows[] = {                                 \
        LIST(CUT_OPTION_ROW, CUT_OPTION_ROW)};                                 \
    enum { table##_count = sizeof table##_rows / sizeof *table##_rows };       \
    _Static_assert(table##_count <= CUT_MAX_OPTIONS, #table);                  \
    static const cut_option_table table = {name, where, table##_rows,          \
                                           table##_count};
#define CUT_OPTION_CHECK(key, field, type, scope, usual, min, max, values,     \
                         words)                                                \
    _Static_assert(CUT_FITS_##type(((CUT_OPTION_STRUCT *)0)->field), #key);
#define CUT_OPTION_ROW(key_, field, type, scope, usual, min, max, values,      \
                       words)                                                  \
    {.key = #key_,                                                             \
     .offset = offsetof(CUT_OPTION_STRUCT, field),                             \
     CUT_ROW_##type(field, usual, min, max, values)},

#define CUT_ROW_BOOLEAN(field, usual, lo, hi, words)                           \
    .type = CUT_OPTION_BOOLEAN, .number = usual
#define CUT_ROW_INTEGER(field, usual, lo, hi, words)                           \
    .type = CUT_OPTION_INTEGER, .number = usual, .min = lo, .max = hi
#define CUT_ROW_NUMBER(field, usual, lo, hi, words)                            \
    .type = CUT_OPTION_NUMBER, .number = usual, .min = lo, .max = hi
#define CUT_ROW_CHOICE(field, usual, lo, hi, words)                            \
    .type = CUT_OPTION_CHOICE, .text = usual, .values = (const char *const[])  \
    {                                                                          \
        CUT_EACH words, NULL                                                   \
    }
#define CUT_ROW_LENGTH(field, usual, lo, hi, words)                            \
    .type = CUT_OPTION_LENGTH, .text = usual, .min = lo, .max = hi
#define CUT_ROW_COLOUR(field, usual, lo, hi, words)                            \
    .type = CUT_OPTION_COLOUR, .text = usual
#define CUT_ROW_OWN(field) .type = CUT_OPTION_OWN, .read = read_##field
#define CUT_ROW_BACKGROUND(field, usual, lo, hi, words) CUT_ROW_OWN(field)
#define CUT_ROW_SWITCH(field, usual, lo, hi, words)                            \
    .type = CUT_OPTION_SWITCH, .keys = &field##_keys
#define CUT_ROW_CANVAS(field, usual, lo, hi, words) CUT_ROW_OWN(field)
#define CUT_ROW_SIZE(field, usual, lo, hi, words) .type = CUT_OPTION_OWN
#define CUT_EACH(...) __VA_ARGS__

#define CUT_FITS_BOOLEAN(f) _Generic(f, int: 1, default: 0)
#define CUT_FITS_INTEGER(f) _Generic(f, int32_t: 1, default: 0)
#define CUT_FITS_NUMBER(f) _Generic(f, float: 1, default: 0)
/* What gcc and clang take for an enum. */
#define CUT_FITS_CHOICE(f) _Generic(f, unsigned: 1, default: 0)
#define CUT_FITS_LENGTH(f) _Generic(f, cut_length: 1, default: 0)
#define CUT_FITS_COLOUR(f) (sizeof(f) == 3)
#define CUT_FITS_BACKGROUND(f) 1
#define CUT_FITS_SWITCH(f) _Generic(&(f).on, int *: 1, default: 0)
#define CUT_FITS_CANVAS(f) 1
#define CUT_FITS_SIZE(f) 1

#endif
