use core::ffi::c_int;
use core::fmt;

/// The cause of a failure. Each variant corresponds to one errno of the C API, whose documentation
/// says when each function returns it.
///
/// ```
/// use netprov_app::Error;
///
/// fn is_worth_a_retry(error: Error) -> bool {
///     matches!(error, Error::TimedOut | Error::Busy)
/// }
/// # assert!(is_worth_a_retry(Error::Busy));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Not allowed in the current state: no manager exists, or the service is (or is not) running.
    /// `EPERM`.
    NotPermitted,
    /// No such endpoint, or no stored network. `ENOENT`.
    NotFound,
    /// Another operation is in progress, or callbacks have queued too many operations. `EBUSY`.
    Busy,
    /// The manager, or an endpoint of that name, already exists. `EALREADY`.
    Already,
    /// Invalid argument. `EINVAL`.
    Invalid,
    /// No room left, or a text is too long. `ENOSPC`.
    NoSpace,
    /// Not built in, or not supported by this transport. `ENOTSUP`.
    NotSupported,
    /// The operation timed out. `ETIMEDOUT`.
    TimedOut,
    /// The operation was stopped before it finished. `ECANCELED`.
    Canceled,
    /// The caller must not wait, and the provisioning thread is busy. `EWOULDBLOCK`.
    WouldBlock,
    /// Any other error of a driver or transport, as a positive errno.
    Other(i32),
}

/// A result with this crate's [`enum@Error`].
///
/// ```no_run
/// fn forget(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
///     provisioner.forget_credentials()
/// }
/// ```
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// Converts a negative errno.
    pub(crate) fn from_code(code: c_int) -> Self {
        Self::from_errno(code.wrapping_neg(), netprov_ffi::errno())
    }

    fn from_errno(number: c_int, known: &netprov_ffi::Errno) -> Self {
        match number {
            n if n == known.eperm => Self::NotPermitted,
            n if n == known.enoent => Self::NotFound,
            n if n == known.ebusy => Self::Busy,
            n if n == known.ealready => Self::Already,
            n if n == known.einval => Self::Invalid,
            n if n == known.enospc => Self::NoSpace,
            n if n == known.enotsup => Self::NotSupported,
            n if n == known.etimedout => Self::TimedOut,
            n if n == known.ecanceled => Self::Canceled,
            n if n == known.ewouldblock => Self::WouldBlock,
            n => Self::Other(n),
        }
    }

    /// Returns the positive errno, as numbered by the image's C library.
    ///
    /// ```no_run
    /// # let error = netprov_app::Error::Busy;
    /// // zephyr-lang-rust's errors are unsigned numbers.
    /// let number: u32 = error.errno().unsigned_abs();
    /// ```
    #[must_use]
    pub fn errno(self) -> i32 {
        let known = netprov_ffi::errno();
        match self {
            Self::NotPermitted => known.eperm,
            Self::NotFound => known.enoent,
            Self::Busy => known.ebusy,
            Self::Already => known.ealready,
            Self::Invalid => known.einval,
            Self::NoSpace => known.enospc,
            Self::NotSupported => known.enotsup,
            Self::TimedOut => known.etimedout,
            Self::Canceled => known.ecanceled,
            Self::WouldBlock => known.ewouldblock,
            Self::Other(number) => number,
        }
    }
}

/// Converts the return value of a C function.
pub(crate) fn check(code: c_int) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Error::from_code(code)) }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPermitted => "not permitted in this state",
            Self::NotFound => "not found",
            Self::Busy => "busy",
            Self::Already => "already exists",
            Self::Invalid => "invalid argument",
            Self::NoSpace => "no space left",
            Self::NotSupported => "not supported",
            Self::TimedOut => "timed out",
            Self::Canceled => "canceled",
            Self::WouldBlock => "would block",
            Self::Other(number) => return write!(f, "error {number}"),
        })
    }
}

impl core::error::Error for Error {}
