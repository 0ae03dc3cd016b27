/*
 * Text of numbers, and a number of a text: the little that is needed of printf
 * and strtod. libc's bring floating point of 128 bits with them, a tenth of
 * what a visitor fetches of this core.
 */
#ifndef CUT_BASE_PRINT_H
#define CUT_BASE_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/**
 * As snprintf(), of which it knows %d %u (also l and ll), %s and %%, with
 * "0" and a width before a number and a precision before a text.
 *
 * @return what the whole text is long, whether it had room or not
 */
int cut_print(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int cut_print_list(char *out, size_t size, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

/**
 * As strtod(), of a decimal number: the nearest double, but that digits behind
 * the eighteenth do not count, and for ends of the range. cJSON calls it by the
 * name of strtod (CMakeLists.txt).
 */
double cut_strtod(const char *text, char **end);

#endif
