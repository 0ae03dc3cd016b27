"""The network: a MobileNetV2 encoder (Sandler et al., CVPR 2018) and a light
top-down decoder with global context, alpha logits out.

Shapes are NCHW; S is the input side, a multiple of 32. Only operators that
the engine runs fast: 1x1 and 3x3 (depthwise) convolutions, ReLU6, add,
bilinear upsampling by 2, one global average.
"""
import re

import torch
import torch.nn.functional as F
from torch import nn

import tflite

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
          (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
TAPS = (0, 2, 5, 12)  # blocks whose outputs have strides 2, 4, 8, 16


class ConvNorm(nn.Module):
    """Convolution, BatchNorm, ReLU6 if wanted. A BatchNorm in eval mode is
    folded into the weights in each pass: the same function of the same
    parameters, gradients included, without its passes over the activations.
    """

    def __init__(self, inner, outer, kernel=1, stride=1, groups=1, act=True):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, kernel, stride, kernel // 2,
                              groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outer)
        self.act = nn.ReLU6(inplace=True) if act else nn.Identity()

    def folded(self):
        """(weight, bias) of the one convolution that both are."""
        gain = self.bn.weight * torch.rsqrt(self.bn.running_var + self.bn.eps)
        return (self.conv.weight * gain[:, None, None, None],
                self.bn.bias - self.bn.running_mean * gain)

    def forward(self, x):
        conv, bn = self.conv, self.bn
        weight, bias = (conv.weight, None) if bn.training else self.folded()
        thin = conv.groups > 1 and conv.stride[0] == 2 and weight.requires_grad
        # oneDNN's backward of a strided depthwise convolution costs more than
        # that of a dense one, of which every other result is taken
        y = F.conv2d(x, weight, bias, 1 if thin else conv.stride, conv.padding, 1, conv.groups)
        if thin:
            y = y[:, :, ::2, ::2]
        return self.act(bn(y) if bn.training else y)

    def plain(self, x):
        return self.act(self.conv(x))


class InvertedResidual(nn.Module):
    def __init__(self, inner, outer, expand, stride):
        super().__init__()
        hidden = inner * expand
        layers = [ConvNorm(inner, hidden)] if expand != 1 else []
        layers += [ConvNorm(hidden, hidden, 3, stride, hidden),
                   ConvNorm(hidden, outer, act=False)]
        self.b = nn.Sequential(*layers)
        self.residual = stride == 1 and inner == outer

    def forward(self, x):
        return x + self.b(x) if self.residual else self.b(x)


class Encoder(nn.Module):
    """f32 [n,3,S,S] -> features of strides 2, 4, 8, 16, 32 with 16, 24, 32,
    96, 320 channels."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 32, 3, 2)
        inner, blocks = 32, []
        for expand, outer, count, stride in STAGES:
            for k in range(count):
                blocks.append(InvertedResidual(inner, outer, expand, stride if k == 0 else 1))
                inner = outer
        self.blocks = nn.ModuleList(blocks)
        self.frozen = 0

    def forward(self, x):
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            x, out = self.stem(x), []
        for k, block in enumerate(self.blocks):
            with torch.set_grad_enabled(torch.is_grad_enabled() and k >= self.frozen):
                x = block(x)
            if k in TAPS:
                out.append(x)
        return out + [x]


class Separable(nn.Module):
    """Depthwise 3x3 and pointwise convolution."""

    def __init__(self, inner, outer):
        super().__init__()
        self.a = ConvNorm(inner, inner, 3, 1, inner)
        self.b = ConvNorm(inner, outer)

    def forward(self, x):
        return self.b(self.a(x))


class Residual(nn.Module):
    """x + separable(x), the identity at first (its last gamma is 0)."""

    def __init__(self, channels):
        super().__init__()
        self.a = ConvNorm(channels, channels, 3, 1, channels)
        self.b = ConvNorm(channels, channels, act=False)
        nn.init.zeros_(self.b.bn.weight)

    def forward(self, x):
        return x + self.b(self.a(x))


class Up(nn.Module):
    """Top-down step: project the skip, upsample the deeper map, add, mix."""

    def __init__(self, deep, skip, outer, residuals):
        super().__init__()
        self.d = ConvNorm(deep, outer, act=False)
        self.l = ConvNorm(skip, outer, act=False)
        self.m = Separable(outer, outer)
        self.r = nn.Sequential(*[Residual(outer) for _ in range(residuals)])

    def forward(self, x, skip):
        x = F.interpolate(self.d(x), scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.r(self.m(F.relu6(x + self.l(skip))))


class Net(nn.Module):
    """f32 [n,3,S,S], (rgb / 255 - 0.5) / 0.5 -> alpha logits [n,1,S,S].

    forward(x, heads=True) answers what is trained, the logits before the last
    upsampling: [those at stride 2, then the auxiliary heads' at strides 32,
    16, 8, 4]; with half=False the stage of stride 2 is left out and the first
    of them is None: most of training needs no more, in less time.

    The gate looks at the whole picture's mean features and lowers all logits,
    by up to 12, where it sees a texture and no subject. It answers 0 until
    gate.py has fitted it, after the training of the rest.
    """

    def __init__(self, channels=(128, 96, 64, 40, 24), residuals=(2, 2, 1, 1)):
        super().__init__()
        c = channels
        self.enc = Encoder()
        self.top = ConvNorm(320, c[0])
        self.ctx = ConvNorm(320, c[0])
        self.topm = Separable(c[0], c[0])
        self.topr = nn.Sequential(*[Residual(c[0]) for _ in range(residuals[0])])
        self.u16 = Up(c[0], 96, c[1], residuals[1])
        self.u8 = Up(c[1], 32, c[2], residuals[2])
        self.u4 = Up(c[2], 24, c[3], residuals[3])
        self.u2 = Up(c[3], 16, c[4], 0)
        self.mix = Separable(c[4], c[4])
        self.head = nn.Conv2d(c[4], 1, 3, 1, 1)
        self.aux = nn.ModuleList([nn.Conv2d(k, 1, 1) for k in c[:4]])
        self.gate = nn.Conv2d(320, 1, 1).requires_grad_(False)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)

    def freeze(self, blocks):
        """Keep the encoder's stem and first blocks as they are."""
        self.enc.frozen = blocks
        for module in (self.enc.stem, *self.enc.blocks[:blocks]):
            for parameter in module.parameters():
                parameter.requires_grad = False

    def decode(self, f4, f8, f16, f32):
        """What the decoder makes of the encoder's features at strides 32, 16, 8,
        4, which the auxiliary heads see, and the mean of the encoder's deepest,
        which the gate sees."""
        mean = F.adaptive_avg_pool2d(f32, 1)
        t = self.topr(self.topm(self.top(f32) + self.ctx(mean)))
        a = self.u16(t, f16)
        b = self.u8(a, f8)
        return (t, a, b, self.u4(b, f4)), mean

    def auxiliary(self, levels):
        """Their logits, [n,1,h,w] each."""
        return [head(v) for head, v in zip(self.aux, levels)]

    def forward(self, x, heads=False, half=True):
        f2, *deeper = self.enc(x)
        levels, mean = self.decode(*deeper)
        logits = self.head(self.mix(self.u2(levels[-1], f2))) if half else None
        if not heads:
            logits = logits - 2 * F.relu6(self.gate(mean))
            return F.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)
        return [logits] + self.auxiliary(levels)


def load(model, state):
    """A state that may lack residuals and the gate, which start as no change."""
    lacking = model.load_state_dict(state, strict=False)
    wrong = lacking.unexpected_keys + [
        k for k in lacking.missing_keys if not re.search(r"topr\.|\.r\.|^gate\.", k)]
    if wrong:
        raise ValueError(f"the state does not fit the network: {wrong[:4]}")


def load_encoder(encoder, path):
    """Weights of a quantised TensorFlow Lite MobileNetV2; its BatchNorms are
    folded: gamma 1, beta the bias. recalibrate() makes them real again."""
    layers = [m for m in encoder.modules() if isinstance(m, ConvNorm)]
    for layer, (weight, bias) in zip(layers, tflite.convolutions(path)):
        if weight.shape != tuple(layer.conv.weight.shape):
            raise ValueError(f"{path}: {weight.shape} is no {tuple(layer.conv.weight.shape)}")
        layer.conv.weight.data = torch.from_numpy(weight)
        layer.bn.bias.data = torch.from_numpy(bias.copy())
        layer.bn.running_var.fill_(1 - layer.bn.eps)


@torch.no_grad()
def recalibrate(encoder, batches):
    """Statistics for folded BatchNorms: the function stays the same, gamma
    and beta take over what the statistics undo."""
    encoder.eval()
    layers = [m for m in encoder.modules() if isinstance(m, ConvNorm)]
    seen = {layer: [] for layer in layers}

    def look(layer, inputs, _out):
        out = layer.conv(inputs[0])  # what its own forward() folds, and does not make
        seen[layer].append((out.mean((0, 2, 3)), (out * out).mean((0, 2, 3))))

    hooks = [layer.register_forward_hook(look) for layer in layers]
    for batch in batches:
        encoder(batch)
    for hook in hooks:
        hook.remove()
    for layer in layers:
        mean = torch.stack([m for m, _ in seen[layer]]).mean(0)
        square = torch.stack([s for _, s in seen[layer]]).mean(0)
        variance = (square - mean * mean).clamp_min(1e-4)
        bn = layer.bn
        beta = bn.bias - bn.weight * bn.running_mean / torch.sqrt(bn.running_var + bn.eps)
        gamma = bn.weight / torch.sqrt(bn.running_var + bn.eps)
        bn.running_mean.copy_(mean)
        bn.running_var.copy_(variance)
        bn.weight.data = gamma * torch.sqrt(variance + bn.eps)
        bn.bias.data = beta + gamma * mean


@torch.no_grad()
def load_folded(model, convolutions):
    """Convolutions by name, BatchNorm folded, into a network whose BatchNorms
    keep what they are where they can undo it: their gains set the pace at which
    a channel is learned. The auxiliary heads, not exported, stay as they are."""
    for name, layer in model.named_modules():
        plain = name == "head" or name == "gate" and name in convolutions
        if not isinstance(layer, ConvNorm) and not plain:
            continue
        weight, bias = (torch.from_numpy(v.copy()) for v in convolutions.pop(name))
        if plain:
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
            continue
        bn = layer.bn
        idle = (bn.weight * torch.rsqrt(bn.running_var + bn.eps)).abs() < 1e-2
        bn.weight[idle], bn.running_var[idle], bn.running_mean[idle] = 1., 1. - bn.eps, 0.
        gain = bn.weight * torch.rsqrt(bn.running_var + bn.eps)
        layer.conv.weight.copy_(weight / gain[:, None, None, None])
        bn.bias.copy_(bias + bn.running_mean * gain)
    if convolutions:
        raise ValueError(f"the model does not fit the network: {list(convolutions)[:4]}")


@torch.no_grad()
def fold(net):
    """BatchNorms into their convolutions, in place; for export."""
    for layer in net.modules():
        if isinstance(layer, ConvNorm) and not isinstance(layer.bn, nn.Identity):
            weight, bias = layer.folded()
            layer.conv.weight, layer.conv.bias = nn.Parameter(weight), nn.Parameter(bias)
            layer.forward = layer.plain
    return net


def macs(net, size):
    """Multiply-adds of the convolutions for one image of size x size."""
    total, hooks = [0], []

    def count(module, _inputs, out):
        total[0] += out.numel() * module.weight[0].numel()

    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(count))
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return total[0]
