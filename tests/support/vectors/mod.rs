//! The cases of the conformance suite: what lies in `spec/vectors`, made from nothing.
//!
//! Bytes come from the raw writer beside this module and from what each case says in so many words;
//! none come from the crate under test. Each subject is a module that returns its cases; `tree` is
//! what they look like as files.

mod case;
mod check_stacks;
mod checks;
mod compared;
mod config_faults;
mod config_has;
mod config_names;
mod configs;
mod dates;
mod dirs;
mod environments;
mod fetched;
mod fetched_faults;
mod go_versions;
mod identities;
mod json;
mod make_done;
mod make_due;
mod make_heads;
mod make_merged;
mod make_withheld;
mod making;
mod manifest;
mod modes;
mod months;
mod names;
mod race;
mod read_accept;
mod read_chain;
mod read_ends;
mod read_header;
mod read_meta;
mod read_names;
mod read_note;
mod read_record;
mod read_stacks;
mod read_walk;
mod ready;
mod ready_texts;
mod refused_identities;
mod report_faults;
mod report_programs;
mod report_strings;
mod report_syntax;
mod reports;
mod sample;
mod sent;
mod set_modes;
#[path = "../site.rs"]
mod site;
mod stacks;
mod versions;
mod weekends;
mod write;
mod write_damaged;
mod write_found;
mod write_full;
mod write_identity;
mod write_joined;
mod write_life;
mod written_json;

use std::collections::BTreeMap;

pub(crate) use case::{Case, Expect};
pub(crate) use json::{Json, hex};

/// Every case, in the order of the manifest.
pub(crate) fn all() -> Vec<Case> {
    let subjects: &[fn() -> Vec<Case>] = &[
        read_accept::cases,
        read_names::cases,
        read_header::cases,
        read_chain::cases,
        read_record::cases,
        read_note::cases,
        read_meta::cases,
        read_ends::cases,
        read_walk::cases,
        read_stacks::cases,
        names::cases,
        stacks::cases,
        dates::cases,
        months::cases,
        weekends::cases,
        modes::cases,
        environments::cases,
        set_modes::cases,
        dirs::cases,
        reports::cases,
        report_programs::cases,
        report_strings::cases,
        report_faults::cases,
        report_syntax::cases,
        written_json::cases,
        identities::cases,
        versions::cases,
        refused_identities::cases,
        write::cases,
        write_found::cases,
        write_joined::cases,
        write_damaged::cases,
        write_full::cases,
        write_identity::cases,
        write_life::cases,
        race::cases,
        configs::cases,
        config_faults::cases,
        config_has::cases,
        config_names::cases,
        compared::cases,
        go_versions::cases,
        make_due::cases,
        make_merged::cases,
        make_heads::cases,
        make_withheld::cases,
        make_done::cases,
        ready::cases,
        ready_texts::cases,
        checks::cases,
        check_stacks::cases,
        sent::cases,
        fetched::cases,
        fetched_faults::cases,
    ];
    subjects.iter().flat_map(|cases| cases()).collect()
}

/// The files below `spec/vectors`, by their paths there.
pub(crate) fn tree(cases: &[Case]) -> BTreeMap<String, Vec<u8>> {
    let mut tree = BTreeMap::new();
    tree.insert(
        "manifest.json".to_owned(),
        manifest::text(cases).into_bytes(),
    );
    for case in cases {
        for (path, bytes) in case.files(cases) {
            let path = format!("{}/{path}", case.id);
            assert!(
                tree.insert(path.clone(), bytes).is_none(),
                "{path} is there twice"
            );
        }
    }
    tree
}
