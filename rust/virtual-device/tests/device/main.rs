//! The program itself, from outside: it is started, spoken to over sockets and pipes, and killed.

mod console;
mod crowd;
mod files;
mod http;
mod provisioning;
mod start;
mod support;
mod thread;
