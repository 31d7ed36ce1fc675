/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Transports that abandon requests at any time, and a core that responds at any time. A buffer has
 * one owner at a time, so each owner marks it and checks that the mark stays.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/random/random.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "core.h"
#include "engine/engine.h"
#include "engine/exchange.h"

#define TRANSPORTS 3
#define SIZE       24
#define TIMES      1500
/*
 * Number of requests of each transport that must get a response, and that must not. With several
 * processors, time is the host's, and under load nearly all waits may time out first.
 */
#define SOME       (IS_ENABLED(CONFIG_SMP) ? 1 : TIMES / 20)

struct transport {
	struct k_thread thread;
	struct netprov_exchange exchange;
	uint8_t buffer[SIZE];
	int responses, errors, given_up, busy;
};

static struct transport transports[TRANSPORTS];
static K_THREAD_STACK_ARRAY_DEFINE(stacks, TRANSPORTS, 2048);

/** Requests that the core has deferred, for the provisioning thread. */
static uint32_t deferred[TRANSPORTS];

/** Number of requests that the core has ended. */
static int ended;

static uint32_t dice(uint32_t sides)
{
	return sys_rand32_get() % sides;
}

/** Lets time pass and other threads run. */
static void linger(void)
{
	switch (dice(4)) {
	case 0:
		k_busy_wait(dice(200));
		break;
	case 1:
		k_sleep(K_USEC(dice(3000)));
		break;
	default:
		break;
	}
}

/** Writes a response as the buffer's owner, and ends the request. The bytes are the request's
 * number.
 */
static void write_response(uint32_t number, uint8_t *buffer)
{
	uint8_t byte = (uint8_t)(number | 0x80);

	memset(buffer, byte, SIZE);
	linger();
	for (size_t i = 0; i < SIZE; i++) {
		zassert_equal(buffer[i], byte, "another writer has changed it");
	}
	ended++;
	netprov_port_respond(number, dice(8) == 0 ? -EIO : 0, SIZE);
}

static void respond_to_one(void)
{
	uint32_t *number = &deferred[dice(TRANSPORTS)];
	uint8_t *buffer;
	size_t size;

	if (*number == 0) {
		return;
	}
	buffer = netprov_port_buffer(*number, &size);
	if (buffer == NULL) {
		/* The core is told about this later. */
		return;
	}
	zassert_equal(size, SIZE);
	write_response(*number, buffer);
	*number = 0;
}

static void on_request(const struct netprov_request *request)
{
	for (size_t i = 0; i < request->length; i++) {
		zassert_equal(request->buffer[i], 'm', "not the message");
	}
	linger();
	if (dice(3) != 0) {
		write_response(request->request, request->buffer);
		linger();
		return;
	}
	ARRAY_FOR_EACH_PTR(deferred, number) {
		if (*number == 0) {
			*number = request->request;
			break;
		}
	}
	linger();
	if (dice(2) == 0) {
		respond_to_one();
	}
}

static void on_abandon(uint32_t abandoned)
{
	ARRAY_FOR_EACH_PTR(deferred, number) {
		if (*number == abandoned) {
			*number = 0;
		}
	}
}

static void time_passes(struct k_work *work)
{
	ARG_UNUSED(work);
	respond_to_one();
}

static K_WORK_DEFINE(passing, time_passes);

static void must_be(const uint8_t *buffer, uint8_t byte, const char *what)
{
	for (size_t i = 0; i < SIZE; i++) {
		zassert_equal(buffer[i], byte, "%s: %02x at %zu", what, buffer[i], i);
	}
}

static void ask(struct transport *transport)
{
	struct netprov_exchange *exchange = &transport->exchange;
	uint8_t first;
	int ret;

	if (netprov_exchange_is_busy(exchange)) {
		transport->busy++;
		k_sleep(K_USEC(dice(3000)));
		return;
	}
	must_be(transport->buffer, 0, "before a request");
	memset(transport->buffer, 'm', SIZE);
	exchange->length = SIZE;
	zassert_ok(netprov_exchange_submit(exchange));
	linger();
	ret = dice(4) == 0 ? -EAGAIN : netprov_exchange_wait(exchange, K_USEC(dice(6000)));
	if (ret == 0) {
		first = (uint8_t)(exchange->number | 0x80);
		zassert_equal(exchange->length, SIZE);
		must_be(transport->buffer, first, "the response");
		linger();
		must_be(transport->buffer, first, "the response after a while");
		transport->responses++;
	} else if (ret == -EIO) {
		transport->errors++;
	} else {
		zassert_equal(ret, -EAGAIN, "%d", ret);
		transport->given_up++;
	}
	netprov_exchange_release(exchange);
	if (!netprov_exchange_is_busy(exchange)) {
		linger();
		must_be(transport->buffer, 0, "after a request");
	}
	(void)k_work_submit_to_queue(&netprov_engine, &passing);
}

static void run(void *argument, void *unused, void *unused_too)
{
	ARG_UNUSED(unused);
	ARG_UNUSED(unused_too);
	for (int i = 0; i < TIMES; i++) {
		ask(argument);
	}
}

static void do_nothing(void *argument)
{
	ARG_UNUSED(argument);
}

ZTEST(engine, test_a_buffer_has_one_owner_at_a_time)
{
	core_on_request = on_request;
	core_on_abandon = on_abandon;
	ARRAY_FOR_EACH(transports, i) {
		struct transport *transport = &transports[i];

		transport->exchange.buffer = transport->buffer;
		transport->exchange.size = SIZE;
		/* With priorities above and below that of the provisioning thread. */
		(void)k_thread_create(&transport->thread, stacks[i], K_THREAD_STACK_SIZEOF(stacks[i]),
				      run, transport, NULL, NULL, 8 + 2 * i, 0, K_NO_WAIT);
	}
	ARRAY_FOR_EACH_PTR(transports, transport) {
		zassert_ok(k_thread_join(&transport->thread, K_SECONDS(600)));
		TC_PRINT("%d responses, %d errors, %d given up, busy %d times\n",
			 transport->responses, transport->errors, transport->given_up,
			 transport->busy);
		zassert_true(transport->responses >= SOME);
		zassert_true(transport->given_up >= SOME);
	}
	TC_PRINT("%d requests, %d ended by the core, %d abandoned\n", core_requests, ended,
		 core_abandons);
	/* The last abandonments are still queued. */
	zassert_ok(netprov_port_run(do_nothing, NULL));
	zassert_true(core_abandons > 0);
	zassert_equal(core_requests, ended + core_abandons, "each request ends once");
	ARRAY_FOR_EACH(deferred, i) {
		zassert_equal(deferred[i], 0, "a request has not ended");
	}
}
