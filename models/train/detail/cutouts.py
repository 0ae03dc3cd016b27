"""Cut-outs with soft edges, RGBA PNGs, from pictures that come without a matte.

    python models/train/detail/cutouts.py KIND FOLDER OUT [--seconds 600] [--part 0/1]

KIND says what FOLDER holds: "white", people and things before white; "celeb" and
"figaro", portraits and masks of their hair; "rgba", products with alpha. The
matte of the first is closed-form (Levin et al. 2008) on a trimap, the colours below it are
those of Germer et al. 2020, both by pymatting. It need not be the true one of its
picture: it is that of every composite that is made with it.
"""
import argparse
import functools
import glob
import os
import sys
import time
import warnings

import cv2
import numpy as np
import pymatting
from PIL import Image

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "eval"))
from composites import held_out  # noqa: E402

SIDE = 800  # longer side of what is keyed, at most: closed-form matting takes its time


def read(path, flag=cv2.IMREAD_COLOR):
    """RGB or RGBA f32, 0..1, or None."""
    image = cv2.imread(path, flag)
    if image is None:
        return None
    order = cv2.COLOR_BGRA2RGBA if image.ndim == 3 and image.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return cv2.cvtColor(image, order).astype(np.float32) / 255


def shrink(image, side):
    scale = side / max(image.shape[:2])
    return image if scale >= 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def disc(radius):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def keyed(image, inside, outside):
    """RGBA u8 of a picture whose surely opaque and surely empty pixels are known."""
    trimap = np.full(inside.shape, .5)
    trimap[inside], trimap[outside] = 1, 0
    alpha = pymatting.estimate_alpha_cf(image.astype(np.float64), trimap)
    colours = pymatting.estimate_foreground_ml(image.astype(np.float64), alpha)
    alpha = np.clip((alpha - .02) / .96, 0, 1)
    return (np.dstack([colours, alpha]).clip(0, 1) * 255 + .5).astype(np.uint8)


def ground(dark):
    """Where a photo shows its white ground: what is nearly white and touches the upper
    border or the sides, and purely white patches, the gap below an arm."""
    empty = dark < .015
    count, labels = cv2.connectedComponents(empty.astype(np.uint8))
    area = np.bincount(labels.ravel(), minlength=count)
    shade = np.bincount(labels.ravel(), dark.ravel(), minlength=count) / np.maximum(area, 1)
    found = (area > .001 * dark.size) & (shade < .003)
    found[np.concatenate([labels[0], labels[:, 0], labels[:, -1]])] = True
    found[0] = False
    return found[labels]


def white(path):
    """The upper half of a photo before white; None where the ground is not white or the garment is."""
    image = read(path)
    if min(image[0].min(), image[:400, 0].min(), image[:400, -1].min()) < .94:
        return None
    image = shrink(image[:image.shape[0] * 55 // 100], SIDE + 100)
    dark = 1 - image.min(2)
    empty = ground(dark)
    solid = cv2.morphologyEx((~empty).astype(np.uint8), cv2.MORPH_OPEN, disc(2))
    ring = (solid > 0) & (cv2.erode(solid, disc(12)) == 0)
    if solid.mean() < .08 or (dark[ring] < .12).mean() > .2:
        return None
    return keyed(image, cv2.erode(solid, disc(9)) > 0, cv2.erode(empty.astype(np.uint8), disc(3)) > 0)


def portrait(path, mask_path):
    """A portrait by the model's own matte and a mask of its hair, drawn in to where there is
    surely nothing of its ground: hard-edged, strands are drawn onto it later. Closed-form
    matting took the patterns behind for hair."""
    import common
    import core
    image, hair = read(path), cv2.imread(mask_path, cv2.IMREAD_GRAYSCALE)
    if image is None or hair is None:
        return None
    image = shrink(image, SIDE)
    h, w = image.shape[:2]
    hair = cv2.resize(hair, (w, h), interpolation=cv2.INTER_LINEAR) > 127
    pixels = Image.fromarray((image * 255 + .5).astype(np.uint8))
    alpha = core.refine(common.alpha_map(*model(), pixels), core.rgba(pixels)) / 255
    if hair.mean() < .03 or (alpha[hair] > .5).mean() < .93:
        return None
    body = cv2.morphologyEx(((alpha > .9) | hair).astype(np.uint8), cv2.MORPH_OPEN, disc(6))
    body = cv2.erode(body, disc(round(.008 * max(h, w))))
    if not .15 < body.mean() < .85:
        return None
    return (np.dstack([image, body]) * 255 + .5).astype(np.uint8)


def product(path):
    """A cut-out that has alpha already, without the shadow painted below it."""
    rgba = read(path, cv2.IMREAD_UNCHANGED)
    if rgba is None or rgba.ndim != 3 or rgba.shape[2] != 4 or rgba[..., 3].mean() > .95 or min(rgba.shape[:2]) < 600:
        return None
    rgba = shrink(rgba, 1200)
    alpha = rgba[..., 3]
    grown = cv2.dilate((alpha > .95).astype(np.uint8), disc(3)) > 0
    rgba[..., 3] = np.where(grown, alpha, 0)
    return (rgba * 255 + .5).astype(np.uint8)


@functools.cache
def model():
    import common
    return common.model()


def jobs(kind, folder):
    """Arguments of the function that makes each cut-out."""
    if kind == "white":
        return white, [(p,) for p in sorted(glob.glob(folder + "/**/*.jpg", recursive=True))]
    if kind == "rgba":
        return product, [(p,) for p in sorted(glob.glob(folder + "/**/*.png", recursive=True))]
    if kind == "celeb":
        photos = sorted(glob.glob(folder + "/**/original/*.jpg", recursive=True))
        return portrait, [(p, p.replace("/original/", "/mask/").replace(".jpg", "_hair.png")) for p in photos]
    photos = sorted(glob.glob(folder + "/**/imgs/Original/*.jpg", recursive=True))
    return portrait, [(p, p.replace("/imgs/Original/", "/masks/GT/").replace("-org.jpg", "-gt.png")) for p in photos]


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("white", "celeb", "figaro", "rgba"))
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--seconds", type=float, default=1e9)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    began, made = time.time(), 0
    make, tasks = jobs(args.kind, args.folder)
    tasks = [t for t in tasks if not held_out(t[0])]  # what models/eval/composites.py measures with
    order = np.random.default_rng(0).permutation(len(tasks))
    for count, k in enumerate(order):
        if time.time() - began > args.seconds:
            break
        name = os.path.splitext(os.path.basename(tasks[k][0]))[0]
        kind = "portrait" if make is portrait else args.kind
        out = os.path.join(args.out, f"{kind}_{name}.png")
        if os.path.exists(out):
            continue
        try:
            rgba = make(*tasks[k])
        except ValueError as error:  # a trimap without one of its sides
            print(name, error)
            continue
        if rgba is not None:
            cv2.imwrite(out, cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 1])
            made += 1
    print(f"{args.kind}: {made} of {count + 1} pictures in {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
