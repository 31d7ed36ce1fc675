/* SPDX-License-Identifier: Apache-2.0 */
/* The QR code: its text and its drawing. */
#include "test.h"

#include <stdio.h>

#include <network_provisioning/scheme_ble.h>

#define TEXT                                                                                      \
	"{\"ver\":\"v1\",\"name\":\"PROV_1\",\"pop\":\"abcd1234\",\"transport\":\"softap\","      \
	"\"password\":\"12345678\",\"network\":\"wifi\",\"security\":1}"
/* TEXT as drawn by another encoder, the crate `qrcodegen`: 49 columns, 25 lines. */
#define DRAWING_COLUMNS 49
#define DRAWING_LINES   25
#define DRAWING_HASH    0x491abb6bbe4b9f7b

static struct {
	char last[256];
	size_t lines;
	uint64_t hash;
	bool ragged;
	void (*during)(void);
} drawing;

static size_t columns(const char *line)
{
	size_t count = 0;

	for (; *line != '\0'; line++) {
		count += (*line & 0xc0) != 0x80;
	}
	return count;
}

static void hash(const char *text)
{
	for (; *text != '\0'; text++) {
		drawing.hash ^= (uint8_t)*text;
		drawing.hash *= 0x100000001b3;
	}
}

static void line(void *user_data, const char *text)
{
	CHECK(user_data == &drawing && port_is_here());
	drawing.ragged = drawing.ragged ||
			 (drawing.lines > 0 && columns(text) != columns(drawing.last));
	snprintf(drawing.last, sizeof(drawing.last), "%s", text);
	drawing.lines++;
	hash(text);
	hash("\n");
	if (drawing.during != NULL && drawing.lines == 1) {
		drawing.during();
	}
}

static int draw(void)
{
	memset(&drawing.last, 0, sizeof(drawing.last));
	drawing.lines = 0;
	drawing.hash = 0xcbf29ce484222325;
	drawing.ragged = false;
	return network_prov_mgr_draw_qr(line, &drawing);
}

static void start(const struct network_prov_scheme *transport, const char *pop, const char *name,
		  const char *key)
{
	struct network_prov_mgr_config config = { .scheme = transport };

	drawing.during = NULL;
	network_prov_mgr_deinit();
	CHECK(network_prov_mgr_init(config) == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, pop, name, key) == 0);
}

/* At most 29 bytes are advertised, and only whole characters. */
static void the_name_is_the_one_that_is_advertised(void)
{
	static const struct {
		const char *name, *shown;
	} names[] = {
		{ "PROV_a-name-of-29-bytes-abcde", "PROV_a-name-of-29-bytes-abcde" },
		{ "PROV_a-name-of-32-bytes-abcdefgh", "PROV_a-name-of-32-bytes-abcde" },
		/* The 29th and 30th byte are one character. */
		{ "PROV_a-name-of-bytes-abcdefg\303\274h", "PROV_a-name-of-bytes-abcdefg\"" },
		{ "PROV_1", "PROV_1\"" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[200];

		start(&network_prov_scheme_ble, "abcd1234", names[i].name, NULL);
		CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0);
		CHECK(strstr(text, names[i].shown) != NULL);
		CHECK(strlen(names[i].name) <= 29 || strstr(text, names[i].name) == NULL);
	}
	start(&scheme_softap, "abcd1234", names[1].name, NULL);
	{
		char text[200];

		CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0);
		CHECK(strstr(text, names[1].name) != NULL);
	}
}

static void the_text_has_the_format_of_the_apps(void)
{
	char text[200];

	start(&scheme_softap, "abcd1234", "PROV_1", "12345678");
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0 && strcmp(text, TEXT) == 0);
	start(&scheme_softap, NULL, "a\"b", NULL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0);
	CHECK(strcmp(text, "{\"ver\":\"v1\",\"name\":\"a\\\"b\",\"transport\":\"softap\","
			   "\"network\":\"wifi\",\"security\":1}") == 0);
	network_prov_mgr_stop_provisioning();
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, "ignored", "PROV_1",
						  NULL) == 0);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0);
	CHECK(strcmp(text, "{\"ver\":\"v1\",\"name\":\"PROV_1\",\"transport\":\"softap\","
			   "\"network\":\"wifi\",\"security\":0}") == 0);
}

/* The buffer is left untouched unless everything fits. */
static void a_small_buffer_is_left_untouched(void)
{
	char text[sizeof(TEXT)], untouched[sizeof(TEXT)];

	memset(untouched, 'x', sizeof(untouched));
	start(&scheme_softap, "abcd1234", "PROV_1", "12345678");
	for (size_t size = 0; size < sizeof(TEXT); size++) {
		memcpy(text, untouched, sizeof(text));
		CHECK(network_prov_mgr_get_qr_payload(text, size) == -ENOSPC);
		CHECK(memcmp(text, untouched, sizeof(text)) == 0);
	}
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(TEXT)) == 0);
	CHECK(strcmp(text, TEXT) == 0);
}

static void the_code_is_available_while_the_service_runs(void)
{
	char text[200];

	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -EPERM);
	CHECK(draw() == -EPERM);
	CHECK(init() == 0);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -EPERM);
	network_prov_mgr_deinit();
	start(&scheme_softap, "abcd1234", "PROV_1", NULL);
	CHECK(network_prov_mgr_get_qr_payload(NULL, sizeof(text)) == -EINVAL);
	CHECK(network_prov_mgr_draw_qr(NULL, NULL) == -EINVAL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0 && draw() == 0);
	network_prov_mgr_stop_provisioning();
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -EPERM);
	CHECK(draw() == -EPERM && drawing.lines == 0);
}

static void values_that_apps_cannot_scan_have_no_code(void)
{
	static const char pop65[] =
		"12345678901234567890123456789012345678901234567890123456789012345";
	char text[200];

	start(&scheme, "abcd1234", "PROV_1", NULL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -ENOTSUP);
	CHECK(draw() == -ENOTSUP);
	start(&scheme_softap, "\xff", "PROV_1", NULL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -ENOTSUP);
	start(&scheme_softap, NULL, "\xff", NULL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -ENOTSUP);
	start(&scheme_softap, pop65, "PROV_1", NULL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -ENOTSUP);
	start(&scheme_softap, pop65 + 1, "PROV_1", NULL);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0);
}

static void a_drawing_matches_another_encoder(void)
{
	start(&scheme_softap, "abcd1234", "PROV_1", "12345678");
	CHECK(draw() == 0 && !drawing.ragged);
	CHECK(drawing.lines == DRAWING_LINES && columns(drawing.last) == DRAWING_COLUMNS);
	CHECK(drawing.hash == DRAWING_HASH);
}

/* The widest code fits a console; longer texts have no code and draw no line. */
static void a_drawing_fits_a_console(void)
{
	static const char quotes[] =
		"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""
		"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"";
	static const char controls[] =
		"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
		"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1";

	start(&scheme_softap, quotes, quotes + 32, quotes);
	CHECK(draw() == 0 && !drawing.ragged);
	CHECK(columns(drawing.last) == 77 && drawing.lines == 39);
	start(&scheme_softap, controls, "PROV_1", controls);
	CHECK(draw() == -ENOSPC && drawing.lines == 0);
}

static void end_manager(void)
{
	network_prov_mgr_stop_provisioning();
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(network_prov_mgr_connect() == -EPERM);
	network_prov_mgr_wait();
	CHECK(port.running);
}

static void draw_at_start(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_START) {
		CHECK(draw() == 0);
	}
}

/* Each line is an ordinary callback: it may call any function, which takes effect afterwards. */
static void lines_are_callbacks(void)
{
	struct network_prov_mgr_config config = {
		.scheme = &scheme_softap,
		.app_event_handler = { .event_cb = port_event, .user_data = &port },
	};

	drawing.during = NULL;
	port.hook = draw_at_start;
	CHECK(network_prov_mgr_init(config) == 0);
	CHECK(network_prov_mgr_start_provisioning(1, "abcd1234", "PROV_1", "12345678") == 0);
	CHECK(drawing.hash == DRAWING_HASH);
	drawing.during = end_manager;
	CHECK(draw() == 0 && drawing.hash == DRAWING_HASH);
	CHECK(!port.running && port_count_events(NETWORK_PROV_DEINIT) == 1);
}

void test_qr(void)
{
	RUN(the_text_has_the_format_of_the_apps);
	RUN(the_name_is_the_one_that_is_advertised);
	RUN(a_small_buffer_is_left_untouched);
	RUN(the_code_is_available_while_the_service_runs);
	RUN(values_that_apps_cannot_scan_have_no_code);
	RUN(a_drawing_matches_another_encoder);
	RUN(a_drawing_fits_a_console);
	RUN(lines_are_callbacks);
}
