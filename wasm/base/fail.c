#include "base/fail.h"

#include <stdarg.h>

#include "base/print.h"

cut_status cut_fail(cut_error *error, cut_status status, const char *format,
                    ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        cut_print_list(error->text, sizeof error->text, format, args);
        va_end(args);
    }
    return status;
}

cut_status cut_fail_of(cut_error *error, cut_status status, const char *what)
{
    if (!status || !error || !error->text[0]) return status;
    cut_error said = *error;
    return cut_fail(error, status, "The %s: %s", what, said.text);
}

const char *cut_status_code(int status)
{
    switch (status) {
#define CASE(symbol, number, name, fault, text)                                \
    case number: return name;
        CUT_STATUS_LIST(CASE)
#undef CASE
    default: return "internal";
    }
}

const char *cut_status_text(int status)
{
    switch (status) {
#define CASE(symbol, number, name, fault, text)                                \
    case number: return text;
        CUT_STATUS_LIST(CASE)
#undef CASE
    default: return cut_status_text(CUT_E_INTERNAL);
    }
}
