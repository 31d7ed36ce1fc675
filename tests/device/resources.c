/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#if defined(CONFIG_BT_CONN)
#include <zephyr/bluetooth/conn.h>
#endif
#include <zephyr/kernel.h>
#include <zephyr/net/net_context.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_pkt.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/fdtable.h>
#include <zephyr/sys/iterable_sections.h>
#include <zephyr/sys/sys_heap.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "resources.h"

/** Longer than TCP keeps a connection that is closed, or that its peer does not close. */
#define TCP_MS 20000

extern struct k_heap _system_heap;

static void count_context(struct net_context *context, void *user_data)
{
	ARG_UNUSED(context);
	(*(size_t *)user_data)++;
}

static void count_address(struct net_if *iface, struct net_if_addr *address, void *user_data)
{
	ARG_UNUSED(iface);
	ARG_UNUSED(address);
	(*(size_t *)user_data)++;
}

static size_t buffers_of(const struct net_buf_pool *pool)
{
	return pool->buf_count - atomic_get(&pool->avail_count);
}

static size_t pooled_buffers(void)
{
	size_t used = 0;

	STRUCT_SECTION_FOREACH(net_buf_pool, pool) {
		/*
		 * Parts of long writes: before 4.4, Zephyr loses those to attributes of its own. The
		 * module recovers them when the next link starts.
		 */
		used += strcmp(pool->name, "prep_pool") != 0 ? buffers_of(pool) : 0;
	}
	return used;
}

#if defined(CONFIG_BT_CONN)
static void count_link(struct bt_conn *conn, void *user_data)
{
	ARG_UNUSED(conn);
	(*(size_t *)user_data)++;
}
#endif

void resources_count(struct resources *resources)
{
	struct net_buf_pool *rx_data, *tx_data;
	struct sys_memory_stats heap;
	struct k_mem_slab *rx, *tx;

	k_msleep(TCP_MS);
	*resources = (struct resources){0};
	for (int fd = 0; fd < CONFIG_ZVFS_OPEN_MAX; fd++) {
		const struct fd_op_vtable *vtable;

		resources->descriptors += zvfs_get_fd_obj_and_vtable(fd, &vtable, NULL) != NULL;
	}
	net_context_foreach(count_context, &resources->contexts);
	net_pkt_get_info(&rx, &tx, &rx_data, &tx_data);
	resources->packets = k_mem_slab_num_used_get(rx) + k_mem_slab_num_used_get(tx);
	resources->buffers = buffers_of(rx_data) + buffers_of(tx_data);
	resources->pooled = pooled_buffers();
#if defined(CONFIG_BT_CONN)
	bt_conn_foreach(BT_CONN_TYPE_ALL, count_link, &resources->links);
#endif
	net_if_ipv4_addr_foreach(fake_wifi_ap_iface(), count_address, &resources->addresses);
	zassert_ok(sys_heap_runtime_stats_get(&_system_heap.heap, &heap));
	resources->heap = heap.allocated_bytes;
}

void resources_expect(const struct resources *before, const char *what, unsigned int number)
{
	struct resources now;

	resources_count(&now);
	zassert_true(now.descriptors <= before->descriptors, "%s %u: %zu descriptors, not %zu",
		     what, number, now.descriptors, before->descriptors);
	zassert_true(now.contexts <= before->contexts, "%s %u: %zu contexts, not %zu", what, number,
		     now.contexts, before->contexts);
	zassert_true(now.packets <= before->packets, "%s %u: %zu packets, not %zu", what, number,
		     now.packets, before->packets);
	zassert_true(now.buffers <= before->buffers, "%s %u: %zu buffers, not %zu", what, number,
		     now.buffers, before->buffers);
	zassert_true(now.pooled <= before->pooled, "%s %u: %zu buffers of pools, not %zu", what,
		     number, now.pooled, before->pooled);
	zassert_true(now.links <= before->links, "%s %u: %zu links, not %zu", what, number,
		     now.links, before->links);
	zassert_true(now.addresses <= before->addresses, "%s %u: %zu addresses, not %zu", what,
		     number, now.addresses, before->addresses);
	zassert_true(now.heap <= before->heap, "%s %u: %zu bytes of heap, not %zu", what, number,
		     now.heap, before->heap);
}

void resources_tell(const struct resources *before)
{
	struct resources now;

	resources_count(&now);
	TC_PRINT("heap %zu, now %zu; descriptors %zu, %zu; contexts %zu, %zu; packets %zu, %zu; "
		 "buffers %zu, %zu; of pools %zu, %zu; links %zu, %zu\n",
		 before->heap, now.heap, before->descriptors, now.descriptors, before->contexts,
		 now.contexts, before->packets, now.packets, before->buffers, now.buffers,
		 before->pooled, now.pooled, before->links, now.links);
}
