/* SPDX-License-Identifier: Apache-2.0 */

/* The scheme: an access point, and HTTP on it. Runs on the provisioning thread. */

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_softap.h>

#include "transport/softap/ap.h"
#include "engine/engine.h"
#include "transport/softap/http.h"
#include "netprov_core.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** Interval of checks whether everything has stopped. */
#define STOP_INTERVAL K_MSEC(20)

static void finish(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(stopping, finish);

static int start(const char *service_name, const char *service_key)
{
	int ret = netprov_ap_start(service_name, service_key != NULL ? service_key : "");

	if (ret == 0) {
		ret = netprov_http_start();
		if (ret != 0) {
			netprov_ap_stop();
		}
	}
	if (ret != 0) {
		netprov_log_failure("start provisioning over SoftAP", ret);
	} else if (IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_AP)) {
		LOG_INF("Access point %s is open; HTTP on 192.168.4.1, port %d", service_name,
			CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT);
	} else {
		LOG_INF("Provisioning over HTTP on port %d", CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT);
	}
	return ret;
}

static void finish(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!netprov_http_has_stopped()) {
		(void)k_work_schedule_for_queue(&netprov_engine, &stopping, STOP_INTERVAL);
		return;
	}
	netprov_ap_stop();
	netprov_core_service_stopped();
	netprov_engine_reschedule();
}

static bool stop(void)
{
	/* Do not wait, because the HTTP server's thread may be waiting for this one. */
	netprov_http_stop();
	(void)k_work_schedule_for_queue(&netprov_engine, &stopping, STOP_INTERVAL);
	return false;
}

const struct network_prov_scheme network_prov_scheme_softap = {
	.start = start,
	.stop = stop,
	.qr_transport = "softap",
};
