/* refused: its_arguments_are_not_those_of_protocomm_req_handler_t */
#include <network_provisioning/esp_idf_compat.h>

static int handler(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		   size_t *outlen)
{
	(void)user_ctx, (void)inbuf, (void)inlen, (void)outbuf, (void)outlen;
	return 0;
}

int main(void)
{
	return network_prov_mgr_endpoint_register("custom", handler, NULL);
}
