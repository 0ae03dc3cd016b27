"""Images, masks and the bundled model, for the evaluation scripts."""
import glob
import json
import os

import numpy as np
import onnxruntime
from PIL import Image

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DATA = os.path.join(ROOT, "..", "shared", "data")


def model(path=os.path.join(ROOT, "models", "base")):
    """(session, manifest) of a model folder."""
    with open(os.path.join(path, "manifest.json")) as file:
        manifest = json.load(file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(os.path.join(path, manifest["file"]), options), manifest


def alpha_map(session, manifest, image):
    """The model's map f32 [h,w], 0..1, of a PIL image."""
    spec = manifest["input"]
    small = image.convert("RGB").resize(tuple(spec["size"]), Image.BILINEAR)
    x = (np.asarray(small, np.float32) / 255 - spec["mean"]) / spec["std"]
    tensor = x.astype(np.float32).transpose(2, 0, 1)[None]
    return session.run(None, {spec["name"]: tensor})[0][0, 0]


def images(folder, count=None):
    """Paths of a data folder, evenly spread when there are more than count."""
    paths = sorted(p for p in glob.glob(os.path.join(DATA, folder, "**", "*"), recursive=True)
                   if p.endswith((".webp", ".jpg", ".png")) and "/masks/" not in p)
    if count and len(paths) > count:
        paths = [paths[i * len(paths) // count] for i in range(count)]
    return paths
