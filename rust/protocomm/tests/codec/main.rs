//! Compares the device's message code with prost, which hosts use. Each accepts the messages that
//! the other accepts, with the same fields, and both write the same bytes.
//!
//! Random requests come from a seed, so a failure can be repeated. The default run is short;
//! `--ignored` selects the long one.

mod generator;
mod requests;
mod responses;

/// Messages per envelope in the default run and in the long one.
const SHORT: u64 = 5_000;
const LONG: u64 = 250_000;

#[test]
fn requests_are_read_as_prost_reads_them() {
    requests::check(SHORT);
}

#[test]
#[ignore = "a million messages take minutes without optimisation"]
fn a_million_requests_are_read_as_prost_reads_them() {
    requests::check(LONG);
}

/// Not samples: all requests of these lengths.
#[test]
fn every_short_request_is_read_as_prost_reads_it() {
    requests::check_short(5);
}

#[test]
#[ignore = "21 million strings take a minute without optimisation"]
fn every_request_of_six_critical_bytes_is_read_as_prost_reads_it() {
    requests::check_short(6);
}

#[test]
fn responses_fit_or_are_refused_in_a_buffer_of_any_length() {
    responses::check_lengths(40);
}

#[test]
fn groups_are_refused_which_prost_skips() {
    requests::check_groups();
}

#[test]
fn responses_in_a_request_are_skipped_unread() {
    requests::check_responses();
}

#[test]
fn responses_are_written_as_prost_writes_them() {
    responses::check(SHORT);
}

#[test]
#[ignore = "a million messages take minutes without optimisation"]
fn a_million_responses_are_written_as_prost_writes_them() {
    responses::check(LONG);
}
