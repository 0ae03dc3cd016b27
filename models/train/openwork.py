"""Things that one sees through, drawn at random: wheels, cycles, gates, chairs, rings, plants, wire.

Hand-made masks fill them more often than not, so that a network that learned from those alone
takes a wheel for a disc. Here alpha is exact. As often as not what is enclosed is closed after
all, by a plate or by a part of another photo: it is the ground that has to tell. Nothing here is
shared with models/eval/drawn.py, which measures.
"""
import copy

import cv2
import numpy as np

TIMES = 2  # samples a pixel and axis, averaged down
BITS = 4  # of a drawn coordinate below one sample


class Canvas:
    """RGBA u8 [side * TIMES, ...]; coordinates are those of a unit square seen from somewhere."""

    def __init__(self, rng, side):
        self.side, self.scale, self.shift = side * TIMES, 1., np.zeros(2)
        self.pixels = np.zeros((self.side, self.side, 4), np.uint8)
        turn, lean = rng.normal(0, .15), rng.normal(0, .12)
        if rng.random() < .15:
            turn = rng.uniform(0, 6.28)
        wide, high = np.exp(rng.normal(0, .22)), np.exp(rng.normal(0, .15))
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        self.view = rotation @ np.array([[wide, lean], [0, high]])
        self.depth = rng.normal(0, .25, 2)  # how much nearer one side is
        self.light = rng.normal(0, 1, 2)
        self.light /= np.hypot(*self.light) + 1e-6

    def fit(self, rng, paths, share):
        """Puts what is drawn of these f32 [n,2] somewhere, its longer side that share of the picture's."""
        at = np.concatenate([self.seen(p) for p in paths])
        low, high = at.min(0), at.max(0)
        self.scale = share / max(*(high - low), 1e-3)
        room = .5 - self.scale * (high - low) / 2
        self.shift = .5 - self.scale * (low + high) / 2 + rng.uniform(-.9, .9, 2) * room

    def seen(self, points):
        points = np.asarray(points, np.float32) - .5
        near = 1 / np.maximum(1 + points @ self.depth, .3)
        return (points @ self.view.T) * near[:, None] * self.scale + self.shift

    def samples(self, points):
        return [np.round(np.clip(self.seen(points), -2, 3) * self.side * 2 ** BITS).astype(np.int32)[:, None]]

    def stroke(self, points, width, colour, closed=False):
        """A line; its width is of the unit square."""
        thick = max(1, round(width * self.scale * self.side))
        cv2.polylines(self.pixels, self.samples(points), closed, paint(colour), thick, cv2.LINE_AA, BITS)

    def fill(self, points, colour):
        cv2.fillPoly(self.pixels, self.samples(points), paint(colour), cv2.LINE_AA, BITS)

    def tube(self, points, width, colour, closed=False):
        """A round bar: dark at its edges, a highlight along the side of the light."""
        points = np.asarray(points, np.float32)
        self.stroke(points, width, colour * .55, closed)
        if width * self.scale * self.side > 3:
            self.stroke(points + self.light * width * .1, width * .62, colour, closed)
            self.stroke(points + self.light * width * .22, width * .2, colour * .6 + .4, closed)

    def done(self):
        small = cv2.resize(self.pixels, (self.side // TIMES,) * 2, interpolation=cv2.INTER_AREA).astype(np.float32)
        alpha = small[..., 3:]
        return np.where(alpha > 0, small[..., :3] * 255 / np.maximum(alpha, 1), 0), alpha[..., 0]


def paint(colour):
    return tuple(float(v) * 255 for v in np.clip(colour, 0, 1)) + (255.,)


def colour(rng):
    """Paint, metal, wood or nearly black."""
    kind = rng.random()
    if kind < .3:
        return np.full(3, rng.uniform(.02, .25)) + rng.uniform(0, .05, 3)
    if kind < .5:
        return np.full(3, rng.uniform(.35, .95)) + rng.normal(0, .03, 3)
    if kind < .65:
        return np.array([.55, .36, .2]) * rng.uniform(.5, 1.5)
    return rng.uniform(.03, .95, 3)


def arc(centre, r, start=0., end=2 * np.pi, count=64):
    t = np.linspace(start, end, count)
    return np.stack([centre[0] + r * np.cos(t), centre[1] + r * np.sin(t)], 1)


# Each of the following is a list of (what to do with the canvas, its points ...), so
# that the picture can be fitted to them before anything is drawn.

def tube(points, width, tint, closed=False):
    return "tube", np.asarray(points, np.float32), width, tint, closed


def plate(points, tint):
    return "fill", np.asarray(points, np.float32), tint


def wheel(rng, centre, r, tints, closing=None):
    """Tyre, rim, hub and thin spokes, or a few thick ones; or closed."""
    tyre, metal = tints
    out = []
    if closing is not None:
        out.append(plate(arc(centre, r * .93), closing))
    few = rng.random() < .3
    count = int(rng.integers(3, 9)) if few else int(rng.integers(8, 42))
    width, cross = (rng.uniform(.04, .16) if few else rng.uniform(.004, .022)) * r, 0 if few else rng.choice([0, .3, .6])
    first = rng.uniform(0, 6.28)
    for k in range(count):
        a = first + 2 * np.pi * k / count
        b = a + (cross if k % 2 else -cross)
        ends = [[centre[0] + q * r * np.cos(t), centre[1] + q * r * np.sin(t)] for q, t in ((.06, b), (.9, a))]
        out.append(tube(ends, width, metal))
    out.append(tube(arc(centre, .05 * r), rng.uniform(.06, .14) * r, metal, True))
    thick = rng.uniform(.03, .22 if few else .13) * r
    out.append(tube(arc(centre, .9 * r), thick * .5, metal, True))
    out.append(tube(arc(centre, r - thick * .3), thick, tyre, True))
    return out


def cycle(rng, closing):
    """Two wheels, sometimes three or one that is larger, a frame of tubes, bars, a saddle."""
    tints = (np.full(3, rng.uniform(.02, .2)), np.full(3, rng.uniform(.3, .9)))
    r, other = rng.uniform(.17, .24), rng.uniform(.9, 1.1) if rng.random() < .85 else rng.uniform(.4, 1.7)
    ground, frame, bar = .85, colour(rng), rng.uniform(.012, .03)
    back = np.array([.25, ground - r])
    front = np.array([.75 + rng.normal(0, .04), ground - r * other])
    out = wheel(rng, back, r, tints, closing) + wheel(rng, front, r * other, tints, closing)
    crank = np.array([rng.uniform(.42, .5), ground - r * rng.uniform(.75, 1.1)])
    seat = np.array([rng.uniform(.33, .43), ground - r * rng.uniform(1.9, 2.7)])
    head = np.array([rng.uniform(.6, .7), ground - r * rng.uniform(1.9, 2.6)])
    low = seat * .4 + crank * .6 if rng.random() < .3 else seat * .85 + crank * .15  # step-through or diamond
    for a, b in ((back, crank), (back, low), (seat, crank), (crank, head * .85 + front * .15), (low, head)):
        out.append(tube([a, b], bar * rng.uniform(.6, 1.2), frame))
    out.append(tube([head + (head - front) * .15, front], bar, frame))
    hold = head + (head - front) * rng.uniform(.15, .4)
    out.append(tube([head, hold, hold + rng.normal(0, .05, 2), hold + [rng.uniform(-.08, .08), rng.uniform(-.03, .06)]], bar * .8, tints[1]))
    out.append(tube([seat - [.05, .005], seat + [.05, 0]], rng.uniform(.015, .04), tints[0]))
    out.append(tube(arc(crank, rng.uniform(.02, .05)), .01, tints[1], True))
    out.append(tube([crank, crank + rng.normal(0, .05, 2)], .012, tints[1]))
    if rng.random() < .4:  # mudguards, a carrier
        out.append(tube(arc(back, r * 1.08, 3.3, rng.uniform(5, 6.3)), .012, frame))
        out.append(tube([back + [-.08, -r * 1.25], back + [.1, -r * 1.25], back], .008, tints[1]))
    return out


def lattice(rng, closing):
    """A frame, and bars that cross it: gate, fence, rack, ladder, cage, net."""
    tint, w, h = colour(rng), rng.uniform(.4, 1), rng.uniform(.4, 1)
    frame = [[0, 0], [w, 0], [w, h], [0, h]]
    if rng.random() < .25:
        frame = [w / 2, h / 2] + arc((0, 0), 1, end=6.28, count=48) * [w / 2, h / 2]
    out = [plate(frame, closing)] if closing is not None else []
    edge = np.array(frame, np.float32).reshape(-1, 1, 2)
    for angle in rng.choice([0, np.pi / 2, rng.uniform(.4, 1.2), rng.uniform(-1.2, -.4)], rng.integers(1, 3), replace=False):
        u, v = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        step = rng.uniform(.035, .3)
        width = rng.uniform(.05, .5) * min(step, .12)
        for k in np.arange(-1.5, 1.5, step):
            line = np.array([w / 2, h / 2]) + v * k + u * np.linspace(-1.5, 1.5, 200)[:, None]
            within = [cv2.pointPolygonTest(edge, (float(x), float(y)), False) >= 0 for x, y in line]
            if np.sum(within) > 1:
                line = line[within]
                out.append(tube(line[[0, -1]], width, tint * rng.uniform(.85, 1.15)))
    out.append(tube(frame, rng.uniform(.01, .07), tint, True))
    if rng.random() < .4:  # on legs
        for x in (.08, w - .08):
            out.append(tube([[x, h], [x + rng.normal(0, .03), h + rng.uniform(.1, .5)]], rng.uniform(.01, .05), tint))
    return out


def furniture(rng, closing):
    """A chair, a stool, a table: a seat on legs, a back of bars or closed."""
    tint, bar = colour(rng), rng.uniform(.015, .06)
    w, d, seat, high = rng.uniform(.4, 1.1), rng.uniform(.08, .25), rng.uniform(.35, .6), rng.uniform(0, .6)
    slant = rng.uniform(-.15, .15)
    top = [[0, 0], [w, 0], [w + slant, -d], [slant, -d]]
    out = [tube([[x + slant, -d], [x + slant + rng.normal(0, .03), seat - d * .9]], bar * .8, tint * .8) for x in (.02, w - .02)]
    if high > .15:
        back = [[slant, -d], [slant, -d - high], [w + slant, -d - high], [w + slant, -d]]
        if closing is not None:
            out.append(plate(back, closing))
        for x in np.linspace(0, w, int(rng.integers(0, 8)) + 2)[1:-1]:
            out.append(tube([[x + slant, -d], [x + slant, -d - high]], bar * rng.uniform(.4, .8), tint))
        out.append(tube(back, bar, tint))
    out.append(plate(top, colour(rng) if rng.random() < .4 else tint * rng.uniform(.7, 1.1)))
    out.append(tube(top, bar * rng.uniform(.5, 1.2), tint, True))
    out += [tube([[x, 0], [x + rng.normal(0, .03), seat]], bar, tint) for x in (.02, w - .02)]
    if rng.random() < .5:
        y = seat * rng.uniform(.4, .8)
        out.append(tube([[.02, y], [w - .02, y]], bar * .7, tint))
    return out


def rings(rng, closing):
    """Hoops, links of a chain, glasses, handles: closed curves side by side."""
    tint, out = colour(rng), []
    count, width = int(rng.integers(1, 6)), rng.uniform(.012, .09)
    at, heading = np.zeros(2), rng.uniform(0, 6.28)
    for _ in range(count):
        r, wide = rng.uniform(.12, .3), np.exp(rng.normal(0, .3))
        t = np.linspace(0, 6.28, 60)
        bend = rng.uniform(0, .25) * np.sin(rng.integers(2, 6) * t + rng.uniform(0, 6.28))
        curve = at + (r * (1 + bend))[:, None] * np.stack([np.cos(t) * wide, np.sin(t)], 1)
        if closing is not None and rng.random() < .7:
            out.append(plate(curve, closing))
        out.append(tube(curve, width * rng.uniform(.6, 1.4), tint * rng.uniform(.7, 1.2), True))
        heading += rng.normal(0, .6)
        step = at + np.array([np.cos(heading), np.sin(heading)]) * r * 2.1
        if rng.random() < .5:
            out.append(tube([at + (step - at) * .4, at + (step - at) * .6], width, tint))
        at = step
    if rng.random() < .5:  # a mug, a bag: a body that a handle belongs to
        w, h = rng.uniform(.3, .8), rng.uniform(.3, .8)
        out.append(plate(np.array([[0, 0], [w, 0], [w * rng.uniform(.7, 1), h], [w * rng.uniform(0, .3), h]]) + at, colour(rng)))
    return out


def plant(rng, closing):
    """Branches that branch, with leaves, in a pot now and then."""
    wood, green, out = colour(rng) * .7, np.array([.25, .5, .15]) * rng.uniform(.4, 1.7, 3), []
    shape, size = rng.uniform(.15, .6), rng.uniform(.02, .09)

    def grow(at, heading, length, width, depth):
        bend = np.cumsum(rng.normal(0, .12, 8))
        line = at + np.concatenate([[[0, 0]], np.cumsum(np.stack([np.cos(heading + bend), np.sin(heading + bend)], 1) * length / 8, 0)])
        out.append(tube(line, width, wood * rng.uniform(.8, 1.2)))
        for k in range(3, 9) if depth < 2 else ():
            for _ in range(rng.integers(0, 3)):
                side = heading + bend[k - 1] + rng.choice([-1, 1]) * rng.uniform(.4, 1.2)
                u, v = np.array([np.cos(side), np.sin(side)]), np.array([-np.sin(side), np.cos(side)])
                t = np.linspace(0, 1, 10)[:, None]
                half = shape * .5 * np.sin(np.pi * t)
                tip = size * rng.uniform(.6, 1.4)
                out.append(plate(line[k] + tip * np.concatenate([t * u + half * v, (t * u - half * v)[::-1]]), green * rng.uniform(.6, 1.4)))
        if depth:
            for _ in range(rng.integers(2, 4)):
                grow(line[rng.integers(4, 9)], heading + rng.normal(0, .7), length * rng.uniform(.5, .85), width * .65, depth - 1)

    for _ in range(rng.integers(1, 4)):
        grow(np.array([rng.normal(0, .04), 0.]), -np.pi / 2 + rng.normal(0, .4), rng.uniform(.3, .5), rng.uniform(.006, .03), int(rng.integers(1, 4)))
    if rng.random() < .5:
        w, h = rng.uniform(.08, .2), rng.uniform(.12, .3)
        out.append(plate([[-w, 0], [w, 0], [w * .75, h], [-w * .75, h]], colour(rng)))
    return out


def wire(rng, closing):
    """Curves of wire or rope that cross themselves, on a stand sometimes."""
    tint, width, out = colour(rng), rng.uniform(.006, .05), []
    for _ in range(rng.integers(1, 4)):
        knots = rng.uniform(0, 1, (int(rng.integers(4, 9)), 2)) * [1, rng.uniform(.4, 1)]
        t = np.linspace(0, len(knots) - 1, 120)
        line = np.stack([np.interp(t, range(len(knots)), knots[:, k]) for k in range(2)], 1).astype(np.float32)
        line = cv2.GaussianBlur(line, (1, 25), 1, sigmaY=6, borderType=cv2.BORDER_REPLICATE)
        out.append(tube(line, width * rng.uniform(.6, 1.3), tint * rng.uniform(.8, 1.2), rng.random() < .3))
    return out


def one_wheel(rng, closing):
    return wheel(rng, np.array([.5, .5]), .45, (colour(rng), colour(rng)), closing)


KINDS = [(cycle, .3), (one_wheel, .14), (lattice, .18), (furniture, .12), (rings, .1), (plant, .1), (wire, .06)]
CLOSED = .3  # share of those whose openings are closed, by a colour or by a part of `other`


def openwork(rng, side, other, share):
    """u8 [side,side,4], straight colours, A exact: one such thing, whole, its longer side that `share` of
    the picture's. other: u8 [h,w,3], a photo to close openings with now and then."""
    shares = np.array([share for _, share in KINDS])
    make = KINDS[rng.choice(len(KINDS), p=shares / shares.sum())][0]
    mark = np.array([1., 0., 1.])  # a colour that stands for `other`
    closing = None if rng.random() >= CLOSED else mark if rng.random() < .6 else colour(rng)
    parts, canvas = make(rng, closing), Canvas(rng, side)
    canvas.fit(rng, [part[1] for part in parts], share)
    back = copy.copy(canvas)  # the same view, for what is closed by `other`
    back.pixels = np.zeros_like(canvas.pixels)
    for kind, points, *rest in parts:
        if kind == "fill" and rest[0] is mark:
            back.fill(points, np.ones(3))
        else:
            getattr(canvas, kind)(points, *rest)
    rgb, alpha = canvas.done()
    grain = cv2.resize(rng.normal(0, 1, (6, 6)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    rgb = rgb * (1 + .15 * grain + rng.normal(0, rng.uniform(.01, .05), (side, side)))[..., None]
    closed = back.done()[1]
    if closed.any():
        under = cv2.resize(other, (side, side), interpolation=cv2.INTER_AREA)
        a, b = (alpha / 255)[..., None], (closed / 255)[..., None]
        joined = a + b * (1 - a)
        rgb = (rgb * a + under * b * (1 - a)) / np.maximum(joined, 1e-3)
        alpha = joined[..., 0] * 255
    return np.dstack([rgb, alpha]).clip(0, 255).astype(np.uint8)
