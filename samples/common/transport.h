/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The transport of the samples: the one that the snippet or the configuration enables. If there are
 * several, Bluetooth LE comes first.
 */

#ifndef SAMPLE_TRANSPORT_H_
#define SAMPLE_TRANSPORT_H_

/* Advertised name or SSID of the access point. The app filters by the prefix "PROV_". */
#define SERVICE_NAME "PROV_ZEPHYR"

#if defined(CONFIG_NETWORK_PROV_BLE)
#include <network_provisioning/scheme_ble.h>
#define SCHEME	    network_prov_scheme_ble
#define WHAT_TO_DO "Choose " SERVICE_NAME " in the app, or scan this code:"
#elif defined(CONFIG_NETWORK_PROV_SOFTAP)
#include <network_provisioning/scheme_softap.h>
#define SCHEME	    network_prov_scheme_softap
#define WHAT_TO_DO "Join the access point " SERVICE_NAME " with the app, or scan this code:"
#else
#include <network_provisioning/scheme_console.h>
#define SCHEME	    network_prov_scheme_console
#define WHAT_TO_DO "Waiting on this console: net_prov <endpoint> <session> <hex>"
#endif

#endif /* SAMPLE_TRANSPORT_H_ */
