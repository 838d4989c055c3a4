/* rfc3339: see rfc3339.h. */
#include "rfc3339.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const int64_t day_s = 86400, second_us = 1000000;

/* Days from 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t d = days - era * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t day_of_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * day_of_year + 2) / 153;
	*ret_day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	*ret_month = (int)(m < 10 ? m + 3 : m - 9);
	*ret_year = (int)(y + era * 400 + (*ret_month <= 2));
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

/* Exactly n digits at *at; -1 when they are not there. */
static int digits(const char **at, int n)
{
	int value = 0;
	for (; n > 0; n--, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

/* n digits in from..to followed by the character that ends this part ('\0': none). */
static bool part(const char **at, int n, int from, int to, char end, int *ret)
{
	*ret = digits(at, n);
	if (*ret < from || *ret > to)
		return false;
	if (end == '\0')
		return true;
	bool ok = (**at == end) || (end == 'T' && **at == 't');
	*at += ok;
	return ok;
}

/* Optional ".digits", to microseconds; further digits are cut. */
static bool fraction(const char **at, int64_t *ret_us)
{
	*ret_us = 0;
	if (**at != '.')
		return true;
	const char *start = ++*at;
	int64_t unit = second_us / 10;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*ret_us += (**at - '0') * unit;
	return *at > start;
}

static bool offset(const char **at, int *ret_s)
{
	*ret_s = 0;
	char sign = *(*at)++;
	if (sign == 'Z' || sign == 'z')
		return true;
	int hours, minutes;
	if ((sign != '+' && sign != '-') || !part(at, 2, 0, 23, ':', &hours) || !part(at, 2, 0, 59, '\0', &minutes))
		return false;
	*ret_s = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

bool rfc3339_parse(const char *text, int64_t *ret_us)
{
	const char *at = text;
	int year, month, day, hour, minute, second, offset_s;
	int64_t us;
	if (!part(&at, 4, 0, 9999, '-', &year) || !part(&at, 2, 1, 12, '-', &month) ||
	    !part(&at, 2, 1, 31, 'T', &day) || !part(&at, 2, 0, 23, ':', &hour) || !part(&at, 2, 0, 59, ':', &minute) ||
	    !part(&at, 2, 0, 60, '\0', &second) || !fraction(&at, &us) || *at == '\0' || !offset(&at, &offset_s) ||
	    *at != '\0')
		return false;
	if (day > days_in_month(year, month))
		return false;
	int64_t minutes_s = days_of(year, month, day) * day_s + hour * 3600 + minute * 60 - offset_s;
	if (second == 60) {
		/* leap seconds end a day of UTC (RFC 3339, 5.7) */
		if ((minutes_s + 60) % day_s != 0)
			return false;
		second = 59;
	}
	*ret_us = (minutes_s + second) * second_us + us;
	return true;
}

/* A moment taken apart at a fixed offset. Years outside 0000-9999, which no text form has, become the nearest that one has. */
struct clock_parts {
	int year, month, day, hour, minute, second, ms;
};

static struct clock_parts parts_of(int64_t unix_us, int offset_s)
{
	const int64_t first_s = days_of(0, 1, 1) * day_s, last_s = days_of(9999, 12, 31) * day_s + day_s - 1;
	int64_t us = unix_us % second_us;
	int64_t seconds = unix_us / second_us - (us < 0);
	us += us < 0 ? second_us : 0;
	seconds += offset_s;
	seconds = seconds < first_s ? first_s : seconds > last_s ? last_s : seconds;
	int64_t days = seconds / day_s - (seconds % day_s < 0);
	int rest = (int)(seconds - days * day_s);
	struct clock_parts p = {
	        .hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60, .ms = (int)(us / 1000)};
	date_of(days, &p.year, &p.month, &p.day);
	return p;
}

/* Writes value over the run of 'x' at the beginning of at, zero padded; returns what follows it and the separator. */
static char *put(char *at, int value)
{
	size_t len = strspn(at, "x");
	for (size_t i = len; i > 0; i--, value /= 10)
		at[i - 1] = (char)('0' + value % 10);
	return at + len + (at[len] != '\0');
}

void rfc3339_format(int64_t unix_us, char ret[RFC3339_MAX])
{
	struct clock_parts p = parts_of(unix_us, 0);
	memcpy(ret, "xxxx-xx-xxTxx:xx:xx.xxxZ", sizeof "xxxx-xx-xxTxx:xx:xx.xxxZ");
	char *at = put(put(put(ret, p.year), p.month), p.day);
	put(put(put(put(at, p.hour), p.minute), p.second), p.ms);
}

void clock_format(int64_t unix_us, int offset_s, char ret[6])
{
	struct clock_parts p = parts_of(unix_us, offset_s);
	memcpy(ret, "xx:xx", 6);
	put(put(ret, p.hour), p.minute);
}

void date_format(int64_t unix_us, int offset_s, char ret[11])
{
	struct clock_parts p = parts_of(unix_us, offset_s);
	memcpy(ret, "xx-xx-xxxx", 11);
	put(put(put(ret, p.day), p.month), p.year);
}

bool date_parse(const char *text, int offset_s, int64_t *ret_us)
{
	const char *at = text;
	int year, month, day;
	if (!part(&at, 4, 0, 9999, '-', &year) || !part(&at, 2, 1, 12, '-', &month) ||
	    !part(&at, 2, 1, 31, '\0', &day) || *at != '\0' || day > days_in_month(year, month))
		return false;
	*ret_us = (days_of(year, month, day) * day_s - offset_s) * second_us;
	return true;
}

int64_t date_begin(int64_t unix_us, int offset_s)
{
	int64_t day_us = day_s * second_us, local = unix_us + offset_s * second_us;
	int64_t since = local % day_us;
	return unix_us - (since < 0 ? since + day_us : since);
}

bool rfc3339_parse_loose(const char *text, int64_t *ret_us)
{
	enum { DATE = 10, TIME = 8 };
	char strict[DATE + 1 + TIME + 24];
	if (strlen(text) < DATE + 1 + TIME || strlen(text) > DATE + 1 + TIME + 16)
		return false;
	const char *time = text + DATE + 1, *rest = time + TIME;
	size_t fraction = *rest == '.' ? 1 + strspn(rest + 1, "0123456789") : 0;
	const char *offset = rest + fraction + strspn(rest + fraction, " ");
	size_t figures = *offset != '\0' ? strspn(offset + 1, "0123456789") : 0;
	bool plain = (*offset == '+' || *offset == '-') && offset[1 + figures] == '\0';
	if ((text[DATE] != ' ' && text[DATE] != 'T') || (plain && figures != 2 && figures != 4))
		return false;
	if (*offset == '\0')
		offset = "Z";
	snprintf(strict, sizeof strict, "%.*sT%.*s%.*s%.*s%s%s", DATE, text, TIME, time, (int)fraction, rest,
	         plain ? 3 : 0, offset, plain ? ":" : "", plain && figures == 2 ? "00" : offset + (plain ? 3 : 0));
	return rfc3339_parse(strict, ret_us);
}
