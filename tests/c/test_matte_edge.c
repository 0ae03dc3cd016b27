/* What is done to a matte's edge, against plain loops. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "matte/edge.h"

enum { W = 300, H = 170 }; /* more than a tile both ways */

static uint8_t alpha[W * H], made[W * H], wanted[W * H];
static uint8_t px[W * H * 4];
static const cut_image photo = {px, W, H, 1, 0};
static const cut_edge_part whole = {0, 0, W, H};

static uint32_t noise = 1;

static int pick(int n)
{
    noise = noise * 1664525u + 1013904223u;
    return (int)((noise >> 16) % (uint32_t)n);
}

/* Discs with edges of any softness, some reaching the border, and specks. */
static void blobs(uint32_t seed)
{
    noise = seed;
    memset(alpha, 0, sizeof alpha);
    memset(px, 255, sizeof px);
    for (int n = 0; n < 9; n++) {
        float cx = (float)pick(W), cy = (float)pick(H);
        float r = (float)(4 + pick(50)), soft = (float)(1 + pick(8));
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                float d = hypotf((float)x - cx, (float)y - cy);
                float v = (r - d) / soft * 255;
                v = v < 0 ? 0 : v > 255 ? 255 : v;
                uint8_t *a = &alpha[y * W + x];
                if (v > *a) *a = (uint8_t)v;
            }
    }
    for (int n = 0; n < 40; n++) alpha[pick(W * H)] = (uint8_t)pick(256);
}

static int clip(int v, int end)
{
    return v < 0 ? 0 : v >= end ? end - 1 : v;
}

static uint8_t at(const uint8_t *plane, int x, int y)
{
    return plane[clip(y, H) * W + clip(x, W)];
}

static void filter(const cut_edge *edge)
{
    CHECK_EQUAL(cut_edge_filter(made, W, alpha, W, H, whole, edge, NULL),
                CUT_OK);
}

static int most_different(void)
{
    int most = 0;
    for (int i = 0; i < W * H; i++) {
        int d = abs(made[i] - wanted[i]);
        if (d > most) most = d;
    }
    return most;
}

/* ---- shift --------------------------------------------------------------- */

static int extreme(int x, int y, int r, int outwards)
{
    int best = outwards ? 0 : 255;
    for (int v = -r; v <= r; v++)
        for (int u = -r; u <= r; u++) {
            int a = at(alpha, x + u, y + v);
            if (u * u + v * v > r * r) continue;
            if (outwards ? a > best : a < best) best = a;
        }
    return best;
}

static void a_shift_is_the_extreme_within_a_disc(void)
{
    static const float shifts[] = {1, -1, 2, -3, 0.5f, -1.25f, 4.75f, 7};
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
        float by = fabsf(shifts[i]);
        int r = (int)by, out = shifts[i] > 0;
        int part = (int)lrintf((by - (float)r) * 256);
        blobs(7 + (uint32_t)i);
        filter(&(cut_edge){.shift = shifts[i]});
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                int a = extreme(x, y, r, out);
                int b = part ? extreme(x, y, r + 1, out) : a;
                /* rounded as what is seen grow: clear, of a shift inwards */
                int v = out ? (a * (256 - part) + b * part + 128) >> 8
                            : 255 - (((255 - a) * (256 - part) +
                                      (255 - b) * part + 128) >>
                                     8);
                wanted[y * W + x] = (uint8_t)v;
            }
        CHECK_EQUAL(most_different(), 0);
    }
}

static void what_the_border_cuts_off_is_not_shifted_there(void)
{
    for (int i = 0; i < W * H; i++) alpha[i] = i / W >= 100 ? 255 : 0;
    filter(&(cut_edge){.shift = -10});
    CHECK_EQUAL(at(made, 0, 109), 0);
    CHECK_EQUAL(at(made, 0, 110), 255);
    CHECK_EQUAL(at(made, 0, H - 1), 255);
    CHECK_EQUAL(at(made, W - 1, H - 1), 255);
}

static void a_shift_beyond_the_limit_is_the_limit(void)
{
    blobs(3);
    filter(&(cut_edge){.shift = CUT_EDGE_MAX_PX});
    memcpy(wanted, made, sizeof made);
    filter(&(cut_edge){.shift = 1e6f});
    CHECK_EQUAL(most_different(), 0);
}

/* ---- feather ------------------------------------------------------------- */

static float weights[1000];

static void a_feather_is_a_gaussian(void)
{
    static const float widths[] = {1, 2.5f, 8, 21};
    static float rows[W * H];
    for (size_t i = 0; i < 4; i++) {
        float sigma = widths[i] / 2, sum = 0;
        int r = (int)(sigma * 4) + 2;
        for (int k = -r; k <= r; k++) {
            weights[k + r] = expf(-(float)(k * k) / (2 * sigma * sigma));
            sum += weights[k + r];
        }
        blobs(20 + (uint32_t)i);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                float v = 0;
                for (int k = -r; k <= r; k++)
                    v += (float)at(alpha, x + k, y) * weights[k + r] / sum;
                rows[y * W + x] = v;
            }
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                float v = 0;
                for (int k = -r; k <= r; k++)
                    v += rows[clip(y + k, H) * W + x] * weights[k + r] / sum;
                wanted[y * W + x] = (uint8_t)(v + 0.5f);
            }
        filter(&(cut_edge){.feather = widths[i]});
        CHECK(most_different() <= 6); /* 4 seen; specks of 1 px are hardest */
    }
}

/* ---- smoothing ------------------------------------------------------------ */

/* A half-plane whose border runs at `slope`, `soft` px wide; a bump or a notch
 * of 3 x 3 px on it. */
static void half_plane(float slope, float soft, int bump)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            float d = ((float)y - 85 - slope * (float)(x - W / 2)) /
                      hypotf(1, slope);
            float v = (0.5f - d / soft) * 255;
            alpha[y * W + x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    memcpy(wanted, alpha, sizeof alpha);
    for (int y = 0; bump && y < 3; y++)
        for (int x = 0; x < 3; x++)
            alpha[(85 + bump * 2 + y - 1) * W + W / 2 + x] = bump > 0 ? 255 : 0;
}

/* How far the border lies from where it was, in px, at most. */
static float moved(int from, int end)
{
    float most = 0;
    for (int x = from; x < end; x++) {
        float is = 0, was = 0;
        for (int y = 20; y < H - 20; y++) {
            is += (float)at(made, x, y) / 255;
            was += (float)at(wanted, x, y) / 255;
        }
        if (fabsf(is - was) > most) most = fabsf(is - was);
    }
    return most;
}

static void smoothing_leaves_straight_edges_where_they_are(void)
{
    static const float slopes[] = {0, 0.1f, 0.35f};
    static const float softs[] = {1, 2, 6, 12};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 4; k++) {
            half_plane(slopes[i], softs[k], 0);
            filter(&(cut_edge){.smooth = 6});
            CHECK(moved(40, W - 40) < 0.25f);
            /* an edge wider than what is smoothed stays as soft */
            if (softs[k] >= 12) CHECK(most_different() <= 24); /* 18 seen */
        }
}

static void smoothing_takes_bumps_and_notches_away(void)
{
    for (int bump = -1; bump <= 1; bump += 2) {
        half_plane(0, 1, bump);
        memcpy(made, alpha, sizeof made);
        float before = moved(W / 2 - 6, W / 2 + 9);
        filter(&(cut_edge){.smooth = 10});
        CHECK(before >= 1);
        CHECK(moved(W / 2 - 6, W / 2 + 9) < before * 0.45f);
    }
}

static void what_is_even_stays_whatever_it_is(void)
{
    for (int a = 0; a < 256; a += 15) {
        memset(alpha, a, sizeof alpha);
        alpha[0] = (uint8_t)(a ^ 1); /* so that no tile there is skipped */
        filter(&(cut_edge){0, 9, 3, 7});
        int wrong = 0;
        for (int i = 0; i < W * H; i++) wrong += abs(made[i] - a) > 1;
        CHECK_EQUAL(wrong, 0);
        CHECK_EQUAL(at(made, 200, 150), a);
    }
}

/* ---- parts ---------------------------------------------------------------- */

static void a_part_is_as_in_the_whole(void)
{
    const cut_edge edge = {0, 5, -2.5f, 4};
    const cut_edge_part part = {33, 17, 290, 161};
    blobs(77);
    filter(&edge);
    memcpy(wanted, made, sizeof made);
    CHECK_EQUAL(cut_edge_filter(made + part.y0 * W + part.x0, W, alpha, W, H,
                                part, &edge, NULL),
                CUT_OK);
    CHECK_EQUAL(most_different(), 0);
}

/* ---- holes ---------------------------------------------------------------- */

static int stack[W * H];

/* Fills one hole by a plain flood; `seen` marks what was looked at. */
static void flood(uint8_t *seen, int from, int limit)
{
    int count = 0, end = 1, open = 0;
    stack[0] = from;
    seen[from] = 1;
    while (count < end) {
        int i = stack[count++], x = i % W, y = i / W;
        const int next[4] = {x > 0 ? i - 1 : -1, x < W - 1 ? i + 1 : -1,
                             y > 0 ? i - W : -1, y < H - 1 ? i + W : -1};
        for (int k = 0; k < 4; k++) {
            if (next[k] < 0)
                open = 1;
            else if (alpha[next[k]] < 240 && !seen[next[k]]) {
                seen[next[k]] = 1;
                stack[end++] = next[k];
            }
        }
    }
    for (int k = 0; !open && end <= limit && k < end; k++) {
        int x = stack[k] % W, y = stack[k] / W;
        wanted[stack[k]] = 255;
        for (int v = y - 1; v <= y + 1; v++)
            for (int u = x - 1; u <= x + 1; u++)
                if (alpha[v * W + u] >= 240) wanted[v * W + u] = 255;
    }
}

static void holes_are_filled_as_by_a_flood(void)
{
    static uint8_t seen[W * H];
    for (int round = 0; round < 6; round++) {
        noise = (uint32_t)(100 + round);
        for (int i = 0; i < W * H; i++) {
            int v = pick(20) < 9 + round ? 200 + pick(56) : pick(256);
            alpha[i] = (uint8_t)v;
        }
        int side = 1 + round * round;
        memcpy(wanted, alpha, sizeof alpha);
        memcpy(made, alpha, sizeof alpha);
        memset(seen, 0, sizeof seen);
        for (int i = 0; i < W * H; i++)
            if (alpha[i] < 240 && !seen[i]) flood(seen, i, side * side);
        CHECK_EQUAL(cut_edge_fill(made, &photo, (float)side, NULL), CUT_OK);
        CHECK_EQUAL(most_different(), 0);
        CHECK(memcmp(made, alpha, sizeof made) != 0);
    }
}

static void a_hole_is_filled_up_to_its_size(void)
{
    memset(alpha, 255, sizeof alpha);
    for (int y = 50; y < 60; y++) memset(alpha + y * W + 50, 0, 10);
    memcpy(made, alpha, sizeof alpha);
    CHECK_EQUAL(cut_edge_fill(made, &photo, 9.9f, NULL), CUT_OK);
    CHECK_EQUAL(at(made, 55, 55), 0);
    CHECK_EQUAL(cut_edge_fill(made, &photo, 10, NULL), CUT_OK);
    CHECK_EQUAL(at(made, 55, 55), 255);
}

/* ---- the whole ------------------------------------------------------------ */

static void nothing_rises_above_the_photos_own_alpha(void)
{
    blobs(5);
    for (int i = 0; i < W * H; i++) {
        px[i * 4 + 3] = (uint8_t)(i % W);
        if (alpha[i] > px[i * 4 + 3]) alpha[i] = px[i * 4 + 3];
    }
    memcpy(made, alpha, sizeof alpha);
    const cut_edge edge = {20, 0, 5, 4};
    CHECK_EQUAL(cut_edge_apply(made, &photo, &edge, NULL), CUT_OK);
    int above = 0, raised = 0;
    for (int i = 0; i < W * H; i++) {
        above += made[i] > px[i * 4 + 3];
        raised += made[i] > alpha[i];
    }
    CHECK_EQUAL(above, 0);
    CHECK(raised > 500);
}

static void all_of_it_comes_in_its_order(void)
{
    const cut_edge each[] = {
        {30, 0, 0, 0}, {0, 4, 0, 0}, {0, 0, 2, 0}, {0, 0, 0, 3}};
    const cut_edge all = {30, 4, 2, 3};
    blobs(8);
    memcpy(made, alpha, sizeof alpha);
    CHECK_EQUAL(cut_edge_apply(made, &photo, &all, NULL), CUT_OK);
    memcpy(wanted, alpha, sizeof alpha);
    for (int i = 0; i < 4; i++)
        CHECK_EQUAL(cut_edge_apply(wanted, &photo, &each[i], NULL), CUT_OK);
    int wrong = 0; /* but where the border repeats what is not filtered yet */
    for (int y = 30; y < H - 30; y++)
        for (int x = 30; x < W - 30; x++)
            wrong += at(made, x, y) != at(wanted, x, y);
    CHECK_EQUAL(wrong, 0);
    CHECK(memcmp(made, alpha, sizeof made) != 0);
}

static void a_refusal_changes_nothing(void)
{
    const cut_edge edge = {30, 4, 2, 3};
    blobs(9);
    int refused = 0;
    for (uint32_t n = 1; n < 20; n++) {
        memcpy(made, alpha, sizeof alpha);
        cut_alloc_fail_at(n);
        cut_status status = cut_edge_apply(made, &photo, &edge, NULL);
        cut_alloc_fail_at(0);
        CHECK_EQUAL(cut_alloc_count().blocks, 0);
        if (!status) break;
        refused++;
        CHECK_EQUAL(status, CUT_E_MEMORY);
        CHECK_EQUAL(memcmp(made, alpha, sizeof made), 0);
    }
    CHECK_EQUAL(refused, 5);
}

int main(void)
{
    a_shift_is_the_extreme_within_a_disc();
    what_the_border_cuts_off_is_not_shifted_there();
    a_shift_beyond_the_limit_is_the_limit();
    a_feather_is_a_gaussian();
    smoothing_leaves_straight_edges_where_they_are();
    smoothing_takes_bumps_and_notches_away();
    what_is_even_stays_whatever_it_is();
    a_part_is_as_in_the_whole();
    holes_are_filled_as_by_a_flood();
    a_hole_is_filled_up_to_its_size();
    nothing_rises_above_the_photos_own_alpha();
    all_of_it_comes_in_its_order();
    a_refusal_changes_nothing();
    return CHECK_DONE();
}
