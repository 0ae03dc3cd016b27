#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "job/manifest.h"

static cut_error error;

static cut_status parse(cut_manifest *m, const char *json)
{
    return cut_manifest_parse(m, json, strlen(json), &error);
}

#define INPUT(size, mean, std, more)                                           \
    "\"input\":{\"name\":\"x\",\"size\":" size ",\"mean\":" mean               \
    ",\"std\":" std more "}"
#define GOOD_INPUT INPUT("[320,256]", "[0.5,0.25,0]", "[1,2,3]", "")
#define GOOD_OUTPUT "\"output\":{\"name\":\"y\",\"kind\":\"alpha\"}"

static void size_normalisation_and_kind_are_read(void)
{
    cut_manifest m;
    CHECK_EQUAL(parse(&m, "{" GOOD_INPUT "," GOOD_OUTPUT "}"), CUT_OK);
    CHECK(m.w == 320 && m.h == 256);
    CHECK(m.mean[0] == 0.5f && m.mean[1] == 0.25f && m.mean[2] == 0.0f);
    CHECK(m.std[0] == 1.0f && m.std[1] == 2.0f && m.std[2] == 3.0f);
    CHECK(!m.range_is_max && m.kind == CUT_MAP_ALPHA);
    CHECK_EQUAL(
        parse(&m,
              "{" INPUT(
                  "[1,2048]", "[0,0,0]", "[1,1,1]",
                  ",\"range\":\"max\"") ",\"output\":{\"kind\":\"logits\"}}"),
        CUT_OK);
    CHECK(m.range_is_max && m.kind == CUT_MAP_LOGITS);
    CHECK(m.w == 1 && m.h == 2048);
    CHECK_EQUAL(parse(&m, "{" INPUT("[2048,1]", "[0,0,0]", "[1,1,1]",
                                    ",\"range\":\"255\"") "," GOOD_OUTPUT "}"),
                CUT_OK);
    CHECK(m.w == 2048 && m.h == 1 && !m.range_is_max && !m.closeup);
    CHECK_EQUAL(parse(&m, "{" GOOD_INPUT "," GOOD_OUTPUT ",\"closeup\":true}"),
                CUT_OK);
    CHECK(m.closeup);
}

static void anything_else_is_refused_by_a_sentence(void)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{" GOOD_INPUT "}",
        "{" GOOD_OUTPUT "}",
        "{" GOOD_INPUT "," GOOD_OUTPUT ",\"colour\":1}",
        "{" GOOD_INPUT "," GOOD_OUTPUT "," GOOD_OUTPUT "}",
        "{\"input\":3," GOOD_OUTPUT "}",
        "{" INPUT("[0,320]", "[0,0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[320,2049]", "[0,0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[320]", "[0,0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[1,1,1]", "[0,0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[1e999,1]", "[0,0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("320", "[0,0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,\"0\"]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,1e9]", "[1,1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,0,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,-1,1]", "") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,1,1]",
                  ",\"layout\":\"NHWC\"") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,1,1]",
                  ",\"channels\":\"BGR\"") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,1,1]",
                  ",\"fit\":\"pad\"") "," GOOD_OUTPUT "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,1,1]", ",\"range\":1") "," GOOD_OUTPUT
                                                                 "}",
        "{" INPUT("[8,8]", "[0,0,0]", "[1,1,1]", ",\"x\":1") "," GOOD_OUTPUT
                                                             "}",
        "{" GOOD_INPUT ",\"output\":{\"kind\":\"mask\"}}",
        "{" GOOD_INPUT ",\"output\":{\"kind\":1}}",
        "{" GOOD_INPUT "," GOOD_OUTPUT ",\"closeup\":1}",
        "{" GOOD_INPUT ",\"output\":{\"kind\":\"alpha\",\"x\":1}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cut_manifest m = {.w = 7};
        error.text[0] = 0;
        cut_status status = parse(&m, bad[i]);
        if (status != CUT_E_MANIFEST) printf("accepted: %s\n", bad[i]);
        CHECK_EQUAL(status, CUT_E_MANIFEST);
        CHECK(error.text[0] != 0);
        CHECK_EQUAL(m.w, 7); /* unchanged */
    }
}

int main(void)
{
    size_normalisation_and_kind_are_read();
    anything_else_is_refused_by_a_sentence();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
