//! How many datagrams the system itself has lost for a socket, because nobody fetched them in time.

/// The count in the system's table of UDP sockets, for all sockets on this port. Only Linux keeps such a table; elsewhere
/// nothing is known.
pub(super) fn count(port: u16) -> Option<u64> {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(std::fs::read_to_string);
    let mut counts =
        tables.iter().flatten().flat_map(|table| table.lines().skip(1)).filter_map(|line| row(line, port));
    let first = counts.next()?;
    Some(counts.fold(first, u64::saturating_add))
}

/// Column 2 is the local address with the port in hexadecimal digits, the last one is the count (proc(5)).
fn row(line: &str, port: u16) -> Option<u64> {
    let (_, local_port) = line.split_whitespace().nth(1)?.rsplit_once(':')?;
    if u16::from_str_radix(local_port, 16).ok()? != port {
        return None;
    }
    line.split_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_a_port_is_found() {
        let line = " 5017: 00000000:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20041 2 \
                    0000000000000000 37";
        assert_eq!(row(line, 514), Some(37));
        assert_eq!(row(line, 515), None);
        assert_eq!(row("nonsense", 514), None);
    }
}
