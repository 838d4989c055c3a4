/* triage: what reading one message costs, on one core. triage REGIONS ALIASES HOME LINES ROUNDS LEXICON_FILE...: loads the areas, then reads every line ROUNDS
 * times: whole (words, lexicon, place, verdict), the place alone, and, to have something known beside it, glibc's regexec with an alternation of 200 words. Prints JSON. */
#include <err.h>
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/core/region_file.h"
#include "../../daemon/core/triage.h"
#include "../../daemon/core/words.h"
#include "bench.h"

enum { PATTERN_WORDS = 200, LINES_MAX = 20000 };

struct bench {
	struct arena *arena;
	const struct lexicon *lexicon;
	const struct gazetteer *gazetteer;
	regex_t pattern;
	const char *lines[LINES_MAX];
	size_t count, rounds;
	int64_t *spent;
	size_t found; /* so that nothing is optimised away */
};

static char *read_file(struct arena *a, const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		err(2, "%s", path);
	long size = ftell(f);
	rewind(f);
	char *text = arena_alloc(a, (size_t)size + 1);
	*ret_len = fread(text, 1, (size_t)size, f);
	fclose(f);
	return text;
}

/* Resident memory in KiB. */
static long resident_kib(void)
{
	long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (f == NULL || fscanf(f, "%ld %ld", &pages, &resident) != 2)
		errx(2, "/proc/self/statm");
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void read_lines(struct bench *b, const char *path)
{
	size_t len;
	char *save = NULL;
	for (char *line = strtok_r(read_file(b->arena, path, &len), "\n", &save); line != NULL && b->count < LINES_MAX;
	     line = strtok_r(NULL, "\n", &save))
		b->lines[b->count++] = line;
	b->spent = arena_array(b->arena, int64_t, b->count * b->rounds + 1);
}

/* The first words of four letters and more that the messages hold. */
static void make_pattern(struct bench *b)
{
	static struct words words;
	static char seen[PATTERN_WORDS][WORD_MAX];
	char pattern[PATTERN_WORDS * (WORD_MAX + 1) + 8] = "(";
	size_t n = 0;
	for (size_t i = 0; i < b->count && n < PATTERN_WORDS; i++) {
		words_read(b->lines[i], &words);
		for (size_t w = 0; w < words.count && n < PATTERN_WORDS; w++) {
			bool again = strlen(words.word[w].text) < 4;
			for (size_t s = 0; s < n && !again; s++)
				again = strcmp(seen[s], words.word[w].text) == 0;
			if (again)
				continue;
			memcpy(seen[n++], words.word[w].text, WORD_MAX);
			strcat(pattern, n > 1 ? "|" : "");
			strcat(pattern, words.word[w].text);
		}
	}
	strcat(pattern, ")");
	if (regcomp(&b->pattern, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
		errx(2, "regcomp");
}

static void whole(struct bench *b, const char *line)
{
	static struct triage t;
	triage_text(b->lexicon, b->gazetteer, line, &t);
	b->found += t.place.code[0] != '\0';
}

static void place(struct bench *b, const char *line)
{
	static struct words words;
	const char *text[WORDS_MAX];
	struct place_guess guess;
	words_read(line, &words);
	for (size_t i = 0; i < words.count; i++)
		text[i] = words.word[i].text;
	gazetteer_find(b->gazetteer, text, words.count, &guess);
	b->found += guess.code[0] != '\0';
}

static void search(struct bench *b, const char *line)
{
	b->found += regexec(&b->pattern, line, 0, NULL, 0) == 0;
}

/* Of this thread alone: what else runs on the machine does not count. */
static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static double measure(struct bench *b, void (*read)(struct bench *b, const char *line), const char *name)
{
	size_t n = 0;
	double sum = 0;
	for (size_t round = 0; round < b->rounds; round++) {
		for (size_t i = 0; i < b->count; i++) {
			int64_t before = cpu_ns();
			read(b, b->lines[i]);
			b->spent[n++] = cpu_ns() - before;
		}
	}
	for (size_t i = 0; i < n; i++)
		sum += (double)b->spent[i];
	qsort(b->spent, n, sizeof *b->spent, compare_ns);
	printf("\"%s\":{\"mean_us\":%.2f,\"p50_us\":%.2f,\"p99_us\":%.2f},", name, sum / (double)n / 1e3,
	       percentile_ms(b->spent, n, 50) * 1e3, percentile_ms(b->spent, n, 99) * 1e3);
	return sum;
}

int main(int argc, char **argv)
{
	static struct lexicon_file files[32];
	static struct bench b;
	struct lexicon_fault fault;
	struct region *regions;
	struct region_alias *aliases;
	size_t len, n, alias_count, file_count = 0;
	if (argc < 7 || argc > 38)
		errx(2, "usage: triage REGIONS ALIASES HOME LINES ROUNDS LEXICON_FILE...");
	b.arena = arena_new();
	b.rounds = strtoul(argv[5], NULL, 10);
	for (int i = 6; i < argc; i++, file_count++) {
		const char *text = read_file(b.arena, argv[i], &len);
		files[file_count] = (struct lexicon_file){argv[i], text, len};
	}
	b.lexicon = lexicon_build(b.arena, files, file_count, &fault);
	if (b.lexicon == NULL)
		errx(2, "%s:%d: %s", fault.file, fault.line, fault.detail);
	long without_kib = resident_kib();
	int64_t before = cpu_ns();
	const char *text = read_file(b.arena, argv[1], &len);
	if (!regions_parse(b.arena, text, len, &regions, &n))
		errx(2, "%s: line %zu", argv[1], n);
	text = read_file(b.arena, argv[2], &len);
	if (!aliases_parse(b.arena, text, len, &aliases, &alias_count))
		errx(2, "%s: line %zu", argv[2], alias_count);
	b.gazetteer =
	        gazetteer_build(b.arena, lexicon_place_words(b.lexicon), regions, n, aliases, alias_count, argv[3]);
	printf("{\"regions\":%zu,\"load_ms\":%.1f,\"memory_kib\":%ld,", n, (double)(cpu_ns() - before) / 1e6,
	       resident_kib() - without_kib);
	read_lines(&b, argv[4]);
	make_pattern(&b);
	measure(&b, whole, "warm_up");
	measure(&b, whole, "triage");
	measure(&b, place, "place");
	measure(&b, search, "regexec_200_words");
	printf("\"lines\":%zu,\"places\":%zu}\n", b.count, b.found);
	regfree(&b.pattern);
	arena_free(&b.arena);
	return 0;
}
