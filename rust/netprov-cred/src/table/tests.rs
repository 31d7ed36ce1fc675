use super::*;

fn rows_of(table: &str, security: u32) -> Vec<Row> {
    let mut table = Table::open(table.as_bytes(), ',', security).unwrap();
    std::iter::from_fn(|| table.next_row().unwrap()).collect()
}

fn faults(rows: &[Row]) -> Vec<(u64, String)> {
    let fault = |row: &Row| Some((row.line, row.device.as_ref().err()?.0.clone()));
    rows.iter().filter_map(fault).collect()
}

#[test]
fn each_row_has_a_device_or_a_reason() {
    let rows = rows_of(
        "serial,name,password\nA1,PROV_1,\nA2,PROV_2,abcd1234\nA3,,\nA4,PROV_1,x\nA5,PROV_5\n\
         A6,PROV_6,y\n",
        2,
    );
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
    let faults = faults(&rows);
    assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6]);
    for ((_, reason), wanted) in
        faults.iter().zip(["`name` is empty", "line 2", "2 fields and the first line 3 columns"])
    {
        assert!(reason.contains(wanted), "{reason}");
    }
    assert_eq!(rows[1].kept, [("serial".to_owned(), "A2".to_owned())]);
    assert_eq!(rows[1].device.as_ref().unwrap().password.as_deref(), Some("abcd1234"));
}

#[test]
fn an_unclosed_quote_affects_one_row() {
    let rows = rows_of("note,name\nx,P0\n\"lost,P1\ny,P2\n\"z\",P3\nx,\"P4\nx,P5", 2);
    let faults = faults(&rows);
    assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 6]);
    assert!(faults.iter().all(|(_, reason)| reason.contains("not closed on this line")));
    assert_eq!(rows.iter().filter(|row| row.device.is_ok()).count(), 4);
}

#[test]
fn line_numbers_match_those_of_an_editor() {
    for end in ["\n", "\r", "\r\n"] {
        let rows = rows_of(&["", "name", "", "P1", "", "", "P1", ",", "P2"].join(end), 2);
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [4, 7, 8, 9], "{end:?}");
        assert!(faults(&rows)[0].1.contains("line 4 has the same"), "{end:?}");
    }
}

#[test]
fn the_credential_uses_the_values_of_the_row() {
    let rows = rows_of("name,password,ap_password\n P1 ,\" a b \",12345678\nP2,,short\n", 2);
    let device = rows[0].device.as_ref().unwrap();
    let made = device.credential(2, "user").unwrap();
    assert_eq!((made.name.as_str(), made.password.as_deref()), ("P1", Some(" a b ")));
    assert_eq!(made.username.as_deref(), Some("user"));
    assert_eq!(made.ap_password.as_deref(), Some("12345678"));
    assert!(rows[1].device.as_ref().unwrap().credential(2, "user").is_err());

    assert_eq!(device.matches(&made, 2, "user"), Ok(()));
    assert!(device.matches(&made, 2, "other").is_err());
    assert!(device.matches(&made, 1, "user").is_err());
    for change in [
        |device: &mut Device| device.password = Some("other".into()),
        |device: &mut Device| device.salt = Some("00".into()),
        |device: &mut Device| device.ap_password = None,
    ] {
        let mut other = device.clone();
        change(&mut other);
        assert!(other.matches(&made, 2, "user").is_err());
    }
    let device = Device { password: None, ..device.clone() };
    assert_eq!(device.matches(&made, 2, "user"), Ok(()));

    let rows = rows_of("name,pop\na,b\n", 1);
    let made = rows[0].device.as_ref().unwrap().credential(1, "user").unwrap();
    assert_eq!(made.pop.as_deref(), Some("b"));
}

#[test]
fn an_invalid_table_is_refused() {
    for table in ["", "\n\n", "serial\nA1\n"] {
        assert!(Table::open(table.as_bytes(), ',', 2).is_err(), "{table:?}");
    }
    assert!(Table::open(&b"\xef\xbb\xbfname\n"[..], ',', 2).is_ok(), "a byte order mark");
}
