"""Crops made while training: photos as they are with hard masks, and other grounds for composites.

A composite's ground is softer than its subject more often than a photo's: a network that
saw nothing else takes every sharp blade of grass for a strand.
"""
import glob
import os

import cv2
import numpy as np

import strands


def photos(folder):
    """Paths of the photos of pairs: DUTS-TR as it is published, or images/ and masks/."""
    found = glob.glob(os.path.join(folder, "**", "DUTS-TR-Image", "*.jpg"), recursive=True)
    return sorted(found or glob.glob(os.path.join(folder, "images", "*.*")))


def rgb(path):
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.float32) / 255


def mask_of(path):
    path = path.replace("/images/", "/masks/").replace("DUTS-TR-Image", "DUTS-TR-Mask")
    return cv2.imread(os.path.splitext(path)[0] + ".png", cv2.IMREAD_GRAYSCALE)


def extended(image, solid):
    """The image with the colours of the nearest solid pixel outside of it."""
    _, labels = cv2.distanceTransformWithLabels((~solid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    at = np.zeros(labels.max() + 1, np.int64)
    at[labels[solid]] = np.flatnonzero(solid)
    return image.reshape(-1, 3)[at[labels]].reshape(image.shape)


def forgetful(rng, alpha):
    """A made-up model's matte f32 of a crop: small things lost or filled, blurred, too sure or not sure enough."""
    h, w = alpha.shape
    low, size = alpha, int(rng.integers(1, 5)) * 2 + 1
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    kind = rng.random()
    if kind < .7:
        other = cv2.morphologyEx(low, cv2.MORPH_OPEN if kind < .45 else cv2.MORPH_CLOSE, window)
        low = low + (other - low) * rng.random() ** .5
    if rng.random() < .3:  # the outline moved
        move = cv2.erode if rng.random() < .5 else cv2.dilate
        low = move(low, window)
    low = cv2.GaussianBlur(low, (0, 0), rng.uniform(.5, 6))
    n = max(8, round(h / rng.uniform(1.5, 6)))
    low = cv2.resize(low, (n, n), interpolation=cv2.INTER_AREA)
    z = np.log((low + .02) / (1.02 - low)) * rng.uniform(1, 1.9) + strands.field(rng, n, n, 4) * rng.uniform(0, .9) + rng.normal(0, .4)
    low = np.clip((1 / (1 + np.exp(-z)) - .03) / .94, 0, 1).astype(np.float32)
    return cv2.resize(low, (w, h), interpolation=cv2.INTER_LINEAR)


def bold(rng, alpha):
    """A made-up model's matte f32 of a crop that is sure of the body alone, or of all between its strands."""
    size = int(np.exp(rng.uniform(np.log(5), np.log(23)))) | 1
    way = cv2.MORPH_OPEN if rng.random() < .65 else cv2.MORPH_CLOSE
    body = cv2.morphologyEx((alpha * 255).astype(np.uint8), way, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    body = cv2.GaussianBlur(body.astype(np.float32) / 255, (0, 0), rng.uniform(.8, 3.5))
    return np.clip((body - .5) * rng.uniform(1, 2) + .5 + rng.normal(0, .04), 0, 1)


def window(rng, rgba, side, centre=None):
    """A part side x side, around a place if one is given, mirrored where the picture ends."""
    h, w = rgba.shape[:2]
    if centre is None:
        y, x = int(rng.integers(0, max(1, h - side + 1))), int(rng.integers(0, max(1, w - side + 1)))
    else:
        y, x = (int(np.clip(v - side // 2 + rng.integers(-side // 3, side // 3 + 1), 0, max(0, n - side))) for v, n in zip(centre, (h, w)))
    part = rgba[y:y + side, x:x + side]
    below, right = side - part.shape[0], side - part.shape[1]
    return cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_REFLECT) if below or right else part


class Natural:
    def __init__(self, folder):
        self.paths = photos(folder)
        if not self.paths:
            raise SystemExit(f"no pairs in {folder}")

    def pair(self, rng):
        """u8 [h,w,4] of a pair, A the mask, sometimes enlarged."""
        path = self.paths[rng.integers(len(self.paths))]
        rgba = np.dstack([cv2.cvtColor(cv2.imread(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), mask_of(path)])
        scale = 1 if rng.random() < .7 else rng.uniform(1, 1.8)
        return rgba if scale == 1 else cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)

    def crop(self, rng, side):
        """f32 [side,side,6], 0..1: RGB, mask, made-up coarse matte, what an error counts: little
        next to the outline, where the mask is not to be believed."""
        while True:
            rgba = self.pair(rng)
            hard = (rgba[..., 3] > 127).astype(np.uint8)
            ys, xs = np.nonzero(cv2.morphologyEx(hard, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
            if len(ys) > 30:
                break
        k = rng.integers(len(ys))
        part = window(rng, rgba, side, (ys[k], xs[k])).astype(np.float32) / 255
        mask = cv2.GaussianBlur(part[..., 3], (0, 0), .6)
        hard = (mask > .5).astype(np.uint8)
        near = np.ones((7, 7), np.uint8)
        counts = 1 - .85 * (cv2.dilate(hard, near) - cv2.erode(hard, near))
        coarse = bold(rng, mask) if rng.random() < .12 else forgetful(rng, mask)
        return np.dstack([part[..., :3], mask, coarse, counts])

    def regrounded(self, rng, crop):
        """A crop u8 [side,side,5] of a composite before a part of a photo; as it is where there
        is no body whose colours strands could have."""
        alpha = crop[..., 3].astype(np.float32)[..., None] / 255
        solid = alpha[..., 0] > .9
        if solid.mean() < .03:
            return crop
        colours = np.where(alpha > .9, crop[..., :3], extended(crop[..., :3], solid))
        ground = window(rng, self.pair(rng)[..., :3], len(crop))
        out = crop.copy()
        out[..., :3] = np.clip(colours * alpha + ground * (1 - alpha) + .5, 0, 255)
        return out
