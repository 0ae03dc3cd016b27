"""How near foreground colours come (wasm/matte/foreground.c).

    python3 models/eval/foreground.py

Composites with known truth: a true matte, a true foreground and a true
background make a photo; from photo and matte alone the colours are estimated
and laid over other backgrounds. The error is the mean absolute difference, in
levels, from the true foreground over the same background, over soft pixels.
"raw" keeps the photo's colours; "ml" is pymatting's estimate_foreground_ml
(Germer et al. 2020), the usual reference.

Foregrounds: smooth (a photo blurred until only its gradients are left) and
textured (the photo itself); backgrounds: photos without a subject; mattes: the
true ones, and hard masks softened by 3 pixels, for edges as they mostly are.
"""
import os
import sys
import time

import numpy as np
from PIL import Image, ImageFilter

import core
from common import images
from matte import mask_of

SIZE = (960, 720)
BEHIND = [(255, 255, 255), (0, 0, 0), (255, 0, 255), (0, 160, 80)]


def picture(path, blur=0):
    image = Image.open(path).convert("RGB").resize(SIZE, Image.LANCZOS)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    return np.asarray(image, np.float64)


def mattes():
    """(name, alpha u8): true mattes, then softened masks."""
    for path in images("eval/matting_foamliu/images"):
        yield "hair", np.asarray(Image.fromarray((mask_of(path) * 255).astype(np.uint8)).resize(SIZE, Image.BICUBIC))
    for path in images("eval/ecssd/images", 10):
        mask = Image.fromarray((mask_of(path) * 255).astype(np.uint8)).resize(SIZE, Image.BICUBIC)
        yield "edge", np.asarray(mask.filter(ImageFilter.GaussianBlur(3)))


def over(colours, alpha, behind):
    a = alpha[..., None] / 255
    return colours * a + np.array(behind, np.float64) * (1 - a)


def main():
    import pymatting
    fronts = images("eval/davis16_val/images", 20)
    backs = images("nosubject/dtd", 10) + images("nosubject/lal", 10)
    errors, seconds = {}, {}
    for i, (kind, alpha) in enumerate(mattes()):
        for texture, blur in (("smooth", 12), ("textured", 0)):
            truth = picture(fronts[i % len(fronts)], blur)
            photo = over(truth, alpha, (0, 0, 0)) + picture(backs[i % len(backs)]) * (1 - alpha[..., None] / 255)
            pixels = np.dstack([photo.round(), np.full(alpha.shape, 255)]).astype(np.uint8)
            soft = (alpha > 0) & (alpha < 255)
            for way in ("raw", "ml", "ours"):
                start = time.perf_counter()
                if way == "raw":
                    colours = photo
                elif way == "ml":
                    colours = pymatting.estimate_foreground_ml(pixels[..., :3] / 255, alpha / 255) * 255
                else:
                    colours = core.foreground(pixels, alpha)[..., :3].astype(np.float64)
                seconds.setdefault(way, []).append(time.perf_counter() - start)
                wrong = [np.abs(over(colours, alpha, b) - over(truth, alpha, b))[soft].mean() for b in BEHIND]
                errors.setdefault((kind, texture), {}).setdefault(way, []).append(np.mean(wrong))
    print("%-16s %8s %8s %8s   ours/raw ml/raw" % ("matte, colours", "raw", "ml", "ours"))
    for case, ways in list(errors.items()) + [(("all", ""), {w: sum((e[w] for e in errors.values()), [])
                                                           for w in ("raw", "ml", "ours")})]:
        m = {w: np.mean(v) for w, v in ways.items()}
        print("%-16s %8.3f %8.3f %8.3f   %.2f     %.2f" % (" ".join(case), m["raw"], m["ml"], m["ours"],
                                                         m["ours"] / m["raw"], m["ml"] / m["raw"]))
    print("ms, median at %d x %d: ours %.0f, ml %.0f" % (SIZE + tuple(1000 * np.median(seconds[w]) for w in ("ours", "ml"))))


if __name__ == "__main__":
    main()
