/* A person's head in drawn silhouettes, and its place on a passport's canvas. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "compose/head.h"
#include "cutaway.h"

typedef struct ellipse {
    double x, y, rx, ry;
} ellipse;

static cut_image clear_image(int32_t w, int32_t h)
{
    size_t bytes = (size_t)w * (size_t)h * 4;
    uint8_t *px = cut_alloc(bytes, 1);
    CHECK(px != NULL);
    memset(px, 0, bytes);
    return (cut_image){px, w, h, 0};
}

/* An ellipse; with `below`, and all that lies under its widest row. */
static void draw(cut_image *image, ellipse e, int below)
{
    for (int32_t y = 0; y < image->h; y++)
        for (int32_t x = 0; x < image->w; x++) {
            double dx = (x + 0.5 - e.x) / e.rx, dy = (y + 0.5 - e.y) / e.ry;
            if (below && dy > 0) dy = 0;
            if (dx * dx + dy * dy <= 1)
                image->px[((size_t)y * (size_t)image->w + (size_t)x) * 4 + 3] =
                    255;
        }
}

static void box(cut_image *image, double x0, double y0, double x1, double y1)
{
    for (int32_t y = (int32_t)y0; y < (int32_t)y1; y++)
        for (int32_t x = (int32_t)x0; x < (int32_t)x1; x++)
            image->px[((size_t)y * (size_t)image->w + (size_t)x) * 4 + 3] = 255;
}

/* A bust of unit s: crown at y, chin 2.6 s lower, in the middle x. */
static void person(cut_image *image, double x, double y, double s)
{
    draw(image, (ellipse){x, y + 1.3 * s, s, 1.3 * s}, 0);
    box(image, x - 0.55 * s, y + 2 * s, x + 0.55 * s, y + 3.4 * s);
    draw(image, (ellipse){x, y + 4.4 * s, 2.4 * s, 1.4 * s}, 1);
}

static int close_to(int32_t a, double b, double max)
{
    return fabs(a - b) <= max;
}

static void a_head_on_a_neck_on_shoulders_is_found_at_any_size(void)
{
    static const int32_t sizes[][2] = {{300, 400}, {1000, 700}, {3000, 4000}};
    for (int i = 0; i < 3; i++)
        for (int place = 0; place < 3; place++) {
            cut_image image = clear_image(sizes[i][0], sizes[i][1]);
            double s = sizes[i][1] / (place == 2 ? 16.0 : 6.5);
            double x = image.w * (0.4 + 0.1 * place), y = 0.1 * image.h;
            person(&image, x, y, s);
            cut_head head;
            CHECK_EQUAL(cut_head_find(&head, &image), 1);
            double cell = image.h / 200.0 + 2;
            CHECK(close_to(head.top, y, cell));
            /* the neck is as narrow from 2.39 s, where it leaves the ellipse,
             * to 3 s, where the shoulders begin */
            CHECK(close_to(head.chin, y + 2.7 * s, 0.35 * s + cell));
            CHECK(close_to(head.x, x, cell));
            cut_image_free(&image);
        }
}

static void specks_above_it_and_soft_dust_are_not_it(void)
{
    cut_image image = clear_image(600, 800);
    person(&image, 300, 150, 110);
    cut_head plain, dusty;
    CHECK_EQUAL(cut_head_find(&plain, &image), 1);
    draw(&image, (ellipse){120, 40, 12, 12}, 0);
    for (int32_t x = 0; x < 600; x++) image.px[(600 + (size_t)x) * 4 + 3] = 90;
    CHECK_EQUAL(cut_head_find(&dusty, &image), 1);
    CHECK_EQUAL(memcmp(&plain, &dusty, sizeof plain), 0);
    cut_image_free(&image);
}

enum {
    DISC,
    CARTON,
    BOTTLE,
    LONG_HAIR,
    HAND_UP,
    CUT_OFF,
    POLE,
    NOTHING,
    SHAPES
};

static void what_is_no_head_is_none(void)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        cut_image image = clear_image(600, 800);
        switch (shape) {
        case DISC: draw(&image, (ellipse){300, 400, 250, 250}, 0); break;
        case CARTON: box(&image, 100, 100, 500, 700); break;
        case BOTTLE:
            box(&image, 260, 60, 340, 300);
            box(&image, 180, 300, 420, 780);
            break;
        case LONG_HAIR:
            draw(&image, (ellipse){300, 250, 130, 170}, 1);
            draw(&image, (ellipse){300, 600, 260, 100}, 1);
            break;
        case HAND_UP:
            person(&image, 300, 200, 100);
            box(&image, 480, 40, 530, 700);
            break;
        case CUT_OFF: person(&image, 300, -60, 110); break;
        case POLE: box(&image, 290, 20, 310, 780); break;
        default: break;
        }
        cut_head head = {-1, -2, -3};
        CHECK_EQUAL(cut_head_find(&head, &image), 0);
        CHECK_EQUAL(head.top, -1);
        cut_image_free(&image);
    }
}

/* ---- to the row -------------------------------------------------------- */

/* Bars one under another from row `top` on, in the middle of the picture. */
typedef struct bar {
    int32_t rows, width, shift; /* to the right */
} bar;

static cut_image bars(int32_t side, int32_t top, int32_t size, const bar *list,
                      int count)
{
    cut_image image = clear_image(side, side);
    for (int i = 0; i < count; i++) {
        int32_t x = (side - list[i].width * size) / 2 + list[i].shift * size;
        box(&image, x, top, x + list[i].width * size,
            top + list[i].rows * size);
        top += list[i].rows * size;
    }
    return image;
}

/* Rows and widths of the head, the neck, the shoulders; a pole upon it. */
static void a_head_is_told_by_its_proportions(void)
{
    static const struct {
        bar pole, head, neck, shoulders;
        int found;
    } cases[] = {/* a neck has 82 % of the head's width or less */
                 {{0}, {60, 50, 0}, {10, 40, 0}, {60, 60, 0}, 1},
                 {{0}, {60, 50, 0}, {10, 42, 0}, {60, 60, 0}, 0},
                 /* and 30 % or more */
                 {{0}, {60, 60, 0}, {10, 18, 0}, {60, 70, 0}, 1},
                 {{0}, {60, 60, 0}, {10, 16, 0}, {60, 70, 0}, 0},
                 /* it is 80 % of that width below the crown or more */
                 {{0}, {40, 50, 0}, {1, 30, 0}, {60, 60, 0}, 1},
                 {{0}, {39, 50, 0}, {1, 30, 0}, {60, 60, 0}, 0},
                 /* and 220 % or less */
                 {{0}, {110, 50, 0}, {5, 30, 0}, {60, 60, 0}, 1},
                 {{0}, {111, 50, 0}, {5, 30, 0}, {60, 60, 0}, 0},
                 /* the shoulders are a quarter wider than it */
                 {{0}, {60, 50, 0}, {10, 40, 0}, {60, 50, 0}, 1},
                 {{0}, {60, 50, 0}, {10, 40, 0}, {60, 48, 0}, 0},
                 /* nothing narrow is longer than 240 % of its width */
                 {{24, 10, 0}, {60, 50, 0}, {10, 30, 0}, {60, 60, 0}, 1},
                 {{25, 10, 0}, {60, 50, 0}, {10, 30, 0}, {60, 60, 0}, 1},
                 {{26, 10, 0}, {60, 50, 0}, {10, 30, 0}, {60, 60, 0}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = bars(250, 20, 1, &cases[i].pole, 4);
        cut_head head;
        CHECK_EQUAL(cut_head_find(&head, &image), cases[i].found);
        if (cases[i].found) {
            int32_t rows = cases[i].pole.rows + cases[i].head.rows;
            CHECK_EQUAL(head.top, 20);
            CHECK_EQUAL(head.chin, 20 + rows); /* the neck's first row */
            CHECK_EQUAL(head.x, 125);
        }
        cut_image_free(&image);
    }
}

/* The narrowest row of the neck, not the first; in cells of 1 to 4 pixels. */
static void the_chin_is_the_neck_at_its_narrowest(void)
{
    static const bar person_of[] = {
        {60, 50, 0}, {5, 40, 0}, {3, 36, 0}, {5, 38, 0}, {50, 70, 0}};
    for (int32_t k = 1; k <= 4; k++) {
        cut_image image = bars(256 * k - k / 2, 20 * k, k, person_of, 5);
        cut_head head;
        CHECK_EQUAL(cut_head_find(&head, &image), 1);
        CHECK_EQUAL(head.top, 20 * k);
        CHECK_EQUAL(head.chin, (20 + 65) * k + k / 2);
        CHECK(close_to(head.x, image.w / 2.0, k));
        cut_image_free(&image);
    }
}

/* The head's middle is the mean of its rows but for the upper quarter. */
static void a_tuft_to_one_side_does_not_move_the_head(void)
{
    static const bar leaning[] = {
        {15, 30, 20}, {25, 50, 0}, {20, 50, 6}, {8, 30, 3}, {60, 70, 0}};
    cut_image image = bars(200, 20, 1, leaning, 5);
    cut_head head;
    CHECK_EQUAL(cut_head_find(&head, &image), 1);
    CHECK_EQUAL(head.x, 100 + 6 * 20 / 45); /* rows 15 to 59 */
    CHECK_EQUAL(head.chin, 80);
    cut_image_free(&image);
}

static void a_crown_at_the_edge_may_be_half_the_heads_width(void)
{
    bar figure[] = {{5, 24, 0}, {60, 50, 0}, {9, 30, 0}, {60, 70, 0}};
    cut_head head;
    for (int wider = 0; wider < 2; wider++) {
        figure[0].width += 2 * wider; /* 24, then 26 of 50 */
        cut_image image = bars(200, 0, 1, figure, 4);
        CHECK_EQUAL(cut_head_find(&head, &image), !wider);
        cut_image_free(&image);
        image = bars(200, 1, 1, figure, 4); /* not at the edge */
        CHECK_EQUAL(cut_head_find(&head, &image), 1);
        cut_image_free(&image);
    }
}

/* The border cuts off nothing: rows end where the picture does. */
static void a_head_may_touch_the_pictures_side(void)
{
    static const bar person_of[] = {{60, 51, 0}, {9, 31, 10}, {60, 71, -10}};
    for (int right = 0; right < 2; right++) {
        cut_image image = clear_image(201, 201);
        int32_t top = 20;
        for (int i = 0; i < 3; i++) {
            int32_t x = right ? 201 - person_of[i].width : 0;
            box(&image, x, top, x + person_of[i].width,
                top + person_of[i].rows);
            top += person_of[i].rows;
        }
        cut_head head;
        CHECK_EQUAL(cut_head_find(&head, &image), 1);
        CHECK_EQUAL(head.x, right ? 201 - 26 : 25);
        cut_image_free(&image);
    }
}

/* A row between is empty: what lies above is the subject if it has half of
 * all rows, else it is a speck, of a third of them at most. */
static void specks_above_have_less_than_half_of_the_rows(void)
{
    static const bar head_of[] = {{30, 25, 0}, {5, 15, 0}, {15, 40, 0}};
    for (int32_t speck = 10; speck < 60; speck++)
        for (int low = 0; low < 2; low++) { /* down to the last row, or not */
            int32_t tall = speck + 1 + 50, top = low ? 200 - tall : 20;
            cut_image image = bars(200, top + speck + 1, 1, head_of, 3);
            box(&image, 98, top, 102, top + speck);
            cut_head head;
            int found = speck * 2 < tall && 50 * 2 >= tall &&
                        (speck + 1) <= tall / 3;
            CHECK_EQUAL(cut_head_find(&head, &image), found);
            if (found) CHECK_EQUAL(head.top, top + speck + 1);
            cut_image_free(&image);
        }
}

/* Parts of a row hang on the row above if they share a column with it. */
static void glasses_do_not_part_a_head_and_hands_are_none_of_it(void)
{
    static const bar person_of[] = {{60, 50, 0}, {9, 30, 0}, {60, 90, 0}};
    cut_image image = bars(200, 20, 1, person_of, 3);
    cut_head plain, head;
    CHECK_EQUAL(cut_head_find(&plain, &image), 1);
    for (int32_t y = 40; y < 50; y++)
        for (int32_t x = 80; x < 120; x++) /* two parts at the sides are left */
            if (x < 99 || x > 101) image.px[(y * 200 + x) * 4 + 3] = 127;
    box(&image, 20, 80, 75, 89);   /* beside the neck, up to the column */
    box(&image, 125, 80, 190, 89); /* where the head above it began, ended */
    CHECK_EQUAL(cut_head_find(&head, &image), 1);
    CHECK_EQUAL(memcmp(&plain, &head, sizeof head), 0);
    cut_image_free(&image);
}

static void a_mirrored_photo_has_a_mirrored_head(void)
{
    /* 171 cells of 3 pixels, whose middles lie evenly */
    cut_image image = clear_image(513, 640), mirror = clear_image(513, 640);
    person(&image, 200, 60, 90);
    person(&mirror, 313, 60, 90);
    cut_head a, b;
    CHECK(cut_head_find(&a, &image) && cut_head_find(&b, &mirror));
    CHECK_EQUAL(a.top, b.top);
    CHECK_EQUAL(a.chin, b.chin);
    CHECK(close_to(a.x, 513 - b.x, 3));
    cut_image_free(&image);
    cut_image_free(&mirror);
}

static void the_head_has_33_of_45_mm_and_the_eyes_are_at_54_percent(void)
{
    cut_canvas canvas = {413, 531, 0, CUT_FIT_SUBJECT, 1, {0}, {0}, 1, 300};
    cut_head head = {400, 1400, 900};
    cut_layout l = cut_head_layout(&canvas, &head);
    double scale = (double)l.place.scale, top = (double)l.place.y + 400 * scale;
    CHECK(fabs(1000 * scale - 531 * 33 / 45.0) < 0.01);
    CHECK(fabs(top - 531 * 4 / 45.0) < 0.01);
    CHECK(fabs((double)l.place.x + 900 * scale - 206.5) < 0.01);
    double eyes = 1 - (top + 500 * scale) / 531; /* from below */
    CHECK(eyes > 0.5 && eyes < 0.7);
    canvas.scale = 0.5f; /* around the head's middle */
    canvas.x = (cut_length){1000, 1};
    cut_layout half = cut_head_layout(&canvas, &head);
    CHECK(fabs((double)half.place.scale - scale / 2) < 1e-6);
    double middle = (double)half.place.y + 900 * scale / 2;
    CHECK(fabs(middle - (top + 500 * scale)) < 0.01);
    CHECK(fabs((double)half.place.x + 450 * scale - 206.5 - 41.3) < 0.01);
}

/* ---- passports ----------------------------------------------------------- */

/* The canvas, the photo's scale on it, where its row 400 and its lower end lie. */
typedef struct laid {
    int32_t gap;
    double scale, top, bottom;
} laid;

static laid lay(cut_canvas canvas, int32_t bottom)
{
    cut_head head = {400, 1400, 900};
    cut_layout l = cut_head_layout(&canvas, &head);
    int32_t gap = cut_head_close_gap(&l, &canvas, &head, bottom);
    double scale = (double)l.place.scale;
    CHECK(fabs((double)l.place.x + 900 * scale - canvas.w / 2.0) < 0.01 ||
          canvas.x.value);
    return (laid){gap, scale, (double)l.place.y + 400 * scale,
                  (double)l.place.y + bottom * scale};
}

static void no_gap_is_left_under_a_body_where_the_rule_allows_it(void)
{
    const cut_canvas canvas = {413, 531, 0,   CUT_FIT_SUBJECT, 1,        {0},
                               {0}, 1,   300, 33 / 45.0f,      4 / 45.0f};
    laid plain = lay(canvas, 3000);
    CHECK_EQUAL(plain.gap, 0);
    CHECK(fabs(1000 * plain.scale - 531 * 33 / 45.0) < 0.01);
    /* ends 1.2 heads below the crown: a little larger does it */
    laid grown = lay(canvas, 1620);
    CHECK_EQUAL(grown.gap, 0);
    CHECK(grown.scale > plain.scale && grown.scale < plain.scale * 1.0901);
    CHECK(fabs(grown.top - plain.top) < 0.01 &&
          fabs(grown.bottom - 531) < 0.01);
    /* larger, and lower */
    laid lower = lay(canvas, 1540);
    CHECK_EQUAL(lower.gap, 0);
    CHECK(fabs(lower.scale - plain.scale * 1.09) < 1e-4);
    CHECK(lower.top > plain.top && lower.top < plain.top + 0.0401 * 531);
    /* there is no more room: what is missing is said */
    laid open = lay(canvas, 1410);
    CHECK(open.gap > 20);
    CHECK(fabs(531 - open.bottom - open.gap) <= 0.51);
    /* what somebody has sized stays */
    cut_canvas own = canvas;
    own.scale = 0.8f;
    laid sized = lay(own, 1620);
    CHECK(sized.gap > 50);
    CHECK(fabs(sized.scale - plain.scale * 0.8) < 1e-4);
}

/* A step at x = 60.5 that is a normal distribution's of `sigma`, on a canvas. */
static float sharpness_at(double sigma, int contrast)
{
    cut_image image = clear_image(120, 140);
    for (int32_t y = 0; y < 140; y++)
        for (int32_t x = 0; x < 120; x++) {
            double at = (x - 60.5 + 6 * sin(y * 0.11)) / (sigma * sqrt(2));
            double v = 120 + contrast / 2.0 * erf(at);
            uint8_t *p = image.px + ((size_t)y * 120 + (size_t)x) * 4;
            memset(p, (int)(v + 0.5), 3);
            p[3] = 255;
        }
    cut_head head = {10, 130, 60};
    cut_layout layout = {120, 140, {0, 0, 1}};
    float sharpness = cut_head_sharpness(&image, &layout, &head);
    cut_image_free(&image);
    return sharpness;
}

static void sharpness_falls_with_blur_and_not_with_contrast(void)
{
    float before = 2;
    for (double sigma = 0.25; sigma < 3; sigma += 0.25) {
        float now = sharpness_at(sigma, 180), soft = sharpness_at(sigma, 90);
        CHECK(now <= before && now >= 0 && now <= 1);
        if (sigma < 1.6) CHECK(fabs((double)(now - soft)) < 0.12);
        before = now;
    }
    CHECK(sharpness_at(0.25, 180) > 0.9f);
    CHECK(sharpness_at(2.5, 180) < 0.35f);
    CHECK_EQUAL(sharpness_at(0.5, 0) == 0, 1);
}

int main(void)
{
    a_head_on_a_neck_on_shoulders_is_found_at_any_size();
    specks_above_it_and_soft_dust_are_not_it();
    what_is_no_head_is_none();
    a_head_is_told_by_its_proportions();
    the_chin_is_the_neck_at_its_narrowest();
    a_tuft_to_one_side_does_not_move_the_head();
    a_crown_at_the_edge_may_be_half_the_heads_width();
    a_head_may_touch_the_pictures_side();
    specks_above_have_less_than_half_of_the_rows();
    glasses_do_not_part_a_head_and_hands_are_none_of_it();
    a_mirrored_photo_has_a_mirrored_head();
    the_head_has_33_of_45_mm_and_the_eyes_are_at_54_percent();
    no_gap_is_left_under_a_body_where_the_rule_allows_it();
    sharpness_falls_with_blur_and_not_with_contrast();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
