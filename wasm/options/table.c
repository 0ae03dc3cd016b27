#include "options/table.h"

#include <string.h>

#include "base/print.h"
#include "options/list.h"
#include "options/text.h"

/* "N%", "Npx" or pixels as a number, from `min` (below 0: its pixels, too) to
 * `max` percent. */
static int read_length(cut_length *out, const cut_option *option,
                       const cut_json *value)
{
    const char *text = cut_json_string(value);
    cut_length length = {0};
    if (text ? !cut_text_length(&length, text)
             : !cut_json_int(value, -CUT_MAX_LENGTH_PX, CUT_MAX_LENGTH_PX,
                             &length.value))
        return 0;
    int32_t max = length.is_percent ? (int32_t)option->max * 100
                                    : CUT_MAX_LENGTH_PX;
    if (length.value > max || length.value < (option->min < 0 ? -max : 0))
        return 0;
    *out = length;
    return 1;
}

static int read_number(float *out, const cut_option *option,
                       const cut_json *value)
{
    double number;
    if (!cut_json_number(value, &number) || !(number >= option->min) ||
        !(number <= option->max))
        return 0;
    *out = (float)number;
    return 1;
}

/* Whether `value` is one that the row allows; then `field` has it. */
static int read_value(void *field, const cut_option *option,
                      const cut_json *value)
{
    const char *text = cut_json_string(value);
    int choice;
    switch (option->type) {
    case CUT_OPTION_BOOLEAN: return cut_json_bool(value, field);
    case CUT_OPTION_INTEGER:
        return cut_json_int(value, (int32_t)option->min, (int32_t)option->max,
                            field);
    case CUT_OPTION_NUMBER: return read_number(field, option, value);
    case CUT_OPTION_CHOICE:
        choice = cut_json_choice(value, option->values);
        if (choice >= 0) *(unsigned *)field = (unsigned)choice;
        return choice >= 0;
    case CUT_OPTION_LENGTH: return read_length(field, option, value);
    case CUT_OPTION_COLOUR: return text && cut_text_colour(field, text);
    case CUT_OPTION_SWITCH:
    case CUT_OPTION_OWN: break;
    }
    return 1;
}

/* "a, b or c" */
static void join(char *out, size_t size, const char *const values[])
{
    size_t at = 0;
    for (int i = 0; values[i] && at < size; i++)
        at += (size_t)cut_print(out + at, size - at, "%s%s",
                                !i              ? ""
                                : values[i + 1] ? ", "
                                                : " or ",
                                values[i]);
}

/* CUT_E_OPTION and what the row allows. */
static cut_status refuse(const cut_option *option, const char *name,
                         cut_error *error)
{
    const char *key = option->key;
    const char *sign = option->min < 0 ? "-" : "";
    int min = (int)option->min, max = (int)option->max;
    char words[160] = "";
    switch (option->type) {
    case CUT_OPTION_BOOLEAN:
        return cut_fail(error, CUT_E_OPTION, "%s%s is true or false.", name,
                        key);
    case CUT_OPTION_INTEGER:
        return cut_fail(error, CUT_E_OPTION,
                        "%s%s is a whole number of %d to %d.", name, key, min,
                        max);
    case CUT_OPTION_NUMBER:
        return cut_fail(error, CUT_E_OPTION,
                        "%s%s is a number of %d.%02d to %d.", name, key, min,
                        (int)(option->min * 100) % 100, max);
    case CUT_OPTION_LENGTH:
        return cut_fail(error, CUT_E_OPTION,
                        "%s%s is %d%% to %d%% or %s%d to %d pixels.", name, key,
                        min, max, sign, *sign ? CUT_MAX_LENGTH_PX : 0,
                        CUT_MAX_LENGTH_PX);
    case CUT_OPTION_COLOUR:
        return cut_fail(error, CUT_E_OPTION, "%s%s is #rrggbb.", name, key);
    case CUT_OPTION_CHOICE:
        join(words, sizeof words, option->values);
        return cut_fail(error, CUT_E_OPTION, "%s%s is %s.", name, key, words);
    case CUT_OPTION_SWITCH:
    case CUT_OPTION_OWN: break;
    }
    return CUT_E_OPTION;
}

static void *field_of(void *object, const cut_option *option)
{
    return (char *)object + option->offset;
}

void cut_option_defaults(void *object, const cut_option_table *table)
{
    for (int32_t i = 0; i < table->count; i++) {
        const cut_option *option = table->rows + i;
        void *field = field_of(object, option);
        switch (option->type) {
        case CUT_OPTION_BOOLEAN: *(int *)field = (int)option->number; break;
        case CUT_OPTION_INTEGER:
            *(int32_t *)field = (int32_t)option->number;
            break;
        case CUT_OPTION_NUMBER: *(float *)field = (float)option->number; break;
        case CUT_OPTION_CHOICE:
            *(unsigned *)field = 0;
            while (strcmp(option->values[*(unsigned *)field], option->text))
                ++*(unsigned *)field;
            break;
        case CUT_OPTION_LENGTH: cut_text_length(field, option->text); break;
        case CUT_OPTION_COLOUR: cut_text_colour(field, option->text); break;
        case CUT_OPTION_SWITCH:
        case CUT_OPTION_OWN: break;
        }
    }
}

/* The defaults and whether it is on, or the keys that are given. */
static cut_status read_switch(void *field, const cut_option *option,
                              const cut_json *value, cut_error *error)
{
    int *on = field;
    cut_option_defaults(field, option->keys);
    *on = 1;
    if (cut_json_bool(value, on)) return CUT_OK;
    if (cut_json_object(value))
        return cut_option_read(field, option->keys, value, error);
    return cut_fail(error, CUT_E_OPTION, "%s is true, false or an object.",
                    option->key);
}

cut_status cut_option_read(void *object, const cut_option_table *table,
                           const cut_json *json, cut_error *error)
{
    const char *keys[CUT_MAX_OPTIONS + 1];
    for (int32_t i = 0; i < table->count; i++) keys[i] = table->rows[i].key;
    keys[table->count] = NULL;
    cut_status status = cut_json_only(json, keys, table->where, CUT_E_OPTION,
                                      error);
    for (int32_t i = 0; !status && i < table->count; i++) {
        const cut_option *option = table->rows + i;
        const cut_json *value = cut_json_get(json, option->key);
        void *field = field_of(object, option);
        if (!value) continue;
        if (option->keys)
            status = read_switch(field, option, value, error);
        else if (option->read)
            status = option->read(object, value, error);
        else if (!read_value(field, option, value))
            status = refuse(option, table->name, error);
    }
    return status;
}
