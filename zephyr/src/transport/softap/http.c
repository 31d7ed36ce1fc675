/* SPDX-License-Identifier: Apache-2.0 */

/* Our service on Zephyr's server: which paths it has, and when it listens. */

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_softap.h>

#include "compat.h"
#include "transport/softap/http.h"
#include "transport/softap/http_answer.h"
#include "transport/softap/http_connection.h"
#include "netprov_core.h"

LOG_MODULE_REGISTER(netprov_http, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** How long the server may take to listen: after a failure it starts again by itself. */
#define LISTEN_TIME_MS (CONFIG_HTTP_SERVER_RESTART_DELAY + 1000)

/** How long the last answer has to leave. */
#define LINGER_MS 300

/** How long the server's thread may take to close: as long as its last request may. */
#define CLOSE_TIME_MS (16 * MSEC_PER_SEC)

/** The five of the protocol, and the application's. */
#define ENDPOINTS_MAX (5 + CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS)

static int on_data(struct http_client_ctx *client, enum http_transaction_status status,
		   const struct http_request_ctx *request, struct http_response_ctx *response,
		   void *user_data);

/** All paths are ours: which endpoints there are is known only when the service starts. */
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

/* Of IPv4, in words: without an address the server takes IPv6 alone if it has it. */
HTTP_SERVICE_DEFINE(network_prov_http_service, "0.0.0.0", &port, NETPROV_HTTP_CONNECTIONS,
		    NETPROV_HTTP_CONNECTIONS, NULL, &resource.common, &config);

/** Whether requests are answered. */
static atomic_t is_open;

/** Of the provisioning thread: whether the server is ours to stop, and by when it has stopped. */
static bool is_starter;
static bool is_closing;
static int64_t stopped_at;
static int64_t closed_by;

/** Written before `is_open` is set. */
static char endpoints[ENDPOINTS_MAX][CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 1];
static size_t endpoint_count;

/* On the server's thread. */

/** The path of this URL: some clients send an absolute one. */
static const char *path_of(const char *url)
{
	static const char scheme[] = "http://";
	const char *path = NULL;

	if (strncasecmp(url, scheme, sizeof(scheme) - 1) == 0) {
		path = strchr(&url[sizeof(scheme) - 1], '/');
	}
	return path != NULL ? path : url;
}

/** The endpoint at this path; NULL if there is none. */
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
	/* The server lends a resource to one client until its request is complete, and does not
	 * take this one back if the client leaves before. It has to serve them all.
	 */
	resource.holder = NULL;
	if (status != HTTP_SERVER_REQUEST_DATA_MORE && !is_last) {
		return 0;
	}
	if (client->current_stream != NULL) {
		/* HTTP/2 does not get this far: netprov_incoming_take() refuses it. */
		return -ENOTCONN;
	}
	return netprov_http_answer(client, find_endpoint(path), path, is_last, response);
}

/* On the provisioning thread. */

static bool is_listening(void)
{
	return *network_prov_http_service.fd >= 0;
}

/** Whether the server runs for nobody but us. */
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
		LOG_ERR("The HTTP server does not listen on port %u: is there another service on "
			"it, or too few sockets?", port);
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
	closed_by = stopped_at + CLOSE_TIME_MS;
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
