"""The detail network: a photo's pixels and a coarse matte in, a better matte out.

It works on 2x2 blocks: [n,16,H/2,W/2] in, the four pixels of a block one after
the other, each R, G, B in -1..1 and the coarse alpha; [n,4,H/2,W/2] out, what is added to the logit of the coarse alpha of
each pixel. No convolution runs at full size, where most of the time would go.
H and W are multiples of 16. Operators: 1x1, 3x3 and depthwise convolutions,
ReLU6, add, bilinear upsampling by 2.
"""
import torch
import torch.nn.functional as F
from torch import nn

LEAST = .01  # alpha is kept this far from 0 and 1 where its logit is taken


class Conv(nn.Conv2d):
    """Convolution with ReLU6, if wanted. Without normalisation: BatchNorm took half
    the time of a step on a processor, and residuals that begin at 0 train without."""

    def __init__(self, inner, outer, kernel=1, stride=1, groups=1, act=True):
        super().__init__(inner, outer, kernel, stride, kernel // 2, groups=groups)
        self.act = nn.ReLU6(inplace=True) if act else nn.Identity()
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu" if act else "linear")
        nn.init.zeros_(self.bias)

    def forward(self, x):
        return self.act(super().forward(x))


class Mix(nn.Module):
    """x + narrow(wide(depthwise(x))), the identity at first."""

    def __init__(self, channels, expand):
        super().__init__()
        self.a = Conv(channels, channels, 3, 1, channels, act=False)
        self.b = Conv(channels, channels * expand)
        self.c = Conv(channels * expand, channels, act=False)
        nn.init.zeros_(self.c.weight)

    def forward(self, x):
        return x + self.c(self.b(self.a(x)))


class Shrink(nn.Module):
    """To half the size: pointwise, then depthwise of stride 2."""

    def __init__(self, inner, outer):
        super().__init__()
        self.a = Conv(inner, outer)
        self.b = Conv(outer, outer, 3, 2, outer, act=False)

    def forward(self, x):
        return self.b(self.a(x))


def level(channels, count, expand):
    return nn.Sequential(*[Mix(channels, expand) for _ in range(count)])


def twice(x):
    return F.interpolate(x, scale_factor=2., mode="bilinear", align_corners=False)


class Net(nn.Module):
    """Levels of strides 2, 4, 8, 16 down and up again, skips added; the head sees the blocks once more."""

    def __init__(self, channels=(24, 40, 64, 96), down=(1, 2, 4, 4), up=(1, 2, 2), expand=(2, 2, 2, 2), head=16):
        super().__init__()
        c = channels
        self.stem = Conv(16, c[0], 3)
        self.down = nn.ModuleList([level(c[k], down[k], expand[k]) for k in range(4)])
        self.shrink = nn.ModuleList([Shrink(c[k], c[k + 1]) for k in range(3)])
        self.rise = nn.ModuleList([Conv(c[k + 1], c[k], act=False) for k in range(3)])
        self.up = nn.ModuleList([level(c[k], up[k], expand[k]) for k in range(3)])
        self.head = Conv(c[0], head, act=False)
        self.fine = nn.Conv2d(16, head, 3, padding=1, bias=False)
        self.last = nn.Conv2d(head, 4, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, blocks):
        x, skips = self.stem(blocks), []
        for k in range(4):
            x = self.down[k](x)
            if k < 3:
                skips.append(x)
                x = self.shrink[k](x)
        for k in (2, 1, 0):
            x = self.up[k](skips[k] + twice(self.rise[k](x)))
        return self.last(F.relu6(self.head(x) + self.fine(blocks)))


def pack(rgb, alpha):
    """The network's input of f32 [n,3,H,W], 0..1, and [n,1,H,W]."""
    x = torch.cat([rgb * 2 - 1, alpha], 1)
    n, c, h, w = x.shape
    x = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4)
    return x.reshape(n, 4 * c, h // 2, w // 2)


def answer(z, alpha):
    """Alpha [n,1,H,W] of the network's output and the coarse alpha."""
    n, _, h, w = z.shape
    z = z.view(n, 2, 2, h, w).permute(0, 3, 1, 4, 2).reshape(n, 1, 2 * h, 2 * w)
    a = alpha.clamp(LEAST, 1 - LEAST)
    y = torch.sigmoid(z.float() + torch.log(a / (1 - a)))
    return ((y - LEAST) / (1 - 2 * LEAST)).clamp(0, 1)


def macs(net):
    """Multiply-adds a pixel."""
    total, side = [0], 128

    def count(module, _, out):
        total[0] += out.shape[1] * out.shape[2] * out.shape[3] * module.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        net(next(net.parameters()).new_zeros(1, 16, side // 2, side // 2))
    for hook in hooks:
        hook.remove()
    return total[0] / side ** 2


def near(what, radius):
    """Maximum [n,1,H,W] over the square of that radius."""
    side = 2 * radius + 1
    rows = F.max_pool2d(what, (1, side), 1, (0, radius))
    return F.max_pool2d(rows, (side, 1), 1, (radius, 0))


def undecided(alpha, radius=12, least=.02):
    """1 within `radius` of where an alpha [n,1,H,W] says neither 0 nor 1: only there is it changed."""
    return near(((alpha > least) & (alpha < 1 - least)).float(), radius)
