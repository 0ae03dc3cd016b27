/* Options as JSON text. Long because there is a table for every option. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "options/options.h"
#include "options/text.h"

static cut_error error;

static cut_status parse(cut_options *o, const char *json)
{
    return cut_options_parse(o, json, strlen(json), &error);
}

static void an_empty_object_gives_the_defaults(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{}"), CUT_OK);
    CHECK_EQUAL(o.background, CUT_BG_TRANSPARENT);
    CHECK_EQUAL(o.output, CUT_OUT_PNG);
    CHECK_EQUAL(o.quality, CUT_DEFAULT_QUALITY);
    CHECK(!o.mask && !o.crop && o.margin.value == 0);
    CHECK_EQUAL(o.keep, CUT_KEEP_SUBJECT);
    CHECK(!o.shadow.on && !o.outline.on && !o.canvas.w);
}

static void every_key_is_read(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"background\":\"#1aF09b\",\"format\":\"webp\","
                          "\"quality\":1,\"mask\":true,\"crop\":true,"
                          "\"margin\":\"12.5%\"}"),
                CUT_OK);
    CHECK_EQUAL(o.background, CUT_BG_COLOUR);
    CHECK(o.rgb[0] == 0x1a && o.rgb[1] == 0xf0 && o.rgb[2] == 0x9b);
    CHECK_EQUAL(o.output, CUT_OUT_WEBP);
    CHECK_EQUAL(o.quality, 1);
    CHECK(o.mask && o.crop && o.margin.is_percent);
    CHECK_EQUAL(o.margin.value, 1250);
}

static void white_is_a_colour(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"background\":\"white\"}"), CUT_OK);
    CHECK(o.background == CUT_BG_COLOUR && o.rgb[0] == 255 && o.rgb[1] == 255 &&
          o.rgb[2] == 255);
}

/* The values are Chromium's, by getComputedStyle(). */
static void a_colour_is_whatever_css_calls_opaque(void)
{
    static const struct {
        const char *text;
        uint8_t rgb[3];
    } cases[] = {
        {"black", {0, 0, 0}},
        {"Red", {255, 0, 0}},
        {"rebeccapurple", {102, 51, 153}},
        {"lightgoldenrodyellow", {250, 250, 210}},
        {"#fff", {255, 255, 255}},
        {"#3Af", {51, 170, 255}},
        {"#12aB9f", {18, 171, 159}},
        {"rgb(1 2 3)", {1, 2, 3}},
        {"rgb(1, 2, 3)", {1, 2, 3}},
        {"rgba(300, -5, 12.6, 1)", {255, 0, 13}},
        {"rgb(100% 50% 0% / 100%)", {255, 128, 0}},
        {"hsl(120 100% 25%)", {0, 128, 0}},
        {"hsl(210, 60%, 50%)", {51, 128, 204}},
        {"hsl(-90deg 100% 50%)", {128, 0, 255}},
        {"hwb(40 20% 10%)", {230, 170, 51}},
        {"hwb(0 60% 60%)", {128, 128, 128}},
        {"#ffff", {255, 255, 255}},
        {"#abcF", {170, 187, 204}},
        {"#3366ccff", {51, 102, 204}},
        {"rgb(1 2 3 / 1)", {1, 2, 3}},
        {"hsl(120 100% 25% / 150%)", {0, 128, 0}},
        {"hsl(0.5turn 50% 50%)", {64, 191, 191}},
        {"hsl(200grad 50% 50%)", {64, 191, 191}},
        {"hsl(1rad 50% 50%)", {191, 186, 64}},
        {"oklch(0.7 0.15 200)", {0, 185, 195}},
        {"OKLCH(70% 0.15 0.5turn)", {0, 188, 162}},
        {"oklch(40% 0.268735435 34.568626)", {172, 0, 0}},
        {"oklch(0.6 50% 30)", {222, 62, 45}},
        {"oklch(95% 0.2 110 / 1)", {248, 249, 41}},
        {"oklab(0.5 0.1 -0.1)", {129, 69, 154}},
        {"oklab(60% 25% -25%)", {159, 99, 186}},
        {"oklab(1 0 0)", {255, 255, 255}},
        {"oklab(120% 0.4 0.4)", {255, 0, 0}},
        {"oklab(20% -0.4 0.3)", {0, 47, 0}},
        {"lab(50 40 -60)", {140, 94, 223}},
        {"lab(50% 40% -60%)", {141, 86, 250}},
        {"lab(29.2345% 39.3825 20.0664)", {125, 35, 41}},
        {"lab(150 0 0)", {255, 255, 255}},
        {"lab(-5 10 10)", {26, 0, 0}},
        {"lch(52.2345% 72.2 56.2)", {198, 93, 6}},
        {"lch(50% 50% 270)", {0, 124, 249}},
        {"lch(50 130 20)", {255, 0, 59}},
        {"lch(50 -10 20)", {119, 119, 119}},
        {"lch(70 45 -30)", {225, 144, 213}},
        {"color(srgb 1 0.5 0)", {255, 128, 0}},
        {"color(srgb 120% -30% 50%)", {255, 0, 128}},
        {"color(display-p3 1 0 0)", {255, 0, 0}},
        {"color(display-p3 0.2 0.4 0.8)", {26, 104, 211}},
        {"color(display-p3 0.5 0.5 0.5 / 1)", {128, 128, 128}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t rgb[3] = {0};
        int read = cut_text_colour(rgb, cases[i].text), farthest = 0;
        for (int c = 0; c < 3; c++) {
            int d = abs(rgb[c] - cases[i].rgb[c]);
            if (d > farthest) farthest = d;
        }
        /* Chromium takes P3 through floats: 26 of 26.7 */
        int allowed = strstr(cases[i].text, "display-p3") != NULL;
        if (!read || farthest > allowed)
            printf("%s: %d %d %d\n", cases[i].text, rgb[0], rgb[1], rgb[2]);
        CHECK(read && farthest <= allowed);
    }
    static const char *const none[] = {"",
                                       "transparent",
                                       "currentcolor",
                                       "blac",
                                       "blackk",
                                       "#ff",
                                       "#fff8",
                                       "#fffff",
                                       "#fffffff",
                                       "#fffffffff",
                                       "#ffffff80",
                                       "rgb(1 2)",
                                       "rgb(1 2 3 4 5)",
                                       "rgb(1 2 3",
                                       "rgb(a b c)",
                                       "rgb(1 2 3 / 0.5)",
                                       "rgba(1,2,3,50%)",
                                       "lab(50, 1, 1)",
                                       "lab(50 1 1 / 0.9)",
                                       "oklch(0.7 0.15 20%)",
                                       "rgb(1deg 2 3)",
                                       "color(srgb 1 0.5)",
                                       "color(srgb 1 0 0 / 50%)",
                                       "color(a98-rgb 1 0 0)",
                                       "color(1 0 0)",
                                       "laba(50 1 1)",
                                       "hsl(0% 1% 1%)",
                                       "black white",
                                       "rgb (1 2 3)",
                                       "#12345g",
                                       "lightgoldenrodyellowish"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        uint8_t rgb[3];
        CHECK(!cut_text_colour(rgb, none[i]));
    }
    cut_gradient g = {0};
    CHECK(cut_text_gradient(&g, "linear-gradient(45deg, red, rgb(0 0 9) 30%, "
                                "#fff)"));
    CHECK(g.count == 3 && g.stops[1].rgb[2] == 9 && g.stops[2].rgb[0] == 255);
    CHECK(cut_text_gradient(&g, "linear-gradient(red, blue)"));
    CHECK_EQUAL(g.angle, 18000);
}

/* The sums of CSS Color 4's table, 6.1, plain and by the place in it: no value
 * differs from it unless two do so together. */
static void each_of_the_148_names_has_its_colour(void)
{
    static const char names[] =
        "aliceblue antiquewhite aqua aquamarine azure beige bisque black "
        "blanchedalmond blue blueviolet brown burlywood cadetblue "
        "chartreuse chocolate coral cornflowerblue cornsilk crimson cyan "
        "darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey "
        "darkkhaki darkmagenta darkolivegreen darkorange darkorchid "
        "darkred darksalmon darkseagreen darkslateblue darkslategray "
        "darkslategrey darkturquoise darkviolet deeppink deepskyblue "
        "dimgray dimgrey dodgerblue firebrick floralwhite forestgreen "
        "fuchsia gainsboro ghostwhite gold goldenrod gray green "
        "greenyellow grey honeydew hotpink indianred indigo ivory khaki "
        "lavender lavenderblush lawngreen lemonchiffon lightblue "
        "lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen "
        "lightgrey lightpink lightsalmon lightseagreen lightskyblue "
        "lightslategray lightslategrey lightsteelblue lightyellow lime "
        "limegreen linen magenta maroon mediumaquamarine mediumblue "
        "mediumorchid mediumpurple mediumseagreen mediumslateblue "
        "mediumspringgreen mediumturquoise mediumvioletred midnightblue "
        "mintcream mistyrose moccasin navajowhite navy oldlace olive "
        "olivedrab orange orangered orchid palegoldenrod palegreen "
        "paleturquoise palevioletred papayawhip peachpuff peru pink plum "
        "powderblue purple rebeccapurple red rosybrown royalblue "
        "saddlebrown salmon sandybrown seagreen seashell sienna silver "
        "skyblue slateblue slategray slategrey snow springgreen steelblue "
        "tan teal thistle tomato turquoise violet wheat white whitesmoke "
        "yellow yellowgreen ";
    static const long plain[3] = {24016, 23160, 22464},
                      placed[3] = {1854333, 1770660, 1690510};
    long sum[3] = {0}, by_place[3] = {0};
    int count = 0;
    for (const char *p = names; *p; count++) {
        char name[32] = {0};
        size_t length = strcspn(p, " ");
        memcpy(name, p, length);
        p += length + 1;
        uint8_t rgb[3] = {0};
        CHECK(cut_text_colour(rgb, name));
        for (int c = 0; c < 3; c++) {
            sum[c] += rgb[c];
            by_place[c] += rgb[c] * (count + 1);
        }
    }
    CHECK_EQUAL(count, 148);
    for (int c = 0; c < 3; c++) {
        CHECK_EQUAL(sum[c], plain[c]);
        CHECK_EQUAL(by_place[c], placed[c]);
    }
    uint8_t rgb[3];
    CHECK(cut_text_colour(rgb, "AZURE") && rgb[0] == 0xF0); /* A to Z */
}

static void a_margin_is_a_percentage_or_pixels(void)
{
    static const struct {
        const char *json;
        int32_t margin;
        int is_percent;
    } good[] = {
        {"{\"margin\":\"5%\"}", 500, 1},  {"{\"margin\":\"100%\"}", 10000, 1},
        {"{\"margin\":\"0.5%\"}", 50, 1}, {"{\"margin\":\"40px\"}", 40, 0},
        {"{\"margin\":\"40\"}", 40, 0},   {"{\"margin\":40}", 40, 0},
        {"{\"margin\":0}", 0, 0},         {"{\"margin\":10000}", 10000, 0},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cut_options o;
        CHECK_EQUAL(parse(&o, good[i].json), CUT_OK);
        CHECK_EQUAL(o.margin.value, good[i].margin);
        CHECK_EQUAL(o.margin.is_percent, good[i].is_percent);
    }
}

static void a_blur_has_a_radius_or_none(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"background\":\"blur\"}"), CUT_OK);
    CHECK(o.background == CUT_BG_BLUR && o.blur.value == 0);
    CHECK_EQUAL(parse(&o, "{\"background\":\"blur(1.5%)\"}"), CUT_OK);
    CHECK(o.background == CUT_BG_BLUR && o.blur.value == 150);
    CHECK(o.blur.is_percent);
    CHECK_EQUAL(parse(&o, "{\"background\":\"blur(40px)\"}"), CUT_OK);
    CHECK(o.blur.value == 40 && !o.blur.is_percent);
    CHECK(cut_options_sigma(&o, 1000) == 40);
    CHECK(cut_options_sigma(&o, 100) == 25); /* a quarter of the side at most */
}

static int near(float a, double b)
{
    return (double)a - b < 1e-6 && b - (double)a < 1e-6;
}

/* CSS Images 3, 3.4.3: the ends, evenly between, never back. */
static void stops_without_a_position_are_placed_as_in_css(void)
{
    static const struct {
        const char *json;
        int32_t angle;
        int count;
        double at[4];
    } cases[] = {
        {"{\"background\":\"linear-gradient(#000000,#ffffff)\"}",
         18000,
         2,
         {0, 1}},
        {"{\"background\":\"linear-gradient(-90.25deg, #000000, #111111, "
         "#222222 )\"}",
         26975,
         3,
         {0, 0.5, 1}},
        {"{\"background\":\"linear-gradient(0deg, #000000 10%, #111111, "
         "#222222, #333333 40%)\"}",
         0,
         4,
         {0.1, 0.2, 0.3, 0.4}},
        {"{\"background\":\"linear-gradient(360deg, #000000 50%, #111111 20%, "
         "#222222)\"}",
         0,
         3,
         {0.5, 0.5, 1}},
        {"{\"background\":\"linear-gradient(5deg, #000000, #111111, #222222 "
         "30%, #333333 10%)\"}",
         500,
         4,
         {0, 0.15, 0.3, 0.3}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_options o;
        CHECK_EQUAL(parse(&o, cases[i].json), CUT_OK);
        CHECK_EQUAL(o.background, CUT_BG_GRADIENT);
        CHECK_EQUAL(o.gradient.angle, cases[i].angle);
        CHECK_EQUAL(o.gradient.count, cases[i].count);
        for (int k = 0; k < cases[i].count; k++) {
            CHECK(near(o.gradient.stops[k].at, cases[i].at[k]));
            CHECK_EQUAL(o.gradient.stops[k].rgb[2],
                        k ? k * 17 + (k == 1 && i == 0 ? 238 : 0) : 0);
        }
    }
}

static void as_many_stops_as_there_is_room_for(void)
{
    char text[400] = "{\"background\":\"linear-gradient(#000000";
    cut_options o;
    for (int i = 1; i < CUT_MAX_STOPS; i++) strcat(text, ",#ffffff");
    size_t size = strlen(text);
    strcat(text, ")\"}");
    CHECK_EQUAL(parse(&o, text), CUT_OK);
    CHECK_EQUAL(o.gradient.count, CUT_MAX_STOPS);
    strcpy(text + size, ",#ffffff)\"}");
    CHECK_EQUAL(parse(&o, text), CUT_E_OPTION);
}

static void a_side_to_keep_is_read(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"keep\":\"background\"}"), CUT_OK);
    CHECK_EQUAL(o.keep, CUT_KEEP_BACKGROUND);
    CHECK_EQUAL(parse(&o, "{\"keep\":\"subject\"}"), CUT_OK);
    CHECK_EQUAL(o.keep, CUT_KEEP_SUBJECT);
}

static void a_shadow_is_true_false_or_an_object(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"shadow\":{}}"), CUT_OK);
    cut_shadow usual = o.shadow;
    CHECK(usual.on && usual.x.value == 0 && usual.y.value == 100);
    CHECK(usual.y.is_percent && usual.blur.value == 300);
    CHECK(near(usual.opacity, (double)0.35f) && usual.rgb[0] == 0);
    CHECK_EQUAL(parse(&o, "{\"shadow\":true}"), CUT_OK);
    CHECK(memcmp(&o.shadow, &usual, sizeof usual) == 0);
    CHECK_EQUAL(parse(&o, "{\"shadow\":false}"), CUT_OK);
    CHECK(!o.shadow.on);
    CHECK_EQUAL(parse(&o, "{\"shadow\":{\"x\":-12,\"y\":\"-0.5%\",\"blur\":"
                          "\"9px\",\"opacity\":1,\"color\":\"#010203\"}}"),
                CUT_OK);
    CHECK(o.shadow.on && o.shadow.x.value == -12 && !o.shadow.x.is_percent);
    CHECK(o.shadow.y.value == -50 && o.shadow.y.is_percent);
    CHECK(o.shadow.blur.value == 9 && near(o.shadow.opacity, 1));
    CHECK(o.shadow.rgb[0] == 1 && o.shadow.rgb[2] == 3);
}

static void an_outline_is_true_false_or_an_object(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"outline\":true}"), CUT_OK);
    CHECK(o.outline.on && o.outline.width.value == 100);
    CHECK(o.outline.width.is_percent && o.outline.rgb[1] == 255);
    CHECK_EQUAL(parse(&o, "{\"outline\":{\"width\":7,\"color\":\"#0a0b0c\"}}"),
                CUT_OK);
    CHECK(o.outline.on && o.outline.width.value == 7 && o.outline.rgb[1] == 11);
    CHECK_EQUAL(parse(&o, "{\"outline\":{\"width\":0}}"), CUT_OK);
    CHECK(!o.outline.on);
    CHECK_EQUAL(parse(&o, "{\"outline\":false}"), CUT_OK);
    CHECK(!o.outline.on);
}

static void a_canvas_is_a_preset_a_ratio_or_a_size(void)
{
    static const struct {
        const char *json;
        int32_t w, h;
        int is_ratio;
        cut_fit fit;
        double scale;
    } good[] = {
        {"{\"canvas\":\"square\"}", 1, 1, 1, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"portrait\"}", 4, 5, 1, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"wide\"}", 16, 9, 1, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"passport\"}", 413, 531, 0, CUT_FIT_SUBJECT, 1},
        {"{\"canvas\":\"amazon\"}", 2000, 2000, 0, CUT_FIT_SUBJECT, 0.85},
        {"{\"canvas\":\"ebay\"}", 1600, 1600, 0, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"etsy\"}", 2700, 2025, 0, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"shopify\"}", 2048, 2048, 0, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"191:100\"}", 191, 100, 1, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":\"800x600\"}", 800, 600, 0, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":{\"ratio\":\"9:16\"}}", 9, 16, 1, CUT_FIT_SUBJECT, 0.9},
        {"{\"canvas\":{\"preset\":\"amazon\",\"scale\":0.5}}", 2000, 2000, 0,
         CUT_FIT_SUBJECT, 0.5},
        {"{\"canvas\":{\"preset\":\"amazon\",\"fit\":\"photo\"}}", 2000, 2000,
         0, CUT_FIT_PHOTO, 1},
        {"{\"canvas\":{\"width\":10000,\"height\":10000,\"fit\":\"subject\","
         "\"scale\":4}}",
         10000, 10000, 0, CUT_FIT_SUBJECT, 4},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cut_options o;
        CHECK_EQUAL(parse(&o, good[i].json), CUT_OK);
        CHECK_EQUAL(o.canvas.w, good[i].w);
        CHECK_EQUAL(o.canvas.h, good[i].h);
        CHECK_EQUAL(o.canvas.is_ratio, good[i].is_ratio);
        CHECK_EQUAL(o.canvas.fit, good[i].fit);
        CHECK(near(o.canvas.scale, (double)(float)good[i].scale));
        CHECK(o.canvas.x.value == 0 && o.canvas.y.value == 0);
    }
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"canvas\":{\"ratio\":\"1:1\",\"x\":\"-12.5%\","
                          "\"y\":40}}"),
                CUT_OK);
    CHECK(o.canvas.x.value == -1250 && o.canvas.x.is_percent);
    CHECK(o.canvas.y.value == 40 && !o.canvas.y.is_percent);
}

/* Of each type that a table has, and of keys in an object. */
static void a_refused_value_is_told_what_would_do(void)
{
    static const struct {
        const char *json, *sentence;
    } cases[] = {
        {"{\"mask\":1}", "mask is true or false."},
        {"{\"quality\":101}", "quality is a whole number of 1 to 100."},
        {"{\"format\":\"gif\"}", "format is png, jpeg or webp."},
        {"{\"keep\":\"all\"}", "keep is subject or background."},
        {"{\"margin\":-1}", "margin is 0% to 100% or 0 to 10000 pixels."},
        {"{\"shadow\":1}", "shadow is true, false or an object."},
        {"{\"shadow\":{\"x\":\"101%\"}}",
         "shadow.x is -100% to 100% or -10000 to 10000 pixels."},
        {"{\"shadow\":{\"opacity\":2}}",
         "shadow.opacity is a number of 0.00 to 1."},
        {"{\"outline\":{\"color\":1}}", "outline.color is #rrggbb."},
        {"{\"outline\":{\"w\":1}}", "Unknown key of outline \"w\"."},
        {"{\"canvas\":{\"ratio\":\"1:1\",\"scale\":5}}",
         "canvas.scale is a number of 0.05 to 4."},
        {"{\"colour\":1}", "Unknown option \"colour\"."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_options o;
        CHECK_EQUAL(parse(&o, cases[i].json), CUT_E_OPTION);
        CHECK(strcmp(error.text, cases[i].sentence) == 0);
    }
}

/* Whatever comes before it in the text. */
static void a_scale_that_is_given_wins_over_the_preset_and_the_fit(void)
{
    cut_options o;
    CHECK_EQUAL(parse(&o, "{\"canvas\":{\"scale\":0.5,\"preset\":\"passport\","
                          "\"fit\":\"photo\"}}"),
                CUT_OK);
    CHECK(near(o.canvas.scale, 0.5));
    CHECK_EQUAL(parse(&o, "{\"canvas\":{\"preset\":\"passport\"}}"), CUT_OK);
    CHECK(near(o.canvas.scale, 1) && o.canvas.by_head && o.canvas.dpi == 300);
}

/* What JavaScript reads is what the parser knows. */
static void the_manual_lists_every_option_and_preset(void)
{
    static const char *const parts[] = {
        "\"keep\":{",
        "\"shadow\":{",
        "\"outline\":{",
        "\"canvas\":{",
        "{\"name\":\"square\",\"width\":1,\"height\":1,\"ratio\":true,"
        "\"scale\":0.9}",
        "{\"name\":\"amazon\",\"width\":2000,\"height\":2000,"
        "\"ratio\":false,\"scale\":0.85}",
        "{\"name\":\"shopify\""};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK(strstr(cut_abi_json(), parts[i]) != NULL);
}

static void anything_else_is_refused_by_a_sentence(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "[]",
        "null",
        "1",
        "\"png\"",
        "{",
        "{}x",
        "{} {}",
        "{,}",
        "{\"format\":\"gif\"}",
        "{\"format\":1}",
        "{\"format\":null}",
        "{\"Format\":\"png\"}",
        "{\"formats\":\"png\"}",
        "{\"format\":\"png\",\"format\":\"png\"}",
        "{\"quality\":0}",
        "{\"quality\":101}",
        "{\"quality\":50.5}",
        "{\"quality\":\"50\"}",
        "{\"quality\":1e999}",
        "{\"quality\":true}",
        "{\"effort\":\"low\"}",
        "{\"effort\":2}",
        "{\"mask\":1}",
        "{\"crop\":\"yes\"}",
        "{\"crop\":null}",
        "{\"background\":\"#12345\"}",
        "{\"background\":\"#1234567\"}",
        "{\"background\":\"#12345g\"}",
        "{\"background\":\"redd\"}",
        "{\"background\":\"\"}",
        "{\"background\":{}}",
        "{\"margin\":-1}",
        "{\"margin\":10001}",
        "{\"margin\":\"101%\"}",
        "{\"margin\":\"5 %\"}",
        "{\"margin\":\"%\"}",
        "{\"margin\":\"5em\"}",
        "{\"margin\":\"5.%\"}",
        "{\"margin\":\"5.5px\"}",
        "{\"margin\":\"9999999%\"}",
        "{\"margin\":1.5}",
        "{\"margin\":[5]}",
        "{\"margin\":\"-5%\"}",
        "{\"margin\":\"-0.01%\"}",
        "{\"background\":\"blur()\"}",
        "{\"background\":\"blur(0)\"}",
        "{\"background\":\"blur(26%)\"}",
        "{\"background\":\"blur(-1%)\"}",
        "{\"background\":\"blur(10001px)\"}",
        "{\"background\":\"blur(5\"}",
        "{\"background\":\"blur(5%) \"}",
        "{\"background\":\"blur 5%\"}",
        "{\"background\":\"linear-gradient()\"}",
        "{\"background\":\"linear-gradient(#000000)\"}",
        "{\"background\":\"linear-gradient(45deg)\"}",
        "{\"background\":\"linear-gradient(45deg, #000000)\"}",
        "{\"background\":\"linear-gradient(45, #000000, #ffffff)\"}",
        "{\"background\":\"linear-gradient(deg, #000000, #ffffff)\"}",
        "{\"background\":\"linear-gradient(45deg #000000, #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000, #ffffff,)\"}",
        "{\"background\":\"linear-gradient(#000000, , #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000 #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000, #fffff)\"}",
        "{\"background\":\"linear-gradient(#000000, #fff8)\"}",
        "{\"background\":\"linear-gradient(#000000, transparent)\"}",
        "{\"background\":\"linear-gradient(#000000 -1%, #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000 101%, #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000 5px, #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000 5% 6%, #ffffff)\"}",
        "{\"background\":\"linear-gradient(#000000, #ffffff\"}",
        "{\"background\":\"linear-gradient(#000000, #ffffff))\"}",
        "{\"background\":\"radial-gradient(#000000, #ffffff)\"}",
        "{\"keep\":\"all\"}",
        "{\"keep\":1}",
        "{\"keep\":null}",
        "{\"shadow\":1}",
        "{\"shadow\":null}",
        "{\"shadow\":\"soft\"}",
        "{\"shadow\":[]}",
        "{\"shadow\":{\"z\":1}}",
        "{\"shadow\":{\"x\":1,\"x\":1}}",
        "{\"shadow\":{\"x\":\"101%\"}}",
        "{\"shadow\":{\"x\":10001}}",
        "{\"shadow\":{\"y\":1.5}}",
        "{\"shadow\":{\"y\":true}}",
        "{\"shadow\":{\"y\":\"--1%\"}}",
        "{\"shadow\":{\"blur\":-1}}",
        "{\"shadow\":{\"blur\":\"25.01%\"}}",
        "{\"shadow\":{\"opacity\":1.01}}",
        "{\"shadow\":{\"opacity\":-0.1}}",
        "{\"shadow\":{\"opacity\":\"1\"}}",
        "{\"shadow\":{\"color\":\"transparent\"}}",
        "{\"shadow\":{\"color\":0}}",
        "{\"outline\":3}",
        "{\"outline\":{\"width\":-1}}",
        "{\"outline\":{\"width\":\"10.01%\"}}",
        "{\"outline\":{\"color\":\"#12345\"}}",
        "{\"outline\":{\"w\":1}}",
        "{\"canvas\":1}",
        "{\"canvas\":true}",
        "{\"canvas\":null}",
        "{\"canvas\":{}}",
        "{\"canvas\":\"\"}",
        "{\"canvas\":\"Square\"}",
        "{\"canvas\":\"0:1\"}",
        "{\"canvas\":\"1:1001\"}",
        "{\"canvas\":\"1:\"}",
        "{\"canvas\":\"1:1:1\"}",
        "{\"canvas\":\"8x\"}",
        "{\"canvas\":\"0x8\"}",
        "{\"canvas\":\"32769x1\"}",
        "{\"canvas\":\"10000x10001\"}",
        "{\"canvas\":\"-1x1\"}",
        "{\"canvas\":{\"width\":5}}",
        "{\"canvas\":{\"height\":5}}",
        "{\"canvas\":{\"width\":5,\"height\":0}}",
        "{\"canvas\":{\"width\":5,\"height\":5.5}}",
        "{\"canvas\":{\"width\":\"5\",\"height\":5}}",
        "{\"canvas\":{\"width\":10000,\"height\":10001}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"width\":5,\"height\":5}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"preset\":\"square\"}}",
        "{\"canvas\":{\"ratio\":\"8x8\"}}",
        "{\"canvas\":{\"ratio\":1}}",
        "{\"canvas\":{\"preset\":1}}",
        "{\"canvas\":{\"preset\":\"none\"}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"fit\":\"cover\"}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"scale\":0.04}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"scale\":4.01}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"scale\":\"1\"}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"x\":\"101%\"}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"y\":[]}}",
        "{\"canvas\":{\"ratio\":\"1:1\",\"w\":1}}",
        "{\"margin\":\"5%%\"}",
        "{\"a\":{\"b\":[[[[[[[[]]]]]]]]}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cut_options o = {.quality = 77};
        error.text[0] = 0;
        cut_status status = parse(&o, bad[i]);
        if (status != CUT_E_OPTION) printf("accepted: %s\n", bad[i]);
        CHECK_EQUAL(status, CUT_E_OPTION);
        CHECK(error.text[0] != 0);
        CHECK_EQUAL(o.quality, 77); /* unchanged */
    }
}

static void a_text_that_is_too_long_or_holds_a_zero_is_refused(void)
{
    static char text[CUT_MAX_OPTIONS_BYTES + 2];
    cut_options o;
    memset(text, ' ', sizeof text);
    memcpy(text, "{}", 2);
    CHECK_EQUAL(cut_options_parse(&o, text, CUT_MAX_OPTIONS_BYTES, &error),
                CUT_OK);
    CHECK_EQUAL(cut_options_parse(&o, text, CUT_MAX_OPTIONS_BYTES + 1, &error),
                CUT_E_OPTION);
    CHECK_EQUAL(cut_options_parse(&o, "{}\0", 3, &error), CUT_E_OPTION);
    memset(text, '[', CUT_MAX_OPTIONS_BYTES); /* as deep as it gets */
    CHECK_EQUAL(cut_options_parse(&o, text, CUT_MAX_OPTIONS_BYTES, &error),
                CUT_E_OPTION);
}

static void refused_memory_is_an_error_and_leaks_nothing(void)
{
    const char *json = "{\"background\":\"#112233\",\"margin\":\"5%\","
                       "\"shadow\":{\"x\":1,\"color\":\"#000000\"},"
                       "\"canvas\":{\"ratio\":\"1:1\"}}";
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
    a_colour_is_whatever_css_calls_opaque();
    each_of_the_148_names_has_its_colour();
    a_margin_is_a_percentage_or_pixels();
    a_blur_has_a_radius_or_none();
    stops_without_a_position_are_placed_as_in_css();
    as_many_stops_as_there_is_room_for();
    a_side_to_keep_is_read();
    a_shadow_is_true_false_or_an_object();
    an_outline_is_true_false_or_an_object();
    a_canvas_is_a_preset_a_ratio_or_a_size();
    a_refused_value_is_told_what_would_do();
    a_scale_that_is_given_wins_over_the_preset_and_the_fit();
    the_manual_lists_every_option_and_preset();
    anything_else_is_refused_by_a_sentence();
    a_text_that_is_too_long_or_holds_a_zero_is_refused();
    refused_memory_is_an_error_and_leaks_nothing();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
