/* SPDX-License-Identifier: Apache-2.0 */

/* What apps find the device by, byte for byte. */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/scheme_ble.h>

#include "controller.h"
#include "gatt_test.h"

#define UUID                                                                                       \
	0xb4, 0xdf, 0x5a, 0x1c, 0x3f, 0x6b, 0xf4, 0xbf, 0xea, 0x4a, 0x82, 0x03, 0x04, 0x90, 0x1a,  \
		0x02

static const uint8_t usual_uuid[16] = {UUID};
static const uint8_t other_uuid[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const uint8_t company[] = {0xe5, 0x02, 'd', 'a', 't', 'a'};

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_ok(network_prov_scheme_ble_set_service_uuid(usual_uuid));
	zassert_ok(network_prov_scheme_ble_set_mfg_data(NULL, 0));
}

ZTEST_SUITE(gatt_advertising, NULL, NULL, NULL, after, NULL);

static void expect_ad(const uint8_t uuid[16])
{
	const struct controller_advertising *seen = controller_advertising();

	zassert_true(controller_is_advertising());
	zassert_equal(seen->ad_length, 3 + 2 + 16);
	zassert_mem_equal(seen->ad, "\x02\x01\x06\x11\x07", 5);
	zassert_mem_equal(&seen->ad[5], uuid, 16);
}

/** The scan response: a name, then what follows it. */
static void expect_sd(const char *name, const uint8_t *rest, size_t length)
{
	const struct controller_advertising *seen = controller_advertising();
	size_t size = strlen(name);

	zassert_equal(seen->sd_length, 2 + size + length, "%u", seen->sd_length);
	zassert_equal(seen->sd[0], 1 + size);
	zassert_equal(seen->sd[1], BT_DATA_NAME_COMPLETE);
	zassert_mem_equal(&seen->sd[2], name, size);
	zassert_mem_equal(&seen->sd[2 + size], rest, length);
}

ZTEST(gatt_advertising, test_uuid_and_name)
{
	zassert_ok(start_as("PROV_TEST"));
	expect_ad(usual_uuid);
	expect_sd("PROV_TEST", NULL, 0);
	stop();
}

ZTEST(gatt_advertising, test_a_uuid_of_the_application)
{
	zassert_equal(network_prov_scheme_ble_set_service_uuid(NULL), -EINVAL);
	zassert_ok(network_prov_scheme_ble_set_service_uuid(other_uuid));
	zassert_ok(start_as("PROV_TEST"));
	expect_ad(other_uuid);
	stop();
}

ZTEST(gatt_advertising, test_data_of_the_manufacturer)
{
	static const uint8_t expected[] = {7, 0xff, 0xe5, 0x02, 'd', 'a', 't', 'a'};
	static const uint8_t cut[] = {3, 0xff, 0xe5, 0x02};
	static const uint8_t long_data[30];

	zassert_equal(network_prov_scheme_ble_set_mfg_data(NULL, 1), -EINVAL);
	zassert_equal(network_prov_scheme_ble_set_mfg_data(long_data, sizeof(long_data)), -EINVAL);
	zassert_ok(network_prov_scheme_ble_set_mfg_data(company, sizeof(company)));
	zassert_ok(start_as("PROV_TEST"));
	expect_sd("PROV_TEST", expected, sizeof(expected));
	stop();
	/* The name has priority. */
	zassert_ok(start_as("PROV_23456789_123456789_1"));
	expect_sd("PROV_23456789_123456789_1", cut, sizeof(cut));
	stop();
	zassert_ok(start_as("PROV_23456789_123456789_1234"));
	expect_sd("PROV_23456789_123456789_1234", NULL, 0);
	stop();
}

/* 29 bytes of the name fit: whole characters. */
ZTEST(gatt_advertising, test_long_names_are_cut_between_characters)
{
	zassert_ok(start_as("PROV_23456789_123456789_12345678"));
	expect_sd("PROV_23456789_123456789_12345", NULL, 0);
	stop();
	zassert_ok(start_as("PROV_23456789_123456789_1234\u00fc"));
	expect_sd("PROV_23456789_123456789_1234", NULL, 0);
	stop();
	/* No text: it is cut anywhere. */
	zassert_ok(start_as("PROV_23456789_123456789_12\x80\x80\x80\x80\x80"));
	expect_sd("PROV_23456789_123456789_12\x80\x80\x80", NULL, 0);
	stop();
}

ZTEST(gatt_advertising, test_an_address_of_the_application)
{
	static const uint8_t address[6] = {1, 2, 3, 4, 5, 0xc6};
	static const uint8_t another[6] = {9, 2, 3, 4, 5, 0xc6};
	static const uint8_t not_static[6] = {1, 2, 3, 4, 5, 0x46};

	zassert_equal(network_prov_scheme_ble_set_random_addr(NULL), -EINVAL);
	zassert_equal(network_prov_scheme_ble_set_random_addr(not_static), -EINVAL);
	zassert_ok(start_as("PROV_TEST"));
	zassert_false(controller_advertising()->has_random_address);
	stop();
	zassert_ok(bt_enable(NULL));
	zassert_ok(network_prov_scheme_ble_set_random_addr(address));
	for (int i = 0; i < 2; i++) {
		/* The second time, the device has it already. */
		zassert_ok(start_as("PROV_TEST"));
		zassert_true(controller_advertising()->has_random_address);
		zassert_mem_equal(controller_advertising()->address, address, sizeof(address));
		stop();
	}
	/* More than the device can have. */
	zassert_ok(network_prov_scheme_ble_set_random_addr(another));
	zassert_not_ok(start_as("PROV_TEST"));
	stop();
	zassert_ok(bt_disable());
	zassert_ok(network_prov_scheme_ble_set_random_addr(address));
}

static int results[3];

static void on_expiry(struct k_timer *timer)
{
	ARG_UNUSED(timer);
	results[0] = network_prov_scheme_ble_set_service_uuid(other_uuid);
	results[1] = network_prov_scheme_ble_set_mfg_data(company, sizeof(company));
	results[2] = network_prov_scheme_ble_set_random_addr((const uint8_t[6]){0, 0, 0, 0, 0, 0xc0});
}

static K_TIMER_DEFINE(interrupt, on_expiry, NULL);

ZTEST(gatt_advertising, test_interrupts_are_refused)
{
	k_timer_start(&interrupt, K_MSEC(1), K_NO_WAIT);
	(void)k_timer_status_sync(&interrupt);
	ARRAY_FOR_EACH(results, i) {
		zassert_equal(results[i], -EWOULDBLOCK);
	}
	zassert_ok(start_as("PROV_TEST"));
	expect_ad(usual_uuid);
	stop();
}
