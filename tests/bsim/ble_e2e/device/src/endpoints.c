/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Endpoints of an application:
 *
 *   custom-data  returns each byte inverted; if the first byte is 0xee, returns one byte too many
 *   slow         has the service stopped, and takes half a second to respond
 *   links        returns how many clients have connected, and how many are connected now
 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"

#include "device.h"

/** One byte more than fits an attribute. */
#define TOO_LONG 513

static atomic_t connections, present;

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	ARG_UNUSED(conn);
	if (error == 0) {
		atomic_inc(&connections);
		atomic_inc(&present);
	}
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(conn);
	ARG_UNUSED(reason);
	atomic_dec(&present);
}

BT_CONN_CB_DEFINE(endpoint_callbacks) = {
	.connected = on_connected,
	.disconnected = on_disconnected,
};

static int custom_data(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		       size_t *outlen)
{
	size_t length = inlen > 0 && inbuf[0] == 0xee ? TOO_LONG : inlen;

	ARG_UNUSED(user_ctx);
	*outbuf = k_malloc(MAX(length, 1));
	if (*outbuf == NULL) {
		return -ENOMEM;
	}
	memset(*outbuf, 0, length);
	for (size_t i = 0; i < inlen; i++) {
		(*outbuf)[i] = ~inbuf[i];
	}
	*outlen = length;
	return 0;
}

/** Stops from a separate thread, which waits for the end. */
static K_SEM_DEFINE(is_asked_to_stop, 0, 1);

static void stop_when_asked(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (;;) {
		(void)k_sem_take(&is_asked_to_stop, K_FOREVER);
		network_prov_mgr_stop_provisioning();
		TEST_ASSERT(network_prov_mgr_is_sm_idle(), "stop returned before the end");
	}
}

K_THREAD_DEFINE(stopper, 4096, stop_when_asked, NULL, NULL, NULL, 5, 0, 0);

/** Stops from the queue that Bluetooth's commands need. */
static void stop_from_queue(struct k_work *work)
{
	int64_t begun = k_uptime_get();

	ARG_UNUSED(work);
	network_prov_mgr_stop_provisioning();
	TEST_ASSERT(k_uptime_get() - begun < 200, "the call blocked the queue");
}

static K_WORK_DEFINE(stopping, stop_from_queue);

static int slow(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		size_t *outlen)
{
	if (is_on_queue()) {
		(void)k_work_submit(&stopping);
	} else {
		k_sem_give(&is_asked_to_stop);
	}
	k_sleep(K_MSEC(500));
	return custom_data(user_ctx, inbuf, inlen, outbuf, outlen);
}

static int links(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		 size_t *outlen)
{
	ARG_UNUSED(user_ctx);
	ARG_UNUSED(inbuf);
	ARG_UNUSED(inlen);
	*outbuf = k_malloc(2);
	if (*outbuf == NULL) {
		return -ENOMEM;
	}
	(*outbuf)[0] = (uint8_t)atomic_get(&connections);
	(*outbuf)[1] = (uint8_t)atomic_get(&present);
	*outlen = 2;
	return 0;
}

static const struct {
	const char *name;
	network_prov_endpoint_handler_t handler;
} endpoints[] = {
	{"custom-data", custom_data},
	{"slow", slow},
	{"links", links},
};

void endpoints_create(void)
{
	ARRAY_FOR_EACH_PTR(endpoints, endpoint) {
		TEST_ASSERT(network_prov_mgr_endpoint_create(endpoint->name) == 0,
			    "failed to create %s", endpoint->name);
	}
}

void endpoints_register(void)
{
	ARRAY_FOR_EACH_PTR(endpoints, endpoint) {
		TEST_ASSERT(network_prov_mgr_endpoint_register(endpoint->name, endpoint->handler,
							       NULL) == 0,
			    "failed to register %s", endpoint->name);
	}
}
