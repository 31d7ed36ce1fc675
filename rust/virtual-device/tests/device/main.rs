//! Tests the program from outside: starts it, talks to it over sockets and pipes, and kills it.

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
