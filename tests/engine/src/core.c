/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "core.h"
#include "engine/engine.h"

void (*core_on_request)(const struct netprov_request *request);
void (*core_on_abandon)(uint32_t number);
struct netprov_request core_request;
int core_requests, core_abandons, core_catch_ups;
int core_ends[2];
bool core_links[CORE_LINKS_MAX];
int core_link_count;
uint32_t core_abandoned;

void netprov_core_request(const struct netprov_request *request)
{
	zassert_true(netprov_engine_is_current());
	core_request = *request;
	core_requests++;
	core_on_request(request);
}

void netprov_core_abandon(uint32_t request)
{
	zassert_true(netprov_engine_is_current());
	core_abandoned = request;
	core_abandons++;
	if (core_on_abandon != NULL) {
		core_on_abandon(request);
	}
}

int64_t netprov_core_next_timeout(void)
{
	return -1;
}

void netprov_core_handle_timeouts(void)
{
}

void netprov_core_catch_up(void)
{
	zassert_true(netprov_engine_is_current());
	core_catch_ups++;
}

void netprov_core_transport(bool connected)
{
	zassert_true(netprov_engine_is_current());
	zassert_true(core_link_count < CORE_LINKS_MAX);
	core_links[core_link_count++] = connected;
}

void netprov_core_end(bool deinit)
{
	zassert_true(netprov_engine_is_current());
	core_ends[deinit]++;
}

void core_respond(const struct netprov_request *request, uint8_t byte, size_t length)
{
	memset(request->buffer, byte, length);
	netprov_port_respond(request->request, 0, length);
}

void core_reset(void)
{
	core_on_request = NULL;
	core_on_abandon = NULL;
	core_request = (struct netprov_request){0};
	core_requests = 0;
	core_abandons = 0;
	core_catch_ups = 0;
	core_ends[0] = 0;
	core_ends[1] = 0;
	core_link_count = 0;
	core_abandoned = 0;
}
