/* base/print.h against libc's snprintf() and strtod(). */
#include <float.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "check.h"

#define SAME(...)                                                              \
    do {                                                                       \
        char ours_[80], theirs_[80];                                           \
        int n_ = cut_print(ours_, sizeof ours_, __VA_ARGS__);                  \
        CHECK_EQUAL(n_, snprintf(theirs_, sizeof theirs_, __VA_ARGS__));       \
        CHECK(strcmp(ours_, theirs_) == 0);                                    \
    } while (0)

static void numbers_and_texts_are_those_of_printf(void)
{
    SAME("%s", "");
    SAME("100%% of %d and %d", 0, -1);
    SAME("%d %d %u", INT_MAX, INT_MIN, UINT_MAX);
    SAME("%ld %lu", LONG_MIN, ULONG_MAX);
    SAME("%lld %llu", LLONG_MIN, ULLONG_MAX);
    SAME("%02d:%02d:%04d", 5, 12345, 42);
    SAME("%04d %02d %02d", -42, -5, -50);
    SAME("\"%.40s\" is unknown",
         "a text that is longer than the forty bytes it gets");
    SAME("%.*s|%.*s|%.*s", 3, "abcdef", 0, "abc", -1, "whole");
    SAME("%s%s", "one", "two");
}

static void a_text_that_is_too_long_is_cut_off(void)
{
    for (size_t size = 1; size < 12; size++) {
        char ours[12] = "~~~~~~~~~~~", theirs[12] = "~~~~~~~~~~~";
        CHECK_EQUAL(cut_print(ours, size, "ab%dcd%s", 123, "ef"), 9);
        snprintf(theirs, size, "ab%dcd%s", 123, "ef");
        CHECK(memcmp(ours, theirs, sizeof ours) == 0);
    }
    CHECK_EQUAL(cut_print(NULL, 0, "%d", 1234), 4);
}

static void same_number(const char *text)
{
    char *ours_end = NULL, *theirs_end = NULL;
    double ours = cut_strtod(text, &ours_end);
    double theirs = strtod(text, &theirs_end);
    CHECK_EQUAL(ours_end - text, theirs_end - text);
    if (memcmp(&ours, &theirs, sizeof ours) != 0)
        printf("%s: %.17g, not %.17g\n", text, ours, theirs);
    CHECK(memcmp(&ours, &theirs, sizeof ours) == 0);
}

static void a_number_is_that_of_strtod(void)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "-1",
                                        "10",
                                        "0.5",
                                        "1.5e3",
                                        "2E-3",
                                        "1e+2",
                                        "1e22",
                                        "1e-22",
                                        "1.",
                                        ".5",
                                        "1.2.3",
                                        "1e",
                                        "1e+",
                                        "-",
                                        "+4",
                                        "",
                                        ".",
                                        "x",
                                        "12abc",
                                        "00012",
                                        "1e999",
                                        "-1e999",
                                        "0e9999",
                                        "1e-9999",
                                        "1e99999",
                                        "0.000000",
                                        "6.5285551936122846e-07",
                                        "123456789012345678"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_number(texts[i]);
}

/* What JavaScript writes of a double: up to 17 digits. */
static void numbers_of_scripts_are_the_nearest(void)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        double value = (double)(state >> 11) / 9007199254740992.0;
        static const double scales[] = {1, 1e-3, 100, 4096, 1e6, 1e9};
        char text[40];
        snprintf(text, sizeof text, "%.*g", i % 2 ? 17 : 1 + i % 17,
                 value * scales[i % 6]);
        same_number(text);
    }
}

static void far_numbers_are_near(void)
{
    static const char *const texts[] = {"1.7976931348623157e308", "3e-300",
                                        "123456789012345678901234567890",
                                        "0.00000000000000000000000000000123"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double ours = cut_strtod(texts[i], NULL),
               theirs = strtod(texts[i], NULL);
        double off = ours > theirs ? ours - theirs : theirs - ours;
        CHECK(off <= theirs * 64 * DBL_EPSILON);
    }
}

int main(void)
{
    numbers_and_texts_are_those_of_printf();
    a_text_that_is_too_long_is_cut_off();
    a_number_is_that_of_strtod();
    numbers_of_scripts_are_the_nearest();
    far_numbers_are_near();
    return CHECK_DONE();
}
