//! Parses the output of `cargo test`.

use crate::test::Outcome;

/// Counts the tests, and collects failed tests with their output, and ignored tests.
pub fn read(lines: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut binary = Binary::default();
    for line in lines {
        if let Some(name) = binary_name(line) {
            binary.close(&mut outcome);
            binary.name = name;
        } else if let Some((name, verdict)) = test_line(line) {
            match verdict.split_once(", ").unwrap_or((verdict, "marked as ignored")) {
                ("FAILED", _) => binary.failed.push(name),
                ("ignored", reason) => outcome.skip(name, reason, RUN_IGNORED),
                _ => {}
            }
        } else if let Some(name) = output_heading(line) {
            binary.printed.push((name, Vec::new()));
            binary.in_output = true;
        } else if line == "failures:" {
            // Begins the list of outputs, and later a list of names, which is redundant.
            binary.in_output = false;
        } else if let Some(counts) = line.strip_prefix("test result: ") {
            outcome.passed += count(counts, "passed");
            binary.close(&mut outcome);
        } else if line.contains("process didn't exit successfully") && line.contains("(signal:") {
            outcome.fail(binary.name, line);
        } else if let Some((_, output)) = binary.printed.last_mut()
            && binary.in_output
        {
            output.push(line);
        }
    }
    binary.close(&mut outcome);
    outcome
}

/// What is known about the current test binary.
#[derive(Default)]
struct Binary<'a> {
    name: &'a str,
    /// The tests that failed.
    failed: Vec<&'a str>,
    /// The output of these tests.
    printed: Vec<(&'a str, Vec<&'a str>)>,
    in_output: bool,
}

impl Binary<'_> {
    /// Adds the failures to the outcome, when the binary has printed its totals or has ended early.
    fn close(&mut self, outcome: &mut Outcome) {
        for name in self.failed.drain(..) {
            let output = self.printed.iter().find(|(candidate, _)| *candidate == name);
            let detail = output.map_or_else(
                || format!("{} ended before it printed details", self.name),
                |(_, lines)| lines.join("\n"),
            );
            outcome.fail(name, detail);
        }
        self.printed.clear();
        self.in_output = false;
    }
}

const RUN_IGNORED: &str = "cargo test --workspace -- --ignored";

/// `     Running unittests src/lib.rs (target/debug/deps/x-0)` or `   Doc-tests x`.
fn binary_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("Running ").or_else(|| line.starts_with("Doc-tests ").then_some(line))
}

/// `test a::b ... ok`
fn test_line(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?.rsplit_once(" ... ")
}

/// `---- a::b stdout ----`
fn output_heading(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

/// The number before `what` in `ok. 5 passed; 0 failed; …`.
fn count(counts: &str, what: &str) -> usize {
    counts
        .split([';', '.'])
        .find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Outcome {
        read(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_binaries_are_counted() {
        let outcome = read_text(
            "     Running unittests src/lib.rs (target/debug/deps/a-0)\n\
             \n\
             running 2 tests\n\
             test one ... ok\n\
             test two ... ignored, needs a radio\n\
             \n\
             test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             \n\
             \x20  Doc-tests a\n\
             test src/lib.rs - f (line 3) ... ok\n\
             test src/lib.rs - g (line 9) ... ignored\n\
             test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.20s\n",
        );
        assert_eq!(outcome.passed, 2);
        assert!(outcome.failures.is_empty());
        let skips: Vec<_> = outcome.skips.iter().map(|skip| (&*skip.name, &*skip.reason)).collect();
        let expected = [("two", "needs a radio"), ("src/lib.rs - g (line 9)", "marked as ignored")];
        assert_eq!(skips, expected);
    }

    #[test]
    fn a_failure_comes_with_its_output() {
        let outcome = read_text(
            "test good ... ok\n\
             test bad ... FAILED\n\
             \n\
             failures:\n\
             \n\
             ---- bad stdout ----\n\
             assertion `left == right` failed\n\
             \x20 left: 1\n\
             \n\
             failures:\n\
             \x20   bad\n\
             \n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test also_good ... ok\n\
             test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(outcome.passed, 2);
        assert_eq!(outcome.failures.len(), 1);
        assert_eq!(outcome.failures[0].name, "bad");
        let detail = &outcome.failures[0].detail;
        assert!(detail.contains("left: 1") && !detail.contains("    bad"));
    }

    #[test]
    fn a_binary_that_dies_is_a_failure() {
        let outcome = read_text(
            "     Running tests/a.rs (target/debug/deps/a-0)\n\
             test bad ... FAILED\n\
             error: test failed, to rerun pass `--test a`\n\
             \n\
             Caused by:\n\
             \x20 process didn't exit successfully: `a-0` (signal: 6, SIGABRT: process abort signal)\n\
             \x20    Running tests/b.rs (target/debug/deps/b-0)\n\
             test good ... ok\n\
             test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        let names: Vec<_> = outcome.failures.iter().map(|failure| &*failure.name).collect();
        assert_eq!(names, ["tests/a.rs (target/debug/deps/a-0)", "bad"]);
        assert_eq!(outcome.passed, 1);
    }
}
