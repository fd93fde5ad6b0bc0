//! Recognises files that stand in for others: pointers of git-annex and Git LFS, empty files, web pages.

/// What stands in place of the real file, by its first bytes; `None` for anything that may be a file of its own.
pub fn stand_in(start: &[u8]) -> Option<&'static str> {
    /// The lengths up to which text is searched for a path of git-annex: a pointer is one line.
    const LINE: usize = 512;
    const ANNEX: &str = "a pointer of git-annex (DataLad), whose content is not here: `datalad get` or `git annex get` fetches it";
    let text = String::from_utf8_lossy(start.get(..LINE).unwrap_or(start)).replace('\\', "/");
    match () {
        () if start.is_empty() => Some("an empty file"),
        () if start.starts_with(b"version https://git-lfs") => {
            Some("a pointer of Git LFS, whose content is not here: `git lfs pull` fetches it")
        }
        () if text.starts_with("/annex/objects/") || text.starts_with("../") && text.contains("/annex/objects/") => Some(ANNEX),
        () if text.starts_with(".git/annex/objects/") => Some(ANNEX),
        () if is_web_page(&text) => Some("a web page, as a download leaves that was refused"),
        () => None,
    }
}

fn is_web_page(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_told_from_files() {
        let check = |start: &[u8], expected: &str| assert!(stand_in(start).unwrap_or("nothing").contains(expected), "{expected}");
        check(b"", "empty");
        check(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull");
        check(b"/annex/objects/MD5E-s1193--0f343b0931126a20f133d67c2b018a3b.nii.gz\n", "datalad get");
        check(b"../../.git/annex/objects/9K/xF/MD5E-s1193--0f34.nii.gz/MD5E-s1193--0f34.nii.gz", "datalad get");
        check(br"..\..\.git\annex\objects\9K\xF\MD5E-s1193--0f34.nii.gz", "datalad get");
        check(b"\n<!DOCTYPE html><html>", "web page");
        for file in [b"PK\x03\x04".as_slice(), b"\x1f\x8b\x08", b"participant_id\tsession_id", b"0"] {
            assert_eq!(stand_in(file), None);
        }
    }
}
