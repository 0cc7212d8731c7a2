//! Upload configs from a proxy or a database that is dishonest: each is refused, and nothing is
//! kept.

#[path = "support/asking.rs"]
mod asking;
#[path = "support/fake.rs"]
mod fake;
#[path = "support/site.rs"]
mod site;

use asking::{Place, refused, site};
use fake::Fake;
use gotelemetry::fetch::archive::Module;
use gotelemetry::fetch::{FetchError, Verified};
use site::{CONFIG, MODULE, Signer, Site, zip};

// test[config.proof.consistent, config.proof.fork]
#[test]
fn a_tree_that_forked_is_refused() {
    for others in [0, 5, 255, 600] {
        let place = Place::new();
        let mut known = site(others);
        known.add_others(3);
        place.fetch(&known).expect("it verifies");
        let before = place.files();
        for more in [0, 1, 300] {
            let mut forked = Site::new(others);
            // One record differs.
            forked.record("example.com/evil v1.0.0 h1:evil\n".to_owned());
            forked.publish("v0.41.0", CONFIG);
            forked.publish("v0.42.0", CONFIG);
            forked.add_others(2 + more);
            let result = place.fetch(&forked);
            let Err(FetchError::Fork { known, came }) = result else {
                panic!("{result:?}");
            };
            assert!(
                known.contains("go.sum database tree") && came.contains("go.sum database tree")
            );
            assert_ne!(known, came);
        }
        // An older head that is no beginning of the tree is a fork as well.
        let mut forked = Site::new(others);
        forked.publish("v0.42.0", CONFIG);
        forked.add_others(10);
        forked.size = others + 1;
        let shown = place.fetch(&forked).expect_err("it is a fork").to_string();
        assert!(shown.contains("[config.proof.tile]"), "{shown}");
        assert_eq!(place.files(), before);
        place.fetch(&known).expect("it still verifies");
    }
}

// test[config.proof.include, config.proof.tile, config.tile.short]
#[test]
fn a_record_or_a_tile_that_is_not_of_the_tree_is_refused() {
    let mut site = site(300);
    site.add_others(400);
    let lookup = format!("/sumdb/sum.example.com/lookup/{MODULE}@v0.42.0");
    let honest = |path: &str| site.answer(path);
    let altered = |which: &str, alter: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let place = Place::new();
        let mut fake = Fake::by(|path| match path.contains(which) {
            true => honest(path).map(alter),
            false => honest(path),
        });
        place.fetch_by(&site, &mut fake, None)
    };
    altered(&lookup, &|answer| answer).expect("it verifies");
    let number = |number: &str| {
        let number = number.to_owned();
        move |answer: Vec<u8>| {
            let text = String::from_utf8(answer).expect("text");
            let (_, rest) = text.split_once('\n').expect("a number");
            format!("{number}\n{rest}").into_bytes()
        }
    };
    refused(altered(&lookup, &number("300")), "[config.proof.include]");
    refused(altered(&lookup, &number("702")), "[config.proof.include]");
    refused(
        altered(&lookup, &number("18446744073709551615")),
        "[config.proof.include]",
    );
    for wrong in ["-1", "+1", "", "1e3", "18446744073709551616"] {
        refused(altered(&lookup, &number(wrong)), "[config.sum.record]");
    }
    for tile in ["/tile/8/0/001", "/tile/8/0/002", "/tile/8/1/000"] {
        for place in [0, 31, 32, 1000] {
            let flip = move |mut answer: Vec<u8>| {
                let place = place % answer.len();
                answer[place] ^= 1;
                answer
            };
            refused(altered(tile, &flip), "[config.proof.tile]");
        }
        for cut in [0, 1, 31, 32, 33] {
            let shorten = |answer: Vec<u8>| answer[..answer.len().min(cut)].to_vec();
            refused(altered(tile, &shorten), "[config.tile.short]");
        }
        let lengthen = |mut answer: Vec<u8>| {
            answer.push(0);
            answer
        };
        refused(altered(tile, &lengthen), "[config.tile.short]");
    }
}

// test[config.tile.partial, config.tile.short]
#[test]
fn what_comes_in_the_place_of_a_part_of_a_tile_is_the_whole_tile() {
    let mut site = site(300);
    site.add_others(700);
    site.size = 302;
    site.has_partial = false;
    let by = |len: usize| {
        let mut fake = Fake::by(|path| {
            let mut answer = site.answer(path)?;
            if path.contains("/tile/8/0/001") {
                answer.truncate(len);
            }
            Some(answer)
        });
        Place::new().fetch_by(&site, &mut fake, None)
    };
    by(256 * 32).expect("it verifies");
    refused(by(255 * 32), "[config.tile.short]");
}

/// What is made of a site whose look-ups have another note in the place of its own.
fn noted(site: &Site, note: &dyn Fn(&str) -> String) -> Result<Verified, FetchError> {
    let mut fake = Fake::by(|path| {
        let answer = site.answer(path)?;
        if !path.contains("/lookup/") {
            return Some(answer);
        }
        let text = String::from_utf8(answer).expect("text");
        let start = text.find("go.sum database tree").expect("a note");
        Some([&text.as_bytes()[..start], note(&text[start..]).as_bytes()].concat())
    });
    Place::new().fetch_by(site, &mut fake, None)
}

// test[config.note.verify, config.note.form, config.note.signature, config.note.tree]
#[test]
fn a_note_that_is_not_signed_as_it_has_to_be_is_refused() {
    let site = site(3);
    let by = |note: &dyn Fn(&str) -> String| noted(&site, note);
    let head = site.head(5);
    let other = Signer::new("sum.example.com", 8);
    let stranger = Signer::new("other.example.com", 9);
    let ours = &site.signer;
    by(&|note| note.to_owned()).expect("it verifies");
    // Signatures of others do no harm.
    by(&|_| {
        format!(
            "{}{}{}",
            stranger.note(&head),
            ours.line(&head),
            stranger.line("x")
        )
    })
    .expect("it verifies");
    by(&|_| ours.note(&format!("{head}more\n"))).expect("further lines are passed over");
    refused(by(&|_| other.note(&head)), "not signed with the key");
    refused(by(&|_| stranger.note(&head)), "not signed with the key");
    refused(
        by(&|_| format!("{head}\n{}", ours.line("x"))),
        "[config.note.verify]",
    );
    // The first signature of the key counts.
    let two = format!("{head}\n{}{}", ours.line("x"), ours.line(&head));
    refused(by(&|_| two.clone()), "the signature is not valid");
    refused(by(&|_| head.clone()), "[config.note.form]");
    refused(by(&|_| format!("{head}\n")), "[config.note");
    refused(by(&|note| note.trim_end().to_owned()), "[config.note.form]");
    refused(
        by(&|note| note.replace("tree\n", "tree\r\n")),
        "[config.note.form]",
    );
    refused(
        by(&|note| note.replace('\u{2014}', "-")),
        "[config.note.signature]",
    );
    refused(
        by(&|note| note.replace("example.com ", "example.com+ ")),
        "[config.note.signature]",
    );
    let many = |count: usize| format!("{}{}", ours.note(&head), stranger.line("x").repeat(count));
    by(&|_| many(99)).expect("100 signatures are allowed");
    refused(by(&|_| many(100)), "[config.note.form]");
}

// test[config.note.tree, config.proof.tile]
#[test]
fn a_tree_head_that_is_none_is_refused_though_it_is_signed() {
    let site = site(3);
    let head = site.head(5);
    let by = |text: &str| noted(&site, &|_| site.signer.note(text));
    for wrong in [
        head.replace("go.sum", "go.mod"),
        head.replace("\n5\n", "\n05\n"),
        head.replace("\n5\n", "\n-5\n"),
        head.replace("\n5\n", "\n+5\n"),
        head.replace("\n5\n", "\n9223372036854775808\n"),
        head.replace("\n5\n", "\n\n5\n"),
        format!("go.sum database tree\n5\n{}\n", "A".repeat(40)),
        "go.sum database tree\n".to_owned(),
    ] {
        refused(by(&wrong), "[config.note");
    }
    // A head that is signed and belongs to another tree.
    let lies = format!("go.sum database tree\n5\n{}=\n", "A".repeat(43));
    refused(by(&lies), "[config.proof.tile]");
}

// test[config.sum.record, config.sum.line]
#[test]
fn a_record_that_is_none_is_refused() {
    let place = Place::new();
    let mut site = Site::new(3);
    site.publish("v0.42.0", CONFIG);
    for text in [
        "\nstrange\n",
        "a\u{1}b\n",
        "no line of the module\n",
        "golang.org/x/telemetry/config v0.42.0/go.mod h1:y\n",
        "golang.org/x/telemetry/config v0.42.0 h2:y\n",
    ] {
        site.record(text.to_owned());
        let lookup = |path: &str| {
            if !path.contains("/lookup/") {
                return site.answer(path);
            }
            let note = site.signer.note(&site.head(site.size));
            let number = site.size - 1;
            Some(format!("{number}\n{text}\n{note}").into_bytes())
        };
        let result = place.fetch_by(&site, &mut Fake::by(lookup), None);
        refused(result, "[config.sum.");
    }
    assert!(!place.files().iter().any(|name| name.starts_with("last")));
}

/// Where a site has its module.
fn zip_path() -> String {
    format!("/{MODULE}/@v/v0.42.0.zip")
}

/// What is made of a site that has this in the place of its module.
fn with(zip: Vec<u8>) -> Result<Verified, FetchError> {
    let mut site = site(3);
    site.files.insert(zip_path(), zip);
    let place = Place::new();
    let result = place.fetch(&site);
    assert!(!place.files().iter().any(|name| name.starts_with("last")));
    result
}

// test[config.hash.check, config.zip.names, config.zip.config, config.proxy.size]
#[test]
fn a_module_that_is_not_the_one_vouched_for_is_refused() {
    let prefix = format!("{MODULE}@v0.42.0/");
    let other = CONFIG.replace("runs", "runs2").into_bytes();
    refused(
        with(zip(&prefix, &[("config.json", other.clone())])),
        "[config.hash.check]",
    );
    refused(
        with(zip(&prefix, &[("other.json", other.clone())])),
        "[config.zip.config]",
    );
    refused(
        with(zip("x/", &[("config.json", other.clone())])),
        "[config.zip.names]",
    );
    refused(
        with(zip(
            &prefix,
            &[
                ("config.json", other.clone()),
                ("config.json", other.clone()),
            ],
        )),
        "[config.zip.names]",
    );
    refused(
        with(zip(&prefix, &[("a\nb", other.clone())])),
        "[config.zip.names]",
    );
    refused(with(Vec::new()), "[config.zip.config]");
    refused(with(vec![0; 16 << 20]), "[config.zip.config]");
    refused(with(vec![0; (16 << 20) + 1]), "[config.proxy.size]");
}

// test[config.zip.config]
#[test]
fn a_module_that_is_cut_anywhere_is_refused() {
    let good = site(3).files[&zip_path()].clone();
    for len in 0..good.len() {
        refused(with(good[..len].to_vec()), "[config.");
    }
}

// test[config.zip.size]
#[test]
fn a_module_with_too_many_entries_is_refused() {
    let prefix = format!("{MODULE}@v0.42.0/");
    let many: Vec<String> = (0..1025).map(|number| number.to_string()).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|n| (n.as_str(), Vec::new())).collect();
    refused(with(zip(&prefix, &many)), "[config.zip.size]");
    refused(with(zip(&prefix, &many[..1024])), "[config.zip.config]");
    // Entries that share their bytes could be unpacked for ever.
    let packed = zip(&prefix, &[("a", Vec::new()), ("b", noise())]);
    refused(with(sharing(&packed, 40)), "[config.zip.size]");
}

// test[config.zip.size]
#[test]
fn a_module_that_unpacks_to_too_much_is_refused() {
    let prefix = format!("{MODULE}@v0.42.0/");
    // 65 MiB of zeros in 65 KB, and in two parts.
    let bomb = vec![0; 65 << 20];
    refused(
        with(zip(&prefix, &[("a", Vec::new()), ("b", bomb)])),
        "[config.zip.size]",
    );
    let half = vec![0; 33 << 20];
    let halves = [
        ("a", Vec::new()),
        ("b", half.clone()),
        ("c", Vec::new()),
        ("d", half),
    ];
    refused(with(zip(&prefix, &halves)), "[config.zip.size]");
}

// test[config.zip.size]
#[test]
fn a_module_that_unpacks_to_64_mib_is_not_too_much() {
    let unpack = |packed: usize, stored: usize| {
        let entries = [
            ("config.json", CONFIG.as_bytes().to_vec()),
            ("b", vec![0; packed - CONFIG.len()]),
            ("c", vec![0; stored]),
        ];
        let module = Module::unpack(&zip("m@v1.0.0/", &entries), "m@v1.0.0/");
        module.map_err(|fault| fault.clause)
    };
    let module = unpack((64 << 20) - 5, 5).expect("it is no longer than that");
    assert_eq!(module.config, CONFIG.as_bytes());
    for (packed, stored) in [((64 << 20) - 5, 6), ((64 << 20) + 1, 0)] {
        let refused = unpack(packed, stored).expect_err("it is longer");
        assert_eq!(refused, "config.zip.size");
    }
}

/// Bytes that cannot be packed.
fn noise() -> Vec<u8> {
    let mut drawn = 1_u32;
    let noise = std::iter::repeat_with(|| {
        drawn = drawn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        drawn.to_be_bytes()[0]
    });
    noise.take(9000).collect()
}

/// A zip file whose directory lists its last entry so often, each time under another name.
fn sharing(zip: &[u8], times: u8) -> Vec<u8> {
    let at = |bytes: &[u8], four: &[u8]| {
        let place = bytes.windows(4).rposition(|found| found == four);
        place.expect("it is there")
    };
    let (last, end) = (at(zip, b"PK\x01\x02"), at(zip, b"PK\x05\x06"));
    let first = zip.windows(4).position(|found| found == b"PK\x01\x02");
    let mut out = zip[..first.expect("it is there")].to_vec();
    let offset = out.len();
    for number in 0..times {
        let mut entry = zip[last..end].to_vec();
        *entry.last_mut().expect("a name") = b'A' + number;
        out.extend(entry);
    }
    let len = u32::try_from(out.len() - offset).expect("it fits");
    let mut tail = zip[end..].to_vec();
    tail[8..10].copy_from_slice(&u16::from(times).to_le_bytes());
    tail[10..12].copy_from_slice(&u16::from(times).to_le_bytes());
    tail[12..16].copy_from_slice(&len.to_le_bytes());
    tail[16..20].copy_from_slice(&u32::try_from(offset).expect("it fits").to_le_bytes());
    out.extend(tail);
    out
}

// test[config.form]
#[test]
fn a_config_of_another_form_is_refused_though_it_verifies() {
    let mut site = Site::new(3);
    site.publish("v0.42.0", r#"{"GOOS":7}"#);
    let place = Place::new();
    refused(place.fetch(&site), "config of version v0.42.0");
    assert!(!place.files().iter().any(|name| name.starts_with("last")));
}
