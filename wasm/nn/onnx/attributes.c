/* Looked up each time: a node has a few. */
#include "nn/onnx/attributes.h"

#include <string.h>

static cut_status bad_attribute(const cut_onnx_node *node, const char *name,
                                cut_error *error)
{
    return cut_fail(error, CUT_E_MODEL, "%.*s (%.*s): %s cannot be read.",
                    CUT_NODE_ARGS(node), name);
}

/* AttributeProto of that name; 1, 0 or -1. */
static int find(const cut_onnx_node *node, const char *name, cut_slice *out)
{
    cut_slice rest = node->message;
    cut_field field;
    while (cut_pb_next(&rest, &field) == 1) {
        if (field.number != 5 || field.wire != 2) continue;
        cut_slice attribute = field.bytes;
        cut_field inner;
        int more, same = 0;
        while ((more = cut_pb_next(&attribute, &inner)) == 1)
            if (inner.number == 1 && inner.wire == 2)
                same = cut_slice_is(inner.bytes, name);
        if (more < 0) return -1;
        if (same) {
            *out = field.bytes;
            return 1;
        }
    }
    return 0;
}

/* The field that holds the value. 1, 0 (attribute absent), -1. */
static int value_of(const cut_onnx_node *node, const char *name,
                    uint32_t number, uint32_t wire, cut_field *value)
{
    cut_slice attribute;
    int there = find(node, name, &attribute);
    if (there != 1) return there;
    while (cut_pb_next(&attribute, value) == 1)
        if (value->number == number && value->wire == wire) return 1;
    *value = (cut_field){.number = number, .wire = wire}; /* proto default */
    return wire == 2 ? -1 : 1;
}

static int fits(uint64_t value)
{
    int64_t number = (int64_t)value;
    return number >= INT32_MIN && number <= INT32_MAX;
}

static int32_t clamped(uint64_t value)
{
    int64_t number = (int64_t)value;
    return number < INT32_MIN   ? INT32_MIN
           : number > INT32_MAX ? INT32_MAX
                                : (int32_t)number;
}

cut_status cut_onnx_int(const cut_onnx_node *node, const char *name,
                        int32_t *value, cut_error *error)
{
    cut_field field;
    int there = value_of(node, name, 3, 0, &field);
    if (there == 0) return CUT_OK;
    if (there < 0 || !fits(field.value))
        return bad_attribute(node, name, error);
    *value = clamped(field.value);
    return CUT_OK;
}

cut_status cut_onnx_float(const cut_onnx_node *node, const char *name,
                          float *value, cut_error *error)
{
    cut_field field;
    int there = value_of(node, name, 2, 5, &field);
    if (there == 0) return CUT_OK;
    if (there < 0) return bad_attribute(node, name, error);
    memcpy(value, &field.value, 4);
    return CUT_OK;
}

cut_status cut_onnx_ints(const cut_onnx_node *node, const char *name,
                         int32_t *values, int max, int *count, cut_error *error)
{
    cut_slice attribute;
    cut_field field;
    *count = 0;
    int there = find(node, name, &attribute);
    if (there < 0) return bad_attribute(node, name, error);
    if (there == 0) return CUT_OK;
    while (cut_pb_next(&attribute, &field) == 1) {
        if (field.number != 8) continue;
        if (field.wire == 0) {
            if (*count == max) return bad_attribute(node, name, error);
            values[(*count)++] = clamped(field.value);
            continue;
        }
        uint64_t number;
        int more;
        while ((more = cut_pb_varint(&field.bytes, &number)) == 1) {
            if (*count == max) return bad_attribute(node, name, error);
            values[(*count)++] = clamped(number);
        }
        if (more < 0) return bad_attribute(node, name, error);
    }
    return CUT_OK;
}

cut_status cut_onnx_string(const cut_onnx_node *node, const char *name,
                           cut_slice *value, cut_error *error)
{
    cut_field field;
    int there = value_of(node, name, 4, 2, &field);
    *value = there == 1 ? field.bytes : (cut_slice){0};
    return there < 0 ? bad_attribute(node, name, error) : CUT_OK;
}

cut_status cut_onnx_tensor_attr(const cut_onnx_node *node, const char *name,
                                cut_onnx_tensor *tensor, int *found,
                                cut_error *error)
{
    cut_field field;
    int there = value_of(node, name, 5, 2, &field);
    *found = there == 1;
    if (there < 0) return bad_attribute(node, name, error);
    return there ? cut_onnx_tensor_read(tensor, field.bytes, error) : CUT_OK;
}

cut_status cut_onnx_only(const cut_onnx_node *node, const char *names,
                         cut_error *error)
{
    cut_slice rest = node->message;
    cut_field field;
    while (cut_pb_next(&rest, &field) == 1) {
        if (field.number != 5 || field.wire != 2) continue;
        cut_slice attribute = field.bytes, name = {0};
        cut_field inner;
        while (cut_pb_next(&attribute, &inner) == 1)
            if (inner.number == 1 && inner.wire == 2) name = inner.bytes;
        int known = 0;
        for (const char *at = names; *at && !known;) {
            size_t size = strcspn(at, " ");
            known = cut_slice_same(name,
                                   (cut_slice){(const uint8_t *)at, size});
            at += size + (at[size] == ' ');
        }
        if (!known)
            return cut_fail(error, CUT_E_MODEL_UNSUPPORTED,
                            "%.*s (%.*s) has the attribute %.*s.",
                            CUT_NODE_ARGS(node), CUT_SLICE_ARGS(name));
    }
    return CUT_OK;
}
