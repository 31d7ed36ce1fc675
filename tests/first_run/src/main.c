#include <zephyr/kernel.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_softap.h>

int main(void)
{
	const struct network_prov_mgr_config config = { .scheme = &network_prov_scheme_softap };
	int ret = network_prov_mgr_init(config);

	if (ret == 0) {
		/* With stored credentials, or with those of a client. */
		ret = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "abcd1234",
							    "PROV_ZEPHYR", NULL);
	}
	if (ret != 0) {
		printk("Not online: %d\n", ret);
		return ret;
	}
	printk("Online\n");
	return 0;
}
