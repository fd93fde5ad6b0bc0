//! Paths as browsers and archives write them → clean relative paths.

use super::FileError;

/// The clean form of a path that the browser gave: relative, `/` between components, without `.`.
/// `None` for files that operating systems add. A leading `/` is the root of what the user dropped, and is left out.
///
/// # Errors
/// If the path leads out of the tree.
pub(super) fn of_upload(path: &str) -> Result<Option<String>, FileError> {
    of_member(path.strip_prefix('/').unwrap_or(path))
}

/// The clean form of the path of an archive's member, as in [`of_upload`], except that an absolute path is an error.
///
/// # Errors
/// If the path is absolute or leads out of the tree.
pub(super) fn of_member(path: &str) -> Result<Option<String>, FileError> {
    let slashes = path.replace('\\', "/");
    let drive = slashes.split('/').next().is_some_and(|first| first.len() == 2 && first.ends_with(':'));
    if slashes.starts_with('/') || drive || slashes.split('/').any(|component| component == "..") || slashes.contains('\0') {
        return Err(FileError::UnsafePath { path: path.to_owned() });
    }
    let components: Vec<&str> = slashes.split('/').filter(|component| !matches!(*component, "" | ".")).collect();
    let is_junk = components.iter().copied().any(is_junk);
    Ok((!components.is_empty() && !is_junk).then(|| components.join("/")))
}

/// Whether a component is the name of a file or folder that macOS adds to folders and archives.
fn is_junk(component: &str) -> bool {
    matches!(component, "__MACOSX" | ".DS_Store") || component.starts_with("._")
}

/// The folder of a path and the name in it; the folder is empty at the top.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `folder` and `path` with a slash between them; where one is empty, the other.
pub(super) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        let check = |path: &str, expected: Option<&str>| assert_eq!(of_upload(path).unwrap().as_deref(), expected, "{path}");
        check("maps/maps.json", Some("maps/maps.json"));
        check("/maps/maps.json", Some("maps/maps.json"));
        check("./maps//split-0/./x", Some("maps/split-0/x"));
        check(r"maps\split-0\x", Some("maps/split-0/x"));
        check("maps/..hidden", Some("maps/..hidden"));
        check("maps/.DS_Store", None);
        check("maps/._maps.json", None);
        check("__MACOSX/maps/maps.json", None);
        check(".", None);
        check("", None);
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        for path in ["../x", "a/../../x", "a/..", r"..\x", "/x", "C:/x", r"C:\x", "a\0b"] {
            assert_eq!(of_member(path), Err(FileError::UnsafePath { path: path.to_owned() }));
        }
        assert!(of_upload("//x").is_err());
    }
}
