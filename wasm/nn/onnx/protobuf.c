#include "nn/onnx/protobuf.h"

#include <string.h>

int cut_slice_is(cut_slice slice, const char *text)
{
    size_t size = strlen(text);
    return slice.size == size && memcmp(slice.at, text, size) == 0;
}

int cut_slice_same(cut_slice a, cut_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

int cut_pb_varint(cut_slice *rest, uint64_t *value)
{
    uint64_t sum = 0;
    if (rest->size == 0) return 0;
    for (uint32_t shift = 0; shift < 64; shift += 7) {
        if (rest->size == 0) return -1;
        uint8_t byte = *rest->at++;
        rest->size--;
        sum |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *value = sum;
            return 1;
        }
    }
    return -1;
}

static int take(cut_slice *rest, size_t size, cut_slice *out)
{
    if (size > rest->size) return -1;
    *out = (cut_slice){rest->at, size};
    rest->at += size;
    rest->size -= size;
    return 1;
}

int cut_pb_next(cut_slice *rest, cut_field *field)
{
    uint64_t key;
    int more = cut_pb_varint(rest, &key);
    if (more != 1) return more;
    if (key >> 3 == 0 || key >> 32 != 0) return -1;
    *field = (cut_field){.number = (uint32_t)(key >> 3),
                         .wire = (uint32_t)(key & 7)};
    if (field->wire == 0)
        return cut_pb_varint(rest, &field->value) == 1 ? 1 : -1;
    if (field->wire == 2) {
        uint64_t size;
        if (cut_pb_varint(rest, &size) != 1 || size > rest->size) return -1;
        return take(rest, (size_t)size, &field->bytes);
    }
    if (field->wire != 1 && field->wire != 5) return -1;
    cut_slice fixed;
    if (take(rest, field->wire == 1 ? 8 : 4, &fixed) != 1) return -1;
    memcpy(&field->value, fixed.at, fixed.size);
    return 1;
}
