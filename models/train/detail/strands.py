"""Hair, fur and thin things drawn at random, as premultiplied RGBA f32 [h,w,4], 0..1."""
import cv2
import numpy as np


def field(rng, h, w, cells):
    """Smooth noise of deviation 1 or so, f32 [h,w]."""
    noise = rng.standard_normal((cells + 1, cells + 1)).astype(np.float32)
    return cv2.resize(noise, (w, h), interpolation=cv2.INTER_CUBIC)


class Canvas:
    """Lines thinner than a pixel, drawn larger and averaged down."""

    def __init__(self, h, w):
        self.times = 3 if max(h, w) < 1100 else 2
        self.pixels = np.zeros((h * self.times, w * self.times, 4), np.uint8)

    def line(self, points, width, colour):
        """points f32 [n,2], x and y."""
        at = np.round((points + .5) * self.times * 16 - 8).astype(np.int32)[:, None]
        rgba = [float(v) * 255 for v in np.clip(colour, 0, 1)] + [255.]
        cv2.polylines(self.pixels, [at], False, rgba, max(1, round(width * self.times)), cv2.LINE_AA, 4)

    def done(self):
        h, w = self.pixels.shape[:2]
        small = cv2.resize(self.pixels, (w // self.times, h // self.times), interpolation=cv2.INTER_AREA)
        return small.astype(np.float32) / 255


def roots(rng, solid, deep):
    """(y, x) of pixels inside along stretches of the outline, and the outward direction field."""
    inside = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 3)
    smooth = cv2.GaussianBlur(outside - inside, (0, 0), 6)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    size = np.hypot(dx, dy) + 1e-6
    h, w = solid.shape
    part = field(rng, h, w, int(rng.integers(2, 6))) > rng.uniform(-1.2, .4)
    ys, xs = np.nonzero((inside > 0) & (inside < deep) & part)
    return ys, xs, dx / size, dy / size


def style(rng, fur, unit):
    """What the strands of one picture have in common."""
    return {
        "length": unit * (rng.uniform(6, 30) if fur else np.exp(rng.uniform(np.log(20), np.log(140)))),
        "width": rng.uniform(.35, 1.2) * unit ** .5 if fur else rng.uniform(.3, 1.4) * unit ** .5,
        "dense": rng.uniform(.15, .7) if fur else rng.uniform(.02, .2),
        "wind": rng.uniform(0, .6) if fur else rng.uniform(.2, 1.5),
        "curl": rng.uniform(0, .12) if fur else rng.uniform(0, .4) * rng.random(),
        "turn": rng.uniform(.05, .35), "lock": int(rng.integers(1, 13)), "shade": rng.uniform(.05, .35),
    }


def paths(rng, s, ys, xs, out_x, out_y, count):
    """f32 [count,n,2]: strands from those roots, outwards, by wind, gravity and curl."""
    h, w = out_x.shape
    step = 3.
    n = max(4, int(s["length"] * 1.3 / step))
    lead = rng.integers(len(ys), size=count)
    together = np.arange(count) - np.arange(count) % s["lock"]
    pick = np.where(rng.random(count) < .8, lead[together], lead)
    at = np.stack([xs[pick], ys[pick]], 1) + rng.normal(0, 1.5 + .3 * s["lock"], (count, 2))
    angle = rng.uniform(0, 2 * np.pi)
    wind = np.array([np.cos(angle), abs(np.sin(angle)) if rng.random() < .7 else np.sin(angle)]) * s["wind"]
    flow = np.stack([field(rng, h, w, 5), field(rng, h, w, 5)], 2) * .5
    stray = rng.normal(0, 1, (count, 2)) * np.where(rng.random(count) < .85, .25, .9)[:, None]
    phase, heading, out = rng.uniform(0, 6.28, count), None, np.empty((count, n, 2), np.float32)
    for j in range(n):
        x, y = np.clip(at[:, 0], 0, w - 1).astype(int), np.clip(at[:, 1], 0, h - 1).astype(int)
        want = np.stack([out_x[y, x], out_y[y, x]], 1) * max(0, 1 - j * step / (.6 * s["length"]))
        want = want + wind * min(1, .3 + j * step / 50) + flow[y, x] + stray
        want /= np.hypot(*want.T)[:, None] + 1e-6
        heading = want if heading is None else .75 * heading + .25 * want
        bend = 3 * s["curl"] * np.sin(phase + s["turn"] * j * step)
        c, t = np.cos(bend), np.sin(bend)
        go = np.stack([heading[:, 0] * c - heading[:, 1] * t, heading[:, 0] * t + heading[:, 1] * c], 1)
        at = at + step * go / (np.hypot(*go.T)[:, None] + 1e-6)
        out[:, j] = at
    return out


def hair(rng, colours, solid, fur, unit=1.):
    """Strands out of a body, in its colours or another; `unit` is how large a pixel of a
    photo of 600 is. None where the body has no outline."""
    h, w = solid.shape
    ys, xs, out_x, out_y = roots(rng, solid, (5 if fur else 12) * unit)
    if len(ys) < 20:
        return None
    s = style(rng, fur, unit)
    count = int(min(len(ys) * s["dense"] / unit, 6000 if fur else 2500))
    lines = paths(rng, s, ys, xs, out_x, out_y, count)
    tint = np.clip(colours[ys, xs].mean(0) + rng.normal(0, .15, 3), .02, .95) if rng.random() < .4 else None
    canvas = Canvas(h, w)
    for line in lines:
        x, y = np.clip(line[0], 0, [w - 1, h - 1]).astype(int)
        colour = (colours[y, x] if tint is None else tint) * (1 + rng.normal(0, s["shade"])) + rng.normal(0, .02, 3)
        n = max(3, int(len(line) * rng.uniform(.3, .9 if rng.random() < .95 else 1)))
        width, half = s["width"] * rng.uniform(.6, 1.3), max(2, n // 2)
        canvas.line(line[:half + 1], width, colour)
        canvas.line(line[half:n], width * .6, colour * rng.uniform(.9, 1.25))
    return canvas.done()


def spokes(rng, canvas, centre, side, colour):
    for angle in np.arange(0, 2 * np.pi, rng.uniform(.1, .6)):
        go = np.array([np.cos(angle), np.sin(angle)])
        canvas.line(np.array([centre, centre + 2 * side * go]), rng.uniform(.6, 3), colour * rng.uniform(.8, 1.2))
    for radius in rng.uniform(.05, .6, rng.integers(0, 4)) * side:
        t = np.linspace(0, 6.29, 120)
        canvas.line(centre + radius * np.stack([np.cos(t), np.sin(t)], 1), rng.uniform(1, 6), colour)


def grid(rng, canvas, side, colour):
    angle, step = rng.uniform(0, 3.14), rng.uniform(8, 40)
    for a in [angle] + [angle + rng.uniform(.9, 2.2)] * (rng.random() < .6):
        u, v = np.array([np.cos(a), np.sin(a)]), np.array([-np.sin(a), np.cos(a)])
        width = rng.uniform(.6, 4)
        for k in np.arange(-1.5 * side, 1.5 * side, step):
            canvas.line(side / 2 + v * k + np.outer([-2 * side, 2 * side], u), width, colour * rng.uniform(.85, 1.15))


def twigs(rng, canvas, h, w, colour, most):
    for _ in range(rng.integers(1, most)):
        turns = rng.uniform(0, 6.28) + np.cumsum(rng.normal(0, .02) + rng.normal(0, .05, 90))
        line = rng.uniform(0, [w, h]) + np.cumsum(5 * np.stack([np.cos(turns), np.sin(turns)], 1), 0)
        canvas.line(line, rng.uniform(.5, 5), colour * rng.uniform(.7, 1.3))


def thin(rng, colours, where):
    """Spokes, a grid, twigs or cables in front, within `where` (y0, x0, y1, x1)."""
    h, w = colours.shape[:2]
    y0, x0, y1, x1 = where
    canvas = Canvas(y1 - y0, x1 - x0)
    side = max(y1 - y0, x1 - x0)
    colour = colours[rng.integers(h), rng.integers(w)] * rng.uniform(.4, 1.2)
    kind = rng.integers(4)
    if kind == 0:
        spokes(rng, canvas, rng.uniform(.1, .9, 2) * side, side, colour)
    elif kind == 1:
        grid(rng, canvas, side, colour)
    else:
        twigs(rng, canvas, y1 - y0, x1 - x0, colour, 9 if kind == 2 else 30)
    out = np.zeros((h, w, 4), np.float32)
    out[y0:y1, x0:x1] = canvas.done()
    return out
