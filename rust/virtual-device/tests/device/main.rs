//! The program itself, from outside: it is started, spoken to over sockets and pipes, and killed.

mod browser;
mod console;
mod crowd;
mod faults;
mod files;
mod http;
mod provisioning;
mod start;
mod support;
mod thread;
