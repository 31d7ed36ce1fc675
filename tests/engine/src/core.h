/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A scripted core that records its calls.
 */

#ifndef TESTS_ENGINE_CORE_H_
#define TESTS_ENGINE_CORE_H_

#include <stdbool.h>
#include <stdint.h>

#include "netprov_core.h"

/** What the core does with each request, on the provisioning thread. Set by a test. */
extern void (*core_on_request)(const struct netprov_request *request);

/** What it does when a request is abandoned, besides counting; may be NULL. */
extern void (*core_on_abandon)(uint32_t number);

/** The last request. Its number stays readable after it has ended. */
extern struct netprov_request core_request;

/** Number of requests, and of abandoned ones. */
extern int core_requests, core_abandons;

/** Number of calls to catch up, and to end the service (0) or the manager (1). */
extern int core_catch_ups, core_ends[2];

/** More link events than the engine keeps. */
#define CORE_LINKS_MAX 40

/** The reported link events in order: whether a client connected. */
extern bool core_links[CORE_LINKS_MAX];
extern int core_link_count;

/** The number abandoned last. */
extern uint32_t core_abandoned;

/** Writes `length` bytes of `byte` as the response, and ends the request. */
void core_respond(const struct netprov_request *request, uint8_t byte, size_t length);

/** Resets all recorded state. */
void core_reset(void);

#endif /* TESTS_ENGINE_CORE_H_ */
