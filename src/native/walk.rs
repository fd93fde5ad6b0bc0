//! Folders of the machine → a tree of files, as disks have them: links are followed, but never in a circle; hidden folders
//! and those of systems are passed over; what cannot be read is noted.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::disk_file::{DiskFile, unreadable};
use crate::files::{FileError, FileTree, is_passed_over};

/// Gives the paths of a folder's entries.
pub(super) type ListFolder = fn(&Path) -> io::Result<Vec<PathBuf>>;

/// The entries of a folder of the disk.
pub(super) fn list_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// A walk through a folder, which collects files; their paths begin with the folder's own name.
pub(super) struct Walk {
    /// The folder, without links on the way to it.
    root: PathBuf,
    /// The folder's name, with which all paths in the tree begin.
    name: String,
    list: ListFolder,
    tree: FileTree,
    /// The folder that is walked and all folders through which it was reached, without links on the way to them.
    above: Vec<PathBuf>,
}

/// How a folder was reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// Through folders and links that lead elsewhere.
    Plainly,
    /// Through a link to a folder that the walk passes anyway: `pet_linear`, which is a link to the folder beside it. Another such
    /// link within is not followed, so that folders with links to each other are walked once for each link.
    ByLinkBack,
}

impl Walk {
    /// A walk through `folder`, which lists folders by `list`.
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn of(folder: &Path, list: ListFolder) -> Result<Self, FileError> {
        let root = folder.canonicalize().map_err(|error| unreadable(folder, &error))?;
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { root, name, list, tree: FileTree::default(), above: Vec::new() })
    }

    /// What was found.
    pub fn into_tree(self) -> FileTree {
        self.tree
    }

    /// Collects everything.
    ///
    /// # Errors
    /// If the folder itself cannot be listed.
    pub fn add_everything(&mut self) -> Result<(), FileError> {
        let entries = (self.list)(&self.root).map_err(|error| unreadable(&self.root, &error))?;
        self.above = vec![self.root.clone()];
        let name = self.name.clone();
        self.add_entries(entries, &name, Reached::Plainly);
        Ok(())
    }

    /// Collects the entries at the top that `wanted` names; nothing where the top cannot be listed.
    pub fn add_top(&mut self, wanted: impl Fn(&str, &Path) -> bool) {
        let is_wanted = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| wanted(name, path));
        let entries = (self.list)(&self.root).unwrap_or_default().into_iter().filter(is_wanted).collect();
        self.above = vec![self.root.clone()];
        let name = self.name.clone();
        self.add_entries(entries, &name, Reached::Plainly);
    }

    /// Collects what lies in the folder at a fixed place, whatever it is called; nothing where there is no such folder.
    pub fn add_below(&mut self, components: &[&str]) {
        let path = components.iter().fold(self.root.clone(), |folder, component| folder.join(component));
        let below = components.iter().fold(self.name.clone(), |folder, component| join(&folder, component));
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return,
            Err(error) if is_absent(&error) => return self.note_dangling(&path, &below),
            Err(error) => return self.note_unreachable(components, &error),
        }
        match path.canonicalize() {
            // A link to the folder itself, or to one above.
            Ok(real) if self.root.starts_with(&real) => {}
            Ok(real) => {
                self.above = vec![self.root.clone(), real];
                self.walk(&path, &below, Reached::Plainly);
            }
            Err(error) => self.tree.insert_unread(below, error.to_string()),
        }
    }

    /// Collects what lies in the folder that `above` ends with.
    fn walk(&mut self, folder: &Path, below: &str, reached: Reached) {
        match (self.list)(folder) {
            Ok(entries) => self.add_entries(entries, below, reached),
            Err(error) => self.tree.insert_unread(below, error.to_string()),
        }
    }

    fn add_entries(&mut self, entries: Vec<PathBuf>, below: &str, reached: Reached) {
        for path in entries {
            let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !is_passed_over(name)) else { continue };
            let below = join(below, name);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => self.add_folder(&path, name, &below, reached),
                Ok(metadata) if metadata.is_file() => {
                    self.tree.insert(below, Rc::new(DiskFile { size: metadata.len(), path }));
                }
                // Pipes, sockets and devices hold no data; reading them might never end.
                Ok(_) => {}
                Err(error) if is_absent(&error) => self.note_dangling(&path, &below),
                Err(error) => self.tree.insert_unread(below, error.to_string()),
            }
        }
    }

    /// Collects what lies in a folder, unless it is a link that leads in a circle.
    fn add_folder(&mut self, path: &Path, name: &str, below: &str, reached: Reached) {
        let mut reached = reached;
        let real = if path.is_symlink() {
            let Ok(real) = path.canonicalize() else { return };
            let leads_up = self.above.iter().any(|folder| folder.starts_with(&real));
            let leads_back = self.above.iter().any(|folder| real.starts_with(folder));
            if leads_up || leads_back && reached == Reached::ByLinkBack {
                return;
            }
            if leads_back {
                reached = Reached::ByLinkBack;
            }
            real
        } else {
            self.above.last().unwrap_or(&self.root).join(name)
        };
        self.above.push(real);
        self.walk(path, below, reached);
        self.above.pop();
    }

    /// Notes a link to something that is not there; a file that has gone since its folder was listed is none.
    fn note_dangling(&mut self, path: &Path, below: &str) {
        if let Ok(target) = fs::read_link(path) {
            self.tree.insert_unread(below, format!("a link to {}, which is not there", target.display()));
        }
    }

    /// Notes the folder that cannot be entered on the way to a fixed place.
    fn note_unreachable(&mut self, components: &[&str], error: &io::Error) {
        let (mut path, mut below) = (self.root.clone(), self.name.clone());
        for component in components {
            path.push(component);
            if fs::metadata(&path).is_err() {
                break;
            }
            below = join(&below, component);
        }
        self.tree.insert_unread(below, error.to_string());
    }
}

/// Whether an error says that there is nothing at a path.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder of the disk for one test.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("maplens-walk-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder.join("caps")
    }

    fn write(root: &Path, path: &str) {
        let full = root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, "x").unwrap();
    }

    fn link(target: &str, root: &Path, path: &str) {
        let full = root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        symlink(target, full).unwrap();
    }

    fn whole(root: &Path) -> FileTree {
        let mut walk = Walk::of(root, list_folder).unwrap();
        walk.add_everything().unwrap();
        walk.into_tree()
    }

    fn session(root: &Path, list: ListFolder) -> FileTree {
        let mut walk = Walk::of(root, list).unwrap();
        walk.add_below(&["subjects", "sub-1", "ses-1"]);
        walk.into_tree()
    }

    fn paths(tree: &FileTree) -> Vec<&str> {
        tree.paths().collect()
    }

    fn unread(tree: &FileTree) -> Vec<(&str, &str)> {
        tree.unread().collect()
    }

    #[test]
    fn links_in_a_circle_are_not_followed() {
        let root = folder("circle");
        write(&root, "subjects/a/x.nii");
        for (target, path) in [(".", "all"), (".", "latest"), ("..", "subjects/up"), ("../..", "subjects/a/top"), ("/", "subjects/a/root")]
        {
            link(target, &root, path);
        }
        assert_eq!(paths(&whole(&root)), ["caps/subjects/a/x.nii"]);
        assert_eq!(unread(&whole(&root)), []);
    }

    #[test]
    fn folders_with_links_to_each_other_come_once_for_each_link() {
        let root = folder("mutual");
        for one in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            write(&root, &format!("{one}/x"));
            for other in ["a", "b", "c", "d", "e", "f", "g", "h"].into_iter().filter(|other| *other != one) {
                link(&format!("../{other}"), &root, &format!("{one}/to_{other}"));
            }
        }
        assert_eq!(whole(&root).len(), 8 + 8 * 7);
    }

    #[test]
    fn links_that_people_use_are_followed() {
        let root = folder("links");
        let store = folder("store");
        write(&store, "subjects/sub-1/ses-1/t1/x.nii");
        link(store.join("subjects").to_str().unwrap(), &root, "subjects");
        link("t1", &store, "subjects/sub-1/ses-1/t1_linear");
        let expected = ["caps/subjects/sub-1/ses-1/t1/x.nii", "caps/subjects/sub-1/ses-1/t1_linear/x.nii"];
        assert_eq!(paths(&whole(&root)), expected);
        let tree = session(&root, list_folder);
        assert_eq!(paths(&tree), expected);
        let places: Vec<_> = expected.iter().map(|path| tree.source(path).unwrap().place().unwrap()).collect();
        assert_eq!(places[0], places[1]);
    }

    #[test]
    fn hidden_folders_and_those_of_systems_are_passed_over() {
        let root = folder("hidden");
        for path in [
            ".Trash-1000/files/x",
            "$RECYCLE.BIN/x",
            "__MACOSX/x",
            "lost+found/x",
            ".git/annex/x",
            "a/.ipynb_checkpoints/x",
            "a/._x",
            "a/x",
        ] {
            write(&root, path);
        }
        assert_eq!(paths(&whole(&root)), ["caps/a/x"]);
    }

    #[test]
    fn what_cannot_be_read_is_noted() {
        let root = folder("unread");
        write(&root, "subjects/sub-1/ses-1/x.nii");
        write(&root, "subjects/sub-1/ses-1/closed/y.nii");
        link("nowhere", &root, "subjects/sub-1/ses-1/dangling.nii");
        link("itself", &root, "subjects/sub-1/ses-1/itself");
        fn all_but_closed(folder: &Path) -> io::Result<Vec<PathBuf>> {
            if folder.ends_with("closed") { Err(io::Error::from(ErrorKind::PermissionDenied)) } else { list_folder(folder) }
        }
        let tree = session(&root, all_but_closed);
        assert_eq!(paths(&tree), ["caps/subjects/sub-1/ses-1/x.nii"]);
        let [closed, dangling, itself] = <[_; 3]>::try_from(unread(&tree)).unwrap();
        assert_eq!(closed, ("caps/subjects/sub-1/ses-1/closed", "permission denied"));
        assert_eq!(dangling, ("caps/subjects/sub-1/ses-1/dangling.nii", "a link to nowhere, which is not there"));
        assert!(itself.0.ends_with("/itself") && itself.1.contains("symbolic links"), "{itself:?}");
    }

    #[test]
    fn a_folder_on_the_way_that_cannot_be_entered_is_noted() {
        let root = folder("way");
        link("sub-1", &root, "subjects/sub-1");
        let tree = session(&root, list_folder);
        assert_eq!(unread(&tree).into_iter().map(|(path, _)| path).collect::<Vec<_>>(), ["caps/subjects"]);
        assert!(tree.unread_about("caps/subjects/sub-1/ses-1").is_some());
        assert!(tree.unread_about("caps/masks").is_none());
    }

    #[test]
    fn the_folder_itself_must_be_readable() {
        let root = folder("root");
        write(&root, "x");
        fn nothing(_: &Path) -> io::Result<Vec<PathBuf>> {
            Err(io::Error::from(ErrorKind::PermissionDenied))
        }
        assert!(Walk::of(&root, nothing).unwrap().add_everything().is_err());
        assert!(Walk::of(&root.join("y"), list_folder).is_err());
    }
}
