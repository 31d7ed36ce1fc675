/* refused: network_prov_scheme_softap__needs__CONFIG_NETWORK_PROV_SOFTAP */
/* As in an image that has only Bluetooth. */
#define __ZEPHYR__ 1
#define CONFIG_NETWORK_PROV_BLE 1
#include <network_provisioning/scheme_ble.h>
#include <network_provisioning/scheme_softap.h>

int main(void)
{
	const struct network_prov_scheme *volatile scheme = &network_prov_scheme_softap;

	return scheme != NULL;
}
