/* The option "canvas": a text, or an object of keys. */
#ifndef CUT_OPTIONS_CANVAS_H
#define CUT_OPTIONS_CANVAS_H

#include "base/json.h"
#include "compose/style.h"

/** Keys and ranges stand at cut_job_options() in cutaway.h. CUT_OK, or
 * CUT_E_OPTION and the sentence; `out` is changed by CUT_OK only. */
cut_status cut_read_canvas(cut_canvas *out, const cut_json *value,
                           cut_error *error);

#endif
