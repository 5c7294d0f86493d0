//! Writes a commented file of limits that an image keeps now.

use std::fmt::Write;

use super::measure::Measures;
use super::{Found, Limits, Measure, Subject};
use crate::display::{DAY, Escaped, Units, date, escaped_str, plural};

/// The head of the file.
const HEAD: &str = "\
# Limits for `layerscope check`: a check that exceeds one of them fails.
";

/// A commented file of limits that an image keeps.
pub struct Example {
    /// The file.
    pub text: String,
    /// The number of secrets that the limits allow.
    pub allowed_secrets: usize,
}

/// Returns a commented file of limits with some room above the numbers of an image, in these units;
/// `subject` has to be whole.
pub fn example(subject: &Subject<'_>, units: Units) -> Example {
    let (mega, sizes) = match units {
        Units::Iec => ("MiB", "20MiB is 20,971,520 bytes; 20MB, which is decimal, is 20,000,000"),
        Units::Si => ("MB", "20MB is 20,000,000 bytes; 20MiB, which is binary, is 20,971,520"),
    };
    let limits = Limits::default();
    let measures = Measures::new(subject, &limits);
    let name = escaped_str(&subject.inspection.name);
    let mut text = format!(
        "{HEAD}# Sizes: {sizes}. Everything is explained by `layerscope help gate`.\n# Written for {name} on {}.\n\n[limits]\n",
        date(subject.now)
    );
    let mut line = |measure: &Measure, comment: &str| {
        let found = measures.value(measure);
        let (off, value) = match &found {
            Some(found) => ("", written(found, units)),
            None => ("# ", format!("\"100{mega}\"")),
        };
        let key = measure.key();
        let _ = writeln!(text, "# {comment}\n{off}{key} = {value}");
    };
    line(&Measure::Size, "The size of the image: the contents of all files in all layers.");
    line(
        &Measure::Download,
        "The download size: the compressed layers. Uncompressed ones are compressed to measure it.",
    );
    let wasted = format!(
        "Bytes that a later layer deletes or replaces; also as a share: [\"20{mega}\", \"5%\"]."
    );
    line(&Measure::Wasted, &wasted);
    line(&Measure::Efficiency, "The visible part of the size, from 0 to 1.");
    line(&Measure::Avoidable, "Bytes of your layers that a change of the Dockerfile would save.");
    line(&Measure::Own, "The size of your layers, without the base image.");
    line(&Measure::Layers, "The number of layers, and the size of the largest one.");
    text.push_str(&match measures.value(&Measure::LargestLayer) {
        Some(found) => format!("layer = {}\n", written(&found, units)),
        None => String::new(),
    });
    let found = match measures.value(&Measure::Secrets) {
        Some(Found::Count(count)) => Some(usize::try_from(count).unwrap_or(usize::MAX)),
        _ => None,
    };
    let secrets = match found {
        Some(count @ 1..) => format!(
            "# CAUTION: this image has {}, and this limit allows them. Revoke them, take them out\n\
             # (`layerscope report IMAGE` says how), and write secrets = 0.\nsecrets = {count}",
            plural(count, "secret"),
        ),
        Some(0) => "secrets = 0".into(),
        None => "# secrets = 0".into(),
    };
    let _ = writeln!(
        text,
        "# Secrets in the layers and in the config: a deleted one counts, because its layer has it.\n{secrets}"
    );
    text.push_str(
        "# What is inside archives, and attestations that were not opened, is not searched; to fail because of it:\n# strict = true\n",
    );
    let last_day = date(subject.now.saturating_add(90 * DAY));
    let base = measures.value(&Measure::BaseName).map(|name| match name {
        Found::Name(name, references) => references.first().unwrap_or(&name).escaped(),
        _ => Escaped::default(),
    });
    let base = base.map_or_else(
        || "debian:*".into(),
        |name| name.replace(['"', '\\', '*', '?', '[', '{'], ""),
    );
    let _ = write!(
        text,
        "\
# The growth since an earlier image, if `--baseline IMAGE` or `--baseline report.json` is given.
growth = \"10%\"
# The age of the base image, and the names that it may have.
# base-age = \"90d\"
# base = [\"{}\"]

# The size of a path and everything below it, in all layers.
# [[budget]]
# path = \"/app/node_modules\"
# max = \"120{mega}\"

# Findings in your layers, by rule or by level (leftovers, toolchain, build, documentation); max = 0 allows none.
# [[finding]]
# level = \"leftovers\"
# max = \"0\"

# Bytes that limits on waste, findings and paths do not count, until the day is over. Secrets in a path
# still count: an exception for them names their rule, such as rule = \"npm-token\".
# [[exception]]
# path = \"/opt/model\"
# reason = \"the next release moves it into a volume\"
# until = {last_day}
",
        escaped_str(&base)
    );
    Example { text, allowed_secrets: found.unwrap_or(0) }
}

/// Formats a limit with some room above a value, as TOML.
fn written(found: &Found, units: Units) -> String {
    match found {
        Found::Bytes(amount) => format!("\"{}\"", roomy(amount.bytes(), units)),
        Found::Share(share) => {
            // Rounded down, and with a little less for an efficiency that varies with time stamps.
            let hundredths = (share * 100.0 - 1.0).floor().max(0.0);
            format!("{:.2}", hundredths / 100.0)
        }
        Found::Count(count) => (count + 2).to_string(),
        Found::Days(days) => format!("\"{days}d\""),
        Found::Change(_) | Found::Name(..) => "\"\"".into(),
    }
}

/// Returns a size that is at least a twentieth above `bytes`, with two digits.
fn roomy(bytes: u64, units: Units) -> String {
    let (base, [mega, giga]) = match units {
        Units::Iec => (1024, ["MiB", "GiB"]),
        Units::Si => (1000, ["MB", "GB"]),
    };
    let wanted = bytes.saturating_add(bytes / 20).max(base * base);
    let (unit, name) = match wanted / (base * base) {
        millions if millions < base => (base * base, mega),
        _ => (base * base * base, giga),
    };
    let (whole, rest) = (wanted / unit, wanted % unit);
    let tenths = whole * 10 + (rest * 10).div_ceil(unit);
    // Two digits are enough: 221MiB becomes 230MiB.
    let step = match tenths {
        ..100 => 1,
        100..1000 => 10,
        1000..10_000 => 100,
        _ => 1000,
    };
    let tenths = tenths.div_ceil(step) * step;
    if tenths.is_multiple_of(10) {
        format!("{}{name}", tenths / 10)
    } else {
        format!("{}.{}{name}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Quantity;

    #[test]
    fn a_written_limit_is_above_the_size_and_not_far_above_in_the_units_of_the_user() {
        let sizes = [
            0,
            1,
            999_999,
            1_000_000,
            9_540_000,
            210_000_000,
            951_000_000,
            1_072_000_000,
            1_142_010_368,
            48_000_000_000,
        ];
        for (units, ending, least) in [(Units::Iec, "iB", 1 << 20), (Units::Si, "B", 1_000_000)] {
            for bytes in sizes {
                let text = roomy(bytes, units);
                let Ok(Quantity::Bytes(limit, _)) = Quantity::size(&text) else { panic!("{text}") };
                assert!(text.ends_with(ending) && text.contains('i') == ending.contains('i'));
                assert!(
                    limit > bytes && limit <= (bytes + bytes / 5).max(least + least / 10),
                    "{bytes}: {text}"
                );
            }
        }
        assert_eq!(roomy(210_000_000, Units::Si), "230MB");
        assert_eq!(roomy(210 << 20, Units::Iec), "230MiB");
    }
}
