//! What a file is among archives, by its name and its first bytes.

/// The formats of archives that are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArchiveFormat {
    Zip,
    Tar,
    TarGz,
}

/// An archive: one that is opened, or one of a packing that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArchiveKind {
    Opened(ArchiveFormat),
    /// The name of the packing.
    Unread(&'static str),
}

/// Endings of names, in lower case, of archives and other packed files.
const ENDINGS: [(&str, ArchiveKind); 22] = [
    (".zip", ArchiveKind::Opened(ArchiveFormat::Zip)),
    (".tar.gz", ArchiveKind::Opened(ArchiveFormat::TarGz)),
    (".tgz", ArchiveKind::Opened(ArchiveFormat::TarGz)),
    (".tar", ArchiveKind::Opened(ArchiveFormat::Tar)),
    (".txz", ArchiveKind::Unread("xz")),
    (".xz", ArchiveKind::Unread("xz")),
    (".tbz", ArchiveKind::Unread("bzip2")),
    (".tbz2", ArchiveKind::Unread("bzip2")),
    (".bz2", ArchiveKind::Unread("bzip2")),
    (".tzst", ArchiveKind::Unread("Zstandard")),
    (".zst", ArchiveKind::Unread("Zstandard")),
    (".tlz", ArchiveKind::Unread("lzip")),
    (".lz", ArchiveKind::Unread("lzip")),
    (".lzma", ArchiveKind::Unread("LZMA")),
    (".lz4", ArchiveKind::Unread("LZ4")),
    (".br", ArchiveKind::Unread("Brotli")),
    (".taz", ArchiveKind::Unread("compress")),
    (".tar.z", ArchiveKind::Unread("compress")),
    (".7z", ArchiveKind::Unread("7-Zip")),
    (".rar", ArchiveKind::Unread("RAR")),
    (".cab", ArchiveKind::Unread("Microsoft Cabinet")),
    (".cpio", ArchiveKind::Unread("cpio")),
];

/// First bytes of packed files.
const MAGICS: [(&[u8], ArchiveKind); 9] = [
    (b"PK", ArchiveKind::Opened(ArchiveFormat::Zip)),
    (b"\x1f\x8b", ArchiveKind::Opened(ArchiveFormat::TarGz)),
    (b"\xfd7zXZ\0", ArchiveKind::Unread("xz")),
    (b"BZh", ArchiveKind::Unread("bzip2")),
    (b"\x28\xb5\x2f\xfd", ArchiveKind::Unread("Zstandard")),
    (b"LZIP", ArchiveKind::Unread("lzip")),
    (b"\x1f\x9d", ArchiveKind::Unread("compress")),
    (b"7z\xbc\xaf\x27\x1c", ArchiveKind::Unread("7-Zip")),
    (b"Rar!\x1a\x07", ArchiveKind::Unread("RAR")),
];

/// Position of the mark of a tar archive in its first header.
const TAR_MARK: usize = 257;

/// The kind by the ending of a name, whatever its letter case; `None` for other files and for torch files, which may end in
/// `.pth.tar`.
pub(super) fn by_name(name: &str) -> Option<ArchiveKind> {
    let name = name.to_ascii_lowercase();
    if [".pth.tar", ".pt.tar", ".pt", ".pth"].iter().any(|ending| name.ends_with(ending)) {
        return None;
    }
    ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| *kind)
}

/// The kind by the first bytes of a file; `None` where they are those of no archive.
pub(super) fn by_content(head: &[u8]) -> Option<ArchiveKind> {
    if head.get(TAR_MARK..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Some(ArchiveKind::Opened(ArchiveFormat::Tar));
    }
    MAGICS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind)
}

/// Name of an archive without its ending, `archive` where nothing else is left.
pub(super) fn stem(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let opened = ENDINGS.iter().filter(|(_, kind)| matches!(kind, ArchiveKind::Opened(_)));
    let ending = opened.map(|(ending, _)| *ending).find(|ending| lower.ends_with(ending)).unwrap_or_default();
    name.get(..name.len() - ending.len()).filter(|stem| !stem.is_empty()).unwrap_or("archive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_archives_are_opened() {
        let check = |name: &str, expected: Option<ArchiveKind>| assert_eq!(by_name(name), expected, "{name}");
        check("study.zip", Some(ArchiveKind::Opened(ArchiveFormat::Zip)));
        check("study.TAR.GZ", Some(ArchiveKind::Opened(ArchiveFormat::TarGz)));
        check("study.tgz", Some(ArchiveKind::Opened(ArchiveFormat::TarGz)));
        check("study.tar", Some(ArchiveKind::Opened(ArchiveFormat::Tar)));
        check("study.tar.XZ", Some(ArchiveKind::Unread("xz")));
        check("scan.nii.bz2", Some(ArchiveKind::Unread("bzip2")));
        check("model.pth.tar", None);
        check("image.pt", None);
        check("scan.nii.gz", None);
    }

    #[test]
    fn the_folder_is_named_after_the_archive() {
        assert_eq!(["maps.tar.gz", "maps.v1.ZIP", ".zip", "é.tgz"].map(stem), ["maps", "maps.v1", "archive", "é"]);
    }
}
