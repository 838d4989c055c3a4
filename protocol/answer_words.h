/* answer_words: an SMS cut into words with what each can mean in a partner's answer. Used by sms_answer.c alone. */
#ifndef SIGAP_PROTOCOL_ANSWER_WORDS_H
#define SIGAP_PROTOCOL_ANSWER_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum meaning {
	OTHER,
	NUMBER,
	FILLER,      /* says nothing: forms of address, pronouns, particles */
	STRONG_YES,  /* terima, setuju */
	WEAK_YES,    /* ya, ok, siap: people write them everywhere, so only at the beginning of a clause */
	CAN,         /* bisa, mampu */
	STRONG_NO,   /* tolak */
	NOT,         /* tidak: denies what follows */
	NOT_YET,     /* belum */
	OUTSIDE,     /* bukan, di luar; a decline before OWN */
	OWN,         /* wilayah, kewenangan */
	RESOURCE,    /* petugas, mobil; a decline with LACK */
	LACK,        /* kosong, penuh */
	HARMLESS,    /* "tidak masalah" */
	GO,          /* otw, meluncur */
	WAY,         /* jalan: also a road */
	ARRIVE,      /* tiba, sampai: also "until" */
	UNTIL,       /* sekarang: after "sampai" it makes no arrival */
	AT,          /* di */
	TO,          /* ke */
	PLACE,       /* lokasi, tkp */
	AT_PLACE,    /* dilokasi */
	TO_PLACE,    /* kelokasi */
	DONE,        /* selesai */
	CLAIM,       /* ambil */
	ALREADY,     /* sudah, sedang, posisi */
	SOON,        /* akan, segera, hampir: not yet so */
	HEDGE,       /* dulu, cek, tunggu: something else comes first */
	BUT,         /* tapi */
	ONLY_IF,     /* kalau, setelah, balas: the rest of the clause says nothing */
	PLEASE,      /* mohon, tolong: asks it of us */
	SOMEBODY,    /* keluarga, warga: somebody else does it */
	QUESTION,    /* dimana, kapan */
	THANKS,      /* kasih */
	MINUTES,     /* menit */
	HOURS,       /* jam: after a number a duration, before one a time of day */
	HALF,        /* setengah */
	AGO,         /* lalu */
	TIME_OF_DAY, /* pukul */
	COUNTED,     /* "2 orang", "5 km" */
	COUNTER,     /* "rt 5", "km 5" */
	LABEL,       /* laporan, nomor: the incident's number follows */
	NO_OR_LABEL, /* no: "nomor" or the English word; never left in a result */
	AGENCY,      /* polsek: a name follows */
	VERB,        /* hadir, bantu: what is refused after "tidak bisa" */
	SHIFT,       /* piket: the answer is about a shift */
	BECAUSE,     /* karena */
	MEANINGS
};

struct word {
	uint64_t meanings; /* bits of enum meaning ("orang" is SOMEBODY and COUNTED); OTHER alone: not known */
	bool marked;       /* a number written as #1042 */
	bool ends_clause;  /* punctuation or the end follows */
	bool asked;        /* with ends_clause: it is a question mark */
	int tenths;        /* of "1,5" */
	int64_t value;     /* of a number that can be an incident's, else -1 */
	size_t from, to;   /* bytes in the text */
};
enum { WORDS_MAX = 96 }; /* three parts of a message; what comes after is not read */

static inline bool word_is(const struct word *w, enum meaning m)
{
	return (w->meanings >> m & 1) != 0;
}
/* Returns how many words were found. */
int answer_words(const char *text, struct word ret[WORDS_MAX]);
#endif
