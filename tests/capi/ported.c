/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications as they are written for ESP-IDF, for either of its two components, with the header
 * of its names.
 */
#include "test.h"

#include <stdio.h>

#include <network_provisioning/esp_idf_compat.h>

/* What the applications record. */
static struct {
	char events[512];
	int connected, failed, wrong_passphrase;
	char request[32];
} noted;

static void note(const char *text)
{
	strncat(noted.events, text, sizeof(noted.events) - strlen(noted.events) - 1);
}

/* An application for network_provisioning. */

static esp_err_t custom_data_handler(uint32_t session_id, const uint8_t *inbuf, ssize_t inlen,
				     uint8_t **outbuf, ssize_t *outlen, void *priv_data)
{
	static const char response[] = "SUCCESS";

	(void)session_id;
	if (inbuf != NULL) {
		snprintf(noted.request, sizeof(noted.request), "%s:%.*s", (const char *)priv_data,
			 (int)inlen, (const char *)inbuf);
	}
	*outbuf = malloc(sizeof(response));
	if (*outbuf == NULL) {
		return ESP_FAIL;
	}
	memcpy(*outbuf, response, sizeof(response));
	*outlen = sizeof(response);
	return ESP_OK;
}

static void provisioning_event(void *user_data, network_prov_cb_event_t event, void *event_data)
{
	(void)user_data;
	switch (event) {
	case NETWORK_PROV_INIT:
		note("init ");
		break;
	case NETWORK_PROV_START:
		note("start ");
		if (network_prov_mgr_endpoint_register("custom-data", custom_data_handler,
						       "context") != ESP_OK) {
			note("no-endpoint ");
		}
		break;
	case NETWORK_PROV_WIFI_CRED_RECV: {
		wifi_sta_config_t *station = event_data;

		CHECK(strcmp((const char *)station->ssid, "HomeNet") == 0);
		CHECK(station->password[0] == '\0');
		note("received ");
		break;
	}
	case NETWORK_PROV_WIFI_CRED_FAIL: {
		network_prov_wifi_sta_fail_reason_t *reason = event_data;

		noted.failed++;
		noted.wrong_passphrase += *reason == NETWORK_PROV_WIFI_STA_AUTH_ERROR;
		note("failed ");
		network_prov_mgr_reset_wifi_sm_state_on_failure();
		break;
	}
	case NETWORK_PROV_WIFI_CRED_SUCCESS:
		noted.connected++;
		note("success ");
		break;
	case NETWORK_PROV_END:
		note("end ");
		/* As all of ESP-IDF's examples do, in the callback. */
		network_prov_mgr_deinit();
		break;
	case NETWORK_PROV_DEINIT:
		note("deinit ");
		break;
	/* Under ESP-IDF, these events have their own handlers. */
	case PROTOCOMM_TRANSPORT_BLE_CONNECTED:
		note("connected ");
		break;
	case PROTOCOMM_TRANSPORT_BLE_DISCONNECTED:
		note("disconnected ");
		break;
	case PROTOCOMM_SECURITY_SESSION_SETUP_OK:
		note("secured ");
		break;
	case PROTOCOMM_SECURITY_SESSION_INVALID_SECURITY_PARAMS:
		note("invalid ");
		break;
	case PROTOCOMM_SECURITY_SESSION_CREDENTIALS_MISMATCH:
		note("mismatch ");
		break;
	default:
		break;
	}
}

static esp_err_t start_provisioning(uint32_t attempts)
{
	network_prov_mgr_config_t config = {
		.scheme = network_prov_scheme_ble,
		.scheme_event_handler = NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM,
		.app_event_handler = { .event_cb = provisioning_event, .user_data = NULL },
		.network_prov_wifi_conn_cfg = { .wifi_conn_attempts = attempts },
	};
	network_prov_security_t security = NETWORK_PROV_SECURITY_0;
	const char *capabilities[] = { "led" };
	uint8_t uuid[16] = { 1, 2, 3 };
	bool provisioned = true;
	esp_err_t err = network_prov_mgr_init(config);

	(void)uuid;
	if (err != ESP_OK) {
		return err;
	}
	CHECK(network_prov_mgr_is_wifi_provisioned(&provisioned) == ESP_OK && !provisioned);
	CHECK(network_prov_mgr_set_app_info("my-app", "1.0", capabilities, 1) == ESP_OK);
	CHECK(network_prov_mgr_endpoint_create("custom-data") == ESP_OK);
	CHECK(network_prov_mgr_keep_ble_on(1) == ESP_OK && port.keeps_on);
	return network_prov_mgr_start_provisioning(security, NULL, "PROV_1", NULL);
}

static void credentials_come(void)
{
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
	port_advance(1000);
}

static void an_application_for_network_provisioning_runs(void)
{
	memset(&noted, 0, sizeof(noted));
	CHECK(start_provisioning(2) == ESP_OK);
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	CHECK(says(ask(1, "custom-data", "6869"), "5355434345535300"));
	CHECK(strcmp(noted.request, "context:hi") == 0);
	credentials_come();
	radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
	CHECK(noted.failed == 0);
	port_advance(1000);
	radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
	CHECK(noted.failed == 1 && noted.wrong_passphrase == 1);
	credentials_come();
	radio_online();
	CHECK(noted.connected == 1);
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_CONNECTED));
	port_advance(2000);
	CHECK(strcmp(noted.events,
		     "init start secured received failed received success end deinit ") == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* ESP-IDF delivers these events of lower components with their own event bases. */
static void transport_and_session_events_are_delivered(void)
{
	memset(&noted, 0, sizeof(noted));
	CHECK(start_provisioning(1) == ESP_OK);
	port_link(true);
	/* A client for security 1. */
	CHECK(fails(ask(1, "prov-session", "10015a00"), -EINVAL));
	port_link(false);
	port_link(true);
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	network_prov_mgr_stop_provisioning();
	CHECK(strcmp(noted.events, "init start connected invalid disconnected connected secured "
				   "end deinit ") == 0);
	/* Without a manager, no event is delivered. */
	port_link(false);
	CHECK(strstr(noted.events, "deinit disconnected") == NULL);
}

static void zero_attempts_are_one(void)
{
	memset(&noted, 0, sizeof(noted));
	CHECK(start_provisioning(0) == ESP_OK);
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	credentials_come();
	radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
	CHECK(noted.failed == 1);
}

static void a_manager_keeps_its_callbacks_when_another_is_refused(void)
{
	network_prov_mgr_config_t config = { .scheme = network_prov_scheme_ble };

	memset(&noted, 0, sizeof(noted));
	CHECK(start_provisioning(1) == ESP_OK);
	CHECK(network_prov_mgr_init(config) == -EALREADY);
	network_prov_mgr_stop_provisioning();
	CHECK(strstr(noted.events, "end ") != NULL);
}

static void the_parameters_of_security_2_are_taken(void)
{
	static const char salt[16] = { 1 };
	static const char verifier[384] = { 1 };
	network_prov_mgr_config_t config = {
		.scheme = network_prov_scheme_softap,
		.app_event_handler = NETWORK_PROV_EVENT_HANDLER_NONE,
	};
	network_prov_security2_params_t params = { .salt = salt, .verifier = verifier };

	CHECK(network_prov_mgr_init(config) == ESP_OK);
	params.salt_len = sizeof(salt);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, &params, "PROV_1",
						  "passphrase") == -EINVAL);
	params.verifier_len = sizeof(verifier);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, &params, "PROV_1",
						  "passphrase") == ESP_OK);
	CHECK(port.has_key && strcmp(port.key, "passphrase") == 0);
}

/* An application for wifi_provisioning. */

static void old_event(void *user_data, wifi_prov_cb_event_t event, void *event_data)
{
	CHECK(user_data == &noted);
	(void)event_data;
	switch (event) {
	case WIFI_PROV_START:
		note("start ");
		break;
	case WIFI_PROV_CRED_FAIL: {
		wifi_prov_sta_fail_reason_t *reason = event_data;

		note(*reason == WIFI_PROV_STA_AUTH_ERROR ? "wrong-passphrase " : "not-found ");
		break;
	}
	case WIFI_PROV_CRED_SUCCESS:
		note("success ");
		break;
	case WIFI_PROV_END:
		note("end ");
		wifi_prov_mgr_deinit();
		break;
	default:
		break;
	}
}

static void an_application_for_wifi_provisioning_runs(void)
{
	wifi_prov_mgr_config_t config = {
		.scheme = wifi_prov_scheme_softap,
		.scheme_event_handler = WIFI_PROV_EVENT_HANDLER_NONE,
		.app_event_handler = { .event_cb = old_event, .user_data = &noted },
		.wifi_prov_conn_cfg = { .wifi_conn_attempts = 1 },
	};
	wifi_prov_security1_params_t *pop = "abcd1234";
	wifi_prov_sta_state_t state;
	bool provisioned = true;

	memset(&noted, 0, sizeof(noted));
	CHECK(wifi_prov_mgr_init(config) == ESP_OK);
	CHECK(wifi_prov_mgr_is_provisioned(&provisioned) == ESP_OK && !provisioned);
	CHECK(wifi_prov_mgr_start_provisioning(WIFI_PROV_SECURITY_1, (const void *)pop, "PROV_1",
					       NULL) == ESP_OK);
	CHECK(wifi_prov_mgr_configure_sta("HomeNet", "correct-horse") == ESP_OK);
	port_advance(1000);
	CHECK(wifi_prov_mgr_get_wifi_state(&state) == ESP_OK &&
	      state == WIFI_PROV_STA_CONNECTING);
	radio_online();
	port_advance(60000);
	CHECK(strcmp(noted.events, "start success end ") == 0);
	CHECK(wifi_prov_mgr_is_provisioned(&provisioned) == ESP_OK && provisioned);
	CHECK(wifi_prov_mgr_reset_provisioning() == ESP_OK);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

void test_ported(void)
{
	RUN(an_application_for_network_provisioning_runs);
	RUN(transport_and_session_events_are_delivered);
	RUN(zero_attempts_are_one);
	RUN(a_manager_keeps_its_callbacks_when_another_is_refused);
	RUN(the_parameters_of_security_2_are_taken);
	RUN(an_application_for_wifi_provisioning_runs);
}
