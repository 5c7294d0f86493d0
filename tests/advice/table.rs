//! The table of the manual: case, before, predicted, built, works.

use std::path::{Path, PathBuf};

use super::cases::names;

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The case, and what it is about.
    pub case: String,
    /// The size of the original in bytes.
    pub before: u64,
    /// The predicted size in bytes.
    pub predicted: u64,
    /// The grade of the prediction.
    pub grade: String,
    /// The size of the changed image in bytes.
    pub built: u64,
}

/// An estimate is off by one part in so many at most.
const TOLERANCE: u64 = 200;

impl Row {
    /// Claims that the size is the predicted one, as far as its grade goes.
    pub fn holds(&self) {
        let off = self.predicted.abs_diff(self.built);
        match self.grade.as_str() {
            "exact" => assert_eq!(off, 0, "{self:?}"),
            "at most" => assert!(self.built <= self.predicted, "{self:?}"),
            "estimate" => assert!(off <= self.built / TOLERANCE, "{self:?}"),
            other => panic!("{other} is no grade: {self:?}"),
        }
        assert!(self.built <= self.before, "{self:?}");
    }

    fn name(&self) -> &str {
        self.case.split([':', ',']).next().unwrap_or_default()
    }

    /// The row as the manual has it.
    pub fn text(&self) -> String {
        let Self { case, before, predicted, grade, built } = self;
        let [before, predicted, built] =
            [before, predicted, built].map(|&bytes| layerscope::display::count(bytes));
        format!("| {case} | {before} | {predicted} {grade} | {built} | yes |")
    }

    fn read(line: &str) -> Option<Self> {
        let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [case, before, predicted, built, "yes"] = *cells else { return None };
        let number = |text: &str| text.replace(',', "").parse().ok();
        let (predicted, grade) = predicted.split_once(' ')?;
        Some(Self {
            case: case.into(),
            before: number(before)?,
            predicted: number(predicted)?,
            grade: grade.into(),
            built: number(built)?,
        })
    }
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/manual/changes.md")
}

fn rows(text: &str) -> Vec<Row> {
    text.lines().filter_map(Row::read).collect()
}

/// Writes rows in place of those of the same cases; new ones come last.
pub fn write(new: &[Row]) {
    let text = std::fs::read_to_string(page()).unwrap();
    let mut lines: Vec<String> = text.lines().map(Into::into).collect();
    for row in new {
        let same = |line: &String| Row::read(line).is_some_and(|known| known.case == row.case);
        let last =
            lines.iter().rposition(|line| Row::read(line).is_some()).expect("the table has a row");
        match lines.iter().position(same) {
            Some(at) => lines[at] = row.text(),
            None => lines.insert(last + 1, row.text()),
        }
    }
    std::fs::write(page(), format!("{}\n", lines.join("\n"))).unwrap();
}

#[test]
fn the_table_has_every_case_and_its_sizes_are_as_predicted() {
    let text = std::fs::read_to_string(page()).unwrap();
    let rows = rows(&text);
    for row in &rows {
        row.holds();
    }
    for name in names() {
        let is_said =
            rows.iter().any(|row| row.name() == name) || text.contains(&format!("`{name}`"));
        assert!(is_said, "the manual does not say what became of {name}");
    }
    assert!(
        rows.iter().all(|row| names().iter().any(|name| name == row.name())),
        "a row has no case"
    );
}
