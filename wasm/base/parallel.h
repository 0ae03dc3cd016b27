/*
 * Fork and join: pieces of work handed out to a few threads by a counter, the
 * caller among them. Without threads (the module of a page that is not
 * isolated) it is a loop.
 *
 * Rules for a piece. It writes what no other piece of the call reads or
 * writes, and its result does not depend on which thread makes it or when: so
 * the bits are those of one thread. It allocates and frees nothing (the
 * counters of alloc.h belong to the caller), and calls no cut_parallel_for().
 * Its stack is of 64 KB.
 */
#ifndef CUT_BASE_PARALLEL_H
#define CUT_BASE_PARALLEL_H

#include <stdint.h>

#define CUT_MAX_THREADS 8

/** Piece `i` of 0..n - 1, on thread 0..cut_parallel_threads() - 1. */
typedef void cut_piece(void *context, int32_t i, int32_t thread);

/** Makes all pieces, each exactly once. Returns when the last one is done. */
void cut_parallel_for(int32_t n, cut_piece *piece, void *context);

/** Rows `from` .. `end` - 1 of a picture, as a piece. */
typedef void cut_rows(void *context, int32_t from, int32_t end, int32_t thread);

/** The same for `count` rows that cost about the same: all of them in one call
 * on one thread, else a few pieces for each thread. */
void cut_parallel_rows(int32_t count, cut_rows *rows, void *context);

/** How many threads may take part, the caller included: so many scratches are
 * needed. 1 without threads. */
int32_t cut_parallel_threads(void);

/* ---- for those who bring the threads ----------------------------------- */

/* In the module with threads these are called from JavaScript
 * (web/engine/core/threads.js), on any instance of its memory. */
#if defined(CUT_THREADS) && defined(__wasm__)
#define CUT_PARALLEL_API __attribute__((used, visibility("default")))
#else
#define CUT_PARALLEL_API
#endif

/**
 * How many there may be from now on, 1..CUT_MAX_THREADS: before anything asks
 * cut_parallel_threads() for the size of its scratch. One that never comes is
 * not waited for. Without threads nothing happens.
 */
CUT_PARALLEL_API void cut_parallel_set_threads(int32_t count);

/** Helps until `section` is over, as thread 1..cut_parallel_threads() - 1;
 * returns at once if it is over already. */
CUT_PARALLEL_API void cut_parallel_help(int32_t thread, uint32_t section);

/** The section that is open or will be next. In wasm the first
 * cut_parallel_for() of a section calls threads.open(section). */
CUT_PARALLEL_API uint32_t cut_parallel_section(void);

/** Ends the section: whoever helps in it returns. */
CUT_PARALLEL_API void cut_parallel_close(void);

/** A helper broke down within a piece (a trap): the caller must not go on as
 * if it were made, and traps too. */
CUT_PARALLEL_API void cut_parallel_broke(void);

/** Pieces that others than the caller made so far. */
CUT_PARALLEL_API uint32_t cut_parallel_helped(void);

/** Top of a helper's stack, for an instance that begins with the caller's. */
CUT_PARALLEL_API void *cut_parallel_stack(int32_t thread);

#endif
