/* SPDX-License-Identifier: Apache-2.0 */

/* Compiled only with CONFIG_OPENTHREAD_PLATFORM_KEY_REF. */

#include <errno.h>
#include <string.h>

#include <zephyr/psa/key_ids.h>
#include <zephyr/sys/util.h>

#include <openthread/dataset.h>
#include <openthread/platform/crypto.h>

#include "network/thread/thread_secrets.h"
#include "wipe.h"

/** A key in OpenThread's range of 65536 keys. OpenThread uses about ten, from the start of the
 * range.
 */
#define KEY_REF (ZEPHYR_PSA_OPENTHREAD_KEY_ID_RANGE_BEGIN + 0x8000)

/** The network key and the PSKc, 16 bytes each. */
#define SECRETS_MAX (OT_NETWORK_KEY_SIZE + OT_PSKC_MAX_SIZE)

static bool is_secret(uint8_t type)
{
	return type == OT_MESHCOP_TLV_NETWORKKEY || type == OT_MESHCOP_TLV_PSKC;
}

/**
 * Copies the secrets out of a dataset, where they are zeroed, or into it. Returns their length in
 * bytes. A truncated TLV ends the dataset.
 */
static size_t transfer(uint8_t *tlvs, size_t length, uint8_t *secrets, bool out)
{
	size_t count = 0;

	for (size_t at = 0; at + 2 <= length && at + 2 + tlvs[at + 1] <= length;
	     at += 2 + tlvs[at + 1]) {
		uint8_t *value = &tlvs[at + 2];
		size_t size = tlvs[at + 1];

		if (!is_secret(tlvs[at]) || count + size > SECRETS_MAX) {
			continue;
		}
		if (out) {
			memcpy(&secrets[count], value, size);
			memset(value, 0, size);
		} else {
			memcpy(value, &secrets[count], size);
		}
		count += size;
	}
	return count;
}

void netprov_secrets_forget(void)
{
	if (otPlatCryptoHasKey(KEY_REF)) {
		(void)otPlatCryptoDestroyKey(KEY_REF);
	}
}

int netprov_secrets_hide(uint8_t *tlvs, size_t length)
{
	uint8_t secrets[SECRETS_MAX];
	otCryptoKeyRef key = KEY_REF;
	size_t count = transfer(tlvs, length, secrets, true);
	otError error = OT_ERROR_NONE;

	/* It may exist after a power cut. */
	netprov_secrets_forget();
	if (count > 0) {
		error = otPlatCryptoImportKey(&key, OT_CRYPTO_KEY_TYPE_RAW, OT_CRYPTO_KEY_ALG_VENDOR,
					      OT_CRYPTO_KEY_USAGE_EXPORT,
					      OT_CRYPTO_KEY_STORAGE_PERSISTENT, secrets, count);
	}
	netprov_wipe(secrets, sizeof(secrets));
	return error == OT_ERROR_NONE ? 0 : -EIO;
}

int netprov_secrets_reveal(uint8_t *tlvs, size_t length)
{
	uint8_t secrets[SECRETS_MAX] = {0};
	size_t wanted = transfer(tlvs, length, secrets, true);
	size_t count = 0;
	int ret = 0;

	if (wanted > 0 && (otPlatCryptoExportKey(KEY_REF, secrets, sizeof(secrets), &count) !=
				   OT_ERROR_NONE ||
			   count != wanted)) {
		ret = -EIO;
	}
	if (ret == 0) {
		(void)transfer(tlvs, length, secrets, false);
	}
	netprov_wipe(secrets, sizeof(secrets));
	return ret;
}
