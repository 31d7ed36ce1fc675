/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tester: a central that provisions, or does what a central should not do. It shares only
 * Zephyr's code with the device.
 */

#include <stdlib.h>
#include <string.h>

#include "att.h"
#include "tester.h"

uint16_t tester_mtu = MTU_PHONE;
size_t tester_longest = ATT_VALUE_MAX;
int tester_security = 1;
int tester_runs = 1;
const char *tester_deed = "silent";

void tester_arguments(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "mtu=", 4) == 0) {
			tester_mtu = (uint16_t)strtoul(&argv[i][4], NULL, 10);
		} else if (strncmp(argv[i], "longest=", 8) == 0) {
			tester_longest = strtoul(&argv[i][8], NULL, 10);
		} else if (strncmp(argv[i], "runs=", 5) == 0) {
			tester_runs = (int)strtoul(&argv[i][5], NULL, 10);
		} else if (strncmp(argv[i], "do=", 3) == 0) {
			tester_deed = &argv[i][3];
		} else if (strcmp(argv[i], "security=2") == 0) {
			tester_security = 2;
		} else {
			TEST_FAIL("unknown argument: %s", argv[i]);
		}
	}
}

static struct bst_test_list *install(struct bst_test_list *list)
{
	list = bst_add_tests(list, provision_tests);
	list = bst_add_tests(list, advertising_tests);
	list = bst_add_tests(list, crowd_tests);
	list = bst_add_tests(list, rival_tests);
	list = bst_add_tests(list, security2_tests);
	list = bst_add_tests(list, session_tests);
	list = bst_add_tests(list, thread_tests);
	list = bst_add_tests(list, write_tests);
	return bst_add_tests(list, endless_tests);
}

bst_test_install_t test_installers[] = {install, NULL};

int main(void)
{
	bst_main();
	return 0;
}
