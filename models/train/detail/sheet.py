"""Twelve pictures of our own, drawn, before and after the detail network, as one sheet.

    python models/train/detail/sheet.py models/detail/model.onnx docs/media/detail.webp

Each: the picture, the product's matte (base and refinement) laid over green, the same after
the network. Subjects are those of models/eval/drawn.py, grounds soft patches of
colour; pictures in which base sees no subject are passed over.
"""
import argparse
import os
import sys

import cv2
import numpy as np
import torch
from PIL import Image

import apply
import strands

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "eval"))
import common  # noqa: E402
import core  # noqa: E402
import drawn  # noqa: E402

SIDE, SHOWN, COLUMNS = 800, 260, 2
KINDS = ("spokes", "fur", "leaves", "head")
GREEN = np.array([.35, .75, .45], np.float32)


def head(h, w, rng):
    """A drawn head and shoulders with loose hair behind the face, premultiplied BGRA."""
    behind, mop, face = (drawn.Canvas(h, w) for _ in range(3))
    hair, skin, cloth = rng.uniform(.05, .45, 3), np.array([.55, .65, .85]) * rng.uniform(.5, 1.1), rng.uniform(.1, .9, 3)
    x, y, r = w / 2, h * .42, h * .17
    behind.fill(drawn.circle(x, h * 1.06, h * .33, wide=.9), cloth)
    mop.fill(drawn.circle(x, y, r * 1.25), hair)
    face.fill([[x - r * .3, y], [x + r * .3, y], [x + r * .35, h * .8], [x - r * .35, h * .8]], skin * .9)
    face.fill(drawn.circle(x, y + r * .2, r, wide=.85), skin)
    for side in (-.35, .35):
        face.fill(drawn.circle(x + side * r, y + r * .1, r * .09), (.15, .12, .1))
    mop, layer = mop.layer(), None
    while layer is None:
        layer = strands.hair(rng, np.broadcast_to(hair, (h, w, 3)).astype(np.float32), mop[..., 3] > .9, False, 1.3)
    for below in (mop, drawn.shaded(behind.layer(), rng)):
        layer = drawn.over(layer, below)
    return drawn.over(drawn.shaded(face.layer(), rng), layer)


def ground(h, w, rng):
    """Soft patches of three colours, f32 [h,w,3]."""
    weights = np.exp(1.5 * np.dstack([strands.field(rng, h, w, 4) for _ in range(3)]))
    return (weights / weights.sum(2, keepdims=True)) @ rng.uniform(.15, .9, (3, 3)).astype(np.float32)


def picture(kind, rng):
    """(RGB u8, true alpha f32) of one drawn picture."""
    layer = head(SIDE, SIDE, rng) if kind == "head" else getattr(drawn, kind)(SIDE, SIDE, rng)
    photo = layer[..., :3] + ground(SIDE, SIDE, rng) * (1 - layer[..., 3:])
    photo = photo + rng.normal(0, .01, photo.shape)
    return (photo[..., ::-1].clip(0, 1) * 255 + .5).astype(np.uint8), layer[..., 3]


def laid(photo, alpha):
    """The cut-out over green with colours of the photo as they are, u8."""
    a = alpha[..., None]
    return ((photo / 255 * a + GREEN * (1 - a)) * 255 + .5).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    net, base, tiles = apply.load(args.model), common.model(), []
    for kind in KINDS:
        found, seed = 0, args.seed
        while found < 3:
            seed += 1
            photo, truth = picture(kind, np.random.default_rng([seed, KINDS.index(kind)]))
            image = Image.fromarray(photo)
            coarse = core.refine(common.alpha_map(*base, image), core.rgba(image)).astype(np.float32) / 255
            if (coarse > .5)[truth > .5].mean() < .4 or (coarse > .5).sum() > 5 * (truth > .5).sum():
                continue
            *_, alpha = apply.refined(net, photo, coarse, 1)
            print(kind, seed, *(f"{np.abs(a - truth).sum() / 1000:.1f}" for a in (coarse, alpha)), flush=True)
            tiles.append(np.concatenate([cv2.resize(p, (SHOWN, SHOWN), interpolation=cv2.INTER_AREA)
                                         for p in (photo, laid(photo, coarse), laid(photo, alpha))], 1))
            found += 1
    rows = [np.concatenate(tiles[k:k + COLUMNS], 1) for k in range(0, len(tiles), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(args.out, quality=88)


if __name__ == "__main__":
    main()
