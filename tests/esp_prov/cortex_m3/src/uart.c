/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Arm's CMSDK UART for Zephyr's H:4 driver. Zephyr's own driver reports a pending interrupt
 * whenever a byte could be sent, so H:4's handler never returns, and it calls the handler on the
 * stack of whichever thread sends. Here a disabled interrupt is not pending, and only the interrupt
 * calls the handler. No byte is lost: QEMU keeps the next one until this one has been read.
 */

#define DT_DRV_COMPAT netprov_cmsdk_uart

#include <cmsis_core.h>

#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/irq.h>
#include <zephyr/sys/util.h>

#define TX_IRQ DT_INST_IRQ_BY_IDX(0, 0, irq)
#define RX_IRQ DT_INST_IRQ_BY_IDX(0, 1, irq)

struct registers {
	uint32_t data;
	uint32_t state;
	uint32_t control;
	uint32_t interrupts;
	uint32_t divisor;
};

/* In all registers but the last, bit 0 is for sending and bit 1 for receiving. */
#define TX BIT(0)
#define RX BIT(1)

#define CONTROL_ON(which)  ((which) << 0)
#define CONTROL_IRQ(which) ((which) << 2)

/** The lowest value that the emulator accepts. */
#define DIVISOR_MIN 16

static volatile struct registers *const uart = (struct registers *)DT_INST_REG_ADDR(0);

static uart_irq_callback_user_data_t handler;
static void *handler_data;

static bool is_on(uint32_t which)
{
	return (uart->control & CONTROL_IRQ(which)) != 0;
}

static void switch_on(uint32_t which, unsigned int irq)
{
	uart->control |= CONTROL_IRQ(which);
	/* The device reports changes only, so call the handler once, in case there is none. */
	NVIC_SetPendingIRQ(irq);
}

static void switch_off(uint32_t which)
{
	uart->control &= ~CONTROL_IRQ(which);
	uart->interrupts = which;
}

static void irq_tx_enable(const struct device *dev)
{
	switch_on(TX, TX_IRQ);
}

static void irq_tx_disable(const struct device *dev)
{
	switch_off(TX);
}

static void irq_rx_enable(const struct device *dev)
{
	switch_on(RX, RX_IRQ);
}

static void irq_rx_disable(const struct device *dev)
{
	switch_off(RX);
}

static bool can_send(void)
{
	return (uart->state & TX) == 0;
}

static bool has_received(void)
{
	return (uart->state & RX) != 0;
}

static int irq_tx_ready(const struct device *dev)
{
	return is_on(TX) && can_send();
}

static int irq_rx_ready(const struct device *dev)
{
	return is_on(RX) && has_received();
}

static int irq_is_pending(const struct device *dev)
{
	return irq_tx_ready(dev) || irq_rx_ready(dev);
}

static int irq_update(const struct device *dev)
{
	return 1;
}

static int fifo_fill(const struct device *dev, const uint8_t *data, int length)
{
	if (length <= 0 || !can_send()) {
		return 0;
	}
	uart->interrupts = TX;
	uart->data = *data;
	return 1;
}

static int fifo_read(const struct device *dev, uint8_t *data, const int length)
{
	if (length <= 0 || !has_received()) {
		return 0;
	}
	/* Before the read, because reading brings the next byte. */
	uart->interrupts = RX;
	*data = uart->data;
	return 1;
}

static int poll_in(const struct device *dev, unsigned char *byte)
{
	return fifo_read(dev, byte, 1) == 1 ? 0 : -1;
}

static void poll_out(const struct device *dev, unsigned char byte)
{
	while (fifo_fill(dev, &byte, 1) == 0) {
	}
}

static void irq_callback_set(const struct device *dev, uart_irq_callback_user_data_t callback,
			     void *user_data)
{
	handler = callback;
	handler_data = user_data;
}

static void on_interrupt(const struct device *dev)
{
	if (handler != NULL) {
		handler(dev, handler_data);
	}
}

static int start(const struct device *dev)
{
	uart->divisor = DIVISOR_MIN;
	uart->control = CONTROL_ON(TX | RX);
	IRQ_CONNECT(TX_IRQ, DT_INST_IRQ_BY_IDX(0, 0, priority), on_interrupt, DEVICE_DT_INST_GET(0),
		    0);
	IRQ_CONNECT(RX_IRQ, DT_INST_IRQ_BY_IDX(0, 1, priority), on_interrupt, DEVICE_DT_INST_GET(0),
		    0);
	irq_enable(TX_IRQ);
	irq_enable(RX_IRQ);
	return 0;
}

static DEVICE_API(uart, api) = {
	.poll_in = poll_in,
	.poll_out = poll_out,
	.fifo_fill = fifo_fill,
	.fifo_read = fifo_read,
	.irq_tx_enable = irq_tx_enable,
	.irq_tx_disable = irq_tx_disable,
	.irq_tx_ready = irq_tx_ready,
	.irq_rx_enable = irq_rx_enable,
	.irq_rx_disable = irq_rx_disable,
	.irq_rx_ready = irq_rx_ready,
	.irq_is_pending = irq_is_pending,
	.irq_update = irq_update,
	.irq_callback_set = irq_callback_set,
};

DEVICE_DT_INST_DEFINE(0, start, NULL, NULL, NULL, PRE_KERNEL_1, CONFIG_SERIAL_INIT_PRIORITY, &api);
