/* The options that are objects: shadow, outline, canvas. */
#ifndef CUT_OPTIONS_STYLE_H
#define CUT_OPTIONS_STYLE_H

#include "base/json.h"
#include "compose/style.h"

/*
 * Each reads the value of one option, whose keys and ranges stand at
 * cut_job_options() in cutaway.h. CUT_OK, or CUT_E_OPTION and the sentence.
 */
cut_status cut_read_shadow(cut_shadow *out, const cut_json *value,
                           cut_error *error);
cut_status cut_read_outline(cut_outline *out, const cut_json *value,
                            cut_error *error);
cut_status cut_read_canvas(cut_canvas *out, const cut_json *value,
                           cut_error *error);

/** "N%", "Npx" or pixels as a number, up to most_px or most_percent
 * (hundredths); down to 0, or to minus that when `is_signed`. 0 when it is
 * none of it. */
int cut_read_length(cut_length *out, const cut_json *value, int is_signed,
                    int32_t most_px, int32_t most_percent);

#endif
