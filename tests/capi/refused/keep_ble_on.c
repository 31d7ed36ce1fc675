/* refused: CONFIG_NETWORK_PROV_BLE_KEEP_ON=y */
#include <network_provisioning/esp_idf_compat.h>

int main(void)
{
	return network_prov_mgr_keep_ble_on(1);
}
