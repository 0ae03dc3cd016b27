/* What somebody points at, as JSON: the keys stand at cut_job_pick(). */
#ifndef CUT_OPTIONS_PICK_H
#define CUT_OPTIONS_PICK_H

#include "matte/prompt.h"

/**
 * @param[out] out  unchanged unless CUT_OK; the box is cut to the photo
 * @param      w, h of the photo
 * @return CUT_OK; CUT_E_OPTION, also for a click outside of the photo or a box
 *         that has nothing of it; CUT_E_MEMORY
 */
cut_status cut_pick_parse(cut_prompt *out, const char *json, size_t size,
                          int32_t w, int32_t h, cut_error *error);

#endif
