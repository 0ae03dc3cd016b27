/*
 * All test programs in one: `tests NAME`. In wasm each link takes longer than
 * most tests do. The main() of a test is named as its file there, and
 * all_tests.h lists them; CMakeLists.txt does both.
 */
#include <stdio.h>
#include <string.h>

#define X(name) int name(void);
#include "all_tests.h"
#undef X

static const struct {
    const char *name;
    int (*run)(void);
} tests[] = {
#define X(name) {#name, name},
#include "all_tests.h"
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (argc == 2 && strcmp(argv[1], tests[i].name) == 0)
            return tests[i].run();
    fprintf(stderr, "no such test\n");
    return 2;
}
