#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "options.h"

static cut_why why;

static cut_status parse(cut_options *o, const char *json)
{
    return cut_options_parse(o, json, strlen(json), &why);
}

static void an_empty_object_gives_the_defaults(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{}"), CUT_OK);
    CHECK_EQUAL(o.background, CUT_BG_TRANSPARENT);
    CHECK_EQUAL(o.output, CUT_OUT_PNG);
    CHECK_EQUAL(o.quality, CUT_DEFAULT_QUALITY);
    CHECK(!o.mask && !o.crop && o.margin == 0);
}

static void every_key_is_read(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"background\":\"#1aF09b\",\"format\":\"webp\","
                          "\"quality\":1,\"mask\":true,\"crop\":true,"
                          "\"margin\":\"12.5%\"}"), CUT_OK);
    CHECK_EQUAL(o.background, CUT_BG_COLOUR);
    CHECK(o.rgb[0] == 0x1a && o.rgb[1] == 0xf0 && o.rgb[2] == 0x9b);
    CHECK_EQUAL(o.output, CUT_OUT_WEBP);
    CHECK_EQUAL(o.quality, 1);
    CHECK(o.mask && o.crop && o.margin_is_percent);
    CHECK_EQUAL(o.margin, 1250);
}

static void white_is_a_colour(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"background\":\"white\"}"), CUT_OK);
    CHECK(o.background == CUT_BG_COLOUR && o.rgb[0] == 255 &&
          o.rgb[1] == 255 && o.rgb[2] == 255);
}

static void a_margin_is_a_percentage_or_pixels(void)
{
    static const struct {
        const char *json;
        int32_t margin;
        int is_percent;
    } good[] = {
        {"{\"margin\":\"5%\"}", 500, 1},   {"{\"margin\":\"100%\"}", 10000, 1},
        {"{\"margin\":\"0.5%\"}", 50, 1},  {"{\"margin\":\"40px\"}", 40, 0},
        {"{\"margin\":\"40\"}", 40, 0},    {"{\"margin\":40}", 40, 0},
        {"{\"margin\":0}", 0, 0},          {"{\"margin\":10000}", 10000, 0},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cut_options o;
        CHECK_EQUAL(parse(&o, good[i].json), CUT_OK);
        CHECK_EQUAL(o.margin, good[i].margin);
        CHECK_EQUAL(o.margin_is_percent, good[i].is_percent);
    }
}

static void anything_else_is_refused_by_a_sentence(void)
{
    static const char *const bad[] = {
        "", " ", "[]", "null", "1", "\"png\"", "{", "{}x", "{} {}", "{,}",
        "{\"format\":\"gif\"}", "{\"format\":1}", "{\"format\":null}",
        "{\"Format\":\"png\"}", "{\"formats\":\"png\"}",
        "{\"format\":\"png\",\"format\":\"png\"}",
        "{\"quality\":0}", "{\"quality\":101}", "{\"quality\":50.5}",
        "{\"quality\":\"50\"}", "{\"quality\":1e999}", "{\"quality\":true}",
        "{\"mask\":1}", "{\"crop\":\"yes\"}", "{\"crop\":null}",
        "{\"background\":\"#12345\"}", "{\"background\":\"#1234567\"}",
        "{\"background\":\"#12345g\"}", "{\"background\":\"red\"}",
        "{\"background\":\"\"}", "{\"background\":{}}",
        "{\"margin\":-1}", "{\"margin\":10001}", "{\"margin\":\"101%\"}",
        "{\"margin\":\"5 %\"}", "{\"margin\":\"%\"}", "{\"margin\":\"5em\"}",
        "{\"margin\":\"5.%\"}", "{\"margin\":\"5.5px\"}",
        "{\"margin\":\"9999999%\"}", "{\"margin\":1.5}", "{\"margin\":[5]}",
        "{\"margin\":\"5%%\"}", "{\"a\":{\"b\":[[[[[[[[]]]]]]]]}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cut_options o = {.quality = 77};
        why.text[0] = 0;
        cut_status status = parse(&o, bad[i]);
        if (status != CUT_E_OPTION) printf("accepted: %s\n", bad[i]);
        CHECK_EQUAL(status, CUT_E_OPTION);
        CHECK(why.text[0] != 0);
        CHECK_EQUAL(o.quality, 77); /* unchanged */
    }
}

static void a_text_that_is_too_long_or_holds_a_zero_is_refused(void)
{
    static char text[CUT_MAX_OPTIONS_BYTES + 2];
    cut_options o;
    memset(text, ' ', sizeof text);
    memcpy(text, "{}", 2);
    CHECK_EQUAL(cut_options_parse(&o, text, CUT_MAX_OPTIONS_BYTES, &why),
                CUT_OK);
    CHECK_EQUAL(cut_options_parse(&o, text, CUT_MAX_OPTIONS_BYTES + 1, &why),
                CUT_E_OPTION);
    CHECK_EQUAL(cut_options_parse(&o, "{}\0", 3, &why), CUT_E_OPTION);
    memset(text, '[', CUT_MAX_OPTIONS_BYTES); /* as deep as it gets */
    CHECK_EQUAL(cut_options_parse(&o, text, CUT_MAX_OPTIONS_BYTES, &why),
                CUT_E_OPTION);
}

static void refused_memory_is_an_error_and_leaks_nothing(void)
{
    const char *json = "{\"background\":\"#112233\",\"margin\":\"5%\"}";
    for (uint32_t n = 1; n < 64; n++) {
        cut_options o;
        cut_alloc_fail_at(n);
        cut_status status = parse(&o, json);
        cut_alloc_fail_at(0);
        CHECK_EQUAL(cut_live_blocks(), 0);
        if (status == CUT_OK) {
            CHECK(n > 1);
            return;
        }
        CHECK_EQUAL(status, CUT_E_MEMORY);
    }
    CHECK(!"never succeeded");
}

int main(void)
{
    an_empty_object_gives_the_defaults();
    every_key_is_read();
    white_is_a_colour();
    a_margin_is_a_percentage_or_pixels();
    anything_else_is_refused_by_a_sentence();
    a_text_that_is_too_long_or_holds_a_zero_is_refused();
    refused_memory_is_an_error_and_leaks_nothing();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
