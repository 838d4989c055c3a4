/* incoming_doc: see incoming_doc.h. */
#include "incoming_doc.h"

#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"

void incoming_doc_write(const struct incoming *in, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "from", in->from);
	json_member_string(&j, "text", in->text);
	json_member_string(&j, "name", in->name);
	if (in->has_position) {
		json_member_double(&j, "lat", in->lat);
		json_member_double(&j, "lon", in->lon);
	}
	json_member_bool(&j, "truncated", in->truncated);
	json_member_int(&j, "part_ref", in->part_ref);
	json_member_int(&j, "part_number", in->part_number);
	json_member_int(&j, "part_total", in->part_total);
	json_member_string(&j, "content_type", in->content_type);
	json_member_base64(&j, "raw", in->raw, in->raw_len);
	json_member_time(&j, "received_at", db_clock_now(&in->flow->clock).us);
	json_end_object(&j);
}

static void copy_text(const cJSON *tree, const char *name, char *ret, size_t size)
{
	const char *text = json_string(tree, name);
	if (text != NULL)
		snprintf(ret, size, "%s", text);
}

static int int_of(const cJSON *tree, const char *name)
{
	const cJSON *item = json_member(tree, name);
	return cJSON_IsNumber(item) ? item->valueint : 0;
}

static void read_message(const cJSON *tree, const char *external_id, struct inbound_message *ret)
{
	const cJSON *lat = json_member(tree, "lat"), *lon = json_member(tree, "lon");
	copy_text(tree, "from", ret->from, sizeof ret->from);
	copy_text(tree, "name", ret->name, sizeof ret->name);
	snprintf(ret->external_id, sizeof ret->external_id, "%s", external_id);
	buf_adds(&ret->text, json_string(tree, "text"));
	ret->has_position = cJSON_IsNumber(lat) && cJSON_IsNumber(lon);
	ret->lat = ret->has_position ? lat->valuedouble : 0;
	ret->lon = ret->has_position ? lon->valuedouble : 0;
	ret->truncated = cJSON_IsTrue(json_member(tree, "truncated"));
	ret->part_ref = int_of(tree, "part_ref");
	ret->part_number = int_of(tree, "part_number");
	ret->part_total = int_of(tree, "part_total");
}

struct incoming *incoming_doc_read(struct flow *f, const struct conf_gateway *gateway, const struct spool_record *r,
                                   struct inbound_message *m)
{
	struct json_fault fault;
	struct incoming *in = NULL;
	cJSON *tree = json_parse(r->doc, r->doc_len, &fault);
	const char *raw = json_string(tree, "raw"), *since = json_string(tree, "received_at");
	if (json_string(tree, "text") != NULL && raw != NULL) {
		read_message(tree, r->external_id, m);
		in = incoming_new(f, gateway, m);
		uint8_t *bytes = arena_alloc(in->arena, strlen(raw) + 1);
		json_base64_read(raw, bytes, &in->raw_len);
		in->raw = bytes;
		in->content_type = arena_strdup(in->arena, json_string(tree, "content_type"));
		if (since != NULL)
			rfc3339_parse_loose(since, &in->spooled.us);
	}
	cJSON_Delete(tree);
	return in;
}
