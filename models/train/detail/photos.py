"""Crops to train on, out of composites with exact alpha and the coarse matte that the product makes of them.

    python models/train/detail/photos.py --shared ../shared --raw DIR/raw --cutouts DIR/cutouts \\
        --out DIR/crops/real/a.npy --photos 400 --seed 1

A composite is a body (cut out of white or with alpha of its own, or a portrait or a
training pair whose mask is drawn in a little) with strands or thin things, or a drawn thing that one
sees through; a lens, a ground, noise and JPEG. Its coarse matte is that of the bundled model and the refinement (models/eval/core.py);
where the model means something else, and in a share of the other crops, it is that of a
made-up model (`forgetful`), for faults that the real one would show on other photos. Crops are
taken where alpha is soft or the matte errs: u8 [N,CROP,CROP,5], RGB, true alpha, coarse alpha.
"""
import argparse
import glob
import os
import sys
import time

import cv2
import numpy as np
from PIL import Image

import strands
from natural import extended, forgetful, mask_of, photos, rgb

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, ".."), os.path.join(HERE, "..", "..", "eval")]
import common  # noqa: E402
import core  # noqa: E402
from composites import held_out  # noqa: E402
from openwork import openwork  # noqa: E402

CROP = 160


def scaled(image, scale):
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=way).clip(0, 1)


def fit(rng, image, side):
    """A window side x side of an image at about its own size, mirrored at its borders where
    it is too small: enlarged grounds are soft, and soft would come to mean ground."""
    scale = rng.uniform(.55, 1.1) if rng.random() < .75 else rng.uniform(1, 1.8)
    image = scaled(image, max(scale, 32 / min(image.shape[:2])))
    h, w = image.shape[:2]
    y, x = int(rng.integers(0, max(1, h - side + 1))), int(rng.integers(0, max(1, w - side + 1)))
    image = image[y:y + side, x:x + side]
    h, w = image.shape[:2]
    above, left = int(rng.integers(side - h + 1)), int(rng.integers(side - w + 1))
    return cv2.copyMakeBorder(image, above, side - h - above, left, side - w - left, cv2.BORDER_REFLECT)


class Sources:
    def __init__(self, shared, raw, cutouts):
        train = os.path.join(shared, "data", "train")
        self.pairs = [(photos(raw + "/duts") or photos(train + "/duts_tr"), .7)]
        self.pairs += [(photos(f"{train}/{name}"), .15) for name in ("human290", "feral_cats")]
        self.cutouts = sorted(glob.glob(os.path.join(cutouts, "*.png")))
        self.cutouts = [p for p in self.cutouts if not held_out(os.path.basename(p).split("_", 1)[1])]
        self.portraits = [p for p in self.cutouts if os.path.basename(p).startswith("portrait")]
        self.cutouts = [p for p in self.cutouts if p not in self.portraits]
        outdoors = sorted(glob.glob(raw + "/lal/**/*.jpg", recursive=True)) or sorted(glob.glob(shared + "/data/nosubject/lal/*"))
        self.grounds = [(outdoors, .45), (sorted(glob.glob(shared + "/data/nosubject/dtd/*")), .15),
                        (self.pairs[0][0], .25), (sorted(glob.glob(raw + "/clothing/images/*.jpg")), .15)]
        self.grounds = [([p for p in files if not held_out(p)], share) for files, share in self.grounds if files]

    def pick(self, rng, sets):
        shares = np.array([s[-1] for s in sets])
        files = sets[rng.choice(len(sets), p=shares / shares.sum())][-2]
        return files[rng.integers(len(files))]

    def ground(self, rng, side):
        image = None
        while image is None:
            image = rgb(self.pick(rng, self.grounds))
        image = fit(rng, image, side)
        kind = rng.random()
        if kind < .35:
            image = cv2.GaussianBlur(image, (0, 0), np.exp(rng.uniform(np.log(.6), np.log(14))) * side / 700)
        elif kind < .42:
            mean = image.mean((0, 1))
            image = mean + (image - mean) * rng.uniform(0, .3)
        return image.astype(np.float32)


def body_of_pair(rng, sources, side):
    """(colours, alpha) of a training pair, its mask drawn in so that nothing of its ground is left."""
    path = sources.pick(rng, sources.pairs)
    image, mask = rgb(path), mask_of(path)
    scale = side / max(image.shape[:2]) * rng.uniform(.75, 1.5)
    image = scaled(image, scale)
    mask = cv2.resize(mask.astype(np.float32) / 255, image.shape[1::-1], interpolation=cv2.INTER_LINEAR) > .5
    solid = cv2.erode(mask.astype(np.uint8), np.ones((3, 3)), iterations=round(rng.uniform(1, 2) * max(1, scale)))
    return placed(rng, image, solid.astype(np.float32), side, bottom=False)


def body_of_cutout(rng, files, side):
    path = files[rng.integers(len(files))]
    rgba = cv2.cvtColor(cv2.imread(path, cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA).astype(np.float32) / 255
    people = os.path.basename(path).startswith(("white", "portrait"))
    scale = side / max(rgba.shape[:2]) * rng.uniform(.8, 1.5) if people else side / max(rgba.shape[:2]) * rng.uniform(.6, 1.1)
    rgba = scaled(rgba, min(scale, 1.6))
    return placed(rng, rgba[..., :3], rgba[..., 3], side, bottom=people)


def placed(rng, image, alpha, side, bottom):
    """Image and alpha somewhere in a square; one that is cut below stands on its lower border."""
    if rng.random() < .5:
        image, alpha = image[:, ::-1], alpha[:, ::-1]
    h, w = alpha.shape
    x = round((side - w) / 2 + rng.uniform(-.2, .2) * side)
    y = side - h + int(rng.uniform(0, .08) * side) if bottom else round((side - h) / 2 + rng.uniform(-.15, .15) * side)
    if bottom and h > side:
        y = round(rng.uniform(-.08, .12) * side)
    x0, y0, x1, y1 = max(0, x), max(0, y), min(side, x + w), min(side, y + h)
    colours, out = np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32)
    if x1 <= x0 or y1 <= y0:
        return colours, out
    colours[y0:y1, x0:x1] = image[y0 - y:y1 - y, x0 - x:x1 - x]
    out[y0:y1, x0:x1] = alpha[y0 - y:y1 - y, x0 - x:x1 - x]
    return colours, out


def in_front(layer, colours, alpha):
    """A premultiplied layer over (colours, alpha)."""
    a = layer[..., 3]
    out = a + alpha * (1 - a)
    mixed = (layer[..., :3] + colours * (alpha * (1 - a))[..., None]) / np.maximum(out, 1e-4)[..., None]
    return np.where(out[..., None] > 1e-3, mixed, colours), out


def motion(rng, side):
    """Kernel of a short straight movement."""
    length = int(rng.integers(3, 14)) * 2 + 1
    kernel = np.zeros((length, length), np.float32)
    angle, half = rng.uniform(0, np.pi), length // 2
    go = np.array([np.cos(angle), np.sin(angle)]) * half
    cv2.line(kernel, tuple(int(round(v)) for v in half - go), tuple(int(round(v)) for v in half + go), 1., 1, cv2.LINE_AA)
    return kernel / kernel.sum()


def lens(rng, colours, alpha):
    """The subject out of focus, or moving, now and then, all of it or a side."""
    kind = rng.random()
    if kind > .22:
        return colours, alpha
    layer = np.dstack([colours * alpha[..., None], alpha])
    if kind < .15:
        soft = cv2.GaussianBlur(layer, (0, 0), np.exp(rng.uniform(np.log(.8), np.log(7))))
    else:
        soft = cv2.filter2D(layer, -1, motion(rng, len(alpha)))
    if rng.random() < .4:
        part = np.clip(strands.field(rng, *alpha.shape, 2) * 3, 0, 1)[..., None]
        soft = soft * part + layer * (1 - part)
    alpha = soft[..., 3]
    return np.where(alpha[..., None] > 1e-3, soft[..., :3] / np.maximum(alpha, 1e-3)[..., None], colours), alpha


def thing(rng, sources, side):
    """(colours, alpha) of a drawn thing that one sees through."""
    rgba = openwork(rng, side, (sources.ground(rng, 512) * 255).astype(np.uint8), rng.uniform(.5, .95)).astype(np.float32) / 255
    return extended(rgba[..., :3], rgba[..., 3] > .9), rgba[..., 3]


def subject(rng, sources, side):
    """(colours, alpha) of a body and what is on it, or None."""
    kind = rng.random()
    cut = bool(sources.cutouts) and kind < .4
    if cut or (sources.portraits and kind < .6):
        colours, alpha = body_of_cutout(rng, sources.cutouts if cut else sources.portraits, side)
    else:
        colours, alpha = body_of_pair(rng, sources, side)
    solid = alpha > .9
    if not .04 < solid.mean() < .85:
        return None
    colours = np.where((alpha > .02)[..., None], colours, extended(colours, solid)) if cut else extended(colours, solid)
    if not cut:
        alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(.5, 1.3)) if rng.random() < .85 else cv2.GaussianBlur(alpha, (0, 0), rng.uniform(1, 5))
        grain = rng.normal(0, rng.uniform(0, .05), (side, side)).astype(np.float32)
        colours = colours + 2 * cv2.GaussianBlur(grain, (0, 0), .7)[..., None]
    kind = rng.choice(["plain", "hair", "fur", "thin"], p=[.3, .35, .25, .1] if cut else [.15, .4, .3, .15])
    unit = side / 600 * rng.uniform(.7, 1.2)
    if kind in ("hair", "fur"):
        layer = strands.hair(rng, colours, solid, kind == "fur", unit)
        if layer is None:
            return None
        if rng.random() < .35:
            layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(.4, 1.8) * unit)
        colours, alpha = in_front(layer, colours, alpha)
    elif kind == "thin":
        ys, xs = np.nonzero(solid)
        y, x, half = ys[k := rng.integers(len(ys))], xs[k], int(rng.uniform(.12, .35) * side)
        where = max(0, y - half), max(0, x - half), min(side, y + half), min(side, x + half)
        if rng.random() < .6:  # a window through which one sees the ground
            alpha = alpha.copy()
            alpha[where[0] + 3:where[2] - 3, where[1] + 3:where[3] - 3] = 0
        colours, alpha = in_front(strands.thin(rng, colours, where), colours, alpha)
    return colours, alpha


def composite(rng, sources, side, drawn):
    """(photo u8 [side,side,3], alpha f32, overlap from which on a matte means the same) or None; drawn: share of
    things that one sees through, which the model fills."""
    is_open = rng.random() < drawn
    made = thing(rng, sources, side) if is_open else subject(rng, sources, side)
    if made is None:
        return None
    colours, alpha = lens(rng, *made)
    if rng.random() < .3:
        colours = colours * rng.uniform(.7, 1.3) + rng.normal(0, .05, 3)
    a = alpha[..., None]
    photo = np.clip(colours, 0, 1) * a + sources.ground(rng, side) * (1 - a)
    if rng.random() < .25:  # the camera's own softness
        sigma = rng.uniform(.4, .9)
        photo, alpha = cv2.GaussianBlur(photo, (0, 0), sigma), cv2.GaussianBlur(alpha, (0, 0), sigma)
    noise = rng.normal(0, rng.uniform(0, .025), photo.shape)
    photo = (np.clip(photo + noise, 0, 1) * 255 + .5).astype(np.uint8)
    if rng.random() < .7:
        photo = cv2.imdecode(cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(65, 98))])[1], 1)
    return photo, alpha.clip(0, 1), .2 if is_open else .55


def crops(rng, photo, alpha, coarse, most, made_up):
    """u8 [CROP,CROP,5] of where it is hard."""
    soft = ((alpha > .04) & (alpha < .96)) | (np.abs(alpha - coarse) > .15)
    ys, xs = np.nonzero(soft)
    h, w = alpha.shape
    for _ in range(most if len(ys) > 50 else 0):
        k = rng.integers(len(ys))
        y, x = (int(np.clip(v - CROP // 2 + rng.integers(-45, 46), 0, n - CROP)) for v, n in ((ys[k], h), (xs[k], w)))
        part = slice(y, y + CROP), slice(x, x + CROP)
        hint = forgetful(rng, alpha[part]) if rng.random() < made_up else coarse[part]
        planes = (np.dstack([alpha[part], hint]) * 255 + .5).astype(np.uint8)
        yield np.dstack([photo[part], planes])


def coarse_of(rng, photo, model):
    """f32 [h,w]: the product's matte, now and then of a photo that is up to three times larger than the map."""
    image, small = Image.fromarray(photo), common.alpha_map(*model, Image.fromarray(photo))
    if rng.random() < .4:
        side = int(small.shape[0] / rng.uniform(1, 3))
        small = cv2.resize(small, (side, side), interpolation=cv2.INTER_AREA)
    return core.refine(small, core.rgba(image)).astype(np.float32) / 255


def overlap(coarse, alpha):
    return np.minimum(coarse, alpha).sum() / max(1., np.maximum(coarse, alpha).sum())


def composed(rng, sources, model, made_up, drawn, look):
    """Crops of a composite."""
    got = None
    while got is None:
        side = int(np.exp(rng.uniform(np.log(560), np.log(900 if rng.random() < .7 else 1700)))) // 8 * 8
        got = composite(rng, sources, side, drawn)
    photo, alpha, same = got
    coarse = coarse_of(rng, photo, model)
    if look:
        sheet = np.concatenate([photo, *(np.repeat((p * 255).astype(np.uint8)[..., None], 3, 2) for p in (coarse, alpha))], 1)
        cv2.imwrite(look, cv2.resize(sheet, (1500, 500), interpolation=cv2.INTER_AREA)[..., ::-1])
    if overlap(coarse, alpha) > same:
        yield from crops(rng, photo, alpha, coarse, round(5 * side / 600), made_up)
    else:  # the model means something else
        yield from crops(rng, photo, alpha, alpha, 2, 1.)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--raw", required=True, help="folder of lal/, clothing/ as README.md says")
    parser.add_argument("--cutouts", required=True, help="what cutouts.py made")
    parser.add_argument("--out", required=True)
    parser.add_argument("--photos", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--made-up", type=float, default=.3, help="share of crops with a made-up coarse matte")
    parser.add_argument("--drawn", type=float, default=.2, help="share of things that one sees through (openwork.py)")
    parser.add_argument("--model", default=os.path.join(common.ROOT, "models", "base"), help="folder of the model of the coarse mattes")
    parser.add_argument("--look", help="folder to put composites into, to look at them")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    rng, model, sources = np.random.default_rng(args.seed), common.model(args.model), Sources(args.shared, args.raw, args.cutouts)
    began, out = time.time(), []
    for k in range(args.photos):
        look = os.path.join(args.look, f"{args.seed}_{k}.jpg") if args.look else None
        out += composed(rng, sources, model, args.made_up, args.drawn, look)
    out = np.array(out, np.uint8)
    os.makedirs(os.path.dirname(os.path.abspath(args.out)), exist_ok=True)
    with open(args.out + ".part", "wb") as file:  # a name that train.py does not look for
        np.save(file, out[rng.permutation(len(out))])
    os.replace(args.out + ".part", args.out)
    print(f"{len(out)} crops of {args.photos} composites in {time.time() - began:.0f} s, error of the coarse matte "
          f"{np.abs(out[..., 4].astype(float) - out[..., 3]).mean() / 255:.4f}")


if __name__ == "__main__":
    main()
