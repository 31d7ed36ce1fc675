/* SPDX-License-Identifier: Apache-2.0 */
/* A library built with security 1 only: omitted features are refused, never replaced by others. */
#include "test.h"

static void line(void *user_data, const char *text)
{
	(void)text;
	*(bool *)user_data = true;
}

static void omitted_features_are_not_supported(void)
{
	bool drawn = false;
	char text[200];

	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, "n", NULL) ==
	      -ENOTSUP);
	CHECK(network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_0, NULL, "n", NULL) ==
	      -ENOTSUP);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, NULL, "n", NULL) ==
	      -ENOTSUP);
	CHECK(network_prov_mgr_connect() == -ENOTSUP);
	CHECK(network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "pop", "n", NULL) ==
	      -ENOTSUP);
	CHECK(network_prov_mgr_set_stay_online(true) == -ENOTSUP);
	CHECK(network_prov_mgr_is_sm_idle() && port.starts == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "pop", "n", NULL) == 0);
	CHECK(port.running);
	/* A client that requests security 0 is refused. */
	CHECK(ask(1, "prov-session", SEC0_COMMAND)->error < 0);
	CHECK(fails(ask(1, "prov-config", GET_STATUS), -EACCES));
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -ENOTSUP);
	CHECK(network_prov_mgr_get_qr_payload(NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_draw_qr(line, &drawn) == -ENOTSUP && !drawn);
	CHECK(network_prov_mgr_draw_qr(NULL, NULL) == -EINVAL);
}

void test_reduced(void)
{
	RUN(omitted_features_are_not_supported);
}
