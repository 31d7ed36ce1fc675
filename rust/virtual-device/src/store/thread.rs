//! A Thread dataset in the file.

use provisioning::thread::Dataset;

use super::{Corrupt, Kept, Lines, Text, unhex};

impl Kept for Dataset {
    const TITLE: &'static str = "network-provisioning dataset 1";
    const OTHER_TITLE: &'static str = "not a Thread dataset file of this program and version";
    const NO_MORE: &'static str = "expected `sha256`";

    fn write(&self, text: &mut Text) {
        text.hex("dataset", self.as_bytes());
    }

    fn read(lines: &mut Lines<'_>) -> Result<Self, Corrupt> {
        let text = lines.field("dataset")?.ok_or_else(|| lines.expected("expected `dataset`"))?;
        let dataset = unhex(text).and_then(|bytes| Self::new(&bytes).ok());
        let dataset = dataset.filter(|dataset| dataset.summary().is_ok());
        dataset.ok_or_else(|| lines.corrupt("the value is not a Thread dataset in hex"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Store, format, parse};
    use super::*;
    use crate::mesh::Mesh;

    fn dataset() -> Dataset {
        let example = Mesh::of(Vec::new()).example().unwrap();
        Dataset::new(&unhex(&example).unwrap()).unwrap()
    }

    #[test]
    fn a_store_keeps_a_dataset() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (store, none) = Store::<Dataset>::open(&path).unwrap();
        assert_eq!(none, None);
        store.save(&dataset()).unwrap();
        drop(store);
        assert_eq!(Store::open(&path).unwrap().1, Some(dataset()));
    }

    #[test]
    fn what_is_no_dataset_is_found() {
        let good = format(&dataset());
        let read = |bytes: &[u8]| parse::<Dataset>(bytes);
        assert_eq!(read(&good), Ok(dataset()));
        for at in 0..good.len() {
            assert!(read(&good[..at]).is_err(), "cut at {at}");
            let mut bad = good.to_vec();
            bad[at] ^= 1;
            assert!(read(&bad).is_err(), "byte {at}");
        }
        // One that no network can be joined with, in a file that is as it was written.
        let cut = Dataset::new(&dataset().as_bytes()[..20]).unwrap();
        let Err(Corrupt { line, reason }) = read(&format(&cut)) else { panic!() };
        assert_eq!((line, reason), (2, "the value is not a Thread dataset in hex"));
    }
}
