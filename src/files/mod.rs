//! What the user gave: path → bytes. Folders, archives and single files look alike.
