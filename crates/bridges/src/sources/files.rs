//! Log files that are read once: plain or compressed, one or a whole set of rotated ones.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::Splitter;

/// Bytes that are read at once.
const READ_BYTES: usize = 256 * 1024;
/// Most rotated files of one log. More are left out, the oldest first.
pub const MAX_ROTATED: usize = 400;
/// The first bytes of a gzip file (RFC 1952 §2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Opens a file for reading; what is compressed is seen by its first bytes, not by its name.
///
/// # Errors
/// When it cannot be opened or read, or is no regular file.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut reader = BufReader::with_capacity(READ_BYTES, file);
    if reader.fill_buf()?.starts_with(&GZIP_MAGIC) {
        let decoder = MultiGzDecoder::new(reader);
        return Ok(Box::new(BufReader::with_capacity(READ_BYTES, decoder)));
    }
    Ok(Box::new(reader))
}

/// Gives each line of a file, and whether it was cut. Memory does not depend on the length of the file or of its lines.
///
/// # Errors
/// When it cannot be read to its end; lines before that were given.
pub fn each_line(path: &Path, each: &mut dyn FnMut(&[u8], bool)) -> io::Result<()> {
    let (mut reader, mut splitter) = (open(path)?, Splitter::default());
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            splitter.finish(each);
            return Ok(());
        }
        splitter.feed(&buffer[..read], each);
    }
}

/// The older files of a log that is rotated, oldest first: `NAME.1`, `NAME.2.gz`, `NAME-20240305.gz` and the like beside it.
/// Age is the time of the last change, because names differ from tool to tool.
///
/// # Errors
/// When the folder cannot be read.
pub fn rotated(path: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Ok(Vec::new());
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let older = entry.file_name();
        let suffix = older.to_str().and_then(|older| older.strip_prefix(name));
        if suffix.is_some_and(is_rotation_suffix)
            && let Ok(data) = entry.metadata()
            && data.is_file()
        {
            found.push((data.modified()?, entry.path()));
        }
    }
    found.sort();
    let surplus = found.len().saturating_sub(MAX_ROTATED);
    Ok(found.into_iter().skip(surplus).map(|(_, path)| path).collect())
}

/// `.1`, `.2.gz`, `-20240305`, `-20240305.gz`, `.20240305-1200.gz`: a separator, digits, and perhaps `.gz`.
fn is_rotation_suffix(suffix: &str) -> bool {
    let plain = suffix.strip_suffix(".gz").unwrap_or(suffix);
    plain.strip_prefix(['.', '-']).is_some_and(|digits| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::{Duration, SystemTime};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn lines(path: &Path) -> (Vec<Vec<u8>>, io::Result<()>) {
        let mut lines = Vec::new();
        let end = each_line(path, &mut |line, _| lines.push(line.to_vec()));
        (lines, end)
    }

    #[test]
    fn plain_and_compressed_files_give_the_same_lines_whatever_they_are_called() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, gz) = (folder.path().join("log.gz"), folder.path().join("log"));
        std::fs::write(&plain, b"one\ntwo").unwrap();
        // Two members, as `cat a.gz b.gz` makes them.
        std::fs::write(&gz, [packed(b"one\n"), packed(b"two")].concat()).unwrap();
        for path in [&plain, &gz] {
            assert_eq!(lines(path).0, [b"one", b"two"], "{}", path.display());
        }
    }

    #[test]
    fn a_compressed_file_that_ends_too_early_gives_what_it_has_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.1.gz");
        let text: Vec<u8> = (0..20_000_u32)
            .flat_map(|n| format!("{:x}\n", n.wrapping_mul(2_654_435_761)).into_bytes())
            .collect();
        let whole = packed(&text);
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let (lines, end) = lines(&path);
        assert!(lines.len() > 1_000 && end.is_err(), "{} lines, {end:?}", lines.len());
    }

    #[test]
    fn a_bomb_is_read_in_constant_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.gz");
        // 64 MiB without a line end, in 64 KiB.
        std::fs::write(&path, packed(&vec![b'A'; 64 << 20])).unwrap();
        let mut longest = 0;
        each_line(&path, &mut |line, cut| {
            longest = longest.max(line.len());
            assert!(cut);
        })
        .unwrap();
        assert_eq!(longest, super::super::MAX_LINE_BYTES);
    }

    #[test]
    fn rotated_files_are_found_in_order_of_age() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, hours_ago: u64| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(hours_ago * 3_600)).unwrap();
        };
        for (name, hours_ago) in
            [("log", 0), ("log.1", 1), ("log.2.gz", 2), ("log-20240305.gz", 9), ("log.bak", 3), ("logs.1", 3)]
        {
            make(name, hours_ago);
        }
        let found = rotated(&folder.path().join("log")).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["log-20240305.gz", "log.2.gz", "log.1"]);
    }
}
