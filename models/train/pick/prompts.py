"""What a person points at, as the pick network is told it: maps of clicks, a box, the mask so far.

A prompt is a list of clicks (y, x, positive) in pixels of a mask, and a box (y0, x0, y1, x1) or None.
`next_click` is the one that the interactive segmentation literature measures with (Xu et al., CVPR
2016): in the middle of the largest error. See network.py for the maps.
"""
import cv2
import numpy as np

RADIUS = 5  # of a click's disk, in pixels of the network's input (Sofiiuk et al., 2021)
LEAST = 12  # pixels of an error below which nobody clicks


_axis = np.arange(-RADIUS, RADIUS + 1)
STAMP = _axis[None] ** 2 + _axis[:, None] ** 2 <= RADIUS ** 2


def discs(clicks, size, positive):
    """f32 [size,size]: 1 within RADIUS of the pixel that a click of that sign lies in, else 0."""
    out = np.zeros((size + 2 * RADIUS, size + 2 * RADIUS), np.float32)
    for y, x, sign in clicks:
        if bool(sign) == positive and 0 <= y < size and 0 <= x < size:
            out[int(y):int(y) + 2 * RADIUS + 1, int(x):int(x) + 2 * RADIUS + 1][STAMP] = 1
    return out[RADIUS:-RADIUS, RADIUS:-RADIUS]


def box_map(box, size):
    """f32 [size,size]: 1 inside the box, else 0; all 0 without one."""
    out = np.zeros((size, size), np.float32)
    if box is not None:
        y0, x0, y1, x1 = (int(min(size, max(0, v)) + .5) for v in box)
        out[y0:y1, x0:x1] = 1
    return out


def guide(clicks, box, mask, size):
    """f32 [4,size,size]: positive clicks, negative ones, the box, the mask so far (f32 0..1 or None)."""
    return np.stack([discs(clicks, size, True), discs(clicks, size, False), box_map(box, size),
                     np.zeros((size, size), np.float32) if mask is None else mask])


def middle(region):
    """(y, x) of a bool region's deepest pixel; the image's border is its border too."""
    depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return np.unravel_index(int(depth.argmax()), depth.shape), float(depth.max())


def anywhere(rng, region):
    """(y, x) at random, within the deeper half of a bool region: people avoid borders, and do not measure."""
    depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    inside = np.flatnonzero(depth > rng.uniform(.1, .6) * depth.max())
    return np.unravel_index(int(rng.choice(inside)), depth.shape)


def next_click(truth, mask, rng=None):
    """(y, x, positive) in the largest connected error of a bool mask, None where none is worth a click.

    Deterministic, in its deepest pixel, without `rng`; else at random inside it."""
    best, where, positive = LEAST - 1, None, True
    for sign, wrong in ((True, truth & ~mask), (False, mask & ~truth)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=8)
        if count > 1:
            k = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            if stats[k, cv2.CC_STAT_AREA] > best:
                best, where, positive = int(stats[k, cv2.CC_STAT_AREA]), labels == k, sign
    if where is None:
        return None
    y, x = middle(where)[0] if rng is None else anywhere(rng, where)
    return int(y), int(x), positive


def scattered(rng, truth, count):
    """`count` clicks [(y, x, positive)] on a bool mask that ask nothing of an answer: inside, or outside, half of those near."""
    depth = [cv2.distanceTransform(np.pad(m, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1] for m in (~truth, truth)]
    near = .15 * max(truth.shape)
    out = []
    for _ in range(count):
        sign = rng.random() < .5
        d = depth[sign]
        found = np.flatnonzero((d > 2) & (d < near)) if rng.random() < .5 else np.flatnonzero(d > 2)
        if len(found):
            y, x = np.unravel_index(int(rng.choice(found)), d.shape)
            out.append((int(y), int(x), bool(sign)))
    return out


def box_of(rng, truth):
    """(y0, x0, y1, x1) around a bool mask as a hand draws it: some pixels off, rather too large."""
    rows, columns = np.flatnonzero(truth.any(1)), np.flatnonzero(truth.any(0))
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if rng is None:
        return y0, x0, y1, x1
    h, w = y1 - y0, x1 - x0
    off = rng.uniform(-.04, .12, 4) * (h, w, h, w)
    return y0 - off[0], x0 - off[1], y1 + off[2], x1 + off[3]
