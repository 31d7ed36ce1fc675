/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The device under test. Each test begins with the manager initialized and nothing started.
 */

#ifndef TESTS_HTTP_SERVICE_H_
#define TESTS_HTTP_SERVICE_H_

#include <zephyr/kernel.h>

#include <network_provisioning/network_prov_mgr.h>

#include "browser.h"
#include "client.h"

#define POP "abcd1234"
#define NAME "PROV_TEST"
#define CUSTOM "custom-data"

/** Given when these events come. */
extern struct k_sem success;
extern struct k_sem end;

/** Given when a station joins or leaves the access point. */
extern struct k_msgq links;

/** Called when the next session is established. */
extern void (*on_session)(void);

/**
 * Starts the service with this security and the endpoint CUSTOM, which responds with `echo:` and as
 * much of the request as fits.
 */
void serve(int security);

/** Stops the service and waits for its end. */
void stop_serving(void);

/** Requests the version on a connection of its own. */
void must_answer(void);

/** Opens a session of security 0 over this browser. */
void establish(struct client *client, struct browser *browser);

/** Makes the device's scans find networks. */
void add_networks(void);

/** Provisions the device, which serves security 1 or 2. Call add_networks() first. */
void provision(struct browser *browser, int security);

/** Ends everything except what is stored, as a restart does. */
void restart_device(void);

/** The client's session must still be the current one. */
void must_be_alive(struct client *client);

/** What the next request to CUSTOM runs on the provisioning thread. */
extern void (*on_custom)(void);

/** The length of CUSTOM's longest response that is not an echo. */
extern size_t custom_length;

#endif /* TESTS_HTTP_SERVICE_H_ */
