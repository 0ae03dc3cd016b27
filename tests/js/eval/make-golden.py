#!/usr/bin/env python3
"""Writes golden.json: what other people's code says of the pairs of maps.js.

    pip install pysodmetrics==1.6.2 scipy
    python3 tests/js/eval/make-golden.py

PySODMetrics (numpy, after the authors' MATLAB) gives F, weighted F, S and E;
OpenCV's erosion boundary IoU; SciPy's convolution the gradient error. Run by
hand when a pair is added; the result is committed.
"""
import json
import os
import warnings

import cv2
import numpy as np
from scipy import ndimage

warnings.simplefilter("ignore")
import py_sod_metrics.sod_metrics as sod

from golden_pairs import pairs

HERE = os.path.dirname(os.path.abspath(__file__))


def boundary(mask):
    h, w = mask.shape
    times = max(1, int(round(0.02 * np.sqrt(h ** 2 + w ** 2))))
    inner = cv2.erode(np.pad(mask.astype(np.uint8), 1), np.ones((3, 3), np.uint8), iterations=times)
    return mask & (inner[1:-1, 1:-1] == 0)


def gradient(plane, sigma=1.4):
    half = int(np.ceil(sigma * np.sqrt(-2 * np.log(np.sqrt(2 * np.pi) * sigma * 0.01))))
    t = np.arange(-half, half + 1)
    gauss = np.exp(-t ** 2 / (2 * sigma ** 2)) / (sigma * np.sqrt(2 * np.pi))
    kernel = np.outer(gauss, -t * gauss / sigma ** 2)
    kernel /= np.sqrt((kernel ** 2).sum())
    return np.hypot(ndimage.convolve(plane, kernel, mode="nearest"),
                    ndimage.convolve(plane, kernel.T, mode="nearest"))


def values(pair):
    shape = pair["h"], pair["w"]
    alpha = np.array(pair["alpha"]).reshape(shape) / 255
    mask = np.array(pair["mask"]).reshape(shape) / 255
    gt = mask >= 0.5
    assert ((alpha * 255).astype(np.uint8) == np.array(pair["alpha"]).reshape(shape)).all()
    f = sod.Fmeasure()
    precision, recall, curve = f.cal_pr(alpha, gt)
    e = sod.Emeasure()
    e.gt_fg_numel, e.gt_size = np.count_nonzero(gt), gt.size
    e_curve = e.cal_changeable_em(alpha, gt)
    out = {
        "mae": np.abs(alpha - mask).mean(),
        "max_f": curve.max(), "mean_f": curve.mean(), "adaptive_f": f.cal_adaptive_fm(alpha, gt),
        "weighted_f": sod.WeightedFmeasure().cal_wfm(alpha, gt),
        "s_measure": sod.Smeasure().cal_sm(alpha, gt),
        "max_e": e_curve.max(), "mean_e": e_curve.mean(),
        "iou": ((alpha >= 0.5) & gt).sum() / ((alpha >= 0.5) | gt).sum(),
        "boundary_iou": (boundary(alpha >= 0.5) & boundary(gt)).sum() / (boundary(alpha >= 0.5) | boundary(gt)).sum(),
    }
    if ((mask > 0) & (mask < 1)).any():
        out["sad"] = np.abs(alpha - mask).sum() / 1000
        out["mse"] = ((alpha - mask) ** 2).mean()
        out["gradient"] = ((gradient(alpha) - gradient(mask)) ** 2).sum() / 1000
    return {k: float(v) for k, v in out.items()}, (precision, recall, curve, e_curve)


def main():
    rows, curves = [], []
    for pair in pairs():
        row, c = values(pair)
        rows.append({"seed": pair["seed"], "values": row})
        curves.append(c)
    precision, recall, own, e = (np.mean(c, axis=0) for c in zip(*curves))
    f = 1.3 * precision * recall / np.maximum(0.3 * precision + recall, 1e-300)
    whole = {"max_f": f.max(), "mean_f": f.mean(), "max_f_of_curves": own.max(), "mean_f_of_curves": own.mean(),
             "max_e": e.max(), "mean_e": e.mean()}
    with open(os.path.join(HERE, "golden.json"), "w") as file:
        json.dump({"pairs": rows, "set": {k: float(v) for k, v in whole.items()}}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
