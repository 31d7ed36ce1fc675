/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Datasets, and the trial of a new one.
 *
 * OpenThread can join a network only with its active dataset, which it stores at once. Therefore
 * the previous dataset is saved in a record in the settings before a new one becomes active. If the
 * new one works, the record is deleted. If it does not, the previous dataset is restored. After a
 * power cut in between, it is restored at the next boot.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/random/random.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>

#include <openthread.h>
#include <openthread/dataset.h>
#include <openthread/link.h>
#include <openthread/thread.h>

#include "network/thread/thread_dataset.h"
#include "network/thread/thread_secrets.h"
#include "wipe.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_NETWORK_LOG_LEVEL);

#define WIPE(object) netprov_wipe(&(object), sizeof(object))

/* For the provisioning thread, and for initialisation before it starts. */

static struct {
	/** The active dataset has not worked yet. */
	bool is_on;
	/** The previously active dataset; length 0 if there was none. */
	otOperationalDatasetTlvs before;
} trial;

static const otOperationalDatasetTlvs none;

/* The record of the previous dataset. */

#if defined(CONFIG_SETTINGS) && !defined(CONFIG_OPENTHREAD_SETTINGS_RAM)

#define JOURNAL_NAME "netprov/thread"

/** A byte, because an empty value would delete the setting; then the dataset, if there was one. */
struct journal {
	uint8_t mark;
	uint8_t tlvs[OT_OPERATIONAL_DATASET_MAX_LENGTH];
};

/** Too large for a stack. Wiped after each use. */
static struct journal journal;

/** Saves `before` in the record. */
static int begin_trial(void)
{
	int ret;

	memcpy(journal.tlvs, trial.before.mTlvs, trial.before.mLength);
	/* Store the secrets first: a record without them could not be restored. */
	ret = netprov_secrets_hide(journal.tlvs, trial.before.mLength);
	if (ret == 0) {
		ret = settings_save_one(JOURNAL_NAME, &journal,
					offsetof(struct journal, tlvs) + trial.before.mLength);
	}
	WIPE(journal);
	return ret;
}

static int end_trial(void)
{
	int ret = settings_delete(JOURNAL_NAME);

	if (ret != 0) {
		/* The next boot would restore the previous dataset. */
		netprov_log_failure("delete the record of the previous dataset", ret);
		return ret;
	}
	netprov_secrets_forget();
	return 0;
}

/** Reads the record into `before`. */
static int read_journal(const char *key, size_t length, settings_read_cb read, void *context,
			void *is_there)
{
	if ((key != NULL && key[0] != '\0') || length == 0 || length > sizeof(journal)) {
		return 0;
	}
	if (read(context, &journal, length) == (ssize_t)length) {
		trial.before.mLength = (uint8_t)(length - offsetof(struct journal, tlvs));
		memcpy(trial.before.mTlvs, journal.tlvs, trial.before.mLength);
		if (netprov_secrets_reveal(trial.before.mTlvs, trial.before.mLength) == 0) {
			*(bool *)is_there = true;
		} else {
			LOG_ERR("Previous dataset not restored: its key is missing");
			WIPE(trial.before);
		}
	}
	WIPE(journal);
	return 0;
}

#else

static int begin_trial(void)
{
	return 0;
}

static int end_trial(void)
{
	return 0;
}

#endif

/* Datasets. */

/** A parsed dataset. Too large for a stack. Wiped after each use. */
static otOperationalDataset parts;

/**
 * Copies a dataset. If it has no name, as when a client creates it for a network from a scan, adds
 * OpenThread's default name. OpenThread can join without a name and learns it from the network, but
 * Zephyr would replace a dataset without a name by a new one.
 */
static int copy_named(otOperationalDatasetTlvs *tlvs, const uint8_t *dataset, size_t length)
{
	static const otOperationalDataset unnamed = {
		.mNetworkName = {"OpenThread"},
		.mComponents = {.mIsNetworkNamePresent = true},
	};
	otError error;

	memcpy(tlvs->mTlvs, dataset, length);
	tlvs->mLength = (uint8_t)length;
	error = otDatasetParseTlvs(tlvs, &parts);
	if (error == OT_ERROR_NONE && !parts.mComponents.mIsNetworkNamePresent) {
		error = otDatasetUpdateTlvs(&unnamed, tlvs);
	}
	WIPE(parts);
	return error == OT_ERROR_NONE ? 0 : -EINVAL;
}

/** Checks whether a network can be joined with it. OpenThread checks only the active dataset. */
static bool is_complete(otInstance *ot, const otOperationalDatasetTlvs *tlvs)
{
	const otOperationalDatasetComponents *has = &parts.mComponents;
	bool complete;

	complete = otDatasetParseTlvs(tlvs, &parts) == OT_ERROR_NONE && has->mIsNetworkKeyPresent &&
		   has->mIsNetworkNamePresent && has->mIsExtendedPanIdPresent &&
		   has->mIsPanIdPresent && has->mIsChannelPresent &&
		   parts.mPanId != OT_PANID_BROADCAST && parts.mChannel < 32 &&
		   (otLinkGetSupportedChannelMask(ot) & BIT(parts.mChannel)) != 0;
	WIPE(parts);
	return complete;
}

/**
 * Makes the dataset active, or erases the active one if its length is 0. Thread must be stopped.
 */
static int set_active(otInstance *ot, const otOperationalDatasetTlvs *tlvs)
{
	otNetworkKey key;

	if (otDatasetSetActiveTlvs(ot, tlvs) != OT_ERROR_NONE) {
		return -EINVAL;
	}
	if (tlvs->mLength == 0) {
		/* OpenThread erases the stored dataset, but keeps using the key: replace it. */
		if (sys_csrand_get(&key, sizeof(key)) == 0) {
			(void)otThreadSetNetworkKey(ot, &key);
		}
		WIPE(key);
		return 0;
	}
	/* OpenThread does not report that the flash is full. */
	return otDatasetIsCommissioned(ot) ? 0 : -EIO;
}

static int remember(otInstance *ot)
{
	int ret;

	/* For several trials in a row, keep the dataset from before the first one. */
	if (trial.is_on) {
		return 0;
	}
	if (otDatasetGetActiveTlvs(ot, &trial.before) != OT_ERROR_NONE) {
		WIPE(trial.before);
	}
	ret = begin_trial();
	if (ret == 0) {
		trial.is_on = true;
	} else {
		netprov_log_failure("write the record of the previous dataset", ret);
		WIPE(trial.before);
	}
	return ret;
}

int netprov_dataset_check(otInstance *ot, const uint8_t *dataset, size_t length)
{
	static otOperationalDatasetTlvs tlvs;
	int ret;

	if (length == 0 || length > sizeof(tlvs.mTlvs)) {
		return -EINVAL;
	}
	ret = copy_named(&tlvs, dataset, length);
	if (ret == 0 && !is_complete(ot, &tlvs)) {
		ret = -EINVAL;
	}
	WIPE(tlvs);
	return ret;
}

int netprov_dataset_try(otInstance *ot, const uint8_t *dataset, size_t length)
{
	static otOperationalDatasetTlvs tlvs;
	int ret = remember(ot);

	if (ret == 0) {
		(void)copy_named(&tlvs, dataset, length);
		otThreadSetEnabled(ot, false);
		ret = set_active(ot, &tlvs);
		WIPE(tlvs);
	}
	return ret;
}

bool netprov_dataset_is_on_trial(void)
{
	return trial.is_on;
}

void netprov_dataset_restore(otInstance *ot)
{
	int ret;

	otThreadSetEnabled(ot, false);
	ret = set_active(ot, &trial.before);
	if (ret == 0) {
		(void)end_trial();
	} else {
		/* The record is kept, and the next boot tries again. */
		netprov_log_failure("restore the previous dataset", ret);
	}
	trial.is_on = false;
	WIPE(trial.before);
}

int netprov_dataset_keep(otInstance *ot)
{
	int ret = trial.is_on ? end_trial() : 0;

	if (ret != 0 || !trial.is_on) {
		return ret;
	}
	trial.is_on = false;
	WIPE(trial.before);
	/* The pending dataset belongs to the previous network. */
	(void)otDatasetSetPendingTlvs(ot, &none);
	return 0;
}

int netprov_dataset_erase(otInstance *ot)
{
	int ret;

	otThreadSetEnabled(ot, false);
	(void)otDatasetSetPendingTlvs(ot, &none);
	ret = set_active(ot, &none);
	if (ret == 0 && trial.is_on) {
		ret = end_trial();
	}
	trial.is_on = false;
	WIPE(trial.before);
	return ret;
}

bool netprov_dataset_is_stored(otInstance *ot)
{
	return trial.is_on ? trial.before.mLength > 0 : otDatasetIsCommissioned(ot);
}

/* Start. */

#if defined(CONFIG_SETTINGS) && !defined(CONFIG_OPENTHREAD_SETTINGS_RAM)

/** Ends a trial that a power cut interrupted. OpenThread starts before, with the interfaces. */
static int recover(void)
{
	bool is_there = false;
	int ret = settings_subsys_init();

	if (ret == 0) {
		ret = settings_load_subtree_direct(JOURNAL_NAME, read_journal, &is_there);
	}
	if (ret != 0) {
		netprov_log_failure("load the settings", ret);
	}
	if (is_there) {
		LOG_INF("Power was cut while a dataset was on trial: restoring the previous one");
		openthread_mutex_lock();
		netprov_dataset_restore(openthread_get_default_instance());
		openthread_mutex_unlock();
	}
	return ret;
}

SYS_INIT(recover, APPLICATION, 0);

#endif
