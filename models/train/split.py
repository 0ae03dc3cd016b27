"""Which pairs of photo and mask are never trained on. Needs nothing but Python: models/eval asks, too."""
import glob
import hashlib
import os


def files(folder):
    """{name without ending: path} of a folder, in order of name."""
    return {os.path.splitext(os.path.basename(p))[0]: p
            for p in sorted(glob.glob(os.path.join(folder, "*.*")))}


def held_out(folder, key, empty=False):
    """One pair in ten, one picture without a subject in two. By name, so that it stays so."""
    return int(hashlib.md5((folder + key).encode()).hexdigest(), 16) % (2 if empty else 10) == 0
