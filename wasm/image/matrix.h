/* 3 x 3 matrices, row by row: from one set of primaries to another. */
#ifndef CUT_IMAGE_MATRIX_H
#define CUT_IMAGE_MATRIX_H

/* Inverse of a 3 x 3 matrix. 0: it has none. */
static inline int cut_matrix_invert(double out[9], const double m[9])
{
    double minor[9];
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            int r1 = (r + 1) % 3, r2 = (r + 2) % 3;
            int c1 = (c + 1) % 3, c2 = (c + 2) % 3;
            minor[c * 3 + r] = m[r1 * 3 + c1] * m[r2 * 3 + c2] -
                               m[r1 * 3 + c2] * m[r2 * 3 + c1];
        }
    double det = m[0] * minor[0] + m[1] * minor[3] + m[2] * minor[6];
    if (!(det > 1e-6) && !(det < -1e-6)) return 0;
    for (int i = 0; i < 9; i++) out[i] = minor[i] / det;
    return 1;
}

/* out = a b; out is neither of them. */
static inline void cut_matrix_multiply(double out[9], const double a[9],
                                       const double b[9])
{
    for (int i = 0; i < 9; i++)
        out[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[3 + i % 3] +
                 a[i / 3 * 3 + 2] * b[6 + i % 3];
}

#endif
