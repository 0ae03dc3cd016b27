"""Subjects that are drawn: spokes, lace, leaves, fur and loose hair, for composites.py.

Everything is painted at 4 x 4 samples a pixel with antialiased lines, colour
and coverage by the same strokes, so that colours are premultiplied by exactly
the alpha beside them. A layer is f32 [h,w,4]: B, G, R premultiplied, alpha.
Lengths and positions are in pixels of the picture, pixel i from i to i + 1.
"""
import cv2
import numpy as np

SS = 4
FRACTION = 4  # bits of a drawn coordinate below one sample


class Canvas:
    """A layer while it is painted, SS times as fine."""

    def __init__(self, h, w):
        self.h, self.w = h, w
        self.samples = np.zeros((h * SS, w * SS, 4), np.uint8)

    def place(self, points):
        at = np.round((np.asarray(points, np.float64) * SS - .5) * 2 ** FRACTION)
        return [np.clip(at, -2 ** 24, 2 ** 24).astype(np.int32)[:, None]]

    def line(self, points, width, colour, closed=False):
        cv2.polylines(self.samples, self.place(points), closed, paint(colour), max(1, int(round(width * SS))), cv2.LINE_AA, FRACTION)

    def fill(self, points, colour):
        """colour None cuts a hole."""
        cv2.fillPoly(self.samples, self.place(points), (0, 0, 0, 0) if colour is None else paint(colour), cv2.LINE_AA, FRACTION)

    def layer(self):
        """The mean of each pixel's samples."""
        return cv2.resize(self.samples, (self.w, self.h), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def paint(colour):
    return tuple(float(c) for c in np.clip(np.asarray(colour) * 255, 0, 255)) + (255.,)


def over(front, back):
    return front + back * (1 - front[..., 3:])


def field(h, w, rng, cells):
    """Smooth noise of unit spread."""
    return cv2.resize(rng.standard_normal((cells + 1, cells + 1)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)


def shaded(layer, rng, depth=.12, grain=.03):
    """Light and grain on flat colours; alpha stays, and no colour exceeds it."""
    h, w = layer.shape[:2]
    light = 1 + depth * field(h, w, rng, 5) + grain * rng.standard_normal((h, w), np.float32)
    layer[..., :3] = np.clip(layer[..., :3] * light[..., None], 0, layer[..., 3:])
    return layer


def circle(x, y, r, start=0, end=2 * np.pi, wide=1., turn=0.):
    """Points of an arc; wide squeezes it along one axis, which turn rotates."""
    t = np.linspace(start, end, max(12, int(abs(end - start) * np.sqrt(r) * 4)))
    u, v = r * wide * np.cos(t), r * np.sin(t)
    return np.c_[x + u * np.cos(turn) - v * np.sin(turn), y + u * np.sin(turn) + v * np.cos(turn)]


def strands(canvas, rng, roots, headings, lengths, widths, colours, curl=.2, pull=.0):
    """Tapering curves from roots [n,2]; headings [n] in radians; pull bends them down, curl waves them."""
    n, steps = len(roots), 14
    at, heading = roots.astype(np.float64), headings.astype(np.float64).copy()
    phase, speed = rng.uniform(0, 6.28, n), rng.uniform(.3, .9, n)
    path = [at]
    for i in range(steps):
        down = np.arctan2(np.sin(np.pi / 2 - heading), np.cos(np.pi / 2 - heading))
        heading = heading + pull * down + curl * np.sin(phase + speed * i)
        at = at + (lengths / steps)[:, None] * np.c_[np.cos(heading), np.sin(heading)]
        path.append(at)
    path = np.stack(path, 1)
    half = steps // 2
    for points, width, colour in zip(path, widths, colours):
        canvas.line(points[:half + 1], width, colour)
        canvas.line(points[half:], width * .6, colour)


def wheel(canvas, rng, x, y, r, wide, turn, scale):
    """Tyre, rim, hub and crossed spokes; what lies between them is open."""
    steel, count = rng.uniform(.45, .8), int(rng.integers(10, 19)) * 2
    for k in range(count):
        a = 2 * np.pi * k / count
        b = a + (.5 if k % 2 else -.5)
        ends = np.stack([circle(x, y, .06 * r, b, b + .1, wide, turn)[0], circle(x, y, .9 * r, a, a + .1, wide, turn)[0]])
        canvas.line(ends, max(.6, .008 * r * scale), np.full(3, steel * rng.uniform(.6, 1.2)))
    for radius, width, colour in ((.97, .06, np.full(3, .07)), (.91, .035, np.full(3, steel)), (.04, .08, np.full(3, .4))):
        for k in range(24):  # arcs, lit from above
            a = np.pi * k / 12
            canvas.line(circle(x, y, radius * r, a, a + .3, wide, turn), width * r, colour * (1 - .35 * np.sin(a)))


def spokes(h, w, rng):
    """A wheel, or a bicycle with frame and cables."""
    canvas, scale = Canvas(h, w), rng.uniform(.5, 1.4)
    wide, turn = rng.uniform(.65, 1), rng.uniform(-.2, .2)
    if rng.random() < .45:
        r = min(h, w) * rng.uniform(.33, .43)
        wheel(canvas, rng, w * rng.uniform(.42, .58), h * rng.uniform(.45, .55), r, wide, turn, scale)
        return shaded(canvas.layer(), rng)
    r = min(h * .3, w * .19) * rng.uniform(.9, 1.1)
    y, x0 = h * .62, w * .5 - 1.35 * r
    x1 = w * .5 + 1.35 * r
    for x in (x0, x1):
        wheel(canvas, rng, x, y, r, wide, 0, scale)
    saddle, head, crank = (x0 + .75 * r, y - 1.25 * r), (x1 - .45 * r, y - 1.15 * r), (w * .5 - .25 * r, y + .05 * r)
    colour, tube = rng.uniform(.05, .8, 3), .06 * r
    for a, b in (((x0, y), crank), ((x0, y), saddle), (crank, saddle), (crank, head), (saddle, head), ((x1, y), head)):
        canvas.line([a, b], tube * rng.uniform(.6, 1), colour * rng.uniform(.8, 1.1))
    bar = (head[0] + .05 * r, head[1] - .35 * r)
    canvas.line([head, bar, (bar[0] + .25 * r, bar[1] - .02 * r)], tube * .6, np.full(3, .3))
    canvas.line([(saddle[0] - .22 * r, saddle[1]), (saddle[0] + .2 * r, saddle[1] + .02 * r)], tube * 1.4, np.full(3, .08))
    for k in range(3):  # cables
        t = np.linspace(0, 1, 40)[:, None]
        sag = np.c_[np.zeros(40), np.sin(np.pi * t[:, 0]) * r * rng.uniform(-.35, -.1)]
        canvas.line(np.array(bar) * (1 - t) + np.array([head, crank, (x1, y)][k]) * t + sag, max(.7, .012 * r), np.full(3, .1))
    t = np.linspace(0, 2 * np.pi, 24)
    canvas.line(np.c_[crank[0] + .2 * r * np.cos(t), crank[1] + .2 * r * np.sin(t)], .03 * r, np.full(3, .5))
    return shaded(canvas.layer(), rng)


def lace(h, w, rng):
    """A doily: rings of holes, net between them, loops of thread around."""
    canvas = Canvas(h, w)
    r, x, y = min(h, w) * rng.uniform(.34, .44), w * rng.uniform(.45, .55), h * rng.uniform(.45, .55)
    wide, turn = rng.uniform(.6, 1), rng.uniform(0, 3.1)
    colour = np.array([rng.uniform(.75, .95), rng.uniform(.85, .95), rng.uniform(.88, .98)]) if rng.random() < .7 else rng.uniform(.05, .6, 3)
    count = int(rng.integers(18, 40))
    thread = rng.uniform(1., 3.5) * min(h, w) / 1800
    bend = np.array([[wide * np.cos(turn), -np.sin(turn)], [wide * np.sin(turn), np.cos(turn)]])

    def flat(points):  # from the doily's plane into the picture
        return points @ bend.T + (x, y)

    canvas.fill(flat(circle(0, 0, .9 * r)), colour)
    for radius in np.arange(.12, .88, rng.uniform(.055, .09)):  # a ring: holes or a net
        width = .05 * r
        n = max(6, int(count * radius * 2 / rng.integers(1, 4)))
        if rng.random() < .55:
            size = min(width * .45, np.pi * radius * r / n * .8)
            for k in range(n):
                a = 2 * np.pi * k / n
                canvas.fill(flat(circle(radius * r * np.cos(a), radius * r * np.sin(a), size, wide=rng.uniform(.95, 1.05), turn=a)), None)
        else:
            ring = np.r_[circle(0, 0, radius * r - width / 2), circle(0, 0, radius * r + width / 2)[::-1]]
            canvas.fill(flat(ring), None)
            for k in range(2 * n):
                a, b = np.pi * k / n, np.pi * (k + (1.5 if k % 2 else -1.5)) / n
                ends = [[(radius * r - width / 2) * np.cos(a), (radius * r - width / 2) * np.sin(a)],
                        [(radius * r + width / 2) * np.cos(b), (radius * r + width / 2) * np.sin(b)]]
                canvas.line(flat(np.array(ends)), thread, colour * rng.uniform(.85, 1.05))
    for k in range(count):  # scallops
        a = 2 * np.pi * k / count
        for size in (.09, .055):
            canvas.line(flat(circle(.9 * r * np.cos(a), .9 * r * np.sin(a), size * r, a - 1.9, a + 1.9)), thread * 1.3, colour * rng.uniform(.85, 1.05))
    return shaded(canvas.layer(), rng, .06)


def leaf(canvas, rng, at, heading, length, colour, teeth):
    """One leaf from its stalk's end, with teeth and a rib."""
    t = np.linspace(0, 1, 40)
    half = length * rng.uniform(.16, .3) * np.sin(np.pi * t ** .8) * (1 - .3 * t)
    half = half * (1 + .12 * ((t * teeth) % 1 - .5)) if teeth else half
    bow = length * rng.normal(0, .12) * t * t
    u, v = np.array([np.cos(heading), np.sin(heading)]), np.array([-np.sin(heading), np.cos(heading)])
    rib = np.array(at) + np.outer(t * length, u) + np.outer(bow, v)
    canvas.fill(np.r_[rib + half[:, None] * v, (rib - half[:, None] * v)[::-1]], colour)
    canvas.line(rib, max(.5, length * .012), colour * 1.25)


def leaves(h, w, rng):
    """A plant in a pot: leaves on stems, ferns or blades."""
    canvas, size = Canvas(h, w), min(h, w * 1.2)
    x, y = w * rng.uniform(.42, .58), h * rng.uniform(.82, .92)
    top = y - size * .2
    wide = size * rng.uniform(.1, .15)
    green = np.array([rng.uniform(.05, .25), rng.uniform(.3, .6), rng.uniform(.1, .35)])
    kind = rng.integers(3)
    for k in range(int(rng.integers(9, 20))):
        a = -np.pi / 2 + rng.normal(0, .55)
        length = size * rng.uniform(.3, .6)
        t = np.linspace(0, 1, 30)
        stem = np.c_[x + rng.uniform(-.6, .6) * wide + length * t * np.cos(a), top + length * t * np.sin(a) + size * rng.uniform(0, .25) * t ** 2.5]
        stem[:, 1] = np.minimum(stem[:, 1], h * 1.1)
        along = np.arctan2(*np.gradient(stem, axis=0).T[::-1])
        tint = green * rng.uniform(.7, 1.35)
        canvas.line(stem, max(.8, size * .003 * (3 if kind == 2 else 1)), tint * .8)
        if kind == 2:  # a blade
            side = (size * .006 * (1 - t) ** .6)[:, None] * np.c_[-np.sin(along), np.cos(along)]
            canvas.fill(np.r_[stem + side, (stem - side)[::-1]], tint)
            continue
        pairs = 26 if kind == 0 else int(rng.integers(4, 9))
        for i in np.linspace(3, 29, pairs).astype(int):
            for side in (-1, 1):
                part = (1 - .7 * t[i]) * size * (.07 if kind == 0 else .11) * rng.uniform(.8, 1.2)
                leaf(canvas, rng, stem[i], along[i] + side * rng.uniform(.7, 1.2), part, tint * rng.uniform(.8, 1.2), 0 if kind == 0 else int(rng.integers(0, 12)))
    clay = np.array([rng.uniform(.1, .8), rng.uniform(.2, .7), rng.uniform(.3, .8)])
    for k in range(24):  # the pot, in upright strips, lit from the left
        a, b = k / 24 * 2 - 1, (k + 1.05) / 24 * 2 - 1
        canvas.fill([(x + a * wide, top), (x + b * wide, top), (x + b * wide * .75, y), (x + a * wide * .75, y)], clay * (1.1 - .55 * abs(a + .3)))
    return shaded(canvas.layer(), rng)


def fur(h, w, rng):
    """A plush animal from the front: ovals, and fur all over them that stands off at the outline."""
    canvas, size = Canvas(h, w), min(h, w)
    x, y = w * rng.uniform(.42, .58), h * .58
    parts = [(x, y, .27, 1.1), (x, y - .29 * size, .17, 1.15)]
    parts += [(x + s * .13 * size, y - .43 * size, rng.uniform(.05, .09), rng.uniform(.5, 1)) for s in (-1, 1)]
    parts += [(x + s * .2 * size, y + .2 * size, .1, .8) for s in (-1, 1)]
    colour = rng.uniform(.08, .85) * np.array([rng.uniform(.5, 1), rng.uniform(.7, 1), 1])
    for px, py, r, wide in parts:
        canvas.fill(circle(px, py, r * size, wide=wide), colour * .75)
    solid = cv2.resize(canvas.samples[..., 3], (w, h), interpolation=cv2.INTER_AREA) > 127
    inside = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(inside, (0, 0), .01 * size))
    length = size * rng.uniform(.02, .06)
    for near, count in ((False, 9000), (True, 14000)):  # the coat, then the outline
        ys, xs = np.nonzero((inside > 0) & (inside < .6 * length) if near else inside > .3 * length)
        take = rng.integers(len(ys), size=count)
        roots = np.c_[xs[take], ys[take]] + rng.uniform(0, 1, (count, 2))
        heading = np.arctan2(-slope_y[ys[take], xs[take]], -slope_x[ys[take], xs[take]]) + rng.normal(0, .35, count)
        tint = colour * rng.uniform(.6, 1.3, (count, 1))
        strands(canvas, rng, roots, heading, length * rng.uniform(.4, 1.2, count), rng.uniform(.5, 1.6, count) * size / 1800, tint, rng.uniform(0, .2), .03)
    for s in (-1, 1):
        canvas.fill(circle(x + s * .065 * size, y - .31 * size, .018 * size), np.full(3, .04))
    canvas.fill(circle(x, y - .255 * size, .022 * size, wide=1.3), np.full(3, .06))
    return shaded(canvas.layer(), rng)


def loose_hair(layer, rng):
    """Strands around the head of a cut-out, in the colours of what is there."""
    h, w = layer.shape[:2]
    solid = layer[..., 3] > .6
    ys = np.flatnonzero(solid.any(1))
    height = ys[-1] - ys[0]
    inside = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    reach = .02 * height
    ring = (inside > .15 * reach) & (inside < reach)
    ring[ys[0] + int(height * rng.uniform(.07, .12)):] = False
    py, px = np.nonzero(ring)
    if len(py) < 50:
        return layer
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(inside, (0, 0), .3 * reach))
    count = int(rng.integers(250, 1400))
    locks = rng.integers(len(py), size=max(20, count // 12))  # strands come in locks
    take = locks[rng.integers(len(locks), size=count)]
    roots = np.c_[px[take], py[take]] + rng.normal(0, .12 * reach, (count, 2))
    heading = np.arctan2(-slope_y[py[take], px[take]], -slope_x[py[take], px[take]]) + rng.normal(0, .6, count)
    colours = layer[py[take], px[take], :3] / np.maximum(layer[py[take], px[take], 3:], .1) * rng.uniform(.7, 1.3, (count, 1))
    canvas = Canvas(h, w)
    length = height * rng.uniform(.03, .13)
    strands(canvas, rng, roots, heading, length * rng.uniform(.3, 1.3, count), rng.uniform(.35, 1.1, count) * height / 1600, colours, rng.uniform(.05, .4), rng.uniform(0, .12))
    return over(canvas.layer(), layer)
