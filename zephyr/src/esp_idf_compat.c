/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ESP-IDF's forms of three functions, for ported applications. Uses only the public API, so that it
 * also builds without Zephyr. Images that do not call it do not contain it.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <network_provisioning/esp_idf_compat.h>

/* This file calls the module's own functions. */
#undef network_prov_mgr_init
#undef network_prov_mgr_start_provisioning
#undef network_prov_mgr_endpoint_register

#if defined(__ZEPHYR__)
#include <zephyr/kernel.h>

#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_LOG_LEVEL);

#define ENDPOINTS_MAX  MAX(CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS, 1)
#define NAME_MAX_SIZE  (CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 1)
#define WARN(text)     LOG_WRN(text)
#define allocate(size) k_malloc(size)
#else
#include <stdio.h>

#define ENDPOINTS_MAX  8
#define NAME_MAX_SIZE  64
#define WARN(text)     ((void)fprintf(stderr, "%s\n", text))
#define allocate(size) malloc(size)
#endif

#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)
#define IS_THREAD 1
#else
#define IS_THREAD 0
#endif

#define MIN_SIZE(a, b) ((a) < (b) ? (a) : (b))

/* For the only manager. */
static network_prov_event_handler_t scheme_handler;
static network_prov_event_handler_t app_handler;

/** Handlers by endpoint, because the module's handler has only one context. */
static struct endpoint {
	/** Name of the endpoint; empty if the slot is free. */
	char name[NAME_MAX_SIZE];
	protocomm_req_handler_t handler;
	void *context;
} endpoints[ENDPOINTS_MAX];

/** Event data that differs in ESP-IDF. */
union data {
	/** At least as large as a `wifi_sta_config_t` of any release, and zero after the SSID. */
	uint8_t station[256];
	enum network_prov_thread_detached_reason detached;
};

/** Makes ESP-IDF's event data of an SSID: the beginning of a `wifi_sta_config_t`. */
static void *station_of(union data *data, const struct network_prov_network *network)
{
	memset(data, 0, sizeof(*data));
	memcpy(data->station, network->name, MIN_SIZE(network->name_len, 32));
	return data;
}

/** Makes ESP-IDF's event data of a failed dataset: a reason of another type. */
static void *detached_of(union data *data, const enum network_prov_cred_fail_reason *reason)
{
	switch (*reason) {
	case NETWORK_PROV_DATASET_INVALID:
		data->detached = NETWORK_PROV_THREAD_DATASET_INVALID;
		break;
	case NETWORK_PROV_STORAGE_ERROR:
		data->detached = NETWORK_PROV_THREAD_STORAGE_ERROR;
		break;
	default:
		data->detached = NETWORK_PROV_THREAD_NETWORK_NOT_FOUND;
		break;
	}
	return data;
}

static void tell(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	union data data;

	(void)user_data;
	if (event == NETWORK_PROV_CRED_RECV) {
		event_data = IS_THREAD ? NULL : station_of(&data, event_data);
	} else if (event == NETWORK_PROV_CRED_SUCCESS) {
		event_data = NULL;
	} else if (event == NETWORK_PROV_CRED_FAIL && IS_THREAD) {
		event_data = detached_of(&data, event_data);
	}
	if (event == NETWORK_PROV_DEINIT) {
		/* There are no further requests. Forget the names. */
		memset(endpoints, 0, sizeof(endpoints));
	}
	if (scheme_handler.event_cb != NULL) {
		scheme_handler.event_cb(scheme_handler.user_data, event, event_data);
	}
	if (app_handler.event_cb != NULL) {
		app_handler.event_cb(app_handler.user_data, event, event_data);
	}
}

int network_prov_idf_init(network_prov_mgr_config_t config)
{
	const struct network_prov_mgr_config own = {
		.scheme = config.scheme,
		.app_event_handler = { .event_cb = tell, .user_data = NULL },
		.wifi_conn_attempts = config.network_prov_wifi_conn_cfg.wifi_conn_attempts,
	};
	const network_prov_event_handler_t before[] = { scheme_handler, app_handler };
	int ret;

	if (own.wifi_conn_attempts == 0) {
		WARN("wifi_conn_attempts is 0: credentials get one attempt (ESP-IDF retries "
		     "forever). Set network_prov_wifi_conn_cfg.wifi_conn_attempts");
	}
	scheme_handler = config.scheme_event_handler;
	app_handler = config.app_event_handler;
	ret = network_prov_mgr_init(own);
	if (ret != 0) {
		/* The existing manager keeps its callbacks. */
		scheme_handler = before[0];
		app_handler = before[1];
	}
	return ret;
}

int network_prov_idf_start_provisioning(network_prov_security_t security, const void *sec_params,
					const char *service_name, const char *service_key)
{
	const network_prov_security2_params_t *params = sec_params;
	struct network_prov_security2_params own;

	if (security != NETWORK_PROV_SECURITY_2 || params == NULL) {
		return network_prov_mgr_start_provisioning(security, sec_params, service_name,
							   service_key);
	}
	own = (struct network_prov_security2_params){
		.salt = (const uint8_t *)params->salt,
		.salt_len = params->salt_len,
		.verifier = (const uint8_t *)params->verifier,
		.verifier_len = params->verifier_len,
	};
	return network_prov_mgr_start_provisioning(security, &own, service_name, service_key);
}

/** Copies a response from malloc(), as ESP-IDF's handlers use, to memory from k_malloc(). */
static int take_response(uint8_t *response, ssize_t length, uint8_t **outbuf, size_t *outlen)
{
	int ret = 0;

	if (response != NULL && length > 0) {
		*outbuf = allocate((size_t)length);
		if (*outbuf != NULL) {
			memcpy(*outbuf, response, (size_t)length);
			*outlen = (size_t)length;
		} else {
			ret = -ENOMEM;
		}
	}
	free(response);
	return ret;
}

static int handle(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		  size_t *outlen)
{
	const struct endpoint *endpoint = user_ctx;
	uint8_t *response = NULL;
	ssize_t length = 0;
	int ret = endpoint->handler(0, inbuf, (ssize_t)inlen, &response, &length,
				    endpoint->context);

	*outbuf = NULL;
	*outlen = 0;
	if (ret != 0) {
		free(response);
		return ret;
	}
	return take_response(response, length, outbuf, outlen);
}

/** Returns the slot of this name, or a free one, or NULL. */
static struct endpoint *slot_for(const char *name)
{
	struct endpoint *slot = NULL;

	for (size_t i = 0; i < ENDPOINTS_MAX; i++) {
		if (strcmp(endpoints[i].name, name) == 0) {
			return &endpoints[i];
		}
		if (slot == NULL && endpoints[i].name[0] == '\0') {
			slot = &endpoints[i];
		}
	}
	return slot;
}

int network_prov_idf_endpoint_register(const char *ep_name, protocomm_req_handler_t handler,
				       void *user_ctx)
{
	struct endpoint *slot;
	bool is_new;
	int ret;

	if (ep_name == NULL || handler == NULL || ep_name[0] == '\0' ||
	    strlen(ep_name) >= NAME_MAX_SIZE) {
		return -EINVAL;
	}
	slot = slot_for(ep_name);
	if (slot == NULL) {
		return -ENOENT;
	}
	is_new = slot->name[0] == '\0';
	*slot = (struct endpoint){.handler = handler, .context = user_ctx};
	memcpy(slot->name, ep_name, strlen(ep_name));
	ret = network_prov_mgr_endpoint_register(ep_name, handle, slot);
	if (ret != 0 && is_new) {
		slot->name[0] = '\0';
	}
	return ret;
}

void network_prov_scheme_ble_event_cb_free_btdm(void *user_data, network_prov_cb_event_t event,
						void *event_data)
{
	(void)user_data;
	(void)event;
	(void)event_data;
}

void network_prov_scheme_ble_event_cb_free_ble(void *user_data, network_prov_cb_event_t event,
					       void *event_data)
{
	network_prov_scheme_ble_event_cb_free_btdm(user_data, event, event_data);
}

void network_prov_scheme_ble_event_cb_free_bt(void *user_data, network_prov_cb_event_t event,
					      void *event_data)
{
	network_prov_scheme_ble_event_cb_free_btdm(user_data, event, event_data);
}
