"""Pairs of photo and mask: packed once, then cropped and changed at random.

A pack is two files: PACK.bin, the RGBA u8 pixels [h,w,4] of every picture one
after the other (A is the mask, 255 = foreground), mapped into memory, and
PACK.json, where each lies and what it is.
"""
import json
import math
import os
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import torch

import split
from openwork import openwork
from split import files

LONGEST = 400
ASPECT = .25  # of random_window(), where a recipe says nothing else
RECIPE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipe.json")


def recipe(path=RECIPE):
    """What is trained, on what and how; see recipe.json."""
    with open(path) as file:
        return json.load(file)


def held_out(entry):
    """Whether an entry of a pack is never trained on."""
    return split.held_out(entry["set"], entry["key"], entry["empty"])


def _read(image, mask):
    rgb = cv2.cvtColor(cv2.imread(image, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    h, w = rgb.shape[:2]
    alpha = np.zeros((h, w), np.uint8)
    if mask:
        alpha = cv2.imread(mask, cv2.IMREAD_GRAYSCALE)
        if alpha.shape != (h, w):
            alpha = cv2.resize(alpha, (w, h), interpolation=cv2.INTER_LINEAR)
    rgba = np.dstack([rgb, alpha])
    scale = LONGEST / max(h, w)
    if scale < 1:
        size = (max(1, round(w * scale)), max(1, round(h * scale)))
        rgba = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
    return rgba


def pack(root, sets, empty, out, elsewhere={}):
    """Sets under `root`, or where `elsewhere` says, with images/ and masks/, and folders of photos
    without a subject, into the files out.bin and out.json."""
    jobs = []
    for name in sets:
        folder = elsewhere.get(name, os.path.join(root, name))
        images, masks = (files(os.path.join(folder, part)) for part in ("images", "masks"))
        jobs += [(name, k, images[k], masks[k]) for k in sorted(images.keys() & masks.keys())]
    for name in empty:
        jobs += [(name, k, p, None) for k, p in files(os.path.join(root, name)).items()]
    entries, at = [], 0
    with open(out + ".bin.part", "wb") as file, ThreadPoolExecutor(2) as threads:
        for (name, key, _, mask), rgba in zip(jobs, threads.map(lambda j: _read(*j[2:]), jobs)):
            file.write(rgba.tobytes())
            entries.append({"set": name, "key": key, "empty": mask is None, "at": at,
                            "h": rgba.shape[0], "w": rgba.shape[1]})
            at += rgba.size
    with open(out + ".json", "w") as file:
        json.dump(entries, file)
    os.replace(out + ".bin.part", out + ".bin")


class Pack:
    def __init__(self, path):
        with open(path + ".json") as file:
            self.entries = json.load(file)
        self.pixels = np.memmap(path + ".bin", np.uint8, "r")

    def rgba(self, k):
        e = self.entries[k]
        return self.pixels[e["at"]:e["at"] + e["h"] * e["w"] * 4].reshape(e["h"], e["w"], 4)

    def split(self):
        """(indices to train on, indices held out), pairs and empty ones."""
        out = [[k for k, e in enumerate(self.entries) if held_out(e) == side]
               for side in (False, True)]
        return out[0], out[1]


def whole(rgba, size):
    """u8 [size,size,4] of the whole picture, stretched as the engine does."""
    h, w = rgba.shape[:2]
    shrink = cv2.INTER_AREA if min(h, w) > size else cv2.INTER_LINEAR
    return cv2.resize(rgba, (size, size), interpolation=shrink)


def random_window(rng, h, w, least, aspect=ASPECT):
    """A random crop (y, x, h, w), at least that share of the area; its sides are
    stretched and shrunk against each other by up to e^aspect each."""
    side = math.sqrt(rng.uniform(least, 1))
    ratio = math.exp(rng.uniform(-aspect, aspect))
    ch, cw = min(h, max(32, h * side * ratio)), min(w, max(32, w * side / ratio))
    return rng.uniform(0, h - ch), rng.uniform(0, w - cw), ch, cw


def inside(rng, alpha):
    """A random window (y, x, h, w) of the box around a subject, .3 to .9 of its sides."""
    box = cv2.boundingRect((alpha > 127).astype(np.uint8))
    w, h = (max(32., side * rng.uniform(.3, .9)) for side in box[2:])
    h, w = min(h, alpha.shape[0]), min(w, alpha.shape[1])
    y = min(box[1] + rng.uniform(0, max(1, box[3] - h)), alpha.shape[0] - h)
    x = min(box[0] + rng.uniform(0, max(1, box[2] - w)), alpha.shape[1] - w)
    return y, x, h, w


def ground(rng, rgba):
    """A window in which the mask is empty, at least 0.4 of each side, or None."""
    h, w = rgba.shape[:2]
    for _ in range(8):
        ch, cw = (int(side * rng.uniform(.4, .8)) for side in (h, w))
        y, x = rng.integers(0, h - ch + 1), rng.integers(0, w - cw + 1)
        part = rgba[y:y + ch, x:x + cw]
        if part[..., 3].max() < 16:
            return part
    return None


def _warp(rng, rgba, window, size, turn):
    """The window turned, perhaps mirrored, and scaled to size x size."""
    y, x, h, w = window
    angle = math.radians(rng.normal(0, 8)) if turn and rng.random() < .25 else 0.
    sx, sy = w / size, h / size
    if rng.random() < .5:
        sx = -sx
    cos, sin = math.cos(angle), math.sin(angle)
    a = np.array([[cos * sx, -sin * sy], [sin * sx, cos * sy]])
    centre = np.array([x + w / 2 - .5, y + h / 2 - .5])
    shift = centre - a @ [size / 2 - .5, size / 2 - .5]
    matrix = np.hstack([a, shift[:, None]])
    return cv2.warpAffine(rgba, matrix, (size, size), borderMode=cv2.BORDER_REFLECT_101,
                          flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def _colours(rng, rgb):
    """Light, contrast, cast and saturation; grey now and then. u8 in and out."""
    if rng.random() < .8:
        table = np.arange(256, dtype=np.float32)
        mean = float(rgb.mean())
        light, contrast = rng.uniform(.65, 1.35), rng.uniform(.65, 1.35)
        tables = [np.clip(((table * light - mean) * contrast + mean) * rng.uniform(.87, 1.13), 0, 255)
                  for _ in range(3)]
        rgb = cv2.LUT(rgb, np.stack(tables, -1).astype(np.uint8)[None])
        grey = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        saturation = rng.uniform(.4, 1.5)
        rgb = cv2.addWeighted(rgb, saturation, grey, 1 - saturation, 0)
    if rng.random() < .06:
        rgb = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return rgb


def damaged(rng, rgb):
    """What cameras and networks do: blur, noise, JPEG."""
    size = rgb.shape[0]
    if rng.random() < .12:
        small = max(16, int(size * rng.uniform(.3, .7)))
        rgb = cv2.resize(cv2.resize(rgb, (small, small), interpolation=cv2.INTER_AREA),
                         (size, size), interpolation=cv2.INTER_LINEAR)
    if rng.random() < .15:
        noise = rng.integers(-24, 25, (size, size, 3), np.int16) * rng.uniform(.1, .6)
        rgb = np.clip(rgb + noise, 0, 255).astype(np.uint8)
    if rng.random() < .15:
        _, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        rgb = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return rgb


def is_whole(rgba):
    """Nothing of the subject is cut off by the border."""
    return not (rgba[[0, -1], :, 3].any() or rgba[:, [0, -1], 3].any())


def shrunk(rng, rgba, least, most):
    """Smaller by a random share, somewhere in a picture of the same size."""
    size = rgba.shape[0]
    scale = rng.uniform(least, most)
    shift = [rng.uniform(0, size * (1 - scale)) for _ in range(2)]
    return cv2.warpAffine(rgba, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]),
                          (size, size), flags=cv2.INTER_AREA)


def laid(rgb, alpha, under):
    """Composite of both, u8; its mask is that of the upper one."""
    share = alpha[..., None].astype(np.float32) / 255
    rgb = rgb * share + under[..., :3] * (1 - share)
    return np.dstack([rgb.astype(np.uint8), alpha])


def over(rng, rgba, under):
    """The same of a mask without soft edges."""
    alpha = rgba[..., 3]
    if rng.random() < .7:  # photos have soft edges, cut-outs of masks do not
        alpha = cv2.blur(cv2.erode(alpha, np.ones((3, 3), np.uint8)), (3, 3))
    return laid(rgba[..., :3], alpha, under)


class Samples(torch.utils.data.IterableDataset):
    """Endless (rgb f32 [3,S,S] in -1..1, alpha f32 [1,S,S] in 0..1).

    spec: weights (by set, 1 where not named), empty (share of pictures without
    a subject), paste (share of subjects put on other grounds), size, seed.
    As often as `windows` says, such a ground, or an empty picture, is a window
    beside the subject of another pair; of the sets without a subject only those
    in `barren` are shown alone. shrink: share of pasted subjects made smaller.
    several: share of pictures with one or two more subjects pasted in, all meant.
    inside: share of pictures that a subject fills. openwork: share of drawn things that
    one sees through (openwork.py). aspect: of random_window().
    """

    def __init__(self, pack_path, spec):
        self.path, self.spec = pack_path, spec

    def __iter__(self):
        spec, pairs = self.spec, Pack(self.path)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([*spec["seed"], worker.id if worker else 0])
        train, _ = pairs.split()
        empty = [k for k in train if pairs.entries[k]["empty"]]
        barren = [k for k in empty
                  if "barren" not in spec or pairs.entries[k]["set"] in spec["barren"]]
        train = [k for k in train if not pairs.entries[k]["empty"]]
        weights = np.array([spec["weights"].get(pairs.entries[k]["set"], 1.) for k in train])
        bounds = np.cumsum(weights / weights.sum())
        cv2.setNumThreads(0)

        def other(choice):
            while rng.random() < spec.get("windows", 0):
                part = ground(rng, pairs.rgba(rng.choice(train)))
                if part is not None:
                    return part
            return pairs.rgba(rng.choice(choice))

        while True:
            if rng.random() < spec["empty"]:
                rgba = self._crop(rng, other(barren), .2)
                rgba[..., 3] = 0
            else:
                def subject():
                    return pairs.rgba(train[min(np.searchsorted(bounds, rng.random()), len(train) - 1)])

                filled = rng.random() < spec.get("inside", 0)
                drawn = not filled and rng.random() < spec.get("openwork", 0)
                if drawn:
                    rgba = self._openwork(rng, other(empty), other(empty))
                else:
                    rgba = self._crop(rng, subject(), .3 if rng.random() < .5 else .8, filled)
                    if not filled and rng.random() < spec["paste"]:
                        rgba = self._paste(rng, rgba, other(empty))
                if not filled and rng.random() < spec.get("several", 0):
                    for _ in range(rng.integers(1, 3)):
                        rgba = self._join(rng, rgba, self._crop(rng, subject(), .8))
            rgb = damaged(rng, _colours(rng, np.ascontiguousarray(rgba[..., :3])))
            yield (torch.from_numpy(rgb).permute(2, 0, 1).float().div_(127.5).sub_(1),
                   torch.from_numpy(rgba[..., 3:].copy()).permute(2, 0, 1).float().div_(255))

    def _crop(self, rng, rgba, least, filled=False):
        """A crop with something of the subject in it, if there is one; or `filled` by it, if it can be."""
        h, w = rgba.shape[:2]
        for _ in range(6 if filled else 0):
            window = inside(rng, rgba[..., 3])
            y, x, ch, cw = (int(v) for v in window)
            if 160 < rgba[y:y + ch, x:x + cw, 3].mean() < 245:  # nothing but fur would be a texture
                return _warp(rng, rgba, window, self.spec["size"], False)
        for _ in range(4):
            window = random_window(rng, h, w, least, self.spec.get("aspect", ASPECT))
            y, x, ch, cw = (int(v) for v in window)
            if rgba[y:y + ch, x:x + cw, 3].mean() > 3:
                break
        return _warp(rng, rgba, window, self.spec["size"], True)

    def _ground(self, rng, under):
        """A window of another picture, to lay something on."""
        return _warp(rng, under, random_window(rng, *under.shape[:2], .3), self.spec["size"], False)

    def _paste(self, rng, rgba, under):
        """A subject on another ground, smaller now and then."""
        under = self._ground(rng, under)
        if is_whole(rgba) and rng.random() < self.spec.get("shrink", 0):
            rgba = shrunk(rng, rgba, .3, .9)
        return over(rng, rgba, under)

    def _openwork(self, rng, under, other):
        """A drawn thing, smaller now and then, before a ground that is often out of focus."""
        small = rng.random() < self.spec.get("shrink", 0)
        thing = openwork(rng, self.spec["size"], other[..., :3], rng.uniform(.35, .85) if small else rng.uniform(.8, .97))
        if rng.random() < .5:
            thing = thing[:, ::-1]
        under = self._ground(rng, under)[..., :3]
        if rng.random() < .4:
            under = cv2.GaussianBlur(under, (0, 0), rng.uniform(1, 8))
        return laid(thing[..., :3], thing[..., 3], under)

    def _join(self, rng, rgba, other):
        """Another subject in the picture, if it does not hide the first; both are meant."""
        if not is_whole(other):
            return rgba
        joined = over(rng, shrunk(rng, other, .25, .6), rgba)
        hidden = np.minimum(joined[..., 3], rgba[..., 3]).sum(dtype=np.int64) * 2 > rgba[..., 3].sum(dtype=np.int64)
        if hidden:
            return rgba
        joined[..., 3] = np.maximum(joined[..., 3], rgba[..., 3])
        return joined
