//! A static file server for one folder on 127.0.0.1: GET and HEAD, one thread per connection, no directory listings.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::run::Outcome;

/// A bound server.
pub struct Server {
    listener: TcpListener,
    folder: PathBuf,
    prefix: String,
}

impl Server {
    /// Binds 127.0.0.1:`port` (0: any free port) for the files of `folder` below the URL path `prefix` (with a slash at both ends).
    pub fn bind(port: u16, folder: PathBuf, prefix: &str) -> Outcome<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| format!("port {port} cannot be used ({error}); choose another with --port"))?;
        Ok(Self { listener, folder, prefix: prefix.to_owned() })
    }

    /// Where the folder's index.html is.
    pub fn url(&self) -> String {
        let port = self.listener.local_addr().map_or(0, |address| address.port());
        format!("http://127.0.0.1:{port}{}", self.prefix)
    }

    /// Answers requests for as long as the process lives.
    pub fn run(self) -> Outcome<()> {
        for stream in self.listener.incoming().flatten() {
            let (folder, prefix) = (self.folder.clone(), self.prefix.clone());
            // A browser that goes away in the middle of an answer is nothing to report.
            thread::spawn(move || drop(answer(stream, &folder, &prefix)));
        }
        Ok(())
    }

    /// [`Server::run`] on a thread of its own.
    pub fn run_in_background(self) {
        thread::spawn(move || self.run());
    }
}

fn answer(mut stream: TcpStream, folder: &Path, prefix: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let (method, target) = request(&stream)?;
    let file = path_of(&target, prefix).and_then(|path| open(&folder.join(path)));
    match (method.as_str(), file) {
        ("GET" | "HEAD", Some((path, mut file))) => {
            write!(stream, "{}", head("200 OK", mime(&path), file.metadata()?.len()))?;
            if method == "GET" {
                io::copy(&mut file, &mut stream)?;
            }
            Ok(())
        }
        ("GET" | "HEAD", None) => refuse(&mut stream, "404 Not Found"),
        _ => refuse(&mut stream, "405 Method Not Allowed"),
    }
}

/// Method and target of the request; the headers are read and dropped.
fn request(stream: &TcpStream) -> io::Result<(String, String)> {
    let mut lines = BufReader::new(stream.take(64 * 1024)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let mut words = first.split(' ').map(str::to_owned);
    Ok((words.next().unwrap_or_default(), words.next().unwrap_or_default()))
}

/// The file a request is for, relative to the served folder. `None` for whatever would lead out of it.
fn path_of(target: &str, prefix: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = percent_decoded(path.strip_prefix(prefix)?)?;
    let parts = path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let safe = parts.iter().all(|part| !part.starts_with('.') && !part.contains(['\\', ':', '\0']));
    safe.then(|| parts.iter().collect())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

fn open(path: &Path) -> Option<(PathBuf, File)> {
    let path = if path.is_dir() { path.join("index.html") } else { path.to_owned() };
    let file = File::open(&path).ok()?;
    file.metadata().ok()?.is_file().then_some((path, file))
}

fn refuse(stream: &mut TcpStream, status: &str) -> io::Result<()> {
    write!(stream, "{}{status}", head(status, "text/plain", status.len() as u64))
}

fn head(status: &str, mime: &str, length: u64) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\nConnection: close\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
}

/// Compressed data files are data: they get no Content-Encoding, or the browser would unpack them.
fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "tsv" | "txt" | "md" | "log" => "text/plain; charset=utf-8",
        "gz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_stay_inside_the_folder() {
        let path = |target| path_of(target, "/sub/").map(|path| path.to_string_lossy().into_owned());
        assert_eq!(path("/sub/"), Some(String::new()));
        assert_eq!(path("/sub/demo/a%20b.json?x=1"), Some("demo/a b.json".to_owned()));
        assert_eq!(path("/sub/groups/train+validation.tsv"), Some("groups/train+validation.tsv".to_owned()));
        for outside in ["/other/", "/sub/../Cargo.toml", "/sub/%2e%2e/Cargo.toml", "/sub/.git/config", "/sub/%", "/sub/%zz", "/sub/c:/x"] {
            assert_eq!(path(outside), None, "{outside}");
        }
    }

    #[test]
    fn serves_a_file_with_its_type_and_refuses_the_rest() {
        let server = Server::bind(0, crate::paths::root().join("www"), "/page/").expect("a free port");
        let address = server.listener.local_addr().expect("an address");
        server.run_in_background();
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).expect("the server listens");
            write!(stream, "{request}\r\nHost: x\r\n\r\n").expect("the request is sent");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).expect("an answer comes");
            String::from_utf8_lossy(&answer).into_owned()
        };
        let index = ask("GET /page/demo/index.json HTTP/1.1");
        assert!(index.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n") && index.ends_with("}\n"), "{index}");
        assert!(ask("HEAD /page/demo/index.json HTTP/1.1").ends_with("\r\n\r\n"));
        assert!(ask("GET /page/none HTTP/1.1").starts_with("HTTP/1.1 404"));
        assert!(ask("POST /page/demo/index.json HTTP/1.1").starts_with("HTTP/1.1 405"));
    }
}
