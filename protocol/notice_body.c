/* notice_body: see notice_body.h. */
#include "notice_body.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "rfc3339.h"

static void put_time(struct json_out *j, const char *key, int64_t us)
{
	char text[RFC3339_MAX];
	if (us != 0)
		rfc3339_format(us, text);
	json_member_string(j, key, us != 0 ? text : NULL);
}

static void put_dispatch(struct json_out *j, const struct notice_view *v)
{
	json_key(j, "dispatch");
	if (v->dispatch.id == NULL) { /* an update about the incident alone */
		json_put_null(j);
		return;
	}
	json_begin_object(j);
	json_member_string(j, "id", v->dispatch.id);
	json_member_string(j, "role", v->dispatch.role);
	json_member_string(j, "task", v->dispatch.task);
	json_member_string(j, "state", v->dispatch.state);
	json_member_int(j, "version", v->dispatch.version);
	put_time(j, "accept_by", v->dispatch.accept_by_us);
	put_time(j, "arrive_by", v->dispatch.arrive_by_us);
	json_member_string(j, "url", v->dispatch.url);
	json_end_object(j);
}

static void put_coordinate(struct json_out *j, const char *key, bool known, double value)
{
	json_key(j, key);
	if (known)
		json_put_double(j, value);
	else
		json_put_null(j);
}

static void put_incident(struct json_out *j, const struct notice_view *v)
{
	json_key(j, "incident");
	json_begin_object(j);
	json_member_string(j, "id", v->incident.id);
	json_member_int(j, "number", v->incident.number);
	json_member_int(j, "version", v->incident.version);
	json_member_string(j, "type", v->incident.type);
	json_member_string(j, "urgency", v->incident.urgency);
	json_key(j, "place");
	json_begin_object(j);
	json_member_string(j, "village_code", v->incident.village_code);
	json_member_string(j, "name", v->incident.village_name);
	json_member_string(j, "text", v->incident.place_text);
	put_coordinate(j, "lat", v->incident.has_position, v->incident.lat);
	put_coordinate(j, "lon", v->incident.has_position, v->incident.lon);
	json_end_object(j);
	json_member_string(j, "summary", v->incident.summary);
	json_end_object(j);
}

void notice_body_render(const struct notice_view *v, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "type", v->kind);
	put_time(&j, "timestamp", v->at_us);
	json_key(&j, "data");
	json_begin_object(&j);
	json_member_string(&j, "notice", v->notice);
	put_dispatch(&j, v);
	put_incident(&j, v);
	if (v->more_reports > 0)
		json_member_int(&j, "more_reports", v->more_reports);
	if (v->late_s > 0)
		json_member_int(&j, "late_s", v->late_s);
	json_end_object(&j);
	json_end_object(&j);
}

void notice_body_test(const char *notice, int64_t at_us, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "type", "contact.test");
	put_time(&j, "timestamp", at_us);
	json_key(&j, "data");
	json_begin_object(&j);
	json_member_string(&j, "notice", notice);
	json_end_object(&j);
	json_end_object(&j);
}

/* late_s is the last member of data, and data the last of the body: what must change is its end. Nothing else is read or written anew. */
bool notice_body_late(const char *body, size_t len, int64_t late_s, struct buf *out)
{
	static const char member[] = ",\"late_s\":";
	const size_t ends = 2, name = sizeof member - 1; /* "}}" */
	size_t keep = len - (len < ends ? 0 : ends), digits = keep;
	if (len < ends || memcmp(body + keep, "}}", ends) != 0) {
		buf_add(out, body, len);
		return false;
	}
	int64_t known = 0;
	while (digits > 0 && body[digits - 1] >= '0' && body[digits - 1] <= '9')
		digits--;
	if (digits < keep && digits >= name && memcmp(body + digits - name, member, name) == 0) {
		for (size_t i = digits; i < keep; i++)
			known = known * 10 + (body[i] - '0');
		keep = digits - name;
	}
	buf_add(out, body, keep);
	return buf_addf(out, "%s%" PRId64 "}}", member, known + late_s);
}
