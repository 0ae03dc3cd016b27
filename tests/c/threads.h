/* Threads for a test: brought, and sent home. In wasm, where the tests run
 * without shared memory, there is one whatever is asked for. */
#ifndef CUT_TESTS_THREADS_H
#define CUT_TESTS_THREADS_H

#include "base/parallel.h"

#if defined(CUT_THREADS)

#include <pthread.h>

static struct {
    pthread_t of[CUT_MAX_THREADS];
    int32_t number[CUT_MAX_THREADS];
    uint32_t section;
    int count;
} helpers;

static inline void *threads_help(void *number)
{
    cut_parallel_help(*(const int32_t *)number, helpers.section);
    return NULL;
}

static inline void threads_start(int count)
{
    cut_parallel_set_threads(count);
    helpers.section = cut_parallel_section();
    helpers.count = count;
    for (int32_t i = 1; i < count; i++) {
        helpers.number[i] = i;
        pthread_create(&helpers.of[i], NULL, threads_help, &helpers.number[i]);
    }
}

static inline void threads_stop(void)
{
    cut_parallel_close();
    for (int i = 1; i < helpers.count; i++) pthread_join(helpers.of[i], NULL);
    cut_parallel_set_threads(1);
}

#else

static inline void threads_start(int count)
{
    cut_parallel_set_threads(count);
}

static inline void threads_stop(void)
{
}

#endif

#endif
