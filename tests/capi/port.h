/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The platform that the tests run on: a thread, a clock that stands still, a radio and a
 *        store that do as they are told.
 *
 * `port` belongs to the provisioning thread. A test may look at it and change it between two calls:
 * each call waits for that thread.
 */
#ifndef PORT_H_
#define PORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netprov_core.h"
#include "network_prov_mgr.h"

#define EVENTS_MAX 64

/** A request, and what became of it. */
struct answer {
	int replies;
	int error;
	size_t length;
	/** The request's buffer, of just this size: first the message is in it, then the response. */
	uint8_t *data;
	size_t size;
	/** The transport does not wait any more. */
	bool given_up;
};

struct port {
	/* What the platform shall do. */
	int start_error;
	bool stop_takes_time;
	int scan_error;
	int connect_error;
	bool store_fails;
	bool random_fails;
	/** Random bytes to give first. */
	const uint8_t *random;
	size_t random_length;

	/* What it was asked for. */
	uint64_t now;
	int buffers;
	int starts, stops, scans, connects, disconnects, stores, erasures;
	bool running, stored;
	char name[64], key[80];
	bool has_key;
	char ssid[33], passphrase[65];
	char stored_ssid[33], stored_passphrase[65];
	/** How the last network was joined, and how it was to be stored. */
	enum netprov_security security, stored_security;
	/** What is stored. Storing and erasing leave one or none. */
	struct {
		const char *ssid, *passphrase;
		enum netprov_security security;
		int error;
	} networks[4];
	size_t network_count;
	/** Of the Thread stack: what it shall do, and what it was asked for. */
	int discover_error, attach_error, keep_error;
	int discovers, attaches, detaches, keeps;
	uint32_t channel_mask;
	/** What the last attach was given; nothing if it was to take what is stored. */
	uint8_t dataset[254];
	size_t dataset_length;
	/** Where the core keeps the key that it started the transport with. */
	const char *key_place;

	/* What the application was told. */
	enum network_prov_cb_event events[EVENTS_MAX];
	size_t event_count;
	int reason;
	uint32_t number;
	/** The network of the last event that is about one. */
	struct network_prov_network network;
	/** Called for each event as well. */
	void (*hook)(enum network_prov_cb_event event);
};

extern struct port port;
/** A transport that no app scans for, and one that they do. */
extern const struct network_prov_scheme scheme, scheme_softap;

/** Starts and ends the provisioning thread. */
void port_begin(void);
void port_end(void);
/** Whether this is the provisioning thread. */
bool port_is_here(void);
/** Returns when so many threads wait for the core. */
void port_await_waiters(int count);
/** How often a thread began to wait for the core, and returns when that was so many times. */
int port_waits(void);
void port_await_waits(int count);
/**
 * Whether the clock stands still while a thread waits for the core for a bounded time. If not, that
 * time passes at once.
 */
void port_hold_clock(bool hold);
/** Moves the clock, from one timeout to the next. */
void port_advance(uint64_t ms);
/** The application's callback: writes down what it is told. */
void port_event(void *user_data, enum network_prov_cb_event event, void *event_data);
/** Returns when the application has been told of this. */
void port_await_event(enum network_prov_cb_event event);
/** How many events of this kind the application was told. */
int port_told(enum network_prov_cb_event event);

/**
 * Hands a request to the core, in a buffer of this size. The answer is there when the core has given
 * it.
 */
struct answer *port_request(uint32_t session, const char *endpoint, const uint8_t *data,
			    size_t length, size_t size);
/** The transport gives a request up; `told` is whether it tells the core. */
void port_give_up(struct answer *answer, bool told);
/** The answer to the request that was made last. */
const struct answer *port_last_answer(void);
/** A line of the console. */
const char *port_console(const char *endpoint, const char *session, const char *hex,
			 struct answer **answer);
int port_http_session(uint32_t connection, const char *cookie, uint32_t *session);
void port_http_closed(uint32_t connection);
void port_close_session(uint32_t session);
/** Requests come by transport 1. */
uint32_t port_session_in_force(uint8_t transport);
void port_stopped(void);
int port_endpoint(size_t index, char *name, size_t size, uint16_t *uuid16);

/* What the radio reports. */
void radio_found(const char *ssid, int8_t rssi, uint8_t auth);
void radio_scan_done(int error);
void radio_link_up(uint8_t auth);
void radio_address(void);
/** Both, for a network of WPA2. */
void radio_online(void);
void radio_link_down(enum netprov_failure failure);
void radio_refuses(enum netprov_failure failure);

#endif /* PORT_H_ */
