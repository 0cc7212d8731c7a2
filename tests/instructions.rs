//! What an addition to an attached counter is for the processor: one locked instruction, and few
//! others.
//!
//! This program contains such an addition and looks at itself with `objdump`. It shows its
//! instructions with `cargo test --test instructions`, and with `--release` those of a release.

#[path = "support/harness.rs"]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "without counters nothing can pass")
)]
mod harness;

use std::process::ExitCode;

use harness::{Outcome, Test};

fn main() -> ExitCode {
    harness::main(vec![Test {
        name: "an_attached_increment_is_one_locked_instruction_and_few_others".to_owned(),
        run: Box::new(one_locked_instruction_and_few_others),
    }])
}

fn one_locked_instruction_and_few_others() -> Result<Outcome, String> {
    if cfg!(feature = "disabled") {
        return Ok(Outcome::Ignored("counting was compiled away".to_owned()));
    }
    #[cfg(target_os = "linux")]
    if cfg!(target_arch = "x86_64") {
        return of_this_program::one_locked_instruction_and_few_others();
    }
    let reason = "the instructions are known for Linux on x86-64 alone";
    Ok(Outcome::Ignored(reason.to_owned()))
}

#[cfg(target_os = "linux")]
mod of_this_program {
    use std::io::ErrorKind;
    use std::process::Command;

    use gotelemetry::recorder::Counter;

    use crate::harness::Outcome;

    /// The most instructions that the path may have, its return included.
    const MAX: usize = 8;

    static COUNTER: Counter = Counter::new("tool/runs");

    /// What is looked at.
    #[inline(never)]
    fn measured_increment() {
        COUNTER.inc();
    }

    pub(crate) fn one_locked_instruction_and_few_others() -> Result<Outcome, String> {
        // The call keeps the function in this program.
        std::hint::black_box::<fn()>(measured_increment)();
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut objdump = Command::new("objdump");
        objdump.args(["-d", "--no-show-raw-insn", "--demangle"]);
        let listing = match objdump.arg(program).output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let reason = "objdump is not installed".to_owned();
                let required = std::env::var_os("GOTELEMETRY_REQUIRE_PEERS");
                return match required.is_some_and(|value| value == "1") {
                    true => Err(format!("{reason}, but GOTELEMETRY_REQUIRE_PEERS=1")),
                    false => Ok(Outcome::Ignored(reason)),
                };
            }
            Err(error) => return Err(format!("objdump: {error}")),
            Ok(output) if !output.status.success() => {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned());
            }
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        };
        let body = function(&listing, "measured_increment");
        let path = fast_path(&body)?;
        let locked = path.iter().filter(|one| one.is_locked()).count();
        let text: Vec<String> = path.iter().map(|one| format!("    {}", one.text)).collect();
        let text = text.join("\n");
        let counted = format!("{} instructions, {locked} locked\n{text}", path.len());
        if locked == 1 && path.len() <= MAX {
            Ok(Outcome::Passed(counted))
        } else {
            Err(format!("at most {MAX} with 1 locked, but {counted}"))
        }
    }

    /// One line of a listing.
    #[derive(Clone)]
    struct Instruction<'a> {
        address: u64,
        text: &'a str,
    }

    impl Instruction<'_> {
        /// An exchange with memory is locked even without the prefix.
        fn is_locked(&self) -> bool {
            self.text.starts_with("lock ")
                || (self.name() == "xchg" && self.text.contains(['(', '[']))
        }

        fn name(&self) -> &str {
            self.text.split_whitespace().next().unwrap_or_default()
        }

        /// Where a jump goes.
        fn target(&self) -> Option<u64> {
            u64::from_str_radix(self.text.split_whitespace().nth(1)?, 16).ok()
        }
    }

    /// The instructions of the function whose name ends in `name`, but for a hash.
    fn function<'a>(listing: &'a str, name: &str) -> Vec<Instruction<'a>> {
        let named = |line: &&str| line.ends_with(">:") && line.contains(name);
        let body = listing.lines().skip_while(|line| !named(line)).skip(1);
        let body = body.take_while(|line| !line.is_empty());
        let parsed = body.filter_map(|line| {
            let (address, text) = line.split_once(':')?;
            let address = u64::from_str_radix(address.trim(), 16).ok()?;
            let text = text.trim();
            Some(Instruction { address, text })
        });
        parsed.collect()
    }

    /// The way from the first instruction to a return on which nothing is called: what is called
    /// here is for counters that wait, and for high counts.
    fn fast_path<'a>(body: &[Instruction<'a>]) -> Result<Vec<Instruction<'a>>, String> {
        let mut found = Vec::new();
        let mut open = vec![(0, Vec::new())];
        while let Some((mut at, mut path)) = open.pop() {
            while let Some(one) = body.get(at) {
                path.push(one.clone());
                if path.len() > body.len() {
                    return Err("there is a loop".to_owned());
                }
                let name = one.name();
                let index = |address| body.iter().position(|one| one.address == address);
                let target = one.target().and_then(index);
                match name {
                    "ret" | "retq" => {
                        found.push(path);
                        break;
                    }
                    "jmp" => match target {
                        Some(target) => at = target,
                        // It goes on in another function, which is a call as well.
                        None => break,
                    },
                    _ if name.starts_with("call") => break,
                    _ => {
                        if let (true, Some(target)) = (name.starts_with('j'), target) {
                            open.push((target, path.clone()));
                        }
                        at += 1;
                    }
                }
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            paths => Err(format!(
                "{paths} paths without a call in {} instructions",
                body.len()
            )),
        }
    }
}
