/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The provisioning thread. */

struct job {
	netprov_job_t run;
	void *argument;
	bool done;
	struct job *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static struct job *first, **last = &first;
static bool alive, clock_is_held;
static uint32_t announced;
static int waiters;
static int waits;
static int time_passed;
static pthread_t thread;

static void *provisioning_thread(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	while (alive || first != NULL) {
		struct job *job = first;

		if (job == NULL) {
			pthread_cond_wait(&work, &lock);
			continue;
		}
		first = job->next;
		if (first == NULL) {
			last = &first;
		}
		pthread_mutex_unlock(&lock);
		job->run(job->argument);
		pthread_mutex_lock(&lock);
		job->done = true;
		pthread_cond_broadcast(&done);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

void port_begin(void)
{
	pthread_mutex_lock(&lock);
	alive = true;
	pthread_create(&thread, NULL, provisioning_thread, NULL);
	pthread_mutex_unlock(&lock);
}

void port_end(void)
{
	pthread_mutex_lock(&lock);
	alive = false;
	pthread_cond_signal(&work);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
}

bool port_is_here(void)
{
	bool here;

	pthread_mutex_lock(&lock);
	here = alive && pthread_equal(thread, pthread_self());
	pthread_mutex_unlock(&lock);
	return here;
}

int netprov_port_run(netprov_job_t run, void *argument)
{
	struct job job = { .run = run, .argument = argument };

	pthread_mutex_lock(&lock);
	if (!alive) {
		pthread_mutex_unlock(&lock);
		return -1;
	}
	if (pthread_equal(thread, pthread_self())) {
		pthread_mutex_unlock(&lock);
		run(argument);
		return 0;
	}
	*last = &job;
	last = &job.next;
	pthread_cond_signal(&work);
	while (!job.done) {
		pthread_cond_wait(&done, &lock);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

bool netprov_port_may_wait(void)
{
	return true;
}

void netprov_port_refuse(void)
{
	abort();
}

void netprov_port_warn_no_proof(void)
{
	port.warnings_no_proof++;
}

/* Called instead of a wait. All threads of these tests may wait, so this needs no provisioning
 * thread.
 */
void netprov_port_end(bool deinit)
{
	(void)deinit;
	pthread_mutex_lock(&lock);
	if (alive) {
		abort();
	}
	pthread_mutex_unlock(&lock);
}

void netprov_port_announce(uint32_t change)
{
	pthread_mutex_lock(&lock);
	if (change != announced + 1) {
		abort();
	}
	announced = change;
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

static bool is_new(uint32_t seen)
{
	bool new;

	pthread_mutex_lock(&lock);
	new = announced != seen;
	pthread_mutex_unlock(&lock);
	return new;
}

struct passing {
	uint32_t seen;
	int32_t ms;
};

static void let_time_pass(void *argument);

void netprov_port_wait(uint32_t seen, int32_t timeout_ms)
{
	struct passing passing = { .seen = seen, .ms = timeout_ms };
	int passed;
	bool held;

	if (port_is_here()) {
		abort();
	}
	pthread_mutex_lock(&lock);
	waiters++;
	waits++;
	pthread_cond_broadcast(&done);
	held = timeout_ms < 0 || clock_is_held;
	/* The port may return early. It does so whenever time has passed. */
	passed = time_passed;
	while (held && announced == seen && passed == time_passed) {
		pthread_cond_wait(&released, &lock);
	}
	pthread_mutex_unlock(&lock);
	if (!held) {
		netprov_port_run(let_time_pass, &passing);
	}
	pthread_mutex_lock(&lock);
	waiters--;
	pthread_mutex_unlock(&lock);
}

void port_hold_clock(bool hold)
{
	pthread_mutex_lock(&lock);
	clock_is_held = hold;
	pthread_mutex_unlock(&lock);
}

int port_waits(void)
{
	int count;

	pthread_mutex_lock(&lock);
	count = waits;
	pthread_mutex_unlock(&lock);
	return count;
}

void port_await_waits(int count)
{
	pthread_mutex_lock(&lock);
	while (waits < count) {
		pthread_cond_wait(&done, &lock);
	}
	pthread_mutex_unlock(&lock);
}

void port_await_waiters(int count)
{
	pthread_mutex_lock(&lock);
	while (waiters < count) {
		pthread_cond_wait(&done, &lock);
	}
	pthread_mutex_unlock(&lock);
}

void netprov_port_panic(void)
{
	fputs("the core has panicked\n", stderr);
	abort();
}

/* Functions that the core calls. */

struct port port;

static struct response responses[64];
static uint32_t requests;

const struct netprov_errno netprov_errno = {
	.eperm = EPERM,
	.enoent = ENOENT,
	.eio = EIO,
	.einval = EINVAL,
	.enospc = ENOSPC,
	.ealready = EALREADY,
	.enotsup = ENOTSUP,
	.eacces = EACCES,
	.ebusy = EBUSY,
	.emsgsize = EMSGSIZE,
	.etimedout = ETIMEDOUT,
	.ecanceled = ECANCELED,
	.ewouldblock = EWOULDBLOCK,
};

/* All values differ from the core's defaults. */
const struct netprov_settings netprov_settings = {
	.attempt_timeout_ms = 20000,
	.auto_stop_timeout_ms = 12000,
	.max_auth_failures = 4,
	.retry_stored_ms = 60000,
	.must_find_others = true,
};

uint64_t netprov_port_now_ms(void)
{
	return port.now;
}

int netprov_port_random(uint8_t *buffer, size_t length)
{
	static uint32_t state = 2463534242;

	if (port.random_fails) {
		return -EIO;
	}
	for (size_t i = 0; i < length; i++) {
		if (port.random_length > 0) {
			buffer[i] = *port.random++;
			port.random_length--;
			continue;
		}
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		buffer[i] = (uint8_t)state;
	}
	return 0;
}

/* Guard bytes after each buffer, to detect overruns. */
#define GUARD 64
#define GUARD_BYTE 0xa5

static struct response *response_to(uint32_t request)
{
	return &responses[request % 64];
}

static void check_guard(const struct response *response)
{
	for (size_t i = 0; i < GUARD; i++) {
		if (response->data[response->size + i] != GUARD_BYTE) {
			fputs("the core has written beyond a buffer\n", stderr);
			abort();
		}
	}
}

void netprov_port_respond(uint32_t request, int error, size_t length)
{
	struct response *response = response_to(request);

	if (!port_is_here() || response->given_up || length > response->size || error > 0 ||
	    (error != 0 && length != 0)) {
		abort();
	}
	check_guard(response);
	response->replies++;
	response->error = error;
	response->length = length;
}

uint8_t *netprov_port_buffer(uint32_t request, size_t *size)
{
	struct response *response = response_to(request);

	if (response->replies != 0) {
		abort();
	}
	port.buffers++;
	if (response->given_up) {
		return NULL;
	}
	*size = response->size;
	return response->data;
}

int netprov_port_erase(void)
{
	port.erasures++;
	port.stored = false;
	port.network_count = 0;
	return port.store_fails ? -EIO : 0;
}

bool netprov_port_is_stored(void)
{
	return port.stored;
}

void netprov_port_free(void *memory)
{
	free(memory);
}

/* The transport. */

static int start(const char *service_name, const char *service_key)
{
	port.starts++;
	snprintf(port.name, sizeof(port.name), "%s", service_name);
	port.has_key = service_key != NULL;
	port.key_address = service_key;
	snprintf(port.key, sizeof(port.key), "%s", service_key != NULL ? service_key : "");
	port.running = port.start_error == 0;
	return port.start_error;
}

static bool stop(void)
{
	port.stops++;
	port.running = false;
	return !port.stop_takes_time;
}

const struct network_prov_scheme scheme = { .start = start, .stop = stop };
const struct network_prov_scheme scheme_softap = {
	.start = start,
	.stop = stop,
	.qr_transport = "softap",
};
/* For applications that choose a transport by its name. */
const struct network_prov_scheme network_prov_scheme_ble = {
	.start = start,
	.stop = stop,
	.qr_transport = "ble",
};
const struct network_prov_scheme network_prov_scheme_softap = { .start = start, .stop = stop };

void network_prov_scheme_ble_keep_on(bool keep_on)
{
	port.keeps_on = keep_on;
}

void port_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	if (user_data != &port || !port_is_here()) {
		abort();
	}
	pthread_mutex_lock(&lock);
	if (event == NETWORK_PROV_ADDRESS) {
		port.address = *(const struct network_prov_address *)event_data;
		port.address_count++;
		pthread_cond_broadcast(&done);
		pthread_mutex_unlock(&lock);
		return;
	}
	if (port.event_count < EVENTS_MAX) {
		port.events[port.event_count] = event;
	}
	port.event_count++;
	pthread_cond_broadcast(&done);
	pthread_mutex_unlock(&lock);
	if (event == NETWORK_PROV_CRED_FAIL) {
		port.reason = (int)*(const enum network_prov_cred_fail_reason *)event_data;
	} else if (event == NETWORK_PROV_LOCKED_OUT) {
		port.number = *(const uint32_t *)event_data;
	} else if (event == NETWORK_PROV_ATTEMPT) {
		/* It may be read as a number, as before the event contained the network. */
		port.number = *(const uint32_t *)event_data;
		port.attempt = *(const struct network_prov_attempt *)event_data;
	} else if (event == NETWORK_PROV_CRED_RECV || event == NETWORK_PROV_CRED_SUCCESS) {
		port.network = *(const struct network_prov_network *)event_data;
	} else if (event_data != NULL) {
		abort();
	}
	if (port.hook != NULL) {
		port.hook(event);
	}
}

int port_count_events(enum network_prov_cb_event event)
{
	int count = 0;

	for (size_t i = 0; i < port.event_count && i < EVENTS_MAX; i++) {
		count += port.events[i] == event;
	}
	return count;
}

void port_await_event(enum network_prov_cb_event event)
{
	pthread_mutex_lock(&lock);
	while (port_count_events(event) == 0) {
		pthread_cond_wait(&done, &lock);
	}
	pthread_mutex_unlock(&lock);
}

/* Reports to the core, each on its thread. */

/** Lets time pass, but no further than the first change after `*seen`, unless that is NULL. */
static void pass(uint64_t ms, const uint32_t *seen)
{
	uint64_t target = port.now + ms;

	while (seen == NULL || !is_new(*seen)) {
		int64_t next = netprov_core_next_timeout();

		if (next < 0 || (uint64_t)next > target) {
			port.now = target;
			break;
		}
		if ((uint64_t)next > port.now) {
			port.now = (uint64_t)next;
		}
		netprov_core_handle_timeouts();
	}
}

static void let_time_pass(void *argument)
{
	const struct passing *passing = argument;

	pass((uint64_t)passing->ms, &passing->seen);
}

static void advance(void *argument)
{
	pass(*(const uint64_t *)argument, NULL);
}

void port_advance(uint64_t ms)
{
	netprov_port_run(advance, &ms);
	pthread_mutex_lock(&lock);
	time_passed++;
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

static void link_event(void *argument)
{
	netprov_core_transport(*(const bool *)argument);
}

void port_link(bool is_connected)
{
	netprov_port_run(link_event, &is_connected);
}

static void request(void *argument)
{
	netprov_core_request(argument);
}

static struct response *new_response(uint32_t *number, size_t size)
{
	struct response *response;

	*number = ++requests;
	response = response_to(*number);
	if (response->data != NULL) {
		check_guard(response);
		free(response->data);
	}
	memset(response, 0, sizeof(*response));
	response->size = size;
	response->data = malloc(size + GUARD);
	if (response->data == NULL) {
		abort();
	}
	memset(response->data, GUARD_BYTE, size + GUARD);
	return response;
}

struct response *port_request(uint32_t session, const char *endpoint, const uint8_t *data,
			    size_t length, size_t size)
{
	struct netprov_request ask = {
		.transport = 1,
		.session = session,
		.endpoint = endpoint,
		.length = length,
		.size = size,
	};
	struct response *response = new_response(&ask.request, size);

	ask.buffer = size > 0 ? response->data : NULL;
	if (length > 0) {
		memcpy(response->data, data, length < size ? length : size);
	}
	netprov_port_run(request, &ask);
	return response;
}

static void abandon(void *argument)
{
	netprov_core_abandon(*(const uint32_t *)argument);
}

void port_give_up(struct response *response, bool told)
{
	uint32_t number = requests;

	while (response_to(number) != response) {
		number--;
	}
	response->given_up = true;
	if (told) {
		netprov_port_run(abandon, &number);
	}
}

const struct response *port_last_response(void)
{
	return response_to(requests);
}

#define CONSOLE_BUFFER 128

struct console {
	uint32_t request;
	struct response *response;
	const char *endpoint, *session, *hex, *result;
};

static void console(void *argument)
{
	struct console *line = argument;

	line->result = netprov_core_console_request(line->request, 2, line->endpoint,
						    line->session, line->hex, line->response->data,
						    line->response->size);
}

const char *port_console(const char *endpoint, const char *session, const char *hex,
			 struct response **response)
{
	struct console line = { .endpoint = endpoint, .session = session, .hex = hex };

	line.response = new_response(&line.request, CONSOLE_BUFFER);
	*response = line.response;
	netprov_port_run(console, &line);
	return line.result;
}

struct http {
	uint32_t connection;
	const char *cookie;
	uint32_t *session;
	int result;
};

static void http_session(void *argument)
{
	struct http *http = argument;

	http->result = netprov_core_http_find_session(1, http->connection, 0, http->cookie,
						      http->session);
}

int port_http_session(uint32_t connection, const char *cookie, uint32_t *session)
{
	struct http http = { .connection = connection, .cookie = cookie, .session = session };

	netprov_port_run(http_session, &http);
	return http.result;
}

static void http_closed(void *argument)
{
	netprov_core_http_closed(*(const uint32_t *)argument);
}

void port_http_closed(uint32_t connection)
{
	netprov_port_run(http_closed, &connection);
}

static void close_session(void *argument)
{
	netprov_core_close_session(1, *(const uint32_t *)argument);
}

void port_close_session(uint32_t session)
{
	netprov_port_run(close_session, &session);
}

static void session_in_force(void *argument)
{
	uint32_t *ask = argument;

	*ask = netprov_core_established_session((uint8_t)*ask);
}

uint32_t port_session_in_force(uint8_t transport)
{
	uint32_t ask = transport;

	netprov_port_run(session_in_force, &ask);
	return ask;
}

static void stopped(void *unused)
{
	(void)unused;
	netprov_core_service_stopped();
}

void port_stopped(void)
{
	netprov_port_run(stopped, NULL);
}

struct endpoint {
	size_t index;
	char *name;
	size_t size;
	uint16_t *uuid16;
	int result;
};

static void endpoint(void *argument)
{
	struct endpoint *ask = argument;

	ask->result = netprov_core_endpoint(ask->index, ask->name, ask->size, ask->uuid16);
}

int port_endpoint(size_t index, char *name, size_t size, uint16_t *uuid16)
{
	struct endpoint ask = { .index = index, .name = name, .size = size, .uuid16 = uuid16 };

	netprov_port_run(endpoint, &ask);
	return ask.result;
}

static void scan_done(void *argument)
{
	netprov_core_scan_done(*(const int *)argument);
}

void radio_scan_done(int error)
{
	netprov_port_run(scan_done, &error);
}
