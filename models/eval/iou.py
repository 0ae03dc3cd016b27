"""Overlap of the bundled model's map with ECSSD's masks, plain bilinear
upsampling: python3 models/eval/iou.py [images]. Prints the definitions that
are in use side by side."""
import sys

import numpy as np
from PIL import Image

from common import alpha_map, images, model


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    session, manifest = model()
    rows = []
    for path in images("eval/ecssd/images", count):
        image = Image.open(path)
        truth = np.asarray(Image.open(path.replace("images", "masks").replace(".webp", ".png")).convert("L")) / 255.0
        alpha = np.asarray(Image.fromarray(alpha_map(session, manifest, image)).resize(truth.shape[::-1], Image.BILINEAR))
        hard, mask = alpha >= 0.5, truth >= 0.5
        rows.append(((hard & mask).sum() / max((hard | mask).sum(), 1), np.abs(alpha - truth).mean(),
                     np.minimum(alpha, truth).sum() / np.maximum(alpha, truth).sum(),
                     (alpha * truth).sum() / (alpha + truth - alpha * truth).sum()))
    binary, mae, minmax, product = np.mean(rows, 0)
    print("%d images: IoU at 0.5 %.4f, MAE %.4f, soft IoU (min/max) %.4f, soft IoU (product) %.4f" %
          (len(rows), binary, mae, minmax, product))


if __name__ == "__main__":
    main()
