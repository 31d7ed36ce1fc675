//! The arena, the stack and the command line: all that cannot be had in safe Rust.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cortex_m::register::msp;
use cortex_m_semihosting::syscall1;
use embedded_alloc::LlffHeap;

/// An allocator of first fit over an arena of its own, which counts what is asked of it.
pub struct Arena<const MAX: usize> {
    heap: LlffHeap,
    memory: UnsafeCell<MaybeUninit<[u64; MAX]>>,
    used: AtomicUsize,
    peak: AtomicUsize,
    calls: AtomicUsize,
}

/// What was asked of an arena. Bytes are those asked for: the allocator rounds them up.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Bytes in use.
    pub used: usize,
    /// The most bytes in use at once.
    pub peak: usize,
    /// Allocations.
    pub calls: usize,
}

// SAFETY: `memory` is touched through `heap` alone, which locks; the rest are atomics.
unsafe impl<const MAX: usize> Sync for Arena<MAX> {}

impl<const MAX: usize> Arena<MAX> {
    /// An arena of up to `MAX` times 8 bytes. Nothing can be allocated before [`Self::open`].
    #[expect(clippy::new_without_default, reason = "it is a static")]
    pub const fn new() -> Self {
        Self {
            heap: LlffHeap::empty(),
            memory: UnsafeCell::new(MaybeUninit::uninit()),
            used: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
        }
    }

    /// Opens the arena with so many bytes. Panics the second time.
    pub fn open(&'static self, bytes: usize) {
        let bytes = bytes.min(MAX * 8);
        // SAFETY: the memory is this static's own, is at least that long, and the heap refuses
        // to be given it twice.
        unsafe { self.heap.init(self.memory.get() as usize, bytes) }
    }

    /// What was asked for since the last time.
    pub fn demand(&self) -> Demand {
        let used = self.used.load(Relaxed);
        let peak = self.peak.swap(used, Relaxed);
        Demand { used, peak, calls: self.calls.swap(0, Relaxed) }
    }
}

// SAFETY: it is the heap's allocator, with sums beside it.
unsafe impl<const MAX: usize> GlobalAlloc for Arena<MAX> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the rules of this very method.
        let block = unsafe { self.heap.alloc(layout) };
        if !block.is_null() {
            let used = self.used.fetch_add(layout.size(), Relaxed) + layout.size();
            self.peak.fetch_max(used, Relaxed);
            self.calls.fetch_add(1, Relaxed);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the rules of this very method.
        unsafe { self.heap.dealloc(block, layout) }
    }
}

/// What the stack is painted with.
const PAINT: u32 = 0x5ac3_a53c;

/// As far down the stack is painted.
const PAINTED: u32 = 64 * 1024;

/// Room for the frame of the painter itself.
const PAINTER: u32 = 128;

/// Calls, and tells how many bytes of stack the call took. A buffer that it leaves untouched at
/// its lowest end is not seen.
pub fn stack<T>(call: impl FnOnce() -> T) -> (u32, T) {
    let top = msp::read();
    let bottom = lowest(top);
    paint(bottom, top - PAINTER);
    let result = apart(call);
    (top - deepest(bottom, top), result)
}

/// Calls with a frame of its own, below the stack pointer of who measures.
#[inline(never)]
fn apart<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// The lowest word of the stack that is looked at.
fn lowest(top: u32) -> u32 {
    // Statics end there.
    let end = cortex_m_rt::heap_start() as u32;
    end.max(top - PAINTED).next_multiple_of(4)
}

#[inline(never)]
fn paint(bottom: u32, top: u32) {
    for word in (bottom..top).step_by(4) {
        // SAFETY: the word lies above all statics and below every frame in use.
        unsafe { (word as *mut u32).write_volatile(PAINT) }
    }
}

#[inline(never)]
fn deepest(bottom: u32, top: u32) -> u32 {
    // SAFETY: the words are the stack's, aligned, and only this processor writes them.
    let painted = |word: &u32| unsafe { (*word as *const u32).read_volatile() } == PAINT;
    (bottom..top).step_by(4).find(|word| !painted(word)).unwrap_or(top)
}

/// Reads the words of the command line into `buffer`.
pub fn command_line(buffer: &mut [u8]) -> &str {
    let mut block = [buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the host writes into the buffer of the given length, and its length into the block.
    let status = unsafe { syscall1!(GET_CMDLINE, block.as_mut_ptr()) };
    let length = if status == 0 { block[1] } else { 0 };
    let line = buffer.get(..length).unwrap_or_default();
    core::str::from_utf8(line).unwrap_or_default().trim_end_matches('\0')
}
