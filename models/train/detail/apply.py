"""A coarse matte through the detail network, as the product will do it.

    python models/train/detail/apply.py MODEL OUT --photos DIR --mattes DIR [--rounds 2]

MODEL is an exported model or a checkpoint; photo and matte have the same stem. At
the detail scale, at most 2048 pixels on the longer side, and before that at a half of it, a
quarter ..., in tiles that see MARGIN pixels around them. Changed is what lies within REACH
pixels of where the matte is undecided; each round starts from the answer of the one before,
so that it follows a strand outwards; a tile takes no further round once one has changed next
to nothing. In the end what contradicts a whole region is undone.
"""
import argparse
import glob
import os

import cv2
import numpy as np
import torch

import exported_detail
import network

SIDE, LEAST_SIDE = 2048, 384  # of the longer side
TILE, MARGIN = 256, 64
REACH = 12
HOLD = 25  # what changes in a window of a 25th of the longer side, on average, is no detail
LIMITS = .25, .45  # of the average of what contradicts it: from the first on changes are lessened, from the second on undone
SETTLED = .01  # mean change of a round in a tile's band, below which it is the last: later rounds gave nothing there


def load(path):
    net = network.Net()
    net.load_state_dict(exported_detail.weights(path))
    return net.eval()


def tiles(h, w):
    """(rows, columns) slices that cover the image."""
    for y in range(0, h, TILE):
        for x in range(0, w, TILE):
            yield slice(y, min(h, y + TILE)), slice(x, min(w, x + TILE))


def around(plane, rows, columns):
    """f32 [c,TILE + 2 MARGIN, ...] of a padded plane [c,H,W]; (0, 0) of the image is at (MARGIN, MARGIN)."""
    return plane[:, rows.start:rows.start + TILE + 2 * MARGIN, columns.start:columns.start + TILE + 2 * MARGIN]


def padded(plane, h, w):
    """f32 [c,H,W] with its border repeated, so that each tile has its margin."""
    plane = plane if plane.ndim == 3 else plane[..., None]
    below, right = (-n % TILE + MARGIN for n in (h, w))
    return np.pad(plane.transpose(2, 0, 1), ((0, 0), (MARGIN, below), (MARGIN, right)), mode="edge")


def band(alpha, reach=REACH):
    """bool [h,w]: near where a matte is undecided."""
    open_ = ((alpha > .02) & (alpha < .98)).astype(np.uint8)
    return cv2.dilate(open_, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0


def one_round(net, photo, alpha, still):
    """(new alpha, tiles that may change again) of f32 [h,w,3], [h,w], 0..1 and the tiles to look at."""
    h, w = alpha.shape
    open_, out, left = band(alpha), alpha.copy(), []
    rgb, coarse = padded(photo, h, w), padded(alpha, h, w)
    for rows, columns in still:
        here = open_[rows, columns]
        if not here.any():
            continue
        x, c = (torch.from_numpy(np.ascontiguousarray(around(p, rows, columns)))[None] for p in (rgb, coarse))
        with torch.no_grad():
            y = network.answer(net(network.pack(x, c)), c)[0, 0].numpy()
        y = y[MARGIN:MARGIN + here.shape[0], MARGIN:MARGIN + here.shape[1]]
        new = np.where(here, y, alpha[rows, columns])
        out[rows, columns] = new
        if np.abs(new - alpha[rows, columns])[here].mean() > SETTLED:
            left.append((rows, columns))
    return out, left


def held(before, after):
    """f32 [h,w]: `after`, but as before where it contradicts a whole region: what belongs to the
    subject is the coarse matte's to say, where that is not in doubt itself."""
    side = max(before.shape) // HOLD * 2 + 1
    contradiction = np.sign(after - before) * np.maximum(0, np.abs(after - before) - 2 * np.minimum(before, 1 - before))
    change = np.abs(cv2.blur(contradiction, (side, side)))
    keep = cv2.blur(np.clip((LIMITS[1] - change) / (LIMITS[1] - LIMITS[0]), 0, 1), (side // 2 | 1, side // 2 | 1))
    return before + keep * (after - before)


def levels(longest):
    """Longer sides of the sizes to work at, from about the coarse map's to the detail scale, each twice the one before."""
    out = [min(SIDE, longest)]
    while out[0] >= 2 * LEAST_SIDE:
        out.insert(0, out[0] / 2)
    return out


def steps(net, photo, alpha, side, rounds):
    """f32 [h,w] after each of `rounds` rounds at that size, of u8 [h,w,3] and f32 [h,w]: the matte with what they change."""
    h, w = alpha.shape
    scale = side / max(h, w)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    first = now = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    still = list(tiles(size[1], size[0]))
    for _ in range(rounds):
        now, still = one_round(net, small, now, still)
        change = now - first if now.shape == alpha.shape else cv2.resize(now - first, (w, h), interpolation=cv2.INTER_LINEAR)
        yield np.clip(alpha + change, 0, 1)


def refined(net, photo, alpha, rounds):
    """f32 [h,w] after each of the rounds at the detail scale, which follow one at each smaller size."""
    now = alpha
    *smaller, full = levels(max(alpha.shape))
    for side in smaller:
        (now,) = steps(net, photo, now, side, 1)
    for answer in steps(net, photo, now, full, rounds):
        yield held(alpha, answer)


def read(photo, matte):
    """(u8 [h,w,3], f32 [h,w] of the same size)."""
    image = cv2.cvtColor(cv2.imread(photo, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    alpha = cv2.imread(matte, cv2.IMREAD_UNCHANGED)
    alpha = alpha if alpha.ndim == 2 else alpha[..., -1] if alpha.shape[2] == 4 else alpha[..., 0]
    return image, alpha.astype(np.float32) / (65535 if alpha.dtype == np.uint16 else 255)


def pairs(photos, mattes):
    """(stem, photo, matte) of two folders."""
    found = {os.path.splitext(os.path.basename(p))[0]: p for p in glob.glob(os.path.join(mattes, "*.png"))}
    for photo in sorted(glob.glob(os.path.join(photos, "*.*"))):
        stem = os.path.splitext(os.path.basename(photo))[0]
        if stem in found:
            yield stem, photo, found[stem]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--photos", required=True)
    parser.add_argument("--mattes", required=True)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    net = load(args.model)
    os.makedirs(args.out, exist_ok=True)
    for stem, photo, matte in pairs(args.photos, args.mattes):
        *_, alpha = refined(net, *read(photo, matte), args.rounds)
        cv2.imwrite(os.path.join(args.out, stem + ".png"), (alpha * 255 + .5).astype(np.uint8))


if __name__ == "__main__":
    main()
