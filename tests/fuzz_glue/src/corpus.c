/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/sys/util.h>

#include <nsi_host_trampolines.h>

#include "corpus.h"

#define ENTRIES_MAX 4096

/** The host's flags of open() for writing, and for an empty file. */
#define HOST_WRITE 01001

static const uint8_t built_in[] = {
#include "corpus.inc"
};

static struct corpus_entry entries[ENTRIES_MAX];
static size_t count;

const struct corpus_entry *corpus_get(size_t index)
{
	return &entries[index];
}

size_t corpus_count(void)
{
	return count;
}

void corpus_add(const uint8_t *bytes, size_t length)
{
	if (count < ENTRIES_MAX && length <= SCRIPT_MAX) {
		entries[count].length = length;
		memcpy(entries[count].bytes, bytes, length);
		count++;
	}
}

void corpus_load(void)
{
	const uint8_t *at = built_in;
	const uint8_t *end = at + sizeof(built_in);

	while (end - at >= 2) {
		size_t length = at[0] | (size_t)at[1] << 8;

		at += 2;
		if (length > (size_t)(end - at)) {
			break;
		}
		corpus_add(at, length);
		at += length;
	}
}

int corpus_write(const char *path)
{
	int fd = nsi_host_open(path, HOST_WRITE);
	int ret = fd < 0 ? -1 : 0;

	for (size_t i = 0; i < count && ret == 0; i++) {
		const uint8_t head[2] = {entries[i].length & 0xff, entries[i].length >> 8};

		if (nsi_host_write(fd, head, sizeof(head)) != sizeof(head) ||
		    nsi_host_write(fd, entries[i].bytes, entries[i].length) !=
			    (long)entries[i].length) {
			ret = -1;
		}
	}
	if (fd >= 0) {
		(void)nsi_host_close(fd);
	}
	return ret;
}
