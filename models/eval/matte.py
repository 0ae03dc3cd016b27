"""How good alpha at the photo's size is (wasm/matte/refine.c).

    python3 models/eval/matte.py [images per set]
    CUT_FLAGS="-DCUT_REFINE_CELLS=4 ..." python3 models/eval/matte.py

The bundled model's map, brought to the photo's size by plain bilinear
upsampling and by cut_matte_refine(), against the masks of ECSSD and DAVIS and
against true mattes. MAE, IoU, F as usual (threshold 0.5; beta^2 0.3, best
threshold); "bound." is boundary IoU; "edge" is the mean error within 0.8 % of the diagonal of the mask's
border; SAD in thousands, MSE and gradient error after Rhemann et al. 2009.
"""
import os
import sys
import tempfile

import numpy as np
from PIL import Image
from scipy import ndimage

import core
from common import DATA, alpha_map, images, model

# folder, whether its masks are soft, and the map: the model's, or the mask
# itself at 1/n of its size, which shows the upsampling alone.
SETS = [("eval/ecssd/images", False, 0), ("eval/davis16_val/images", False, 0),
        ("eval/matting_foamliu/images", True, 0), ("eval/ecssd/images", False, 4),
        ("eval/matting_foamliu/images", True, 4)]


def mask_of(path):
    stem = os.path.splitext(path.replace(os.sep + "images" + os.sep, os.sep + "masks" + os.sep))[0]
    for ending in (".png", ".webp", ".jpg"):
        if os.path.exists(stem + ending):
            return np.asarray(Image.open(stem + ending).convert("L"), np.float32) / 255
    raise FileNotFoundError(stem)


def band_of(mask):
    """Near the border of the mask; all when there is none."""
    inside = mask > 0.5
    if inside.all() or not inside.any():
        return np.ones_like(inside)
    distance = np.where(inside, ndimage.distance_transform_edt(inside),
                        ndimage.distance_transform_edt(~inside))
    return distance <= 0.008 * np.hypot(*mask.shape) + 1


def rim(shape, d):
    """Pixels of a shape within d of its outside, which begins beyond the image."""
    inner = ndimage.minimum_filter(np.pad(shape, 1), size=2 * d + 1, mode="constant", cval=0)
    return shape & ~inner[1:-1, 1:-1]


def boundary_iou(a, m):
    """Cheng et al. 2021, 2 % of the diagonal; models/eval/metrics/boundary.js says more."""
    d = max(1, round(0.02 * float(np.hypot(*m.shape))))
    a, m = rim(a, d), rim(m, d)
    return (a & m).sum() / max((a | m).sum(), 1)


def gradient(alpha):
    x = ndimage.gaussian_filter(alpha, 1.4, order=(0, 1))
    y = ndimage.gaussian_filter(alpha, 1.4, order=(1, 0))
    return np.hypot(x, y)


def f_curve(alpha, mask):
    """Precision and recall at 51 thresholds."""
    inside = mask > 0.5
    bins = np.linspace(0, 1.0001, 52)
    hit = np.histogram(alpha[inside], bins)[0][::-1].cumsum()[::-1]
    false = np.histogram(alpha[~inside], bins)[0][::-1].cumsum()[::-1]
    return hit / np.maximum(hit + false, 1), hit / max(inside.sum(), 1)


def measure(alpha, mask, band, soft):
    error = np.abs(alpha - mask)
    a, m = alpha > 0.5, mask > 0.5
    row = {"IoU": (a & m).sum() / max((a | m).sum(), 1), "MAE": error.mean(),
           "boundary": boundary_iou(a, m), "edge": error[band].mean(), "edge IoU": (a & m & band).sum() / max(((a | m) & band).sum(), 1),
           "F": f_curve(alpha, mask)}
    if soft:
        row["SAD"] = error.sum() / 1000
        row["MSE"] = (error ** 2).mean()
        row["gradient"] = ((gradient(alpha) - gradient(mask)) ** 2).sum() / 1000
    return row


def mean(rows):
    out = {k: np.mean([r[k] for r in rows]) for k in rows[0] if k != "F"}
    precision = np.mean([r["F"][0] for r in rows], axis=0)
    recall = np.mean([r["F"][1] for r in rows], axis=0)
    out["max F"] = (1.3 * precision * recall / np.maximum(0.3 * precision + recall, 1e-9)).max()
    return out


def maps(folder, count):
    """(path, map) of a set; maps are kept between runs of one model file."""
    session, manifest = model()
    cache = os.path.join(tempfile.gettempdir(), "cutaway-maps-" + manifest["sha256"][:12])
    os.makedirs(cache, exist_ok=True)
    for path in images(folder, count):
        kept = os.path.join(cache, os.path.relpath(path, DATA).replace(os.sep, "_") + ".npy")
        if not os.path.exists(kept):
            np.save(kept, alpha_map(session, manifest, Image.open(path)))
        yield path, np.load(kept)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    print("%-28s %-9s" % ("set", "way"), "  IoU    bound.  MAE     edge    edgeIoU max F   SAD    MSE    gradient")
    for folder, soft, n in SETS:
        rows = {"bilinear": [], "refined": []}
        for path, small in maps(folder, count):
            photo = core.rgba(Image.open(path))
            mask = mask_of(path)
            band = band_of(mask)
            if n:
                small = np.asarray(Image.fromarray(mask).resize((mask.shape[1] // n, mask.shape[0] // n), Image.BILINEAR))
            size = (photo.shape[1], photo.shape[0])
            plain = np.asarray(Image.fromarray(small).resize(size, Image.BILINEAR)).clip(0, 1)
            rows["bilinear"].append(measure(plain, mask, band, soft))
            rows["refined"].append(measure(core.refine(small, photo) / np.float32(255), mask, band, soft))
        for way, r in rows.items():
            m = mean(r)
            print("%-28s %-9s" % ("%s%s (%d)" % (folder.split("/")[1], " true/%d" % n if n else "", len(r)), way),
                  *("%.4f " % m[k] for k in ("IoU", "boundary", "MAE", "edge", "edge IoU", "max F")),
                  *("%.3f " % m[k] for k in ("SAD", "MSE", "gradient") if k in m))


if __name__ == "__main__":
    main()
