/* SPDX-License-Identifier: Apache-2.0 */
/* A Thread device through the C API. Trap numbers refer to docs/traps.md. */
#include "stack.h"
#include "test.h"

#include <pthread.h>

/* The network of the byte vectors, with a dataset as created by a commissioner. */
#define DATASET                                                                                    \
	"0e080000000000010000"                                                                     \
	"000300000f"                                                                               \
	"350407fff800"                                                                             \
	"02081111111122222222"                                                                     \
	"0708fdaabbccddeeff00"                                                                     \
	"051000112233445566778899aabbccddeeff"                                                     \
	"030a4f70656e546872656164"                                                                 \
	"0102abcd"                                                                                 \
	"0410445f2b5ca6f2a93a55ce570a70efeecb"                                                     \
	"0c0402a0f7f8"

#define SET_DONE "08099a0100"
#define SET_REFUSED "08099a01020804"
#define THREAD_APPLY "080a"
#define THREAD_APPLY_DONE "080baa0100"
#define THREAD_APPLY_FAILED "080baa01020805"
#define GET_THREAD_STATUS "0806820100"
#define STATUS_ATTACHING "08078a01021001"
#define STATUS_DETACHED "08078a01021002"
#define STATUS_INVALID "08078a010410035000"
#define STATUS_NOT_FOUND "08078a010410035001"
#define STATUS_NOT_KEPT "08078a0106080510035001"
/* From the byte vectors. */
#define STATUS_ATTACHED "08078a011e5a1c08cdd70212081111111122222222180f220a4f70656e546872656164"
#define DISCOVER_AND_WAIT "08068201020801"
#define DISCOVER_CHANNEL_15 "080682010410808002"
#define DISCOVER_DONE "08078a0100"
#define DISCOVER_FAILED "080710058a0100"
#define DISCOVERED "0808"
#define DISCOVERED_ONE "08099a010408011001"
#define DISCOVERED_NONE "08099a01020801"
#define RESULT_0_1 "080aa201021001"
#define RESULT_HOME                                                                                \
	"080baa01350a3308cdd702100f18d6ffffffffffffffff0120032a080102030405060708320a4f70656e5468" \
	"726561643a081111111122222222"
#define THREAD_RESET "0805"
#define THREAD_RESET_DONE "0806820100"
#define THREAD_RESET_FAILED "08061005820100"
#define THREAD_REPROVISION "0807"
#define THREAD_REPROVISION_DONE "0808920100"

/* Sends a dataset of this many bytes. */
static struct response *set(const uint8_t *dataset, size_t length)
{
	static uint8_t message[700];
	size_t inner = length + (length > 127 ? 3 : 2), at = 0;

	message[at++] = 0x08;
	message[at++] = 0x08;
	message[at++] = 0x92;
	message[at++] = 0x01;
	message[at++] = (uint8_t)(inner & 0x7f) | (inner > 127 ? 0x80 : 0);
	if (inner > 127) {
		message[at++] = (uint8_t)(inner >> 7);
	}
	message[at++] = 0x0a;
	message[at++] = (uint8_t)(length & 0x7f) | (length > 127 ? 0x80 : 0);
	if (length > 127) {
		message[at++] = (uint8_t)(length >> 7);
	}
	memcpy(&message[at], dataset, length);
	return port_request(1, "prov-config", message, at + length, 1024);
}

static uint8_t dataset[254];

static size_t make_dataset(void)
{
	return unhex(DATASET, dataset, sizeof(dataset));
}

static void set_and_apply(void)
{
	CHECK(says(set(dataset, make_dataset()), SET_DONE));
	CHECK(says(ask(1, "prov-config", THREAD_APPLY), THREAD_APPLY_DONE));
}

static bool state_is(enum network_prov_thread_state wanted)
{
	enum network_prov_thread_state state;

	return network_prov_mgr_get_thread_state(&state) == 0 && state == wanted;
}

static bool reason_is(enum network_prov_thread_detached_reason wanted)
{
	enum network_prov_thread_detached_reason reason;

	return network_prov_mgr_get_thread_detached_reason(&reason) == 0 && reason == wanted;
}

/* Traps 44, 50 and 78. */
static void a_dataset_is_provisioned(void)
{
	static const enum network_prov_cb_event events[] = {
		NETWORK_PROV_INIT, NETWORK_PROV_START, NETWORK_PROV_SESSION_ESTABLISHED,
		NETWORK_PROV_CRED_RECV, NETWORK_PROV_ATTEMPT, NETWORK_PROV_CRED_SUCCESS,
		NETWORK_PROV_END, NETWORK_PROV_DEINIT,
	};
	bool provisioned = true;
	size_t length = make_dataset();

	serve_client();
	CHECK(state_is(NETWORK_PROV_THREAD_DETACHED));
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_DETACHED));
	set_and_apply();
	CHECK(port.attaches == 0 && state_is(NETWORK_PROV_THREAD_ATTACHING));
	port_advance(1000);
	CHECK(port.attaches == 1);
	/* A report without a network is ignored. */
	stack_null();
	CHECK(port.keeps == 0 && state_is(NETWORK_PROV_THREAD_ATTACHING));
	CHECK(port.dataset_length == length && memcmp(port.dataset, dataset, length) == 0);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_ATTACHING));
	stack_attached_home();
	CHECK(port.keeps == 1 && state_is(NETWORK_PROV_THREAD_ATTACHED));
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_ATTACHED));
	port_advance(999);
	CHECK(port.running);
	port_advance(1);
	CHECK(!port.running && port.detaches == 0);
	CHECK(network_prov_mgr_is_provisioned(&provisioned) == 0 && provisioned);
	CHECK(network_prov_mgr_is_thread_provisioned(&provisioned) == 0 && provisioned);
	CHECK(network_prov_mgr_is_wifi_provisioned(&provisioned) == 0 && !provisioned);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port.event_count == sizeof(events) / sizeof(events[0]));
	CHECK(memcmp(port.events, events, sizeof(events)) == 0);
	stack_detached();
}

static void an_absent_network_times_out(void)
{
	serve_client();
	port.stored = true;
	set_and_apply();
	port_advance(1000 + 19999);
	CHECK(port.detaches == 0 && port_count_events(NETWORK_PROV_CRED_FAIL) == 0);
	port_advance(1);
	CHECK(port.detaches == 1 && port.reason == NETWORK_PROV_THREAD_NOT_FOUND);
	CHECK(port.keeps == 0 && port.erasures == 0 && port.stored);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_NOT_FOUND));
	CHECK(state_is(NETWORK_PROV_THREAD_DETACHED));
	CHECK(reason_is(NETWORK_PROV_THREAD_NETWORK_NOT_FOUND));
	/* The reason stays readable after a reset (trap 40). */
	CHECK(network_prov_mgr_reset_thread_sm_state_on_failure() == 0);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_NOT_FOUND));
	/* A late attachment must not count. */
	stack_attached_home();
	CHECK(port.keeps == 0 && port_count_events(NETWORK_PROV_CRED_SUCCESS) == 0);
	stack_detached();
}

static void an_invalid_dataset_is_not_tried(void)
{
	size_t length = make_dataset();

	serve_client();
	CHECK(says(set(dataset, length - 1), SET_DONE));
	CHECK(says(ask(1, "prov-config", THREAD_APPLY), THREAD_APPLY_FAILED));
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_INVALID));
	CHECK(port.reason == NETWORK_PROV_DATASET_INVALID);
	CHECK(reason_is(NETWORK_PROV_THREAD_DATASET_INVALID));
	port_advance(60000);
	CHECK(port.attaches == 0 && port.detaches == 0);

	/* A dataset that only the stack rejects. */
	port.attach_error = -EINVAL;
	set_and_apply();
	port_advance(1000);
	CHECK(port.attaches == 1 && port_count_events(NETWORK_PROV_CRED_FAIL) == 2);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_INVALID));
	/* A stack error. */
	port.attach_error = -EIO;
	set_and_apply();
	port_advance(1000);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_NOT_FOUND));
	CHECK(port.attaches == 2 && port.keeps == 0);
}

/* Trap 11: the client gets a response message, not a transport error. */
static void an_oversized_dataset_is_refused(void)
{
	static const uint8_t zeros[256];

	serve_client();
	CHECK(says(set(zeros, 254), SET_DONE));
	CHECK(says(set(zeros, 255), SET_REFUSED));
	CHECK(says(set(zeros, 256), SET_REFUSED));
	/* No dataset is left to apply. */
	CHECK(says(ask(1, "prov-config", THREAD_APPLY), THREAD_APPLY_FAILED));
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 0 && port.attaches == 0);
}

static void a_dataset_that_cannot_be_stored_has_failed(void)
{
	serve_client();
	port.keep_error = -EIO;
	set_and_apply();
	port_advance(1000);
	stack_attached_home();
	CHECK(port.keeps == 1 && port.detaches == 1 && !port.stored);
	CHECK(port.reason == NETWORK_PROV_STORAGE_ERROR);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_NOT_KEPT));
	stack_detached();
}

/* The stack still reports the network that the device was attached to before. */
static void a_report_about_the_previous_network_is_no_success(void)
{
	stack_attached(7);
	serve_client();
	set_and_apply();
	port_advance(1000);
	stack_attached(7);
	CHECK(port.keeps == 0);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_ATTACHING));
	stack_attached_home();
	CHECK(port.keeps == 1 && port_count_events(NETWORK_PROV_CRED_SUCCESS) == 1);
	stack_detached();
}

/* Trap 60. */
static void networks_are_discovered(void)
{
	struct response *waiting;

	serve_client();
	CHECK(says(ask(1, "prov-scan", DISCOVERED), DISCOVERED_NONE));
	waiting = ask(1, "prov-scan", DISCOVER_AND_WAIT);
	CHECK(waiting->replies == 0 && port.discovers == 1 && port.channel_mask == 0);
	stack_found("OpenThread", -60);
	stack_found("OpenThread", -42);
	stack_found("", -10);
	stack_found("a name without e-", -10);
	stack_found("\xff\xfe", -10);
	stack_null();
	radio_scan_done(0);
	CHECK(says(waiting, DISCOVER_DONE));
	CHECK(says(ask(1, "prov-scan", DISCOVERED), DISCOVERED_ONE));
	CHECK(says(ask(1, "prov-scan", RESULT_0_1), RESULT_HOME));

	CHECK(says(ask(1, "prov-scan", DISCOVER_CHANNEL_15), DISCOVER_DONE));
	CHECK(port.discovers == 2 && port.channel_mask == 1 << 15);
	radio_scan_done(0);
	port.discover_error = -EBUSY;
	CHECK(says(ask(1, "prov-scan", DISCOVER_AND_WAIT), DISCOVER_FAILED));
}

static void wifi_credentials_are_refused(void)
{
	struct response *version;
	char text[200] = "";

	serve_client();
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_REFUSED));
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_WIFI_REFUSED));
	CHECK(port.event_count == 3 && port.attaches == 0);
	version = ask(1, "proto-ver", "455350");
	CHECK(version->error == 0 && version->length < sizeof(text));
	memcpy(text, version->data, version->length);
	CHECK(strstr(text, "\"thread_prov\",\"thread_scan\"") != NULL);
	CHECK(strstr(text, "wifi") == NULL);
}

static void a_client_resets_and_provisions_again(void)
{
	serve_client();
	set_and_apply();
	CHECK(says(ask(1, "prov-ctrl", THREAD_RESET), THREAD_RESET_FAILED));
	CHECK(network_prov_mgr_reset_thread_sm_state_on_failure() == -EPERM);
	port_advance(1000);
	stack_attached_home();
	CHECK(says(ask(1, "prov-ctrl", THREAD_REPROVISION), THREAD_REPROVISION_DONE));
	CHECK(port.detaches == 1 && port_count_events(NETWORK_PROV_START) == 2 && port.stored);
	CHECK(says(ask(1, "prov-ctrl", THREAD_RESET), THREAD_RESET_DONE));
	/* The pending end of the service is cancelled. */
	port_advance(60000);
	CHECK(port.running);
	set_and_apply();
	port_advance(1000);
	stack_attached_home();
	CHECK(network_prov_mgr_reset_thread_sm_state_for_reprovision() == 0);
	CHECK(port.detaches == 2 && port_count_events(NETWORK_PROV_START) == 3);
	stack_detached();
}

static void the_application_may_provide_a_dataset(void)
{
	size_t length = make_dataset();
	static const uint8_t zeros[255];

	CHECK(network_prov_mgr_configure_thread_dataset(NULL, length) == -EINVAL);
	CHECK(network_prov_mgr_configure_thread_dataset(dataset, length) == -EPERM);
	CHECK(init() == 0);
	CHECK(network_prov_mgr_configure_thread_dataset(dataset, length) == -EPERM);
	serve();
	CHECK(network_prov_mgr_configure_thread_dataset(NULL, length) == -EINVAL);
	CHECK(network_prov_mgr_configure_thread_dataset(dataset, 0) == -EINVAL);
	CHECK(network_prov_mgr_configure_thread_dataset(zeros, 255) == -EINVAL);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 0 && state_is(NETWORK_PROV_THREAD_DETACHED));
	CHECK(network_prov_mgr_configure_thread_dataset(dataset, length - 1) == -EINVAL);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	CHECK(network_prov_mgr_configure_thread_dataset(dataset, length) == 0);
	/* The dataset is copied, and a wrong one does not replace it. */
	memset(dataset, 0, sizeof(dataset));
	CHECK(network_prov_mgr_configure_thread_dataset(zeros, 200) == -EINVAL);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	port_advance(1000);
	CHECK(network_prov_mgr_configure_thread_dataset(zeros, 200) == -EPERM);
	make_dataset();
	CHECK(port.attaches == 1 && memcmp(port.dataset, dataset, length) == 0);
	stack_attached_home();
	CHECK(port_count_events(NETWORK_PROV_CRED_SUCCESS) == 1);
	stack_detached();
}

static void calls_in_the_wrong_state_change_nothing(void)
{
	enum network_prov_thread_state state = NETWORK_PROV_THREAD_ATTACHED;
	enum network_prov_thread_detached_reason reason = NETWORK_PROV_THREAD_DATASET_INVALID;

	CHECK(network_prov_mgr_get_thread_state(NULL) == -EINVAL);
	CHECK(network_prov_mgr_get_thread_state(&state) == -EPERM);
	CHECK(network_prov_mgr_get_thread_detached_reason(NULL) == -EINVAL);
	CHECK(network_prov_mgr_get_thread_detached_reason(&reason) == -EPERM);
	CHECK(network_prov_mgr_reset_thread_sm_state_on_failure() == -EPERM);
	CHECK(network_prov_mgr_reset_thread_sm_state_for_reprovision() == -EPERM);
	CHECK(network_prov_mgr_is_thread_provisioned(NULL) == -EINVAL);
	CHECK(network_prov_mgr_is_wifi_provisioned(NULL) == -EINVAL);
	CHECK(state == NETWORK_PROV_THREAD_ATTACHED);
	serve();
	CHECK(network_prov_mgr_get_thread_detached_reason(&reason) == -EPERM);
	CHECK(reason == NETWORK_PROV_THREAD_DATASET_INVALID);
	CHECK(network_prov_mgr_reset_thread_sm_state_for_reprovision() == 0);
	CHECK(network_prov_mgr_reset_thread_provisioning() == 0 && port.erasures == 1);
	port.store_fails = true;
	CHECK(network_prov_mgr_reset_thread_provisioning() == -EIO);
}

static void stop_aborts_an_attempt(void)
{
	serve_client();
	set_and_apply();
	port_advance(1000);
	network_prov_mgr_stop_provisioning();
	CHECK(port.detaches == 1 && port.keeps == 0 && !port.running);
}

/* A thread that blocks in the call. */
static int caller_result;

static void *connect_stored(void *unused)
{
	caller_result = network_prov_mgr_connect();
	return unused;
}

static pthread_t start_call(void)
{
	pthread_t caller;

	caller_result = 1;
	CHECK(pthread_create(&caller, NULL, connect_stored, NULL) == 0);
	port_await_waiters(1);
	return caller;
}

static int result(pthread_t caller)
{
	CHECK(pthread_join(caller, NULL) == 0);
	return caller_result;
}

static void a_stored_dataset_is_used_with_growing_pauses(void)
{
	static const uint64_t pauses[] = { 1000, 2000, 4000 };
	pthread_t caller;

	CHECK(init() == 0);
	CHECK(network_prov_mgr_connect() == -ENOENT && port.attaches == 0);
	port.stored = true;
	caller = start_call();
	CHECK(port.attaches == 1 && port.dataset_length == 0);
	CHECK(state_is(NETWORK_PROV_THREAD_ATTACHING));
	stack_attached(7);
	CHECK(result(caller) == 0 && state_is(NETWORK_PROV_THREAD_ATTACHED));
	CHECK(network_prov_mgr_connect() == 0 && port.attaches == 1);
	stack_detached();

	caller = start_call();
	for (int i = 0; i < 4; i++) {
		CHECK(port.attaches == i + 2);
		port_advance(19999);
		CHECK(port.detaches == i);
		port_advance(1);
		CHECK(port.detaches == i + 1);
		if (i < 3) {
			port_advance(pauses[i]);
		}
	}
	CHECK(result(caller) == -ETIMEDOUT);
	CHECK(port.keeps == 0 && port.erasures == 0 && port.stored && port.event_count == 1);
}

/* The device becomes the leader of its own network. */
static void a_dataset_without_another_device_fails(void)
{
	serve_client();
	set_and_apply();
	port_advance(1000);
	stack_alone_home();
	CHECK(port.keeps == 0);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_ATTACHING));
	port_advance(20000);
	CHECK(port.detaches == 1 && port.reason == NETWORK_PROV_THREAD_NOT_FOUND);
	CHECK(says(ask(1, "prov-config", GET_THREAD_STATUS), STATUS_NOT_FOUND));
	stack_detached();

	/* Another device is found within the attempt. */
	set_and_apply();
	port_advance(1000);
	stack_alone_home();
	stack_attached_home();
	CHECK(port.keeps == 1 && port_count_events(NETWORK_PROV_CRED_SUCCESS) == 1);
	stack_detached();
}

static void a_stored_dataset_needs_no_other_device(void)
{
	pthread_t caller;

	CHECK(init() == 0);
	port.stored = true;
	caller = start_call();
	stack_alone_home();
	CHECK(result(caller) == 0 && state_is(NETWORK_PROV_THREAD_ATTACHED));
	stack_detached();
}

static const uint8_t mesh_local[16] = { 0xfd, 0xaa, 1 }, off_mesh[16] = { 0xfd, 0xbb, 2 },
		     other_off_mesh[16] = { 0x20, 0x01, 3 };

/* A thread that waits for an address. */
static struct network_prov_address awaited;

static void *await_off_mesh(void *unused)
{
	caller_result = network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 60000,
							  &awaited);
	return unused;
}

static void addresses_are_reported_and_awaited(void)
{
	struct network_prov_address address;
	pthread_t caller;

	/* Also without a manager. */
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_IPV4, 0, &address) == -EINVAL);
	CHECK(network_prov_mgr_wait_for_address(3, 0, &address) == -EINVAL);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_MESH_LOCAL, 0, &address) ==
	      -ETIMEDOUT);
	CHECK(init() == 0);
	/* The address exists before the device is attached, but nobody could reach the device at
	 * it.
	 */
	stack_addresses(mesh_local, NULL);
	CHECK(port.address_count == 0);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_MESH_LOCAL, 0, &address) ==
	      -ETIMEDOUT);
	stack_attached_home();
	CHECK(port.address_count == 1 && port.address.kind == NETWORK_PROV_ADDRESS_MESH_LOCAL);
	CHECK(port.address.length == 16 && memcmp(port.address.bytes, mesh_local, 16) == 0);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_MESH_LOCAL, 0, NULL) == 0);

	port_hold_clock(true);
	CHECK(pthread_create(&caller, NULL, await_off_mesh, NULL) == 0);
	port_await_waiters(1);
	stack_addresses(mesh_local, off_mesh);
	CHECK(result(caller) == 0 && awaited.kind == NETWORK_PROV_ADDRESS_OFF_MESH);
	CHECK(awaited.length == 16 && memcmp(awaited.bytes, off_mesh, 16) == 0);
	port_hold_clock(false);
	CHECK(port.address_count == 2 && port.address.kind == NETWORK_PROV_ADDRESS_OFF_MESH);
	/* The same addresses are not reported again; another border router's is. */
	stack_addresses(mesh_local, off_mesh);
	CHECK(port.address_count == 2);
	stack_addresses(mesh_local, other_off_mesh);
	CHECK(port.address_count == 3 && memcmp(port.address.bytes, other_off_mesh, 16) == 0);

	/* After the device has detached, no address counts. */
	stack_detached();
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 60000, &address) ==
	      -ETIMEDOUT);
	stack_attached_home();
	CHECK(port.address_count == 5);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 0, &address) == 0);
	CHECK(memcmp(address.bytes, other_off_mesh, 16) == 0);
	stack_addresses(NULL, NULL);
	stack_detached();
}

static void the_qr_code_names_thread(void)
{
	char text[200];
	struct network_prov_mgr_config config = { .scheme = &scheme_softap };

	CHECK(network_prov_mgr_init(config) == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "pop", "n", NULL) == 0);
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == 0);
	CHECK(strstr(text, "\"network\":\"thread\"") != NULL);
}

void test_openthread(void)
{
	RUN(a_dataset_is_provisioned);
	RUN(an_absent_network_times_out);
	RUN(an_invalid_dataset_is_not_tried);
	RUN(an_oversized_dataset_is_refused);
	RUN(a_dataset_that_cannot_be_stored_has_failed);
	RUN(a_report_about_the_previous_network_is_no_success);
	RUN(networks_are_discovered);
	RUN(wifi_credentials_are_refused);
	RUN(a_client_resets_and_provisions_again);
	RUN(the_application_may_provide_a_dataset);
	RUN(calls_in_the_wrong_state_change_nothing);
	RUN(stop_aborts_an_attempt);
	RUN(a_stored_dataset_is_used_with_growing_pauses);
	RUN(a_dataset_without_another_device_fails);
	RUN(a_stored_dataset_needs_no_other_device);
	RUN(addresses_are_reported_and_awaited);
	RUN(the_qr_code_names_thread);
}
