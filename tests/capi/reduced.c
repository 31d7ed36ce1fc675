/* SPDX-License-Identifier: Apache-2.0 */
/* A library that was built for security 1 alone: what is left out is not supported, never done in
 * another way.
 */
#include "test.h"

static void line(void *user_data, const char *text)
{
	(void)text;
	*(bool *)user_data = true;
}

static void what_is_left_out_is_not_supported(void)
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
	CHECK(network_prov_mgr_is_sm_idle() && port.starts == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "pop", "n", NULL) == 0);
	CHECK(port.running);
	/* A client that asks for security 0 does not get it. */
	CHECK(ask(1, "prov-session", SEC0_COMMAND)->error < 0);
	CHECK(fails(ask(1, "prov-config", GET_STATUS), -EACCES));
	CHECK(network_prov_mgr_get_qr_payload(text, sizeof(text)) == -ENOTSUP);
	CHECK(network_prov_mgr_get_qr_payload(NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_draw_qr(line, &drawn) == -ENOTSUP && !drawn);
	CHECK(network_prov_mgr_draw_qr(NULL, NULL) == -EINVAL);
}

void test_reduced(void)
{
	RUN(what_is_left_out_is_not_supported);
}
