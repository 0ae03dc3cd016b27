"""Crops in one small file and back, to take them to another machine.

    python models/train/detail/pack.py into FILE.zip CROPS [--mib 55]
    python models/train/detail/pack.py out FILE.zip CROPS

A crop becomes a WebP of its colours (quality 92) and a PNG of its two mattes in 64
levels; of each set as large a share is taken as fits. Held-out files are left
out, but for a few crops of the first.
"""
import argparse
import glob
import os
import zipfile

import cv2
import numpy as np

HELD = 64


def encoded(crop):
    """(WebP, PNG) bytes of u8 [S,S,5]; the PNG is the mattes one above the other."""
    colours = cv2.imencode(".webp", crop[..., 2::-1], [cv2.IMWRITE_WEBP_QUALITY, 92])[1]
    mattes = np.concatenate([crop[..., 3], crop[..., 4]]).astype(np.uint16)
    levels = ((mattes * 63 + 127) // 255).astype(np.uint8)
    return colours.tobytes(), cv2.imencode(".png", levels, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()


def decoded(colours, levels):
    rgb = cv2.imdecode(np.frombuffer(colours, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    mattes = cv2.imdecode(np.frombuffer(levels, np.uint8), cv2.IMREAD_GRAYSCALE).astype(np.uint16)
    mattes = ((mattes * 255 + 31) // 63).astype(np.uint8)
    side = len(rgb)
    return np.dstack([rgb, mattes[:side], mattes[side:]])


def into(path, folder, mib):
    rng, files = np.random.default_rng(0), sorted(glob.glob(os.path.join(folder, "*", "*.npy")))
    jobs = [(f, k) for f in files if not os.path.basename(f).startswith("held") for k in range(len(np.load(f, mmap_mode="r")))]
    held = [(f, k) for f in files if os.path.basename(f).startswith("held") for k in range(min(HELD, len(np.load(f, mmap_mode="r"))))]
    jobs = held + [jobs[k] for k in rng.permutation(len(jobs))]
    size = taken = 0
    opened = {f: np.load(f, mmap_mode="r") for f in files}
    with zipfile.ZipFile(path, "w") as out:
        for f, k in jobs:
            parts = encoded(opened[f][k])
            size += sum(map(len, parts)) + 300  # two entries of the archive
            if size > mib * 2 ** 20:
                break
            part = "held" if taken < len(held) else "train"
            name = f"{os.path.basename(os.path.dirname(f))}/{part}/{taken:06}"
            out.writestr(name + ".webp", parts[0])
            out.writestr(name + ".png", parts[1])
            taken += 1
    print(f"{taken} of {len(jobs)} crops, {os.path.getsize(path) / 2 ** 20:.1f} MiB")


def out(path, folder):
    sets = {}
    with zipfile.ZipFile(path) as file:
        for name in sorted(n for n in file.namelist() if n.endswith(".webp")):
            crop = decoded(file.read(name), file.read(name[:-5] + ".png"))
            sets.setdefault(os.path.dirname(name), []).append(crop)
    for name, crops in sets.items():
        where, part = name.split("/")
        os.makedirs(os.path.join(folder, where), exist_ok=True)
        np.save(os.path.join(folder, where, part + ".npy"), np.array(crops))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=("into", "out"))
    parser.add_argument("file")
    parser.add_argument("crops")
    parser.add_argument("--mib", type=float, default=55)
    args = parser.parse_args()
    if args.way == "into":
        into(args.file, args.crops, args.mib)
    else:
        out(args.file, args.crops)


if __name__ == "__main__":
    main()
