/* SPDX-License-Identifier: Apache-2.0 */

/* Over Bluetooth LE, with a controller that has no radio. */

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include "client.h"
#include "device.h"
#include "gatt_client.h"
#include "walk.h"

#define STRANGERS 3

/** If the application has enabled Bluetooth. */
#define SERVICE_KINDS                                                                              \
	(SESSION_KINDS | BIT64(FAULT_BT_NAME) | BIT64(FAULT_GATT_REGISTER) |                       \
	 BIT64(FAULT_ADVERTISE) | BIT64(FAULT_ADVERTISE_STOP) | BIT64(FAULT_LINK) |                \
	 BIT64(FAULT_COMMAND))

#define BLE_KINDS (SERVICE_KINDS | BIT64(FAULT_BT_ENABLE) | BIT64(FAULT_BT_DISABLE))

/** The device ends links. */
#define LINKS_KINDS (BLE_KINDS | BIT64(FAULT_DISCONNECT))

BUILD_ASSERT((LINKS_KINDS & ~SESSION_KINDS) ==
		     (BIT64_MASK(FAULT_POINTS) & ~BIT64_MASK(FAULT_BT_ENABLE)),
	     "no walk has to have a kind of call");

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	device_mtu = 247;
}

ZTEST_SUITE(faults_gatt, NULL, NULL, before, NULL, NULL);

static void provision(void)
{
	if (device_start(transport) == 0) {
		(void)device_session(transport, "C", "password-c");
		network_prov_mgr_stop_provisioning();
	}
}

ZTEST(faults_gatt, test_provisioning_over_bluetooth)
{
	static const struct run run = {
		.name = "Bluetooth", .run = provision, .after = NEW, .kinds = BLE_KINDS};

	begin(DEVICE_BLE);
	walk(&run);
}

ZTEST(faults_gatt, test_long_messages_in_many_parts)
{
	static const struct run run = {
		.name = "least MTU", .run = provision, .after = NEW, .kinds = BLE_KINDS};

	device_mtu = 0;
	begin(DEVICE_BLE);
	walk(&run);
}

/* The owner's phone stays until the device ends the link, or forgets it. */
static void provision_and_stay(void)
{
	struct device_peer owner;

	if (device_start(transport) != 0) {
		return;
	}
	device_meet(&owner, transport);
	(void)client_handshake_1(&owner.client, DEVICE_POP);
	(void)client_set(&owner.client, "C", "password-c");
	(void)client_apply(&owner.client);
	k_sleep(K_SECONDS(5));
	network_prov_mgr_stop_provisioning();
	k_sleep(K_SECONDS(20));
	device_part(&owner);
}

ZTEST(faults_gatt, test_provisioning_by_a_phone_that_stays)
{
	static const struct run run = {
		.name = "stays", .run = provision_and_stay, .after = NEW, .kinds = LINKS_KINDS};

	begin(DEVICE_BLE);
	walk(&run);
}

/* Links that have no session and stay: they are ended to make room for the owner's. */
static void provision_beside_strangers(void)
{
	static struct gatt_client phones[STRANGERS];

	if (device_start(transport) != 0) {
		return;
	}
	for (uint8_t i = 0; i < STRANGERS; i++) {
		struct client stranger = {.send = gatt_exchange, .context = &phones[i]};

		phones[i] = (struct gatt_client){.link = 1 + i, .mtu = 247};
		(void)client_half_handshake_1(&stranger);
	}
	(void)device_session(transport, "C", "password-c");
	for (uint8_t i = 0; i < STRANGERS; i++) {
		gatt_close(&phones[i]);
	}
	network_prov_mgr_stop_provisioning();
}

ZTEST(faults_gatt, test_provisioning_beside_strangers)
{
	static const struct run run = {
		.name = "strangers", .run = provision_beside_strangers, .after = NEW, .kinds = LINKS_KINDS};

	begin(DEVICE_BLE);
	walk(&run);
}

/* The service leaves it enabled, so that what has failed is not mended by a new start of it. */
ZTEST(faults_gatt, test_with_an_application_that_uses_bluetooth)
{
	static const struct run run = {
		.name = "application", .run = provision, .after = NEW, .kinds = SERVICE_KINDS};

	zassert_ok(bt_enable(NULL));
	begin(DEVICE_BLE);
	walk(&run);
	zassert_ok(bt_disable());
}
