/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting with stored networks, and falling back to provisioning. Trap numbers refer to
 * docs/traps.md. */
#include "test.h"

#include <pthread.h>

/* A thread that blocks in one of the two calls. */
static struct {
	pthread_t thread;
	int result;
} caller;

static void *connect_stored(void *unused)
{
	caller.result = network_prov_mgr_connect();
	return unused;
}

static void *connect_or_provision(void *unused)
{
	caller.result = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "pop",
							      "PROV_1", "12345678");
	return unused;
}

static void *connect_or_provision_openly(void *unused)
{
	caller.result = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_0, NULL,
							      "PROV_1", NULL);
	return unused;
}

static void start_call(void *(*call)(void *))
{
	caller.result = 1;
	CHECK(pthread_create(&caller.thread, NULL, call, NULL) == 0);
	port_await_waiters(1);
}

static int result(void)
{
	CHECK(pthread_join(caller.thread, NULL) == 0);
	return caller.result;
}

static void store(const char *ssid, const char *passphrase, enum netprov_security security)
{
	port.networks[port.network_count].ssid = ssid;
	port.networks[port.network_count].passphrase = passphrase;
	port.networks[port.network_count].security = security;
	port.network_count++;
	port.stored = true;
}

static bool joins(const char *ssid, int connects)
{
	return strcmp(port.ssid, ssid) == 0 && port.connects == connects;
}

static void connecting_without_stored_networks_fails_at_once(void)
{
	CHECK(network_prov_mgr_connect() == -EPERM);
	CHECK(init() == 0);
	CHECK(network_prov_mgr_connect() == -ENOENT);
	CHECK(port.connects == 0 && port.disconnects == 0);
}

static void a_stored_network_is_joined(void)
{
	enum network_prov_wifi_sta_state state;

	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_SAE);
	start_call(connect_stored);
	CHECK(joins("Home", 1) && strcmp(port.passphrase, "12345678") == 0);
	CHECK(port.security == NETPROV_SAE && network_prov_mgr_is_sm_idle());
	CHECK(network_prov_mgr_get_wifi_state(&state) == 0 &&
	      state == NETWORK_PROV_WIFI_STA_CONNECTING);
	radio_online();
	CHECK(result() == 0);
	CHECK(network_prov_mgr_get_wifi_state(&state) == 0 &&
	      state == NETWORK_PROV_WIFI_STA_CONNECTED);
	/* Already connected. */
	CHECK(network_prov_mgr_connect() == 0);
	CHECK(port.connects == 1 && port.disconnects == 0 && port.event_count == 1);

	radio_link_down(NETPROV_FAILURE_OTHER);
	CHECK(network_prov_mgr_get_wifi_state(&state) == 0 &&
	      state == NETWORK_PROV_WIFI_STA_DISCONNECTED);
	start_call(connect_stored);
	CHECK(joins("Home", 2));
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Returns once the next attempt has started, within a minute. */
static void await_attempt(void)
{
	int before = port.connects;

	for (int ms = 0; ms < 61000 && port.connects == before; ms += 100) {
		port_advance(100);
	}
	CHECK(joins("Home", before + 1));
}

/* The application does not wait for the reconnection; it gets events. */
static void stay_online_restores_a_lost_connection(void)
{
	int attempts;

	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_stored);
	radio_online();
	CHECK(result() == 0);
	CHECK(network_prov_mgr_set_stay_online(true) == 0);
	CHECK(port_count_events(NETWORK_PROV_LINK_LOST) == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
	CHECK(port_count_events(NETWORK_PROV_LINK_LOST) == 1);
	/* More attempts than a blocking call makes. */
	for (int i = 0; i < 12; i++) {
		await_attempt();
		radio_refuses(NETPROV_FAILURE_NOT_FOUND);
	}
	CHECK(port_count_events(NETWORK_PROV_ONLINE) == 0);
	await_attempt();
	radio_online();
	CHECK(port_count_events(NETWORK_PROV_ONLINE) == 1 && port_count_events(NETWORK_PROV_LINK_LOST) == 1);

	attempts = port.connects;
	CHECK(network_prov_mgr_set_stay_online(false) == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
	port_advance(3600000);
	CHECK(port.connects == attempts && port_count_events(NETWORK_PROV_LINK_LOST) == 1);
}

static void stored_networks_take_turns_with_growing_pauses(void)
{
	static const uint64_t pauses[] = { 250, 1000, 250, 2000, 250, 4000, 250 };

	CHECK(init() == 0);
	store("First", "", NETPROV_OPEN);
	store("Second", "12345678", NETPROV_UNKNOWN);
	start_call(connect_stored);
	for (int i = 0; i < 8; i++) {
		CHECK(joins(i % 2 == 0 ? "First" : "Second", i + 1));
		CHECK(port.security == (i % 2 == 0 ? NETPROV_OPEN : NETPROV_UNKNOWN));
		radio_refuses(NETPROV_FAILURE_NOT_FOUND);
		CHECK(port.disconnects == i + 1);
		if (i < 7) {
			port_advance(pauses[i] - 1);
			CHECK(port.connects == i + 1);
			port_advance(1);
		}
	}
	CHECK(result() == -ETIMEDOUT);
	port_advance(3600000);
	CHECK(port.connects == 8 && port.erasures == 0 && port.network_count == 2);
}

/* Success requires an address; a silent driver means a failed attempt (traps 35 and 38). */
static void an_attempt_times_out(void)
{
	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_stored);
	port_advance(19999);
	CHECK(port.disconnects == 0);
	port_advance(1);
	CHECK(port.disconnects == 1);
	port_advance(1000);
	CHECK(joins("Home", 2));
	radio_link_up(3);
	port_advance(19999);
	CHECK(port.disconnects == 1);
	port_advance(1);
	CHECK(port.disconnects == 2);
	radio_link_down(NETPROV_FAILURE_OTHER);
	port_advance(2000);
	CHECK(joins("Home", 3));
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Trap 37: the end of the previous association is not a failure of the attempt. */
static void the_end_of_the_previous_association_is_ignored(void)
{
	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	radio_link_up(3);
	start_call(connect_stored);
	radio_link_down(NETPROV_FAILURE_OTHER);
	CHECK(joins("Home", 1) && port.disconnects == 0);
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Traps 47 and 48: a driver that refuses at once, and a stored entry that cannot be read. */
static void networks_that_cannot_be_tried_count_as_failed_attempts(void)
{
	CHECK(init() == 0);
	store("Broken", "", NETPROV_OPEN);
	port.networks[0].error = -EIO;
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_stored);
	CHECK(port.connects == 0);
	port.connect_error = -EBUSY;
	port_advance(250);
	CHECK(joins("Home", 1));
	port.connect_error = 0;
	port_advance(1250);
	CHECK(joins("Home", 2));
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void stop_cancels_connecting(void)
{
	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_stored);
	network_prov_mgr_stop_provisioning();
	CHECK(result() == -ECANCELED && port.disconnects == 1);
	CHECK(port_count_events(NETWORK_PROV_END) == 0);

	/* During a pause there is no network to leave. */
	start_call(connect_stored);
	radio_refuses(NETPROV_FAILURE_NOT_FOUND);
	CHECK(port.disconnects == 2);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(result() == -ECANCELED && port.disconnects == 2);
	CHECK(port_count_events(NETWORK_PROV_DEINIT) == 1);

	/* The next manager must not continue it. */
	CHECK(init() == 0);
	port_advance(60000);
	CHECK(port.connects == 2);
	start_call(connect_stored);
	CHECK(joins("Home", 3));
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void connect_in_callback(enum network_prov_cb_event event)
{
	(void)event;
	CHECK(network_prov_mgr_connect() == -EPERM);
	CHECK(network_prov_mgr_connect_or_provision(1, NULL, "n", NULL) == -EPERM);
}

static void concurrent_operations_are_refused(void)
{
	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_stored);
	CHECK(init() == -EALREADY);
	CHECK(network_prov_mgr_connect() == -EBUSY);
	CHECK(network_prov_mgr_connect_or_provision(1, NULL, "n", NULL) == -EBUSY);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == -EBUSY);
	CHECK(network_prov_mgr_configure_wifi_sta("s", NULL) == -EPERM);
	network_prov_mgr_wait();
	CHECK(port.starts == 0 && port.connects == 1);
	network_prov_mgr_stop_provisioning();
	CHECK(result() == -ECANCELED);

	port.hook = connect_in_callback;
	serve();
	CHECK(network_prov_mgr_connect() == -EBUSY);
	CHECK(network_prov_mgr_connect_or_provision(1, NULL, "n", NULL) == -EBUSY);
	network_prov_mgr_stop_provisioning();
	CHECK(port_count_events(NETWORK_PROV_START) == 1 && port_count_events(NETWORK_PROV_END) == 1);
	CHECK(port.connects == 1);
}

static void a_stored_network_makes_provisioning_unnecessary(void)
{
	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_or_provision);
	radio_online();
	CHECK(result() == 0 && port.starts == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void a_device_without_credentials_is_provisioned(void)
{
	CHECK(init() == 0);
	start_call(connect_or_provision);
	CHECK(port.running && strcmp(port.name, "PROV_1") == 0);
	CHECK(strcmp(port.key, "12345678") == 0);
	/* The first credentials may be wrong. */
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "wrong-one") == 0);
	port_advance(1000);
	radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	radio_online();
	CHECK(port.running && caller.result == 1);
	port_advance(13000);
	CHECK(result() == 0 && !port.running && port.stored);

	/* Already online. */
	CHECK(network_prov_mgr_connect_or_provision(1, "pop", "PROV_1", NULL) == 0);
	CHECK(port.starts == 1 && port.connects == 2);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* A network that is currently unavailable stays stored. */
static void a_failed_connect_is_followed_by_provisioning(void)
{
	CHECK(init() == 0);
	port_hold_clock(true);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_or_provision);
	port_advance(4 * 20000 + 7000);
	port_await_event(NETWORK_PROV_START);
	CHECK(port.connects == 4 && port.running);
	network_prov_mgr_stop_provisioning();
	CHECK(result() == -ECANCELED);
	CHECK(port.erasures == 0 && port.stores == 0 && port.network_count == 1);

	start_call(connect_or_provision);
	CHECK(joins("Home", 5));
	radio_online();
	CHECK(result() == 0 && port.starts == 1);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Lets time pass, too short for the caller to give up. Returns once the caller has looked at the
 * clock and waits again, since advancing further before that would make it wait for a time already
 * past.
 */
static void advance_and_await_wait(uint64_t ms)
{
	int waits = port_waits();

	port_advance(ms);
	port_await_waits(waits + 1);
}

/* An access point takes longer to start after a power cut than a device. */
static void a_returning_network_is_joined_without_a_client(void)
{
	CHECK(init() == 0);
	port_hold_clock(true);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_or_provision);
	port_advance(4 * 20000 + 7000);
	port_await_event(NETWORK_PROV_START);
	port_await_waiters(1);
	CHECK(port.running && port.connects == 4);
	advance_and_await_wait(59999);
	CHECK(port.running && port.connects == 4);
	port_advance(1);
	port_await_event(NETWORK_PROV_END);
	port_await_waiters(1);
	CHECK(!port.running && joins("Home", 5));
	radio_online();
	CHECK(result() == 0 && port.starts == 1);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void an_active_client_keeps_the_service_running(void)
{
	CHECK(init() == 0);
	port_hold_clock(true);
	store("Home", "12345678", NETPROV_PSK);
	start_call(connect_or_provision_openly);
	port_advance(4 * 20000 + 7000);
	port_await_event(NETWORK_PROV_START);
	port_await_waiters(1);
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	for (int i = 0; i < 10; i++) {
		advance_and_await_wait(59999);
		CHECK(says(ask(1, "prov-config", GET_STATUS), "08015a021002"));
	}
	CHECK(port.running && port_count_events(NETWORK_PROV_END) == 0 && port.connects == 4);
	/* The client leaves silently, and no other client connects. */
	advance_and_await_wait(59999);
	CHECK(port.running);
	port_advance(1);
	port_await_event(NETWORK_PROV_END);
	port_await_waiters(1);
	CHECK(joins("Home", 5));
	network_prov_mgr_stop_provisioning();
	CHECK(result() == -ECANCELED);
}

static void without_stored_networks_the_service_never_times_out(void)
{
	CHECK(init() == 0);
	start_call(connect_or_provision);
	port_advance(3600000);
	CHECK(port.running && port.starts == 1);
	network_prov_mgr_stop_provisioning();
	CHECK(result() == -ECANCELED);
}

static void arguments_are_checked_before_anything_is_tried(void)
{
	static const char long_name[] = "123456789012345678901234567890123";

	CHECK(network_prov_mgr_connect_or_provision(1, NULL, "n", NULL) == -EPERM);
	CHECK(init() == 0);
	store("Home", "12345678", NETPROV_PSK);
	CHECK(network_prov_mgr_connect_or_provision(1, NULL, NULL, NULL) == -EINVAL);
	CHECK(network_prov_mgr_connect_or_provision(1, NULL, long_name, NULL) == -EINVAL);
	CHECK(network_prov_mgr_connect_or_provision(2, NULL, "n", NULL) == -EINVAL);
	CHECK(network_prov_mgr_connect_or_provision(3, NULL, "n", NULL) == -ENOTSUP);
	CHECK(port.connects == 0);
	port.network_count = 0;
	port.start_error = -EIO;
	CHECK(network_prov_mgr_connect_or_provision(1, NULL, "n", NULL) == -EIO);
	CHECK(network_prov_mgr_is_sm_idle());
}

static void deinit_cancels_connect_or_provision(void)
{
	CHECK(init() == 0);
	start_call(connect_or_provision);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(result() == -ECANCELED && !port.running);
	CHECK(port_count_events(NETWORK_PROV_END) == 1 && port_count_events(NETWORK_PROV_DEINIT) == 1);

	/* A success before a reset must not count for the next call either. */
	CHECK(init() == 0);
	start_call(connect_or_provision);
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	radio_online();
	CHECK(port_count_events(NETWORK_PROV_CRED_SUCCESS) == 1);
	CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
	network_prov_mgr_stop_provisioning();
	CHECK(result() == -ECANCELED);
}

/* Stored networks keep their security mode: from the scan, or else from the association. */
static void the_security_mode_is_stored(void)
{
	static const struct {
		uint8_t scanned, linked;
		enum netprov_security security;
	} cases[] = {
		{ 6, 6, NETPROV_SAE },	      { 7, 6, NETPROV_PSK_OR_SAE }, { 255, 6, NETPROV_SAE },
		{ 255, 3, NETPROV_PSK },      { 255, 7, NETPROV_PSK_OR_SAE },
		{ 255, 5, NETPROV_UNKNOWN },
		/* A driver that reports no security: the passphrase is still needed. */
		{ 255, 0, NETPROV_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		serve_client();
		if (cases[i].scanned != 255) {
			ask(1, "prov-scan", SCAN_AND_WAIT);
			radio_found("Home", -42, cases[i].scanned);
			radio_scan_done(0);
		}
		CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
		port_advance(1000);
		radio_link_up(cases[i].linked);
		radio_address();
		CHECK(port.stores == (int)i + 1);
		CHECK(port.stored_security == cases[i].security);
		network_prov_mgr_stop_provisioning();
		radio_link_down(NETPROV_FAILURE_OTHER);
	}
	serve();
	CHECK(network_prov_mgr_configure_wifi_sta("Cafe", NULL) == 0);
	port_advance(1000);
	radio_online();
	CHECK(port.stored_security == NETPROV_OPEN);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

void test_online(void)
{
	RUN(connecting_without_stored_networks_fails_at_once);
	RUN(a_stored_network_is_joined);
	RUN(stay_online_restores_a_lost_connection);
	RUN(stored_networks_take_turns_with_growing_pauses);
	RUN(an_attempt_times_out);
	RUN(the_end_of_the_previous_association_is_ignored);
	RUN(networks_that_cannot_be_tried_count_as_failed_attempts);
	RUN(stop_cancels_connecting);
	RUN(concurrent_operations_are_refused);
	RUN(a_stored_network_makes_provisioning_unnecessary);
	RUN(a_device_without_credentials_is_provisioned);
	RUN(a_failed_connect_is_followed_by_provisioning);
	RUN(a_returning_network_is_joined_without_a_client);
	RUN(an_active_client_keeps_the_service_running);
	RUN(without_stored_networks_the_service_never_times_out);
	RUN(arguments_are_checked_before_anything_is_tried);
	RUN(deinit_cancels_connect_or_provision);
	RUN(the_security_mode_is_stored);
}
