/* SPDX-License-Identifier: Apache-2.0 */
/* Security 2 through the C API: its parameters, and a handshake byte for byte. */
#include "test.h"

/* A known session: user name wifiprov, password abcd1234. */
static const uint8_t salt[] = {
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c,
	0x1d, 0x1e, 0x1f, 0x20,
};

static const uint8_t verifier[] = {
	0x17, 0x46, 0x97, 0xef, 0x9e, 0x60, 0x90, 0xcd, 0x5c, 0x4f, 0xb2, 0xbc,
	0x9f, 0x75, 0x7a, 0xd7, 0x5c, 0x12, 0x39, 0xa1, 0x68, 0x5b, 0xe2, 0x2f,
	0x1e, 0xfc, 0xba, 0x07, 0xa6, 0xee, 0x13, 0xc2, 0x0c, 0x18, 0x48, 0xbe,
	0xed, 0xe6, 0x1a, 0x87, 0x94, 0xb8, 0x02, 0x18, 0x76, 0xe5, 0x4e, 0xd7,
	0xde, 0x73, 0xbf, 0x8c, 0xcb, 0xa3, 0x74, 0x5a, 0x9d, 0x1a, 0xef, 0x6e,
	0x8e, 0xf9, 0x6f, 0x3b, 0x50, 0x19, 0x3c, 0x14, 0xac, 0xec, 0x9b, 0x79,
	0xab, 0xf9, 0xc2, 0x45, 0x88, 0xbd, 0xbf, 0xb4, 0x53, 0x4d, 0xdf, 0x1e,
	0x9d, 0xc3, 0xd2, 0xa1, 0x75, 0x6f, 0xce, 0x2a, 0xa1, 0xaf, 0x61, 0x10,
	0x0b, 0x60, 0x83, 0x21, 0x46, 0x37, 0x32, 0xc1, 0x29, 0x0c, 0x16, 0x01,
	0xa1, 0x12, 0x43, 0xa4, 0xc6, 0x53, 0x6e, 0x53, 0x31, 0xac, 0x9b, 0xa3,
	0x5c, 0x68, 0x68, 0x62, 0x15, 0xdd, 0xd4, 0xe1, 0x71, 0xb5, 0x87, 0x05,
	0x3e, 0x12, 0x0a, 0x22, 0x4a, 0xe6, 0x56, 0xb4, 0xfe, 0xea, 0x4e, 0x76,
	0x31, 0xfb, 0xea, 0x4e, 0xf7, 0xf2, 0x23, 0x13, 0xdd, 0xd3, 0x8e, 0x10,
	0x3b, 0xbd, 0x6c, 0x7b, 0x5b, 0xb5, 0x0c, 0xd7, 0xd1, 0xcb, 0x11, 0x90,
	0xa5, 0x66, 0x26, 0xa7, 0x1f, 0x83, 0x97, 0xa7, 0xdf, 0x6c, 0x54, 0x67,
	0xe3, 0x03, 0x78, 0x4d, 0x2e, 0xa0, 0xd4, 0x97, 0x57, 0x98, 0x6d, 0xb1,
	0x8c, 0x1c, 0x98, 0xe6, 0xe7, 0x00, 0xe6, 0x54, 0xec, 0x63, 0x0e, 0xcc,
	0x0c, 0x81, 0xa9, 0x69, 0x58, 0x77, 0x58, 0xdc, 0xf7, 0xcf, 0x18, 0x87,
	0xc5, 0xbe, 0x19, 0x50, 0x85, 0x46, 0xc7, 0x78, 0x24, 0x09, 0x83, 0x5a,
	0x11, 0x17, 0x29, 0x15, 0x7d, 0x47, 0xdc, 0x1f, 0x38, 0x74, 0xcd, 0x70,
	0x93, 0x81, 0x7d, 0x16, 0xa3, 0xf9, 0x23, 0x2e, 0x80, 0x3e, 0xfb, 0x82,
	0x9f, 0x4e, 0x00, 0x37, 0xf1, 0x6a, 0x37, 0xaf, 0xdb, 0xee, 0x3f, 0x0b,
	0x89, 0x6f, 0x52, 0x27, 0x83, 0x1d, 0x01, 0x54, 0x3b, 0x8b, 0x2b, 0xb6,
	0x92, 0x1b, 0x4b, 0xbd, 0xe3, 0x05, 0x76, 0xe4, 0xad, 0x9b, 0xfe, 0xad,
	0xba, 0xb8, 0x4c, 0x10, 0xd8, 0x6a, 0x88, 0x6f, 0xf7, 0xa3, 0x63, 0xe0,
	0xe0, 0x2b, 0x86, 0x3d, 0xe3, 0xf0, 0x43, 0x24, 0xae, 0xc6, 0x3e, 0x51,
	0x98, 0xf9, 0xbb, 0xfc, 0xb8, 0x50, 0xd2, 0x27, 0x57, 0x80, 0x56, 0xf7,
	0x14, 0xbc, 0x9c, 0x37, 0xa4, 0x7c, 0xae, 0x29, 0x92, 0xe0, 0x79, 0xed,
	0xdc, 0x2e, 0x35, 0x47, 0xe6, 0x7b, 0xc9, 0xe1, 0x79, 0x2a, 0x46, 0xf4,
	0xde, 0x12, 0x93, 0x4e, 0x80, 0xc1, 0x31, 0xd1, 0xa0, 0x45, 0xf1, 0x75,
	0x40, 0x8c, 0x91, 0xa7, 0x78, 0x93, 0x40, 0xb4, 0xc1, 0xd2, 0x93, 0x07,
	0xa6, 0x1a, 0xb3, 0x88, 0x9e, 0xf0, 0x97, 0xb5, 0xc7, 0x90, 0x08, 0x8c,
};

/* The device's ephemeral exponent, and the session part of the nonces. */
static const uint8_t drawn[] = {
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c,
	0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
	0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60,
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
};

static const char first_command[] =
	"1002629103a2018d030a087769666970726f76128003bc0e7cf5dc3babf67dcedbb3b140aacc6cac43f4"
	"336b43bbd5de48d6ea7c8eda66924e354255225bccad9debe21182e6bb050f3ff3e6cfbb62c229379968"
	"c70ca436ad649a0b051373184215eef046f6f1f2256838f958581f6c7b2b85fa4afe326a0e8a951d4489"
	"305331aff88a136fd8d108bcc95fceb7e557c889c828bd23fb0702f053e1ca6470fb3c76bce4843fc005"
	"c7ea675740f8550212656cfc8919d9db805a434a68229e0d9dfe43fc16dc680a5ce74b77cf374353b057"
	"59bc1da3a9dabde30a4209381c87ca83d9483abdf66b86f9b1cbda9ad82c62712b87ce6fb7069b8fc8df"
	"344261821a06d0dc5106af76d4245f3f7737a94dbc484b415555dc401842d3011204553ba9f611b02bc3"
	"8de26eba1a76bf8350205a62c436ba1c3c7c69d59318bd107fd1c1f5d846b3142e85a5d49e522655e020"
	"ed1bfe1e186cf923bf328f0b9b4c6a8aa3266ed9125bb98d63827110713be7803122ee4603c54ea31863"
	"ce4b10aff31f9073cf63b94733b4f066e72d4ec35687047d5d0db160";

static const char first_response[] =
	"1002629b030801aa01950312800376d3aba684e62da207cce1347089a1f5243b46135298530464e1ccff"
	"a718d2ef4ceed0dc044d54c57cb287fa7e81a10d45db15f6c409edbbf189cdfc3990766677a09074ed61"
	"397cb7b663e3649c3028391223ebac62ded01009213987faf9f5722ee76bd4bdeee084841d2a9d3acb1e"
	"f758d914923203f65710cd643691626098bf9611153b0f7e2fadb7c2258f6cb9b9f5ef8bf6a7f2853ec3"
	"fe4d8d29200cf30dacfd4718b3ed011211f17889efa4c9d9f8c14a6399678962e0c6894a86c64a62bf96"
	"cd92a55ec406ec12c1ada1fbdd5faf4774fa9453a861bf1190e31774ca14f0a6284220af28df70ffa55d"
	"6bbb0d0470ff2b45df613853940096f8143f914c600c6e658e4df2f4c9a77d48ccb42607a8f579faf561"
	"ded2b317c7be8340a8725ba3b86bd2b374d68c2f14d7312542368a428918bced005bca27e8188fa07234"
	"554fb8075e40e174c8d32b5b412c9b6508d473ab1420e455f26a3dfa3be6303376fcceea5e991306a260"
	"0988048f3e2a9915321bb5da2b87b824b87e26dc1a101112131415161718191a1b1c1d1e1f20";

static const char second_command[] =
	"100262470802b201420a404505657fc43306784b3fbb95404299b33e54de52e6c658e61236816660de74"
	"9cd30099cc0c2972198db92ce1522bc20819d1146ac2a03ec885eabceb2323b4fd";

static const char second_response[] =
	"100262550803ba01501240910477ea5e800670bb22adebbd4d7193addfad7149c648124162c71737818e"
	"2f633c45cfe330012868c941275c3fb4cce6cc5efd43446cfb46ed9c072fcbbb8f1a0ca0a1a2a3a4a5a6"
	"a700000001";

#define REQUEST	  "0fbc48e76ca58cde261b7086f7f92e315be6"
#define REFUSED	  "0fbc48e76ca58cde261b7086f7f92e315be7"
static const struct network_prov_security2_params params = {
	.salt = salt,
	.salt_len = sizeof(salt),
	.verifier = verifier,
	.verifier_len = sizeof(verifier),
};

static int start(const struct network_prov_security2_params *with)
{
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, with, "PROV_1", NULL);
}

static void missing_and_invalid_parameters_are_refused(void)
{
	static uint8_t zeros[sizeof(verifier)], ones[sizeof(verifier)], one[1] = { 1 };
	struct network_prov_security2_params wrong;

	memset(ones, 0xff, sizeof(ones));
	CHECK(init() == 0);
	CHECK(start(NULL) == -EINVAL);
	wrong = params;
	wrong.salt = NULL;
	CHECK(start(&wrong) == -EINVAL);
	wrong = params;
	wrong.salt_len = 0;
	CHECK(start(&wrong) == -EINVAL);
	wrong = params;
	wrong.salt = ones;
	wrong.salt_len = 65;
	CHECK(start(&wrong) == -EINVAL);
	wrong = params;
	wrong.verifier = NULL;
	CHECK(start(&wrong) == -EINVAL);
	wrong = params;
	wrong.verifier_len = 0;
	CHECK(start(&wrong) == -EINVAL);
	wrong.verifier = ones;
	wrong.verifier_len = sizeof(ones);
	CHECK(start(&wrong) == -EINVAL);
	wrong.verifier = zeros;
	CHECK(start(&wrong) == -EINVAL);
	wrong.verifier = one;
	wrong.verifier_len = sizeof(one);
	CHECK(start(&wrong) == -EINVAL);
	CHECK(network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_2, &wrong, "PROV_1",
						    NULL) == -EINVAL);
	CHECK(network_prov_mgr_is_sm_idle() && port.starts == 0);
}

/* The parameters are copied: the caller's are wiped before a client connects. */
static void a_session_matches_the_vectors(void)
{
	struct network_prov_security2_params copied = params;
	uint8_t salt_copy[sizeof(salt)], verifier_copy[sizeof(verifier)];

	memcpy(salt_copy, salt, sizeof(salt));
	memcpy(verifier_copy, verifier, sizeof(verifier));
	copied.salt = salt_copy;
	copied.verifier = verifier_copy;
	CHECK(init() == 0);
	CHECK(start(&copied) == 0);
	memset(salt_copy, 0, sizeof(salt_copy));
	memset(verifier_copy, 0, sizeof(verifier_copy));
	CHECK(ask(1, "proto-ver", NULL)->error == 0);

	port.random = drawn;
	port.random_length = sizeof(drawn);
	CHECK(says(ask(1, "prov-session", first_command), first_response));
	CHECK(says(ask(1, "prov-session", second_command), second_response));
	CHECK(port_count_events(NETWORK_PROV_SESSION_ESTABLISHED) == 1);
	/* A modified request is refused without side effects (trap 15). */
	CHECK(fails(ask(1, "prov-config", REFUSED), -EACCES));
	CHECK(ask(1, "prov-config", REQUEST)->error == 0);
	/* Nor is a request accepted twice. */
	CHECK(fails(ask(1, "prov-config", REQUEST), -EACCES));
}

static void a_wrong_proof_is_reported(void)
{
	char proof[sizeof(second_command)];

	memcpy(proof, second_command, sizeof(proof));
	proof[sizeof(proof) - 2] = proof[sizeof(proof) - 2] == '0' ? '1' : '0';
	CHECK(init() == 0);
	CHECK(start(&params) == 0);
	CHECK(ask(1, "prov-session", first_command)->error == 0);
	CHECK(ask(1, "prov-session", proof)->error < 0);
	CHECK(port_count_events(NETWORK_PROV_SESSION_REFUSED) == 1);
	CHECK(fails(ask(1, "prov-config", REQUEST), -EACCES));
}

static void first_commands_of_one_client_do_not_lock_another_out(void)
{
	CHECK(init() == 0);
	CHECK(start(&params) == 0);
	for (int i = 0; i < 30; i++) {
		CHECK(ask(1, "prov-session", first_command)->error == 0);
	}
	CHECK(ask(2, "prov-session", first_command)->error == 0);
}

void test_security2(void)
{
	RUN(missing_and_invalid_parameters_are_refused);
	RUN(a_session_matches_the_vectors);
	RUN(a_wrong_proof_is_reported);
	RUN(first_commands_of_one_client_do_not_lock_another_out);
}
