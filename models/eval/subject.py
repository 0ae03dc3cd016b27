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


def statistics(alpha):
    """What the rule may look at: all from one pass over the map."""
    inside = alpha > 0.5
    area = inside.mean()
    confidence = alpha[inside].mean() if inside.any() else 0.0
    soft = ((alpha > 0.1) & (alpha < 0.9)).mean()
    return {"max": alpha.max(), "area": area, "confidence": confidence,
            "soft": soft, "soft_share": soft / max(soft + (alpha >= 0.9).mean(), 1e-6),
            "sure": (alpha > 0.95).mean()}


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
    print("flagged as none, by threshold on `sure` and `soft_share`:")
    for sure in (0.001, 0.002, 0.005, 0.01):
        for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.1):
            flags = [(t["sure"] < sure) | (t["soft_share"] > share) for t in table.values()]
            print("  sure < %.3f or soft share > %.1f:" % (sure, share),
                  *("%s %.1f %%" % (f.split("/")[1], 100 * g.mean()) for f, g in zip(table, flags)))


if __name__ == "__main__":
    main()
