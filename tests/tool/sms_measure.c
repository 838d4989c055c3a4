/* sms_measure: for system tests: each line is the UTF-8 of a text in hex; prints how it is counted: coding, units, and the units of each part. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/sms_text.h"

enum { PARTS_MOST = 4096 };

static void print_size(const char *text)
{
	static struct sms_slice parts[PARTS_MOST];
	struct sms_size size = sms_measure(text);
	int n = sms_split(text, parts, PARTS_MOST);
	printf("%s %d", size.coding == SMS_GSM7 ? "GSM-7" : "UCS-2", size.units);
	for (int i = 0; i < n; i++)
		printf(" %d", parts[i].units);
	putchar('\n');
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	while ((len = getline(&line, &room, stdin)) > 0) {
		size_t bytes = 0;
		for (char *at = line; at[0] > ' ' && at[1] > ' '; at += 2) {
			const char hex[] = {at[0], at[1], '\0'};
			line[bytes++] = (char)strtol(hex, NULL, 16); /* never ahead of what is still to be read */
		}
		line[bytes] = '\0';
		print_size(line);
	}
	free(line);
	return 0;
}
