#!/usr/bin/env python3
"""Renders web/samples/{hair,glass,fabric}.jpg and their thumbnails, what
the first screen offers to try beside the duck.

Path-traced scenes of our own, so that what is hard can be shown without a
licence to mind: tousled mohair, a glass of wine, a throw with fringes. All shapes are made here, by a seed; nothing is loaded. Needs
Blender as a Python module, numpy and Pillow:

    python3.11 -m venv /tmp/render && /tmp/render/bin/pip install bpy==4.5.15 pillow
    /tmp/render/bin/python tools/make-samples.py [hair glass fabric]
        [--out web/samples] [--width 800] [--samples 8]

A few minutes each on one core, most of it light between hairs and in glass.
Long because it is three scenes, each with its things, on one set of tools.
"""
import argparse
import io
import math
import os
import tempfile

import bpy
import numpy as np
from mathutils import Vector
from PIL import Image

MOST_BYTES = 60_000  # of a sample's file
THUMB = 144  # pixels a side, for 72 on the page
rng = np.random.default_rng(18)
scene = None


# ---- materials ------------------------------------------------------------


def node_of(tree, kind, values=None, **settings):
    """A shader node, its settings and what its inputs are without a link."""
    node = tree.nodes.new(kind)
    for key, value in settings.items():
        setattr(node, key, value)
    for key, value in (values or {}).items():
        node.inputs[key].default_value = value
    return node


def material(name, colour, rough=0.5, **more):
    """A plain one: inputs of the Principled BSDF with spaces as underscores."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    shader.inputs["Roughness"].default_value = rough
    for key, value in more.items():
        shader.inputs[key.replace("_", " ")].default_value = value
    return made


def ramp(tree, factor, stops):
    """Colours by a value of 0 to 1."""
    node = node_of(tree, "ShaderNodeValToRGB")
    tree.links.new(factor, node.inputs["Fac"])
    elements = node.color_ramp.elements
    while len(elements) < len(stops):
        elements.new(0.5)
    for element, (at, colour) in zip(elements, stops):
        element.position = at
        element.color = (*colour, 1)
    return node.outputs["Color"]


def mapped(tree, scale, coordinates="Object"):
    where = node_of(tree, "ShaderNodeTexCoord")
    mapping = node_of(tree, "ShaderNodeMapping", {"Scale": scale})
    tree.links.new(where.outputs[coordinates], mapping.inputs["Vector"])
    return mapping.outputs["Vector"]


def noise(tree, scale, stretch=(1, 1, 1), detail=8, distortion=0.0, roughness=0.6):
    node = node_of(
        tree,
        "ShaderNodeTexNoise",
        {"Scale": scale, "Detail": detail, "Distortion": distortion, "Roughness": roughness},
    )
    tree.links.new(mapped(tree, stretch), node.inputs["Vector"])
    return node.outputs["Fac"]


def multiply(tree, a, b, share=1.0):
    node = node_of(tree, "ShaderNodeMixRGB", {"Fac": share}, blend_type="MULTIPLY")
    tree.links.new(a, node.inputs["Color1"])
    tree.links.new(b, node.inputs["Color2"])
    return node.outputs["Color"]


def bump(tree, shader, height, strength, distance=0.01, before=None):
    node = node_of(tree, "ShaderNodeBump", {"Strength": strength, "Distance": distance})
    tree.links.new(height, node.inputs["Height"])
    if before:
        tree.links.new(before, node.inputs["Normal"])
    tree.links.new(node.outputs["Normal"], shader.inputs["Normal"])
    return node.outputs["Normal"]


def wood(name, dark, light, plank=0.16, rough=0.42):
    """Planks along x, each a little different, with grain and seams."""
    made = material(name, light, rough)
    tree, shader = made.node_tree, made.node_tree.nodes["Principled BSDF"]
    grain = noise(tree, 5, (0.7, 9, 9), 9, 0.9)
    fine = noise(tree, 60, (0.25, 6, 6), 4)
    colour = ramp(tree, grain, [(0.3, dark), (0.52, light), (0.75, tuple(c * 0.78 for c in light))])
    bricks = node_of(
        tree,
        "ShaderNodeTexBrick",
        {
            "Scale": 1.0,
            "Mortar Size": plank * 0.012,
            "Mortar Smooth": 0.3,
            "Brick Width": plank * 9,
            "Row Height": plank,
            "Color1": (1, 1, 1, 1),
            "Color2": (0.66, 0.62, 0.6, 1),
            "Mortar": (0.12, 0.09, 0.07, 1),
        },
    )
    tree.links.new(mapped(tree, (1, 1, 1)), bricks.inputs["Vector"])
    colour = multiply(tree, colour, bricks.outputs["Color"])
    colour = multiply(tree, colour, ramp(tree, fine, [(0.3, (0.7, 0.7, 0.7)), (0.6, (1, 1, 1))]), 0.6)
    tree.links.new(colour, shader.inputs["Base Color"])
    first = bump(tree, shader, fine, 0.18, 0.002)
    seam = node_of(tree, "ShaderNodeInvert")
    tree.links.new(bricks.outputs["Fac"], seam.inputs["Color"])
    bump(tree, shader, seam.outputs["Color"], 0.5, 0.003, first)
    return made


def plaster(name, colour, scale=1.0):
    """A painted wall: stains and a rough coat."""
    made = material(name, colour, 0.9)
    tree, shader = made.node_tree, made.node_tree.nodes["Principled BSDF"]
    stains = noise(tree, 0.9 * scale, (1, 1, 0.5), 10, 0.6)
    dim = tuple(c * 0.72 for c in colour)
    tree.links.new(ramp(tree, stains, [(0.3, dim), (0.62, colour)]), shader.inputs["Base Color"])
    bump(tree, shader, noise(tree, 40 * scale), 0.4, 0.01)
    return made


def glass(name, colour=(1, 1, 1), ior=1.47):
    """Refracts; lets light through to what lies in its shadow, since no caustics are traced."""
    made = material(name, colour, 0.0, IOR=ior, Transmission_Weight=1.0)
    tree = made.node_tree
    path = node_of(tree, "ShaderNodeLightPath")
    clear = node_of(tree, "ShaderNodeBsdfTransparent", {"Color": (*(0.86 * c for c in colour), 1)})
    mix = node_of(tree, "ShaderNodeMixShader")
    tree.links.new(path.outputs["Is Shadow Ray"], mix.inputs["Fac"])
    tree.links.new(tree.nodes["Principled BSDF"].outputs["BSDF"], mix.inputs[1])
    tree.links.new(clear.outputs["BSDF"], mix.inputs[2])
    tree.links.new(mix.outputs["Shader"], tree.nodes["Material Output"].inputs["Surface"])
    return made


def glow(name, colour, strength):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    light = node_of(tree, "ShaderNodeEmission", {"Color": (*colour, 1), "Strength": strength})
    tree.links.new(light.outputs["Emission"], tree.nodes["Material Output"].inputs["Surface"])
    return made


# ---- shapes ---------------------------------------------------------------


def placed(mesh_or_curve, name, *materials):
    made = bpy.data.objects.new(name, mesh_or_curve)
    for one in materials:
        made.data.materials.append(one)
    scene.collection.objects.link(made)
    return made


def mesh(name, points, faces, made_of, smooth=True):
    data = bpy.data.meshes.new(name)
    data.from_pydata([tuple(p) for p in points], [], faces)
    data.update()
    if smooth:
        data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    return placed(data, name, made_of)


def revolve(name, profile, made_of, around=96):
    """A profile of (radius, height), turned around z."""
    points, faces, rows = [], [], len(profile)
    for i in range(around):
        a = 2 * math.pi * i / around
        points += [(r * math.cos(a), r * math.sin(a), z) for r, z in profile]
    for i in range(around):
        j = (i + 1) % around
        faces += [(i * rows + k, j * rows + k, j * rows + k + 1, i * rows + k + 1) for k in range(rows - 1)]
    return mesh(name, points, faces, made_of)


def ellipsoid(name, centre, radii, made_of, turn=(0, 0, 0), rows=48):
    profile = [(math.sin(math.pi * k / rows), -math.cos(math.pi * k / rows)) for k in range(rows + 1)]
    made = revolve(name, profile, made_of, 2 * rows)
    made.location, made.scale, made.rotation_euler = centre, radii, turn
    return made


def block(name, low, high, made_of):
    (x0, y0, z0), (x1, y1, z1) = low, high
    points = [(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return mesh(name, points, faces, made_of, False)


def ring(name, centre, radius, thick, made_of, axis="y", around=160):
    """A torus."""
    points, faces, across = [], [], 24
    for i in range(around):
        a = 2 * math.pi * i / around
        for k in range(across):
            b = 2 * math.pi * k / across
            r, off = radius + thick * math.cos(b), thick * math.sin(b)
            u, v = r * math.cos(a), r * math.sin(a)
            points.append((u, off, v) if axis == "y" else (u, v, off))
    for i in range(around):
        for k in range(across):
            j, m = (i + 1) % around, (k + 1) % across
            faces.append((i * across + k, i * across + m, j * across + m, j * across + k))
    made = mesh(name, points, faces, made_of)
    made.location = centre
    return made


def tube(name, lines, radius, made_of, smooth=False):
    """Round bars along polylines; smooth: as curves through their points."""
    data = bpy.data.curves.new(name, "CURVE")
    data.dimensions, data.bevel_depth, data.bevel_resolution, data.use_fill_caps = "3D", radius, 5, True
    for line in lines:
        spline = data.splines.new("NURBS" if smooth else "POLY")
        spline.points.add(len(line) - 1)
        for point, at in zip(spline.points, line):
            point.co = (*at, 1)
        if smooth:
            spline.use_endpoint_u, spline.order_u = True, 3
    return placed(data, name, made_of)


def strands(name, points, root, tip, made_of):
    """Hairs: points [n][steps][3], thinner from root to tip."""
    count, steps, _ = points.shape
    data = bpy.data.hair_curves.new(name)
    data.add_curves([steps] * count)
    data.attributes["position"].data.foreach_set("vector", points.astype(np.float32).ravel())
    radius = data.attributes.get("radius") or data.attributes.new("radius", "FLOAT", "POINT")
    taper = np.linspace(0, 1, steps)
    radius.data.foreach_set("value", np.tile(root + (tip - root) * taper, count).astype(np.float32))
    return placed(data, name, made_of)


# ---- light, camera, picture ------------------------------------------------


def begin(exposure=0.0):
    global scene
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = exposure
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True


def sky(colour, strength):
    background = scene.world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*colour, 1)
    background.inputs["Strength"].default_value = strength


def softbox(at, to, size, watts, colour=(1, 1, 1), seen=False):
    data = bpy.data.lights.new("softbox", "AREA")
    data.energy, data.color, data.shape, data.size = watts, colour, "DISK", size
    made = placed_light(data, at, to)
    made.visible_camera = seen
    return made


def placed_light(data, at, to):
    made = bpy.data.objects.new(data.name, data)
    scene.collection.objects.link(made)
    made.location = at
    made.rotation_euler = (Vector(to) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    return made


def camera(at, to, lens, stop, focus=None):
    data = bpy.data.cameras.new("camera")
    data.lens = lens
    data.dof.use_dof = True
    data.dof.aperture_fstop, data.dof.aperture_blades = stop, 9
    data.dof.focus_distance = (Vector(focus or to) - Vector(at)).length
    scene.camera = placed_light(data, at, to)


def lamps(count, low, high, sizes, colours, strength):
    """Points of light far behind, which the lens draws as discs."""
    for i in range(count):
        at = [rng.uniform(a, b) for a, b in zip(low, high)]
        made_of = glow(f"lamp{i}", colours[i % len(colours)], strength * rng.uniform(0.5, 1.4))
        ellipsoid(f"lamp{i}", at, [rng.uniform(*sizes)] * 3, made_of, rows=12)


def traced(width, samples, bounces=10):
    """The scene as RGB u8."""
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, width * 3 // 4, 100
    cycles.device, cycles.samples, cycles.seed = "CPU", samples, 18
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.015
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.transparent_max_bounces = bounces, 16
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 6
    with tempfile.TemporaryDirectory() as folder:
        render.filepath = os.path.join(folder, "picture.png")
        render.image_settings.file_format = "PNG"
        render.image_settings.color_mode = "RGB"
        bpy.ops.render.render(write_still=True)
        return np.asarray(Image.open(render.filepath).convert("RGB")).astype(np.float32)


def developed(px, grain=2.2):
    """What a lens and a sensor add: darker corners, a little colour at the rim, grain."""
    h, w, _ = px.shape
    y, x = np.mgrid[0:h, 0:w]
    away = ((x - w / 2) ** 2 + (y - h / 2) ** 2) / ((w / 2) ** 2 + (h / 2) ** 2)
    px = px * (1 - 0.16 * away**1.5)[..., None]
    for channel, scale in ((0, 1.0006), (2, 0.9994)):
        plane = Image.fromarray(px[..., channel].astype(np.float32), "F")
        a, cx, cy = 1 / scale, w / 2 * (1 - 1 / scale), h / 2 * (1 - 1 / scale)
        px[..., channel] = np.asarray(plane.transform((w, h), Image.AFFINE, (a, 0, cx, 0, a, cy), Image.BICUBIC))
    coarse = rng.normal(0, 1, (h, w))
    coarse = sum(np.roll(coarse, step, axis) for axis in (0, 1) for step in (-1, 0, 1)) / 2.6
    light = px.mean(2, keepdims=True) / 255
    dust = coarse[..., None] * 0.7 + rng.normal(0, 0.35, px.shape)
    px = px + dust * grain * (0.45 + 0.9 * np.sqrt(light) * (1.15 - light))
    return Image.fromarray(np.clip(px + 0.5, 0, 255).astype(np.uint8))


def written(image, path, most):
    """JPEG of the best quality that fits."""
    for quality in range(92, 30, -2):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True, progressive=True, subsampling="4:2:0")
        if file.tell() <= most:
            break
    with open(path, "wb") as out:
        out.write(file.getvalue())
    print(f"{path}: {image.width} x {image.height}, quality {quality}, {file.tell()} bytes")


# ---- hair ------------------------------------------------------------------


def unit(v):
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def turned(turn):
    a, b, c = turn
    x = np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])
    y = np.array([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
    z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return z @ y @ x


def swirl(p, scale, seed):
    """A smooth field of vectors."""
    waves = np.random.default_rng(seed)
    out = np.zeros_like(p)
    for _ in range(6):
        k, phase, way = waves.normal(0, scale, 3), waves.uniform(0, 6.3), waves.normal(0, 1, 3)
        out += np.sin(p @ k + phase)[..., None] * way
    return out / 2.5


def coat(centre, radii, turn, locks, each, length, seed):
    """Hairs on an ellipsoid, gathered in locks: [locks * each][steps][3]."""
    steps = 7
    t = np.linspace(0, 1, steps)[None, :, None]
    dice = np.random.default_rng(seed)
    rotate = turned(turn)

    def grown(on_sphere, long, wild):
        surface = on_sphere * radii @ rotate.T + centre
        normal = unit(on_sphere / radii) @ rotate.T
        way = unit(normal + 0.55 * swirl(surface, 14, seed + 1) + wild * dice.normal(0, 1, normal.shape))
        long = long[:, None, None]
        line = surface[:, None] + long * way[:, None] * t
        line = line + long * t**2 * np.array([0, 0, -0.34])
        bend = swirl(line * 1.0, 55, seed + 2)
        return line + long * 0.16 * t**1.3 * bend, surface

    roots = unit(dice.normal(0, 1, (locks, 3)))
    surface = roots * radii @ rotate.T + centre
    long = length(surface) * dice.uniform(0.75, 1.2, locks)
    lead, _ = grown(roots, long, 0.12)
    near = unit(np.repeat(roots, each, 0) + dice.normal(0, 0.05, (locks * each, 3)))
    own_long = np.repeat(long, each) * dice.uniform(0.65, 1.18, locks * each)
    hair, _ = grown(near, own_long, 0.17)
    gather = 0.62 * t**1.2 * dice.uniform(0.25, 1, (locks * each, 1, 1))
    frizz = dice.normal(0, 1, (locks * each, 1, 3)) * 0.1 * own_long[:, None, None] * t**2
    return hair + (np.repeat(lead, each, 0) - hair) * gather + frizz


def fur_of(name, melanin, redness):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    hair = node_of(
        tree,
        "ShaderNodeBsdfHairPrincipled",
        {"Melanin": melanin, "Melanin Redness": redness, "Roughness": 0.34, "Radial Roughness": 0.5},
        parametrization="MELANIN",
    )
    for key, value in {"Random Color": 0.35, "Random Roughness": 0.3}.items():
        hair.inputs[key].default_value = value
    tree.links.new(hair.outputs["BSDF"], tree.nodes["Material Output"].inputs["Surface"])
    return made


def hair():
    """A mohair bear on a windowsill, the light behind it."""
    begin(0.35)
    skin = material("skin", (0.24, 0.12, 0.055), 0.9)
    pale = material("pale", (0.5, 0.36, 0.23), 0.9)
    fur, light_fur = fur_of("fur", 0.34, 0.75), fur_of("light fur", 0.16, 0.7)
    black = material("black", (0.008, 0.007, 0.007), 0.12, Coat_Weight=1.0)
    face = np.array([0, -0.24, 0.64])

    def body(p):
        return np.full(len(p), 0.105)

    def head(p):
        near = np.linalg.norm((p - face) * (1, 0.7, 1), axis=1)
        return np.clip(0.026 + (near - 0.1) * 0.52, 0.024, 0.12)

    def short(p):
        return np.full(len(p), 0.03)

    parts = [
        ("body", (0, 0, 0.27), (0.215, 0.185, 0.265), (0, 0, 0), 2600, body),
        ("head", (0, -0.05, 0.655), (0.19, 0.172, 0.172), (0, 0, 0), 2600, head),
        ("ear left", (-0.155, -0.02, 0.82), (0.068, 0.036, 0.068), (0, -0.4, 0), 520, lambda p: np.full(len(p), 0.06)),
        ("ear right", (0.155, -0.02, 0.82), (0.068, 0.036, 0.068), (0, 0.4, 0), 520, lambda p: np.full(len(p), 0.06)),
        ("arm left", (-0.235, -0.11, 0.36), (0.07, 0.07, 0.17), (0.55, 0.5, 0), 900, lambda p: np.full(len(p), 0.075)),
        ("arm right", (0.235, -0.11, 0.36), (0.07, 0.07, 0.17), (0.55, -0.5, 0), 900, lambda p: np.full(len(p), 0.075)),
        ("leg left", (-0.15, -0.23, 0.095), (0.088, 0.18, 0.086), (0.08, 0, 0.3), 1000, lambda p: np.full(len(p), 0.06)),
        ("leg right", (0.15, -0.23, 0.095), (0.088, 0.18, 0.086), (0.08, 0, -0.3), 1000, lambda p: np.full(len(p), 0.06)),
    ]
    for seed, (name, centre, radii, turn, locks, length) in enumerate(parts):
        ellipsoid(name, centre, radii, skin, turn)
        grown = coat(np.array(centre), np.array(radii), turn, locks, 15, length, 40 + 10 * seed)
        grown[..., 2] = np.maximum(grown[..., 2], 0.002)  # nothing grows through the sill
        strands(f"{name} fur", grown, 0.0008, 0.00016, fur)
    muzzle = ((0, -0.215, 0.605), (0.083, 0.07, 0.062))
    ellipsoid("muzzle", *muzzle, pale)
    strands("muzzle fur", coat(*map(np.array, muzzle), (0, 0, 0), 520, 15, short, 300), 0.0007, 0.00015, light_fur)
    for side in (-1, 1):
        ellipsoid("eye", (side * 0.072, -0.222, 0.692), (0.021, 0.017, 0.021), black)
        ellipsoid("sole", (side * 0.205, -0.395, 0.1), (0.055, 0.014, 0.052), pale, (0.08, 0, side * -0.3))
    ellipsoid("nose", (0, -0.3, 0.628), (0.03, 0.022, 0.02), black)
    tube("mouth", [[(-0.032, -0.283, 0.572), (-0.012, -0.299, 0.57), (0, -0.301, 0.585), (0, -0.303, 0.605)],
                   [(0.032, -0.283, 0.572), (0.012, -0.299, 0.57), (0, -0.301, 0.585)]], 0.0032, black, True)
    ribbon = material("ribbon", (0.07, 0.2, 0.34), 0.35, Sheen_Weight=0.6)
    ring("ribbon", (0, -0.035, 0.487), 0.135, 0.026, ribbon, "z")
    for side in (-1, 1):
        ellipsoid("bow", (side * 0.055, -0.2, 0.478), (0.055, 0.022, 0.033), ribbon, (0, side * 0.35, side * -0.25))
    ellipsoid("knot", (0, -0.212, 0.478), (0.02, 0.02, 0.02), ribbon)

    block("sill", (-3, -1.2, -0.06), (3, 0.9, 0), wood("sill", (0.2, 0.1, 0.045), (0.48, 0.29, 0.15), 0.19))
    block("room", (-6, 4.2, -3), (6, 4.3, 5), plaster("room", (0.3, 0.38, 0.36)))
    block("door", (-2.2, 4.1, -3), (-0.9, 4.19, 2.2), material("door", (0.55, 0.5, 0.42), 0.5))
    block("shelf", (0.9, 3.7, -1.2), (2.9, 4.1, -1.1), material("shelf", (0.25, 0.15, 0.08), 0.5))
    for i in range(16):
        x, tall = 1.0 + i * 0.11, rng.uniform(0.3, 0.55)
        block("book", (x, 3.75, -1.1), (x + 0.09, 4.05, -1.1 + tall), material("book", rng.uniform(0.05, 0.5, 3), 0.6))
    lamps(11, (-2.4, 2.6, 0.1), (2.4, 3.9, 1.7), (0.02, 0.034), [(1, 0.62, 0.28), (1, 0.75, 0.42)], 26)
    sky((0.55, 0.66, 0.8), 0.22)
    softbox((-2.2, -1.9, 2.2), (0, 0, 0.4), 1.6, 105, (1, 0.95, 0.88))
    softbox((1.9, 1.5, 1.7), (0, 0, 0.5), 0.9, 120, (1, 0.86, 0.68))
    softbox((-1.6, 1.6, 1.3), (0, 0, 0.6), 0.7, 60, (0.75, 0.86, 1))
    camera((0.28, -2.75, 0.78), (0.0, 0, 0.435), 66, 5.0, (0, -0.16, 0.6))
    return 14


# ---- glass -----------------------------------------------------------------


def glass_of_wine():
    """A glass of wine on a table by day: what is seen through it is light."""
    begin(0.2)
    outside = [(0, 0), (0.037, 0), (0.0375, 0.0012), (0.036, 0.0022), (0.022, 0.0042), (0.009, 0.0075), (0.0052, 0.013),
               (0.0042, 0.03), (0.004, 0.055), (0.0044, 0.078), (0.0065, 0.09), (0.014, 0.0985), (0.027, 0.1095),
               (0.0372, 0.124), (0.0424, 0.141), (0.0432, 0.158), (0.0412, 0.178), (0.0374, 0.2), (0.0338, 0.22)]
    inside = [(max(r - 0.0013, 0), z + 0.0006) for r, z in outside[11:-1]]
    lip = [(0.0336, 0.2206), (0.0328, 0.2204)]
    revolve("glass", outside + lip + inside[::-1] + [(0, 0.0975)], glass("glass"), 128)
    level = 0.145
    wine = [(0, 0.0974)] + [(r + 0.0004, z) for r, z in inside if z < level] + [(0.0417, level), (0.0405, level - 0.0007),
                                                                              (0, level - 0.0007)]
    red = material("wine", (0.42, 0.012, 0.03), 0.0, IOR=1.34, Transmission_Weight=1.0)
    revolve("wine", wine, red, 128)
    for one in ("glass", "wine"):
        smooth = bpy.data.objects[one].modifiers.new("smooth", "SUBSURF")
        smooth.levels = smooth.render_levels = 2
    block("table", (-1.5, -0.9, -0.05), (1.5, 0.7, 0), wood("table", (0.09, 0.04, 0.018), (0.33, 0.17, 0.075), 0.12, 0.3))
    block("wall", (-5, 3.2, -2), (5, 3.3, 4), plaster("wall", (0.66, 0.66, 0.62)))
    block("window", (-1.5, 3.05, 0.1), (-0.6, 3.15, 1.5), glow("window", (0.8, 0.9, 1), 2.2))
    block("bar", (-5, 3.0, -1), (5, 3.18, -0.1), material("bar", (0.36, 0.24, 0.15), 0.4))
    for x in (-0.42, -0.33, 0.36, 0.47, 0.55):
        block("bottle", (x, 2.8, -0.1), (x + 0.07, 2.87, rng.uniform(0.12, 0.25)),
              material("bottle", rng.uniform(0.02, 0.4, 3), 0.2))
    sky((0.8, 0.88, 1), 0.85)
    softbox((-0.9, -0.4, 0.75), (0, 0, 0.12), 0.5, 9, (1, 0.95, 0.9))
    softbox((0.75, 0.75, 0.6), (0, 0, 0.12), 0.42, 8, (1, 0.84, 0.66))
    softbox((-0.6, 0.9, 0.42), (0, 0, 0.14), 0.3, 8, (0.8, 0.9, 1))
    camera((0.05, -0.92, 0.225), (0, 0, 0.112), 108, 3.6, (0, -0.02, 0.14))
    return 20


# ---- fabric ----------------------------------------------------------------


def weave(name):
    """A striped throw: threads across each other, seen through a little."""
    made = material(name, (0.6, 0.55, 0.47), 0.85, Sheen_Weight=0.35, Sheen_Roughness=0.4)
    tree, shader = made.node_tree, made.node_tree.nodes["Principled BSDF"]
    where = node_of(tree, "ShaderNodeTexCoord")
    apart = node_of(tree, "ShaderNodeSeparateXYZ")
    tree.links.new(where.outputs["UV"], apart.inputs["Vector"])

    def wave(axis, threads):
        scale = node_of(tree, "ShaderNodeMath", operation="MULTIPLY")
        scale.inputs[1].default_value = 2 * math.pi * threads
        sine = node_of(tree, "ShaderNodeMath", operation="SINE")
        tree.links.new(apart.outputs[axis], scale.inputs[0])
        tree.links.new(scale.outputs[0], sine.inputs[0])
        return sine.outputs[0]

    cloth = (0.66, 0.6, 0.5)
    stripes = [(0.0, cloth), (0.1, (0.03, 0.13, 0.19)), (0.16, cloth), (0.2, (0.5, 0.12, 0.05)), (0.225, cloth),
               (0.27, (0.03, 0.13, 0.19)), (0.285, cloth), (0.72, (0.03, 0.13, 0.19)), (0.735, cloth),
               (0.775, (0.5, 0.12, 0.05)), (0.8, cloth), (0.84, (0.03, 0.13, 0.19)), (0.9, cloth)]
    lines = ramp(tree, apart.outputs["X"], stripes)
    lines.node.color_ramp.interpolation = "CONSTANT"
    threads = node_of(tree, "ShaderNodeMath", operation="MULTIPLY")
    tree.links.new(wave("X", 210), threads.inputs[0])
    tree.links.new(wave("Y", 210), threads.inputs[1])
    uneven = noise(tree, 30, detail=5)
    colour = multiply(tree, lines, ramp(tree, uneven, [(0.3, (0.74, 0.74, 0.74)), (0.65, (1, 1, 1))]))
    tree.links.new(colour, shader.inputs["Base Color"])
    bump(tree, shader, threads.outputs[0], 0.6, 0.0016)
    through = node_of(tree, "ShaderNodeBsdfTranslucent")
    tree.links.new(colour, through.inputs["Color"])
    mix = node_of(tree, "ShaderNodeMixShader", {"Fac": 0.22})
    tree.links.new(shader.outputs["BSDF"], mix.inputs[1])
    tree.links.new(through.outputs["BSDF"], mix.inputs[2])
    tree.links.new(mix.outputs["Shader"], tree.nodes["Material Output"].inputs["Surface"])
    return made


def draped(side, cells, height, radius, made_of):
    """A square cloth that hangs over a round seat in folds: its object, and its points in rows."""
    line = np.linspace(-side / 2, side / 2, cells + 1)
    x, y = np.meshgrid(line, line)
    away, angle = np.hypot(x, y), np.arctan2(y, x)
    hangs = np.maximum(away - radius, 0)
    turn = angle + 0.5
    # the further down, the more cloth there is for the same way around
    folds = 0.62 * np.sin(9 * angle + 1.1 * np.sin(2 * angle + 0.4)) + 0.38 * np.sin(16 * angle + 2 * np.sin(3 * angle))
    folds += 0.16 * np.sin(31 * angle + 9 * hangs)
    depth = 0.052 * np.clip(hangs / 0.3, 0, 1.35) ** 0.85
    bend = 0.018  # of the seat's edge
    round_off = np.minimum(hangs / bend, math.pi / 2)
    out = radius + bend * np.sin(round_off) * 0.7 + 0.16 * hangs + depth * folds
    down = np.where(hangs < bend * math.pi / 2, bend * (1 - np.cos(round_off)), hangs - bend * (math.pi / 2 - 1))
    down = down * (0.955 + 0.02 * folds)
    reach = np.where(hangs > 0, out, away)
    rows = np.stack([reach * np.cos(turn), reach * np.sin(turn), height - down], -1)
    rows[..., 2] += 0.0022 * np.sin(23 * x + 5) * np.cos(19 * y) + 0.0016 * np.sin(41 * x - 29 * y)
    n = cells + 1
    faces = [(r * n + c, r * n + c + 1, (r + 1) * n + c + 1, (r + 1) * n + c) for r in range(cells) for c in range(cells)]
    cloth = mesh("cloth", rows.reshape(-1, 3), faces, made_of)
    uv = cloth.data.uv_layers.new(name="uv")
    for loop in cloth.data.loops:
        r, c = divmod(loop.vertex_index, n)
        uv.data[loop.index].uv = (c / cells, r / cells)
    return cloth, rows


def fringes(rows, made_of, length, each):
    """Threads that hang from two edges of the cloth, in knots."""
    hanging = []
    for edge, inner in ((rows[0], rows[1]), (rows[-1], rows[-2])):
        for i in range(0, len(edge) - 1, 2):
            root = (edge[i] + edge[i + 1]) / 2
            way = unit(root - (inner[i] + inner[i + 1]) / 2)
            for _ in range(each):
                long = length * rng.uniform(0.75, 1.1)
                t = np.linspace(0, 1, 8)[:, None]
                start = root + (edge[i + 1] - edge[i]) * rng.uniform(-0.7, 0.7)
                pinch = start + (root - start) * np.minimum(t * 4, 1)
                fall = way * t * 0.35 + np.array([0, 0, -1]) * t**1.4 * 0.8
                loose = rng.normal(0, 0.13, 3) * t**1.6
                line = pinch + long * (fall + loose)
                line[:, 2] = np.maximum(line[:, 2], 0.004)
                hanging.append(line)
    strands("fringes", np.array(hanging), 0.0011, 0.0009, made_of)


def fabric():
    """A throw over a stool, its fringes in the light of a window."""
    begin(0.2)
    block("floor", (-6, -5, -0.06), (6, 3.2, 0), wood("floor", (0.24, 0.14, 0.075), (0.52, 0.36, 0.22), 0.15, 0.38))
    leg = material("leg", (0.16, 0.075, 0.03), 0.35, Coat_Weight=0.3)
    revolve("seat", [(0, 0.5), (0.225, 0.5), (0.243, 0.515), (0.243, 0.535), (0.225, 0.552), (0, 0.556)], leg, 64)
    lines = [[(0.17 * math.cos(a), 0.17 * math.sin(a), 0.5), (0.25 * math.cos(a), 0.25 * math.sin(a), 0)]
             for a in np.arange(4) * math.pi / 2 + 0.4]
    tube("legs", lines, 0.019, leg)
    ring("rung", (0, 0, 0.2), 0.215, 0.011, leg, "z")
    cloth, rows = draped(1.02, 168, 0.562, 0.238, weave("throw"))
    thick = cloth.modifiers.new("thick", "SOLIDIFY")
    thick.thickness, thick.offset = 0.0035, 0
    smooth = cloth.modifiers.new("smooth", "SUBSURF")
    smooth.levels = smooth.render_levels = 1
    thread = material("thread", (0.64, 0.58, 0.48), 0.85, Sheen_Weight=0.3)
    fringes(rows, thread, 0.075, 7)
    block("wall", (-6, 2.6, -0.1), (6, 2.7, 4), plaster("wall", (0.5, 0.55, 0.52), 0.8))
    block("skirting", (-6, 2.56, 0), (6, 2.6, 0.14), material("skirting", (0.75, 0.74, 0.7), 0.4))
    leaf = material("leaf", (0.04, 0.13, 0.04), 0.45)
    for i in range(150):
        at = (1.25 + rng.normal(0, 0.22), 2.2 + rng.normal(0, 0.12), 0.75 + rng.normal(0, 0.22))
        ellipsoid("leaf", at, (0.11, 0.012, 0.035), leaf, tuple(rng.uniform(0, 3, 3)), 6)
    revolve("pot", [(0, 0), (0.13, 0), (0.17, 0.34), (0.155, 0.34), (0, 0.3)], material("pot", (0.75, 0.72, 0.66), 0.6), 48
            ).location = (1.25, 2.2, 0)
    block("frame", (-1.5, 2.52, 0.8), (-0.55, 2.6, 1.9), material("frame", (0.1, 0.06, 0.03), 0.4))
    block("print", (-1.42, 2.5, 0.88), (-0.63, 2.53, 1.82), material("print", (0.7, 0.42, 0.2), 0.7))
    sky((0.55, 0.66, 0.85), 0.32)
    softbox((-2.3, -0.7, 2.0), (0, 0, 0.3), 1.2, 130, (1, 0.94, 0.86))
    softbox((2.2, 1.2, 1.4), (0, 0, 0.3), 0.8, 55, (1, 0.84, 0.66))
    softbox((0.8, -2.6, 1.8), (0, 0, 0.3), 1.6, 26, (0.85, 0.92, 1))
    camera((0.35, -2.35, 0.98), (0, 0, 0.275), 66, 2.4, (0, -0.22, 0.35))
    return 10


scenes = {"hair": hair, "glass": glass_of_wine, "fabric": fabric}
# the square of each that its thumbnail shows: middle and side, shares of the height
squares = {"hair": (0.667, 0.5, 0.98), "glass": (0.667, 0.46, 0.9), "fabric": (0.667, 0.5, 0.94)}


def main():
    asks = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asks.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(scenes)}; without: all")
    asks.add_argument("--out", default="web/samples")
    asks.add_argument("--width", type=int, default=800)
    asks.add_argument("--samples", type=int, default=8)
    asked = asks.parse_args()
    for name in asked.names or scenes:
        bounces = scenes[name]()
        picture = developed(traced(asked.width, asked.samples, bounces))
        written(picture, os.path.join(asked.out, f"{name}.jpg"), MOST_BYTES)
        x, y, side = (share * picture.height for share in squares[name])
        box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
        written(picture.resize((THUMB, THUMB), Image.LANCZOS, box=box), os.path.join(asked.out, f"{name}-small.jpg"), 5000)


if __name__ == "__main__":
    main()
