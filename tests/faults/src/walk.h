/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What the module does while the n-th call fails, for each n.
 */

#ifndef TESTS_FAULTS_WALK_H_
#define TESTS_FAULTS_WALK_H_

#include "device.h"

/* The store is full. */
#define OLD "B=password-b A=password-a "
#define NEW "C=password-c B=password-b "

/** What the module does while a call fails. */
struct run {
	const char *name;
	void (*run)(void);
	/** What is stored if it succeeds. */
	const char *after;
};

/** The transport of the run, and of the honest sessions before and after it. */
extern enum device_transport transport;

/** Prepares a device with networks, and counts what is in use. */
void begin(enum device_transport over);

/** Runs it with each fault, and checks the device after each. */
void walk(const struct run *run);

#endif /* TESTS_FAULTS_WALK_H_ */
