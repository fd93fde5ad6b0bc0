//! Command-line arguments: flags and `--name value` pairs, each taken once; what is left over is an error.

use crate::run::Outcome;

/// What was typed and has not been taken yet.
pub struct Args(Vec<String>);

impl Args {
    /// The arguments of this process, without the program's name.
    pub fn from_env() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Takes the first argument: the command.
    pub fn command(&mut self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// Takes `name`; whether it was there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|arg| arg != name);
        self.0.len() != before
    }

    /// Takes `name VALUE` or `name=VALUE`.
    pub fn value(&mut self, name: &str) -> Outcome<Option<String>> {
        if let Some(at) = self.0.iter().position(|arg| arg == name) {
            self.0.remove(at);
            return if at < self.0.len() { Ok(Some(self.0.remove(at))) } else { Err(format!("{name} wants a value")) };
        }
        let prefix = format!("{name}=");
        let at = self.0.iter().position(|arg| arg.starts_with(&prefix));
        Ok(at.map(|at| self.0.remove(at)[prefix.len()..].to_owned()))
    }

    /// Prints `help` and says true if help was asked for.
    pub fn wants_help(&mut self, help: &str) -> bool {
        let wanted = self.flag("--help") | self.flag("-h");
        if wanted {
            print!("{help}");
        }
        wanted
    }

    /// An error if something was not understood.
    pub fn finish(self) -> Outcome<()> {
        if self.0.is_empty() { Ok(()) } else { Err(format!("not understood: {} (see --help)", self.0.join(" "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::Args;

    fn args(words: &str) -> Args {
        Args(words.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn flags_values_and_leftovers() {
        let mut args = args("--debug --port 81 --only=web odd");
        assert!(args.flag("--debug") && !args.flag("--debug"));
        assert_eq!(args.value("--port"), Ok(Some("81".to_owned())));
        assert_eq!(args.value("--only"), Ok(Some("web".to_owned())));
        assert!(args.finish().is_err_and(|message| message.contains("odd")));
    }

    #[test]
    fn a_missing_value_is_an_error() {
        assert!(args("--port").value("--port").is_err());
    }
}
