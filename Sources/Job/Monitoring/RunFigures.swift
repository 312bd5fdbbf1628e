import Publishing
import Storage

/// The numbers of a published run that are watched from night to night.
struct RunFigures: Sendable, Equatable {
  /// One of them.
  struct Figure: Sendable {
    /// The key in `state/last.json`; in the metrics file, `recjob_` comes before it.
    let key: String
    /// Where it is in `metrics.json`.
    let path: [String]
    /// What it is.
    let meaning: String
  }

  /// All of them, in the order in which they are written.
  static let all = [
    Figure(key: "rows_read", path: ["data", "rows_read"], meaning: "Rows that were read."),
    Figure(key: "ratings", path: ["data", "ratings"], meaning: "Ratings of the dataset."),
    Figure(key: "users", path: ["data", "users"], meaning: "Users of the dataset."),
    Figure(key: "items", path: ["data", "items"], meaning: "Rated items of the dataset."),
    Figure(
      key: "epochs", path: ["training", "epochs"],
      meaning: "Epochs that early stopping looked at."),
    Figure(
      key: "best_epoch", path: ["training", "best_epoch"],
      meaning: "The epoch that early stopping chose."),
    Figure(
      key: "test_rmse", path: ["evaluation", "model", "rmse"],
      meaning: "RMSE of the model on the held-out ratings."),
    Figure(
      key: "baseline_rmse", path: ["evaluation", "baseline", "rmse"],
      meaning: "RMSE of the bias baseline on the held-out ratings."),
    Figure(key: "lists", path: ["recommendations", "users"], meaning: "Users with a list."),
    Figure(
      key: "recommendations", path: ["recommendations", "rows"],
      meaning: "Recommendations in all lists together."),
    Figure(
      key: "empty_lists", path: ["recommendations", "empty_lists"],
      meaning: "Users whose list is empty."),
  ]

  private var values: [JSONMember] = []

  /// No figures.
  init() {}

  /// Reads those of a published run, as far as its `metrics.json` has them.
  init(run directory: String) {
    let path = PathName.joined(directory, "metrics.json")
    guard let bytes = try? FileSystem.readBytes(path),
      let metrics = try? JSONParser.parseValue(bytes, path: path)
    else { return }
    values = Self.all.compactMap { figure in
      let value = figure.path.reduce(Optional(metrics)) { value, key in value?[key] }
      guard let value, value.doubleValue != nil else { return nil }
      return JSONMember(key: figure.key, value: value)
    }
  }

  /// Reads those that ``json`` has written.
  init(json: JSONValue?) {
    values = Self.all.compactMap { figure in
      guard let value = json?[figure.key], value.doubleValue != nil else { return nil }
      return JSONMember(key: figure.key, value: value)
    }
  }

  /// The figures by key.
  var json: JSONValue { .object(values) }

  /// The figure of a key.
  subscript(key: String) -> JSONValue? { json[key] }
}
