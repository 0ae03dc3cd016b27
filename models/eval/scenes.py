"""Scenes of several things, each with the mask of the one that is meant, for `npm run eval -- --clicks`.

    python3 models/eval/scenes.py --pairs ../shared/data/train/* [--out build/scenes] [--seed 19] [--count 300]

writes OUT/images/NNN.jpg, OUT/masks/NNN.png (what is seen of the thing that is meant, 0 or 255) and
OUT/scenes.json (what each is made of). Needs numpy and opencv-python-headless. Scene k of a seed is the same
whatever the count; versions of the library may move it by a level.

--pairs  folders with images/ and masks/. Only pairs that the training of the pick network leaves out are
         taken (models/train/split.py, held_out(): by name of folder and picture).

A scene is one pair's photo, 640 pixels long, whose subject is a thing of it, with one to four cut-outs of other
pairs pasted over it, so that there are two to five things, of which the later hide the earlier. Meant is one of
those of which something is seen, at least a hundredth of the picture and two fifths of itself; each is as likely.
"""
import argparse
import json
import os
import sys

import cv2
import numpy as np

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "train"))
from split import files, held_out  # noqa: E402

LONG = 640
SEEN = .01   # of the scene, at least
WHOLE = .4   # of the thing itself, at least


def sources(folders):
    """[(name, image, mask)] of held-out pairs, in order of name."""
    found = []
    for folder in folders:
        name = os.path.basename(os.path.normpath(folder))
        images, masks = (files(os.path.join(folder, kind)) for kind in ("images", "masks"))
        found += [(f"{name}/{key}", images[key], masks[key])
                  for key in sorted(images.keys() & masks.keys()) if held_out(name, key)]
    return sorted(found)


def read(source):
    """u8 [h,w,4], the mask as alpha; None where it has no subject of some size."""
    rgb = cv2.imread(source[1], cv2.IMREAD_COLOR)
    alpha = cv2.imread(source[2], cv2.IMREAD_GRAYSCALE)
    alpha = cv2.resize(alpha, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.dstack([rgb, alpha]) if (alpha > 127).mean() > .01 else None


def cut_out(rgba):
    """What the mask keeps, its edge pulled in by a pixel so that no ground comes along."""
    ys, xs = np.flatnonzero(rgba[..., 3].max(1) > 127), np.flatnonzero(rgba[..., 3].max(0) > 127)
    rgba = rgba[ys[0]:ys[-1] + 1, xs[0]:xs[-1] + 1].copy()
    rgba[..., 3] = cv2.blur(cv2.erode(rgba[..., 3], np.ones((3, 3), np.uint8)), (3, 3))
    return rgba


def placed(rng, rgba, w, h):
    """f32 [h,w,4] premultiplied: a cut-out sized, perhaps mirrored and turned, somewhere in the scene."""
    scale = max(w, h) * np.exp(rng.uniform(np.log(.2), np.log(.65))) / max(rgba.shape[:2])
    turn = rng.normal(0, 8)
    centre = rgba.shape[1] / 2, rgba.shape[0] / 2
    m = cv2.getRotationMatrix2D(centre, turn, scale)
    if rng.random() < .5:
        m[:, 0] *= -1
    m[:, 2] += np.array([rng.uniform(.12, .88) * w, rng.uniform(.15, .9) * h]) - m @ [*centre, 1]
    pm = rgba.astype(np.float32)
    pm[..., :3] *= pm[..., 3:] / 255
    return cv2.warpAffine(pm, m, (w, h), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def scene(pairs, seed, k):
    """BGR u8, mask u8, what it is made of; None when nothing of it can be meant."""
    rng = np.random.default_rng([seed, k])
    count = int(rng.integers(1, 5))
    chosen = [pairs[i] for i in rng.choice(len(pairs), count + 1, replace=False)]
    layers = [read(source) for source in chosen]
    if any(layer is None for layer in layers):
        return None
    h, w = layers[0].shape[:2]
    w, h = round(w * LONG / max(w, h)), round(h * LONG / max(w, h))
    ground = cv2.resize(layers[0], (w, h), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    picture, alphas = ground[..., :3], [ground[..., 3] / 255]
    full = [alphas[0].sum()]
    for layer in layers[1:]:
        pasted = placed(rng, cut_out(layer), w, h)
        a = pasted[..., 3:] / 255
        picture = pasted[..., :3] + picture * (1 - a)
        alphas = [alpha * (1 - a[..., 0]) for alpha in alphas] + [a[..., 0]]
        full.append(a.sum())
    fit = [i for i, alpha in enumerate(alphas) if alpha.mean() > SEEN and alpha.sum() > WHOLE * full[i]]
    if not fit:
        return None
    meant = fit[int(rng.integers(len(fit)))]
    mask = np.where(alphas[meant] >= .5, 255, 0).astype(np.uint8)
    return picture.clip(0, 255).astype(np.uint8), mask, {"of": [source[0] for source in chosen], "meant": meant}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", required=True, nargs="+")
    parser.add_argument("--out", default="build/scenes")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--count", type=int, default=300)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    pairs = sources(args.pairs)
    for kind in ("images", "masks"):
        os.makedirs(os.path.join(args.out, kind), exist_ok=True)
    made, k = [], -1
    while len(made) < args.count:
        k += 1
        one = scene(pairs, args.seed, k)
        if one is None:
            continue
        picture, mask, about = one
        name = f"{len(made):03}"
        cv2.imwrite(os.path.join(args.out, "images", name + ".jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
        cv2.imwrite(os.path.join(args.out, "masks", name + ".png"), mask)
        made.append({"name": name, **about})
    with open(os.path.join(args.out, "scenes.json"), "w") as file:
        json.dump(made, file, indent=1)
    print(f"{len(made)} scenes of {len(pairs)} pairs in {args.out}")


if __name__ == "__main__":
    main()
