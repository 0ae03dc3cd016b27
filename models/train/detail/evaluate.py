"""How near a detail network comes to true mattes, round by round.

    python models/train/detail/evaluate.py MODEL --photos DIR --mattes DIR --truth DIR [--rounds 4] [--sheet OUT]

--mattes has what `cutaway DIR/* -o MATTES/ --mask` makes of the photos. Medians
over the photos of: SAD in the band, 10 pixels around what is soft in the true
matte, and of the whole photo, in thousands; gradient error in the band (Rhemann et
al., CVPR 2009; Gaussian derivatives of sigma 1.4, as in models/eval/matte.py), in
thousands; IoU at .5.
"""
import argparse
import os

import cv2
import numpy as np
import torch
from scipy import ndimage

import apply


def gradient(alpha):
    x = ndimage.gaussian_filter(alpha, 1.4, order=(0, 1))
    y = ndimage.gaussian_filter(alpha, 1.4, order=(1, 0))
    return np.hypot(x, y)


def measures(alpha, truth):
    """[band SAD, gradient, whole SAD, MSE in the band, IoU]."""
    soft = ((truth > 0) & (truth < 1)).astype(np.uint8)
    band = cv2.dilate(soft, np.ones((21, 21), np.uint8)) > 0
    error = np.abs(alpha - truth)
    slope = (gradient(alpha) - gradient(truth)) ** 2
    both, either = ((alpha > .5) & (truth > .5)).sum(), ((alpha > .5) | (truth > .5)).sum()
    return [error[band].sum() / 1000, slope[band].sum() / 1000, error.sum() / 1000,
            (error[band] ** 2).mean(), both / max(1, either)]


def sheet(path, photo, columns):
    """Photo and mattes side by side."""
    planes = [photo] + [np.repeat((p * 255 + .5).astype(np.uint8)[..., None], 3, 2) for p in columns]
    cv2.imwrite(path, cv2.cvtColor(np.concatenate(planes, 1), cv2.COLOR_RGB2BGR))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--photos", required=True)
    parser.add_argument("--mattes", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sheet", help="folder for pictures: photo, before, after, truth")
    parser.add_argument("--each", action="store_true", help="every photo's numbers too")
    args = parser.parse_args()
    torch.set_num_threads(1)
    net, rows = apply.load(args.model), []
    for stem, photo, matte in apply.pairs(args.photos, args.mattes):
        image, coarse = apply.read(photo, matte)
        truth = apply.read(photo, os.path.join(args.truth, stem + ".png"))[1]
        answers = [coarse, *apply.refined(net, image, coarse, args.rounds)]
        rows.append([measures(a, truth) for a in answers])
        if args.each:
            print(stem, *("%.2f/%.3f/%.1f" % tuple(m[:3]) for m in rows[-1]), flush=True)
        if args.sheet:
            os.makedirs(args.sheet, exist_ok=True)
            sheet(os.path.join(args.sheet, stem + ".jpg"), image, [coarse, answers[1], answers[-1], truth])
    print(f"{len(rows)} photos: band SAD, gradient error, SAD of the whole, MSE in the band, IoU: medians (means)")
    for k, label in enumerate(["coarse", *(f"{n + 1} rounds" for n in range(args.rounds))]):
        table = np.array([r[k] for r in rows])
        print(f"{label:9}", *("%.3f (%.3f) " % v for v in zip(np.median(table, 0), table.mean(0))))


if __name__ == "__main__":
    main()
