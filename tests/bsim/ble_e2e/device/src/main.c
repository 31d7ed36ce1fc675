/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The device: the manager, provisioned over Bluetooth LE, with a simulated Wi-Fi that has one
 * network.
 *
 *   -testid=device -argstest [name=NAME] [uuid] [mfg=N] [neighbour] [own_set] [lives=N]
 *                            [security=2] [story=LETTERS,…] [queue] [stop_on_leave]
 *
 * It runs the service `lives` times and then passes. `story` lists the events that the application
 * must receive in each life, one letter per event (see `letters`). The last list applies to all
 * further lives. With `queue`, the application starts and stops from the system work queue. With
 * `stop_on_leave`, it stops in its first life when a client leaves, from the callback on
 * Bluetooth's receive thread.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_ble.h>
#include <network_provisioning/test/fake_wifi.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "development_credential.h"
#include "device.h"

#define POP "abcd1234"

BUILD_ASSERT(CONFIG_BT_RX_STACK_SIZE == 1200, "the receive thread's stack is not Zephyr's default");

static struct {
	const char *name;
	const char *story;
	size_t mfg_length;
	int lives;
	int security;
	bool has_uuid;
	bool has_neighbour;
	bool has_set;
	bool is_on_queue;
	bool stops_on_leave;
	/** Number of links that must be reported; 0 for any. */
	int links;
	/** Bluetooth stays on. */
	bool keeps_on;
} options = {.name = "PROV_1234", .lives = 1, .security = NETWORK_PROV_SECURITY_1};

static const uint8_t uuid[] = {
	BT_UUID_128_ENCODE(0x1775244d, 0x6b43, 0x439b, 0x877c, 0x060f2d9bed07)};

/** A company identifier that nobody has, and data. */
static const uint8_t mfg_data[] = "\xff\xff manufacturer's data";

static K_SEM_DEFINE(ended, 0, 1);

/** The events of a life. */
static char story[512];

static void read_arguments(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		value = value != NULL ? value + 1 : "";
		if (strncmp(argv[i], "name=", 5) == 0) {
			options.name = value;
		} else if (strncmp(argv[i], "story=", 6) == 0) {
			options.story = value;
		} else if (strncmp(argv[i], "mfg=", 4) == 0) {
			options.mfg_length = MIN(strtoul(value, NULL, 10), sizeof(mfg_data) - 1);
		} else if (strncmp(argv[i], "lives=", 6) == 0) {
			options.lives = (int)strtoul(value, NULL, 10);
		} else if (strcmp(argv[i], "security=2") == 0) {
			options.security = NETWORK_PROV_SECURITY_2;
		} else if (strcmp(argv[i], "queue") == 0) {
			options.is_on_queue = true;
		} else if (strcmp(argv[i], "stop_on_leave") == 0) {
			options.stops_on_leave = true;
		} else if (strncmp(argv[i], "links=", 6) == 0) {
			options.links = (int)strtoul(value, NULL, 10);
		} else if (strcmp(argv[i], "keep_on") == 0) {
			options.keeps_on = true;
		} else if (strcmp(argv[i], "uuid") == 0) {
			options.has_uuid = true;
		} else if (strcmp(argv[i], "neighbour") == 0) {
			options.has_neighbour = true;
		} else if (IS_ENABLED(CONFIG_BT_EXT_ADV) && strcmp(argv[i], "own_set") == 0) {
			options.has_set = true;
		} else {
			TEST_FAIL("unknown argument: %s", argv[i]);
		}
	}
}

bool is_on_queue(void)
{
	return options.is_on_queue;
}

/** Checks that a link is reported before its session, and its end before that of the service. */
static void count_links(enum network_prov_cb_event event)
{
	static int links, starts;

	starts += event == NETWORK_PROV_TRANSPORT_CONNECTED;
	links += (event == NETWORK_PROV_TRANSPORT_CONNECTED) -
		 (event == NETWORK_PROV_TRANSPORT_DISCONNECTED);
	TEST_ASSERT(links >= 0, "the end of a link is reported twice");
	TEST_ASSERT(event != NETWORK_PROV_SESSION_ESTABLISHED || links > 0,
		    "a session without a link");
	if (event == NETWORK_PROV_END && options.links > 0) {
		TEST_ASSERT(links == 0, "%d links outlive the service", links);
		TEST_ASSERT(starts == options.links, "%d links were reported", starts);
	}
}

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	/* In this order: start, received, failed, succeeded, end; established, refused, locked out;
	 * attempt.
	 */
	static const char letters[] = "ISRFOEDerlA";
	size_t length = strlen(story);

	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	if (event < sizeof(letters) - 1 && length < sizeof(story) - 1) {
		story[length] = letters[event];
	}
	if (event == NETWORK_PROV_INIT) {
		stack_paint_provisioning();
	} else if (event == NETWORK_PROV_START) {
		endpoints_register();
	} else if (event == NETWORK_PROV_SESSION_ESTABLISHED && options.has_neighbour) {
		neighbour_begin();
	}
	count_links(event);
	if (event == NETWORK_PROV_END) {
		k_sem_give(&ended);
	}
}

/** Returns the events expected in this life, and sets `length`. */
static const char *expected_story(int life, size_t *length)
{
	const char *at = options.story;

	for (; life > 0 && strchr(at, ',') != NULL; life--) {
		at = strchr(at, ',') + 1;
	}
	*length = strcspn(at, ",");
	return at;
}

static void check_story(int life)
{
	const char *expected;
	size_t length;

	if (options.story == NULL) {
		return;
	}
	expected = expected_story(life, &length);
	TEST_ASSERT(strlen(story) == length && memcmp(story, expected, length) == 0,
		    "life %d: the application received %s, not %s", life + 1, story, expected);
}

static void report(void)
{
	TEST_PRINT("usage: stacks, in frames of the host: Bluetooth's receive thread %zu at most, "
		   "the provisioning thread %zu; CONFIG_BT_RX_STACK_SIZE=%d",
		   stack_receiving_max(), stack_provisioning_max(), CONFIG_BT_RX_STACK_SIZE);
}

/** Returns the secret that a client must know, or the parameters that verify it. */
static const void *security_params(void)
{
	if (options.security == NETWORK_PROV_SECURITY_2) {
		return &sample_security2_params;
	}
	return POP;
}

static int start_result;
static K_SEM_DEFINE(is_started, 0, 1);

static void start(struct k_work *work)
{
	int64_t begun = k_uptime_get();

	ARG_UNUSED(work);
	start_result = network_prov_mgr_start_provisioning(
		options.security, security_params(), options.name, NULL);
	TEST_ASSERT(!options.is_on_queue || k_uptime_get() - begun < 200, "the queue is held up");
	k_sem_give(&is_started);
}

static K_WORK_DEFINE(starting, start);

/** Applications for a single client do this. */
static void on_leave(struct bt_conn *conn, uint8_t reason)
{
	int64_t begun = k_uptime_get();

	ARG_UNUSED(conn);
	ARG_UNUSED(reason);
	if (!options.stops_on_leave) {
		return;
	}
	options.stops_on_leave = false;
	TEST_ASSERT(network_prov_mgr_connect() == -EWOULDBLOCK,
		    "the call waited on Bluetooth's thread");
	network_prov_mgr_stop_provisioning();
	TEST_ASSERT(k_uptime_get() - begun < 200, "the call blocked Bluetooth's thread");
}

BT_CONN_CB_DEFINE(leave_callbacks) = {
	.disconnected = on_leave,
};

static void live(int life)
{
	memset(story, 0, sizeof(story));
	TEST_ASSERT(network_prov_mgr_reset_wifi_provisioning() == 0, "failed to erase the store");
	if (options.is_on_queue) {
		(void)k_work_submit(&starting);
	} else {
		start(NULL);
	}
	(void)k_sem_take(&is_started, K_FOREVER);
	TEST_ASSERT(start_result == 0, "life %d: the service does not start: %d", life + 1,
		    start_result);
	(void)k_sem_take(&ended, K_FOREVER);
	TEST_PRINT("life %d: %s", life + 1, story);
	check_story(life);
	/* With `links`, the application has no links of its own. */
	TEST_ASSERT(options.links == 0 || bt_is_ready() == options.keeps_on,
		    "Bluetooth is %s", bt_is_ready() ? "on" : "off");
}

/** Ten networks in range, the right one the strongest. */
static void set_world(void)
{
	static struct fake_wifi_ap networks[10];

	ARRAY_FOR_EACH(networks, i) {
		networks[i] = (struct fake_wifi_ap){
			.ssid_len = i == 0 ? 4 : 5,
			.bssid = {0x02, 0, 0, 0, 0, (uint8_t)i},
			.channel = 1 + i,
			.rssi = -40 - (int)i,
			.security = WIFI_SECURITY_TYPE_PSK,
		};
		snprintk(networks[i].ssid, sizeof(networks[i].ssid), i == 0 ? "Home" : "Net %zu",
			 i);
	}
	fake_wifi_set_scan_aps(networks, ARRAY_SIZE(networks));
	fake_wifi_set_scan_delay(2000);
	fake_wifi_set_expected_credentials("Home", "correct-horse");
}

static void run(void)
{
	const struct network_prov_mgr_config config = {
		.scheme = &network_prov_scheme_ble,
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = 1,
	};

	TEST_START("device");
	set_world();
	if (options.has_uuid) {
		TEST_ASSERT(network_prov_scheme_ble_set_service_uuid(uuid) == 0, "no UUID");
	}
	if (options.mfg_length > 0) {
		TEST_ASSERT(network_prov_scheme_ble_set_mfg_data(mfg_data, options.mfg_length) == 0,
			    "no manufacturer data");
	}
	if (options.keeps_on) {
		network_prov_scheme_ble_keep_on(true);
	}
	TEST_ASSERT(network_prov_mgr_init(config) == 0, "failed to initialise the manager");
	endpoints_create();
	if (IS_ENABLED(CONFIG_BT_EXT_ADV) && options.has_set) {
		set_begin();
	}
	for (int life = 0; life < options.lives; life++) {
		live(life);
	}
	report();
	/* The simulation continues, so that the tester can see the state after the end. */
	TEST_PASS("device");
}

static const struct bst_test_instance tests[] = {
	{
		.test_id = "device",
		.test_descr = "A device that is provisioned over Bluetooth LE",
		.test_args_f = read_arguments,
		.test_main_f = run,
	},
	BSTEST_END_MARKER,
};

static struct bst_test_list *install(struct bst_test_list *list)
{
	return bst_add_tests(list, tests);
}

bst_test_install_t test_installers[] = {install, NULL};

int main(void)
{
	bst_main();
	return 0;
}
