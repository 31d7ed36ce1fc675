//! The memory of the core: a fixed arena, never the system's heap.
//!
//! Only the provisioning thread runs code that allocates. What is freed is wiped, so that no
//! passphrase outlives its message in memory, not even one that a decoder threw away.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::slice;

use linked_list_allocator::Heap;
use protocomm::limits::setting;
use zeroize::Zeroize;

/// The arena's size in bytes (`NETPROV_HEAP_SIZE`, 4096 to 262144).
pub(crate) const SIZE: usize = setting(option_env!("NETPROV_HEAP_SIZE"), 24576, 4096, 262_144);

#[repr(align(16))]
struct Memory(UnsafeCell<[MaybeUninit<u8>; SIZE]>);

struct Arena {
    memory: Memory,
    state: UnsafeCell<State>,
}

struct State {
    heap: Heap,
    ready: bool,
    used: usize,
    high_water: usize,
}

// SAFETY: only the provisioning thread allocates and frees (crate documentation), so the arena is
// never used by two threads.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena {
    memory: Memory(UnsafeCell::new([MaybeUninit::uninit(); SIZE])),
    state: UnsafeCell::new(State { heap: Heap::empty(), ready: false, used: 0, high_water: 0 }),
};

impl Arena {
    /// Runs `f` on the allocator's state.
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        // SAFETY: one thread (see `Sync`), and no `f` of this module allocates or calls out: there
        // is no other reference to the state while it runs.
        let state = unsafe { &mut *self.state.get() };
        if !state.ready {
            state.ready = true;
            let start = self.memory.0.get().cast::<u8>();
            // SAFETY: the memory is static, of this size and used by this heap alone; this runs
            // once.
            unsafe { state.heap.init(start, SIZE) };
        }
        f(state)
    }
}

// SAFETY: blocks come from the heap over `memory`, with the layout that was asked for, and are
// given back to it with the layout they were asked with.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.with(|state| {
            let block = state.heap.allocate_first_fit(layout);
            if block.is_ok() {
                state.used = state.used.saturating_add(layout.size());
                state.high_water = state.high_water.max(state.used);
            }
            block.map_or(ptr::null_mut(), NonNull::as_ptr)
        })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(block) = NonNull::new(block) else { return };
        let start = block.as_ptr().cast::<MaybeUninit<u8>>();
        // SAFETY: the block is of this size and its owner gives it up.
        unsafe { slice::from_raw_parts_mut(start, layout.size()) }.zeroize();
        self.with(|state| {
            state.used = state.used.saturating_sub(layout.size());
            // SAFETY: the block came from this heap with this layout: the caller's promise.
            unsafe { state.heap.deallocate(block, layout) };
        });
    }
}

/// The most that was ever in use, in bytes.
pub(crate) fn high_water() -> usize {
    ARENA.with(|state| state.high_water)
}

/// What is in use now, in bytes.
pub(crate) fn used() -> usize {
    ARENA.with(|state| state.used)
}
