/* layer: core */
/* plan: who is told, who is asked and which clocks run, for what is known of a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "../../daemon/core/ladder.h"
#include "../../daemon/core/plan.h"
#include "../../protocol/json.h"
#include "../../protocol/sms_text.h"
#include "config_replies.h"

static struct arena *arena;
static struct directory directory;
static struct plan_setting setting;
static unsigned ids;

static const struct region regions[] = {
        {"64", "Kalimantan Timur"},
        {"64.09", "Kabupaten Penajam Paser Utara"},
        {"64.09.01", "Penajam"},
        {"64.09.03", "Babulu"},
        {"64.09.04", "Sepaku"},
        {"64.09.01.1003", "Petung"},
        {"64.09.01.1012", "Gunung Seteleng"},
        {"64.09.03.2002", "Labangka"},
        {"64.09.03.2006", "Sebakung Jaya"},
        {"64.09.03.2012", "Labangka Barat"},
        {"64.09.04.2002", "Bukit Raya"},
        {"64.71.01.1001", "Tempat Jauh"},
};
static const struct person people[] = {
        {"piket", "Sari", "+628000000900", "coordinator", "64.09", false},
        {"tanpa-hp", "Tono", NULL, "coordinator", "64.09", false},
        {"babulu", "Budi", "+628000000901", "officer", "64.09.03", false},
};
static const struct single_shift shifts[] = {
        {&people[0], "coordinator", {0}, {INT64_MAX}, {{0}}},
        {&people[1], "coordinator", {0}, {INT64_MAX}, {{0}}},
};

static struct uuid next_id(void)
{
	ids++;
	return (struct uuid){{1, [14] = (uint8_t)(ids >> 8), [15] = (uint8_t)ids}};
}

static char *file_text(const char *name, size_t *ret_len)
{
	enum { MOST = 200000 };
	char *text = arena_alloc(arena, MOST + 1);
	FILE *f = fopen(name, "rb");
	assert_non_null(f);
	*ret_len = fread(text, 1, MOST, f);
	fclose(f);
	return text;
}

static int start(void **state)
{
	(void)state;
	static const uint8_t key[32] = {7};
	struct buf faults;
	size_t len;
	buf_init(&faults, 100000);
	arena = arena_new();
	ids = 0;
	char *text = file_text(SOURCE_DIR "/config/policy.jsonc", &len);
	setting = (struct plan_setting){.now = {1795255500000000}, /* 2026-11-21T10:05:00Z, 18:05 WITA */
	                                .link_base = "https://sigap.example/d/",
	                                .link_key = key,
	                                .new_id = next_id,
	                                .directory = &directory};
	setting.policy = policy_read(arena, "policy.jsonc", text, len, &faults);
	setting.replies = config_replies_read(arena);
	text = file_text(SOURCE_DIR "/config/agencies.json", &len);
	directory =
	        (struct directory){.people = people, .person_count = 3, .roster = {.shifts = shifts, .shift_count = 2}};
	directory_read_agencies(arena, text, len, &directory.agencies, &directory.agency_count, &faults);
	directory_index(arena, &directory);
	setting.gazetteer = gazetteer_build(arena, NULL, regions, sizeof regions / sizeof *regions, NULL, 0, "64.09");
	assert_string_equal(faults.data, "");
	buf_free(&faults);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* ---- asking for a plan ---- */

static struct triage sure(enum incident_type type, enum urgency urgency, const char *village)
{
	struct triage t = {.type = type, .type_confidence = 0.9, .urgency = urgency};
	snprintf(t.place.code, sizeof t.place.code, "%s", village);
	t.place.confidence = 0.95;
	return t;
}

static struct plan *plan_for(const struct triage *t, const char *phone)
{
	const struct plan_input in = {.triage = t,
	                              .number = 1042,
	                              .place_text = "RT 03 dekat pasar",
	                              .has_position = true,
	                              .lat = -1.5,
	                              .lon = 116.5,
	                              .reporter_phone = phone,
	                              .sms_report = phone != NULL};
	return plan_make(arena, &setting, &in);
}

static const char *agencies_of(const struct plan *p)
{
	const char *all = "";
	for (size_t i = 0; i < p->dispatch_count; i++)
		all = arena_printf(arena, "%s%s%s", all, i > 0 ? " " : "", p->dispatches[i].agency->slug);
	return all;
}

static void assert_told(enum incident_type type, enum urgency urgency, unsigned flags, const char *village,
                        const char *slugs)
{
	struct triage t = sure(type, urgency, village);
	t.flags = flags;
	assert_string_equal(agencies_of(plan_for(&t, NULL)), slugs);
}

/* The n-th notice of that kind, or NULL. */
static const struct plan_notice *notice_of(const struct plan *p, enum notice_kind kind, size_t n)
{
	for (size_t i = 0; i < p->notice_count; i++)
		if (p->notices[i].kind == kind && n-- == 0)
			return &p->notices[i];
	return NULL;
}

static const char *sms_of(const struct plan *p, enum notice_kind kind)
{
	for (size_t i = 0; i < p->notice_count; i++)
		if (p->notices[i].kind == kind && p->notices[i].channel == CHANNEL_SMS)
			return p->notices[i].body;
	return "none";
}

static const struct plan_deadline *clock_of(const struct plan *p, enum clock clock)
{
	for (size_t i = 0; i < p->deadline_count; i++)
		if (p->deadlines[i].clock == clock)
			return &p->deadlines[i];
	return NULL;
}

static bool has_reason(const struct plan *p, const char *words)
{
	for (size_t i = 0; i < p->reason_count; i++)
		if (strstr(p->reasons[i], words) != NULL)
			return true;
	return false;
}

/* What holds for every plan. */
static void assert_sound(const struct plan *p)
{
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *n = &p->notices[i];
		assert_false(uuid_is_nil(n->id));
		assert_int_equal(strlen(n->body), n->body_len);
		assert_non_null(n->address);
		assert_null(strchr(n->channel == CHANNEL_SMS ? n->body : "", '{'));
		if (n->channel == CHANNEL_SMS) {
			struct sms_size size = sms_measure(n->body);
			if (size.coding != SMS_GSM7 || size.parts != 1)
				fail_msg("%s", n->body);
		}
		assert_true(n->contact == NULL || strcmp(n->contact->address, n->address) == 0);
		for (size_t k = 0; k < i; k++)
			assert_false(uuid_equal(p->notices[k].id, n->id));
	}
	for (size_t i = 0; i < p->dispatch_count; i++) {
		size_t armed = 0;
		for (size_t k = 0; k < p->deadline_count; k++)
			armed += uuid_equal(p->deadlines[k].subject, p->dispatches[i].id) &&
			         p->deadlines[k].clock == CLOCK_ACCEPT && p->deadlines[k].step == 0 &&
			         p->deadlines[k].after_s == p->dispatches[i].accept_s;
		assert_int_equal(armed, 1);
	}
	assert_int_equal(p->state[0] == 'o', clock_of(p, CLOCK_TRIAGE) != NULL);
}

/* ---- who is told ---- */

static void normal_abandoned_person_is_police_and_village_office(void **state)
{
	(void)state;
	assert_told(TYPE_ABANDONED_PERSON, URGENCY_NORMAL, 0, "64.09.03.2002", "polsek-babulu desa-labangka");
	assert_told(TYPE_ABANDONED_PERSON, URGENCY_HIGH, 0, "64.09.03.2002",
	            "polsek-babulu desa-labangka puskesmas-babulu");
	assert_told(TYPE_ABANDONED_PERSON, URGENCY_NORMAL, FLAG_INJURED, "64.09.01.1003",
	            "polsek-penajam kelurahan-petung puskesmas-petung");
}

static void body_is_police_and_bpbd_and_the_hospital_when_urgent(void **state)
{
	(void)state;
	assert_told(TYPE_UNCLAIMED_BODY, URGENCY_CRITICAL, 0, "64.09.04.2002", "polsek-sepaku bpbd-ppu rsud-rapb");
	assert_told(TYPE_UNCLAIMED_BODY, URGENCY_NORMAL, 0, "64.09.04.2002", "polsek-sepaku bpbd-ppu");
	assert_told(TYPE_UNCLAIMED_BODY, URGENCY_NORMAL, FLAG_HOSPITAL_DEATH, "64.09.04.2002",
	            "polsek-sepaku bpbd-ppu rsud-rapb");
}

static void shackled_patient_is_puskesmas_and_village_and_police_only_in_danger(void **state)
{
	(void)state;
	assert_told(TYPE_SHACKLED_PATIENT, URGENCY_CRITICAL, FLAG_MENTAL, "64.09.04.2002",
	            "puskesmas-sepaku-1 desa-bukit-raya");
	assert_told(TYPE_SHACKLED_PATIENT, URGENCY_NORMAL, FLAG_WEAPON, "64.09.04.2002",
	            "puskesmas-sepaku-1 desa-bukit-raya polsek-sepaku");
}

static void other_matter_is_village_and_the_social_office_itself(void **state)
{
	(void)state;
	assert_told(TYPE_OTHER_SOCIAL, URGENCY_NORMAL, 0, "64.09.01.1003", "kelurahan-petung dinsos-trc");
}

static void sure_report_is_triaged_and_every_contact_told_at_once(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_ABANDONED_PERSON, URGENCY_HIGH, "64.09.03.2002");
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	assert_string_equal(p->state, "triaged");
	assert_string_equal(p->region, "64.09.03.2002");
	assert_string_equal(p->place_name, "Labangka");
	assert_string_equal(p->summary, "Orang terlantar, tinggi, Labangka");
	assert_int_equal(p->number, 1042);
	assert_int_equal(p->deadline_count, 3);
	assert_int_equal(p->notice_count, 3 * 2 + 1);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(p->notices[i].kind, NOTICE_CREATED);
		assert_int_equal(p->notices[i].priority, 0);
		assert_true(uuid_equal(p->notices[i].about, p->dispatches[p->notices[i].dispatch].id));
	}
	assert_int_equal(p->dispatches[0].accept_s, 900);
	assert_int_equal(p->dispatches[0].arrive_s, 3600);
	assert_string_equal(p->dispatches[0].role, "secure");
	assert_string_equal(p->dispatches[0].why, "rule 1 of abandoned_person (high): police serving 64.09.03");
	assert_true(has_reason(p, "type and place sure"));
}

static void webhook_body_shows_the_incident_and_the_answer_link(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_ABANDONED_PERSON, URGENCY_CRITICAL, "64.09.03.2002");
	struct plan *p = plan_for(&t, "+628123456789");
	const struct plan_notice *n = notice_of(p, NOTICE_CREATED, 0);
	char token[LINK_TOKEN_TEXT], dispatch[UUID_TEXT], incident[UUID_TEXT];
	struct json_fault fault;
	assert_int_equal(n->channel, CHANNEL_WEBHOOK);
	assert_string_equal(n->address, "http://127.0.0.1:8089/agencies/polsek-babulu");
	cJSON *tree = json_parse(n->body, n->body_len, &fault);
	assert_non_null(tree);
	const cJSON *data = json_member(tree, "data"), *d = json_member(data, "dispatch"),
	            *i = json_member(data, "incident"), *place = json_member(i, "place");
	link_token_make(setting.link_key, p->dispatches[0].id, token);
	uuid_format(p->dispatches[0].id, dispatch);
	uuid_format(p->incident, incident);
	assert_string_equal(json_string(tree, "type"), "dispatch.created");
	assert_string_equal(json_string(d, "id"), dispatch);
	assert_string_equal(json_string(d, "state"), "notified");
	assert_string_equal(json_string(d, "url"), arena_printf(arena, "https://sigap.example/d/%s", token));
	assert_string_equal(json_string(d, "accept_by"), "2026-11-21T10:10:00.000Z");
	assert_string_equal(json_string(i, "id"), incident);
	assert_string_equal(json_string(i, "type"), "abandoned_person");
	assert_string_equal(json_string(place, "village_code"), "64.09.03.2002");
	assert_string_equal(json_string(place, "name"), "Labangka");
	assert_string_equal(json_string(place, "text"), "RT 03 dekat pasar");
	cJSON_Delete(tree);
}

static void texts_carry_no_phone_no_free_text_and_no_link_key(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_SHACKLED_PATIENT, URGENCY_HIGH, "64.09.01.1012");
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	for (size_t i = 0; i < p->notice_count; i++) {
		assert_null(strstr(p->notices[i].body, "8123456789"));
		if (p->notices[i].channel == CHANNEL_SMS)
			assert_null(strstr(p->notices[i].body, "RT 03"));
	}
	assert_string_equal(
	        sms_of(p, NOTICE_CREATED),
	        "[DINSOS PPU] 1042 Pasien dipasung Tinggi, Gunung Seteleng. Mohon dukungan pemeriksaan & rujukan. "
	        "Balas TERIMA 1042 / TOLAK 1042.");
}

static void stored_ladders_are_what_the_ladder_reads_with_up_resolved(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_SHACKLED_PATIENT, URGENCY_NORMAL, "64.09.03.2006");
	struct plan *p = plan_for(&t, NULL);
	struct stored_ladders l;
	assert_string_equal(p->dispatches[0].agency->slug, "puskesmas-sebakung-jaya");
	assert_true(ladders_parse(arena, p->dispatches[0].ladders, &l));
	assert_int_equal(l.accept.count, 4);
	assert_int_equal(l.accept.rungs[0].target, RUNG_AGAIN);
	assert_int_equal(l.accept.rungs[0].wait_s, 180);
	assert_string_equal(l.accept.rungs[2].slug, "puskesmas-babulu");
	assert_string_equal(l.accept.rungs[3].slug, "rsud-rapb");
	assert_int_equal(l.accept.repeat_s, 1800);
	assert_int_equal(l.late.count, 2);
	/* a village office has nothing above it: the rung stays, empty, and the ladder skips it */
	assert_true(ladders_parse(arena, p->dispatches[1].ladders, &l));
	assert_int_equal(l.accept.rungs[2].target, RUNG_UP);
	assert_null(l.accept.rungs[2].slug);
	assert_non_null(
	        strstr(p->dispatches[1].ladders, "{\"accept\":[{\"to\":\"again\",\"slug\":null,\"wait_s\":120},"));
}

/* ---- what is not sure ---- */

static void unsure_place_tells_the_regency_and_asks_once(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_ABANDONED_PERSON, URGENCY_CRITICAL, "64.09.03.2002");
	t.place.confidence = 0.69;
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	assert_string_equal(p->state, "open");
	assert_string_equal(agencies_of(p), "polres-ppu rsud-rapb");
	assert_string_equal(p->region, "64.09");
	assert_string_equal(p->summary, "Orang terlantar, kritis, lokasi belum pasti");
	assert_int_equal(clock_of(p, CLOCK_TRIAGE)->after_s, 300);
	assert_true(uuid_equal(clock_of(p, CLOCK_TRIAGE)->subject, p->incident));
	assert_non_null(strstr(sms_of(p, NOTICE_RECEIPT), "(1042). Mohon sebutkan desa/kelurahan"));
	assert_null(notice_of(p, NOTICE_RECEIPT, 1));
	assert_string_equal(
	        sms_of(p, NOTICE_DUTY),
	        "[TRC] 1042 Kritis lokasi belum pasti: laporan baru perlu telaah dalam 5 mnt. Balas AMBIL 1042.");
	assert_true(has_reason(p, "rule 2: no village_office serves 64.09"));
	/* partners are not told a village that nobody is sure of */
	assert_null(strstr(notice_of(p, NOTICE_CREATED, 0)->body, "Labangka"));
}

static void two_candidates_are_offered_as_a_choice(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_ABANDONED_PERSON, URGENCY_NORMAL, "64.09.03.2002");
	t.place.confidence = 0.5;
	t.place.candidate_count = 2;
	strcpy(t.place.candidates[0].code, "64.09.03.2002");
	strcpy(t.place.candidates[1].code, "64.09.03.2012");
	assert_string_equal(
	        sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT),
	        "Laporan 1042: apakah lokasinya di Labangka (balas 1) atau Labangka Barat (balas 2)? Terima kasih.");
	t.place.candidate_count = 3;
	assert_non_null(strstr(sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT), "sebutkan desa/kelurahan"));
}

static void named_district_is_kept_when_the_village_is_unknown(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_ABANDONED_PERSON, URGENCY_NORMAL, "");
	strcpy(t.place.district, "64.09.03");
	struct plan *p = plan_for(&t, NULL);
	assert_sound(p);
	assert_string_equal(p->region, "64.09.03");
	assert_string_equal(agencies_of(p), "polres-ppu");
	assert_non_null(strstr(sms_of(p, NOTICE_CREATED), "Kec. Babulu, desa belum pasti"));
	strcpy(t.place.district, "64.71.01"); /* another regency's */
	assert_string_equal(plan_for(&t, NULL)->region, "64.09");
}

static void unsure_type_moves_no_agency_but_a_human(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_UNCLAIMED_BODY, URGENCY_HIGH, "64.09.03.2002");
	t.type_confidence = 0.59;
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	assert_int_equal(p->dispatch_count, 0);
	assert_int_equal(p->type, TYPE_UNSURE);
	assert_string_equal(p->state, "open");
	assert_false(uuid_is_nil(p->incident));
	assert_string_equal(p->summary, "Perlu telaah, tinggi, Labangka");
	assert_int_equal(clock_of(p, CLOCK_TRIAGE)->after_s, 600);
	assert_string_equal(notice_of(p, NOTICE_DUTY, 0)->address, "+628000000900");
	assert_null(notice_of(p, NOTICE_DUTY, 1)); /* who has no phone is not told */
	assert_string_equal(sms_of(p, NOTICE_RECEIPT), "Terima kasih, Bpk/Ibu. Laporan 1042 kami terima 18:05 WITA dan "
	                                               "segera ditelaah petugas piket. Dinsos PPU "
	                                               "siaga 24 jam.");
	t.ask = "type";
	assert_non_null(strstr(sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT), "mohon jelaskan singkat"));
	t.type = TYPE_UNSURE;
	t.type_confidence = 1;
	assert_string_equal(plan_for(&t, NULL)->state, "open");
	t.type = TYPE_NOT_A_REPORT; /* perhaps not a report: nothing is dropped */
	t.type_confidence = 0.3;
	assert_string_equal(plan_for(&t, NULL)->state, "open");
}

static void no_agency_at_all_is_told_to_a_human(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_UNCLAIMED_BODY, URGENCY_NORMAL, "64.71.01.1001");
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	assert_string_equal(p->state, "open");
	assert_int_equal(p->dispatch_count, 0);
	assert_true(has_reason(p, "no agency can be told"));
	assert_true(has_reason(p, "nobody on duty for 64.71.01.1001"));
	/* and the reporter is not told that police were called */
	assert_non_null(strstr(sms_of(p, NOTICE_RECEIPT), "segera ditelaah petugas piket"));
}

static void what_is_no_report_makes_no_incident(void **state)
{
	(void)state;
	static const enum incident_type silent[] = {TYPE_NOT_A_REPORT, TYPE_STATUS_QUERY, TYPE_FOLLOWUP};
	for (size_t i = 0; i < 3; i++) {
		struct triage t = sure(silent[i], URGENCY_NORMAL, "64.09.03.2002");
		struct plan *p = plan_for(&t, "+628123456789");
		assert_true(uuid_is_nil(p->incident));
		assert_string_equal(p->state, "");
		assert_int_equal(p->dispatch_count + p->deadline_count, 0);
		assert_int_equal(p->notice_count, silent[i] == TYPE_NOT_A_REPORT);
		assert_int_equal(plan_for(&t, NULL)->notice_count, 0);
		/* a form filled in by hand is not answered by SMS */
		const struct plan_input web = {.triage = &t, .number = 5, .reporter_phone = "+628123456789"};
		assert_int_equal(plan_make(arena, &setting, &web)->notice_count, 0);
		assert_sound(p);
	}
}

static void emergency_for_others_is_read_by_a_human(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_NOT_A_REPORT, URGENCY_CRITICAL, "64.09.03.2002");
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	assert_non_null(strstr(sms_of(p, NOTICE_DUTY), "Pesan 1042 tampak darurat"));
	assert_non_null(strstr(sms_of(p, NOTICE_RECEIPT), "hubungi 112"));
}

/* ---- texts ---- */

static void receipt_says_what_helps_until_somebody_comes(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_UNCLAIMED_BODY, URGENCY_CRITICAL, "64.09.03.2002");
	assert_non_null(strstr(sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT), "jangan memindahkan"));
	t = sure(TYPE_SHACKLED_PATIENT, URGENCY_HIGH, "64.09.03.2002");
	assert_non_null(strstr(sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT), "jangan melepas sendiri"));
	t.flags = FLAG_WEAPON;
	assert_non_null(strstr(sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT), "Mohon menjauh"));
	t = sure(TYPE_ABANDONED_PERSON, URGENCY_CRITICAL, "64.09.03.2002");
	t.flags = FLAG_CHILD;
	assert_non_null(strstr(sms_of(plan_for(&t, "+628123456789"), NOTICE_RECEIPT), "hangatkan dan temani"));
	assert_null(notice_of(plan_for(&t, NULL), NOTICE_RECEIPT, 0));
}

static void long_or_foreign_place_names_still_make_one_gsm7_part(void **state)
{
	(void)state;
	const struct region strange[] = {
	        {"64.09", "PPU"},
	        {"64.09.03.2002", "Kampung Nelayan Muara Sungai Telake Hulu Sebelah Barat Laut Penajam Raya"},
	        {"64.09.03.2006", "Soka\"an \xe2\x80\x93 R\xc3\xaave \xe6\x9d\x91 `x`"},
	};
	setting.gazetteer = gazetteer_build(arena, NULL, strange, 3, NULL, 0, "64.09");
	struct triage t = sure(TYPE_UNCLAIMED_BODY, URGENCY_CRITICAL, "64.09.03.2002");
	struct plan_input in = {.triage = &t, .number = 99999999999, .reporter_phone = "+62811"};
	struct plan *p = plan_make(arena, &setting, &in);
	assert_sound(p);
	assert_non_null(strstr(sms_of(p, NOTICE_CREATED), "TOLAK 99999999999."));
	assert_non_null(strstr(sms_of(p, NOTICE_CREATED), "olah TKP & identifikasi"));
	strcpy(t.place.code, "64.09.03.2006");
	p = plan_for(&t, NULL);
	assert_sound(p);
	assert_non_null(strstr(sms_of(p, NOTICE_CREATED), "Soka\"an - R"));
}

static void contacts_beyond_the_plan_are_left_to_the_ladders(void **state)
{
	(void)state;
	enum { OFFICES = 15, CONTACTS = PLAN_NOTICES / PLAN_DISPATCHES + 2 };
	static const char *const serves[] = {"64.09.03"};
	struct agency *offices = arena_array(arena, struct agency, OFFICES);
	for (int i = 0; i < OFFICES; i++) {
		struct contact *contacts = arena_array(arena, struct contact, CONTACTS);
		for (int c = 0; c < CONTACTS; c++)
			contacts[c] = (struct contact){.channel = CHANNEL_SMS,
			                               .address = arena_printf(arena, "+6280%d%d", i, c),
			                               .agency = &offices[i]};
		offices[i] = (struct agency){.slug = arena_printf(arena, "office-%d", i),
		                             .name = "Kantor",
		                             .kind = KIND_VILLAGE_OFFICE,
		                             .jurisdiction = serves,
		                             .jurisdiction_count = 1,
		                             .contacts = contacts,
		                             .contact_count = CONTACTS};
	}
	directory.agencies = offices;
	directory.agency_count = OFFICES;
	directory_index(arena, &directory);
	struct triage t = sure(TYPE_ABANDONED_PERSON, URGENCY_NORMAL, "64.09.03.2002");
	struct plan *p = plan_for(&t, "+628123456789");
	assert_sound(p);
	assert_int_equal(p->dispatch_count, PLAN_DISPATCHES);
	for (int i = 0; i < PLAN_DISPATCHES; i++) /* everybody's first contact before anybody's second */
		assert_int_equal(p->notices[i].dispatch, i);
	assert_non_null(notice_of(p, NOTICE_RECEIPT, 0));
	assert_true(has_reason(p, "too many contacts"));
}

/* ---- incidents that exist ---- */

static struct plan_extra_input existing(void)
{
	return (struct plan_extra_input){.incident = {{9}},
	                                 .number = 7,
	                                 .incident_version = 4,
	                                 .type = TYPE_ABANDONED_PERSON,
	                                 .urgency = URGENCY_HIGH,
	                                 .region = "64.09.03.2002",
	                                 .summary = "Orang terlantar, tinggi, Labangka"};
}

static void one_more_agency_gets_the_same_as_the_first(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	const struct agency *polres = directory_agency(&directory, "polres-ppu");
	struct plan *p = plan_extra(arena, &setting, &in, polres, "secure", "pengamanan", 60, 120, 180, "{\"x\":1}",
	                            "rung 3: up");
	assert_sound(p);
	assert_int_equal(p->dispatch_count, 1);
	assert_int_equal(p->notice_count, 2);
	assert_int_equal(p->dispatches[0].accept_s, 60);
	assert_string_equal(p->dispatches[0].ladders, "{\"x\":1}");
	assert_string_equal(p->dispatches[0].why, "rung 3: up");
	assert_non_null(strstr(p->notices[0].body, "\"version\":4"));
	assert_true(uuid_equal(p->incident, in.incident));
}

static void one_more_agency_falls_back_to_the_rules_of_its_kind(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct stored_ladders l;
	struct plan *p = plan_extra(arena, &setting, &in, directory_agency(&directory, "puskesmas-babulu"), NULL, NULL,
	                            0, 0, 0, NULL, "chosen by a coordinator");
	assert_string_equal(p->dispatches[0].role, "examine");
	assert_int_equal(p->dispatches[0].accept_s, 900);
	assert_true(ladders_parse(arena, p->dispatches[0].ladders, &l));
	assert_int_equal(l.accept.count, 4);
	p = plan_extra(arena, &setting, &in, directory_agency(&directory, "rumah-singgah"), NULL, NULL, 0, 0, 0, NULL,
	               "x");
	assert_string_equal(p->dispatches[0].role, "secure"); /* no rule for shelters: the first one */
	in.type = TYPE_UNSURE;
	p = plan_extra(arena, &setting, &in, directory_agency(&directory, "rumah-singgah"), NULL, NULL, 0, 0, 0, NULL,
	               "x");
	assert_true(ladders_parse(arena, p->dispatches[0].ladders, &l));
	assert_int_equal(p->dispatches[0].accept_s, 600);
	assert_sound(p);
}

static void reminders_ask_for_what_is_missing(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan_dispatch_view d = {.id = {{5}},
	                               .agency = directory_agency(&directory, "polsek-babulu"),
	                               .role = "secure",
	                               .task = "pengamanan",
	                               .state = "seen",
	                               .version = 3};
	struct plan *p = arena_new_of(arena, struct plan);
	p->state = "triaged";
	plan_remind(arena, &setting, &in, &d, NOTICE_REMINDER, 185, p);
	assert_int_equal(p->notice_count, 2);
	assert_int_equal(p->notices[0].dispatch, -1);
	assert_true(uuid_equal(p->notices[0].about, d.id));
	assert_int_equal(p->notices[0].priority, 1);
	assert_non_null(strstr(p->notices[0].body, "\"late_s\":185"));
	assert_non_null(strstr(p->notices[1].body, "belum direspons 3 menit"));
	d.state = "accepted";
	plan_remind(arena, &setting, &in, &d, NOTICE_REMINDER, 600, p);
	assert_non_null(strstr(p->notices[3].body, "belum ada kabar tiba/selesai, lewat batas 10 menit"));
	plan_remind(arena, &setting, &in, &d, NOTICE_CANCELLED, 0, p);
	assert_non_null(strstr(p->notices[4].body, "dispatch.cancelled"));
	assert_non_null(strstr(p->notices[5].body, "7, Labangka: dukungan tidak diperlukan lagi"));
	plan_remind(arena, &setting, &in, &d, NOTICE_UPDATED, 0, p);
	assert_non_null(strstr(p->notices[7].body, "7 diperbarui: Orang terlantar Tinggi, Labangka"));
	assert_sound(p);
}

static void a_reminder_says_how_long_nobody_has_answered(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan_dispatch_view d = {.id = {{5}},
	                               .agency = directory_agency(&directory, "polsek-babulu"),
	                               .role = "secure",
	                               .task = "pengamanan",
	                               .state = "notified",
	                               .accept_s = 900,
	                               .version = 3};
	struct plan *p = arena_new_of(arena, struct plan);
	p->state = "triaged";
	plan_remind(arena, &setting, &in, &d, NOTICE_REMINDER, 1, p);
	assert_non_null(strstr(p->notices[0].body, "\"late_s\":1"));
	assert_non_null(
	        strstr(p->notices[1].body, "belum direspons 15 menit")); /* not 0: it was asked 15 minutes ago */
	d.state = "accepted";
	plan_remind(arena, &setting, &in, &d, NOTICE_REMINDER, 1, p);
	assert_non_null(strstr(p->notices[3].body, "lewat batas 1 menit"));
}

static void who_accepted_and_did_not_come_is_told_that_the_answer_has_expired(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan_dispatch_view d = {.id = {{5}},
	                               .agency = directory_agency(&directory, "polsek-babulu"),
	                               .role = "secure",
	                               .task = "pengamanan",
	                               .state = "notified",
	                               .accept_s = 900,
	                               .lapsed = true,
	                               .version = 4};
	struct plan *p = arena_new_of(arena, struct plan);
	p->state = "triaged";
	plan_remind(arena, &setting, &in, &d, NOTICE_REMINDER, 1500, p);
	assert_non_null(strstr(p->notices[0].body, "\"late_s\":1500"));
	assert_non_null(strstr(p->notices[1].body, "lewat batas tiba 25 menit, kesanggupan tidak berlaku lagi"));
	assert_sound(p);
}

static void joined_plans_keep_each_notice_with_its_dispatch(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan *p = arena_new_of(arena, struct plan);
	p->state = "triaged";
	assert_int_equal(plan_tell_duty(arena, &setting, &in, NULL, 0, "x", p), 1);
	static const char *const slugs[] = {"polres-ppu", "bpbd-ppu"};
	for (size_t i = 0; i < 2; i++)
		plan_join(p, plan_extra(arena, &setting, &in, directory_agency(&directory, slugs[i]), NULL, NULL, 0, 0,
		                        0, NULL, "x"));
	assert_int_equal(p->dispatch_count, 2);
	assert_sound(p);
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *n = &p->notices[i];
		if (n->kind == NOTICE_DUTY) {
			assert_int_equal(n->dispatch, -1);
			continue;
		}
		assert_true(uuid_equal(n->about, p->dispatches[n->dispatch].id));
		assert_true(n->contact >= p->dispatches[n->dispatch].agency->contacts &&
		            n->contact < p->dispatches[n->dispatch].agency->contacts +
		                                 p->dispatches[n->dispatch].agency->contact_count);
	}
}

static void people_on_duty_are_told_what_is_overdue_and_what_follows(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan *p = arena_new_of(arena, struct plan);
	p->state = "triaged";
	assert_int_equal(plan_tell_duty(arena, &setting, &in, NULL, 300, "belum ada jawaban Polsek Babulu", p), 1);
	assert_string_equal(
	        p->notices[0].body,
	        "[TRC] 7 Tinggi Labangka lewat batas 5 mnt: belum ada jawaban Polsek Babulu. Balas AMBIL 7.");
	assert_int_equal(plan_tell_duty(arena, &setting, &in, &people[2], 0, "Polsek Babulu menolak", p), 1);
	assert_string_equal(p->notices[1].address, "+628000000901");
	assert_string_equal(p->notices[1].body, "[TRC] 7 Tinggi Labangka: Polsek Babulu menolak. Balas AMBIL 7.");
	in.next_name = "Polres PPU";
	in.next_s = 180;
	plan_tell_duty(arena, &setting, &in, NULL, 300, NULL, p);
	assert_string_equal(
	        p->notices[2].body,
	        "[TRC] 7 Tinggi Labangka lewat batas 5 mnt. Balas AMBIL 7. Eskalasi ke Polres PPU pukul 18:08.");
	assert_int_equal(plan_tell_duty(arena, &setting, &in, &people[1], 300, NULL, p), 0);
	assert_int_equal(p->notice_count, 3);
	assert_sound(p);
}

static void full_plan_takes_no_more_notices(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan *p = arena_new_of(arena, struct plan);
	p->state = "triaged";
	for (int i = 0; i < PLAN_NOTICES + 5; i++)
		assert_int_equal(plan_tell_duty(arena, &setting, &in, NULL, 300, NULL, p), i < PLAN_NOTICES);
	assert_int_equal(p->notice_count, PLAN_NOTICES);
}

/* Everybody who was told once, each once, but for whom this plan tells something already; no later answer makes it void. */
static void people_who_were_told_hear_that_nothing_is_wanted(void **state)
{
	(void)state;
	struct plan_extra_input in = existing();
	struct plan *p = arena_new_of(arena, struct plan);
	assert_int_equal(plan_stand_down_people(arena, &setting, &in, "", "dibatalkan", p), 0);
	assert_int_equal(plan_stand_down_people(arena, &setting, &in, "+62811 +62812 +62811", "dibatalkan", p), 2);
	assert_int_equal(p->notice_count, 2);
	assert_string_equal(p->notices[1].address, "+62812");
	assert_int_equal(p->notices[0].kind, NOTICE_CANCELLED);
	assert_true(uuid_is_nil(p->notices[0].about));
	assert_string_equal(p->notices[0].body,
	                    "[TRC] 7 Labangka: dibatalkan. Tidak perlu tindakan lagi. Terima kasih.");
}

/* ---- the document ---- */

static void document_is_strict_json_with_everything_in_it(void **state)
{
	(void)state;
	struct triage t = sure(TYPE_UNCLAIMED_BODY, URGENCY_CRITICAL, "64.09.03.2002");
	struct plan *p = plan_for(&t, "+628123456789");
	struct buf out;
	struct json_fault fault;
	buf_init(&out, 1 << 20);
	plan_render(p, &setting, &out);
	cJSON *tree = json_parse(out.data, out.len, &fault);
	if (tree == NULL)
		fail_msg("%s: %s", fault.pointer, fault.detail);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "dispatches")), 3);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "notices")), p->notice_count);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "deadlines")), 3);
	cJSON_Delete(tree);
	buf_reset(&out);
	plan_render_opened(p, &out);
	tree = json_parse(out.data, out.len, &fault);
	assert_non_null(tree);
	assert_string_equal(json_string(tree, "summary"), "Jenazah tanpa keluarga, kritis, Labangka");
	assert_null(strstr(out.data, "8123456789"));
	cJSON_Delete(tree);
	buf_free(&out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
	        TEST(normal_abandoned_person_is_police_and_village_office),
	        TEST(body_is_police_and_bpbd_and_the_hospital_when_urgent),
	        TEST(shackled_patient_is_puskesmas_and_village_and_police_only_in_danger),
	        TEST(other_matter_is_village_and_the_social_office_itself),
	        TEST(sure_report_is_triaged_and_every_contact_told_at_once),
	        TEST(webhook_body_shows_the_incident_and_the_answer_link),
	        TEST(texts_carry_no_phone_no_free_text_and_no_link_key),
	        TEST(stored_ladders_are_what_the_ladder_reads_with_up_resolved),
	        TEST(unsure_place_tells_the_regency_and_asks_once),
	        TEST(two_candidates_are_offered_as_a_choice),
	        TEST(named_district_is_kept_when_the_village_is_unknown),
	        TEST(unsure_type_moves_no_agency_but_a_human),
	        TEST(no_agency_at_all_is_told_to_a_human),
	        TEST(what_is_no_report_makes_no_incident),
	        TEST(emergency_for_others_is_read_by_a_human),
	        TEST(receipt_says_what_helps_until_somebody_comes),
	        TEST(long_or_foreign_place_names_still_make_one_gsm7_part),
	        TEST(contacts_beyond_the_plan_are_left_to_the_ladders),
	        TEST(one_more_agency_gets_the_same_as_the_first),
	        TEST(one_more_agency_falls_back_to_the_rules_of_its_kind),
	        TEST(reminders_ask_for_what_is_missing),
	        TEST(a_reminder_says_how_long_nobody_has_answered),
	        TEST(who_accepted_and_did_not_come_is_told_that_the_answer_has_expired),
	        TEST(joined_plans_keep_each_notice_with_its_dispatch),
	        TEST(people_on_duty_are_told_what_is_overdue_and_what_follows),
	        TEST(people_who_were_told_hear_that_nothing_is_wanted),
	        TEST(full_plan_takes_no_more_notices),
	        TEST(document_is_strict_json_with_everything_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
