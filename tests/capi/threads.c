/* SPDX-License-Identifier: Apache-2.0 */
/* Calls from several threads at once. */
#include "test.h"

#include <pthread.h>

#define THREADS 8
#define CALLS 200

static void *call(void *argument)
{
	const int *number = argument;

	for (int i = 0; i < CALLS; i++) {
		enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_CONNECTING;
		bool provisioned = true;
		char label[2] = { (char)('a' + *number), '\0' };
		int started;

		switch ((i + *number) % 6) {
		case 0:
			started = network_prov_mgr_start_provisioning(1, "pop", label, NULL);
			CHECK(started == 0 || started == -EPERM);
			break;
		case 1:
			network_prov_mgr_stop_provisioning();
			break;
		case 2:
			CHECK(network_prov_mgr_set_app_info(label, "1", NULL, 0) == 0);
			break;
		case 3:
			CHECK(network_prov_mgr_get_wifi_state(&state) == 0 &&
			      state == NETWORK_PROV_WIFI_STA_DISCONNECTED);
			break;
		case 4:
			CHECK(network_prov_mgr_is_provisioned(&provisioned) == 0 && !provisioned);
			break;
		default:
			network_prov_mgr_is_sm_idle();
			break;
		}
	}
	return NULL;
}

static void many_threads_call_at_once(void)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	CHECK(init() == 0);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		CHECK(pthread_create(&threads[i], NULL, call, &numbers[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
	}
	network_prov_mgr_stop_provisioning();
	CHECK(port.starts > 0 && port.starts == port.stops);
}

#define CONNECTS 50

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int connecting;

static void *connect_often(void *unused)
{
	for (int i = 0; i < CONNECTS; i++) {
		int result = i % 2 == 0 ? network_prov_mgr_connect()
					: network_prov_mgr_connect_or_provision(1, NULL, "n", NULL);

		CHECK(result == -ECANCELED || result == -EBUSY || result == -EPERM);
	}
	pthread_mutex_lock(&lock);
	connecting--;
	pthread_mutex_unlock(&lock);
	return unused;
}

static bool is_any_thread_connecting(void)
{
	bool anybody;

	pthread_mutex_lock(&lock);
	anybody = connecting > 0;
	pthread_mutex_unlock(&lock);
	return anybody;
}

/* Ending the manager releases all connecting threads, at any moment and in any way. */
static void deinit_releases_connecting_threads(void)
{
	pthread_t threads[4];

	port.networks[0].ssid = "Home";
	port.networks[0].passphrase = "12345678";
	port.network_count = 1;
	connecting = 4;
	for (int i = 0; i < 4; i++) {
		CHECK(pthread_create(&threads[i], NULL, connect_often, NULL) == 0);
	}
	for (int i = 0; is_any_thread_connecting(); i++) {
		int result = init();

		CHECK(result == 0 || result == -EALREADY);
		result = network_prov_mgr_start_provisioning(0, NULL, "n", NULL);
		CHECK(result == 0 || result == -EBUSY);
		network_prov_mgr_stop_provisioning();
		if (i % 3 == 0) {
			CHECK(network_prov_mgr_deinit() == 0);
		}
	}
	for (int i = 0; i < 4; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
	}
	CHECK(port.connects > 0 && port.erasures == 0);
}

static void *await(void *unused)
{
	network_prov_mgr_wait();
	return unused;
}

static pthread_t waiters[4];

static void start_waiters(void)
{
	for (int i = 0; i < 4; i++) {
		CHECK(pthread_create(&waiters[i], NULL, await, NULL) == 0);
	}
	port_await_waiters(4);
}

static void join_waiters(void)
{
	for (int i = 0; i < 4; i++) {
		CHECK(pthread_join(waiters[i], NULL) == 0);
	}
}

/* Trap 32: every way of ending releases the waiting threads; a second wait also returns. */
static void all_waiters_are_released(void)
{
	network_prov_mgr_wait();
	serve_client();
	start_waiters();
	network_prov_mgr_stop_provisioning();
	join_waiters();
	network_prov_mgr_wait();

	serve();
	start_waiters();
	CHECK(network_prov_mgr_configure_wifi_sta("s", "12345678") == 0);
	port_advance(1000);
	radio_online();
	join_waiters();
	CHECK(port.running);
	network_prov_mgr_wait();
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void restart(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_END && port.starts == 1) {
		CHECK(network_prov_mgr_start_provisioning(0, NULL, "again", NULL) == 0);
	} else if (event == NETWORK_PROV_CRED_SUCCESS) {
		CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == 0);
	}
}

/* Waiting threads return when their service has ended, even if another one has started by then. */
static void waiters_are_released_despite_a_restart(void)
{
	serve();
	port.hook = restart;
	start_waiters();
	network_prov_mgr_stop_provisioning();
	join_waiters();
	CHECK(port.running && port.starts == 2);

	start_waiters();
	CHECK(network_prov_mgr_configure_wifi_sta("s", "12345678") == 0);
	port_advance(1000);
	radio_online();
	join_waiters();
	CHECK(port.running && port_count_events(NETWORK_PROV_START) == 3);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

void test_threads(void)
{
	RUN(many_threads_call_at_once);
	RUN(deinit_releases_connecting_threads);
	RUN(all_waiters_are_released);
	RUN(waiters_are_released_despite_a_restart);
}
