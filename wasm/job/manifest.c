#include "job/manifest.h"

#include <string.h>

#include "base/json.h"
#include "matte/prompt.h"

#define PROMPTS CUT_PROMPT_MAPS

/* A string member that must be `only` when it is there. */
static cut_status only_value(const cut_json *object, const char *key,
                             const char *only, cut_error *error)
{
    const cut_json *value = cut_json_get(object, key);
    const char *text = cut_json_string(value);
    if (!value || (text && strcmp(text, only) == 0)) return CUT_OK;
    return cut_fail(error, CUT_E_MANIFEST, "input.%s is not \"%s\".", key,
                    only);
}

static cut_status read_triple(float out[3], const cut_json *input,
                              const char *key, cut_error *error)
{
    double triple[3];
    if (!cut_json_numbers(cut_json_get(input, key), triple, 3))
        return cut_fail(error, CUT_E_MANIFEST,
                        "input.%s is not an array of three numbers.", key);
    for (int i = 0; i < 3; i++) {
        if (!(triple[i] > -1e6 && triple[i] < 1e6))
            return cut_fail(error, CUT_E_MANIFEST, "input.%s is out of range.",
                            key);
        out[i] = (float)triple[i];
    }
    return CUT_OK;
}

/* What the model takes; each key that is not as promised has its sentence. */
static cut_status read_input(cut_manifest *m, const cut_json *input,
                             cut_error *error)
{
    static const char *const keys[] = {"name",   "layout", "channels", "size",
                                       "fit",    "mean",   "std",      "range",
                                       "planes", NULL};
    if (!cut_json_object(input))
        return cut_fail(error, CUT_E_MANIFEST, "input is not an object.");
    cut_status status = cut_json_only(input, keys, "key in input",
                                      CUT_E_MANIFEST, error);
    if (!status) status = only_value(input, "layout", "NCHW", error);
    if (!status) status = only_value(input, "channels", "RGB", error);
    if (!status) status = only_value(input, "fit", "stretch", error);
    if (!status) status = read_triple(m->mean, input, "mean", error);
    if (!status) status = read_triple(m->std, input, "std", error);
    if (status) return status;
    for (int i = 0; i < 3; i++)
        if (!(m->std[i] >= 1e-6f))
            return cut_fail(error, CUT_E_MANIFEST,
                            "input.std has a value that is not above 0.");
    double size[2];
    if (!cut_json_numbers(cut_json_get(input, "size"), size, 2) ||
        !(size[0] >= 1 && size[0] <= CUT_MAX_MODEL_SIDE) ||
        !(size[1] >= 1 && size[1] <= CUT_MAX_MODEL_SIDE))
        return cut_fail(error, CUT_E_MANIFEST,
                        "input.size is not [width, height] of 1 to %d.",
                        CUT_MAX_MODEL_SIDE);
    m->w = (int32_t)size[0];
    m->h = (int32_t)size[1];
    const cut_json *planes = cut_json_get(input, "planes");
    int32_t count = 3;
    if (planes && (!cut_json_int(planes, 3, 3 + PROMPTS, &count) ||
                   (count != 3 && count != 3 + PROMPTS)))
        return cut_fail(error, CUT_E_MANIFEST, "input.planes is 3 or %d.",
                        3 + PROMPTS);
    m->prompts = count > 3;
    const cut_json *range = cut_json_get(input, "range");
    if (range) {
        const char *text = cut_json_string(range);
        m->range_is_max = text && strcmp(text, "max") == 0;
        if (!m->range_is_max && !(text && strcmp(text, "255") == 0))
            return cut_fail(error, CUT_E_MANIFEST,
                            "input.range is \"255\" or \"max\".");
    }
    return CUT_OK;
}

/* What the model answers: alpha, or logits of it. */
static cut_status read_output(cut_manifest *m, const cut_json *output,
                              cut_error *error)
{
    static const char *const keys[] = {"name", "kind", NULL};
    if (!cut_json_object(output))
        return cut_fail(error, CUT_E_MANIFEST, "output is not an object.");
    cut_status status = cut_json_only(output, keys, "key in output",
                                      CUT_E_MANIFEST, error);
    if (status) return status;
    const char *kind = cut_json_string(cut_json_get(output, "kind"));
    if (kind && strcmp(kind, "alpha") == 0)
        m->kind = CUT_MAP_ALPHA;
    else if (kind && strcmp(kind, "logits") == 0)
        m->kind = CUT_MAP_LOGITS;
    else
        return cut_fail(error, CUT_E_MANIFEST,
                        "output.kind is \"alpha\" or \"logits\".");
    return CUT_OK;
}

cut_status cut_manifest_parse(cut_manifest *out, const char *json, size_t size,
                              cut_error *error)
{
    static const char *const keys[] = {
        "$schema", "name",    "version", "file",   "url",     "bytes", "sha256",
        "md5",     "license", "input",   "output", "closeup", NULL};
    cut_json *root;
    cut_status status = cut_json_parse(&root, json, size, CUT_MAX_OPTIONS_BYTES,
                                       CUT_E_MANIFEST, error);
    if (status) return status;
    cut_manifest m = {0};
    status = cut_json_only(root, keys, "key", CUT_E_MANIFEST, error);
    if (!status) status = read_input(&m, cut_json_get(root, "input"), error);
    if (!status) status = read_output(&m, cut_json_get(root, "output"), error);
    const cut_json *closeup = cut_json_get(root, "closeup");
    if (!status && closeup && !cut_json_bool(closeup, &m.closeup))
        status = cut_fail(error, CUT_E_MANIFEST, "closeup is true or false.");
    cut_json_free(root);
    if (!status) *out = m;
    return status;
}
