/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs scripts of bytes against the module: by default those of the corpus and a fixed number of
 * new ones, which are the same each time. Variables of the environment turn it into a fuzzer:
 *
 *     NETPROV_FUZZ_RUNS   number of new scripts
 *     NETPROV_FUZZ_SEED   seed of the new scripts
 *     NETPROV_FUZZ_OUT    file to write the corpus to, with the scripts that reached something new
 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <nsi_host_trampolines.h>

#include "corpus.h"
#include "coverage.h"
#include "mutate.h"
#include "script.h"
#include "typist.h"

#define RUNS_DEFAULT 300

/** An honest client follows each script that reached something new, and one in this many others. */
#define HONEST_AFTER 10

/** Number of scripts between two lines of progress. */
#define REPORT_AFTER 1000

static uint8_t bytes[SCRIPT_MAX];
static size_t length;

static uint32_t number_of(const char *variable, uint32_t otherwise)
{
	const char *value = nsi_host_getenv(variable);

	return value != NULL ? strtoul(value, NULL, 0) : otherwise;
}

/** Prints the last script of a failed test. It, or one of the few before it, caused the failure. */
static void print_script(void)
{
	printk("The script, of %zu bytes:\n", length);
	for (size_t i = 0; i < length; i++) {
		printk("%02x", bytes[i]);
	}
	printk("\n");
}

static bool has_passed;

static size_t run(void)
{
	coverage_begin();
	script_run(bytes, length);
	return coverage_new();
}

static void replay(void)
{
	for (size_t i = 0; i < corpus_count(); i++) {
		length = corpus_get(i)->length;
		memcpy(bytes, corpus_get(i)->bytes, length);
		(void)run();
		if (i % HONEST_AFTER == 0) {
			script_check_honest();
		}
	}
}

static void keep(const char *out)
{
	if (out != NULL) {
		zassert_ok(corpus_write(out), "%s cannot be written", out);
	}
}

static void *setup(void)
{
	zassert_true(typist_begin(), "the shell has not started");
	corpus_load();
	return NULL;
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	if (!has_passed) {
		print_script();
	}
}

ZTEST_SUITE(fuzz_glue, NULL, setup, NULL, after, NULL);

ZTEST(fuzz_glue, test_scripts)
{
	uint32_t runs = number_of("NETPROV_FUZZ_RUNS", RUNS_DEFAULT);
	const char *out = nsi_host_getenv("NETPROV_FUZZ_OUT");

	replay();
	TC_PRINT("%zu scripts of the corpus: %zu steps\n", corpus_count(), coverage_total());
	mutate_seed(number_of("NETPROV_FUZZ_SEED", 1));
	for (uint32_t i = 1; i <= runs; i++) {
		size_t found;

		length = mutate_next(bytes);
		found = run();
		if (found > 0) {
			corpus_add(bytes, length);
		}
		if (found > 0 || i % HONEST_AFTER == 0) {
			script_check_honest();
		}
		if (i % REPORT_AFTER == 0) {
			TC_PRINT("%u scripts: %zu steps, a corpus of %zu\n", i, coverage_total(),
				 corpus_count());
			keep(out);
		}
	}
	TC_PRINT("%u new scripts: %zu steps, a corpus of %zu\n", runs, coverage_total(),
		 corpus_count());
	script_check_honest();
	keep(out);
	has_passed = true;
}
