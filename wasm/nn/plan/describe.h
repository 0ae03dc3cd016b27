/* A plan as JSON, and ranges as text and back. */
#ifndef CUT_NN_DESCRIBE_H
#define CUT_NN_DESCRIBE_H

#include "nn/plan/plan.h"

/** A text that grows, terminated. `at` is NULL when empty, or when memory was
 * out (`failed`). No printf: it would be compiled for this alone. */
typedef struct cut_text {
    char *at;
    size_t size, room;
    int failed;
} cut_text;

void cut_text_add(cut_text *text, const char *words);
void cut_text_number(cut_text *text, int64_t value);

/** See cut_net_plan_json(). NULL without memory; freed by cut_free(). */
char *cut_plan_json(const cut_plan *plan, const cut_graph *graph);

/** "name lo hi" a line, in millionths, for every map that has a step. */
void cut_ranges_write(cut_text *text, cut_slice name, cut_range range);

/** Fills ranges[map_count] from such a text. 0 when a map that the plan would
 * need is missing, or the text is none. */
int cut_ranges_read(const cut_graph *graph, cut_slice text, cut_range *ranges);

#endif
