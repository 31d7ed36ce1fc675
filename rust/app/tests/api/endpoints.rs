//! Endpoints of the application.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use netprov_app::Refused;
use netprov_host::{Device, ERRNO};

use crate::phone::Phone;
use crate::{NAME, builder, log_lines, security};

#[test]
fn handlers_respond() {
    log_lines::collect();
    let device = Device::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let (counted, mut total) = (calls.clone(), 0_u32);
    let provisioner = builder()
        .endpoint(c"echo", |_, request| Ok(request.to_vec()))
        .endpoint(c"sum", move |manager, request| {
            assert!(!manager.is_idle(), "handlers may call any function");
            total += request.iter().map(|&byte| u32::from(byte)).sum::<u32>();
            Ok(total.to_le_bytes().to_vec())
        })
        .endpoint(c"picky", move |_, request| {
            counted.fetch_add(1, Ordering::Relaxed);
            if request == b"please" {
                return Ok(vec![]);
            }
            Err(Refused::because(format!("{} bytes without the word", request.len())))
        })
        .init()
        .unwrap();
    // Handlers are registered again at the second start.
    for round in 1..=2 {
        provisioner.start(security(), NAME, None).unwrap();
        let mut phone = Phone::connected(&device, "abcd1234");
        assert_eq!(phone.request("echo", b"hello").unwrap(), b"hello");
        assert_eq!(phone.request("echo", b"").unwrap(), b"");
        assert_eq!(phone.request("sum", &[1, 2, 3]).unwrap(), (6 * round as u32).to_le_bytes());
        assert_eq!(phone.request("picky", b"please").unwrap(), b"");
        assert_eq!(phone.request("picky", b"now"), Err(-ERRNO.eio));
        assert_eq!(calls.load(Ordering::Relaxed), 2 * round);
        provisioner.stop();
    }
    assert!(log_lines::contains(r#"WARN: "picky": request refused: 3 bytes without the word"#));
    assert_eq!(device.allocated(), 0, "the module frees each response");
}

#[test]
fn names_may_be_made_at_run_time() {
    let device = Device::new();
    let provisioner = {
        let name = CString::new(format!("lamp-{}", 7)).unwrap();
        let serial = CString::new(format!("{:08x}", 0x1234)).unwrap();
        builder()
            .endpoint(&name, |_, request| Ok(request.to_vec()))
            .app_info(c"serial", &serial, &[&name])
            .init()
            .unwrap()
    };
    provisioner.start(security(), NAME, None).unwrap();
    let mut phone = Phone::connected(&device, "abcd1234");
    assert_eq!(phone.request("lamp-7", b"on").unwrap(), b"on");
    let version = phone.version();
    assert!(version.contains(r#""serial":{"ver":"00001234","cap":["lamp-7"]}"#), "{version}");
}

#[test]
fn unauthenticated_peers_do_not_reach_handlers() {
    let device = Device::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let provisioner = builder()
        .endpoint(c"secret", move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(vec![])
        })
        .init()
        .unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    assert_eq!(Phone::new(&device, "abcd1234").request("secret", b"?"), Err(-ERRNO.eacces));
    let _first = Phone::connected(&device, "abcd1234");
    assert_eq!(Phone::new(&device, "abcd1234").on(2).request("secret", b"?"), Err(-ERRNO.eacces));
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn an_oversized_response_fails_the_request() {
    let device = Device::new();
    let provisioner = builder()
        .endpoint(c"long", |_, request| {
            let length = u32::from_le_bytes(request.try_into().map_err(|_| "four bytes expected")?);
            Ok(vec![7; length as usize])
        })
        .init()
        .unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    let ask = |length: u32| {
        // A failed request leaves the client's cipher out of step, so each request uses a new
        // session.
        let response = Phone::connected(&device, "abcd1234").request("long", &length.to_le_bytes());
        assert_eq!(device.allocated(), 0);
        response.map(|response| response.len())
    };
    assert_eq!(ask(1024), Ok(1024));
    // 1025 bytes exceed the transport's limit; 100,000 bytes exceed the heap.
    assert_eq!(ask(1025), Err(-ERRNO.emsgsize));
    assert_eq!(ask(100_000), Err(-ERRNO.eio));
    // No failure leaks memory: repeated requests fail in the same way.
    for _ in 0..50 {
        assert_eq!(ask(8000), Err(-ERRNO.emsgsize));
    }
    assert_eq!(ask(1024), Ok(1024));
}
