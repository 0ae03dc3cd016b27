"""Calibrates "is there a subject at all?" (wasm/matte/subject.c).

    python3 models/eval/subject.py [images per set]

Prints, for pictures with a subject and without, how candidate statistics of
the model's map are spread, and what share each threshold flags as "none".
"""
import sys

import numpy as np
from PIL import Image

from common import alpha_map, images, model

SETS = [("eval/ecssd/images", True), ("eval/davis16_val/images", True), ("eval/sod/images", True),
        ("nosubject/dtd", False), ("nosubject/lal", False)]
LIKELY = (.7, .8, .9, .95)


def statistics(alpha):
    """What the rule may look at: how much of the map is how high."""
    return {"max": alpha.max(), **{f">= {a}": (alpha >= a).mean() for a in LIKELY}}


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    session, manifest = model()
    table = {}
    for folder, _ in SETS:
        rows = [statistics(alpha_map(session, manifest, Image.open(p))) for p in images(folder, count)]
        table[folder] = {k: np.array([r[k] for r in rows]) for k in rows[0]}
        print(folder, len(rows))
        for k, v in table[folder].items():
            print("   %-10s" % k, *("%.3f" % q for q in np.percentile(v, [0, 1, 5, 25, 50, 75, 95, 99])))
    print("flagged as none, by what share of the map is lacking:")
    for least in (.001, .002, .004, .008):
        for a in LIKELY:
            print("  %.3f >= %.2f:" % (least, a),
                  *("%s %.1f %%" % (f.split("/")[1], 100 * (t[f">= {a}"] < least).mean())
                    for f, t in table.items()))


if __name__ == "__main__":
    main()
