//! Parses figures in the words of a lesson: `{wasted(1)}`, `{application % size}`,
//! `{golang:size / scratch:size}`.
//!
//! A figure is a sum of quantities, one such sum divided by another (`/`, a ratio such as `12.3×`),
//! or one as a share of another (`%`). Operators need spaces around them, because names of images
//! contain hyphens.

use layerscope::toml_file::{UnknownName, unknown};

/// The number of characters shown of a figure that is not closed.
const SHOWN: usize = 40;

/// The reason why a figure is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    #[error("the figure has no end: a }} is missing, or write {{{{ for a brace")]
    NoEnd,
    #[error("a quantity is missing, such as `size`")]
    NoQuantity,
    #[error("+, -, / or % is expected, not {0:?}")]
    Operator(String),
    #[error("it ends with an operator")]
    EndsWithOperator,
    #[error("{0}: a ) is missing at its end")]
    NoParenthesis(String),
    #[error("{0}: {1}")]
    Unknown(String, UnknownName),
    /// The quantity is not known of such a subject.
    #[error("{word} takes {wanted}")]
    Subject { word: String, wanted: String },
}

/// A figure that is refused, with its place.
#[derive(Debug)]
pub struct WrongFigure {
    /// The line number, counted from 1.
    pub line: usize,
    /// The figure as written.
    pub figure: String,
    pub error: FigureError,
}

/// A text with figures.
#[derive(Debug, Clone, Default)]
pub struct Template {
    pub parts: Vec<Part>,
}

/// A piece of text, or a figure.
#[derive(Debug, Clone)]
pub enum Part {
    Words(String),
    Figure {
        figure: Figure,
        written: String,
        /// The line number, counted from 1.
        line: usize,
    },
}

/// The computation of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    Sum(Sum),
    Ratio(Sum, Sum),
    Share(Sum, Sum),
}

/// A sum of quantities, with signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub first: Quantity,
    pub rest: Vec<(Sign, Quantity)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
}

/// A number that is known of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The image of the lesson; `None` for the one that is shown.
    pub image: Option<String>,
    pub name: Name,
    pub of: Of,
}

/// The subject of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// The whole image.
    Image,
    Layer(usize),
    /// A path with everything below it.
    Path(String),
    /// A rule of the findings, or a rung of the ladder, by id.
    Word(String),
}

macro_rules! names {
    ($($variant:ident $word:literal [$($of:ident)*];)*) => {
        /// The name of a quantity.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Name {
            $($variant,)*
        }

        impl Name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Returns the kinds of subjects that the quantity has.
            fn takes(self) -> &'static [Kind] {
                match self { $(Self::$variant => &[$(Kind::$of,)*],)* }
            }
        }
    };
}

/// The kind of a quantity's subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Layer,
    Path,
    Word,
}

names! {
    // Bytes.
    Size "size" [Image Layer Path];
    Visible "visible" [Image Layer Path];
    Wasted "wasted" [Image Layer Path];
    Hides "hides" [Layer];
    UpTo "up-to" [Layer];
    VisibleUpTo "visible-up-to" [Layer];
    Finding "finding" [Word];
    PossibleSize "possible-size" [Word];
    Base "base" [Image];
    Application "application" [Image];
    ProgramAndLibraries "program-and-libraries" [Image];
    // Counts.
    Files "files" [Image];
    Items "items" [Path];
    Layers "layers" [Image];
    Loaded "loaded" [Image];
    // Words.
    Called "name" [Image];
    Instruction "instruction" [Layer];
    Program "program" [Image];
}

impl Template {
    /// Parses a text with figures in braces; `{{` is a literal brace. `line` is the line number of
    /// the text.
    ///
    /// # Errors
    ///
    /// The line, the figure as written, and the problem.
    pub fn read(text: &str, line: usize) -> Result<Self, WrongFigure> {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut here = line;
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            words.push_str(&rest[..start]);
            here += rest[..start].matches('\n').count();
            rest = &rest[start + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                words.push('{');
                rest = after;
                continue;
            }
            let end = rest.find(['}', '{']).filter(|&end| rest[end..].starts_with('}'));
            let Some(end) = end else {
                let begin: String =
                    rest.chars().take_while(|&c| c != '{' && !c.is_control()).take(SHOWN).collect();
                return Err(WrongFigure {
                    line: here,
                    figure: format!("{{{begin}"),
                    error: FigureError::NoEnd,
                });
            };
            let written = &rest[..end];
            let wrong = |error| WrongFigure { line: here, figure: format!("{{{written}}}"), error };
            let figure = Figure::read(written).map_err(wrong)?;
            parts.push(Part::Words(std::mem::take(&mut words)));
            parts.push(Part::Figure { figure, written: format!("{{{written}}}"), line: here });
            rest = &rest[end + 1..];
        }
        words.push_str(rest);
        parts.push(Part::Words(words));
        Ok(Self { parts })
    }
}

impl Figure {
    fn read(text: &str) -> Result<Self, FigureError> {
        let tokens = tokens(text);
        if let Some(at) = tokens.iter().position(|token| matches!(*token, "/" | "%")) {
            let (above, below) = (Sum::read(&tokens[..at])?, Sum::read(&tokens[at + 1..])?);
            return Ok(if tokens[at] == "/" {
                Self::Ratio(above, below)
            } else {
                Self::Share(above, below)
            });
        }
        Ok(Self::Sum(Sum::read(&tokens)?))
    }
}

/// Splits a figure at spaces outside of parentheses.
fn tokens(text: &str) -> Vec<&str> {
    let mut depth = 0usize;
    text.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c.is_whitespace() && depth == 0
    })
    .filter(|token| !token.is_empty())
    .collect()
}

impl Sum {
    fn read(tokens: &[&str]) -> Result<Self, FigureError> {
        let (first, mut tail) = tokens.split_first().ok_or(FigureError::NoQuantity)?;
        let mut sum = Self { first: Quantity::read(first)?, rest: Vec::new() };
        while let [sign, quantity, after @ ..] = tail {
            let sign = match *sign {
                "+" => Sign::Plus,
                "-" => Sign::Minus,
                other => return Err(FigureError::Operator(other.into())),
            };
            sum.rest.push((sign, Quantity::read(quantity)?));
            tail = after;
        }
        match tail {
            [] => Ok(sum),
            _ => Err(FigureError::EndsWithOperator),
        }
    }
}

impl Quantity {
    fn read(token: &str) -> Result<Self, FigureError> {
        let (head, argument) = match token.split_once('(') {
            Some((head, rest)) => (
                head,
                Some(
                    rest.strip_suffix(')')
                        .ok_or_else(|| FigureError::NoParenthesis(token.into()))?,
                ),
            ),
            None => (token, None),
        };
        let (image, word) = match head.rsplit_once(':') {
            Some((image, word)) => (Some(image.to_owned()), word),
            None => (None, head),
        };
        let words = || Name::ALL.iter().map(|name| name.word());
        let name = Name::ALL.iter().copied().find(|name| name.word() == word);
        let name = name
            .ok_or_else(|| FigureError::Unknown(word.into(), unknown("quantity", word, words())))?;
        let (of, kind) = match argument.map(str::trim) {
            None => (Of::Image, Kind::Image),
            Some(path) if path.starts_with('/') => (Of::Path(path.to_owned()), Kind::Path),
            Some(text) => match text.parse() {
                Ok(layer) => (Of::Layer(layer), Kind::Layer),
                Err(_) => (Of::Word(text.to_owned()), Kind::Word),
            },
        };
        if !name.takes().contains(&kind) {
            let wanted = name.takes().iter().map(|kind| match kind {
                Kind::Image => "nothing in parentheses",
                Kind::Layer => "a layer, as in (2)",
                Kind::Path => "a path, as in (/usr/lib)",
                Kind::Word => "a name, as in (scratch)",
            });
            let wanted = wanted.collect::<Vec<_>>().join(", or ");
            return Err(FigureError::Subject { word: word.into(), wanted });
        }
        Ok(Self { image, name, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Template::read(text, 1).expect_err("it is wrong").error.to_string()
    }

    #[test]
    fn figures_are_sums_ratios_and_shares_of_what_is_known_of_images() {
        let figure = Figure::read("size - one-run:size(/usr/lib)").unwrap();
        let Figure::Sum(sum) = figure else { panic!("{figure:?}") };
        assert_eq!(sum.first, Quantity { image: None, name: Name::Size, of: Of::Image });
        let other = Quantity {
            image: Some("one-run".into()),
            name: Name::Size,
            of: Of::Path("/usr/lib".into()),
        };
        assert_eq!(sum.rest, [(Sign::Minus, other)]);
        assert!(matches!(Figure::read("golang:size / scratch:size"), Ok(Figure::Ratio(..))));
        assert!(matches!(Figure::read("application % size"), Ok(Figure::Share(..))));
    }

    #[test]
    fn braces_can_be_written() {
        let template = Template::read("a {{b} {size} c", 1).unwrap();
        assert_eq!(template.parts.len(), 3);
        assert!(matches!(&template.parts[0], Part::Words(words) if words == "a {b} "));
    }

    #[test]
    fn what_is_wrong_with_a_figure_is_said_with_its_line() {
        let wrong = Template::read("one\ntwo {sise}", 7).expect_err("it is wrong");
        assert_eq!((wrong.line, &*wrong.figure), (8, "{sise}"));
        assert_eq!(wrong.error.to_string(), "sise: no such quantity; did you mean size?");
        let wrong =
            Template::read("one\ntwo {size of it.\nthree {wasted}", 7).expect_err("it is wrong");
        assert_eq!((wrong.line, &*wrong.figure), (8, "{size of it."));
        assert_eq!(wrong.error, FigureError::NoEnd);
        assert_eq!(
            error("{size"),
            "the figure has no end: a } is missing, or write {{ for a brace"
        );
        assert_eq!(error("{}"), "a quantity is missing, such as `size`");
        assert_eq!(error("{size -}"), "it ends with an operator");
        assert_eq!(error("{size wasted}"), "it ends with an operator");
        assert_eq!(error("{size and wasted}"), "+, -, / or % is expected, not \"and\"");
        assert_eq!(error("{size(1}"), "size(1: a ) is missing at its end");
        assert_eq!(error("{hides}"), "hides takes a layer, as in (2)");
        assert_eq!(
            error("{visible(x)}"),
            "visible takes nothing in parentheses, or a layer, as in (2), or a path, as in (/usr/lib)"
        );
    }

    #[test]
    fn every_figure_is_in_the_manual() {
        let page = include_str!("../../../../assets/manual/lessons.md");
        for word in Name::ALL.iter().map(|name| name.word()) {
            let forms = [format!("`{word}`"), format!("`{word}(")];
            assert!(forms.iter().any(|form| page.contains(form)), "{word} is not in the manual");
        }
    }
}
