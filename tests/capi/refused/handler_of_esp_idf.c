/* refused: its_arguments_are_not_those_of_network_prov_endpoint_handler_t */
#include <network_provisioning/network_prov_mgr.h>

static int handler(uint32_t session_id, const uint8_t *inbuf, long inlen, uint8_t **outbuf,
		   long *outlen, void *priv_data)
{
	(void)session_id, (void)inbuf, (void)inlen, (void)outbuf, (void)outlen, (void)priv_data;
	return 0;
}

int main(void)
{
	return network_prov_mgr_endpoint_register("custom", handler, NULL);
}
