/* Objects of a matte against plain loops: which there are, in which order,
 * and to which one soft pixels belong. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "edit/state.h"

static uint32_t seed = 1;

static int random_below(int n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((uint64_t)seed * (uint64_t)n >> 32);
}

typedef struct grid {
    int w, h, k;
    uint8_t *kind; /* 0 clear, 1 soft, 2 solid: the most of its pixels */
    int *area;     /* solid pixels */
    int *part;     /* of solid cells: the least cell that hangs together */
} grid;

/* Sets each solid cell's part by going over all until nothing changes. */
static void find_parts(grid *g)
{
    for (int i = 0; i < g->w * g->h; i++) g->part[i] = g->kind[i] == 2 ? i : -1;
    for (int again = 2, back = 0; again > 0; back = !back) {
        again--;
        for (int n = 0; n < g->w * g->h * 9; n++) {
            int i = back ? g->w * g->h - 1 - n / 9 : n / 9;
            int x = i % g->w + n % 3 - 1, y = i / g->w + n / 3 % 3 - 1;
            if (x < 0 || y < 0 || x >= g->w || y >= g->h) continue;
            int other = g->part[y * g->w + x];
            if (g->part[i] < 0 || other < 0 || other >= g->part[i]) continue;
            g->part[i] = other;
            again = 2;
        }
    }
}

static grid grid_of(const uint8_t *alpha, int w, int h, int k)
{
    grid g = {(w + k - 1) / k, (h + k - 1) / k, k, NULL, NULL, NULL};
    g.kind = calloc((size_t)(g.w * g.h), 1);
    g.area = calloc((size_t)(g.w * g.h), sizeof *g.area);
    g.part = calloc((size_t)(g.w * g.h), sizeof *g.part);
    for (int i = 0; i < w * h; i++) {
        int cell = i / w / k * g.w + i % w / k;
        int kind = alpha[i] >= 128 ? 2 : alpha[i] > 0;
        if (kind > g.kind[cell]) g.kind[cell] = (uint8_t)kind;
        g.area[cell] += kind == 2;
    }
    find_parts(&g);
    return g;
}

static void grid_free(grid *g)
{
    free(g->kind);
    free(g->area);
    free(g->part);
}

/* Steps over soft and small solid cells from the object `label`; big: none. */
static void distances(int *far, const grid *g, const uint8_t *label, int of,
                      const uint8_t *is_object)
{
    for (int i = 0; i < g->w * g->h; i++)
        far[i] = is_object[i] && label[i] == of ? 0 : 1 << 20;
    for (int again = 2, back = 0; again > 0; back = !back) {
        again--;
        for (int n = 0; n < g->w * g->h * 9; n++) {
            int i = back ? g->w * g->h - 1 - n / 9 : n / 9;
            int x = i % g->w + n % 3 - 1, y = i / g->w + n / 3 % 3 - 1;
            if (x < 0 || y < 0 || x >= g->w || y >= g->h) continue;
            int there = far[y * g->w + x] + 1;
            if (!g->kind[i] || is_object[i] || there >= far[i]) continue;
            far[i] = there;
            again = 2;
        }
    }
}

/* Cells that have another label than that of a nearest object. */
static int wrong_labels(const cut_objects *o, const grid *g,
                        const uint8_t *is_object)
{
    int cells = g->w * g->h, wrong = 0;
    int *far = malloc((size_t)cells * sizeof *far);
    int *least = malloc((size_t)cells * sizeof *least);
    int *own = malloc((size_t)cells * sizeof *own);
    for (int i = 0; i < cells; i++) least[i] = own[i] = 1 << 20;
    for (int of = 1; of <= o->count; of++) {
        distances(far, g, o->label, of, is_object);
        for (int i = 0; i < cells; i++) {
            if (far[i] < least[i]) least[i] = far[i];
            if (o->label[i] == of) own[i] = far[i];
        }
    }
    for (int i = 0; i < cells; i++) wrong += own[i] != least[i];
    free(far);
    free(least);
    free(own);
    return wrong;
}

/* Each object's box is that of the pixels of all cells with its label. */
static int wrong_boxes(const cut_objects *o, int w, int h)
{
    int wrong = 0;
    for (int of = 1; of <= o->count; of++) {
        cut_rect box = {w, h, 0, 0};
        for (int i = 0; i < w * h; i++) {
            int x = i % w, y = i / w;
            if (o->label[y / o->k * o->w + x / o->k] != of) continue;
            if (x < box.x0) box.x0 = x;
            if (y < box.y0) box.y0 = y;
            if (x + 1 > box.x1) box.x1 = x + 1;
            if (y + 1 > box.y1) box.y1 = y + 1;
        }
        wrong += memcmp(&box, &o->of[of - 1].box, sizeof box) != 0;
    }
    return wrong;
}

/* Finds the objects of a matte and holds them to the loops; how many. */
static int check_objects(const uint8_t *alpha, int w, int h, int k)
{
    cut_objects o = {0};
    CHECK_EQUAL(cut_objects_find(&o, alpha, w, h, NULL), CUT_OK);
    grid g = grid_of(alpha, w, h, k);
    CHECK(o.w == g.w && o.h == g.h && o.k == k);
    int *area = calloc((size_t)(g.w * g.h), sizeof *area), large = 0;
    uint8_t *is_object = calloc((size_t)(g.w * g.h), 1);
    for (int i = 0; i < g.w * g.h; i++)
        if (g.part[i] >= 0) area[g.part[i]] += g.area[i];
    for (int i = 0; i < g.w * g.h; i++) /* above 1/2000 of the photo */
        large += (int64_t)area[i] * 2000 > (int64_t)w * h;
    CHECK_EQUAL(o.count, large < 64 ? large : 64);
    int taken = 0, mixed = 0;
    for (int i = 0; i < g.w * g.h; i++) {
        int label = o.label[i];
        is_object[i] = g.part[i] >= 0 && label &&
                       (int)o.of[label - 1].area == area[g.part[i]] &&
                       (int64_t)area[g.part[i]] * 2000 > (int64_t)w * h;
        if (!is_object[i]) continue;
        mixed += o.label[g.part[i]] != label; /* a part has one label */
        taken += g.part[i] == i;
    }
    CHECK_EQUAL(mixed, 0);
    CHECK_EQUAL(taken, o.count);
    for (int i = 1; i < o.count; i++) CHECK(o.of[i].area <= o.of[i - 1].area);
    for (int i = 0; i < g.w * g.h; i++) /* none that was left is larger */
        if (o.count == 64 && g.part[i] == i && !is_object[i])
            CHECK(area[i] <= (int)o.of[63].area);
    CHECK_EQUAL(wrong_labels(&o, &g, is_object), 0);
    CHECK_EQUAL(wrong_boxes(&o, w, h), 0);
    int count = o.count;
    cut_free(o.label);
    free(area);
    free(is_object);
    grid_free(&g);
    return count;
}

/* Rectangles of solid, on rectangles of soft alpha. */
static void blots(uint8_t *alpha, int w, int h, int solid, int side)
{
    memset(alpha, 0, (size_t)(w * h));
    for (int i = 0; i < solid * 2; i++) {
        int x0 = random_below(w), y0 = random_below(h);
        int x1 = x0 + 1 + random_below(side), y1 = y0 + 1 + random_below(side);
        uint8_t v = (uint8_t)(i < solid ? 1 + random_below(127)
                                        : 128 + random_below(128));
        for (int y = y0; y < y1 && y < h; y++)
            for (int x = x0; x < x1 && x < w; x++) alpha[y * w + x] = v;
    }
}

static void objects_are_the_parts_and_soft_cells_go_to_the_nearest(void)
{
    static uint8_t alpha[200 * 160];
    int seen = 0;
    for (int i = 0; i < 30; i++) {
        int w = 1 + random_below(200), h = 1 + random_below(160);
        if (i == 0) w = 1;
        if (i == 1) h = 1;
        int solid = 2 + random_below(25), side = 5 + random_below(25);
        blots(alpha, w, h, solid, side);
        seen += check_objects(alpha, w, h, 1);
    }
    CHECK(seen > 60);
}

static void a_large_matte_is_looked_at_by_cells(void)
{
    enum { WIDE = 1501, HIGH = 901 };
    uint8_t *alpha = malloc(WIDE * HIGH);
    blots(alpha, WIDE, HIGH, 5, 250);
    CHECK(check_objects(alpha, WIDE, HIGH, 2) > 1);
    /* alone in a cell, and at the last pixel */
    memset(alpha, 0, WIDE * HIGH);
    for (int y = 600; y < HIGH; y++)
        for (int x = 1300; x < WIDE; x += 2) alpha[y * WIDE + x] = 128;
    CHECK_EQUAL(check_objects(alpha, WIDE, HIGH, 2), 1);
    free(alpha);
}

/* 2^20 cells are single pixels still. */
static void cells_grow_with_the_photo(void)
{
    static const int sizes[][3] = {{1024, 1024, 1},
                                   {1025, 1024, 2},
                                   {2048, 2048, 2},
                                   {2049, 2048, 3},
                                   {3, 524289, 2}};
    for (int i = 0; i < 5; i++) {
        size_t count = (size_t)sizes[i][0] * (size_t)sizes[i][1];
        uint8_t *alpha = calloc(count, 1);
        cut_objects o = {0};
        CHECK_EQUAL(cut_objects_find(&o, alpha, sizes[i][0], sizes[i][1], NULL),
                    CUT_OK);
        CHECK_EQUAL(o.k, sizes[i][2]);
        CHECK_EQUAL(o.count, 0);
        cut_free(o.label);
        free(alpha);
    }
}

static void more_than_a_2000th_of_the_photo_is_an_object(void)
{
    static uint8_t alpha[200 * 100]; /* 10 pixels are a 2000th */
    for (int count = 9; count < 12; count++) {
        memset(alpha, 0, sizeof alpha);
        memset(alpha + 50 * 200 + 20, 200, (size_t)count);
        CHECK_EQUAL(check_objects(alpha, 200, 100, 1), count > 10);
    }
}

/* Of 90 all the same size but for one, the first 63 and that one. */
static void the_64_largest_are_kept(void)
{
    static uint8_t alpha[100 * 100];
    memset(alpha, 0, sizeof alpha);
    for (int i = 0; i < 90; i++)
        for (int y = 0; y < 3; y++)
            memset(alpha + (i / 10 * 10 + y) * 100 + i % 10 * 10, 255,
                   i == 80 ? 5 : 3);
    CHECK_EQUAL(check_objects(alpha, 100, 100, 1), 64);
}

int main(void)
{
    objects_are_the_parts_and_soft_cells_go_to_the_nearest();
    a_large_matte_is_looked_at_by_cells();
    cells_grow_with_the_photo();
    more_than_a_2000th_of_the_photo_is_an_object();
    the_64_largest_are_kept();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
