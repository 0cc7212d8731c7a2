//! The build script: packs `spec/vectors` into one compressed stream for the program.
//!
//! Does nothing without feature `conformance`. `pack.rs` reads the stream: for each file, in the
//! order of the paths, the length of its path, the path, the length of its content, the content;
//! lengths in four bytes, the low one first.

fn main() {
    println!("cargo::rerun-if-changed=src/conformance/build.rs");
    #[cfg(feature = "conformance")]
    pack::write();
}

#[cfg(feature = "conformance")]
mod pack {
    use std::ffi::OsString;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// What lies among the vectors for people alone.
    const LEFT_OUT: [&str; 2] = ["README.md", "manifest.schema.json"];

    const BEST_COMPRESSION: u8 = 10;

    pub(super) fn write() {
        println!("cargo::rerun-if-changed=spec/vectors");
        let variable = |name: &str| -> OsString {
            std::env::var_os(name).unwrap_or_else(|| panic!("cargo sets {name}"))
        };
        let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("spec/vectors");
        let files = files(&root);
        let manifest = root.join("manifest.json");
        assert!(files.contains(&manifest), "{}: missing", manifest.display());
        let mut stream = Vec::new();
        for path in files {
            let name = path.strip_prefix(&root).expect("it lies below");
            let name = name.to_str().expect("names of vectors are text");
            if LEFT_OUT.contains(&name) {
                continue;
            }
            let content = fs::read(&path);
            let content = content.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            append(&mut stream, name.replace('\\', "/").as_bytes());
            append(&mut stream, &content);
        }
        let packed = miniz_oxide::deflate::compress_to_vec(&stream, BEST_COMPRESSION);
        let out = PathBuf::from(variable("OUT_DIR")).join("vectors");
        fs::write(&out, packed).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
    }

    /// The files below `root`, sorted.
    fn files(root: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut open = vec![root.to_owned()];
        while let Some(directory) = open.pop() {
            let entries = fs::read_dir(&directory);
            for entry in entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
            {
                let path = entry.expect("a directory can be listed").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }

    fn append(stream: &mut Vec<u8>, bytes: &[u8]) {
        let len = u32::try_from(bytes.len()).expect("no vector is that long");
        stream.extend_from_slice(&len.to_le_bytes());
        stream.extend_from_slice(bytes);
    }
}
