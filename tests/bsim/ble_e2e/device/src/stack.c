/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How high the stack of Bluetooth's receive thread gets. In this simulation a thread has a stack of
 * the host's, which Zephyr does not know, so it is painted by the thread itself, when the first
 * client connects, and looked at when a client is gone. The frames are those of a 32-bit x86, and
 * interrupts run on the same stack: more than on a device.
 */

#include <string.h>

#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "device.h"

#define PAINT     0xa5
#define PAINTED   8192
/** Not painted: the painter's own frames and those of the functions it calls. */
#define PAINTER   512
/** Two frames are never further apart. */
#define FRAME_MAX 4096

/* What is painted, from its deepest byte, and the frame that the thread began with. */
static uint8_t *bottom;
static uint8_t *base;
static size_t highest;

/** A thread ends with Bluetooth, and that not before the last link. */
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

static __noinline void paint(void)
{
	uint8_t *here = __builtin_frame_address(0);

	base = outermost_frame();
	bottom = here - PAINTED;
	for (volatile uint8_t *at = bottom; at < here - PAINTER; at++) {
		*at = PAINT;
	}
}

static __noinline void look(void)
{
	volatile uint8_t *at = bottom;

	while (*at == PAINT) {
		at++;
	}
	highest = MAX(highest, (size_t)(base - (uint8_t *)at));
}

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	ARG_UNUSED(conn);
	if (error == 0 && links++ == 0) {
		paint();
	}
}

/** Of another thread, which may read the stack of this one as long as it is there. */
static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(conn);
	ARG_UNUSED(reason);
	links--;
	look();
}

BT_CONN_CB_DEFINE(stack_callbacks) = {
	.connected = on_connected,
	.disconnected = on_disconnected,
};

size_t stack_max(void)
{
	return highest;
}
