#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "check.h"
#include "cutaway.h"

static void blocks_and_bytes_are_counted(void)
{
    cut_peak_reset();
    void *a = cut_alloc(10, 3), *b = cut_alloc_zero(5, 4);
    CHECK(a && b);
    CHECK_EQUAL(cut_live_blocks(), 2);
    CHECK_EQUAL(cut_live_bytes(), 50);
    a = cut_realloc(a, 100, 1);
    CHECK_EQUAL(cut_live_bytes(), 120);
    cut_free(a);
    cut_free(b);
    cut_free(NULL);
    CHECK_EQUAL(cut_live_blocks(), 0);
    CHECK_EQUAL(cut_live_bytes(), 0);
    CHECK_EQUAL(cut_peak_bytes(), 120);
}

static void memory_is_aligned_to_eight(void)
{
    for (size_t size = 1; size < 40; size++) {
        void *block = cut_alloc(size, 1);
        CHECK_EQUAL((uintptr_t)block % 8, 0);
        cut_free(block);
    }
}

static void an_overflowing_product_is_refused(void)
{
    CHECK(!cut_alloc(SIZE_MAX / 2, 3));
    CHECK(!cut_alloc(SIZE_MAX, SIZE_MAX));
    CHECK(!cut_alloc(0, 4));
    CHECK(!cut_alloc(4, 0));
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void growing_keeps_the_contents(void)
{
    char *text = cut_alloc(6, 1);
    memcpy(text, "hello", 6);
    text = cut_realloc(text, 60000, 1);
    CHECK(text && strcmp(text, "hello") == 0);
    CHECK(!cut_realloc(text, SIZE_MAX, 2)); /* refused: text is still there */
    CHECK(strcmp(text, "hello") == 0);
    cut_free(text);
}

static void the_limit_bites_and_goes_away(void)
{
    cut_memory_limit(1000);
    void *a = cut_alloc(600, 1);
    CHECK(a != NULL);
    CHECK(!cut_alloc(600, 1));
    CHECK(!cut_realloc(a, 1001, 1));
    a = cut_realloc(a, 1000, 1);
    CHECK_EQUAL(cut_live_bytes(), 1000);
    cut_memory_limit(500); /* below what is live: nothing more, no underflow */
    CHECK(!cut_alloc(1, 1));
    cut_memory_limit(0);
    void *b = cut_alloc(600, 1);
    CHECK(b != NULL);
    cut_free(a);
    cut_free(b);
}

static void the_nth_allocation_fails_once(void)
{
    cut_alloc_fail_at(2);
    void *a = cut_alloc(1, 1), *b = cut_alloc(1, 1), *c = cut_alloc(1, 1);
    CHECK(a && !b && c);
    cut_free(a);
    cut_free(c);
}

static void a_failure_leaves_its_sentence(void)
{
    cut_error error = {{0}};
    CHECK_EQUAL(cut_fail(&error, CUT_E_CORRUPT, "%d of %d", 3, 4),
                CUT_E_CORRUPT);
    CHECK(strcmp(error.text, "3 of 4") == 0);
    CHECK_EQUAL(cut_fail(NULL, CUT_E_MEMORY, "x"), CUT_E_MEMORY);
    char longer[400];
    memset(longer, 'x', sizeof longer);
    longer[399] = 0;
    cut_fail(&error, CUT_E_CORRUPT, "%s", longer);
    CHECK_EQUAL(strlen(error.text), sizeof error.text - 1);
}

static void every_status_has_a_name_of_its_own(void)
{
    static const int all[] = {
#define NUMBER(symbol, number, name, fault, text) number,
        CUT_STATUS_LIST(NUMBER)
#undef NUMBER
    };
    int count = (int)(sizeof all / sizeof *all);
    for (int i = 0; i < count; i++) {
        CHECK(cut_status_text(all[i])[0] != 0);
        for (int j = 0; j < i; j++)
            CHECK(strcmp(cut_status_code(all[i]), cut_status_code(all[j])));
    }
    CHECK(strcmp(cut_status_code(9999), "internal") == 0);
}

static void the_abi_text_names_every_status_and_limit(void)
{
    const char *json = cut_abi_json();
#define HAS(symbol, number, name, fault, text)                                 \
    CHECK(strstr(json, "\"status\":" #number ",\"code\":\"" name "\""));
    CUT_STATUS_LIST(HAS)
#undef HAS
    CHECK(strstr(json, "\"max_pixels\":100000000"));
    CHECK(strstr(json, "\"states\":[\"new\",\"decoded\""));
}

int main(void)
{
    blocks_and_bytes_are_counted();
    memory_is_aligned_to_eight();
    an_overflowing_product_is_refused();
    growing_keeps_the_contents();
    the_limit_bites_and_goes_away();
    the_nth_allocation_fails_once();
    a_failure_leaves_its_sentence();
    every_status_has_a_name_of_its_own();
    the_abi_text_names_every_status_and_limit();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
