#!/usr/bin/env python3
"""Writes golden-mattes.json: SciPy's and NumPy's word on the measures of mattes.js.

    pip install numpy scipy
    python3 tests/js/eval/make-golden-mattes.py

The pairs of maps.js with the roles changed: the noisy map is the true matte (it
is always soft), the mask the answer, but every third answer is the map moved by a
pixel, so that both are soft. Colours of pixel i: (7 i, 11 i + 3, 13 i + 5)
mod 256 against (5 i, 3 i, 17 i + 1) mod 256. Run by hand; the result is committed.
"""
import json
import os

import numpy as np
from scipy import ndimage

from golden_pairs import pairs

HERE = os.path.dirname(os.path.abspath(__file__))


def gradient(plane, unit, sigma=1.4):
    half = int(np.ceil(sigma * np.sqrt(-2 * np.log(np.sqrt(2 * np.pi) * sigma * 0.01))))
    t = np.arange(-half, half + 1)
    gauss = np.exp(-t ** 2 / (2 * sigma ** 2))
    gauss /= gauss.sum()
    kernel = np.outer(gauss, -t * gauss / sigma ** 2)
    if unit:
        kernel /= np.sqrt((kernel ** 2).sum())
    return np.hypot(ndimage.convolve(plane, kernel, mode="nearest"), ndimage.convolve(plane, kernel.T, mode="nearest"))


def connectivity(alpha, mask):
    """compute_connectivity_error.m, line by line."""
    level = np.full(mask.shape, -1.)
    for k in range(1, 11):
        both = (alpha >= k / 10) & (mask >= k / 10)
        areas, count = ndimage.label(both)  # 4 neighbours
        omega = areas == 1 + np.argmax(np.bincount(areas.ravel(), minlength=2)[1:]) if count else np.zeros_like(both)
        level[(level == -1) & ~omega] = (k - 1) / 10
    level[level == -1] = 1
    phi = [1 - np.where(p - level >= .15, p - level, 0) for p in (alpha, mask)]
    return np.abs(phi[0] - phi[1])


def values(pair, index):
    shape = pair["h"], pair["w"]
    mask = np.array(pair["alpha"]).reshape(shape) / 255
    alpha = np.roll(mask, 1, 1) if index % 3 == 2 else np.array(pair["mask"]).reshape(shape) / 255
    band = ndimage.maximum_filter((mask > 0) & (mask < 1), size=21, mode="constant")
    near = ndimage.maximum_filter((mask > .2) & (mask < .4), size=7, mode="constant")
    error, loose = np.abs(alpha - mask), connectivity(alpha, mask)
    steps = [(gradient(alpha, unit) - gradient(mask, unit)) ** 2 for unit in (True, False)]
    out = {"sad": error.sum() / 1000, "sad_band": error[band].sum() / 1000, "mse": (error ** 2).mean(), "mse_band": (error[band] ** 2).mean(),
           "gradient": steps[0].sum() / 1000, "gradient_band": steps[0][band].sum() / 1000,
           "slope": steps[1].sum() / 1000, "slope_band": steps[1][band].sum() / 1000,
           "connectivity": loose.sum() / 1000, "connectivity_band": loose[band].sum() / 1000,
           "iou": ((alpha >= .5) & (mask >= .5)).sum() / ((alpha >= .5) | (mask >= .5)).sum()}
    i = np.arange(mask.size).reshape(shape)
    mine = np.stack([7 * i, 11 * i + 3, 13 * i + 5], -1) % 256
    true = np.stack([5 * i, 3 * i, 17 * i + 1], -1) % 256
    for name, ground in (("black", (0, 0, 0)), ("white", (255, 255, 255)), ("green", (0, 255, 0))):
        laid = [f * a[..., None] + np.array(ground) * (1 - a[..., None]) for f, a in ((mine, alpha), (true, mask))]
        out["colour_" + name] = np.abs(laid[0] - laid[1])[band].mean()
    return {"seed": pair["seed"], "values": {k: float(v) for k, v in out.items()}, "band": int(band.sum()), "near": int(near.sum())}


def main():
    with open(os.path.join(HERE, "golden-mattes.json"), "w") as file:
        json.dump([values(pair, i) for i, pair in enumerate(pairs())], file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
