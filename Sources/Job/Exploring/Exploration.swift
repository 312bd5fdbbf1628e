import Publishing
import Ratings
import Storage

/// A job's dataset, fetched and read as a run would, for people to look at before they train.
public struct Exploration: Sendable {
  /// The name of the job.
  let name: String
  /// The files that the dataset was read from.
  let fetched: FetchedFiles
  /// The dataset.
  let dataset: RatingsDataset
  /// What there is to say of its ratings.
  let profile: RatingsProfile

  /// The number of ratings and of items that are shown as they are.
  static let firstRows = 5
  /// The percentages of the most active whose share of the ratings is told.
  static let mostActive = [1, 5, 10, 20, 50]

  /// Fetches and reads the dataset of a job.
  ///
  /// With `showsProgress` a line on standard error, if that is a terminal, tells how far a download is.
  ///
  /// - Throws: `JobError` of the stages fetch and read.
  public init(
    _ jobFile: JobFile, _ plan: Plan, showsProgress: Bool = false
  ) async throws(JobError) {
    do {
      fetched = try await DatasetFetch(jobFile, plan).run(showsProgress: showsProgress)
    } catch {
      throw JobError(stage: .fetch, cause: error)
    }
    do {
      dataset = try DatasetReading.read(fetched, options: plan.dataset)
    } catch {
      throw JobError(stage: .read, cause: error)
    }
    name = plan.name
    profile = RatingsProfile(dataset)
  }

  /// What the page and the text begin with.
  var headline: String {
    "\(FigureText.count(profile.ratings)) ratings of \(FigureText.count(profile.items)) items by "
      + "\(FigureText.count(profile.users)) users"
  }

  /// The title of an item, or `nil` if there is none.
  func title(of item: ItemIndex) -> String? {
    dataset.itemDetails.isEmpty ? nil : dataset.itemDetails[item.position].title
  }

  /// The genres of an item; empty if there are none.
  func genres(of item: ItemIndex) -> [String] {
    dataset.itemDetails.isEmpty ? [] : dataset.itemDetails[item.position].genres
  }

  /// The numbers of ratings of the first items.
  var countsOfFirstItems: [Int] {
    var counts = [Int](repeating: 0, count: min(Self.firstRows, dataset.items.count))
    for item in dataset.ratings.items where item.position < counts.count {
      counts[item.position] += 1
    }
    return counts
  }

  /// A moment, as `2000-07-30 18:45:03`; only its day where `isDay`.
  static func time(_ seconds: Int64, isDay: Bool = false) -> String {
    let time = CivilTime(secondsSince1970: seconds)
    func padded(_ number: Int, _ width: Int = 2) -> String {
      let digits = "\(number.magnitude)"
      return (number < 0 ? "-" : "")
        + String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    let day = "\(padded(time.year, 4))-\(padded(time.month))-\(padded(time.day))"
    if isDay { return day }
    return "\(day) \(padded(time.hour)):\(padded(time.minute)):\(padded(time.second))"
  }

  /// The name of a stretch of time: its month where it is one, else the year it begins in.
  static func name(of period: TimeProfile.Period, months: Int) -> String {
    months == 1
      ? "\(period.year)-\(period.month < 10 ? "0" : "")\(period.month)" : "\(period.year)"
  }

  /// The length of a stretch of time in words.
  static func length(ofPeriods months: Int) -> String {
    switch months {
    case 1: "month"
    case 12: "year"
    default: "\(FigureText.count(months / 12)) years"
    }
  }

  /// A bin of ratings, as `4`, `1–5` or, on a continuous scale, `0.1–0.35`.
  static func name(of bin: RatingDistribution.Bin) -> String {
    let (lower, upper) = (
      FigureText.short(Double(bin.lower)), FigureText.short(Double(bin.upper))
    )
    return lower == upper ? lower : "\(lower)–\(upper)"
  }
}
