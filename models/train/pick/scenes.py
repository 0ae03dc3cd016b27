"""Scenes of several things, each with the mask of the one that is meant; made while training.

A scene is a pair as it is (meant: all of its mask, or one of several parts that do not touch), or a
photo with one to four cut-outs, some of them twice, pasted onto it that hide each other (meant: what is
seen of one of them, sometimes of two, or of the photo's own subject, which the others then are not); often a window
around what is meant, as a second look takes it. Masks are hard ones, edges softened as base's recipe does.
"""
import cv2
import numpy as np
import torch

import prompts
from network import base  # noqa: F401  (its folder is on the path from here on)
import data

SMALL = .004  # share of the scene: less of a thing is not meant


def parts(mask):
    """Bool masks of the parts of a mask that do not touch, large ones only; [] when it is all one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 127).astype(np.uint8), connectivity=8)
    large = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] > .03 * mask.size]
    return [labels == k for k in large] if len(large) > 1 else []


class Scenes(torch.utils.data.IterableDataset):
    """Endless (rgb u8 [S,S,3], meant u8 [S,S], whole: 1 where it is base's own answer that is meant)."""

    def __init__(self, pack, spec, seed):
        self.path, self.spec, self.seed = pack, spec, seed

    def pictures(self):
        pairs = data.Pack(self.path)
        train, _ = pairs.split()
        train = [k for k in train if not pairs.entries[k]["empty"]]
        weights = np.array([self.spec["weights"].get(pairs.entries[k]["set"], 1.) for k in train])
        return pairs, train, np.cumsum(weights / weights.sum())

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([*self.seed, worker.id if worker else 0])
        pairs, train, bounds = self.pictures()
        cv2.setNumThreads(1)
        self.rgba = lambda: pairs.rgba(train[min(np.searchsorted(bounds, rng.random()), len(train) - 1)])
        while True:
            rgb, meant, whole = self.scene(rng)
            if meant is None or meant.mean() < 255 * SMALL:
                continue
            if not whole and rng.random() < self.spec["closer"]:
                rgb, meant = self.closer(rng, rgb, meant)
            yield data.damaged(rng, data._colours(rng, np.ascontiguousarray(rgb))), meant, whole

    def scene(self, rng):
        size = self.spec["size"]
        picture = self.rgba()
        if rng.random() < self.spec["paste"]:
            return self.pasted(rng, picture, size)
        h, w = picture.shape[:2]
        rgba = data._warp(rng, picture, data.random_window(rng, h, w, .6), size, True)
        separate = parts(rgba[..., 3])
        if separate and rng.random() < .65:
            one = separate[rng.integers(len(separate))]
            return rgba[..., :3], np.where(one, rgba[..., 3], 0), False
        return rgba[..., :3], rgba[..., 3], True

    def pasted(self, rng, under, size):
        """Cut-outs on a photo; what is in front hides what is behind."""
        h, w = under.shape[:2]
        ground = data._warp(rng, under, data.random_window(rng, h, w, .5), size, False)
        rgb, things = ground[..., :3].astype(np.float32), [ground[..., 3].astype(np.float32) / 255]
        whole = None
        for _ in range(int(rng.integers(1, 5))):
            if whole is None or rng.random() > self.spec["alike"]:
                whole = self.rgba()
            rgba = whole
            h, w = rgba.shape[:2]
            ys, xs = np.flatnonzero(rgba[..., 3].max(1) > 127), np.flatnonzero(rgba[..., 3].max(0) > 127)
            if len(ys) < 8 or len(xs) < 8:
                continue
            rgba = rgba[ys[0]:ys[-1] + 1, xs[0]:xs[-1] + 1]
            scale = size * np.exp(rng.uniform(np.log(.12), np.log(.8))) / max(rgba.shape[:2])
            turn, flip = rng.normal(0, 10) * (rng.random() < .3), 1 - 2 * (rng.random() < .5)
            m = cv2.getRotationMatrix2D((rgba.shape[1] / 2, rgba.shape[0] / 2), turn, scale)
            m[:, 0] *= flip
            centre = m @ [rgba.shape[1] / 2, rgba.shape[0] / 2, 1]
            m[:, 2] += rng.uniform(.08, .92, 2) * size - centre
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            rgba = cv2.warpAffine(np.ascontiguousarray(rgba), m, (size, size), flags=way)
            alpha = rgba[..., 3]
            if rng.random() < .8:
                alpha = cv2.blur(cv2.erode(alpha, np.ones((3, 3), np.uint8)), (3, 3))
            a = alpha.astype(np.float32)[..., None] / 255
            colour = data._colours(rng, np.ascontiguousarray(rgba[..., :3])) if rng.random() < .5 else rgba[..., :3]
            rgb = colour * a + rgb * (1 - a)
            things = [t * (1 - a[..., 0]) for t in things] + [a[..., 0]]
        seen = [t for t in things if t.mean() > SMALL]
        if not seen:
            return rgb.astype(np.uint8), None, False
        order = rng.permutation(len(seen))
        meant = seen[order[0]] + (seen[order[1]] if len(seen) > 2 and rng.random() < .12 else 0)
        return rgb.astype(np.uint8), (meant.clip(0, 1) * 255).astype(np.uint8), False

    def closer(self, rng, rgb, meant):
        """A window around what is meant."""
        size = rgb.shape[0]
        y0, x0, y1, x1 = prompts.box_of(None, meant > 127) if (meant > 127).any() else (0, 0, size, size)
        grow = np.exp(rng.uniform(np.log(1.15), np.log(2.2)))
        side = [min(size, max(size / 4, (b - a) * grow)) for a, b in ((y0, y1), (x0, x1))]
        at = [np.clip((a + b - s) / 2 + rng.normal(0, .05) * s, 0, size - s)
              for (a, b), s in zip(((y0, y1), (x0, x1)), side)]
        window = (*at, *side)
        rgba = data._warp(rng, np.dstack([rgb, meant]), window, size, False)
        return rgba[..., :3], rgba[..., 3]
