/* words: a message as words: lower case ASCII without accents, look-alike letters, stretched letters and digits in place of letters. */
#ifndef SIGAP_CORE_WORDS_H
#define SIGAP_CORE_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WORD_MAX = 64,  /* longer words are cut */
	WORDS_MAX = 512 /* what stands behind is not read: more than three thousand letters */
};
/* One word. Punctuation stands as words of its own: "." (also for ! and line ends; twice, so that phrases do not reach across),
 * "," "?" "#" (also for *) and "%". Laughter of any spelling is "wkwk". */
struct word {
	char text[WORD_MAX];
	uint32_t start, end; /* bytes of the message that it came from */
};
struct words {
	struct word word[WORDS_MAX];
	size_t count;
};
/* Reads UTF-8; malformed bytes separate words. */
void words_read(const char *text, struct words *ret);
/* Whether text is one to most words, single spaces between them, just as words_read() gives them: what a list of words has to be to be found in messages. */
bool words_are_plain(const char *text, size_t most);
#endif
