/* SPDX-License-Identifier: Apache-2.0 */

/* The core's port to the kernel: time, random numbers, memory, waiting. */

#include <errno.h>

#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

#include "netprov_core.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_ENGINE_LOG_LEVEL);

const struct netprov_errno netprov_errno = {
	.eperm = EPERM,
	.enoent = ENOENT,
	.eio = EIO,
	.einval = EINVAL,
	.enospc = ENOSPC,
	.ealready = EALREADY,
	.enotsup = ENOTSUP,
	.eacces = EACCES,
	.ebusy = EBUSY,
	.emsgsize = EMSGSIZE,
	.etimedout = ETIMEDOUT,
	.ecanceled = ECANCELED,
	.ewouldblock = EWOULDBLOCK,
};

const struct netprov_settings netprov_settings = {
	.attempt_timeout_ms = CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS,
	.auto_stop_timeout_ms = CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS,
	.max_auth_failures = CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES,
	.retry_stored_ms = CONFIG_NETWORK_PROV_RETRY_STORED_MS,
	.must_find_others = IS_ENABLED(CONFIG_NETWORK_PROV_THREAD_MUST_FIND_OTHERS),
};

static K_MUTEX_DEFINE(lock);
static K_CONDVAR_DEFINE(changed);
static uint32_t announced;

void netprov_port_announce(uint32_t change)
{
	(void)k_mutex_lock(&lock, K_FOREVER);
	announced = change;
	(void)k_condvar_broadcast(&changed);
	(void)k_mutex_unlock(&lock);
}

void netprov_port_wait(uint32_t seen, int32_t timeout_ms)
{
	k_timepoint_t end =
		sys_timepoint_calc(timeout_ms < 0 ? K_FOREVER : K_MSEC(timeout_ms));

	(void)k_mutex_lock(&lock, K_FOREVER);
	while (announced == seen) {
		if (k_condvar_wait(&changed, &lock, sys_timepoint_timeout(end)) != 0) {
			break;
		}
	}
	(void)k_mutex_unlock(&lock);
}

uint64_t netprov_port_now_ms(void)
{
	return (uint64_t)k_uptime_get();
}

int netprov_port_random(uint8_t *buffer, size_t length)
{
	return sys_csrand_get(buffer, length);
}

void netprov_port_free(void *memory)
{
#if K_HEAP_MEM_POOL_SIZE > 0
	k_free(memory);
#else
	/* Without a heap there is no k_malloc(), so no handler has a response to free. */
	ARG_UNUSED(memory);
#endif
}

void netprov_port_panic(void)
{
	LOG_ERR("Defect in the provisioning core");
	k_panic();
	CODE_UNREACHABLE;
}
