/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The device under test. Each test begins with the manager initialised and nothing started.
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

/** Given at these events. */
extern struct k_sem success;
extern struct k_sem end;

/** The events of stations that join and leave the access point. */
extern struct k_msgq links;

/** What happens when the next session is established. */
extern void (*on_session)(void);

/**
 * Starts with this security, and the endpoint CUSTOM, which answers `echo:` and what it got, as far as
 * that fits.
 */
void serve(int security);

/** Stops, and waits for the end. */
void stop_serving(void);

/** Asks for the version on a connection of its own. */
void must_answer(void);

/** Begins a session of security 0 over this browser. */
void establish(struct client *client, struct browser *browser);

/** Has the scans of the device find networks. */
void add_networks(void);

/** Provisions the device that serves with security 1 or 2, after add_networks(). */
void provision(struct browser *browser, int security);

/** Ends all, as a restart does, but for what is stored. */
void restart_device(void);

/** The client's session must still be the one in force. */
void must_be_alive(struct client *client);

/** What the next request to CUSTOM runs, on the provisioning thread. */
extern void (*on_custom)(void);

/** How long the longest answer of CUSTOM is, if it is not an echo. */
extern size_t custom_length;

#endif /* TESTS_HTTP_SERVICE_H_ */
