#!/usr/bin/env python3
"""Writes seed inputs of the fuzz targets: of fuzz_decode and fuzz_job small
pictures of every format and variant, whole and damaged; of those that take
programs, texts or profiles some of each. Run by hand when one is added; the
files are committed. Needs Pillow."""
import io
import os
import random
import struct
import zlib

from PIL import Image, ImageCms

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "fuzz", "corpus")


def scene(mode, size=(23, 17)):
    image = Image.new("RGBA", size)
    image.putdata([((x * 11) % 256, (y * 15) % 256, (x * y) % 256, 255 if x > 4 else x * 60)
                   for y in range(size[1]) for x in range(size[0])])
    return image.convert(mode)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png16():
    """16-bit RGB, which Pillow cannot write."""
    rows = b"".join(b"\0" + bytes((x * y + i) % 256 for x in range(9) for i in range(6)) for y in range(7))
    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 7, 16, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write(target, name, data):
    folder = os.path.join(HERE, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def programs():
    """Where any bytes are a program: such as use all of it."""
    numbers = random.Random(16)
    for target in ("fuzz_edit", "fuzz_result"):
        for i in range(8):
            write(target, f"random-{i}", bytes(numbers.randrange(256) for _ in range(120 + 40 * i)))
    said = {
        "click": ['{"points":[[10,12]]}'],
        "clicks": ['{"points":[["25%","50%"],[30,20,0]]}', '{"points":[["25%","50%"],[30,20,0],[31.5,3,1]]}'],
        "box": ['{"box":[4,"10%",20,300]}'],
        "both": ['{"box":[4,4,9,9],"points":[[5,5]]}', '{"points":[[39,23]]}', '{"box":[-5,-5,"200%",60]}'],
        "wrong": ['{"points":[[1]]}', '{"points":[[400,1]]}', '{"box":[1,2]}', '{}'],
    }
    for i, (name, texts) in enumerate(sorted(said.items())):
        write("fuzz_pick", name, bytes([i, 40 * i]) + b"\0".join(text.encode() for text in texts))


def profiles(srgb):
    """Their tags, as fuzz_profile and fuzz_cms put them behind a header."""
    photo = os.path.join(HERE, "..", "..", "pictures", "cmyk.jpg")
    inks = Image.open(photo).info["icc_profile"]
    write("fuzz_cms", "inks", b"\0" + inks[128:])
    write("fuzz_cms", "curves", b"\x15" + srgb[128:])
    write("fuzz_profile", "srgb", b"\0" + srgb[128:])
    for name, curve in (("gamma", struct.pack(">4sIIHH", b"curv", 0, 1, 563, 0)),
                        ("table", struct.pack(">4sII4H", b"curv", 0, 4, 0, 900, 20000, 65535)),
                        ("parametric", struct.pack(">4sIHH5i", b"para", 0, 3, 0, 157286, 62119, 3417, 5072, 2651))):
        write("fuzz_profile", name, b"\1" + struct.pack(">I4sII", 1, b"kTRC", 128 + 16, len(curve)) + curve)


def main():
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rgb, rgba = scene("RGB"), scene("RGBA")
    files = {
        "baseline.jpg": saved(rgb, "JPEG", quality=60),
        "progressive.jpg": saved(rgb, "JPEG", progressive=True, quality=60),
        "grey.jpg": saved(scene("L"), "JPEG"),
        "cmyk.jpg": saved(scene("CMYK"), "JPEG"),
        "exif6.jpg": saved(rgb, "JPEG", exif=exif.tobytes()),
        "icc.jpg": saved(rgb, "JPEG", icc_profile=profile),
        "rgb.png": saved(rgb, "PNG"),
        "rgba.png": saved(rgba, "PNG"),
        "grey.png": saved(scene("L"), "PNG"),
        "grey-alpha.png": saved(scene("LA"), "PNG"),
        "palette.png": saved(rgb.convert("P", palette=Image.ADAPTIVE, colors=7), "PNG", transparency=2),
        "one-bit.png": saved(scene("1"), "PNG"),
        "icc-exif8.png": saved(rgb, "PNG", icc_profile=profile, exif=exif),
        "sixteen.png": png16(),
        "one.png": saved(scene("RGB", (1, 1)), "PNG"),
        "rgb.bmp": saved(rgb, "BMP"),
        "palette.bmp": saved(rgb.convert("P"), "BMP"),
        "frame.gif": saved(rgb.convert("P"), "GIF"),
        "lossy.webp": saved(rgba, "WEBP"),
        "lossless.webp": saved(rgba, "WEBP", lossless=True, exif=exif, icc_profile=profile),
    }
    files.update({"cut-" + name: data[:len(data) * 2 // 3] for name, data in files.items()})
    files["bomb.png"] = files["rgb.png"][:16] + struct.pack(">II", 65500, 65500) + files["rgb.png"][24:]
    for target, prefix in (("fuzz_decode", b""), ("fuzz_job", b"\x00\x10")):
        for i, (name, data) in enumerate(sorted(files.items())):
            write(target, name, (prefix and bytes([i % 10, 16 + i])) + data)
    programs()
    profiles(profile)


if __name__ == "__main__":
    main()
