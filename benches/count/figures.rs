//! The order of the figures: a table for each Go toolchain, then growth.

mod children;
#[path = "../../tests/support/go.rs"]
mod go;
mod growing;
mod increments;
mod inserting;
mod opening;
mod table;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::recorder;
use tempfile::TempDir;

use go::Toolchain;
use increments::COUNTER;

pub(crate) fn main() {
    // Some figures need a process of their own: this program, called by itself.
    if children::is_one() {
        return;
    }
    if cfg!(feature = "disabled") {
        println!("counting was compiled away: there is nothing to measure");
        return;
    }
    let home = home();
    let identity = gotelemetry::identity!().expect("the package has an identity");
    recorder::open(&TelemetryDir::at(home.path()), &identity).expect("the file can be opened");
    COUNTER.inc();

    let toolchains = go::toolchains();
    if toolchains.is_empty() {
        println!("no Go toolchain below target/peers to compare with: run .ci/peers");
        beside(None);
    }
    for toolchain in &toolchains {
        beside(Some(toolchain));
    }
    growing::show(&toolchains);
}

/// The table of figures 1 to 5, beside one toolchain if there is any.
fn beside(toolchain: Option<&Toolchain>) {
    let driver = toolchain.map(|toolchain| toolchain.driver().expect("the driver can be built"));
    let version = toolchain.map_or("without Go", |toolchain| &toolchain.version);
    table::head(version);
    increments::rows(driver.as_deref());
    opening::rows(driver.as_deref());
    inserting::rows(driver.as_deref());
}

/// An empty telemetry directory. All directories lie on the same file system.
fn home() -> TempDir {
    TempDir::new().expect("a directory can be made")
}
