"""Losses of an alpha against the true one, both f32 [n,1,H,W]."""
import cv2
import numpy as np
import torch
import torch.nn.functional as F


def weights(truth, coarse):
    """What the error of each pixel of a crop counts, all f32 [h,w]: 1, less where the coarse
    matte is wrong about a whole region: what is missing there is not for a network of
    this size to know."""
    wrong = np.abs(cv2.blur(coarse - truth, (33, 33)))
    return 1 - .8 * np.clip((wrong - .35) / .2, 0, 1)


def blurred(x):
    """Mean over 5x5."""
    return F.avg_pool2d(F.avg_pool2d(x, (1, 5), 1, (0, 2)), (5, 1), 1, (2, 0))


def gradient(smooth, weight):
    """Mean squared derivatives of blurred(x), x the difference of the mattes: nearly the gradient
    error of Rhemann et al., CVPR 2009. Means over 5x5 have its sigma, 1.4; 5.6 makes
    the filter's length 1, as theirs is."""
    x = smooth[..., 1:-1, 2:] - smooth[..., 1:-1, :-2]
    y = smooth[..., 2:, 1:-1] - smooth[..., :-2, 1:-1]
    return 5.6 ** 2 * (weight[..., 1:-1, 1:-1] * (x * x + y * y)).mean()


def total(alpha, truth, coarse, weight):
    """Absolute error, that of the Laplacian pyramid of three levels, the coarser the
    heavier (Hou & Liu, ICCV 2019), and the gradient error; where an error counts less,
    the coarse matte is to be held instead."""
    x, loss = alpha - truth, ((1 - weight) * (alpha - coarse).abs()).mean()
    for k in range(3):
        smooth = blurred(x)
        if k == 0:
            loss = loss + 2 * (weight * x.abs()).mean() + 4 * gradient(smooth, weight)
        loss = loss + .5 * 2 ** k * (weight * (x - smooth).abs()).mean()
        if k < 2:
            x, weight = F.avg_pool2d(x, 2), F.avg_pool2d(weight, 2)
    return loss
