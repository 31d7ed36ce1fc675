/* SPDX-License-Identifier: Apache-2.0 */

/* What the device advertises and what its service contains, which apps use to find it (7.E 61, 62,
 * 68).
 */

#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/gatt.h>

#include "att.h"
#include "tester.h"

#define READ_AND_WRITE (BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE)

static const uint8_t usual_uuid[] = {LINK_SERVICE_UUID};

/** The UUID that the device uses with `uuid`. */
static const uint8_t chosen_uuid[] = {
	BT_UUID_128_ENCODE(0x1775244d, 0x6b43, 0x439b, 0x877c, 0x060f2d9bed07)};

static const uint8_t mfg_data[] = "\xff\xff manufacturer's data";

/** The endpoints and their numbers, in the order in which they are created. */
static const struct {
	const char *name;
	uint16_t number;
} expected[] = {
	{"prov-ctrl", 0xff4f},   {"prov-scan", 0xff50}, {"prov-session", 0xff51},
	{"prov-config", 0xff52}, {"proto-ver", 0xff53}, {"custom-data", 0xff54},
	{"slow", 0xff55},        {"links", 0xff56},
};

/** Checks that the advertisement has the flags and the UUID, and nothing else. */
static void check_advertisement(const struct advert *advert, const uint8_t uuid[16])
{
	uint8_t expected_ad[] = {2,  BT_DATA_FLAGS,       BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR,
				 17, BT_DATA_UUID128_ALL, [20] = 0};

	memcpy(&expected_ad[5], uuid, 16);
	TEST_ASSERT(advert->ad_length == sizeof(expected_ad) &&
			    memcmp(advert->ad, expected_ad, sizeof(expected_ad)) == 0,
		    "the advertisement has other content than flags and UUID");
}

/** Checks that the scan response has the name, then this much manufacturer data, and nothing else.
 */
static void check_response(const struct advert *advert, const char *name, size_t mfg_length)
{
	size_t name_length = strlen(name);
	size_t length = 2 + name_length + (mfg_length > 0 ? 2 + mfg_length : 0);
	const uint8_t *found;
	uint8_t found_length;

	TEST_ASSERT(advert->sd_length == length, "%u bytes in the scan response, not %zu",
		    advert->sd_length, length);
	found = link_element(advert->sd, advert->sd_length, BT_DATA_NAME_COMPLETE, &found_length);
	TEST_ASSERT(found != NULL && found_length == name_length &&
			    memcmp(found, name, name_length) == 0,
		    "another name");
	found = link_element(advert->sd, advert->sd_length, BT_DATA_MANUFACTURER_DATA,
			     &found_length);
	TEST_ASSERT((found == NULL) == (mfg_length == 0), "manufacturer data present or missing");
	TEST_ASSERT(found == NULL || (found_length == mfg_length &&
				      memcmp(found, mfg_data, mfg_length) == 0),
		    "wrong manufacturer data");
}

static void check_service(const struct link *link, const uint8_t uuid[16])
{
	TEST_ASSERT(link->count == ARRAY_SIZE(expected), "%zu characteristics", link->count);
	ARRAY_FOR_EACH(expected, i) {
		const struct endpoint *endpoint = &link->endpoints[i];
		uint8_t expected_uuid[16];

		memcpy(expected_uuid, uuid, sizeof(expected_uuid));
		expected_uuid[12] = (uint8_t)expected[i].number;
		expected_uuid[13] = (uint8_t)(expected[i].number >> 8);
		TEST_ASSERT(strcmp(endpoint->name, expected[i].name) == 0,
			    "characteristic %zu is %s", i, endpoint->name);
		TEST_ASSERT(memcmp(endpoint->uuid.val, expected_uuid, sizeof(expected_uuid)) == 0,
			    "%s has the wrong UUID", endpoint->name);
		/* iOS requires both for each endpoint; none sends notifications. */
		TEST_ASSERT(endpoint->properties == READ_AND_WRITE, "%s has properties 0x%02x",
			    endpoint->name, endpoint->properties);
		TEST_ASSERT(endpoint->names == 1 && endpoint->others == 0,
			    "%s has %d names and %d other descriptors", endpoint->name,
			    endpoint->names, endpoint->others);
	}
}

/** iOS shows the GAP device name, and apps compare it with the name on the label. */
static void check_gap_name(const struct link *link, const char *name)
{
	uint8_t value[32];
	size_t length = 0;
	int ret = att_read_by_type(link->conn, BT_UUID_GAP_DEVICE_NAME_VAL, value, sizeof(value),
				   &length);

	TEST_ASSERT(ret == 0, "the GAP device name cannot be read: %d", ret);
	/* At the smallest MTU, the response has room for 19 bytes of it. */
	TEST_ASSERT(length >= MIN(strlen(name), 19) && length <= strlen(name) &&
			    memcmp(value, name, length) == 0,
		    "the GAP device name is not %s", name);
}

static void check(const char *name, const uint8_t uuid[16], size_t mfg_length)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct advert advert;

	link_begin();
	TEST_ASSERT(link_find(name, 10, &advert), "%s is not found", name);
	check_advertisement(&advert, uuid);
	check_response(&advert, name, mfg_length);
	link_connect(&link, &advert);
	link_exchange_mtu(&link, tester_mtu);
	link_discover(&link, uuid);
	check_service(&link, uuid);
	check_gap_name(&link, name);
	tester_handshake(&client);
	tester_finish(&client);
}

static void advertising(void)
{
	TEST_START("advertising");
	check(NAME, usual_uuid, 0);
	TEST_PASS("advertising");
}

static void custom_uuid(void)
{
	TEST_START("custom UUID and manufacturer data");
	check(NAME, chosen_uuid, 10);
	TEST_PASS("custom UUID and manufacturer data");
}

static void mfg_cut(void)
{
	TEST_START("manufacturer data that is cut");
	/* 31 bytes hold a name of 9 bytes, two headers, and the rest. */
	check(NAME, usual_uuid, 18);
	TEST_PASS("manufacturer data that is cut");
}

static void long_name(void)
{
	TEST_START("a long name");
	/* The device was given 32 bytes, and manufacturer data that does not fit then. */
	check("PROV_012345678901234567890123", usual_uuid, 0);
	TEST_PASS("a long name");
}

static void cut_name(void)
{
	TEST_START("a name whose 29th and 30th byte are one character");
	check("PROV_01234567890123456789012", usual_uuid, 0);
	TEST_PASS("a name whose 29th and 30th byte are one character");
}

const struct bst_test_instance advertising_tests[] = {
	TESTER_TEST("advertising", "What is advertised", advertising),
	TESTER_TEST("custom_uuid", "Another UUID, and manufacturer data", custom_uuid),
	TESTER_TEST("mfg_cut", "Manufacturer data that does not fit whole", mfg_cut),
	TESTER_TEST("long_name", "A name that does not fit", long_name),
	TESTER_TEST("cut_name", "A character that does not fit", cut_name),
	BSTEST_END_MARKER,
};
