/* SPDX-License-Identifier: Apache-2.0 */

/* The HTTP service on Zephyr's server: its paths, and when it listens. */

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_softap.h>

#include "compat.h"
#include "transport/softap/http.h"
#include "transport/softap/http_response.h"
#include "transport/softap/http_connection.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "times.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** Longest time in milliseconds until the server listens: it restarts itself after a failure. */
#define LISTEN_TIME_MS (CONFIG_HTTP_SERVER_RESTART_DELAY + 1000)

/** Time in milliseconds to send the last response. */
#define LINGER_MS 300

/**
 * Connections that wait to be accepted. Connections are accepted within milliseconds, unless many
 * clients keep reloading the page. A connection that does not fit is lost; its client retries after
 * 1 s.
 */
#define BACKLOG                                                                                    \
	(NETPROV_HTTP_CONNECTIONS + (IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_TRANSFER) ? 4 : 0))

/** The five endpoints of the protocol, and those of the application. */
#define ENDPOINTS_MAX (5 + CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS)

static int on_data(struct http_client_ctx *client, enum http_transaction_status status,
		   const struct http_request_ctx *request, struct http_response_ctx *response,
		   void *user_data);

/** Handles all paths, because the endpoints are known only when the service starts. */
static struct http_resource_detail_dynamic resource = {
	.common = {
		.type = HTTP_RESOURCE_TYPE_DYNAMIC,
		.bitmask_of_supported_http_methods = BIT(HTTP_GET) | BIT(HTTP_POST) |
						     BIT(HTTP_PUT) | BIT(HTTP_PATCH) |
						     BIT(HTTP_DELETE),
		.content_type = "application/octet-stream",
	},
	.cb = on_data,
};

static uint16_t port = CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT;

static const struct http_service_config config = {.socket_create = netprov_http_listen};

/* An IPv4 address, because without one the server would use only IPv6 if it is enabled. */
HTTP_SERVICE_DEFINE(network_prov_http_service, "0.0.0.0", &port, NETPROV_HTTP_CONNECTIONS,
		    BACKLOG, NULL, &resource.common, &config);

/** Whether requests are served. */
static atomic_t is_open;

/** For the provisioning thread: whether we started the server, and when it must have stopped. */
static bool is_starter;
static bool is_closing;
static int64_t stopped_at;
static int64_t closed_by;

/** Written before `is_open` is set. */
static char endpoints[ENDPOINTS_MAX][CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 1];
static size_t endpoint_count;

/* On the server's thread. */

/** Returns the path of a URL, which some clients send in absolute form. */
static const char *path_of(const char *url)
{
	static const char scheme[] = "http://";
	const char *path = NULL;

	if (strncasecmp(url, scheme, sizeof(scheme) - 1) == 0) {
		path = strchr(&url[sizeof(scheme) - 1], '/');
	}
	return path != NULL ? path : url;
}

/** Returns the endpoint of a path, or NULL if there is none. */
static const char *find_endpoint(const char *path)
{
	size_t length = strcspn(path, "?");

	if (path[0] != '/') {
		return NULL;
	}
	for (size_t i = 0; i < endpoint_count; i++) {
		if (strlen(endpoints[i]) == length - 1 &&
		    memcmp(endpoints[i], &path[1], length - 1) == 0) {
			return endpoints[i];
		}
	}
	return NULL;
}

static int on_data(struct http_client_ctx *client, enum http_transaction_status status,
		   const struct http_request_ctx *request, struct http_response_ctx *response,
		   void *user_data)
{
	const char *path = atomic_get(&is_open) ? path_of((const char *)client->url_buffer) : "";
	bool is_last = status == HTTP_SERVER_REQUEST_DATA_FINAL;

	ARG_UNUSED(request);
	ARG_UNUSED(user_data);
	/* The server reserves a resource for one client until its request is complete, even if the
	 * client disconnects before. Release it, so that other clients are served.
	 */
	resource.holder = NULL;
	if (status != HTTP_SERVER_REQUEST_DATA_MORE && !is_last) {
		return 0;
	}
	if (client->current_stream != NULL) {
		/* Should not happen: netprov_incoming_take() rejects HTTP/2. */
		return -ENOTCONN;
	}
	return netprov_http_respond(client, find_endpoint(path), path, is_last, response);
}

/* On the provisioning thread. */

static bool is_listening(void)
{
	return *network_prov_http_service.fd >= 0;
}

/** Checks whether the server has no other services or resources. */
static bool is_only_user(void)
{
	int services;

	HTTP_SERVICE_COUNT(&services);
	return services == 1 && HTTP_SERVICE_RESOURCE_COUNT(&network_prov_http_service) == 0;
}

static void read_endpoints(void)
{
	uint16_t uuid16;

	endpoint_count = 0;
	while (endpoint_count < ENDPOINTS_MAX &&
	       netprov_core_endpoint(endpoint_count, endpoints[endpoint_count],
				     sizeof(endpoints[0]), &uuid16) == 0) {
		endpoint_count++;
	}
}

int netprov_http_start(void)
{
	int64_t deadline = k_uptime_get() + LISTEN_TIME_MS;
	int ret = http_server_start();

	if (ret == 0) {
		is_starter = true;
	} else if (ret != -EALREADY) {
		return ret;
	}
	while (!is_listening() && k_uptime_get() < deadline) {
		k_sleep(K_MSEC(5));
	}
	if (!is_listening()) {
		LOG_ERR("The HTTP server does not listen on port %u: another service uses the "
			"port, "
			"or there are too few sockets",
			port);
		netprov_http_stop();
		return -EADDRINUSE;
	}
	read_endpoints();
	netprov_http_set_established(0);
	atomic_set(&is_open, 1);
	netprov_transfer_enable(true);
	return 0;
}

void netprov_http_stop(void)
{
	atomic_set(&is_open, 0);
	netprov_transfer_enable(false);
	stopped_at = k_uptime_get();
	closed_by = stopped_at + NETPROV_HTTP_CLOSE_MS;
	is_closing = is_starter && is_only_user();
	if (is_closing) {
		is_starter = false;
		(void)http_server_stop();
	}
}

bool netprov_http_has_stopped(void)
{
	int64_t now = k_uptime_get();

	if (is_closing && is_listening() && now < closed_by) {
		return false;
	}
	return now - stopped_at >= LINGER_MS;
}
