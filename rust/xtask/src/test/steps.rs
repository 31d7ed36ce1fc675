//! The steps, quick ones first.

mod capi;
mod cargo;
mod consttime;
mod declarations;
mod device;
mod doxygen;
mod examples;
mod guide;
mod http_head;
mod interop;
mod libtest;
mod model;
mod source;
mod verdicts;
mod zephyr;

pub use capi::sources_and_options as capi_sources;

use super::Step;

/// All steps, in the order in which they run.
pub const ALL: [Step; 21] = [
    Step { name: "format", about: "every source file has rustfmt's form", run: cargo::format },
    Step {
        name: "unsafe",
        about: "unsafe code is forbidden in every crate but those in rust/capi and rust/web",
        run: source::forbid_unsafe,
    },
    Step {
        name: "declarations",
        about: "rust/capi/sys declares functions as rust/capi defines them",
        run: declarations::check,
    },
    Step {
        name: "generated",
        about: "the generated code is what `cargo xtask generate` makes",
        run: source::generated,
    },
    Step {
        name: "page",
        about: "the page in web/dist is what `cargo xtask web` builds",
        run: source::page,
    },
    Step {
        name: "corpora",
        about: "every fuzz target has a corpus for the tests to replay",
        run: source::corpora,
    },
    Step { name: "clippy", about: "no warnings from the compiler or clippy", run: cargo::clippy },
    Step { name: "docs", about: "the documentation builds without warnings", run: cargo::docs },
    Step {
        name: "doxygen",
        about: "the reference of the C API builds without warnings",
        run: doxygen::check,
    },
    Step {
        name: "examples",
        about: "every item of the API for applications in Rust has an example",
        run: examples::check,
    },
    Step {
        name: "guide",
        about: "the guide's links, code, commands and byte examples are right",
        run: guide::check,
    },
    Step {
        name: "policy",
        about: "licences and sources of dependencies are those of deny.toml",
        run: cargo::policy,
    },
    Step { name: "tests", about: "the tests of all crates", run: cargo::tests },
    Step {
        name: "c-api",
        about: "a C program on the static library, with sanitizers; the headers as C and C++",
        run: capi::run,
    },
    Step {
        name: "http-head",
        about: "the glue reads HTTP requests as httparse and hyper do; needs Zephyr's source",
        run: http_head::run,
    },
    Step {
        name: "model",
        about: "models of how threads hand work over, in all orders of their steps",
        run: model::run,
    },
    Step {
        name: "consttime",
        about: "no branch and no address depends on a secret, observed by valgrind",
        run: consttime::run,
    },
    Step {
        name: "device",
        about: "the device's crates build for a Cortex-M4F without std",
        run: device::build,
    },
    Step {
        name: "interop",
        about: "clients by others provision the virtual device",
        run: interop::run,
    },
    Step {
        name: "browser",
        about: "the page in Chromium provisions the virtual device",
        run: interop::browser,
    },
    Step {
        name: ZEPHYR,
        about: "the Zephyr suites and samples; only with --zephyr",
        run: zephyr::run,
    },
];

/// The step that takes more than Rust, C and Python: it runs when it is asked for.
pub const ZEPHYR: &str = "zephyr";
