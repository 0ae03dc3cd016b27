"""Reader of the convolutions of a TensorFlow Lite file (a flatbuffer).

Format: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs
(field numbers below are positions in its tables).
"""
import struct

import numpy as np

CONV_2D, DEPTHWISE_CONV_2D = 3, 4
_TYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 9: np.int8}


class _Buffer:
    def __init__(self, data):
        self.data = data

    def unpack(self, form, at):
        return struct.unpack_from(form, self.data, at)[0]

    def field(self, table, index):
        """Offset of a table's field, 0 when it is absent."""
        vtable = table - self.unpack("<i", table)
        if 4 + 2 * index >= self.unpack("<H", vtable):
            return 0
        at = self.unpack("<H", vtable + 4 + 2 * index)
        return table + at if at else 0

    def scalar(self, table, index, form, default=0):
        at = self.field(table, index)
        return self.unpack(form, at) if at else default

    def follow(self, at):
        return at + self.unpack("<I", at)

    def array(self, table, index, kind):
        at = self.field(table, index)
        if not at:
            return np.zeros(0, kind)
        at = self.follow(at)
        return np.frombuffer(self.data, kind, self.unpack("<I", at), at + 4)

    def tables(self, table, index):
        at = self.field(table, index)
        if not at:
            return []
        at = self.follow(at)
        return [self.follow(at + 4 + 4 * k) for k in range(self.unpack("<I", at))]


def _tensor(buffer, buffers, table):
    """f32 values of a constant tensor, dequantised."""
    shape = buffer.array(table, 0, "<i4")
    data = buffer.array(buffers[buffer.scalar(table, 2, "<I")], 0, "u1")
    values = np.frombuffer(data.tobytes(), _TYPES[buffer.scalar(table, 1, "<b")])
    values = values.reshape(shape).astype(np.float32)
    at = buffer.field(table, 4)
    if not at:
        return values
    quantization = buffer.follow(at)
    scale = buffer.array(quantization, 2, "<f4")
    zero = buffer.array(quantization, 3, "<i8")
    if len(scale) == 0:
        return values
    if len(scale) > 1:
        raise ValueError("only one scale per tensor is read")
    return (values - float(zero[0])) * scale[0]


def convolutions(path):
    """[(weight OIHW f32, bias f32)] of every convolution, in file order."""
    with open(path, "rb") as file:
        buffer = _Buffer(file.read())
    root = buffer.follow(0)
    codes = [max(buffer.scalar(c, 0, "<b"), buffer.scalar(c, 3, "<i"))
             for c in buffer.tables(root, 1)]
    graph, buffers = buffer.tables(root, 2)[0], buffer.tables(root, 4)
    tensors = buffer.tables(graph, 0)
    found = []
    for operator in buffer.tables(graph, 3):
        code = codes[buffer.scalar(operator, 0, "<I")]
        if code not in (CONV_2D, DEPTHWISE_CONV_2D):
            continue
        inputs = buffer.array(operator, 1, "<i4")
        weight = _tensor(buffer, buffers, tensors[inputs[1]])
        axes = (0, 3, 1, 2) if code == CONV_2D else (3, 0, 1, 2)
        found.append((np.ascontiguousarray(weight.transpose(axes)),
                      _tensor(buffer, buffers, tensors[inputs[2]])))
    return found
