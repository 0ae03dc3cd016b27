/*
 * Any hand on a matte: the first bytes are the photo and its matte, the others
 * a program of strokes, edges, objects, things pointed at, details, undo and
 * views. Every call answers a status of the list, alpha stays below the photo's
 * own, nothing leaks, and when all is undone the matte is what it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "edit/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4, MAX_SIDE = 64, MAX_STEPS = 48, MAX_VIEW = 48 };

typedef struct program {
    const uint8_t *at, *end;
    cut_edit *edit;
} program;

static int byte(program *p)
{
    return p->at < p->end ? *p->at++ : 0;
}

/* A place, half a photo beyond it at most. */
static float place(program *p, int32_t side)
{
    return ((float)byte(p) / 128 - 0.5f) * (float)side;
}

/* A photo and its matte: four bytes are size and seed, the next ones colours
 * and alphas, again and again. */
static cut_edit *begin(const uint8_t *data, size_t size)
{
    int32_t w = 1 + data[0] % MAX_SIDE, h = 1 + data[1] % MAX_SIDE;
    int step = 1 + data[2] % 8, opaque = data[3] & 1;
    size_t n = (size_t)w * (size_t)h;
    cut_edit *edit = cut_alloc_zero(1, sizeof *edit);
    if (!edit) abort();
    edit->photo = (cut_image){cut_alloc(n, 4), w, h, opaque};
    edit->alpha = cut_alloc(n, 1);
    if (!edit->photo.px || !edit->alpha) abort();
    for (size_t i = 0; i < n; i++) {
        /* areas of one colour, as photos have */
        size_t x = i % (size_t)w, y = i / (size_t)w, at = x / 5 + y / 5 * 7;
        uint8_t *px = edit->photo.px + i * 4;
        for (size_t c = 0; c < 4; c++)
            px[c] = data[HEAD + (at * (size_t)step + c) % (size - HEAD)];
        if (opaque) px[3] = 255;
        uint8_t a = data[HEAD + (at + 11) % (size - HEAD)];
        a = a < 96 ? 0 : a < 160 ? a : 255;
        edit->alpha[i] = a < px[3] ? a : px[3];
    }
    if (cut_edit_start(edit)) abort();
    return edit;
}

static void look(program *p)
{
    cut_edit *edit = p->edit;
    int style = byte(p) % 5;
    float x = place(p, edit->photo.w), y = place(p, edit->photo.h);
    float step = (float)(1 + byte(p)) / 32;
    uint32_t w = (uint32_t)byte(p) % MAX_VIEW, h = (uint32_t)byte(p) % MAX_VIEW;
    int status = cut_edit_view(edit, style, x, y, step, w, h);
    if (status == CUT_OK && (!w || !h || !cut_edit_pixels(edit))) abort();
    volatile uint32_t sum = 0; /* reads all of it */
    for (uint32_t i = 0; status == CUT_OK && i < w * h * 4; i++)
        sum += cut_edit_pixels(edit)[i];
}

static void suppose(program *p)
{
    uint8_t map[12 * 12];
    int way = byte(p) % 4, w = 1 + byte(p) % 12, h = 1 + byte(p) % 12;
    for (int i = 0; i < w * h; i++) map[i] = (uint8_t)(byte(p) * 3);
    cut_edit_suppose(p->edit, way, way < 3 || w & 1 ? map : NULL, (uint32_t)w,
                     (uint32_t)h);
}

static void detail(program *p)
{
    cut_edit *edit = p->edit;
    for (int i = 0; i < 3 && cut_edit_detail(edit) == CUT_OK; i++) {
        if (!cut_edit_tile(edit)) return;
        uint32_t blocks = cut_edit_tile_blocks(edit), n = 4 * blocks * blocks;
        float *logits = malloc(n * sizeof *logits);
        if (!logits) abort();
        float v = (float)(byte(p) - 128) / 8;
        for (uint32_t k = 0; k < n; k++) logits[k] = k % 3 ? v : -v;
        if (cut_edit_tile_answer(edit, logits, n - 1) == CUT_OK ||
            cut_edit_tile_answer(edit, logits, n) != CUT_OK)
            abort();
        free(logits);
    }
}

static void one(program *p)
{
    cut_edit *edit = p->edit;
    float x, y;
    int status = CUT_OK;
    switch (byte(p) % 16) {
    case 0:
    case 1: {
        int mode = byte(p) % 9;
        x = place(p, edit->photo.w);
        y = place(p, edit->photo.h);
        float radius = (float)byte(p) / 4, hardness = (float)byte(p) / 250;
        status = cut_edit_stroke(edit, mode, x, y, radius, hardness,
                                 byte(p) & 1);
        break;
    }
    case 2:
    case 3:
        x = place(p, edit->photo.w);
        y = place(p, edit->photo.h);
        status = cut_edit_draw(edit, x, y);
        break;
    case 4:
    case 5: status = cut_edit_end(edit); break;
    case 6: status = cut_edit_undo(edit); break;
    case 7: status = cut_edit_redo(edit); break;
    case 8:
        x = place(p, edit->photo.w);
        y = place(p, edit->photo.h);
        status = cut_edit_toggle(edit, x, y);
        break;
    case 9:
        if (!cut_edit_objects_json(edit)) abort();
        break;
    case 10: look(p); break;
    case 11:
        /* as much as photos of this size need */
        status = cut_edit_amount(edit, (float)(byte(p) - 128) / 16);
        break;
    case 12: status = cut_edit_everywhere(edit, byte(p) % 9); break;
    case 13: suppose(p); break;
    case 14: status = cut_edit_settle(edit, byte(p) & 1); break;
    case 15: detail(p); break;
    }
    if (strcmp(cut_status_code(status), "internal") == 0 ||
        (status && !cut_edit_message(edit)[0]))
        abort();
}

/* Undone, all of it is the matte that it was. */
static void check_undo(cut_edit *edit, const uint8_t *before, size_t n)
{
    cut_edit_end(edit);
    for (size_t i = 0; i < n; i++)
        if (edit->alpha[i] > edit->photo.px[i * 4 + 3]) abort();
    while (cut_edit_undos(edit))
        if (cut_edit_undo(edit)) abort();
    if (memcmp(before, edit->alpha, n) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD + 8) return 0;
    cut_edit *edit = begin(data, size);
    size_t n = (size_t)(edit->photo.w * edit->photo.h);
    uint8_t *before = malloc(n);
    if (!before) abort();
    memcpy(before, edit->alpha, n);
    program p = {.at = data + HEAD, .end = data + size, .edit = edit};
    for (int i = 0; i < MAX_STEPS && p.at < p.end; i++) one(&p);
    if (cut_edit_encode(edit) || !cut_edit_bytes_size(edit)) abort();
    check_undo(edit, before, n);
    free(before);
    cut_edit_free(edit);
    if (cut_live_blocks() != 0) abort();
    return 0;
}
