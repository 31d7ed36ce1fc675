//! Reads what llvm-cov exports in the form of lcov.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Add;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Numbers of lines and of branches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals<T> {
    pub lines: T,
    pub branches: T,
}

impl Add for Totals<usize> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { lines: self.lines + other.lines, branches: self.branches + other.branches }
    }
}

impl Totals<f64> {
    /// How many percent of all are reached; 100 if there are none.
    pub fn share(reached: Totals<usize>, all: Totals<usize>) -> Self {
        let share = |part: usize, all: usize| match all {
            0 => 100.0,
            all => 100.0 * part as f64 / all as f64,
        };
        Self {
            lines: share(reached.lines, all.lines),
            branches: share(reached.branches, all.branches),
        }
    }
}

/// What is known of a source file, without its tests.
pub struct File {
    /// Its path in the workspace.
    pub name: String,
    source: Vec<String>,
    /// Whether each line with code was reached.
    lines: BTreeMap<usize, bool>,
    /// The same of the branches, by line and by number. The copies of a generic function are one.
    branches: BTreeMap<(usize, String), bool>,
}

impl File {
    pub fn all(&self) -> Totals<usize> {
        Totals { lines: self.lines.len(), branches: self.branches.len() }
    }

    pub fn reached(&self) -> Totals<usize> {
        let lines = self.lines.values().filter(|reached| **reached).count();
        let branches = self.branches.values().filter(|reached| **reached).count();
        Totals { lines, branches }
    }

    /// The lines that were not reached, or of which a branch was not, with a mark for each.
    pub fn uncovered(&self) -> impl Iterator<Item = String> {
        let mut marks = BTreeMap::new();
        for (number, _) in self.lines.iter().filter(|(_, reached)| !**reached) {
            marks.insert(*number, "line  ");
        }
        for ((number, _), _) in self.branches.iter().filter(|(_, reached)| !**reached) {
            marks.entry(*number).or_insert("branch");
        }
        marks.into_iter().map(|(number, mark)| {
            let text = self.source.get(number - 1).map_or("", |line| line.trim_end());
            format!("{mark} {number:4} {text}")
        })
    }
}

/// Reads the files of these folders out of `text`.
pub fn read(text: &str, root: &Path, folders: &[&str]) -> Result<Vec<File>> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            current = name_of(path, root, folders);
            if let Some(name) = &current
                && !files.contains_key(name)
            {
                files.insert(name.clone(), open(path, name)?);
            }
            continue;
        }
        let Some(file) = current.as_ref().and_then(|name| files.get_mut(name)) else { continue };
        if let Some(rest) = line.strip_prefix("DA:") {
            let (number, count) = rest.split_once(',').context("DA has a line and a count")?;
            file.count_line(number.parse()?, count != "0");
        } else if let Some(rest) = line.strip_prefix("BRDA:") {
            let (place, count) = rest.rsplit_once(',').context("BRDA has a count")?;
            let (number, branch) = place.split_once(',').context("BRDA has a line")?;
            file.count_branch(number.parse()?, branch, !["-", "0"].contains(&count));
        }
    }
    Ok(files.into_values().collect())
}

/// The path in the workspace, of a file that is wanted.
fn name_of(path: &str, root: &Path, folders: &[&str]) -> Option<String> {
    let name = Path::new(path).strip_prefix(root).ok()?.to_str()?;
    let is_wanted = folders.iter().any(|folder| name.starts_with(folder));
    let is_test = name.ends_with("/tests.rs") || name.contains("/tests/");
    (is_wanted && !is_test).then(|| name.to_owned())
}

fn open(path: &str, name: &str) -> Result<File> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let mut source: Vec<String> = text.lines().map(str::to_owned).collect();
    // The tests are at the end of a file.
    if let Some(end) = source.iter().position(|line| line.starts_with("mod tests {")) {
        source.truncate(end);
    }
    Ok(File { name: name.to_owned(), source, lines: BTreeMap::new(), branches: BTreeMap::new() })
}

impl File {
    fn count_line(&mut self, number: usize, reached: bool) {
        if number <= self.source.len() {
            *self.lines.entry(number).or_default() |= reached;
        }
    }

    fn count_branch(&mut self, number: usize, branch: &str, reached: bool) {
        if number <= self.source.len() {
            *self.branches.entry((number, branch.to_owned())).or_default() |= reached;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_one_and_tests_are_left_out() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coverage");
        let this = folder.join("lcov.rs");
        let first_test = fs::read_to_string(&this)
            .unwrap()
            .lines()
            .position(|line| line == "mod tests {")
            .unwrap()
            + 2;
        let file = |counts: [u32; 3]| {
            let [first, second, branch] = counts;
            format!(
                "SF:{}\nDA:1,{first}\nDA:2,{second}\nDA:{first_test},0\n\
                 BRDA:2,0,0,{branch}\nBRDA:2,0,1,-\nend_of_record\n",
                this.display()
            )
        };
        let text = file([1, 0, 0]) + &file([0, 0, 7]) + "SF:/elsewhere.rs\nDA:1,0\nend_of_record\n";
        let files = read(&text, &folder, &["lcov"]).unwrap();
        let [file] = &files[..] else { panic!("{} files", files.len()) };
        assert_eq!(file.name, "lcov.rs");
        assert_eq!(file.all(), Totals { lines: 2, branches: 2 });
        assert_eq!(file.reached(), Totals { lines: 1, branches: 1 });
        assert_eq!(file.uncovered().collect::<Vec<_>>(), ["line      2 "]);
        let share = Totals::share(file.reached(), file.all());
        assert_eq!(share, Totals { lines: 50.0, branches: 50.0 });
    }
}
