"""The numbers of golden_detail.h: models/train/detail/apply.py on a scene made by
arithmetic, with a network that says of each pixel what its colours say.

    python tests/c/make-golden-detail.py > tests/c/golden_detail.h
"""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../models/train/detail"))
import apply

W, H = 800, 48


class Pixelwise(torch.nn.Module):
    """Logits 6 (R - B) of each pixel, -12 .. 12."""

    def forward(self, blocks):
        n, c, h, w = blocks.shape
        x = blocks.view(n, 4, 4, h, w)
        return 6 * (x[:, :, 0] - x[:, :, 2])


def scene():
    """(photo, matte): stripes that get finer to the right, a red region that the matte calls clear, before a ramp."""
    y, x = np.mgrid[:H, :W]
    red = (x * x // 700 + 3 * y) * 37 % 256
    blue = (x // 3 * 29 + y * y // 5) * 53 % 256
    matte = np.clip(255 - (x - 200) * 255 // 400, 0, 255)
    red = np.where(x > 640, 255, red)
    blue = np.where(x > 640, 0, blue)
    matte = np.where(x > 640, 20, matte)
    return np.stack([red, (red + blue) // 2, blue], -1).astype(np.uint8), (matte / 255).astype(np.float32)


def main():
    photo, matte = scene()
    net = Pixelwise()
    print("/* Made by make-golden-detail.py: of every 16th pixel of every 4th row. */")
    print("#ifndef CUT_TESTS_GOLDEN_DETAIL_H\n#define CUT_TESTS_GOLDEN_DETAIL_H\n")
    print("#include <stdint.h>\n")
    for name, rounds in ("one", 1), ("two", 2):
        *_, alpha = apply.refined(net, photo, matte, rounds)
        values = (alpha * 255 + .5).astype(np.uint8)[2::4, 8::16].reshape(-1)
        print(f"/* after {name} round{'s' if rounds > 1 else ''} at the photo's size */")
        print(f"static const uint8_t golden_detail_{name}[{len(values)}] = {{")
        for i in range(0, len(values), 16):
            print("    " + ", ".join(str(v) for v in values[i:i + 16]) + ",")
        print("};\n")
    print("#endif")


if __name__ == "__main__":
    main()
