/* EXIF, XMP and IPTC out of one file and into another, made true of it. */
#define _GNU_SOURCE /* memmem */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "image/bytes.h"
#include "image/chunks.h"
#include "image/exif.h"
#include "image/jpeg.h"
#include "image/metadata.h"
#include "image/png.h"
#include "image/probe.h"
#include "made_file.h"
#include "scene.h"

/* Orientation 6, a size, GPS, an EXIF part with a size, a thumbnail. */
static bytes exif_of(int big)
{
    bytes b = {.size = 0};
    put(&b, big ? "MM\0\x2A" : "II\x2A\0", 4);
#define N(v, count) (big ? put_be(&b, v, count) : put_le(&b, v, count))
#define SHORT(tag, v)                                                          \
    (N(tag, 2), N(3, 2), N(1, 4), N(v, 2), N(0, 2)) /* left in its field */
#define LONG(tag, v) (N(tag, 2), N(4, 2), N(1, 4), N(v, 4))
    N(8, 4);
    N(4, 2); /* at 8 */
    SHORT(0x0112, 6);
    LONG(0x0100, 4000);
    LONG(0x8769, 62);
    LONG(0x8825, 92);
    N(98, 4); /* at 58: the thumbnail's */
    N(2, 2);  /* at 62 */
    SHORT(0xA002, 4000);
    LONG(0xA003, 3000);
    N(0, 4);
    N(0, 2); /* at 92: GPS, empty */
    N(0, 4);
    N(2, 2); /* at 98 */
    LONG(0x0201, 128);
    LONG(0x0202, 5);
    N(0, 4);
    put_text(&b, "THUMB"); /* at 128 */
#undef N
#undef SHORT
#undef LONG
    return b;
}

static const char xmp[] = "<x:xmpmeta><rdf:Description tiff:Orientation=\"8\"/>"
                          "<tiff:Orientation>3</tiff:Orientation></x:xmpmeta>";

static const uint8_t iptc[] = {0x1C, 2, 80, 0, 3, 'A', 'n', 'n', 0x1C, 2, 0};

static cut_metadata all(int big)
{
    cut_metadata m = {0};
    bytes exif = exif_of(big);
    CHECK_EQUAL(cut_metadata_copy(&m.exif, exif.at, exif.size, NULL), CUT_OK);
    CHECK_EQUAL(
        cut_metadata_copy(&m.xmp, (const uint8_t *)xmp, strlen(xmp), NULL),
        CUT_OK);
    CHECK_EQUAL(cut_metadata_copy(&m.iptc, iptc, sizeof iptc, NULL), CUT_OK);
    return m;
}

static int same(const cut_bytes *a, const void *b, size_t size)
{
    return a->size == size && (!size || memcmp(a->data, b, size) == 0);
}

static cut_bytes file_of(cut_format format)
{
    cut_bytes out = {0}, none = {0};
    cut_image image = {scene_pixels(20, 10, 0), 20, 10, 1};
    if (format == CUT_FORMAT_PNG)
        CHECK_EQUAL(cut_png_encode(&out, &image, &none, NULL), CUT_OK);
    else
        CHECK_EQUAL(cut_jpeg_encode(&out, &image, 80, &none, NULL), CUT_OK);
    cut_image_free(&image);
    return out;
}

/* A lossless WebP header is all that is looked at. */
static cut_bytes webp_of(int extended, uint8_t alpha)
{
    bytes b = {.size = 0};
    uint8_t head[6] = {0x2F, 19, 0x40, 2, alpha, 0};
    if (extended)
        b = vp8x(0x20, 20, 10);
    else
        b = webp("VP8L", head, sizeof head);
    cut_bytes out = {cut_alloc(b.size, 1), b.size};
    memcpy(out.data, b.at, b.size);
    return out;
}

static void what_is_written_is_read_again(void)
{
    static const cut_format formats[3] = {CUT_FORMAT_JPEG, CUT_FORMAT_PNG,
                                          CUT_FORMAT_WEBP};
    for (int i = 0; i < 6; i++) {
        cut_format format = formats[i % 3];
        cut_metadata m = all(i & 1), read;
        if (i > 2) m.exif.size--, m.xmp.size--, m.iptc.size--; /* odd, even */
        cut_bytes file = format == CUT_FORMAT_WEBP ? webp_of(i > 2, 0x10)
                                                   : file_of(format);
        CHECK_EQUAL(cut_metadata_write(&file, &m, format, 20, 10, NULL),
                    CUT_OK);
        CHECK_EQUAL(
            cut_metadata_read(&read, file.data, file.size, format, NULL),
            CUT_OK);
        CHECK(same(&read.exif, m.exif.data, m.exif.size));
        CHECK(same(&read.xmp, m.xmp.data, m.xmp.size));
        if (format == CUT_FORMAT_WEBP)
            CHECK(read.iptc.data == NULL);
        else
            CHECK(same(&read.iptc, m.iptc.data, m.iptc.size));
        cut_probe probe;
        CHECK_EQUAL(cut_image_probe(&probe, file.data, file.size, NULL),
                    CUT_OK);
        CHECK(probe.w == 20 && probe.h == 10);
        if (format == CUT_FORMAT_WEBP) {
            CHECK_EQUAL(probe.has_alpha_channel, i <= 2);
            CHECK_EQUAL(file.data[20], i > 2 ? 0x2C : 0x1C);
            CHECK_EQUAL(cut_le32(file.data + 4), file.size - 8);
        }
        cut_metadata_free(&m);
        cut_metadata_free(&read);
        cut_bytes_free(&file);
    }
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void a_result_is_upright_has_its_own_size_and_no_thumbnail(void)
{
    for (int big = 0; big < 2; big++) {
        cut_metadata m = all(big);
        cut_metadata_settle(&m, 300, 200);
        const uint8_t *t = m.exif.data;
#define AT(at, count)                                                          \
    ((count) == 2 ? (big ? cut_be16(t + (at)) : cut_le16(t + (at)))            \
                  : (big ? cut_be32(t + (at)) : cut_le32(t + (at))))
        CHECK_EQUAL(AT(18, 2), 1);   /* orientation */
        CHECK_EQUAL(AT(30, 4), 300); /* ImageWidth */
        CHECK_EQUAL(AT(54, 4), 92);  /* GPS is where it was */
        CHECK_EQUAL(AT(58, 4), 0);   /* no second directory */
        CHECK_EQUAL(AT(72, 2), 300); /* PixelXDimension */
        CHECK_EQUAL(AT(84, 4), 200); /* PixelYDimension */
#undef AT
        CHECK(memcmp(t + 128, "\0\0\0\0\0", 5) == 0);
        CHECK(memmem(m.xmp.data, m.xmp.size, "Orientation=\"1\"", 15) != NULL);
        CHECK(memmem(m.xmp.data, m.xmp.size, "Orientation>1<", 14) != NULL);
        cut_metadata_free(&m);
    }
}

/* Every byte of the structure made 0 or 255, every length: no byte beyond it
 * is touched (ASan), nothing hangs. */
static void damaged_exif_is_survived(void)
{
    bytes good = exif_of(0);
    for (size_t i = 0; i < good.size * 3; i++) {
        bytes b = good;
        if (i < good.size)
            b.size = i;
        else
            b.at[i % good.size] = i < good.size * 2 ? 0 : 255;
        cut_metadata m = {0};
        cut_metadata_copy(&m.exif, b.at, b.size, NULL);
        cut_metadata_settle(&m, 1, 1);
        CHECK(m.exif.size == b.size);
        cut_metadata_free(&m);
    }
    cut_metadata none = {0};
    cut_metadata_settle(&none, 1, 1);
    CHECK(none.exif.data == NULL);
}

static void a_segment_too_long_for_jpeg_is_left_out(void)
{
    cut_metadata m = {0}, read;
    uint8_t *much = calloc(1, 70000);
    CHECK_EQUAL(cut_metadata_copy(&m.exif, much, 65527, NULL), CUT_OK);
    CHECK_EQUAL(cut_metadata_copy(&m.xmp, much, 65505, NULL), CUT_OK);
    cut_bytes file = file_of(CUT_FORMAT_JPEG);
    size_t before = file.size;
    CHECK_EQUAL(cut_metadata_write(&file, &m, CUT_FORMAT_JPEG, 20, 10, NULL),
                CUT_OK);
    CHECK_EQUAL(file.size, before + 4 + 6 + 65527);
    CHECK_EQUAL(
        cut_metadata_read(&read, file.data, file.size, CUT_FORMAT_JPEG, NULL),
        CUT_OK);
    CHECK_EQUAL(read.exif.size, 65527);
    CHECK(read.xmp.data == NULL);
    cut_metadata_free(&read);
    cut_metadata_free(&m);
    cut_bytes_free(&file);
    free(much);
}

static void photoshops_resources_are_walked_to_the_one_that_counts(void)
{
    bytes b = jpeg(), app = {.size = 0};
    put(&app, "Photoshop 3.0\0", 14);
    put(&app, "8BIM\x04\x09\3abc", 10); /* another one, with a name */
    put_be(&app, 3, 4);
    put(&app, "xyz\0", 4);
    put(&app, "8BIM\x04\x04\0\0", 8);
    put_be(&app, 5, 4);
    put(&app, "hello\0", 6);
    put_segment(&b, 0xED, app.at, app.size);
    put_text(&b, "\xFF\xD9zzz");
    for (size_t cut = 0; cut < 2; cut++) {
        cut_metadata m;
        if (cut) b.at[2 + 4 + 14 + 18 + 11] = 200; /* longer than it can be */
        CHECK_EQUAL(cut_metadata_read(&m, b.at, b.size, CUT_FORMAT_JPEG, NULL),
                    CUT_OK);
        CHECK(cut ? m.iptc.data == NULL : same(&m.iptc, "hello", 5));
        cut_metadata_free(&m);
    }
}

/* ---- through a job ----------------------------------------------------- */

static cut_bytes result_of(const char *options, const cut_bytes *photo)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(
        scene_job(job, options, photo->data, (uint32_t)photo->size, CUT_DONE),
        CUT_OK);
    cut_bytes out = {cut_alloc(cut_job_bytes_size(job), 1),
                     cut_job_bytes_size(job)};
    memcpy(out.data, cut_job_bytes(job), out.size);
    cut_job_free(job);
    return out;
}

static void a_job_keeps_it_when_it_is_asked_to(void)
{
    static const char *options[] = {
        "{\"metadata\":\"keep\"}",
        "{\"metadata\":\"keep\",\"format\":\"jpeg\"}", "{}",
        "{\"metadata\":\"keep\",\"mask\":true}",
        "{\"metadata\":\"keep\",\"canvas\":\"passport\"}"};
    cut_bytes photo = file_of(CUT_FORMAT_JPEG);
    cut_metadata m = all(1), read;
    CHECK_EQUAL(cut_metadata_write(&photo, &m, CUT_FORMAT_JPEG, 20, 10, NULL),
                CUT_OK);
    for (int i = 0; i < 5; i++) {
        cut_bytes made = result_of(options[i], &photo);
        cut_format format = i == 1 ? CUT_FORMAT_JPEG : CUT_FORMAT_PNG;
        CHECK_EQUAL(
            cut_metadata_read(&read, made.data, made.size, format, NULL),
            CUT_OK);
        int kept = i != 2 && i != 3;
        CHECK_EQUAL(read.exif.size, kept ? m.exif.size : 0);
        CHECK_EQUAL(read.xmp.size, kept ? m.xmp.size : 0);
        CHECK(kept ? same(&read.iptc, iptc, sizeof iptc) : !read.iptc.data);
        CHECK_EQUAL(cut_exif_orientation(made.data, made.size, format), 1);
        cut_probe probe; /* turned by orientation 6: 10 x 20 */
        CHECK_EQUAL(cut_image_probe(&probe, made.data, made.size, NULL),
                    CUT_OK);
        if (kept && i < 4) {
            CHECK(probe.w == 10 && probe.h == 20);
            CHECK_EQUAL(cut_be32(read.exif.data + 30), 10);
        }
        cut_metadata_free(&read);
        cut_bytes_free(&made);
    }
    cut_metadata_free(&m);
    cut_bytes_free(&photo);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void what_only_a_codec_knows_is_handed_in(void)
{
    static const uint8_t px[4] = {1, 2, 3, 255};
    for (int keep = 0; keep < 2; keep++) {
        const char *options = keep ? "{\"metadata\":\"keep\"}" : "{}";
        cut_job *job = cut_job_new();
        CHECK_EQUAL(cut_job_metadata(job, 0, iptc, sizeof iptc), CUT_E_STATE);
        CHECK_EQUAL(cut_job_options(job, options, (uint32_t)strlen(options)),
                    CUT_OK);
        CHECK_EQUAL(cut_job_decode_foreign(job, px, 1, 1, 1, NULL, 0, px, 4),
                    CUT_OK);
        CHECK_EQUAL(cut_job_metadata(job, CUT_METADATA_XMP,
                                     (const uint8_t *)xmp, sizeof xmp - 1),
                    CUT_OK);
        CHECK_EQUAL(cut_job_metadata(job, 3, px, 4), CUT_E_ARGUMENT);
        cut_bytes grey = {0}, none = {0}; /* its matte */
        cut_image one = {cut_alloc_zero(4, 1), 1, 1, 1};
        memset(one.px, 255, 4);
        CHECK_EQUAL(cut_png_encode(&grey, &one, &none, NULL), CUT_OK);
        CHECK_EQUAL(cut_job_set_matte(job, grey.data, (uint32_t)grey.size),
                    CUT_OK);
        CHECK_EQUAL(cut_job_foreground(job), CUT_OK);
        CHECK_EQUAL(cut_job_compose(job), CUT_OK);
        CHECK_EQUAL(cut_job_encode(job), CUT_OK);
        CHECK_EQUAL(memmem(cut_job_bytes(job), cut_job_bytes_size(job),
                           "Orientation=\"1\"", 15) != NULL,
                    keep);
        cut_bytes_free(&grey);
        cut_job_free(job);
    }
    CHECK_EQUAL(cut_live_blocks(), 0);
}

static void a_refusal_at_the_end_writes_nothing_twice(void)
{
    cut_bytes photo = file_of(CUT_FORMAT_JPEG);
    cut_metadata m = all(0), read;
    CHECK_EQUAL(cut_metadata_write(&photo, &m, CUT_FORMAT_JPEG, 20, 10, NULL),
                CUT_OK);
    cut_bytes whole = result_of(
        "{\"metadata\":\"keep\",\"canvas\":\"passport\"}", &photo);
    cut_job *job = cut_job_new();
    CHECK_EQUAL(scene_job(job,
                          "{\"metadata\":\"keep\",\"canvas\":\"passport\"}",
                          photo.data, (uint32_t)photo.size, CUT_COMPOSED),
                CUT_OK);
    int status = CUT_E_MEMORY;
    for (uint32_t room = 0; status == CUT_E_MEMORY && room < 200000000;
         room += 997) {
        cut_memory_limit(cut_live_bytes() + room);
        status = cut_job_encode(job);
        cut_memory_limit(0);
    }
    CHECK_EQUAL(status, CUT_OK);
    CHECK_EQUAL(cut_job_bytes_size(job), whole.size);
    CHECK(memcmp(cut_job_bytes(job), whole.data, whole.size) == 0);
    CHECK_EQUAL(
        cut_metadata_read(&read, whole.data, whole.size, CUT_FORMAT_PNG, NULL),
        CUT_OK);
    CHECK(read.exif.size == m.exif.size);
    cut_metadata_free(&read);
    cut_metadata_free(&m);
    cut_bytes_free(&photo);
    cut_bytes_free(&whole);
    cut_job_free(job);
    CHECK_EQUAL(cut_live_blocks(), 0);
}

int main(void)
{
    what_is_written_is_read_again();
    a_result_is_upright_has_its_own_size_and_no_thumbnail();
    damaged_exif_is_survived();
    a_segment_too_long_for_jpeg_is_left_out();
    photoshops_resources_are_walked_to_the_one_that_counts();
    a_job_keeps_it_when_it_is_asked_to();
    what_only_a_codec_knows_is_handed_in();
    a_refusal_at_the_end_writes_nothing_twice();
    return CHECK_DONE();
}
