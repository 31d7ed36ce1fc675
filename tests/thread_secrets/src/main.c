/* SPDX-License-Identifier: Apache-2.0 */

/* The record of a dataset contains no keys if OpenThread stores keys elsewhere. */

#include <errno.h>
#include <string.h>

#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <openthread/platform/crypto.h>

#include "network/thread/thread_secrets.h"

/* The key storage, with room for one key. */

static struct {
	otCryptoKeyRef ref;
	bool is_there;
	bool refuses;
	size_t length;
	uint8_t bytes[64];
} storage;

bool otPlatCryptoHasKey(otCryptoKeyRef ref)
{
	return storage.is_there && storage.ref == ref;
}

otError otPlatCryptoDestroyKey(otCryptoKeyRef ref)
{
	zassert_true(otPlatCryptoHasKey(ref));
	memset(&storage, 0, sizeof(storage));
	return OT_ERROR_NONE;
}

otError otPlatCryptoImportKey(otCryptoKeyRef *ref, otCryptoKeyType type,
			      otCryptoKeyAlgorithm algorithm, int usage,
			      otCryptoKeyStorage persistence, const uint8_t *key, size_t length)
{
	zassert_false(storage.is_there, "a key cannot be replaced");
	zassert_equal(persistence, OT_CRYPTO_KEY_STORAGE_PERSISTENT);
	zassert_true((usage & OT_CRYPTO_KEY_USAGE_EXPORT) != 0);
	if (storage.refuses) {
		return OT_ERROR_FAILED;
	}
	storage.ref = *ref;
	storage.is_there = true;
	storage.length = length;
	memcpy(storage.bytes, key, length);
	return OT_ERROR_NONE;
}

otError otPlatCryptoExportKey(otCryptoKeyRef ref, uint8_t *buffer, size_t size, size_t *length)
{
	if (!otPlatCryptoHasKey(ref) || size < storage.length) {
		return OT_ERROR_FAILED;
	}
	memcpy(buffer, storage.bytes, storage.length);
	*length = storage.length;
	return OT_ERROR_NONE;
}

/* A channel, a network key, a name and a PSKc. */

#define KEY  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
#define PSKC 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36

static const uint8_t dataset[] = {0, 3, 0, 0, 15, 5, 16, KEY, 3, 2, 'O', 'T', 4, 16, PSKC};

#define KEY_AT  7
#define PSKC_AT 29

static uint8_t tlvs[sizeof(dataset)];

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	memset(&storage, 0, sizeof(storage));
	memcpy(tlvs, dataset, sizeof(tlvs));
}

ZTEST_SUITE(thread_secrets, NULL, NULL, before, NULL, NULL);

ZTEST(thread_secrets, test_hidden_secrets_are_zero_and_the_rest_is_as_it_was)
{
	static const uint8_t zeros[16];

	zassert_ok(netprov_secrets_hide(tlvs, sizeof(tlvs)));
	zassert_mem_equal(&tlvs[KEY_AT], zeros, 16);
	zassert_mem_equal(&tlvs[PSKC_AT], zeros, 16);
	zassert_mem_equal(tlvs, dataset, KEY_AT);
	zassert_mem_equal(&tlvs[KEY_AT + 16], &dataset[KEY_AT + 16], PSKC_AT - KEY_AT - 16);
}

ZTEST(thread_secrets, test_they_come_back)
{
	zassert_ok(netprov_secrets_hide(tlvs, sizeof(tlvs)));
	zassert_ok(netprov_secrets_reveal(tlvs, sizeof(tlvs)));
	zassert_mem_equal(tlvs, dataset, sizeof(dataset));
	/* Also after a power cut at this point. */
	zassert_true(storage.is_there);
}

ZTEST(thread_secrets, test_another_record_replaces_what_a_power_cut_has_left)
{
	zassert_ok(netprov_secrets_hide(tlvs, sizeof(tlvs)));
	memcpy(tlvs, dataset, sizeof(tlvs));
	tlvs[KEY_AT] = 99;
	zassert_ok(netprov_secrets_hide(tlvs, sizeof(tlvs)));
	zassert_ok(netprov_secrets_reveal(tlvs, sizeof(tlvs)));
	zassert_equal(tlvs[KEY_AT], 99);
}

ZTEST(thread_secrets, test_forgotten_secrets_are_gone)
{
	zassert_ok(netprov_secrets_hide(tlvs, sizeof(tlvs)));
	netprov_secrets_forget();
	zassert_false(storage.is_there);
	netprov_secrets_forget();
	zassert_equal(netprov_secrets_reveal(tlvs, sizeof(tlvs)), -EIO);
}

ZTEST(thread_secrets, test_a_storage_that_refuses_is_told)
{
	storage.refuses = true;
	zassert_equal(netprov_secrets_hide(tlvs, sizeof(tlvs)), -EIO);
}

ZTEST(thread_secrets, test_a_dataset_without_secrets_takes_no_storage)
{
	zassert_ok(netprov_secrets_hide(tlvs, 5));
	zassert_false(storage.is_there);
	zassert_ok(netprov_secrets_reveal(tlvs, 5));
	zassert_mem_equal(tlvs, dataset, 5);
}

ZTEST(thread_secrets, test_a_dataset_that_is_cut_is_not_read_beyond_its_end)
{
	zassert_ok(netprov_secrets_hide(tlvs, KEY_AT + 15));
	zassert_false(storage.is_there);
	zassert_mem_equal(tlvs, dataset, sizeof(dataset));
}
