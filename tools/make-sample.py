#!/usr/bin/env python3
"""Draws web/samples/duck.jpg, the picture behind "Try the sample".

A sphere-traced scene of our own, so that the page and the README can show a
picture without a licence to mind: a rubber duck on a wooden desk, lamps and a
plant out of focus behind it. Needs numpy and Pillow; takes about a minute.

    python3 tools/make-sample.py [out.jpg] [width]
"""
import sys

import numpy as np
from PIL import Image

OUT = sys.argv[1] if len(sys.argv) > 1 else "web/samples/duck.jpg"
WIDTH = int(sys.argv[2]) if len(sys.argv) > 2 else 1200
HEIGHT = WIDTH * 3 // 4
SUPER = 2  # samples a side in each pixel

f32 = np.float32
rng = np.random.default_rng(7)
KEY = np.array([-0.55, 0.72, 0.42], f32)
KEY /= np.linalg.norm(KEY)
YELLOW, ORANGE, BLACK, WOOD = 1, 2, 3, 0


def vec(*values):
    return np.array(values, f32)


def length(p):
    return np.sqrt(np.einsum("ij,ij->i", p, p))


def ellipsoid(p, centre, radii):
    q = (p - vec(*centre)) / vec(*radii)
    k = length(q)
    k2 = length(q / vec(*radii))
    return k * (k - 1) / np.maximum(k2, 1e-6)


def blend(a, b, k):
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b + (a - b) * h - k * h * (1 - h)


def tilt(p, about, angle, a=0, b=1):
    q = p - vec(*about)
    c, s = np.cos(angle), np.sin(angle)
    out = q.copy()
    out[:, a] = c * q[:, a] + s * q[:, b]
    out[:, b] = -s * q[:, a] + c * q[:, b]
    return out


def parts(p):
    """Distances to the body, the beak, the eyes and the desk. y is up."""
    body = ellipsoid(p, (0.06, 0.60, 0), (1.06, 0.66, 0.80))
    tail = ellipsoid(tilt(p, (0.98, 0.98, 0), 0.75), (0, 0, 0), (0.44, 0.20, 0.34))
    body = blend(body, tail, 0.32)
    chest = ellipsoid(p, (-0.52, 0.78, 0), (0.52, 0.52, 0.56))
    body = blend(body, chest, 0.25)
    head = ellipsoid(p, (-0.56, 1.62, 0), (0.60, 0.57, 0.56))
    body = blend(body, head, 0.17)
    z = np.abs(p[:, 2])
    mirrored = np.stack([p[:, 0], p[:, 1], z], 1)
    wing = ellipsoid(tilt(mirrored, (0.28, 0.80, 0.74), 0.28), (0, 0, 0), (0.56, 0.30, 0.17))
    body = blend(body, wing, 0.06)
    beak_top = ellipsoid(tilt(p, (-1.17, 1.57, 0), -0.16), (0, 0, 0), (0.36, 0.085, 0.27))
    beak_low = ellipsoid(tilt(p, (-1.10, 1.45, 0), 0.14), (0, 0, 0), (0.26, 0.06, 0.21))
    beak = blend(beak_top, beak_low, 0.035)
    eye = ellipsoid(mirrored, (-0.92, 1.83, 0.36), (0.085, 0.115, 0.085))
    desk = p[:, 1]
    return body, beak, eye, desk


def scene(p):
    body, beak, eye, desk = parts(p)
    return np.minimum(np.minimum(body, beak), np.minimum(eye, desk))


def trace(origin, ray, far=14.0, steps=110):
    t = np.full(len(ray), 0.02, f32)
    alive = np.arange(len(ray))
    for _ in range(steps):
        d = scene(origin[alive] + ray[alive] * t[alive, None])
        t[alive] += d * 0.92
        alive = alive[(d > 4e-4) & (t[alive] < far)]
        if not len(alive):
            break
    return t


def normal(p):
    e = 1.2e-3
    k = [vec(1, -1, -1), vec(-1, -1, 1), vec(-1, 1, -1), vec(1, 1, 1)]
    n = sum(s * scene(p + s * e)[:, None] for s in k)
    return n / length(n)[:, None]


def shadow(p, light, softness=7.0):
    out = np.ones(len(p), f32)
    t = np.full(len(p), 0.03, f32)
    for _ in range(36):
        d = scene(p + light * t[:, None])
        out = np.minimum(out, np.clip(softness * d / t, 0, 1))
        t += np.clip(d, 0.02, 0.25)
    return out * out * (3 - 2 * out)


def occlusion(p, n):
    out = np.zeros(len(p), f32)
    for i in range(1, 6):
        h = 0.07 * i * i ** 0.4
        out += (h - scene(p + n * h)) / 1.7 ** i
    return np.clip(1 - 1.15 * out, 0, 1)


def noise_planes(count, size):
    return [rng.random((size, size)).astype(f32) for _ in range(count)]


PLANES = noise_planes(5, 64)


def noise(x, y, plane):
    grid = PLANES[plane]
    xi, yi = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - xi, y - yi
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    at = lambda i, j: grid[(yi + j) % 64, (xi + i) % 64]
    return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy


def wood(x, z):
    board = np.floor(z / 1.15 + 50)
    wave = noise(x * 0.35 + board * 9.1, z * 1.4, 0) * 3 + noise(x * 0.9, z * 5, 1) * 0.7
    ring = 0.5 + 0.5 * np.sin((z * 9 + wave * 5 + board * 4))
    fine = noise(x * 2.2 + board * 5, z * 60, 2)
    tone = 0.62 + 0.18 * ring + 0.16 * (fine - 0.5) + 0.12 * (noise(board * 3.3, board * 1.7, 3) - 0.5)
    seam = np.abs((z / 1.15 + 50) % 1 - 0.5) > 0.488
    base = vec(0.44, 0.235, 0.115)[None] * tone[:, None]
    return np.where(seam[:, None], base * 0.35, base)


def room(ray):
    """What stands far behind, already out of focus: soft discs on a dusk wall."""
    u, v = ray[:, 0] / -ray[:, 2] * 1.7 - 0.5, ray[:, 1] / -ray[:, 2] * 1.7 + 0.15
    wall = vec(0.14, 0.20, 0.24) * (1.15 - 0.5 * np.clip(v[:, None] + 0.1, 0, 1))
    glow = np.exp(-((u + 0.55) ** 2 + (v - 0.35) ** 2) / 0.18)[:, None] * vec(0.75, 0.46, 0.20)
    colour = wall + glow
    lamp = np.random.default_rng(21)
    for _ in range(46):
        cx, cy = lamp.uniform(-1.0, 1.0), lamp.uniform(-0.02, 0.62)
        r = lamp.uniform(0.022, 0.075)
        tint = vec(*[(1.0, 0.72, 0.36), (0.42, 0.72, 0.66), (0.95, 0.52, 0.40), (0.55, 0.66, 0.85)][lamp.integers(4)])
        d = np.sqrt((u - cx) ** 2 + (v - cy) ** 2)
        disc = 1 / (1 + np.exp(np.clip(d - r, -0.3, 0.3) * 120)) * (0.75 + 0.35 * np.clip(d / r, 0, 1) ** 3)
        colour = colour + disc[:, None] * tint * lamp.uniform(0.10, 0.42)
    for _ in range(34):  # leaves of a plant at the right
        cx, cy, a = lamp.normal(0.62, 0.14), lamp.normal(0.26, 0.15), lamp.uniform(0, np.pi)
        du, dv = u - cx, v - cy
        p, q = (du * np.cos(a) + dv * np.sin(a)) / 0.15, (dv * np.cos(a) - du * np.sin(a)) / 0.042
        leaf = 1 / (1 + np.exp((np.sqrt(p * p + q * q) - 1) * 7))[:, None]
        green = vec(0.05, 0.17, 0.09) * lamp.uniform(0.6, 2.2)
        colour = colour * (1 - leaf * 0.8) + green * leaf * 0.8
    return colour


def sky(n):
    """Light from the room, for reflections: a window at the left, dark at the right."""
    window = np.exp(-((n[:, 0] + 0.6) ** 2 / 0.10 + (n[:, 1] - 0.62) ** 2 / 0.16)) * (n[:, 2] > -0.4)
    bars = (np.abs(((n[:, 0] + 0.6) * 4.2) % 1 - 0.5) < 0.45) & (np.abs(((n[:, 1] - 0.62) * 3.4) % 1 - 0.5) < 0.45)
    fill = 0.10 + 0.22 * np.clip(n[:, 1], 0, 1)
    return fill[:, None] * vec(0.9, 1.0, 1.1) + (window * (0.3 + 0.7 * bars))[:, None] * vec(4.2, 3.9, 3.4)


def shade(origin, ray):
    t = trace(origin, ray)
    hit = t < 13.5
    colour = room(ray)
    if not hit.any():
        return colour
    p = origin[hit] + ray[hit] * t[hit, None]
    v = ray[hit]
    n = normal(p)
    body, beak, eye, desk = parts(p)
    kind = np.argmin(np.stack([desk, body, beak, eye]), 0)
    albedo = np.empty((len(p), 3), f32)
    albedo[kind == YELLOW] = vec(0.93, 0.57, 0.035)
    albedo[kind == ORANGE] = vec(0.85, 0.19, 0.03)
    albedo[kind == BLACK] = vec(0.012, 0.011, 0.012)
    floor = kind == WOOD
    albedo[floor] = wood(p[floor, 0] + 0.35 * p[floor, 2], p[floor, 2] - 0.18 * p[floor, 0])
    lit = np.clip(n @ KEY, 0, 1) * shadow(p + n * 4e-3, KEY)
    wrap = np.clip((n @ KEY + 0.45) / 1.45, 0, 1) ** 2
    ao = occlusion(p, n)
    up = 0.5 + 0.5 * n[:, 1]
    key = lit[:, None] * vec(2.5, 2.25, 1.85)
    ambient = (ao * (0.22 + 0.40 * up))[:, None] * vec(0.85, 0.97, 1.1)
    bounce = (ao * np.clip(0.35 - n[:, 1], 0, 1))[:, None] * vec(0.34, 0.19, 0.09)
    glow = np.where((kind == YELLOW)[:, None], (wrap * ao * 0.28)[:, None] * vec(1.0, 0.55, 0.1), 0)
    near = np.exp(-np.maximum(np.minimum(body, beak), 0) * 2.2)
    spill = np.where(floor[:, None], (near * 0.20 * ao)[:, None] * vec(0.95, 0.55, 0.06), 0)
    out = albedo * (key + ambient + bounce + spill) + glow * 0.35
    r = v - 2 * np.einsum("ij,ij->i", v, n)[:, None] * n
    fresnel = 0.04 + 0.96 * (1 - np.clip(-np.einsum("ij,ij->i", v, n), 0, 1)) ** 5
    gloss = np.where(floor, 0.22, np.where(kind == BLACK, 1.0, 0.72))
    out += (fresnel * gloss * np.clip(ao, 0.25, 1))[:, None] * sky(r)
    half = KEY - v
    half /= length(half)[:, None]
    spot = np.clip(np.einsum("ij,ij->i", n, half), 0, 1) ** 260 * lit
    out += (spot * np.where(floor, 0.05, 1.6))[:, None] * vec(1, 0.97, 0.9)
    # the far desk melts into the room, as a lens would have it
    haze = np.clip((t[hit] - 7.2) / 4.5, 0, 1)[:, None] ** 1.5
    haze = np.where(floor[:, None], haze, 0)
    colour[hit] = out * (1 - haze) + colour[hit] * haze
    return colour


def main():
    eye, target = vec(-1.9, 2.05, 6.1), vec(-0.05, 1.06, 0)
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, vec(0, 1, 0))
    right /= np.linalg.norm(right)
    up = np.cross(right, ahead)
    w, h = WIDTH * SUPER, HEIGHT * SUPER
    film = np.empty((h, w, 3), f32)
    xs = (np.arange(w, dtype=f32) + 0.5) / w * 2 - 1
    for y0 in range(0, h, 60):
        ys = 1 - (np.arange(y0, min(y0 + 60, h), dtype=f32) + 0.5) / h * 2
        gx, gy = np.meshgrid(xs, ys)
        ray = ahead + (gx.ravel()[:, None] * right + gy.ravel()[:, None] * up * 0.75) * 0.40
        ray = (ray / length(ray)[:, None]).astype(f32)
        film[y0:y0 + len(ys)] = shade(np.broadcast_to(eye, ray.shape), ray).reshape(len(ys), w, 3)
    film = film.reshape(HEIGHT, SUPER, WIDTH, SUPER, 3).mean((1, 3))
    film *= 0.60
    film = film * (2.51 * film + 0.03) / (film * (2.43 * film + 0.59) + 0.14)  # ACES, Narkowicz 2015
    film = np.clip(film, 0, 1)
    film = np.where(film <= 0.0031308, film * 12.92, 1.055 * film ** (1 / 2.4) - 0.055)
    film += rng.normal(0, 0.010, film.shape)  # a sensor's grain
    pixels = np.clip(film * 255 + 0.5, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(OUT, quality=88, optimize=True, progressive=True)


main()
