/* Formats by their first bytes, and what is nearly one. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cutaway.h"
#include "image/probe.h"
#include "made_file.h"

/* Of a copy that ends where the bytes do: a byte too far is ASan's. */
static int is(const bytes *b, const char *name)
{
    uint8_t *copy = malloc(b->size + !b->size);
    memcpy(copy, b->at, b->size);
    int same = strcmp(cut_sniff(copy, (uint32_t)b->size), name) == 0;
    free(copy);
    return same;
}

static bytes of(const void *data, size_t size)
{
    bytes b = {.size = 0};
    put(&b, data, size);
    return b;
}

static bytes file_type(const char *brands, size_t size)
{
    bytes b = {.size = 0};
    put_be(&b, 8 + size, 4);
    put_text(&b, "ftyp");
    put(&b, brands, size);
    return b;
}

static void a_file_type_is_told_by_its_brands(void)
{
    static const struct {
        const char *brands, *format;
    } cases[] = {
        {"avif\0\0\0\0", "avif"},         {"avis\0\0\0\0", "avif"},
        {"heic\0\0\0\0", "heic"},         {"heix\0\0\0\0", "heic"},
        {"hevc\0\0\0\0", "heic"},         {"mif1\0\0\0\0miafavif", "avif"},
        {"mif1\0\0\0\0mif1heic", "heic"}, {"mif1\0\0\0\0mif1miaf", "heic"},
        {"mp42\0\0\0\0isomavif", ""},     {"qt  \0\0\0\0", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = 8 + strlen(cases[i].brands + 8);
        bytes b = file_type(cases[i].brands, size);
        CHECK(is(&b, cases[i].format));
        b.size = 11;
        CHECK(is(&b, ""));
    }
    /* a brand behind the box is no brand */
    bytes b = file_type("mif1\0\0\0\0miaf", 12);
    put_text(&b, "avif");
    CHECK(is(&b, "heic"));
}

static void tiff_and_jpeg_xl_have_two_beginnings_each(void)
{
    static const char *tiffs[4] = {"II\x2A\0", "MM\0\x2A", "II\x2B\0",
                                   "MM\0\x2B"};
    for (int i = 0; i < 4; i++) {
        bytes b = of(tiffs[i], 4);
        CHECK(is(&b, "tiff"));
        b.size = 3;
        CHECK(is(&b, ""));
    }
    bytes bare = of("\xFF\x0A", 2);
    bytes boxed = of("\0\0\0\x0CJXL \r\n\x87\n", 12);
    CHECK(is(&bare, "jxl") && is(&boxed, "jxl"));
    boxed.size = 11;
    CHECK(is(&boxed, ""));
    bytes other = of("\xFF\x0B", 2);
    CHECK(is(&other, ""));
}

static void an_icon_has_an_entry_that_fits(void)
{
    static const uint8_t good[22] = {0, 0,  1, 0,  1, 0, 16, 16, 0, 0, 1,
                                     0, 32, 0, 40, 0, 0, 0,  22, 0, 0, 0};
    bytes b = of(good, sizeof good);
    CHECK(is(&b, "ico"));
    b.at[2] = 2; /* a cursor */
    CHECK(is(&b, "ico"));
    b.size--;
    CHECK(is(&b, ""));
    static const struct {
        int at;
        uint8_t value;
    } bad[] = {{2, 3}, {4, 0}, {9, 1}, {14, 39}, {18, 21}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        b = of(good, sizeof good);
        b.at[bad[i].at] = bad[i].value;
        CHECK(is(&b, ""));
    }
}

static void a_drawing_is_xml_with_its_element(void)
{
    static const char *drawings[] = {"<svg>",
                                     "<svg xmlns='x'/>",
                                     "\xEF\xBB\xBF \n<svg\n",
                                     "<?xml version='1.0'?><svg >",
                                     "<!-- made --> <svg a='b'",
                                     "<!DOCTYPE svg PUBLIC ''><svg>"};
    static const char *others[] = {
        "svg", "<svgs>", "<svg", "<html><svg>", "<?xml?><rss>", "a<svg>", ""};
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++) {
        bytes b = of(drawings[i], strlen(drawings[i]));
        CHECK(is(&b, "svg"));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bytes b = of(others[i], strlen(others[i]));
        CHECK(is(&b, ""));
    }
    bytes far = of("<?xml?>", 7);
    while (far.size < CUT_SNIFF_BYTES - 4) put_text(&far, " ");
    bytes late = far;
    put_text(&late, "<svg>"); /* one byte beyond what is looked at */
    CHECK(is(&late, ""));
    far.size--;
    put_text(&far, "<svg>");
    CHECK(is(&far, "svg"));
}

static void what_is_read_outside_is_refused_by_name(void)
{
    static const char *starts[] = {"<svg>", "\xFF\x0A", "II\x2A\0"};
    static const char *names[] = {"svg", "jxl", "tiff"};
    static const size_t sizes[] = {5, 2, 4};
    cut_job *job = cut_job_new();
    for (int i = 0; i < 3; i++) {
        const uint8_t *file = (const uint8_t *)starts[i];
        CHECK_EQUAL(cut_job_decode(job, file, (uint32_t)sizes[i]),
                    CUT_E_NEEDS_CODEC);
        CHECK(strstr(cut_job_message(job), names[i]) != NULL);
        CHECK_EQUAL(cut_job_probe(job, file, (uint32_t)sizes[i]),
                    CUT_E_NEEDS_CODEC);
    }
    CHECK_EQUAL(cut_job_state(job), CUT_NEW);
    cut_job_free(job);
}

static void what_is_no_picture_here_is_said_by_its_name(void)
{
    static const struct {
        const char *start;
        size_t size;
        const char *word;
    } cases[] = {{"\0\0\0\x0CjP  \r\n\x87\n", 12, "JPEG 2000"},
                 {"8BPS\0\1", 6, "PSD"},
                 {"%PDF-1.7", 8, "PDF"},
                 {"\0\0\0\x18"
                  "ftypmp42",
                  12, "film"},
                 {"\0\0\0\x18"
                  "ftypcrx ",
                  12, "raw"},
                 {"RIFF\0\0\0\0WAVE", 12, "sound"},
                 {"<!DOCTYPE html>", 15, "web page"},
                 {"P6\n4 4", 6, "PNM"},
                 {"P64 4", 5, "known here"},
                 {"8BP", 3, "known here"},
                 {"RIFF\0\0\0\0WEB", 11, "known here"},
                 {"\0\0\0\x18"
                  "ftyphei",
                  11, "known here"},
                 {"", 1, "known here"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_probe p;
        cut_error error = {{0}};
        uint8_t *copy = malloc(cases[i].size);
        memcpy(copy, cases[i].start, cases[i].size);
        CHECK_EQUAL(cut_image_probe(&p, copy, cases[i].size, &error),
                    CUT_E_FORMAT);
        CHECK(strstr(error.text, cases[i].word) != NULL);
        free(copy);
    }
}

int main(void)
{
    a_file_type_is_told_by_its_brands();
    tiff_and_jpeg_xl_have_two_beginnings_each();
    an_icon_has_an_entry_that_fits();
    a_drawing_is_xml_with_its_element();
    what_is_read_outside_is_refused_by_name();
    what_is_no_picture_here_is_said_by_its_name();
    return CHECK_DONE();
}
