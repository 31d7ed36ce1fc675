/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A node of a Thread network.
 *
 *   -testid=peer -argstest network=home|other [border_router] [late]     a leader that is there already
 *   -testid=SCENARIO -argstest [end_device] [story=LETTERS]
 *
 * A scenario is a device with the manager, and a client that is on its console: the same program
 * types the client's lines into the device's shell.
 */

#include <string.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

struct options options = {.network = &home};

void read_arguments(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "story=", 6) == 0) {
			options.story = argv[i] + 6;
		} else if (strcmp(argv[i], "end_device") == 0) {
			options.is_end_device = true;
		} else if (strcmp(argv[i], "border_router") == 0) {
			options.is_border_router = true;
		} else if (strcmp(argv[i], "late") == 0) {
			options.is_late = true;
		} else if (strcmp(argv[i], "network=other") == 0) {
			options.network = &other;
		} else if (strcmp(argv[i], "network=home") != 0) {
			TEST_FAIL("unknown argument: %s", argv[i]);
		}
	}
}

static struct bst_test_list *install(struct bst_test_list *list)
{
	static const struct bst_test_instance tests[] = {
		{
			.test_id = "peer",
			.test_descr = "A leader that is there already",
			.test_args_f = read_arguments,
			.test_main_f = peer_run,
		},
		BSTEST_END_MARKER,
	};

	list = bst_add_tests(list, tests);
	scenarios_install(&list);
	return list;
}

bst_test_install_t test_installers[] = {install, NULL};

int main(void)
{
	bst_main();
	return 0;
}
