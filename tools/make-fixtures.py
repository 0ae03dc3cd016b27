#!/usr/bin/env python3
"""Writes tests/c/fixtures.h: small pictures by other people's encoders, as C
arrays, so that the C tests read no file and run in wasm too. Run by hand when
a variant is added; the header is committed. Needs Pillow."""
import io
import os
import struct
import zlib

from PIL import Image, ImageCms

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "c", "fixtures.h")
W, H = 13, 9


def pixel(x, y):
    """The same formula as fixture_pixel() in tests/c/test_image_decode.c."""
    return x * 19 % 256, y * 27 % 256, (x * y * 5 + 40) % 256, 255 if x > 3 else x * 80


def scene(mode):
    image = Image.new("RGBA", (W, H))
    image.putdata([pixel(x, y) for y in range(H) for x in range(W)])
    return image.convert(mode)


def smooth(mode="RGB"):
    """What a JPEG keeps: a ramp without edges, 24 x 16."""
    image = Image.new("RGB", (24, 16))
    image.putdata([(40 + x * 6, 30 + y * 9, 200 - x * 3 - y * 2) for y in range(16) for x in range(24)])
    return image.convert(mode)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(w, h, bits, colour, raw, interlaced=0, before=b""):
    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, colour, 0, 0, interlaced)) +
            before + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def interlaced():
    """Adam7, RGBA, filter None."""
    raw = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(y0, H, dy):
            raw += b"\0" + b"".join(bytes(pixel(x, y)) for x in range(x0, W, dx))
    return png(W, H, 8, 6, raw, 1)


def sixteen():
    return png(W, H, 16, 6, b"".join(b"\0" + b"".join(struct.pack(">4H", *(v << 8 | 0x7f for v in pixel(x, y)))
                                                     for x in range(W)) for y in range(H)))


def two_frames():
    first, second = Image.new("P", (W, H), 1), Image.new("P", (W, H), 0)
    for image in (first, second):
        image.putpalette([0, 0, 255, 200, 100, 50] + [0] * 762)
    return saved(first, "GIF", save_all=True, append_images=[second], duration=50)


def stripes():
    """20 x 21, each row and column its own, so that a lost row shows."""
    image = Image.new("P", (20, 21))
    image.putpalette([v for i in range(256) for v in (i, 255 - i, i * 7 % 256)])
    image.putdata([(x + y * 11) % 256 for y in range(21) for x in range(20)])
    return image


def without(data, marker):
    """A JPEG without its first segment of that marker."""
    at = data.index(bytes([0xFF, marker]))
    return data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]:]


def main():
    exif = Image.Exif()
    exif[0x0112] = 6
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rgb, rgba, ramp = scene("RGB"), scene("RGBA"), smooth()
    cmyk = saved(smooth("CMYK"), "JPEG", quality=95)
    honest = b"".join(b"\0" + bytes(W * 3) for _ in range(H))
    files = {
        "icc_profile": icc,
        "jpeg_baseline": saved(ramp, "JPEG", quality=95, subsampling=0),
        "jpeg_progressive": saved(ramp, "JPEG", quality=95, progressive=True),
        "jpeg_grey": saved(smooth("L"), "JPEG", quality=95),
        "jpeg_cmyk": cmyk,
        "jpeg_cmyk_plain": without(cmyk, 0xEE),
        "jpeg_restarts": saved(smooth(), "JPEG", quality=95, subsampling=0, restart_marker_blocks=1),
        "jpeg_exif6_icc": saved(ramp, "JPEG", exif=exif.tobytes(), icc_profile=icc),
        "png_rgba": saved(rgba, "PNG"),
        "png_interlaced": interlaced(),
        "png_sixteen": sixteen(),
        "png_grey_alpha": saved(scene("LA"), "PNG"),
        "png_palette": saved(rgb.quantize(256), "PNG"),
        "png_one_bit": saved(scene("1"), "PNG"),
        "png_icc_exif6": saved(rgba, "PNG", icc_profile=icc, exif=exif),
        "png_too_much": png(W, H, 8, 2, honest + bytes(3 << 20)),
        "png_too_little": png(W, H, 8, 2, honest[:-1]),
        "bmp_rgb": saved(rgb, "BMP"),
        "gif_two_frames": two_frames(),
        "gif_plain": saved(stripes(), "GIF", interlace=0),
        "gif_interlaced": saved(stripes(), "GIF", interlace=1),
        "webp_lossy": saved(rgb, "WEBP"),
        "webp_alpha": saved(rgba, "WEBP"),
        "webp_lossless": saved(rgba, "WEBP", lossless=True),
        "webp_exif6_icc": saved(rgba, "WEBP", lossless=True, exif=exif, icc_profile=icc),
    }
    expected = {
        "jpeg_baseline_rgb": Image.open(io.BytesIO(files["jpeg_baseline"])).tobytes(),
        "jpeg_progressive_rgb": Image.open(io.BytesIO(files["jpeg_progressive"])).tobytes(),
        "jpeg_cmyk_rgb": Image.open(io.BytesIO(cmyk)).convert("RGB").tobytes(),
    }
    with open(OUT, "w", encoding="ascii") as out:
        out.write("/* Made by tools/make-fixtures.py; do not edit. Pictures of 13 x 9 (PNG, BMP,\n"
                  " * GIF, WebP) and 24 x 16 (JPEG), and what Pillow decodes from the JPEGs. */\n"
                  "/* clang-format off */\n#ifndef CUT_TESTS_FIXTURES_H\n#define CUT_TESTS_FIXTURES_H\n\n#include <stdint.h>\n")
        for name, data in {**files, **expected}.items():
            out.write("\n__attribute__((unused)) static const uint8_t %s[%d] = {\n" % (name, len(data)))
            for at in range(0, len(data), 20):
                out.write("".join("%d," % b for b in data[at:at + 20]) + "\n")
            out.write("};\n")
        out.write("\n#endif\n")


if __name__ == "__main__":
    main()
