"""Composites with exact mattes for `npm run eval -- --mattes`: photos of 2 to 12 megapixels.

    python3 models/eval/composites.py --people DIR --products DIR --grounds DIR [--out build/composites]
                                      [--seed 17] [--from 0] [--count 100]

writes OUT/images/*.jpg, OUT/masks/*.png (8-bit alpha), OUT/foreground/*.png (the
subject's colours, black where alpha is 0) and OUT/composites.json (what each is
made of). Needs numpy, opencv-python-headless, scipy and pymatting. Picture k of a seed
is the same whatever else is made (--from, --count: the first and the end of a part); versions
of the libraries may move it by a level.

--people    photos on white (magento2-sample-data, pub/media/catalog/product): keyed by
            closed-form matting; those with white at the top and at the sides, and no
            white garments, are taken
--products  RGBA cut-outs (saleor, saleor/static/placeholders); a painted shadow, being
            apart from the subject, is left out
--grounds   photos without a subject of their own (Lalonde and Efros in iHarmony4, CC0 rooms)
Folders are searched to any depth and may be given more than once.

HELD OUT of every training: a picture whose sha1(key) % 10 == 0, see held_out(). Here only
such pictures are used; whatever is trained on these sources leaves them out. The key is the
stem up to the end of the first word with a digit ("mh02" of "mh02-black_main.jpg", "27636"
of "27636_hair.png"; all of the stem when it has none), so that a photo, its mask and its
recoloured copies are on one side.

The photo is F a + B (1 - a) of the very 8-bit F and a that are written, then sensor noise
and JPEG 95. Blur by motion or defocus is of premultiplied colours and alpha, so that it is
exact, too.
"""
import argparse
import functools
import glob
import hashlib
import json
import os
import re

import cv2
import numpy as np
from scipy import ndimage

import drawn

# in this order again and again; motion and defocus take turns of what is blurred
KINDS = ["hair", "spokes", "fur", "leaves", "hair", "lace", "motion", "defocus"]
BLURRED = ["hair", "product", "spokes", "fur", "leaves"]
SHAPES = [(3, 2), (4, 3), (1, 1), (3, 4), (2, 3)]


def key(path):
    stem = os.path.splitext(os.path.basename(path))[0]
    found = re.match(r".*?\d[A-Za-z0-9]*", stem)
    return found[0] if found else stem


def held_out(path):
    """Whether a source picture is for evaluation alone."""
    return int(hashlib.sha1(key(path).encode()).hexdigest(), 16) % 10 == 0


def sources(folders):
    found = {p for folder in folders for ending in ("jpg", "jpeg", "png", "webp")
             for p in glob.glob(os.path.join(folder, "**", "*." + ending), recursive=True)}
    return sorted((p for p in found if held_out(p)), key=lambda p: (os.path.basename(p), p))


@functools.lru_cache(None)
def keyed(path):
    """A premultiplied cut-out of a photo on white, or None when it is not one."""
    import pymatting
    photo = cv2.imread(path)
    if photo is None or min(photo[0].min(), photo[:400, 0].min(), photo[:400, -1].min()) < 240:
        return None
    photo = photo / 255.
    lack = 1 - photo.min(2)  # of white
    areas, _ = ndimage.label(lack < .015)
    rim = np.unique(np.concatenate([areas[0], areas[:, 0], areas[:, -1]]))
    ground = np.isin(areas, rim[rim > 0]) | np.isin(areas, 1 + np.flatnonzero(np.bincount(areas.ravel())[1:] > 1500))  # gaps under arms, too
    body = ndimage.binary_opening(~ground, iterations=2)
    edge = body & ~ndimage.binary_erosion(body, iterations=12)
    if body.mean() < .08 or (lack[edge] < .12).mean() > .25:  # white garments fray
        return None
    trimap = np.full(lack.shape, .5)
    trimap[ndimage.binary_erosion(body, iterations=9, border_value=1)] = 1
    trimap[ndimage.binary_erosion(ground, iterations=3, border_value=1)] = 0
    alpha = pymatting.estimate_alpha_cf(photo, trimap).clip(0, 1)
    alpha[alpha < .02] = 0
    colours = pymatting.estimate_foreground_ml(photo, alpha).clip(0, 1)
    return np.dstack([colours * alpha[..., None], alpha]).astype(np.float32)


@functools.lru_cache(None)
def product(path):
    """A premultiplied cut-out of an RGBA picture's largest part, or None."""
    picture = cv2.imread(path, cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim < 3 or picture.shape[2] < 4 or picture[..., 3].min() > 0:
        return None
    picture = picture.astype(np.float32) / 255
    areas, count = ndimage.label(picture[..., 3] > .7)
    if not count:
        return None
    largest = areas == 1 + np.argmax(np.bincount(areas.ravel())[1:])
    picture[..., 3] *= ndimage.binary_dilation(largest, iterations=4)
    picture[..., :3] *= picture[..., 3:]
    return picture


def has_head(layer):
    """Whether a cut-out is narrow at its top, and whole there."""
    rows = (layer[..., 3] > .5).sum(1)
    top = np.flatnonzero(rows)
    return top[0] > 3 and rows[top[0] + len(top) // 12] < .55 * rows.max()


def choose(paths, cut, fits, rng):
    """The first that fits of the paths in random order, and its path."""
    for i in rng.permutation(len(paths)):
        layer = cut(paths[i])
        if layer is not None and fits(layer):
            return layer, paths[i]
    raise SystemExit("no picture of %d held out is fit" % len(paths))


def placed(layer, h, w, rng, to_bottom):
    """A cut-out in a frame: cropped to itself, sized, perhaps mirrored; enlarged by 1.6 at most."""
    ys, xs = np.nonzero(layer[..., 3] > .02)
    layer = layer[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
    if rng.random() < .5:
        layer = layer[:, ::-1]
    z = min(h * rng.uniform(.75, .92) / layer.shape[0], w * .9 / layer.shape[1], 1.6)
    layer = cv2.resize(layer, None, fx=z, fy=z, interpolation=cv2.INTER_AREA if z < 1 else cv2.INTER_CUBIC)
    alpha = layer[..., 3:].clip(0, 1)
    layer = np.dstack([np.clip(layer[..., :3], 0, alpha), alpha])
    sh, sw = layer.shape[:2]
    y = h - sh if to_bottom else int((h - sh) * rng.uniform(.3, .7))
    x = int((w - sw) * rng.uniform(.2, .8))
    out = np.zeros((h, w, 4), np.float32)
    out[y:y + sh, x:x + sw] = layer
    return out


def subject(kind, h, w, rng, people, products):
    """(layer, sources)."""
    if kind == "hair":
        layer, path = choose(people, keyed, has_head, rng)
        layer = placed(layer, h, w, rng, True)
        return (drawn.loose_hair(layer, rng) if rng.random() < .7 else layer), [path]
    if kind == "product":
        layer, path = choose(products, product, lambda _: True, rng)
        return placed(layer, h, w, rng, False), [path]
    return getattr(drawn, kind)(h, w, rng), []


def motion_kernel(length, angle):
    canvas = drawn.Canvas(int(length) + 5, int(length) + 5)
    middle = np.full(2, (int(length) + 5) / 2)
    way = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    canvas.line([middle - way, middle + way], 1, np.ones(3))
    kernel = canvas.layer()[..., 3]
    return kernel / kernel.sum()


def disc_kernel(radius):
    canvas = drawn.Canvas(2 * int(radius) + 5, 2 * int(radius) + 5)
    canvas.fill(drawn.circle(int(radius) + 2.5, int(radius) + 2.5, radius), np.ones(3))
    kernel = canvas.layer()[..., 3]
    return kernel / kernel.sum()


def blurred(layer, kernel):
    """Premultiplied, so exact; below half a level nothing is left."""
    out = cv2.filter2D(layer, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    alpha = out[..., 3:].clip(0, 1)
    alpha[alpha < .5 / 255] = 0
    return np.dstack([np.clip(out[..., :3], 0, alpha), alpha])


def ground(path, h, w, rng, sharp):
    """A photo as the ground. A sharp one gets, at each doubling, the photo's own fine
    structure again, as strong as the structure that is there: small photos stay sharp."""
    photo = cv2.imread(path).astype(np.float32) / 255
    if rng.random() < .5:
        photo = photo[:, ::-1]
    z = max(h / photo.shape[0], w / photo.shape[1]) * rng.uniform(1, 1.3)
    fine = photo - cv2.GaussianBlur(photo, (0, 0), 1.2)
    strength = cv2.GaussianBlur(np.abs(fine).mean(2), (0, 0), 4)
    strength = np.clip(strength / max(strength.mean(), 1e-4), 0, 2.5)
    out, left = photo, z
    while left > 1:
        step = min(2., left)
        left /= step
        out = cv2.resize(out, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        if sharp:
            ys = (np.arange(out.shape[0]) + rng.integers(1000)) % (2 * fine.shape[0])
            xs = (np.arange(out.shape[1]) + rng.integers(1000)) % (2 * fine.shape[1])
            ys, xs = np.minimum(ys, 2 * fine.shape[0] - 1 - ys), np.minimum(xs, 2 * fine.shape[1] - 1 - xs)
            out = out + .7 * fine[ys][:, xs] * cv2.resize(strength, out.shape[1::-1])[..., None]
    if z < 1:
        out = cv2.resize(out, None, fx=z, fy=z, interpolation=cv2.INTER_AREA)
    y, x = int(rng.integers(max(1, out.shape[0] - h + 1))), int(rng.integers(max(1, out.shape[1] - w + 1)))
    out = cv2.resize(out[y:y + h, x:x + w], (w, h)) if out[y:y + h, x:x + w].shape[:2] != (h, w) else out[y:y + h, x:x + w]
    if not sharp:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(.004, .016) * max(h, w))
    return out.clip(0, 1)


def composite(index, seed, people, products, grounds):
    """(name, photo, alpha, foreground, what it is made of), pictures in u8."""
    rng = np.random.default_rng([seed, index])
    kind = KINDS[index % len(KINDS)]
    sharp = (index // len(KINDS) + index) % 2 == 0
    pixels, (a, b) = np.exp(rng.uniform(np.log(2e6), np.log(12e6))), SHAPES[rng.integers(len(SHAPES))]
    w, h = int(np.sqrt(pixels * a / b)), int(np.sqrt(pixels * b / a))
    shown = BLURRED[index // len(KINDS) % len(BLURRED)] if kind in ("motion", "defocus") else kind
    layer, used = subject(shown, h, w, rng, people, products)
    size = min(h, w)
    if kind == "motion":
        layer = blurred(layer, motion_kernel(size * rng.uniform(.006, .035), rng.uniform(0, np.pi)))
    elif kind == "defocus":
        layer = blurred(layer, disc_kernel(size * rng.uniform(.002, .009)))
    behind = grounds[rng.integers(len(grounds))]
    alpha = np.round(layer[..., 3] * 255).astype(np.uint8)
    colours = layer[..., :3] / np.maximum(layer[..., 3:], 1e-6) * rng.uniform(.85, 1.1)
    colours = np.round(colours.clip(0, 1) * 255).astype(np.uint8)
    colours[alpha == 0] = 0
    a = alpha[..., None].astype(np.float32) / 255
    photo = colours * a + ground(behind, h, w, rng, sharp) * 255 * (1 - a)
    photo += rng.uniform(0, 2.5) * rng.standard_normal(photo.shape, np.float32)
    name = "%03d-%s-%s" % (index, kind, "sharp" if sharp else "blurred")
    made = {"name": name, "width": w, "height": h, "shows": shown, "sources": [os.path.basename(p) for p in used], "ground": os.path.basename(behind)}
    return name, np.round(photo.clip(0, 255)).astype(np.uint8), alpha, colours, made


def note(path, seed, made):
    """What pictures are made of, beside what earlier parts of the same seed noted."""
    if os.path.exists(path):
        with open(path) as file:
            noted = json.load(file)
        names = {about["name"] for about in made}
        if noted["seed"] == seed:
            made = made + [about for about in noted["pictures"] if about["name"] not in names]
    with open(path, "w") as file:
        json.dump({"seed": seed, "pictures": sorted(made, key=lambda about: about["name"])}, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser()
    for name in ("people", "products", "grounds"):
        parser.add_argument("--" + name, action="append", required=True, metavar="DIR")
    parser.add_argument("--out", default=os.path.join("build", "composites"))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--from", type=int, default=0, dest="start")
    asked = parser.parse_args()
    people, products, grounds = sources(asked.people), sources(asked.products), sources(asked.grounds)
    for folder in ("images", "masks", "foreground"):
        os.makedirs(os.path.join(asked.out, folder), exist_ok=True)
    made = []
    for index in range(asked.start, asked.count):
        name, photo, alpha, colours, about = composite(index, asked.seed, people, products, grounds)
        cv2.imwrite(os.path.join(asked.out, "images", name + ".jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 95])
        cv2.imwrite(os.path.join(asked.out, "masks", name + ".png"), alpha)
        cv2.imwrite(os.path.join(asked.out, "foreground", name + ".png"), colours, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        made.append(about)
        print("%s %d x %d" % (name, about["width"], about["height"]), flush=True)
    note(os.path.join(asked.out, "composites.json"), asked.seed, made)


if __name__ == "__main__":
    main()
