//! Paths as browsers and archives write them → clean relative paths; names that are never looked into.

use super::FileError;

/// Whether files and folders of that name are passed over wherever they lie: hidden ones, which Python's `glob` passes over,
/// too, and those in which systems keep what was deleted, found or split off (`$RECYCLE.BIN`, `lost+found`, `__MACOSX`).
pub fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || is_of_system(name)
}

/// Whether a file that the user chose is passed over, by its path. The folder that was chosen may be hidden: its name is
/// not judged, unless it is one that a system keeps.
pub fn is_upload_passed_over(path: &str) -> bool {
    let mut components = components(path).into_iter();
    let first = components.next().unwrap_or_default();
    let rest: Vec<&str> = components.collect();
    let is_first = if rest.is_empty() { is_passed_over(first) } else { is_of_system(first) || is_trash(first) };
    is_first || rest.into_iter().any(is_passed_over)
}

/// The clean form of a path that the browser gave: relative, `/` between components, without `.`.
/// `None` for [files that are passed over](is_upload_passed_over). A leading `/` is the root of what the user dropped, and is
/// left out.
///
/// # Errors
/// If the path leads out of the tree.
pub(super) fn of_upload(path: &str) -> Result<Option<String>, FileError> {
    let path = clean(path.strip_prefix('/').unwrap_or(path))?;
    Ok(path.filter(|path| !is_upload_passed_over(path)))
}

/// The clean form of the path of an archive's member, as in [`of_upload`], except that an absolute path is an error, and that
/// every component is judged.
///
/// # Errors
/// If the path is absolute or leads out of the tree.
pub(super) fn of_member(path: &str) -> Result<Option<String>, FileError> {
    Ok(clean(path)?.filter(|path| !path.split('/').any(is_passed_over)))
}

/// A path with `/` between its components and without `.`; `None` where nothing is left.
fn clean(path: &str) -> Result<Option<String>, FileError> {
    let slashes = path.replace('\\', "/");
    let drive = slashes.split('/').next().is_some_and(|first| first.len() == 2 && first.ends_with(':'));
    if slashes.starts_with('/') || drive || slashes.split('/').any(|component| component == "..") || slashes.contains('\0') {
        return Err(FileError::UnsafePath { path: path.to_owned() });
    }
    let components = components(&slashes);
    Ok((!components.is_empty()).then(|| components.join("/")))
}

fn components(path: &str) -> Vec<&str> {
    path.split('/').filter(|component| !matches!(*component, "" | ".")).collect()
}

/// Names of folders that systems and storage servers keep for themselves, in lower case.
const OF_SYSTEMS: [&str; 9] =
    ["$recycle.bin", "recycler", "system volume information", "__macosx", "lost+found", "@eadir", "#recycle", "#snapshot", "~snapshot"];

fn is_of_system(name: &str) -> bool {
    OF_SYSTEMS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a hidden folder holds what was deleted, or what git keeps, and so was never chosen for its own sake.
fn is_trash(name: &str) -> bool {
    name.starts_with(".Trash") || name.starts_with(".git") || name.starts_with("._")
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
        check("maps/..hidden", None);
        check("maps/.DS_Store", None);
        check("maps/._maps.json", None);
        check("__MACOSX/maps/maps.json", None);
        check("caps/.Trash-1000/files/subjects/x", None);
        check("caps/$Recycle.Bin/x", None);
        check("caps/lost+found/x", None);
        check("caps/.git/annex/objects/x", None);
        check(".hidden_caps/subjects/x", Some(".hidden_caps/subjects/x"));
        check(".Trash-1000/files/x", None);
        check(".hidden.nii", None);
        check(".", None);
        check("", None);
    }

    #[test]
    fn nobody_chose_the_top_of_an_archive_by_its_name() {
        assert_eq!(of_member("caps/x"), Ok(Some("caps/x".to_owned())));
        for path in [".hidden_caps/x", ".Trashes/501/x", "caps/.ipynb_checkpoints/x"] {
            assert_eq!(of_member(path), Ok(None), "{path}");
        }
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        for path in ["../x", "a/../../x", "a/..", r"..\x", "/x", "C:/x", r"C:\x", "a\0b"] {
            assert_eq!(of_member(path), Err(FileError::UnsafePath { path: path.to_owned() }));
        }
        assert!(of_upload("//x").is_err());
    }
}
