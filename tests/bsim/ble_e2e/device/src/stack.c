/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Stack usage of Bluetooth's receive thread and of the provisioning thread. In this simulation, a
 * thread has a stack of the host, which Zephyr does not know. So each thread paints its own stack:
 * the receive thread when the first client connects, the provisioning thread at its start. The
 * frames are those of a 32-bit x86, and interrupts run on the same stack, so the usage is higher
 * than on a device.
 */

#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "babblekit/testcase.h"

#include "device.h"

#define PAINT     0xa5
#define PAINTED   16384
/** Not painted: the frames of the painter and of the functions that it calls. */
#define PAINTER   512
/** Largest frame: the distance between two frames never exceeds it. */
#define FRAME_MAX 4096

/** The painted range from its lowest byte, and the thread's first frame. */
struct painting {
	uint8_t *bottom;
	uint8_t *base;
	size_t highest;
};

static struct painting receiving, provisioning;

/** Bluetooth's thread exists until Bluetooth is disabled, which is after the last link. */
static int links;

static __noinline uint8_t *outermost_frame(void)
{
	uint8_t *frame = __builtin_frame_address(0);

	for (;;) {
		uint8_t *next = *(uint8_t **)frame;

		if (next <= frame || next > frame + FRAME_MAX) {
			return frame;
		}
		frame = next;
	}
}

static __noinline void paint(struct painting *painting)
{
	uint8_t *here = __builtin_frame_address(0);

	painting->base = outermost_frame();
	painting->bottom = here - PAINTED;
	for (volatile uint8_t *at = painting->bottom; at < here - PAINTER; at++) {
		*at = PAINT;
	}
}

/** Measures the usage. Callable from any thread while the measured stack exists. */
static void look(struct painting *painting)
{
	const volatile uint8_t *at = painting->bottom;

	while (at < painting->base && *at == PAINT) {
		at++;
	}
	painting->highest = MAX(painting->highest, (size_t)(painting->base - (uint8_t *)at));
}

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	ARG_UNUSED(conn);
	if (error == 0 && links++ == 0) {
		paint(&receiving);
	}
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(conn);
	links--;
	look(&receiving);
	TEST_PRINT("disconnected: 0x%02x; the receive thread's stack was %zu at most", reason,
		   receiving.highest);
}

BT_CONN_CB_DEFINE(stack_callbacks) = {
	.connected = on_connected,
	.disconnected = on_disconnected,
};

void stack_paint_provisioning(void)
{
	if (provisioning.bottom == NULL) {
		paint(&provisioning);
	}
}

size_t stack_provisioning_max(void)
{
	look(&provisioning);
	return provisioning.highest;
}

size_t stack_receiving_max(void)
{
	return receiving.highest;
}
