/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The platform of the tests: a thread, a simulated clock, and a scripted radio and store.
 *
 * `port` belongs to the provisioning thread. Tests may access it between calls, since each call
 * waits for that thread.
 */
#ifndef PORT_H_
#define PORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netprov_core.h"
#include "network_prov_mgr.h"

#define EVENTS_MAX 64

/** A request and its outcome. */
struct response {
	int replies;
	int error;
	size_t length;
	/** The request's buffer, of exactly this size. Holds the request, then the response. */
	uint8_t *data;
	size_t size;
	/** The transport no longer waits for the response. */
	bool given_up;
};

struct port {
	/* Behaviour of the platform. */
	int start_error;
	bool stop_takes_time;
	int scan_error;
	int connect_error;
	bool store_fails;
	/** Set by network_prov_scheme_ble_keep_on(). */
	bool keeps_on;
	bool random_fails;
	/** Random bytes to return first. */
	const uint8_t *random;
	size_t random_length;

	/* Calls recorded so far. */
	int warnings_no_proof;
	uint64_t now;
	int buffers;
	int starts, stops, scans, connects, disconnects, stores, erasures;
	bool running, stored;
	char name[64], key[80];
	bool has_key;
	char ssid[33], passphrase[65];
	char stored_ssid[33], stored_passphrase[65];
	/** Security mode of the last association, and the one stored with the network. */
	enum netprov_security security, stored_security;
	/** Stored networks. Storing leaves one, erasing none. If there are more than fit, they repeat. */
	struct {
		const char *ssid, *passphrase;
		enum netprov_security security;
		int error;
		/** Lengths to report; 0 for those of the texts. */
		uint8_t ssid_length, passphrase_length;
	} networks[4];
	size_t network_count;
	/** Thread stack: its behaviour, and the calls recorded. */
	int discover_error, attach_error, keep_error;
	int discovers, attaches, detaches, keeps;
	uint32_t channel_mask;
	/** Dataset of the last attach; empty if the stored one was to be used. */
	uint8_t dataset[254];
	size_t dataset_length;
	/** Address of the core's copy of the key that the transport was started with. */
	const char *key_address;

	/* Events received by the application. */
	enum network_prov_cb_event events[EVENTS_MAX];
	size_t event_count;
	int reason;
	uint32_t number;
	/** The last attempt. */
	struct network_prov_attempt attempt;
	/** Addresses reported to the application, which are not in `events`: their number, and the
	 * last one. */
	size_t address_count;
	struct network_prov_address address;
	/** The network of the last event that has one. */
	struct network_prov_network network;
	/** Also called for each event. */
	void (*hook)(enum network_prov_cb_event event);
};

extern struct port port;
/** A transport without QR codes, and one with. */
extern const struct network_prov_scheme scheme, scheme_softap;

/** Start and end the provisioning thread. */
void port_begin(void);
void port_end(void);
/** Returns whether the caller is the provisioning thread. */
bool port_is_here(void);
/** Returns once `count` threads wait for the core. */
void port_await_waiters(int count);
/** Returns how many times threads have started to wait for the core. The other function returns
 * once that is `count`. */
int port_waits(void);
void port_await_waits(int count);
/**Holds the clock while a thread waits for the core with a timeout. Otherwise, the timeout elapses
 * at once.
 */
void port_hold_clock(bool hold);
/** Advances the clock from one timeout to the next. */
void port_advance(uint64_t ms);
/** Reports that a client of the transport has connected or disconnected. */
void port_link(bool is_connected);
/** The application's callback: records events. */
void port_event(void *user_data, enum network_prov_cb_event event, void *event_data);
/** Returns once the application has received this event. */
void port_await_event(enum network_prov_cb_event event);
/** Returns how many events of this kind the application has received. */
int port_count_events(enum network_prov_cb_event event);

/**Sends a request to the core, in a buffer of `size` bytes. The response is complete when `replies`
 * is 1.
 */
struct response *port_request(uint32_t session, const char *endpoint, const uint8_t *data,
			    size_t length, size_t size);
/** Makes the transport give up a request; `told` is whether the core is notified. */
void port_give_up(struct response *response, bool told);
/** Returns the response to the latest request. */
const struct response *port_last_response(void);
/** Sends a console line. */
const char *port_console(const char *endpoint, const char *session, const char *hex,
			 struct response **response);
int port_http_session(uint32_t connection, const char *cookie, uint32_t *session);
void port_http_closed(uint32_t connection);
void port_close_session(uint32_t session);
/** Requests use transport 1. */
uint32_t port_session_in_force(uint8_t transport);
void port_stopped(void);
int port_endpoint(size_t index, char *name, size_t size, uint16_t *uuid16);

/* Events of the radio. */
void radio_found(const char *ssid, int8_t rssi, uint8_t auth);
void radio_scan_done(int error);
void radio_link_up(uint8_t auth);
void radio_address(void);
/** Both of the above, for a WPA2 network. */
void radio_online(void);
void radio_link_down(enum netprov_failure failure);
void radio_refuses(enum netprov_failure failure);
/** Reports without what they should report. */
void radio_null(void);

#endif /* PORT_H_ */
