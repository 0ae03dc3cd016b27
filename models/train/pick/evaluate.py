"""Number of clicks and overlap of the pick network against masks, in PyTorch or ONNX Runtime.

    python models/train/pick/evaluate.py MODEL --data ../shared/data/eval/davis16_val [--random 5] [--limit 100]

NoC@t: clicks until the intersection over union with the mask reaches t %, CLICKS where it never does
(Xu et al., CVPR 2016): the first click in the deepest pixel of the mask, each next one in the deepest
pixel of the largest error (prompts.next_click). With --random each click is anywhere inside that region.
From the second click on the network looks at a window around what it found, as the product does (window()).
"""
import argparse
import math
import os

import cv2
import numpy as np
import torch

import prompts
import train
from network import base  # noqa: F401
import data

CLICKS = 20
SIZE = 384
GROW = 1.4  # of the window around what was found so far (Sofiiuk et al., 2021: 1.4)


def iou(a, b):
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else 1.


def window(mask, clicks, box):
    """(y0, x0, y1, x1) of the part of the picture to look at, in pixels: what was found, the clicks
    and the box, GROW times as large; all of it where that is most of it, or nothing is found."""
    h, w = mask.shape
    points = [(y, x, y + 1, x + 1) for y, x, _ in clicks] + ([box] if box is not None else [])
    if mask.any():
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        points.append((rows[0], columns[0], rows[-1] + 1, columns[-1] + 1))
    else:
        return 0, 0, h, w
    y0, x0, y1, x1 = (f(p[k] for p in points) for k, f in enumerate((min, min, max, max)))
    out = []
    for lo, hi, n in ((y0, y1, h), (x0, x1, w)):
        side = max((hi - lo) * GROW, n / 3)
        at = (lo + hi - side) / 2
        out.append((int(max(0, at)), int(min(n, math.ceil(at + side)))))
    (y0, y1), (x0, x1) = out
    return (0, 0, h, w) if (y1 - y0) * (x1 - x0) > .7 * h * w else (y0, x0, y1, x1)


class Session:
    """One picture, asked again and again."""

    def __init__(self, run, rgb):
        self.run, self.rgb = run, rgb
        self.mask = None

    def ask(self, clicks, box=None, closer=True):
        """f32 [h,w] of all clicks (y, x, positive) so far."""
        h, w = self.rgb.shape[:2]
        view = whole = 0, 0, h, w
        if closer and self.mask is not None:
            view = window(self.mask > .5, clicks, box)
        y0, x0, y1, x1 = view
        part = self.rgb[y0:y1, x0:x1]
        sy, sx = SIZE / (y1 - y0), SIZE / (x1 - x0)
        small = data.whole(np.ascontiguousarray(part), SIZE).astype(np.float32) / 127.5 - 1
        before = None
        if self.mask is not None:
            before = cv2.resize(self.mask[y0:y1, x0:x1], (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        moved = [((y + .5 - y0) * sy, (x + .5 - x0) * sx, s) for y, x, s in clicks]
        frame = None if box is None else tuple((v - o) * s for v, o, s in zip(box, (y0, x0) * 2, (sy, sx) * 2))
        maps = prompts.guide(moved, frame, before, SIZE)
        answer = self.run(np.concatenate([small.transpose(2, 0, 1), maps])[None])
        out = np.zeros((h, w), np.float32) if self.mask is None else self.mask.copy()
        if view != whole:
            out[:] = 0
        out[y0:y1, x0:x1] = cv2.resize(answer, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        self.mask = out
        return out


def runner(path):
    """f32 [1,7,S,S] -> f32 [S,S]."""
    if path.endswith(".onnx") and "base" not in path:
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options)
        return lambda x: session.run(None, {"input": x})[0][0, 0]
    model = train.new(path).eval()
    torch.set_num_threads(1)

    def run(x):
        with torch.no_grad():
            return torch.sigmoid(model(torch.from_numpy(x)))[0, 0].numpy()
    return run


def measured(run, rgb, truth, rng, closer, count=CLICKS):
    """IoU after 1, 2, .. clicks, as many as it takes to .90."""
    session, clicks, mask, got = Session(run, rgb), [], np.zeros_like(truth), []
    for _ in range(count):
        click = prompts.next_click(truth, mask, rng)
        if click is None:
            break
        clicks.append(click)
        mask = session.ask(clicks, closer=closer) > .5
        got.append(iou(mask, truth))
        if got[-1] >= .90 and len(got) >= 5:
            break
    return got


def report(name, all_of, boxes):
    def noc(t):
        return np.mean([next((k + 1 for k, v in enumerate(got) if v >= t), CLICKS) for got in all_of])

    def after(k):
        return np.mean([got[min(k, len(got)) - 1] for got in all_of])
    print(f"{name}: {len(all_of)} photos, NoC@85 {noc(.85):.2f}, NoC@90 {noc(.90):.2f}, IoU after 1 {after(1):.3f}, "
          f"2 {after(2):.3f}, 3 {after(3):.3f}, 5 {after(5):.3f}, box {np.mean(boxes):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--data", required=True, nargs="+", help="folders with images/ and masks/")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--most", type=int, default=CLICKS, help="clicks at most")
    parser.add_argument("--whole", action="store_true", help="never look closer")
    args = parser.parse_args()
    run = runner(args.model)
    cv2.setNumThreads(1)
    for folder in args.data:
        images, masks = (data.files(os.path.join(folder, k)) for k in ("images", "masks"))
        names = sorted(images.keys() & masks.keys())
        if args.limit:
            names = names[::max(1, len(names) // args.limit)][:args.limit]
        got, boxes = [], []
        for name in names:
            rgb = cv2.cvtColor(cv2.imread(images[name], cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
            truth = cv2.imread(masks[name], cv2.IMREAD_GRAYSCALE)
            truth = cv2.resize(truth, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 127
            if not truth.any():
                continue
            for k in range(max(1, args.random)):
                rng = np.random.default_rng(k) if args.random else None
                got.append(measured(run, rgb, truth, rng, not args.whole, args.most))
            boxes.append(iou(Session(run, rgb).ask([], prompts.box_of(None, truth)) > .5, truth))
        report(os.path.basename(os.path.normpath(folder)), got, boxes)


if __name__ == "__main__":
    main()
