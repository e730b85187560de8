//! Why a line that looks like a count is none.

/// The reason. Each is counted and shown with an example, so that a new shape of line does not go unnoticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Almost {
    /// The text of a Web Bridge's count in the message of another program: perhaps typed by a guest.
    #[error("the text `Stats …` stands in a message of another program than the Web Bridge")]
    StatsElsewhere,
    /// The text of a Call Bridge's count in the message of another program.
    #[error(
        "the text `STATS: …` stands in a message of another program than the Call Bridge, or not at its beginning"
    )]
    StatisticsElsewhere,
    /// `INFO : [DEBUG] Stats` is not what stands between tag and numbers.
    #[error(
        "the Web Bridge's `Stats` are not behind a level and a word in brackets, such as `INFO : [DEBUG] Stats`"
    )]
    Beginning,
    /// The numbers are not `149, c:3477, d:3170`.
    #[error("the Web Bridge's `Stats` are not of the form `149, c:3477, d:3170`")]
    Numbers,
    /// The numbers end too early.
    #[error("the line is cut off within its numbers")]
    CutOff,
    /// Something stands behind the numbers.
    #[error("there is more behind the numbers")]
    More,
    /// No server has so many.
    #[error("the count is higher than any server's can be")]
    TooHigh,
    /// What is in braces is no JSON.
    #[error("what follows `STATS:` is no complete JSON object")]
    Json,
    /// There is no `CMA` among the figures.
    #[error("the figures of the Call Bridge have no `CMA`")]
    NoCma,
    /// A figure is not "now/peak".
    #[error("a figure of the Call Bridge is not of the form \"now/peak\"")]
    NowAndPeak,
    /// More now than at most.
    #[error("a figure of the Call Bridge has a peak below its present value")]
    PeakBelowNow,
    /// The command of a `cli:` line cannot be made out.
    #[error("the command is not of the form `User … from … issued command <…>: permission granted`")]
    Command,
    /// The line is too long to be read.
    #[error("the line is longer than is read")]
    TooLong,
    /// A count without a header in a log whose lines have headers: perhaps the second line of a text from a guest.
    #[error("the line has no header, in a log whose lines have headers")]
    NoHeader,
    /// A day that the year does not have, or a year that no log is of.
    #[error("the day of the line does not exist in that year, or the year is not one from 2000 to 2100")]
    NoSuchDay,
}
