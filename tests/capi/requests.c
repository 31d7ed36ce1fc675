/* SPDX-License-Identifier: Apache-2.0 */
/* A request and its response share one buffer, which the transport may reclaim. */
#include "test.h"

/* Exactly as large as the message, and one byte less. */
static void a_buffer_of_the_size_of_the_response_suffices(void)
{
	uint8_t command[5], status[2];

	serve();
	CHECK(unhex(SEC0_COMMAND, command, sizeof(command)) == sizeof(command));
	CHECK(unhex(GET_STATUS, status, sizeof(status)) == sizeof(status));
	/* The response is two bytes longer than the command. */
	CHECK(fails(port_request(1, "prov-session", command, sizeof(command), 6), -EMSGSIZE));
	CHECK(says(port_request(1, "prov-session", command, sizeof(command), 7), SEC0_RESPONSE));
	/* "Disconnected": six bytes. */
	CHECK(fails(port_request(1, "prov-config", status, sizeof(status), 5), -EMSGSIZE));
	CHECK(says(port_request(1, "prov-config", status, sizeof(status), 6), "08015a021002"));
	CHECK(fails(port_request(1, "prov-config", status, 0, 0), -EMSGSIZE));
	CHECK(says(ask(1, "prov-config", GET_STATUS), "08015a021002"));
}

static void a_message_longer_than_its_buffer_is_refused(void)
{
	static uint8_t huge[100000];

	serve_client();
	CHECK(fails(port_request(1, "prov-config", huge, 11, 10), -EMSGSIZE));
	CHECK(fails(port_request(1, "prov-session", huge, 11, 10), -EINVAL));
	CHECK(fails(port_request(1, "prov-config", huge, SIZE_MAX, 10), -EMSGSIZE));
	CHECK(fails(port_request(1, "prov-config", huge, sizeof(huge), sizeof(huge)), -EMSGSIZE));
	CHECK(says(ask(1, "prov-config", GET_STATUS), "08015a021002"));
}

/* The client gets its response before the application gets the events. */
static void look_for_the_response(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_SESSION_ESTABLISHED || event == NETWORK_PROV_CRED_RECV) {
		port.number += 1;
		CHECK(port_last_response()->replies == 1 && port_last_response()->error == 0);
	} else if (event == NETWORK_PROV_SESSION_REFUSED) {
		port.number += 1;
		CHECK(port_last_response()->replies == 1 && port_last_response()->error == -EACCES);
	}
}

static void the_response_comes_before_the_events(void)
{
	serve();
	port.hook = look_for_the_response;
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
	CHECK(port.number == 2);
}

static void a_rejection_comes_before_its_event(void)
{
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "other", "PROV_1",
						  NULL) == 0);
	port.hook = look_for_the_response;
	CHECK(ask(7, "prov-session",
		  "10015a25a201220a2007a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c"
		  "7c")
		      ->error == 0);
	CHECK(fails(ask(7, "prov-session",
			"10015a270802b201221220c4a89b1acc9f181421f27ada88e1d81b23233eedb4ad011f5b4f5eea"
			"c83ee6c9"),
		    -EACCES));
	CHECK(port.number == 1);
}

/* The core requests the buffer only once it has a response to write. */
static void a_deferred_response_takes_the_buffer_when_ready(void)
{
	struct response *response;

	serve_client();
	response = ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(response->replies == 0 && port.buffers == 0);
	/* Nothing else keeps the buffer's content meanwhile. */
	memset(response->data, 0xff, response->size);
	CHECK(fails(ask(1, "prov-config", GET_STATUS), -EBUSY));
	radio_found("HomeNet", -42, 3);
	CHECK(port.buffers == 0);
	radio_scan_done(0);
	CHECK(says(response, SCAN_DONE) && port.buffers == 1);
	CHECK(says(ask(1, "prov-scan", SCAN_RESULT_0_1), SCAN_RESULT_HOME));
}

static void a_deferred_response_that_does_not_fit_is_an_error(void)
{
	uint8_t message[6];
	struct response *response;

	serve_client();
	CHECK(unhex(SCAN_AND_WAIT, message, sizeof(message)) == sizeof(message));
	/* The response is shorter than the request. */
	response = port_request(1, "prov-scan", message, sizeof(message), sizeof(message));
	CHECK(response->replies == 0);
	response->size = 3;
	memset(response->data + 3, 0xa5, 3);
	radio_scan_done(0);
	CHECK(fails(response, -EMSGSIZE));
	CHECK(says(ask(1, "prov-config", GET_STATUS), "08015a021002"));
}

/* The transport refuses when the core requests the buffer. */
static void a_transport_that_gave_up_gets_no_response(void)
{
	struct response *response;

	serve_client();
	response = ask(1, "prov-scan", SCAN_AND_WAIT);
	port_give_up(response, false);
	radio_found("HomeNet", -42, 3);
	radio_scan_done(0);
	CHECK(port.buffers == 1 && response->replies == 0);
	/* The session continues, and the list is available. */
	CHECK(says(ask(1, "prov-scan", SCAN_RESULT_0_1), SCAN_RESULT_HOME));
}

/* The transport notifies the core, so the client need not wait for the scan to end. */
static void an_abandoned_request_does_not_block_others(void)
{
	struct response *first, *second;

	serve_client();
	first = ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(fails(ask(1, "prov-config", GET_STATUS), -EBUSY));
	port_give_up(first, true);
	CHECK(says(ask(1, "prov-config", GET_STATUS), "08015a021002"));
	second = ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(second->replies == 0 && port.scans == 1);
	radio_found("HomeNet", -42, 3);
	radio_scan_done(0);
	CHECK(first->replies == 0 && port.buffers == 1);
	CHECK(says(second, SCAN_DONE));
	CHECK(says(ask(1, "prov-scan", SCAN_RESULT_0_1), SCAN_RESULT_HOME));
}

/* Request numbers that the core does not know, or no longer knows. */
static void abandoning_a_completed_request_is_harmless(void)
{
	struct response *over, *waits;

	serve_client();
	over = ask(1, "prov-config", GET_STATUS);
	CHECK(over->replies == 1);
	waits = ask(1, "prov-scan", SCAN_AND_WAIT);
	port_give_up(over, true);
	CHECK(fails(ask(1, "prov-config", GET_STATUS), -EBUSY));
	radio_scan_done(0);
	CHECK(says(waits, SCAN_DONE));
	network_prov_mgr_deinit();
	port_give_up(waits, true);
}

void test_requests(void)
{
	RUN(a_buffer_of_the_size_of_the_response_suffices);
	RUN(a_message_longer_than_its_buffer_is_refused);
	RUN(the_response_comes_before_the_events);
	RUN(a_rejection_comes_before_its_event);
	RUN(a_deferred_response_takes_the_buffer_when_ready);
	RUN(a_deferred_response_that_does_not_fit_is_an_error);
	RUN(a_transport_that_gave_up_gets_no_response);
	RUN(an_abandoned_request_does_not_block_others);
	RUN(abandoning_a_completed_request_is_harmless);
}
