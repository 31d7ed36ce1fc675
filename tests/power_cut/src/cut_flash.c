/* SPDX-License-Identifier: Apache-2.0 */

#define DT_DRV_COMPAT vnd_cut_flash

#include <errno.h>
#include <string.h>

#include <zephyr/device.h>
#include <zephyr/drivers/flash.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "cut_flash.h"

#define PAGE_SIZE  DT_PROP(DT_INST_CHILD(0, flash_200000), erase_block_size)
#define WRITE_SIZE DT_PROP(DT_INST_CHILD(0, flash_200000), write_block_size)

BUILD_ASSERT(DT_REG_SIZE(DT_INST_CHILD(0, flash_200000)) == CUT_FLASH_SIZE);

/** Where the contents are: the start of Zephyr's simulated flash. */
static const struct device *const below = DEVICE_DT_GET(DT_NODELABEL(flashcontroller0));

/** Writes and erasures, and after how many of them the power fails. */
static uint32_t operations;
static uint32_t operations_max = UINT32_MAX;
static enum cut_flash_last last_operation;

/** How much of an operation on `length` bytes, in units of `unit`, is done. */
static size_t powered(size_t length, size_t unit)
{
	uint32_t number = operations++;

	if (number < operations_max) {
		return length;
	}
	if (number == operations_max && last_operation == CUT_FLASH_HALF) {
		return ROUND_DOWN(length / 2, unit);
	}
	return 0;
}

static int cut_read(const struct device *dev, off_t offset, void *data, size_t length)
{
	ARG_UNUSED(dev);
	return flash_read(below, offset, data, length);
}

/**
 * Writes over what is there: ZMS is for memories that can. On flash it would write its next record over
 * one that a power cut has left without an entry.
 */
static int overwrite(off_t offset, const void *data, size_t length)
{
	off_t start = ROUND_DOWN(offset, PAGE_SIZE);
	uint8_t page[PAGE_SIZE];

	zassert_true(offset + length <= (size_t)start + PAGE_SIZE);
	zassert_ok(flash_read(below, start, page, PAGE_SIZE));
	memcpy(&page[offset - start], data, length);
	zassert_ok(flash_erase(below, start, PAGE_SIZE));
	return flash_write(below, start, page, PAGE_SIZE);
}

static int cut_write(const struct device *dev, off_t offset, const void *data, size_t length)
{
	size_t done = powered(length, WRITE_SIZE);
	int ret = 0;

	ARG_UNUSED(dev);
	if (offset % WRITE_SIZE != 0 || length % WRITE_SIZE != 0) {
		return -EINVAL;
	}
	if (done > 0 && IS_ENABLED(CONFIG_SETTINGS_ZMS)) {
		ret = overwrite(offset, data, done);
	} else if (done > 0) {
		/* Refused where something is written already. */
		ret = flash_write(below, offset, data, done);
	}
	return ret == 0 && done < length ? -EIO : ret;
}

static int cut_erase(const struct device *dev, off_t offset, size_t length)
{
	/* An erasure that is cut short leaves some of a page; the simulator erases whole pages. */
	size_t done = powered(length, WRITE_SIZE);
	uint8_t rest[PAGE_SIZE];

	ARG_UNUSED(dev);
	zassert_equal(length, PAGE_SIZE);
	if (done == 0) {
		return -EIO;
	}
	zassert_ok(flash_read(below, offset + done, rest, length - done));
	zassert_ok(flash_erase(below, offset, length));
	if (done < length) {
		zassert_ok(flash_write(below, offset + done, rest, length - done));
	}
	return done == length ? 0 : -EIO;
}

static const struct flash_parameters *get_parameters(const struct device *dev)
{
	static const struct flash_parameters parameters = {
		.write_block_size = WRITE_SIZE,
		.caps = {.no_explicit_erase = IS_ENABLED(CONFIG_SETTINGS_ZMS)},
		.erase_value = 0xff,
	};

	ARG_UNUSED(dev);
	return &parameters;
}

static void get_layout(const struct device *dev, const struct flash_pages_layout **layout,
		       size_t *count)
{
	static const struct flash_pages_layout pages = {
		.pages_count = CUT_FLASH_SIZE / PAGE_SIZE,
		.pages_size = PAGE_SIZE,
	};

	ARG_UNUSED(dev);
	*layout = &pages;
	*count = 1;
}

static DEVICE_API(flash, api) = {
	.read = cut_read,
	.write = cut_write,
	.erase = cut_erase,
	.get_parameters = get_parameters,
	.page_layout = get_layout,
};

DEVICE_DT_INST_DEFINE(0, NULL, NULL, NULL, NULL, POST_KERNEL, CONFIG_FLASH_INIT_PRIORITY, &api);

void cut_flash_after(uint32_t number, enum cut_flash_last last)
{
	operations = 0;
	operations_max = number;
	last_operation = last;
}

uint32_t cut_flash_power_on(void)
{
	operations_max = UINT32_MAX;
	return operations;
}

void cut_flash_erase(void)
{
	zassert_ok(flash_erase(below, 0, CUT_FLASH_SIZE));
}

void cut_flash_save(uint8_t contents[CUT_FLASH_SIZE])
{
	zassert_ok(flash_read(below, 0, contents, CUT_FLASH_SIZE));
}

void cut_flash_restore(const uint8_t contents[CUT_FLASH_SIZE])
{
	cut_flash_erase();
	zassert_ok(flash_write(below, 0, contents, CUT_FLASH_SIZE));
}
