"""The pick network: base's (../net.py), told by four more maps what is meant.

Input f32 [n,7,S,S], S a multiple of 32: R, G, B as base's, (x / 255 - 0.5) / 0.5; 1 on positive
clicks; 1 on negative clicks; 1 inside the box; the mask so far, 0..1. Output: alpha logits [n,1,S,S].
A small pyramid of the four maps is added to base's features at strides 8 (in the encoder, so that its
deeper blocks know what is meant), 4 and 2 (in the decoder), through convolutions that begin at zero:
untrained, the network answers what base answers without its gate, whatever is clicked.
"""
import os
import sys

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import net as base  # noqa: E402

GUIDES = 4
AT_8 = 4  # the encoder's block after which stride 8 is known
FIXED = AT_8 + 1  # blocks that are base's for good: they see no click


class Guide(nn.Module):
    """f32 [n,4,S,S] -> what is added at strides 2, 4 and 8."""

    def __init__(self):
        super().__init__()
        w2, w4, w8 = base.WIDTHS[:3]
        self.g2 = nn.Conv2d(GUIDES, 16, 3, 2, 1)
        self.g4 = nn.Conv2d(16, 24, 3, 2, 1)
        self.g8 = nn.Conv2d(24, 40, 3, 2, 1)
        self.z2, self.z4, self.z8 = nn.Conv2d(16, w2, 1), nn.Conv2d(24, w4, 1), nn.Conv2d(40, w8, 1)
        for layer in (self.z2, self.z4, self.z8):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, maps):
        a = F.relu6(self.g2(maps))
        b = F.relu6(self.g4(a))
        c = F.relu6(self.g8(b))
        return self.z2(a), self.z4(b), self.z8(c)


class Pick(base.Net):
    """Base, guided; no gate: who points at a thing means a thing."""

    def __init__(self):
        super().__init__()
        self.guide = Guide()

    def features(self, x, added):
        """The encoder's features at strides 2, 4, 8, 16, 32, with what is added."""
        enc, out = self.enc, []
        with torch.set_grad_enabled(torch.is_grad_enabled() and not enc.frozen):
            x = enc.stem(x)
        for k, block in enumerate(enc.blocks):
            with torch.set_grad_enabled(torch.is_grad_enabled() and k >= enc.frozen):
                x = block(x)
            if k == AT_8:
                x = x + added[2]
            if k in base.TAPS:
                out.append(x)
        return [out[0] + added[0], out[1] + added[1], *out[2:], x]

    def forward(self, x, heads=False):
        f2, *deeper = self.features(x[:, :3], self.guide(x[:, 3:]))
        levels, _ = self.decode(*deeper)
        logits = self.head(self.mix(self.u2(levels[-1], f2)))
        if heads:
            return [logits] + self.auxiliary(levels)
        return F.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)


class Joined(nn.Module):
    """For export: both first convolutions see all seven maps, so that nothing has to be split."""

    def __init__(self, net):
        super().__init__()
        self.net = base.fold(net)
        stem, g2 = self.net.enc.stem.conv, net.guide.g2
        self.stem = nn.Conv2d(3 + GUIDES, stem.out_channels, 3, 2, 1)
        self.g2 = nn.Conv2d(3 + GUIDES, g2.out_channels, 3, 2, 1)
        with torch.no_grad():
            for mine, theirs, at in ((self.stem, stem, 0), (self.g2, g2, 3)):
                mine.weight.zero_()
                mine.weight[:, at:at + theirs.in_channels] = theirs.weight
                mine.bias.copy_(theirs.bias)

    def forward(self, x):
        net, guide = self.net, self.net.guide
        a = F.relu6(self.g2(x))
        b = F.relu6(guide.g4(a))
        added = guide.z8(F.relu6(guide.g8(b)))
        y, out = F.relu6(self.stem(x)), []
        for k, block in enumerate(net.enc.blocks):
            y = block(y)
            if k == AT_8:
                y = y + added
            if k in base.TAPS:
                out.append(y)
        levels, _ = net.decode(out[1] + guide.z4(b), out[2], out[3], y)
        logits = net.head(net.mix(net.u2(levels[-1], out[0] + guide.z2(a))))
        return torch.sigmoid(F.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False))
