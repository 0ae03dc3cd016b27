#!/usr/bin/env python3
"""Writes the seed inputs of fuzz_decode and fuzz_job: small pictures of every
format and variant, whole and damaged. Run by hand when a variant is added;
the files are committed. Needs Pillow."""
import io
import os
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
        folder = os.path.join(HERE, target)
        os.makedirs(folder, exist_ok=True)
        for i, (name, data) in enumerate(sorted(files.items())):
            start = prefix and bytes([i % 10, 16 + i])
            with open(os.path.join(folder, name), "wb") as file:
                file.write(start + data)


if __name__ == "__main__":
    main()
