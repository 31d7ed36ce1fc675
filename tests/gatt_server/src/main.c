/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Provisioning over Bluetooth LE, with Zephyr's host and a controller without a radio: Bluetooth
 * itself, which the application may use as well.
 */

#include <errno.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/gap.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_ble.h>
#include <network_provisioning/test/fake_wifi.h>

#include "central.h"
#include "client.h"
#include "device.h"
#include "gatt_client.h"
#include "gatt_test.h"
#include "ported.h"

static const struct fake_wifi_ap ap = {
	.ssid = "Home",
	.ssid_len = 4,
	.channel = 6,
	.rssi = -40,
	.security = WIFI_SECURITY_TYPE_PSK,
};

static const struct bt_data flags[] = {
	BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
};

int start_as(const char *name)
{
	const struct network_prov_mgr_config config = {.scheme = &network_prov_scheme_ble};

	zassert_ok(network_prov_mgr_init(config));
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, DEVICE_POP, name, NULL);
}

void stop(void)
{
	zassert_ok(network_prov_mgr_deinit());
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	fake_wifi_set_scan_aps(&ap, 1);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	for (uint8_t link = 0; link < CONTROLLER_LINKS; link++) {
		central_disconnect(link);
	}
	k_sleep(K_SECONDS(1));
	(void)network_prov_mgr_deinit();
	controller_set_delay(0);
	(void)bt_disable();
	network_prov_scheme_ble_keep_on(false);
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
}

ZTEST_SUITE(gatt, NULL, NULL, before, after, NULL);

static void provision(void)
{
	zassert_ok(device_start(DEVICE_BLE));
	zassert_true(device_session(DEVICE_BLE, "Home", "correct-horse"));
	device_stop();
}

ZTEST(gatt, test_bluetooth_is_on_while_the_service_is)
{
	zassert_false(bt_is_ready());
	zassert_ok(start_as("PROV_TEST"));
	zassert_true(bt_is_ready());
	stop();
	zassert_false(bt_is_ready());
}

ZTEST(gatt, test_bluetooth_stays_on_if_the_application_asks_for_it)
{
	network_prov_scheme_ble_keep_on(true);
	zassert_ok(start_as("PROV_TEST"));
	stop();
	zassert_true(bt_is_ready());
	/* The next service turns it off, because the module has turned it on. */
	network_prov_scheme_ble_keep_on(false);
	zassert_ok(start_as("PROV_TEST"));
	stop();
	zassert_false(bt_is_ready());
}

ZTEST(gatt, test_bluetooth_of_the_application_stays_on)
{
	zassert_ok(bt_enable(NULL));
	provision();
	zassert_true(bt_is_ready());
}

static void on_ready(int error)
{
	zassert_ok(error);
}

/* It is ready later: the start waits for it. */
ZTEST(gatt, test_bluetooth_that_the_application_is_enabling)
{
	controller_set_delay(30);
	zassert_ok(bt_enable(on_ready));
	zassert_false(bt_is_ready());
	provision();
	zassert_true(bt_is_ready());
}

/* It takes longer than a start waits. */
ZTEST(gatt, test_bluetooth_that_is_not_ready)
{
	controller_set_delay(1000);
	zassert_ok(bt_enable(on_ready));
	zassert_equal(start_as("PROV_TEST"), -EAGAIN);
	stop();
	controller_set_delay(0);
	k_sleep(K_SECONDS(2));
	provision();
}

ZTEST(gatt, test_an_application_that_advertises_has_to_stop_before)
{
	zassert_ok(bt_enable(NULL));
	zassert_ok(bt_le_adv_start(BT_LE_ADV_CONN_FAST_1, flags, ARRAY_SIZE(flags), NULL, 0));
	zassert_equal(start_as("PROV_TEST"), -EBUSY);
	stop();
	zassert_true(controller_is_advertising(), "its advertising is not ended");
	zassert_ok(bt_le_adv_stop());
	provision();
}

/* The service waits until one of them is free. */
ZTEST(gatt, test_an_application_that_has_all_links)
{
	zassert_ok(bt_enable(NULL));
	for (uint8_t link = 1; link <= CONFIG_BT_MAX_CONN; link++) {
		zassert_ok(bt_le_adv_start(BT_LE_ADV_CONN_FAST_1, flags, ARRAY_SIZE(flags), NULL, 0));
		zassert_true(central_connect(link));
		k_sleep(K_SECONDS(1));
	}
	zassert_ok(device_start(DEVICE_BLE));
	k_sleep(K_SECONDS(10));
	zassert_false(controller_is_advertising());
	for (uint8_t link = 1; link <= CONFIG_BT_MAX_CONN; link++) {
		zassert_true(controller_is_connected(link), "it is the application's");
	}
	central_disconnect(1);
	zassert_true(device_session(DEVICE_BLE, "Home", "correct-horse"));
	device_stop();
	for (uint8_t link = 2; link <= CONFIG_BT_MAX_CONN; link++) {
		zassert_true(controller_is_connected(link), "it is the application's");
	}
}

/* The device ends the link of its client, and no other. */
ZTEST(gatt, test_links_of_the_service_end_with_it)
{
	struct gatt_client phone = {.mtu = 247};
	struct client client = {.send = gatt_exchange, .context = &phone};

	zassert_ok(start_as("PROV_TEST"));
	zassert_ok(client_handshake_1(&client, DEVICE_POP));
	zassert_true(controller_is_connected(phone.link));
	network_prov_mgr_stop_provisioning();
	network_prov_mgr_wait();
	zassert_false(controller_is_connected(phone.link));
	zassert_false(controller_is_advertising());
	client_forget(&client);
}

ZTEST(gatt, test_an_application_ported_from_esp_idf)
{
	struct device_peer peer;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length;

	zassert_ok(ported_start());
	device_meet(&peer, DEVICE_BLE);
	zassert_ok(client_handshake_1(&peer.client, PORTED_POP));
	zassert_ok(client_ask(&peer.client, PORTED_ENDPOINT, (const uint8_t *)"abc", 3, reply,
			      sizeof(reply), &length));
	zassert_equal(length, 3);
	zassert_mem_equal(reply, "cba", 3);
	zassert_ok(client_set(&peer.client, "Home", "correct-horse"));
	zassert_ok(client_apply(&peer.client));
	k_sleep(K_SECONDS(60));
	zassert_true(ported_has_received("Home"));
	/* By itself, as the device has joined. */
	zassert_true(ported_has_ended());
	zassert_true(network_prov_mgr_is_sm_idle());
	device_part(&peer);
}
