/*
 * What the pixels need to know of a model: models/manifest.schema.json says
 * the whole file; C reads the input and output of it and checks the rest for
 * unknown keys only.
 */
#ifndef CUT_MANIFEST_H
#define CUT_MANIFEST_H

#include "base/fail.h"

typedef enum cut_map_kind {
    CUT_MAP_ALPHA, /* 0..1 */
    CUT_MAP_LOGITS /* before the sigmoid */
} cut_map_kind;

typedef struct cut_manifest {
    int32_t w, h; /* of the input tensor, 1..CUT_MAX_MODEL_SIDE */
    float mean[3], std[3];
    int range_is_max; /* pixels are divided by the picture's maximum */
    int prompts;      /* four maps after R, G, B (matte/prompt.h) */
    int closeup;      /* its standard effort looks closer at small subjects */
    cut_map_kind kind;
} cut_manifest;

/**
 * @param[out] out  unchanged unless CUT_OK
 * @return CUT_OK, CUT_E_MANIFEST, CUT_E_MEMORY
 */
cut_status cut_manifest_parse(cut_manifest *out, const char *json, size_t size,
                              cut_error *error);

#endif
