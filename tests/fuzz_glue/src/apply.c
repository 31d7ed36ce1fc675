/* SPDX-License-Identifier: Apache-2.0 */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "apply.h"
#if defined(CONFIG_NETWORK_PROV_BLE)
#include "controller.h"
#endif
#include "device.h"
#include "typist.h"

/* Time. */

static void apply_time(struct script *script)
{
	static const uint32_t times[] = {1, 5, 20, 60, 200, 1000, 3000, 10000, 35000};

	k_msleep(times[script_below(script, ARRAY_SIZE(times))]);
}

/* The shell. */

static const char *const endpoints[] = {
	"prov-session", "prov-config", "prov-scan", "prov-ctrl", "proto-ver",
	DEVICE_CUSTOM,	"no-such",     "",	    "\"\"",	 "a b c",
};

static struct typist_line line;

void apply_shell(struct script *script)
{
	static char command[1024];
	uint8_t bytes[256];
	int at = snprintf(command, sizeof(command), "net_prov %s %u ",
			  endpoints[script_below(script, ARRAY_SIZE(endpoints))],
			  script_below(script, 4));
	size_t length = script_bytes(script, bytes, sizeof(bytes));

	if (script_below(script, 4) == 0) {
		/* As they are, as far as a line can have them. */
		for (size_t i = 0; i < length; i++) {
			command[at++] = bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : ' ';
		}
		command[at] = '\0';
	} else {
		(void)bin2hex(bytes, length, &command[at], sizeof(command) - at);
	}
	typist_type(&line, command);
}

/* Clients that do what clients do, as far as the script has them. */

static struct client clients[3];

/** Of each client, whether it has proved itself; over Bluetooth LE, on which link. */
static uint16_t proofs[ARRAY_SIZE(clients)];

#if defined(CONFIG_NETWORK_PROV_BLE)
BUILD_ASSERT(ARRAY_SIZE(clients) == APPLY_GATT_CLIENTS);

/** Returns whether the client can send now. */
static bool meet(struct client *client, uint32_t which)
{
	if (client->send == NULL) {
		*client = (struct client){.send = gatt_exchange,
					  .context = &apply_gatt_clients[which]};
	}
	return apply_gatt_is_near(which);
}

static uint16_t proof_of(uint32_t which)
{
	return controller_handle(apply_gatt_clients[which].link);
}

static void leave(void)
{
	apply_gatt_end();
}
#else
static struct browser browsers[2] = {BROWSER, BROWSER};

static bool meet(struct client *client, uint32_t which)
{
	if (client->send == NULL) {
		*client = which == 2 ? (struct client){.send = typist_send, .context = "2"}
				     : (struct client){.send = browser_exchange,
						       .context = &browsers[which]};
	}
	return true;
}

static uint16_t proof_of(uint32_t which)
{
	ARG_UNUSED(which);
	return 1;
}

static void leave(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(browsers); i++) {
		browser_close(&browsers[i]);
		browsers[i] = (struct browser)BROWSER;
	}
}
#endif

bool apply_is_proved(void)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(clients); i++) {
		if (proofs[i] != 0 && proofs[i] == proof_of(i)) {
			return true;
		}
	}
	return false;
}

static void ask(struct client *client, struct script *script)
{
	uint8_t request[128], reply[CLIENT_MESSAGE_MAX];
	size_t length = script_bytes(script, request, sizeof(request));

	(void)client_ask(client, endpoints[script_below(script, 7)], request, length, reply,
			 sizeof(reply), &length);
}

void apply_client(struct script *script)
{
	static const char *const passphrases[] = {"correct-horse", "short", "", "wrong-horse"};
	uint32_t which = script_below(script, ARRAY_SIZE(clients));
	struct client *client = &clients[which];
	struct client_network networks[2];
	struct client_status status;
	char version[512];

	if (!meet(client, which)) {
		return;
	}
	switch (script_below(script, 10)) {
	case 0:
		proofs[which] = proof_of(which);
		(void)client_handshake_1(client, DEVICE_POP);
		break;
	case 1:
		(void)client_handshake_1(client, "wrong");
		break;
	case 2:
		(void)client_half_handshake_1(client);
		break;
	case 3:
		(void)client_version(client, version, sizeof(version));
		break;
	case 4:
		(void)client_set(client, "Home",
				 passphrases[script_below(script, ARRAY_SIZE(passphrases))]);
		break;
	case 5:
		(void)client_apply(client);
		break;
	case 6:
		(void)client_status(client, &status);
		break;
	case 7:
		(void)client_scan(client, networks, ARRAY_SIZE(networks));
		break;
	case 8:
		(void)(script_below(script, 2) == 0 ? client_reset(client)
						    : client_reprovision(client));
		break;
	default:
		ask(client, script);
		break;
	}
}

void apply_client_end(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		client_forget(&clients[i]);
	}
	leave();
}

void apply(struct script *script)
{
	static void (*const operations[])(struct script *script) = {
#if defined(CONFIG_NETWORK_PROV_BLE)
		apply_gatt,  apply_gatt,   apply_gatt, apply_gatt, apply_gatt,  apply_client,
		apply_event, apply_driver, apply_call, apply_time, apply_client, apply_client,
#else
		apply_http,  apply_http,  apply_http,	apply_http, apply_shell, apply_client,
		apply_event, apply_event, apply_driver, apply_call, apply_time,	 apply_client,
#endif
	};

	operations[script_below(script, ARRAY_SIZE(operations))](script);
}

void apply_end(void)
{
	apply_http_end();
	apply_client_end();
	memset(proofs, 0, sizeof(proofs));
}
