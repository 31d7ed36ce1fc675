/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What the module does while the n-th call fails, for each n.
 */

#ifndef TESTS_FAULTS_WALK_H_
#define TESTS_FAULTS_WALK_H_

#include <stdint.h>

#include <zephyr/sys/util.h>

#include "device.h"
#include "faults.h"

/** What a session that provisions in a full store needs, over any transport. */
#define SESSION_KINDS                                                                              \
	(BIT64(FAULT_RANDOM) | BIT64(FAULT_WORK) | BIT64(FAULT_SETTINGS_SAVE) |                    \
	 BIT64(FAULT_SETTINGS_DELETE) | BIT64(FAULT_CREDENTIALS_GET) |                             \
	 BIT64(FAULT_CREDENTIALS_SET) | BIT64(FAULT_CREDENTIALS_DELETE) | BIT64(FAULT_WIFI_SCAN) | \
	 BIT64(FAULT_WIFI_CONNECT) | BIT64(FAULT_WIFI_STATUS))

/* The store is full. */
#define OLD "B=password-b A=password-a "
#define NEW "C=password-c B=password-b "

/** What the module does while a call fails. */
struct run {
	const char *name;
	void (*run)(void);
	/** What is stored if it succeeds. */
	const char *after;
	/** A bit for each kind of call that it makes: each of these must have failed. */
	uint64_t kinds;
	/** A bit for each kind that does not fail in this run. */
	uint64_t without;
};

/** The transport of the run, and of the honest sessions before and after it. */
extern enum device_transport transport;

/** Prepares a device with networks, and counts what is in use. */
void begin(enum device_transport over);

/** Runs it with each fault, and checks the device after each. */
void walk(const struct run *run);

#endif /* TESTS_FAULTS_WALK_H_ */
