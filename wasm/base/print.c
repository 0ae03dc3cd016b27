#include "base/print.h"

#include <stdint.h>
#include <string.h>

/* ---- numbers and texts to text ----------------------------------------- */

typedef struct writer {
    char *out;
    size_t size, at; /* at: what was written, and what had no room */
} writer;

static void put(writer *w, const char *bytes, size_t count)
{
    if (count && w->at + 1 < w->size) { /* no bytes may have no address */
        size_t room = w->size - 1 - w->at;
        memcpy(w->out + w->at, bytes, count < room ? count : room);
    }
    w->at += count;
}

static void put_number(writer *w, uint64_t value, int is_negative, int width)
{
    char digits[64];
    int at = (int)sizeof digits, sign = is_negative != 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while ((int)sizeof digits - at + sign < width && at > 1) digits[--at] = '0';
    if (sign) digits[--at] = '-';
    put(w, digits + at, sizeof digits - (size_t)at);
}

/* At most `max` bytes of it, if that is not negative. */
static void put_text(writer *w, const char *text, int max)
{
    size_t count = 0;
    while ((max < 0 || count < (size_t)max) && text[count]) count++;
    put(w, text, count);
}

static int take_digits(const char **format)
{
    int value = 0;
    while (**format >= '0' && **format <= '9')
        value = value * 10 + *(*format)++ - '0';
    return value;
}

int cut_print_list(char *out, size_t size, const char *format, va_list list)
{
    writer w = {out, size, 0};
    while (*format) {
        size_t plain = 0;
        while (format[plain] && format[plain] != '%') plain++;
        put(&w, format, plain);
        format += plain;
        if (!*format) break;
        const char *begin = format++;
        int width = *format == '0' ? take_digits(&format) : 0;
        int precision = -1, longs = 0;
        if (*format == '.') {
            if (*++format == '*') {
                precision = va_arg(list, int);
                format++;
            } else {
                precision = take_digits(&format);
            }
        }
        for (; *format == 'l'; format++) longs++;
        if (*format == 'd') {
            int64_t value = longs > 1 ? va_arg(list, long long)
                            : longs   ? va_arg(list, long)
                                      : va_arg(list, int);
            uint64_t magnitude = value < 0 ? 0 - (uint64_t)value
                                           : (uint64_t)value;
            put_number(&w, magnitude, value < 0, width);
        } else if (*format == 'u') {
            put_number(&w,
                       longs > 1 ? va_arg(list, unsigned long long)
                       : longs   ? va_arg(list, unsigned long)
                                 : va_arg(list, unsigned),
                       0, width);
        } else if (*format == 's') {
            put_text(&w, va_arg(list, const char *), precision);
        } else if (*format == '%') {
            put(&w, "%", 1);
        } else { /* nothing that it knows: as it stands */
            put_text(&w, begin, -1);
            break;
        }
        format++;
    }
    if (size) out[w.at < size ? w.at : size - 1] = 0;
    return (int)w.at;
}

int cut_print(char *out, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int written = cut_print_list(out, size, format, list);
    va_end(list);
    return written;
}

/* ---- text to a number -------------------------------------------------- */

#define MAX_POWER 22 /* the largest power of ten that is a double */

static double power_of_ten(int power)
{
    double value = 1; /* each step is exact */
    while (power-- > 0) value *= 10;
    return value;
}

/* What rounding took from a * b (Dekker). */
static double product_error(double a, double b, double product)
{
    const double split = 134217729.0; /* 2^27 + 1 */
    double ca = split * a, cb = split * b;
    double ah = ca - (ca - a), bh = cb - (cb - b);
    double al = a - ah, bl = b - bh;
    return ((ah * bh - product) + ah * bl + al * bh) + al * bl;
}

/* A number in two doubles: what the first one has no bits for is the second. */
typedef struct twofold {
    double high, low;
} twofold;

static twofold sum_of(double high, double low)
{
    double sum = high + low;
    low -= sum - high;
    return (twofold){sum, low - low == 0 ? low : 0}; /* beyond all doubles */
}

/* value * 10^power, |power| <= MAX_POWER. */
static twofold scaled(twofold value, int power)
{
    double ten = power_of_ten(power < 0 ? -power : power);
    if (power >= 0) {
        double product = value.high * ten;
        double error = product_error(value.high, ten, product);
        error += value.low * ten;
        return sum_of(product, error - error == 0 ? error : 0);
    }
    double quotient = value.high / ten, back = quotient * ten;
    double rest = (value.high - back) - product_error(quotient, ten, back);
    return sum_of(quotient, (rest + value.low) / ten);
}

/* The exponent behind a mantissa, if there is one; its text is passed. */
static int take_exponent(const char **text)
{
    const char *p = *text;
    if (*p != 'e' && *p != 'E') return 0;
    int is_negative = *++p == '-', value = 0;
    if (*p == '-' || *p == '+') p++;
    if (*p < '0' || *p > '9') return 0;
    for (; *p >= '0' && *p <= '9'; p++)
        if (value < 10000) value = value * 10 + *p - '0';
    *text = p;
    return is_negative ? -value : value;
}

double cut_strtod(const char *text, char **end)
{
    const char *p = text;
    int is_negative = *p == '-', digits = 0, power = 0, point = 0;
    uint64_t mantissa = 0;
    if (*p == '-' || *p == '+') p++;
    for (;; p++) {
        if (*p == '.' && !point) {
            point = 1;
            continue;
        }
        if (*p < '0' || *p > '9') break;
        digits++;
        if (mantissa < 100000000000000000u) {
            mantissa = mantissa * 10 + (uint64_t)(*p - '0');
            power -= point;
        } else {
            power += !point;
        }
    }
    if (digits) power += take_exponent(&p);
    if (end) *end = (char *)(uintptr_t)(digits ? p : text);
    if (!digits) return 0;
    double high = (double)mantissa;
    twofold value = {high, (double)((int64_t)mantissa - (int64_t)high)};
    while (power && value.high > 0 && value.high - value.high == 0) {
        int step = power > MAX_POWER    ? MAX_POWER
                   : power < -MAX_POWER ? -MAX_POWER
                                        : power;
        value = scaled(value, step);
        power -= step;
    }
    return is_negative ? -value.high : value.high;
}
