/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A node of a Thread network.
 *
 *   -testid=peer -argstest network=home|other [border_router] [commissioner] [second] [starts=S] [leaves=S] [returns=S]
 *       a leader that is there already, or from second S on; it may leave, and return; a
 *       commissioner needs the image of joiner.conf
 *   -testid=SCENARIO -argstest [end_device] [story=LETTERS] [network=home|other|nowhere] [cut=N] [returns=S]
 *
 * A scenario is a device with the manager, and a client on its console: the same program types the
 * client's lines into the device's shell.
 */

#include <stdlib.h>
#include <string.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

struct options options = {.network = &home};

static bool read_number(const char *argument, const char *name, int *number)
{
	size_t length = strlen(name);

	if (strncmp(argument, name, length) != 0 || argument[length] != '=') {
		return false;
	}
	*number = atoi(&argument[length + 1]);
	return true;
}

static bool read_numbers(const char *argument)
{
	return read_number(argument, "starts", &options.starts) ||
	       read_number(argument, "leaves", &options.leaves) ||
	       read_number(argument, "returns", &options.returns) ||
	       read_number(argument, "cut", &options.cut);
}

void read_arguments(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "story=", 6) == 0) {
			options.story = argv[i] + 6;
		} else if (strcmp(argv[i], "end_device") == 0) {
			options.is_end_device = true;
		} else if (strcmp(argv[i], "border_router") == 0) {
			options.is_border_router = true;
		} else if (strcmp(argv[i], "commissioner") == 0) {
			options.is_commissioner = true;
		} else if (strcmp(argv[i], "second") == 0) {
			options.is_second = true;
		} else if (strcmp(argv[i], "network=other") == 0) {
			options.network = &other;
		} else if (strcmp(argv[i], "network=nowhere") == 0) {
			options.network = &nowhere;
		} else if (strcmp(argv[i], "network=home") != 0 && !read_numbers(argv[i])) {
			TEST_FAIL("unknown argument: %s", argv[i]);
		}
	}
}

static struct bst_test_list *install(struct bst_test_list *list)
{
	static const struct bst_test_instance tests[] = {
		{
			.test_id = "peer",
			.test_descr = "An existing network's leader",
			.test_args_f = read_arguments,
			.test_main_f = peer_run,
		},
		BSTEST_END_MARKER,
	};

	list = bst_add_tests(list, tests);
	scenarios_install(&list);
	datasets_install(&list);
	outage_install(&list);
	beside_install(&list);
#if defined(CONFIG_OPENTHREAD_JOINER)
	joiner_install(&list);
#endif
	return list;
}

bst_test_install_t test_installers[] = {install, NULL};

int main(void)
{
	bst_main();
	return 0;
}
