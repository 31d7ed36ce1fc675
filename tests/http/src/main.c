/* SPDX-License-Identifier: Apache-2.0 */

/* Provisioning over HTTP: the client runs on the same device and uses the loopback interface. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_softap.h>
#include <network_provisioning/test/fake_wifi.h>

#include "crowd.h"
#include "development_credential.h"
#include "service.h"

K_SEM_DEFINE(success, 0, 10);
K_SEM_DEFINE(end, 0, 10);

void (*on_session)(void);
void (*on_custom)(void);
size_t custom_length;

/** Calls it once. */
static void call(void (**function)(void))
{
	void (*once)(void) = *function;

	*function = NULL;
	if (once != NULL) {
		once();
	}
}

static int echo(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		size_t *outlen)
{
	static const char prefix[] = "echo:";

	ARG_UNUSED(user_ctx);
	call(&on_custom);
	/* A response is no longer than the longest request. */
	inlen = MIN(inlen, CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE - (sizeof(prefix) - 1));
	*outlen = MAX(custom_length, sizeof(prefix) - 1 + inlen);
	*outbuf = k_calloc(1, *outlen);
	if (*outbuf == NULL) {
		return -ENOMEM;
	}
	memcpy(*outbuf, prefix, sizeof(prefix) - 1);
	memcpy(*outbuf + sizeof(prefix) - 1, inbuf, inlen);
	return 0;
}

K_MSGQ_DEFINE(links, sizeof(enum network_prov_cb_event), 8, 1);

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	switch (event) {
	case NETWORK_PROV_START:
		(void)network_prov_mgr_endpoint_register(CUSTOM, echo, NULL);
		break;
	case NETWORK_PROV_CRED_SUCCESS:
		k_sem_give(&success);
		break;
	case NETWORK_PROV_END:
		k_sem_give(&end);
		break;
	case NETWORK_PROV_SESSION_ESTABLISHED:
		call(&on_session);
		break;
	case NETWORK_PROV_TRANSPORT_CONNECTED:
	case NETWORK_PROV_TRANSPORT_DISCONNECTED:
		zassert_ok(k_msgq_put(&links, &event, K_NO_WAIT));
		break;
	default:
		break;
	}
}

static const void *params_of(int security)
{
	switch (security) {
	case NETWORK_PROV_SECURITY_1:
		return POP;
	case NETWORK_PROV_SECURITY_2:
		return &sample_security2_params;
	default:
		return NULL;
	}
}

void serve(int security)
{
	int ret = network_prov_mgr_endpoint_create(CUSTOM);

	zassert_true(ret == 0 || ret == -EALREADY, "%d", ret);
	zassert_ok(network_prov_mgr_start_provisioning(security, params_of(security), NAME, NULL));
}

void stop_serving(void)
{
	k_sem_reset(&end);
	network_prov_mgr_stop_provisioning();
	zassert_ok(k_sem_take(&end, K_SECONDS(5)), "it did not stop");
}

void must_answer(void)
{
	static struct response response;
	struct browser browser = BROWSER;

	zassert_equal(browser_post(&browser, "/proto-ver", "ESP", 3, &response), 200,
		      "the device no longer answers: %d", response.status);
	zassert_not_null(strstr((const char *)response.body, "prov"));
	browser_close(&browser);
}

void establish(struct client *client, struct browser *browser)
{
	*client = (struct client){.send = browser_exchange, .context = browser};
	zassert_ok(client_handshake_0(client));
}

void must_be_alive(struct client *client)
{
	struct client_status status;

	zassert_ok(client_status(client, &status), "the session has ended");
}

static const struct network_prov_mgr_config config = {
	.scheme = &network_prov_scheme_softap,
	.app_event_handler = {.event_cb = on_event},
};

void restart_device(void)
{
	zassert_ok(network_prov_mgr_deinit());
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	k_sleep(K_SECONDS(1));
	zassert_ok(network_prov_mgr_init(config));
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	on_session = NULL;
	on_custom = NULL;
	custom_length = 0;
	k_sem_reset(&success);
	k_sem_reset(&end);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(network_prov_mgr_init(config));
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	crowd_stop();
	if (!network_prov_mgr_is_sm_idle()) {
		stop_serving();
	}
	zassert_ok(network_prov_mgr_deinit());
}

static void report(const struct k_thread *thread, void *user_data)
{
	const char *name = k_thread_name_get((k_tid_t)thread);
	size_t unused = 0;

	ARG_UNUSED(user_data);
	if (name != NULL && strcmp(name, "http_server_tid") == 0 &&
	    k_thread_stack_space_get(thread, &unused) == 0) {
		TC_PRINT("HTTP server's thread: %zu of %zu bytes of stack used\n",
			 thread->stack_info.size - unused, thread->stack_info.size);
		zassert_true(IS_ENABLED(CONFIG_ARCH_POSIX) || unused > 256,
			     "hardly any stack is left");
	}
}

static void teardown(void *fixture)
{
	ARG_UNUSED(fixture);
	k_thread_foreach(report, NULL);
}

ZTEST_SUITE(http, NULL, NULL, before, after, teardown);
