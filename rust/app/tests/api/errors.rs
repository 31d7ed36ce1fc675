//! Each error maps to one platform errno, in both directions.

use netprov_app::Error;
use netprov_host::{Device, ERRNO};

use crate::{NAME, builder, security};

/// Errors, their texts and their errnos.
fn all() -> [(Error, &'static str, i32); 13] {
    [
        (Error::NotPermitted, "not permitted in this state", ERRNO.eperm),
        (Error::NotFound, "not found", ERRNO.enoent),
        (Error::Busy, "busy", ERRNO.ebusy),
        (Error::Already, "already exists", ERRNO.ealready),
        (Error::Invalid, "invalid argument", ERRNO.einval),
        (Error::NoSpace, "no space left", ERRNO.enospc),
        (Error::NotSupported, "not supported", ERRNO.enotsup),
        (Error::TimedOut, "timed out", ERRNO.etimedout),
        (Error::Canceled, "canceled", ERRNO.ecanceled),
        (Error::WouldBlock, "would block", ERRNO.ewouldblock),
        (Error::Other(ERRNO.eio), "error 903", ERRNO.eio),
        (Error::Other(ERRNO.eacces), "error 908", ERRNO.eacces),
        // A driver's errno without a variant. 1 is EPERM elsewhere, but not on this platform.
        (Error::Other(1), "error 1", 1),
    ]
}

#[test]
fn transport_errors_are_returned() {
    let device = Device::new();
    let provisioner = builder().init().unwrap();
    for (error, text, number) in all() {
        device.break_start(number);
        assert_eq!(provisioner.start(security(), NAME, None), Err(error), "{number}");
        assert_eq!(error.errno(), number, "{error:?}");
        assert_eq!(error.to_string(), text);
        assert!(provisioner.is_idle(), "a failed start leaves the service stopped");
    }
    device.break_start(0);
    provisioner.start(security(), NAME, None).unwrap();
}

#[test]
fn store_errors_are_returned() {
    let device = Device::new();
    let provisioner = builder().init().unwrap();
    device.break_store(true);
    assert_eq!(provisioner.forget_credentials(), Err(Error::Other(ERRNO.eio)));
    device.break_store(false);
    assert_eq!(provisioner.forget_credentials(), Ok(()));
}

#[test]
fn text_lengths_are_checked() {
    let _device = Device::new();
    let provisioner = builder().init().unwrap();
    let longest = c"abcdefghijklmnopqrstuvwxyz012345";
    let too_long = c"abcdefghijklmnopqrstuvwxyz0123456";
    assert_eq!(provisioner.start(security(), c"", None), Err(Error::Invalid));
    assert_eq!(provisioner.start(security(), too_long, None), Err(Error::Invalid));
    let online = provisioner.connect_or_provision(security(), too_long, None);
    assert_eq!(online, Err(Error::Invalid));
    provisioner.start(security(), longest, None).unwrap();
    #[cfg(not(feature = "thread"))]
    {
        assert_eq!(provisioner.configure_wifi(c"", None), Err(Error::Invalid));
        assert_eq!(provisioner.configure_wifi(too_long, None), Err(Error::Invalid));
        assert_eq!(provisioner.configure_wifi(longest, None), Ok(()));
    }
    assert_eq!(provisioner.set_app_info(c"", c"1", &[]), Err(Error::Invalid));
    assert_eq!(provisioner.set_app_info(c"\xff", c"1", &[]), Err(Error::Invalid));
    let text = std::ffi::CString::new("x".repeat(5000)).unwrap();
    assert_eq!(provisioner.set_app_info(c"a", &text, &[]), Err(Error::NoSpace));
}
