/*
 * The whole test harness: CHECK counts, CHECK_DONE reports. A test program is
 * a main() that calls functions named as sentences.
 */
#ifndef CUT_TESTS_CHECK_H
#define CUT_TESTS_CHECK_H

#include <stdio.h>

static int check_failed, check_passed;

/** Counts a condition; prints file, line and text when it does not hold. */
#define CHECK(condition)                                                       \
    ((condition)                                                               \
         ? (void)check_passed++                                                \
         : (void)(check_failed++, printf("%s:%d: failed: %s\n", __FILE__,      \
                                         __LINE__, #condition)))

/** The same with the two numbers shown. */
#define CHECK_EQUAL(a, b)                                                      \
    do {                                                                       \
        long long a_ = (long long)(a), b_ = (long long)(b);                    \
        if (a_ == b_) {                                                        \
            check_passed++;                                                    \
        } else {                                                               \
            check_failed++;                                                    \
            printf("%s:%d: failed: %s is %lld, not %lld (%s)\n", __FILE__,     \
                   __LINE__, #a, a_, b_, #b);                                  \
        }                                                                      \
    } while (0)

/** Last line of main: prints the counts, 0 when all held and some ran. */
#define CHECK_DONE()                                                           \
    (printf("%d checks passed, %d failed\n", check_passed, check_failed),      \
     check_failed || !check_passed)

#endif
