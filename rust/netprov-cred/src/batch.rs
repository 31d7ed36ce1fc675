//! `netprov-cred batch`: creates credentials for a table of devices.
//!
//! One thread reads rows. This thread takes a group of rows, creates their credentials on all
//! processors, commits their files together, and only then reports them. A file yields full groups.
//! From a pipe, the rows received so far form a group, so that a single row is processed at once.

use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use netprov_cred::table::{Device, Row, Table};
use netprov_cred::{Credential, qr};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use crate::cli::Batch;
use crate::folder::Folder;
use crate::output::FileArg;
use crate::progress::Progress;

/// Most devices committed together. Limits memory use and the work lost on an interruption.
const GROUP: usize = 256;

/// A device with its credential.
struct CreatedDevice {
    credential: Credential,
    payload: String,
    /// Whether the credential is from an earlier run.
    is_kept: bool,
}

/// Returns whether every row got a credential.
pub(crate) fn run(options: &Batch) -> Result<bool> {
    if options.out.is_none() && !options.json {
        bail!("no output given: use --out FOLDER for files or --json for standard output");
    }
    let (input, length) = open(options)?;
    let table = Table::open(input, options.separator, options.common.security)
        .with_context(|| options.table.display().to_string())?;
    let rows = read_ahead(table);
    let mut run = Run {
        options,
        folder: options.out.as_deref().map(Folder::open).transpose()?,
        progress: Progress::new(options.progress, length),
        rows: 0,
        made: 0,
        kept: 0,
    };
    let read = run.groups(&rows, length.is_some());
    let finished = run.folder.take().map_or(Ok(()), Folder::finish);
    if run.rows == 0 && read.is_ok() {
        bail!("{} has no rows", options.table.display());
    }
    let refused = run.rows - run.made - run.kept;
    let (made, kept) = (run.made, run.kept);
    run.progress.report(format_args!(
        "netprov-cred: devices created: {made}, kept from an earlier run: {kept}, rows refused: \
         {refused}"
    ));
    read.and(finished).map(|()| refused == 0)
}

/// Opens the table; also returns its length in bytes if it is a file.
fn open(options: &Batch) -> Result<(Box<dyn Read + Send>, Option<u64>)> {
    Ok(match FileArg::of(&options.table) {
        FileArg::Standard => (Box::new(io::stdin()), None),
        FileArg::File(path) => {
            let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
            let (metadata, file) =
                opened.with_context(|| format!("cannot read {}", path.display()))?;
            (Box::new(file), metadata.is_file().then_some(metadata.len()))
        }
    })
}

/// Reads rows on another thread. If the receiver is dropped early, the thread ends with the
/// process.
fn read_ahead(mut table: Table<Box<dyn Read + Send>>) -> Receiver<io::Result<Row>> {
    let (sender, rows) = sync_channel(GROUP);
    thread::spawn(move || {
        while let Some(row) = table.next_row().transpose() {
            let is_last = row.is_err();
            if sender.send(row).is_err() || is_last {
                return;
            }
        }
    });
    rows
}

struct Run<'a> {
    options: &'a Batch,
    folder: Option<Folder>,
    progress: Progress,
    rows: u64,
    made: u64,
    kept: u64,
}

impl Run<'_> {
    /// Processes all rows. `waits` says whether to wait until a group is full.
    fn groups(&mut self, rows: &Receiver<io::Result<Row>>, waits: bool) -> Result<()> {
        while let Ok(first) = rows.recv() {
            let next = || if waits { rows.recv().ok() } else { rows.try_recv().ok() };
            let more = std::iter::from_fn(next);
            let mut group = Vec::new();
            let mut end = Ok(());
            for row in std::iter::once(first).chain(more).take(GROUP) {
                match row {
                    Ok(row) => group.push(row),
                    Err(error) => end = Err(error),
                }
            }
            self.group(group)?;
            end.with_context(|| format!("cannot read {}", self.options.table.display()))?;
        }
        Ok(())
    }

    /// Creates a group of devices, and reports them once they are durable.
    fn group(&mut self, group: Vec<Row>) -> Result<()> {
        if let Some(folder) = &self.folder {
            folder.start_group()?;
        }
        let (options, folder) = (self.options, self.folder.as_ref());
        let create_credential = |row: &Row| match &row.device {
            Ok(device) => create_credential(options, folder, device),
            Err(fault) => Err(anyhow!(fault.clone())),
        };
        let results: Vec<Result<CreatedDevice>> = group.par_iter().map(create_credential).collect();
        let is_new =
            |result: &Result<CreatedDevice>| result.as_ref().is_ok_and(|made| !made.is_kept);
        if let Some(folder) = &self.folder
            && results.iter().any(is_new)
        {
            folder.commit()?;
        }
        let mut lines = String::new();
        for (row, result) in group.iter().zip(&results) {
            self.count(row, result);
            if self.options.json {
                lines += &(json_line(row, result).to_string() + "\n");
            }
        }
        if let Some(last) = group.last() {
            self.progress.rows(self.rows, last.offset);
        }
        FileArg::Standard.write(lines.as_bytes(), false).with_context(|| {
            let last = group.last().map_or(0, |row| row.line);
            format!("stopped after line {last} of {}", self.options.table.display())
        })
    }

    fn count(&mut self, row: &Row, result: &Result<CreatedDevice>) {
        self.rows += 1;
        let table = self.options.table.display();
        match result {
            Ok(made) => {
                *(if made.is_kept { &mut self.kept } else { &mut self.made }) += 1;
                if let Some(warning) = made.credential.warning() {
                    self.progress
                        .report(format_args!("{table}: line {}: warning: {warning}", row.line));
                }
            }
            Err(error) => {
                self.progress.report(format_args!("{table}: line {}: {error:#}", row.line));
            }
        }
    }
}

/// Creates a device's credential and stages its files, unless they exist.
fn create_credential(
    options: &Batch,
    folder: Option<&Folder>,
    device: &Device,
) -> Result<CreatedDevice> {
    let common = &options.common;
    let payload = |credential: &Credential| {
        qr::payload(credential, &common.transport, common.network.as_deref())
    };
    if let Some(folder) = folder {
        if options.resume {
            if let Some(credential) = folder.existing(device, common)? {
                let payload = payload(&credential)?;
                return Ok(CreatedDevice { credential, payload, is_kept: true });
            }
        } else if !common.force {
            folder.check_free(&device.name)?;
        }
    }
    let credential = device.credential(common.security, &common.username)?;
    let payload = payload(&credential)?;
    if let Some(folder) = folder {
        folder.stage(&credential, &payload, &common.prefix)?;
    }
    Ok(CreatedDevice { credential, payload, is_kept: false })
}

/// Formats a row as JSON: its other columns, and the credential or the reason for refusing the row.
fn json_line(row: &Row, result: &Result<CreatedDevice>) -> Value {
    let kept: Map<String, Value> =
        row.kept.iter().map(|(column, field)| (column.clone(), json!(field))).collect();
    let mut line = json!({"line": row.line, "row": kept});
    match result {
        Ok(made) => {
            line["credential"] = json!(made.credential);
            line["qr"] = json!(made.payload);
            if made.is_kept {
                line["kept"] = json!(true);
            }
            if let Some(warning) = made.credential.warning() {
                line["warning"] = json!(warning);
            }
        }
        Err(error) => line["error"] = json!(format!("{error:#}")),
    }
    line
}
