/* Eight bytes at a time by eight tables. They are made when they are first
 * needed: no compression makes 8 KB of them smaller on the way to a visitor. */
#include "image/crc32.h"

#include "image/bytes.h"

static uint32_t tables[8][256]; /* [k]: of a byte with k more behind it */

static void make_tables(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xEDB88320u & (0 - (crc & 1)));
        tables[0][i] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (int i = 0; i < 256; i++)
            tables[k][i] = tables[k - 1][i] >> 8 ^
                           tables[0][tables[k - 1][i] & 255];
}

uint32_t cut_crc32(const uint8_t *bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    if (!tables[0][1]) make_tables();
    for (; size >= 8; size -= 8, bytes += 8) {
        uint32_t low = cut_le32(bytes) ^ crc, high = cut_le32(bytes + 4);
        crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^
              tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
              tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
              tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
    }
    for (; size > 0; size--) crc = crc >> 8 ^ tables[0][(crc ^ *bytes++) & 255];
    return ~crc;
}
