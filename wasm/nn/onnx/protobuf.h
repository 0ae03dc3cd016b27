/* Protobuf's wire format, read in place. */
#ifndef CUT_NN_PROTOBUF_H
#define CUT_NN_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/** Borrowed bytes; not terminated. */
typedef struct cut_slice {
    const uint8_t *at;
    size_t size;
} cut_slice;

typedef struct cut_field {
    uint32_t number, wire; /* wire: 0 varint, 1 64-bit, 2 bytes, 5 32-bit */
    uint64_t value;        /* of wires 0, 1 and 5 */
    cut_slice bytes;       /* of wire 2 */
} cut_field;

/** The next field of a message. 1: there is one; 0: the end; -1: broken. */
int cut_pb_next(cut_slice *rest, cut_field *field);

/** The next number of packed varints. 1, 0, -1 as above. */
int cut_pb_varint(cut_slice *rest, uint64_t *value);

int cut_slice_is(cut_slice slice, const char *text);
int cut_slice_same(cut_slice a, cut_slice b);

#endif
