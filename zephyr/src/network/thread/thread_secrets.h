/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Secrets of the recorded dataset, stored in the platform's key storage.
 *
 * With `CONFIG_OPENTHREAD_PLATFORM_KEY_REF`, which OpenThread's PSA crypto selects (the default
 * since Zephyr 4.4), OpenThread stores keys in the platform's key storage instead of the settings.
 * The record of a dataset in the settings then contains no keys either.
 */

#ifndef NETPROV_THREAD_SECRETS_H_
#define NETPROV_THREAD_SECRETS_H_

#include <stddef.h>
#include <stdint.h>

#if defined(CONFIG_OPENTHREAD_PLATFORM_KEY_REF)

/**
 * Moves the network key and the PSKc of a dataset to the key storage, and zeroes them in @p tlvs.
 * Replaces what an earlier call has stored. Returns 0 or -EIO.
 */
int netprov_secrets_hide(uint8_t *tlvs, size_t length);

/** Writes the stored secrets back to their places. Returns 0, or -EIO if there are none. */
int netprov_secrets_reveal(uint8_t *tlvs, size_t length);

/** Deletes the stored secrets, if there are any. */
void netprov_secrets_forget(void);

#else

static inline int netprov_secrets_hide(uint8_t *tlvs, size_t length)
{
	(void)tlvs;
	(void)length;
	return 0;
}

static inline int netprov_secrets_reveal(uint8_t *tlvs, size_t length)
{
	(void)tlvs;
	(void)length;
	return 0;
}

static inline void netprov_secrets_forget(void)
{
}

#endif

#endif /* NETPROV_THREAD_SECRETS_H_ */
