/* fit: what train.py has computed: multinomial logistic regression over features that are there or not, by AdaGrad, pulled towards zero.
 * usage: fit RATE PULL EPOCHS HIDDEN < lines > weights
 * A line: weight, label (-1: may be any), one offset a class, then its features' numbers, all separated by spaces, the features in front of a last number, the
 * size by whose root their sum is divided. The same lines give the same weights, one row of classes a feature. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 7, FEATURES_MAX = 1 << 18, LINE_FEATURES = 8192 };

struct line {
	double weight, offset[CLASSES], size;
	int label;
	uint32_t *features;
	size_t count;
};
struct fit {
	double rate, pull, hidden;
	struct line *lines;
	size_t count, room, features;
	float (*weight)[CLASSES], (*speed)[CLASSES];
	double (*sum)[CLASSES]; /* of the weights after each epoch of the second half: their mean wavers less */
	uint32_t random;
};

static double chance(struct fit *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 17;
	f->random ^= f->random << 5;
	return f->random / 4294967296.0;
}

static void *must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

static void read_line(struct fit *f, char *text)
{
	static double number[LINE_FEATURES];
	size_t n = 0;
	char *end = NULL;
	for (double x = strtod(text, &end); end != text && n < LINE_FEATURES; x = strtod(text, &end)) {
		number[n++] = x;
		text = end;
	}
	if (n < 3 + CLASSES)
		return;
	if (f->count == f->room) {
		f->room = f->room * 2 + 64;
		f->lines = must(realloc(f->lines, f->room * sizeof *f->lines));
	}
	struct line *l = &f->lines[f->count++];
	*l = (struct line){.weight = number[0], .label = (int)number[1], .size = number[n - 1]};
	memcpy(l->offset, number + 2, sizeof l->offset);
	l->count = n - 3 - CLASSES;
	l->features = must(malloc((l->count + 1) * sizeof *l->features));
	for (size_t i = 0; i < l->count; i++) {
		l->features[i] = (uint32_t)number[2 + CLASSES + i] % FEATURES_MAX;
		f->features = l->features[i] >= f->features ? l->features[i] + 1 : f->features;
	}
}

static void learn(struct fit *f, const struct line *l)
{
	static uint32_t shown[LINE_FEATURES];
	double p[CLASSES], top = -1e9, sum = 0, scale = 1 / sqrt(l->size + 1);
	size_t n = 0;
	for (size_t i = 0; i < l->count; i++)
		if (chance(f) >= f->hidden)
			shown[n++] = l->features[i];
	for (int c = 0; c < CLASSES; c++) {
		p[c] = l->offset[c];
		for (size_t i = 0; i < n; i++)
			p[c] += (double)f->weight[shown[i]][c] * scale;
		top = fmax(top, p[c]);
	}
	for (int c = 0; c < CLASSES; c++)
		sum += p[c] = exp(p[c] - top);
	for (int c = 0; c < CLASSES; c++) {
		double wanted = l->label < 0 ? 1.0 / CLASSES : c == l->label;
		double slope = l->weight * (p[c] / sum - wanted) * scale;
		for (size_t i = 0; i < n; i++) {
			float *w = &f->weight[shown[i]][c], *s = &f->speed[shown[i]][c];
			double g = slope + f->pull * (double)*w;
			*s += (float)(g * g);
			*w -= (float)(f->rate * g / sqrt((double)*s));
		}
	}
}

static void shuffle(struct fit *f)
{
	for (size_t i = f->count; i-- > 1;) {
		size_t k = (size_t)(chance(f) * (double)(i + 1));
		struct line other = f->lines[i];
		f->lines[i] = f->lines[k];
		f->lines[k] = other;
	}
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	struct fit f = {.rate = atof(argv[1]), .pull = atof(argv[2]), .hidden = atof(argv[4]), .random = 20261122};
	char *text = NULL;
	size_t room = 0;
	while (getline(&text, &room, stdin) > 0)
		read_line(&f, text);
	f.weight = must(calloc(FEATURES_MAX, sizeof *f.weight));
	f.speed = must(calloc(FEATURES_MAX, sizeof *f.speed));
	for (size_t i = 0; i < f.features; i++)
		for (int c = 0; c < CLASSES; c++)
			f.speed[i][c] = 0.01F;
	f.sum = must(calloc(FEATURES_MAX, sizeof *f.sum));
	int epochs = atoi(argv[3]), summed = (epochs + 1) / 2;
	for (int epoch = 0; epoch < epochs; epoch++) {
		shuffle(&f);
		for (size_t i = 0; i < f.count; i++)
			learn(&f, &f.lines[i]);
		for (size_t i = 0; epoch >= epochs - summed && i < f.features; i++)
			for (int c = 0; c < CLASSES; c++)
				f.sum[i][c] += (double)f.weight[i][c];
	}
	for (size_t i = 0; i < f.features; i++)
		for (int c = 0; c < CLASSES; c++)
			printf("%.3f%c", f.sum[i][c] / summed, c == CLASSES - 1 ? '\n' : ' ');
	return 0;
}
