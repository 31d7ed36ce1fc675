//! Sizes of the parts of a linked program, by the source line that each instruction comes from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use addr2line::{Context, LookupResult};
use anyhow::{Context as _, Result};
use gimli::{EndianSlice, LittleEndian};
use object::{Object as _, ObjectSection as _, SectionFlags, elf};

/// The parts of the module's Rust, in the order in which they are shown.
pub const PARTS: [&str; 7] = [
    "security schemes and ciphers",
    "protocol: endpoints, sessions, transports' rules",
    "codec of the messages",
    "manager, link machine, scan",
    "C API",
    "QR code",
    "Rust's core library and containers",
];

/// Fragments of source paths with an index into [`PARTS`]; the first match counts.
const PATHS: [(&str, usize); 16] = [
    ("/rust/protocomm/src/security/", 0),
    ("/rust/protocomm/src/wire/", 2),
    ("/rust/protocomm/src/", 1),
    ("/rust/provisioning/src/", 3),
    ("/rust/capi/", 4),
    ("/aes-", 0),
    ("/cipher-", 0),
    ("/sha2-", 0),
    ("/digest-", 0),
    ("/block-buffer-", 0),
    ("/crypto-common-", 0),
    ("/hybrid-array-", 0),
    ("/inout-", 0),
    ("/subtle-", 0),
    ("/zeroize-", 0),
    ("/qrcodegen-no-heap-", 5),
];

/// Sizes in a linked program, in bytes.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    /// Code, by index into [`PARTS`].
    pub code: [u64; PARTS.len()],
    pub constants: u64,
    pub variables: u64,
}

impl Sizes {
    /// Returns the flash size. Initial values of variables would count too, but there are none.
    pub fn flash(&self) -> u64 {
        self.code.iter().sum::<u64>() + self.constants
    }
}

/// Measures a program.
pub fn measure(program: &Path) -> Result<Sizes> {
    let bytes = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let file = object::File::parse(bytes.as_slice())?;
    let sections = gimli::DwarfSections::load(|id| -> Result<_> {
        let section = file.section_by_name(id.name());
        Ok(section.and_then(|section| section.data().ok()).unwrap_or_default())
    })?;
    let dwarf = sections.borrow(|section| EndianSlice::new(section, LittleEndian));
    let context = Context::from_dwarf(dwarf)?;
    let mut sizes = Sizes::default();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        let has = |flag: u32| sh_flags & u64::from(flag) != 0;
        // Zephyr's linker drops the tables for unwinding.
        let name = section.name()?;
        if !has(elf::SHF_ALLOC) || name.starts_with(".ARM.ex") || name.starts_with(".eh_frame") {
            continue;
        }
        if has(elf::SHF_EXECINSTR) {
            let end = section.address() + section.size();
            // The length of the shortest instruction.
            for address in (section.address()..end).step_by(2) {
                sizes.code[part(&context, address)?] += 2.min(end - address);
            }
        } else if has(elf::SHF_WRITE) {
            sizes.variables += section.size();
        } else {
            sizes.constants += section.size();
        }
    }
    Ok(sizes)
}

/// Returns the part that an instruction belongs to. Inlined code belongs to the part in which it was
/// written, but code inlined from Rust's library belongs to the part that it was inlined into.
fn part(context: &Context<EndianSlice<'_, LittleEndian>>, address: u64) -> Result<usize> {
    let mut frames = match context.find_frames(address) {
        LookupResult::Output(frames) => frames?,
        // The debug information is in the program itself.
        LookupResult::Load { .. } => return Ok(PARTS.len() - 1),
    };
    while let Some(frame) = frames.next()? {
        let Some(path) = frame.location.and_then(|location| location.file) else { continue };
        if let Some((_, part)) = PATHS.iter().find(|(fragment, _)| path.contains(fragment)) {
            return Ok(*part);
        }
    }
    Ok(PARTS.len() - 1)
}

/// Returns a table's rows for several programs: each part, constants, their sum, variables.
pub fn rows(programs: &[Option<Sizes>]) -> BTreeMap<usize, (String, Vec<Option<u64>>)> {
    let of = |size: &dyn Fn(&Sizes) -> u64| -> Vec<Option<u64>> {
        programs.iter().map(|sizes| sizes.as_ref().map(size)).collect()
    };
    let mut rows = BTreeMap::new();
    for (at, name) in PARTS.iter().enumerate() {
        let numbers = of(&|sizes| sizes.code[at]);
        if numbers.iter().flatten().any(|number| *number > 0) {
            rows.insert(at, ((*name).to_owned(), numbers));
        }
    }
    let next = PARTS.len();
    rows.insert(next, ("constants".to_owned(), of(&|sizes| sizes.constants)));
    rows.insert(next + 1, ("**flash**".to_owned(), of(&Sizes::flash)));
    rows.insert(next + 2, ("**RAM**, static".to_owned(), of(&|sizes| sizes.variables)));
    rows
}
