//! HTTP requests as the glue, httparse and hyper read them: the glue's parser, with that of Zephyr
//! below it, as a program on the host.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::capi::{self, SANITIZERS};
use super::cargo::cargo;
use crate::test::{Environment, Outcome, exec};

/// The program, with its replacements for kernel headers.
const SOURCE: &str = "tests/http_head/c";
const GLUE: [&str; 2] = ["zephyr/src", "zephyr/src/transport/softap/http_incoming.c"];
/// In Zephyr's source: the parser, and the headers of it.
const ZEPHYR: [&str; 3] =
    ["subsys/net/lib/http/http_parser.c", "subsys/net/lib/http/http_parser_url.c", "include"];
/// Options of Kconfig that the parser looks at.
const OPTIONS: [&str; 3] = [
    "-DCONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS=2",
    "-DCONFIG_HTTP_SERVER_MAX_URL_LENGTH=256",
    "-DCONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE=1024",
];
/// Requests, and as many with changed bytes.
const COUNT: &str = "20000";
/// Where Zephyr's source is.
const VARIABLE: &str = "ZEPHYR_BASE";

pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let folder = environment.target.join("http_head");
    fs::create_dir_all(&folder)?;
    if !capi::works(&folder, "cc", "c", &[]) {
        outcome.skip("http-head", "there is no C compiler", capi::INSTALL);
        return Ok(outcome);
    }
    let Some(zephyr) = std::env::var_os(VARIABLE) else {
        let how = format!("set {VARIABLE} to the folder of Zephyr");
        outcome.skip("http-head", "Zephyr's source is not known", how);
        return Ok(outcome);
    };
    let [parser, url, include] = ZEPHYR.map(|path| Path::new(&zephyr).join(path));
    let program = folder.join("glue");
    let mut build = Command::new("cc");
    build.current_dir(environment.root).args(["-std=c11", "-D_GNU_SOURCE", "-g", "-O1"]);
    build.args(OPTIONS).args([SOURCE, GLUE[0]].map(|path| format!("-I{path}")));
    build.arg("-I").arg(include);
    if capi::works(&folder, "cc", "c", SANITIZERS) {
        build.args(SANITIZERS);
    }
    build.arg(format!("{SOURCE}/main.c")).args([Path::new(GLUE[1]), &parser, &url]);
    build.arg("-o").arg(&program);
    let mut compare = cargo();
    compare.args(["run", "--locked", "--quiet", "--package", "http-head", "--"]);
    compare.arg(&program).arg(COUNT);
    for command in [build, compare] {
        let run = exec::run(environment, command)?;
        if !run.status.success() {
            outcome.fail("http-head", run.tail());
            return Ok(outcome);
        }
    }
    outcome.passed = 1;
    Ok(outcome)
}
