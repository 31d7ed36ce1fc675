/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief For each test, a device with a provisioning service and a client on its console.
 */

#ifndef TESTS_WIFI_DEVICE_H_
#define TESTS_WIFI_DEVICE_H_

#include <zephyr/kernel.h>

#include <network_provisioning/network_prov_mgr.h>

#include "client.h"

/** An event of the manager. */
struct device_event {
	enum network_prov_cb_event event;
	/** The reason of CRED_FAIL. */
	enum network_prov_cred_fail_reason reason;
};

/** All events except those about sessions and attempts. */
extern struct k_msgq device_events;

/** Called for every event, on the provisioning thread; may be NULL. Set it before the service
 * starts.
 */
extern void (*device_callback)(enum network_prov_cb_event event);

/** The client, with a session of security 0. */
extern struct client client;

/** Starts the service with this number of attempts, and a session. */
void device_start(uint32_t attempts);

/** Ends everything. */
void device_stop(void);

/** Waits for the next event, which must be this one. */
struct device_event device_expect(enum network_prov_cb_event event);

/** Checks that no event is delivered in this time. */
void device_expect_nothing_for(k_timeout_t time);

/** Provides credentials, as an application may. */
void device_provision(const char *ssid, const char *passphrase);

/** Provides credentials and waits for the success. */
void device_join(const char *ssid, const char *passphrase);

/** Provides credentials and waits for the failure. Returns its reason. */
enum network_prov_cred_fail_reason device_fail(const char *ssid, const char *passphrase);

#endif /* TESTS_WIFI_DEVICE_H_ */
