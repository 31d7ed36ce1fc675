/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Not a real entropy source. It makes keys come the same way as on a device that has one. With
 * CONFIG_TEST_RANDOM_GENERATOR, PSA would seed a generator of its own, and the main stack would
 * have to be larger.
 */

#define DT_DRV_COMPAT netprov_no_entropy

#include <zephyr/device.h>
#include <zephyr/drivers/entropy.h>

static int get(const struct device *dev, uint8_t *buffer, uint16_t length)
{
	/* Lehmer's generator: its values differ from call to call, nothing more. */
	static uint32_t state = 1;

	ARG_UNUSED(dev);
	for (uint16_t i = 0; i < length; i++) {
		state = (uint64_t)state * 48271 % INT32_MAX;
		buffer[i] = state >> 8;
	}
	return 0;
}

static int get_isr(const struct device *dev, uint8_t *buffer, uint16_t length, uint32_t flags)
{
	ARG_UNUSED(flags);
	(void)get(dev, buffer, length);
	return length;
}

static DEVICE_API(entropy, api) = {
	.get_entropy = get,
	.get_entropy_isr = get_isr,
};

DEVICE_DT_INST_DEFINE(0, NULL, NULL, NULL, NULL, PRE_KERNEL_1, CONFIG_ENTROPY_INIT_PRIORITY, &api);
