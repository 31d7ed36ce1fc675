/* SPDX-License-Identifier: Apache-2.0 */

/*
 * samples/wifi_prov on an emulated Cortex-M3, with a Bluetooth controller of the host on its second
 * UART. When a client has left and when the service ends, it reports how much of each stack has
 * been used.
 */

#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/test/fake_wifi.h>

/* How much has been used of a stack that belongs to no thread. */
#include <kernel_internal.h>

#include "development_credential.h"
#include "security.h"

LOG_MODULE_REGISTER(stacks, LOG_LEVEL_INF);

int sample_main(void);

/** The emulator writes the number of the scheme here before it starts: memory that nothing else
 * uses.
 */
#define CHOICE (*(volatile const uint32_t *)0x21000000)

enum network_prov_security chosen_security(void)
{
	return CHOICE == 1 ? NETWORK_PROV_SECURITY_1 : NETWORK_PROV_SECURITY_2;
}

const void *chosen_security_params(void)
{
	return CHOICE == 1 ? (const void *)SAMPLE_PASSWORD : &sample_security2_params;
}

/* A full page of networks; the last is the one to join. */
static const struct fake_wifi_ap aps[] = {
	{"Network of a neighbour, as long", 31, {2, 0, 0, 0, 0, 1}, 1, -70, WIFI_SECURITY_TYPE_PSK},
	{"Another", 7, {2, 0, 0, 0, 0, 2}, 6, -60, WIFI_SECURITY_TYPE_SAE},
	{"Open", 4, {2, 0, 0, 0, 0, 3}, 11, -80, WIFI_SECURITY_TYPE_NONE},
	{"Air Home", 8, {2, 0, 0, 0, 0, 4}, 6, -40, WIFI_SECURITY_TYPE_PSK},
};

static void tell(const char *name, size_t size, size_t unused)
{
	LOG_INF("%s: %zu of %zu", name, size - unused, size);
}

static void tell_thread(const struct k_thread *thread, void *user_data)
{
	size_t unused;

	ARG_UNUSED(user_data);
	if (k_thread_stack_space_get(thread, &unused) == 0) {
		tell(k_thread_name_get((k_tid_t)thread), thread->stack_info.size, unused);
	}
}

static void tell_all(void)
{
	size_t unused;

	k_thread_foreach_unlocked(tell_thread, NULL);
	if (z_stack_space_get((const uint8_t *)K_KERNEL_STACK_BUFFER(z_interrupt_stacks[0]),
			      K_KERNEL_STACK_SIZEOF(z_interrupt_stacks[0]), &unused) == 0) {
		tell("interrupts", K_KERNEL_STACK_SIZEOF(z_interrupt_stacks[0]), unused);
	}
}

/* On a stack of its own, so the report uses none of the others. */
static K_SEM_DEFINE(gone, 0, K_SEM_MAX_LIMIT);

static void watch(void *p1, void *p2, void *p3)
{
	while (true) {
		(void)k_sem_take(&gone, K_FOREVER);
		tell_all();
	}
}

K_THREAD_DEFINE(watcher, 2048, watch, NULL, NULL, NULL, K_LOWEST_APPLICATION_THREAD_PRIO, 0, 0);

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	k_sem_give(&gone);
}

BT_CONN_CB_DEFINE(callbacks) = {
	.disconnected = on_disconnected,
};

int main(void)
{
	int ret;

	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	fake_wifi_set_expected_credentials("Air Home", "nothing-in-the-air");
	ret = sample_main();
	k_sem_give(&gone);
	/* So that the main stack can be measured. */
	k_sleep(K_FOREVER);
	return ret;
}
