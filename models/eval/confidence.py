"""How well the confidence of a map tells how right it is (wasm/matte/subject.c, cut_subject_confidence).

    python models/eval/confidence.py --images ../shared/data/eval/ecssd/images --masks ../shared/data/eval/ecssd/masks [--limit 400]

Prints the rank correlation (Spearman) of the share of what the bundled model's map puts at .3 or more that it
puts at .7 or more with the overlap of the map at one half with the mask, and that overlap by tenths of the share:
what the table in C was made of, on held-out pairs of models/train. Then, for limits of the confidence that the table makes of it:
how many are asked about, how many of the bad ones (overlap below .8) are among them, how many of those asked about are bad.
"""
import argparse
import os

import numpy as np
from PIL import Image

import common


def share(alpha):
    return (alpha >= .7).sum() / max((alpha >= .3).sum(), 1)


def ranks(values):
    order = np.empty(len(values))
    order[np.argsort(values, kind="stable")] = np.arange(len(values))
    return order


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True)
    parser.add_argument("--masks", required=True)
    parser.add_argument("--limit", type=int, default=400)
    args = parser.parse_args()
    session, manifest = common.model()
    masks = {os.path.splitext(n)[0]: os.path.join(args.masks, n) for n in os.listdir(args.masks)}
    names = [n for n in sorted(os.listdir(args.images)) if os.path.splitext(n)[0] in masks]
    shares, overlaps = [], []
    for name in names[::max(1, len(names) // args.limit)][:args.limit]:
        alpha = common.alpha_map(session, manifest, Image.open(os.path.join(args.images, name)))
        mask = Image.open(masks[os.path.splitext(name)[0]]).convert("L")
        truth = np.asarray(mask.resize(alpha.shape[::-1])) > 127
        found = alpha > .5
        union = (found | truth).sum()
        overlaps.append((found & truth).sum() / union if union else 1)
        shares.append(share(alpha))
    shares, overlaps = np.array(shares), np.array(overlaps)
    print(f"{len(shares)} photos, mean overlap {overlaps.mean():.3f}, "
          f"rank correlation {np.corrcoef(ranks(shares), ranks(overlaps))[0, 1]:.3f}")
    for part in np.array_split(np.argsort(shares), 10):
        print(f"share {shares[part].min():.3f} to {shares[part].max():.3f}: overlap {overlaps[part].mean():.3f}")
    confidence = np.interp(shares, [0, .6, .8, .9, .95, 1], [0, .54, .67, .79, .91, 1])
    bad = overlaps < .8
    for limit in (.6, .65, .7, .75, .8, .85, .9):
        asked = confidence < limit
        both = (asked & bad).sum()
        found, right = both / max(bad.sum(), 1), both / max(asked.sum(), 1)
        print(f"below {limit:.2f}: {asked.mean():.3f} asked about, {found:.3f} of the bad, {right:.3f} are bad, "
              f"F {2 * both / max(bad.sum() + asked.sum(), 1):.3f}")


if __name__ == "__main__":
    main()
