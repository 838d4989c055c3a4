/* delivery_now: for system tests: each line is the number of parts sent and reports "STATE:PART:PARTS"; prints what they say together, "none" for nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/delivery.h"

static void add(struct delivery *d, const char *word)
{
	int part = 0, parts = 0;
	size_t len = strcspn(word, ":");
	sscanf(word + len, ":%d:%d", &part, &parts);
	for (int s = 0; s < DELIVERY_STATES; s++)
		if (strlen(delivery_state_names[s]) == len && strncmp(delivery_state_names[s], word, len) == 0)
			delivery_add(d, (enum delivery_state)s, part, parts);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	while (getline(&line, &room, stdin) > 0) {
		struct delivery d;
		enum delivery_state state;
		char *rest = NULL;
		delivery_init(&d, atoi(strtok_r(line, " \n", &rest)));
		for (char *word; (word = strtok_r(NULL, " \n", &rest)) != NULL;)
			add(&d, word);
		puts(delivery_now(&d, &state) ? delivery_state_names[state] : "none");
	}
	free(line);
	return 0;
}
