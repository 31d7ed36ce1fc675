/* SPDX-License-Identifier: Apache-2.0 */

#include <stddef.h>

#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include "netprov_core.h"
#include "transport/softap/http_session.h"

LOG_MODULE_DECLARE(netprov_http, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** As many as the core has at a time: one established, three pending, and some of them replaced. */
#define ORIGINS 6

/** From where each session was begun, the latest ones. */
static struct {
	uint32_t session;
	uint32_t peer;
} origins[ORIGINS];

static size_t next;

static bool is_elsewhere(uint32_t session, uint32_t peer)
{
	for (size_t i = 0; i < ORIGINS; i++) {
		if (origins[i].session == session) {
			return origins[i].peer != peer;
		}
	}
	return false;
}

int netprov_http_session(uint8_t transport, uint32_t connection, uint32_t peer,
			 const char *cookies, uint32_t *session)
{
	int ret = netprov_core_http_session(transport, connection,
					    cookies[0] != '\0' ? cookies : NULL, session);

	if (ret == 0 && cookies[0] != '\0' && is_elsewhere(*session, peer)) {
		LOG_INF("A session's cookie came from another address: it begins a new session");
		ret = netprov_core_http_session(transport, connection, NULL, session);
	}
	if (ret > 0) {
		uint32_t established = netprov_core_session_in_force(transport);

		/* Sessions that a stranger begins must not push out the established one. */
		if (established != 0 && origins[next].session == established) {
			next = (next + 1) % ORIGINS;
		}
		origins[next].session = *session;
		origins[next].peer = peer;
		next = (next + 1) % ORIGINS;
	}
	return ret;
}
