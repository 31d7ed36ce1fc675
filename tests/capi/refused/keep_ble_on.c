/* refused: CONFIG_NETWORK_PROV_KEEP_BLE_ON_AFTER_PROV=y */
#include <network_provisioning/esp_idf_compat.h>

int main(void)
{
	return network_prov_mgr_keep_ble_on(1);
}
