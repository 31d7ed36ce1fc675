//! Parses `PASS name`, `FAIL name: reason` and `SKIP name: reason`, as printed by this project's
//! programs. Indented lines below a failure belong to it.

use crate::test::Outcome;

/// Returns the outcome that the lines report.
pub fn read(lines: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut in_failure = false;
    for line in lines {
        let (verdict, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (name, reason) = rest.split_once(": ").unwrap_or((rest, "no reason given"));
        match (verdict, outcome.failures.last_mut()) {
            ("PASS", _) => outcome.passed += 1,
            ("FAIL", _) => outcome.fail(name, reason),
            ("SKIP", _) => outcome.skip(name, reason, ""),
            ("", Some(failure)) if in_failure => {
                failure.detail.push('\n');
                failure.detail.push_str(line);
            }
            _ => {}
        }
        in_failure = verdict == "FAIL" || (in_failure && verdict.is_empty());
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_counted_and_explained() {
        let text = "building\nPASS http/sec1\nFAIL http/sec2: no answer\n    sent 41 bytes\n\
                    SKIP ble/sec1: no radio\n    not part of a failure\n1 passed, 1 failed, 1 skipped";
        let outcome = read(&text.lines().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failures.len(), 1);
        assert_eq!(outcome.failures[0].name, "http/sec2");
        assert_eq!(outcome.failures[0].detail, "no answer\n    sent 41 bytes");
        assert_eq!(outcome.skips.len(), 1);
        assert_eq!(outcome.skips[0].reason, "no radio");
    }
}
