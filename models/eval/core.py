"""The pixel stages of the C core for the evaluation scripts: built for this machine, by ctypes.

Rebuilt when a source is newer; CUT_FLAGS="-DNAME=value ..." builds a variant,
which is how constants are compared.
"""
import ctypes
import glob
import hashlib
import os
import subprocess
import tempfile

import numpy as np

from common import ROOT

FLAGS = os.environ.get("CUT_FLAGS", "").split()


class Image(ctypes.Structure):
    _fields_ = [("px", ctypes.c_void_p), ("w", ctypes.c_int32), ("h", ctypes.c_int32), ("opaque", ctypes.c_int32)]


USED = ("cut_matte_refine", "cut_foreground_estimate")


def build():
    """The shared library under `FLAGS`: of an archive, so that what is not needed for `USED` (it reads files) is left out."""
    wasm = os.path.abspath(os.path.join(ROOT, "wasm"))
    sources = [os.path.join(wasm, "base", name) for name in ("alloc.c", "fail.c", "parallel.c", "print.c")]
    sources += [os.path.join(wasm, "image", "resample.c"), *glob.glob(os.path.join(wasm, "matte", "*.c"))]
    headers = glob.glob(os.path.join(wasm, "**", "*.h"), recursive=True)
    name = hashlib.sha256(" ".join([os.path.abspath(ROOT)] + FLAGS).encode()).hexdigest()[:12]
    path = os.path.join(tempfile.gettempdir(), "cutaway-eval-%s.so" % name)
    newest = max(os.path.getmtime(s) for s in [__file__] + sources + headers)
    if not os.path.exists(path) or os.path.getmtime(path) < newest:
        with tempfile.TemporaryDirectory() as work:
            subprocess.run(["gcc", "-std=gnu11", "-O2", "-w", "-ffp-contract=off", "-fPIC", "-I", wasm] + FLAGS + ["-c"] + sources,
                           check=True, cwd=work)
            subprocess.run(["ar", "rcs", "all.a"] + glob.glob(os.path.join(work, "*.o")), check=True, cwd=work)
            needed = ["-Wl,-u," + name for name in USED]
            subprocess.run(["gcc", "-shared", "-o", path] + needed + ["all.a", "-lm"], check=True, cwd=work)
    return ctypes.CDLL(path)


LIBRARY = build()


def rgba(image):
    """u8 [h,w,4] of a PIL image, contiguous and writable."""
    return np.array(image.convert("RGBA"))


def structure(pixels):
    return Image(pixels.ctypes.data, pixels.shape[1], pixels.shape[0])


def check(status):
    if status:
        raise RuntimeError("status %d of the core" % status)


def refine(matte, pixels):
    """cut_matte_refine(): u8 [h,w] from a map f32 [*,*] and u8 [h,w,4]."""
    matte = np.ascontiguousarray(matte, np.float32)
    alpha = np.empty(pixels.shape[:2], np.uint8)
    check(LIBRARY.cut_matte_refine(alpha.ctypes.data_as(ctypes.c_void_p),
                                   ctypes.byref(structure(matte)),
                                   ctypes.byref(structure(pixels)), None))
    return alpha


def foreground(pixels, alpha):
    """cut_foreground_estimate(): a new u8 [h,w,4]."""
    pixels, alpha = pixels.copy(), np.ascontiguousarray(alpha)
    check(LIBRARY.cut_foreground_estimate(ctypes.byref(structure(pixels)),
                                          alpha.ctypes.data_as(ctypes.c_void_p), None))
    return pixels
