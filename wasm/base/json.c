/*
 * cJSON is handed a terminated copy: its length-limited parser has read past
 * the end before (CVE-2023-53154), and the texts are small.
 */
#include "base/json.h"

#include <string.h>

#include "base/alloc.h"
#include "cJSON.h"

static const cJSON *node(const cut_json *value)
{
    return (const cJSON *)(const void *)value;
}

static cut_status no_duplicates(const cJSON *object, cut_status failure,
                                cut_error *error)
{
    for (const cJSON *a = object->child; a; a = a->next)
        for (const cJSON *b = a->next; b; b = b->next)
            if (strcmp(a->string, b->string) == 0)
                return cut_fail(error, failure, "\"%.40s\" is given twice.",
                                a->string);
    return CUT_OK;
}

cut_status cut_json_parse(cut_json **root, const char *text, size_t size,
                          size_t max_size, cut_status failure, cut_error *error)
{
    *root = NULL;
    if (!text || size == 0 || size > max_size)
        return cut_fail(error, failure,
                        "JSON text of %u bytes; 1 to %u are read.",
                        (unsigned)size, (unsigned)max_size);
    if (memchr(text, 0, size))
        return cut_fail(error, failure, "JSON text with a zero byte.");
    char *copy = cut_alloc(size + 1, 1);
    if (!copy) return cut_fail(error, CUT_E_MEMORY, "No memory for JSON text.");
    memcpy(copy, text, size);
    copy[size] = 0;

    cJSON_Hooks hooks = {cut_alloc_bytes, cut_free};
    cJSON_InitHooks(&hooks);
    const char *end = NULL;
    uint32_t refusals = cut_alloc_refusals();
    cJSON *parsed = cJSON_ParseWithOpts(copy, &end, 1);
    size_t at = end ? (size_t)(end - copy) : 0;
    cut_free(copy);
    if (!parsed && cut_alloc_refusals() != refusals)
        return cut_fail(error, CUT_E_MEMORY, "No memory for JSON text.");
    if (!parsed)
        return cut_fail(error, failure, "Not valid JSON near byte %u.",
                        (unsigned)at);
    if (!cJSON_IsObject(parsed)) {
        cJSON_Delete(parsed);
        return cut_fail(error, failure, "The JSON text is not an object.");
    }
    *root = (cut_json *)(void *)parsed;
    return CUT_OK;
}

void cut_json_free(cut_json *root)
{
    if (root) cJSON_Delete((cJSON *)(void *)root);
}

const cut_json *cut_json_get(const cut_json *object, const char *key)
{
    return (const cut_json *)(const void *)cJSON_GetObjectItemCaseSensitive(
        node(object), key);
}

cut_status cut_json_only(const cut_json *object, const char *const keys[],
                         const char *where, cut_status failure,
                         cut_error *error)
{
    for (const cJSON *item = node(object)->child; item; item = item->next) {
        int known = 0;
        for (int k = 0; keys[k]; k++)
            known |= strcmp(keys[k], item->string) == 0;
        if (!known)
            return cut_fail(error, failure, "Unknown %s \"%.40s\".", where,
                            item->string);
    }
    return no_duplicates(node(object), failure, error);
}

const char *cut_json_string(const cut_json *value)
{
    return cJSON_IsString(node(value)) ? node(value)->valuestring : NULL;
}

int cut_json_choice(const cut_json *value, const char *const names[])
{
    const char *text = cut_json_string(value);
    for (int i = 0; text && names[i]; i++)
        if (strcmp(text, names[i]) == 0) return i;
    return -1;
}

int cut_json_bool(const cut_json *value, int *out)
{
    if (!cJSON_IsBool(node(value))) return 0;
    *out = cJSON_IsTrue(node(value));
    return 1;
}

int cut_json_number(const cut_json *value, double *out)
{
    if (!cJSON_IsNumber(node(value))) return 0;
    *out = node(value)->valuedouble;
    return *out - *out == 0; /* 1e999 parses as infinity */
}

int cut_json_object(const cut_json *value)
{
    return cJSON_IsObject(node(value));
}

int cut_json_int(const cut_json *value, int32_t lo, int32_t hi, int32_t *out)
{
    double number;
    if (!cut_json_number(value, &number)) return 0;
    if (!(number >= lo && number <= hi)) return 0;
    *out = (int32_t)number;
    return (double)*out == number;
}

int cut_json_count(const cut_json *array)
{
    return cJSON_IsArray(node(array)) ? cJSON_GetArraySize(node(array)) : -1;
}

const cut_json *cut_json_item(const cut_json *array, int i)
{
    return (const cut_json *)(const void *)cJSON_GetArrayItem(node(array), i);
}

int cut_json_numbers(const cut_json *value, double *out, int count)
{
    if (!cJSON_IsArray(node(value))) return 0;
    const cJSON *item = node(value)->child;
    for (int i = 0; i < count; i++, item = item->next)
        if (!item ||
            !cut_json_number((const cut_json *)(const void *)item, out + i))
            return 0;
    return item == NULL;
}
