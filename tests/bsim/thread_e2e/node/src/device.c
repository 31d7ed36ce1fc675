/* SPDX-License-Identifier: Apache-2.0 */

/* The device under test, and what clients do with it. */

#include <string.h>

#include <zephyr/kernel.h>

#include <openthread.h>
#include <openthread/dataset.h>
#include <openthread/thread.h>
#if defined(CONFIG_OPENTHREAD_FTD)
#include <openthread/thread_ftd.h>
#endif

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_ble.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/status.h>

#include "babblekit/testcase.h"

#include "node.h"
#include "typist.h"

#define POP   "abcd1234"
/** Longer than any wait: a border router may be away for minutes. */
#define LIMIT K_SECONDS(300)

/** With Bluetooth, the client is another program. */
#if defined(CONFIG_NETWORK_PROV_BLE)
#define SCHEME (&network_prov_scheme_ble)
#else
#define SCHEME (&network_prov_scheme_console)
#endif

/** The service has started. */
static K_SEM_DEFINE(started, 0, 1);
/** The service has ended. */
static K_SEM_DEFINE(ended, 0, 1);
/** A dataset has worked or failed. */
static K_SEM_DEFINE(decided, 0, 1);
/** OpenThread's state has changed. */
static K_SEM_DEFINE(changed, 0, 1);

/** Events that the application received, one letter per event. */
static char story[64];

static int addresses;

int device_addresses(void)
{
	return addresses;
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
	if (event == NETWORK_PROV_START) {
		TEST_ASSERT(network_prov_status_register() == 0, "no handler of the status");
		k_sem_give(&started);
	}
	if (event == NETWORK_PROV_ADDRESS) {
		addresses++;
		k_sem_give(&changed);
	}
	if (event == NETWORK_PROV_END) {
		k_sem_give(&ended);
	}
	if (event == NETWORK_PROV_CRED_SUCCESS || event == NETWORK_PROV_CRED_FAIL) {
		k_sem_give(&decided);
	}
}

static void on_change(otChangedFlags flags, void *context)
{
	ARG_UNUSED(flags);
	ARG_UNUSED(context);
	k_sem_give(&changed);
}

static struct openthread_state_changed_callback callback = {.otCallback = on_change};

static otError get_active(otOperationalDatasetTlvs *tlvs)
{
	otError error;

	openthread_mutex_lock();
	error = otDatasetGetActiveTlvs(openthread_get_default_instance(), tlvs);
	openthread_mutex_unlock();
	return error;
}

static bool has_tlv(const otOperationalDatasetTlvs *tlvs, const uint8_t *tlv)
{
	size_t length = tlv[1] + 2U;

	for (size_t at = 0; at + length <= tlvs->mLength; at += tlvs->mTlvs[at + 1] + 2U) {
		if (memcmp(&tlvs->mTlvs[at], tlv, length) == 0) {
			return true;
		}
	}
	return false;
}

bool network_is_active(const struct network *network)
{
	uint8_t dataset[DATASET_MAX];
	size_t length = network_dataset(network, dataset);
	otOperationalDatasetTlvs active;

	if (get_active(&active) != OT_ERROR_NONE || active.mLength != length) {
		return false;
	}
	/* A dataset from the network has its parts in another order. */
	for (size_t at = 0; at < length; at += dataset[at + 1] + 2U) {
		if (!has_tlv(&active, &dataset[at])) {
			return false;
		}
	}
	return true;
}

bool network_none_is_active(void)
{
	otOperationalDatasetTlvs active;

	return get_active(&active) == OT_ERROR_NOT_FOUND;
}

void device_begin(void)
{
	const struct network_prov_mgr_config config = {
		.scheme = SCHEME,
		.app_event_handler = {.event_cb = on_event},
	};

	TEST_ASSERT(typist_begin(), "the shell has not started");
	(void)openthread_state_changed_callback_register(&callback);
#if defined(CONFIG_OPENTHREAD_FTD)
	if (options.is_end_device) {
		openthread_mutex_lock();
		(void)otThreadSetRouterEligible(openthread_get_default_instance(), false);
		openthread_mutex_unlock();
	}
#endif
	TEST_ASSERT(network_prov_mgr_init(config) == 0, "the manager is not initialised");
	TEST_ASSERT(network_prov_status_create() == 0, "no status endpoint");
}

void device_start(void)
{
	int ret = network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, POP, "PROV_1234",
						      NULL);

	TEST_ASSERT(ret == 0, "the service does not start: %d", ret);
}

void device_await_start(void)
{
	(void)k_sem_take(&started, K_FOREVER);
}

void device_pair(struct client *client)
{
	char version[512];

	*client = (struct client){.send = typist_send, .context = "1"};
	TEST_ASSERT(client_version(client, version, sizeof(version)) == 0, "no version");
	TEST_ASSERT(strstr(version, "\"thread_prov\",\"thread_scan\"") != NULL &&
			    strstr(version, "wifi") == NULL,
		    "the device's version text: %s", version);
	TEST_ASSERT(client_handshake_1(client, POP) == 0, "no session");
}

void device_serve(struct client *client)
{
	device_start();
	device_pair(client);
}

void device_await_end(void)
{
	(void)k_sem_take(&ended, K_FOREVER);
}

void device_finish(void)
{
	TEST_ASSERT(network_prov_mgr_deinit() == 0, "the manager does not end");
	TEST_PRINT("the application received %s", story);
	TEST_ASSERT(options.story == NULL || strcmp(story, options.story) == 0,
		    "the application received %s, not %s", story, options.story);
}

void device_await_network(struct client *client, const struct network *network)
{
	struct client_thread_network found[8];
	int count;

	for (;;) {
		count = client_thread_scan(client, BIT(network->channel), found, ARRAY_SIZE(found));
		TEST_ASSERT(count >= 0, "no scan");
		for (int i = 0; i < count; i++) {
			if (strcmp(found[i].name, network->name) == 0) {
				return;
			}
		}
	}
}

void device_apply_dataset(struct client *client, const uint8_t *dataset, size_t length)
{
	struct client_thread_status status;

	TEST_ASSERT(client_thread_set(client, dataset, length) == 0, "the dataset is not accepted");
	TEST_ASSERT(client_thread_apply(client) == 0, "the dataset is not applied");
	TEST_ASSERT(client_thread_status(client, &status) == 0 && status.state == CLIENT_ATTACHING,
		    "the outcome is immediate: state %d", status.state);
}

void device_apply(struct client *client, const struct network *network)
{
	uint8_t dataset[DATASET_MAX];
	size_t length = network_dataset(network, dataset);

	device_apply_dataset(client, dataset, length);
}

void device_await_verdict(struct client *client, struct client_thread_status *status)
{
	TEST_ASSERT(k_sem_take(&decided, LIMIT) == 0, "the device attaches without end");
	TEST_ASSERT(client_thread_status(client, status) == 0, "no status");
}

void device_check_attached(const struct client_thread_status *status, const struct network *network)
{
	TEST_ASSERT(status->state == CLIENT_ATTACHED, "not attached: %d, reason %d", status->state,
		    status->reason);
	TEST_ASSERT(status->network.pan_id == network->pan_id, "PAN 0x%04x",
		    status->network.pan_id);
	TEST_ASSERT(status->network.channel == network->channel, "channel %d",
		    status->network.channel);
	TEST_ASSERT(strcmp(status->network.name, network->name) == 0, "network %s",
		    status->network.name);
	TEST_ASSERT(memcmp(status->network.ext_pan_id, network->ext_pan_id,
			   sizeof(network->ext_pan_id)) == 0,
		    "wrong extended PAN ID");
}

void device_check_status(struct client *client, const char *wanted)
{
	char text[512];
	size_t length = 0;
	int ret = client_ask(client, NETWORK_PROV_STATUS_ENDPOINT, (const uint8_t *)"?", 1,
			     (uint8_t *)text, sizeof(text) - 1, &length);

	TEST_ASSERT(ret == 0, "no status: %d", ret);
	text[length] = '\0';
	TEST_PRINT("%s", text);
	TEST_ASSERT(strncmp(text, wanted, strlen(wanted)) == 0, "%s instead of %s", text, wanted);
	TEST_ASSERT(strstr(text, ",\"eui64\":\"") != NULL && text[length - 1] == '}', "%s", text);
}

void device_join(struct client *client, const struct network *network)
{
	struct client_thread_status status;

	device_apply(client, network);
	device_await_verdict(client, &status);
	device_check_attached(&status, network);
	TEST_ASSERT(network_is_active(network), "it is not the active dataset");
}

otDeviceRole device_role(void)
{
	otDeviceRole role;

	openthread_mutex_lock();
	role = otThreadGetDeviceRole(openthread_get_default_instance());
	openthread_mutex_unlock();
	return role;
}

bool device_is_in_peers_network(void)
{
	return device_role() == OT_DEVICE_ROLE_CHILD || device_role() == OT_DEVICE_ROLE_ROUTER;
}

bool device_is_provisioned(void)
{
	bool provisioned = false;

	TEST_ASSERT(network_prov_mgr_is_provisioned(&provisioned) == 0, "nobody knows");
	return provisioned;
}

void device_await_change(void)
{
	TEST_ASSERT(k_sem_take(&changed, LIMIT) == 0, "nothing changes");
}

void device_await_attached(void)
{
	while (device_role() < OT_DEVICE_ROLE_CHILD) {
		device_await_change();
	}
}

void device_await_active(const struct network *network)
{
	while (!network_is_active(network)) {
		TEST_ASSERT(k_sem_take(&changed, LIMIT) == 0, "it is not the active dataset");
	}
}
