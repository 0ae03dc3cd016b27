/* The eight EXIF orientations against the table of EXIF 2.32, 4.6.4 A. */
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "image/orient.h"

/* Every pixel is its own number, so that each one can be told. */
static cut_image numbered(int32_t w, int32_t h)
{
    cut_image image = {cut_alloc((size_t)w * (size_t)h, 4), w, h};
    for (int32_t i = 0; image.px && i < w * h; i++) {
        uint32_t v = (uint32_t)i * 2654435761u;
        memcpy(image.px + (size_t)i * 4, &v, 4);
    }
    return image;
}

/* Where stored pixel (x, y) of w x h stands in the upright picture. */
static void upright(int turn, int32_t w, int32_t h, int32_t x, int32_t y,
                    int32_t *ox, int32_t *oy)
{
    int32_t rx = w - 1 - x, ry = h - 1 - y;
    const int32_t to[9][2] = {{x, y}, {x, y},  {rx, y},  {rx, ry}, {x, ry},
                              {y, x}, {ry, x}, {ry, rx}, {y, rx}};
    *ox = to[turn][0];
    *oy = to[turn][1];
}

static int misplaced(const cut_image *image, int turn, int32_t w, int32_t h)
{
    int wrong = 0;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            int32_t ox, oy;
            upright(turn, w, h, x, y, &ox, &oy);
            uint32_t want = (uint32_t)(y * w + x) * 2654435761u, got;
            memcpy(&got,
                   image->px + ((size_t)oy * (size_t)image->w + (size_t)ox) * 4,
                   4);
            wrong += got != want;
        }
    return wrong;
}

static const int32_t sizes[][2] = {{1, 1},   {1, 7},   {7, 1},  {2, 2},
                                   {31, 33}, {64, 32}, {65, 97}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void each_orientation_puts_every_pixel_where_exif_says(void)
{
    for (int s = 0; s < SIZES; s++)
        for (int turn = 1; turn <= 8; turn++) {
            int32_t w = sizes[s][0], h = sizes[s][1];
            cut_image image = numbered(w, h);
            CHECK_EQUAL(cut_image_orient(&image, turn, NULL), CUT_OK);
            CHECK_EQUAL(image.w, turn < 5 ? w : h);
            CHECK_EQUAL(image.h, turn < 5 ? h : w);
            CHECK_EQUAL(misplaced(&image, turn, w, h), 0);
            cut_image_free(&image);
        }
}

static void a_turn_and_its_inverse_give_the_picture_back(void)
{
    static const int inverse[9] = {1, 1, 2, 3, 4, 5, 8, 7, 6};
    for (int turn = 1; turn <= 8; turn++) {
        cut_image image = numbered(65, 97);
        CHECK_EQUAL(cut_image_orient(&image, turn, NULL), CUT_OK);
        CHECK_EQUAL(cut_image_orient(&image, inverse[turn], NULL), CUT_OK);
        CHECK_EQUAL(image.w, 65);
        CHECK_EQUAL(misplaced(&image, 1, 65, 97), 0);
        cut_image_free(&image);
    }
}

static void other_numbers_are_taken_as_upright(void)
{
    static const int odd[] = {0, -1, 9, 255, 65536};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        cut_image image = numbered(5, 3);
        CHECK_EQUAL(cut_image_orient(&image, odd[i], NULL), CUT_OK);
        CHECK_EQUAL(misplaced(&image, 1, 5, 3), 0);
        cut_image_free(&image);
    }
}

static void without_memory_the_picture_stays_as_it_was(void)
{
    cut_image image = numbered(33, 9);
    cut_alloc_fail_at(1);
    CHECK_EQUAL(cut_image_orient(&image, 6, NULL), CUT_E_MEMORY);
    cut_alloc_fail_at(0);
    CHECK_EQUAL(image.w, 33);
    CHECK_EQUAL(misplaced(&image, 1, 33, 9), 0);
    cut_image_free(&image);
}

int main(void)
{
    each_orientation_puts_every_pixel_where_exif_says();
    a_turn_and_its_inverse_give_the_picture_back();
    other_numbers_are_taken_as_upright();
    without_memory_the_picture_stays_as_it_was();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
