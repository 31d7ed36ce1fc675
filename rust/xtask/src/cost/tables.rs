//! Tables of numbers: formats them as Markdown and JSON, and compares them with the checked-in ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A table of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<(String, Vec<Option<u64>>)>,
    /// The meaning and unit of the numbers, in a sentence or two.
    pub note: String,
}

/// The position of a number: table, row, column.
type Place = (String, String, String);

/// A number that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    place: Place,
    before: u64,
    now: u64,
}

/// How much a number may grow, in percent.
const TOLERANCE: u64 = 1;

impl Table {
    pub fn new(title: impl Into<String>, columns: &[&str], note: impl Into<String>) -> Self {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Self { title: title.into(), columns, rows: Vec::new(), note: note.into() }
    }

    pub fn row(&mut self, name: impl Into<String>, numbers: Vec<Option<u64>>) {
        self.rows.push((name.into(), numbers));
    }

    pub fn markdown(&self) -> String {
        let mut out = format!("### {}\n\n{}\n\n|", self.title, self.note);
        for column in &self.columns {
            _ = write!(out, " | {column}");
        }
        out += " |\n|---|";
        out += &"--:|".repeat(self.columns.len());
        out += "\n";
        for (name, numbers) in &self.rows {
            _ = write!(out, "| {name} |");
            for number in numbers {
                _ = write!(out, " {} |", number.map(grouped).unwrap_or_default());
            }
            out += "\n";
        }
        out + "\n"
    }

    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|(name, numbers)| {
            let numbers = self.columns.iter().zip(numbers);
            let row = numbers.map(|(column, number)| (column.clone(), (*number).into()));
            (name.clone(), Value::Object(row.collect()))
        });
        Value::Object(rows.collect::<Map<_, _>>())
    }
}

/// Reads all numbers from Markdown with tables under headings of the third level.
fn read(markdown: &str) -> BTreeMap<Place, u64> {
    let mut numbers = BTreeMap::new();
    let mut title = String::new();
    let mut columns: Vec<String> = Vec::new();
    for line in markdown.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            title = heading.trim_start_matches('#').trim().to_owned();
            columns.clear();
        } else if let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            if columns.is_empty() {
                columns = cells.into_iter().map(str::to_owned).collect();
                continue;
            }
            for (cell, column) in cells.iter().zip(&columns).skip(1) {
                let digits: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
                if let Ok(number) = digits.parse() {
                    let place = (title.clone(), cells[0].to_owned(), column.clone());
                    numbers.insert(place, number);
                }
            }
        } else {
            columns.clear();
        }
    }
    numbers
}

/// Returns the numbers that are in both texts and differ: first those that have grown by more than
/// [`TOLERANCE`], then the others.
pub fn compare(before: &str, now: &str) -> (Vec<Change>, Vec<Change>) {
    let before = read(before);
    read(now)
        .into_iter()
        .filter_map(|(place, now)| {
            let before = *before.get(&place)?;
            (now != before).then_some(Change { place, before, now })
        })
        .partition(|change| change.now * 100 > change.before * (100 + TOLERANCE))
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (table, row, column) = &self.place;
        let (before, now) = (grouped(self.before), grouped(self.now));
        let sign = if self.now > self.before { '+' } else { '-' };
        let difference = grouped(self.now.abs_diff(self.before));
        write!(f, "{table} / {row} / {column}: {before} -> {now} ({sign}{difference})")
    }
}

/// Formats a number with a space before each group of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(numbers: [u64; 2]) -> Table {
        let mut table = Table::new("Flash", &["one", "two"], "In bytes.");
        table.row("all of it", numbers.map(Some).to_vec());
        table.row("nothing", vec![None, Some(7)]);
        table
    }

    #[test]
    fn written_tables_are_read_back() {
        let numbers = read(&table([12_345, 6]).markdown());
        let place = |row: &str, column: &str| ("Flash".into(), row.into(), column.into());
        assert_eq!(numbers.get(&place("all of it", "one")), Some(&12_345));
        assert_eq!(numbers.get(&place("all of it", "two")), Some(&6));
        assert_eq!(numbers.get(&place("nothing", "one")), None);
        assert_eq!(numbers.len(), 3);
    }

    #[test]
    fn growth_of_more_than_one_percent_is_reported() {
        let before = table([10_000, 200]).markdown();
        let grown = |numbers| compare(&before, &table(numbers).markdown()).0;
        assert!(grown([10_100, 202]).is_empty());
        let changes = grown([10_101, 100]);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].to_string(), "Flash / all of it / one: 10 000 -> 10 101 (+101)");
        let (_, others) = compare(&before, &table([9_000, 200]).markdown());
        assert_eq!(others[0].to_string(), "Flash / all of it / one: 10 000 -> 9 000 (-1 000)");
    }

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }
}
