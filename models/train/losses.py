"""Losses of alpha logits against masks, all [n,1,h,w]."""
import torch
import torch.nn.functional as F


def edge_weight(alpha, window):
    """1 far from the mask's edges, up to 5 on them (the pixel weight of F3Net,
    Wei et al., AAAI 2020)."""
    half = window // 2
    mean = F.avg_pool2d(F.avg_pool2d(alpha, (1, window), 1, (0, half), count_include_pad=False),
                        (window, 1), 1, (half, 0), count_include_pad=False)
    return 1 + 4 * (mean - alpha).abs()


def region(logits, alpha, weight):
    """Weighted cross entropy plus weighted intersection over union."""
    bce = F.binary_cross_entropy_with_logits(logits, alpha, reduction="none")
    bce = (weight * bce).sum((2, 3)) / weight.sum((2, 3))
    p = torch.sigmoid(logits)
    both = (p * alpha * weight).sum((2, 3))
    either = ((p + alpha - p * alpha) * weight).sum((2, 3))
    return (bce + 1 - (both + 1) / (either + 1)).mean()


def boundary(logits, alpha):
    """Difference of the gradients of map and mask, where either has one."""
    p = torch.sigmoid(logits)
    loss = 0.
    for axis in (2, 3):
        a, b = torch.diff(p, dim=axis), torch.diff(alpha, dim=axis)
        loss = loss + (a - b).abs().sum((1, 2, 3)) / (b.abs().sum((1, 2, 3)) + alpha.shape[axis])
    return loss.mean()


def total(outputs, alpha, edges):
    """Region loss of the finest map there is, 0.3 of each coarser one's, and
    `edges` of the finest's boundary loss. outputs as of Net.forward(heads=True);
    alpha [n,1,S,S] is averaged down to each."""
    outputs = [z.float() for z in (outputs[0], *reversed(outputs[1:])) if z is not None]
    side = outputs[0].shape[2]
    alpha = F.adaptive_avg_pool2d(alpha, side)
    weight = edge_weight(alpha, side // 10 | 1)
    loss = region(outputs[0], alpha, weight)
    if edges:
        loss = loss + edges * boundary(outputs[0], alpha)
    for logits in outputs[1:]:
        side = logits.shape[2]
        loss = loss + .3 * region(logits, F.adaptive_avg_pool2d(alpha, side),
                                  F.adaptive_avg_pool2d(weight, side))
    return loss
