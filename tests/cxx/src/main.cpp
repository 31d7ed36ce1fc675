/* SPDX-License-Identifier: Apache-2.0 */

/* The headers in C++: they compile, names have C linkage, and C idioms have a C++ form. */

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/scheme_softap.h>
#include <network_provisioning/test/fake_wifi.h>
#include <network_provisioning/usage.h>

namespace
{

void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	if (event == NETWORK_PROV_CRED_FAIL) {
		*static_cast<int *>(user_data) =
			*static_cast<enum network_prov_cred_fail_reason *>(event_data);
	}
}

int answer(void *, const uint8_t *, size_t, uint8_t **outbuf, size_t *outlen)
{
	*outbuf = nullptr;
	*outlen = 0;
	return 0;
}

} // namespace

int main()
{
	int reason = 0;
	bool provisioned = false;
	struct network_prov_mgr_config config = {};

	config.scheme = &network_prov_scheme_softap;
	config.app_event_handler.event_cb = on_event;
	config.app_event_handler.user_data = &reason;

	/* The result may be ignored, as with the C API. */
	network_prov_mgr_deinit();
	if (network_prov_mgr_init(config) != 0 ||
	    network_prov_mgr_is_provisioned(&provisioned) != 0) {
		return 1;
	}
	if (!provisioned) {
		network_prov_mgr_endpoint_create("custom");
		network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "pop", "PROV", nullptr);
		network_prov_mgr_endpoint_register("custom", answer, nullptr);
		network_prov_mgr_wait();
	}
	return &network_prov_scheme_console == config.scheme;
}
