import Acquisition
import Ratings
import Recommenders
import Storage

/// Keys that are each right and wrong together.
struct PlanConflict {
  /// The key that the fault is reported at.
  var pointer: JSONPointer
  /// All keys that take part; where one of them has a fault of its own, this one is not reported.
  var involved: [JSONPointer]
  /// What is wrong.
  var reason: String

  /// Creates a conflict between the key of the first path and those of the others.
  init(_ paths: [String], _ reason: String) {
    let pointers = paths.map { path in
      JSONPointer(path.split(separator: "/").map(String.init))
    }
    pointer = pointers[0]
    involved = pointers
    self.reason = reason
  }
}

extension Plan {
  /// Finds every combination of keys that cannot be run.
  func conflicts() -> [PlanConflict] {
    datasetConflicts() + layoutConflicts() + sourceConflicts() + splitConflicts()
      + trainingConflicts() + directoryConflicts() + authConflicts() + monitoringConflicts()
      + searchConflicts()
  }

  private func datasetConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    if dataset.pin == .lock {
      if dataset.sha256 != nil {
        conflicts.append(
          PlanConflict(
            ["dataset/pin", "dataset/sha256"],
            "\"lock\" and \"sha256\" exclude each other; leave out one of them"))
      }
      if dataset.items.sha256 != nil {
        conflicts.append(
          PlanConflict(
            ["dataset/pin", "dataset/items/sha256"],
            "\"lock\" and the \"sha256\" of /dataset/items exclude each other; leave out one of them"
          ))
      }
      for (index, source) in dataset.sources.enumerated() where source.sha256 != nil {
        conflicts.append(
          PlanConflict(
            ["dataset/pin", "dataset/sources/\(index)"],
            "\"lock\" and the \"sha256\" of /dataset/sources/\(index) exclude each other; "
              + "leave out one of them"))
      }
    }
    if let scale = dataset.parsing.ratingScale, scale.minimum >= scale.maximum {
      conflicts.append(
        PlanConflict(
          ["dataset/rating_scale"],
          "\"minimum\" must be below \"maximum\""))
    }
    return conflicts
  }

  private func layoutConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    func check(
      _ path: String, _ format: RatingsFormat, _ rows: RowOptions,
      _ columns: [(String, ColumnReference?)]
    ) {
      for case (let name, let column?) in columns {
        switch (format, column) {
        case (.delimited, .named) where !rows.header:
          conflicts.append(
            PlanConflict(
              ["\(path)/columns/\(name)", "\(path)/columns", "\(path)/header"],
              "without a header, \"\(name)\" must be a position, counted from 0"))
        case (.jsonLines, .position):
          conflicts.append(
            PlanConflict(
              ["\(path)/columns/\(name)", "\(path)/columns", "\(path)/format"],
              "in \"jsonl\", \"\(name)\" must be a key"))
        default: break
        }
      }
      if let comment = rows.comment, comment.hasPrefix(rows.delimiter) {
        conflicts.append(
          PlanConflict(
            ["\(path)/comment", "\(path)/delimiter"],
            "a comment cannot begin with the delimiter"))
      }
    }
    let (parsing, items) = (dataset.parsing, dataset.items.parsing)
    check(
      "dataset", parsing.format, parsing.rows,
      [
        ("user", parsing.columns.user), ("item", parsing.columns.item),
        ("rating", parsing.columns.rating), ("timestamp", parsing.columns.timestamp),
      ])
    check(
      "dataset/items", items.format, items.rows,
      [
        ("item", items.columns.item), ("title", items.columns.title),
        ("genres", items.columns.genres),
      ])
    if !dataset.items.haveSources, dataset.items.sha256 != nil {
      conflicts.append(
        PlanConflict(
          ["dataset/items/sha256", "dataset/items/sources"],
          "items that are in the dataset have its \"sha256\"; leave this one out"))
    }
    if let since = parsing.filters.since, let until = parsing.filters.until, since >= until {
      conflicts.append(
        PlanConflict(
          ["dataset/filters/since", "dataset/filters/until"],
          "\"since\" must be before \"until\""))
    }
    return conflicts
  }

  private func splitConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    if split.validation == .test, let refit = training.refit, refit != .none {
      conflicts.append(
        PlanConflict(
          ["training/refit", "split/validation"],
          "\"\(refit.rawValue)\" cannot follow \"validation\": \"test\", which watches the held-out "
            + "rows; it must be \"none\""))
    }
    if split.validation == .carve, split.validationFraction == 0, training.earlyStopping != nil {
      conflicts.append(
        PlanConflict(
          ["split/validation_fraction", "training/early_stopping", "split/validation"],
          "early stopping needs validation rows; raise the fraction or set "
            + "\"early_stopping\" to null"))
    }
    if models.count > 1, split.validation == .test || split.validationFraction == 0 {
      conflicts.append(
        PlanConflict(
          ["model", "split/validation", "split/validation_fraction"],
          "a list of models is selected from by validation rows, which are never the held-out ones; "
            + "set \"validation\" to \"carve\" and \"validation_fraction\" above 0"))
    }
    return conflicts
  }

  private func trainingConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    let (schedule, optimizer) = (training.schedule, training.optimizer)
    for (number, model) in models.enumerated()
    where schedule == .blocks && !ResolvedTraining.fitsBlocks(model.type, optimizer) {
      let type = models.count == 1 ? "model/type" : "model/\(number)/type"
      conflicts.append(
        optimizer == .adam && ResolvedTraining.fitsBlocks(model.type, .sgd)
          ? PlanConflict(
            ["training/schedule", "training/optimizer"],
            "\"adam\" moves every row at every step and cannot learn from blocks; choose "
              + "\"sgd\", \"adagrad\" or \"lazy-adam\", or the schedule \"minibatch\"")
          : PlanConflict(
            ["training/schedule", type],
            "a \"\(model.type.rawValue)\" model cannot learn from blocks; leave the schedule out"))
    }
    conflicts += orderConflicts() + featureConflicts() + factorConflicts()
    if training.grid.userBlocks < training.grid.itemBlocks {
      conflicts.append(
        PlanConflict(
          ["training/grid/user_blocks", "training/grid/item_blocks"],
          "there must be at least as many blocks of users as of items"))
    }
    return conflicts
  }

  /// Finds features that the model does not have.
  private func featureConflicts() -> [PlanConflict] {
    models.enumerated().compactMap { number, model in
      let path = models.count == 1 ? "model" : "model/\(number)"
      guard let feature = model.features?.first(where: { !$0.belongs(to: model.type) }) else {
        return nil
      }
      return PlanConflict(
        ["\(path)/features", "\(path)/type"],
        "a \"\(model.type.rawValue)\" model has no feature \"\(feature.rawValue)\"")
    }
  }

  /// Finds more factors than the model can have.
  private func factorConflicts() -> [PlanConflict] {
    let most = BayesianFMOptions.mostFactors
    return models.enumerated().compactMap { number, model in
      guard model.type == .bayesianFM, model.factors > most else { return nil }
      let path = models.count == 1 ? "model" : "model/\(number)"
      return PlanConflict(
        ["\(path)/factors", "\(path)/type"],
        "a \"bayesian-fm\" model has \(most) factors at most; 8 or 16 are usual")
    }
  }

  /// Finds orders of lists that the model does not have.
  private func orderConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    if recommend.rankBy == .lowerBound, models.count > 1 || model.type != .bayesianFM {
      conflicts.append(
        PlanConflict(
          ["recommend/rank_by", "model/type"],
          "\"lower-bound\" needs one \"bayesian-fm\" model; others do not know how certain they are"
        ))
    }
    if models.count > 1, let relevance = models.first(where: { $0.type.isRelevance }) {
      conflicts.append(
        PlanConflict(
          ["model"],
          "a \"\(relevance.type.rawValue)\" model predicts no ratings and cannot be selected by them; "
            + "leave it out, or set \"rank_by\" to \"relevance\""))
    }
    if recommend.rankBy != .rating, model.type.isRelevance {
      conflicts.append(
        PlanConflict(
          ["recommend/rank_by", "model/type"],
          "the lists of a \"\(model.type.rawValue)\" model are by its relevance in any case; leave "
            + "\"rank_by\" out, or choose a model of ratings"))
    }
    return conflicts
  }

  private func sourceConflicts() -> [PlanConflict] {
    func conflicts(_ sources: [SourceOptions], _ path: String) -> [PlanConflict] {
      sources.enumerated().compactMap { index, source in
        source.fault.map { PlanConflict(["\(path)/\(index)"], $0) }
      }
    }
    return conflicts(dataset.sources, "dataset/sources")
      + conflicts(dataset.items.sources, "dataset/items/sources")
  }

  private func directoryConflicts() -> [PlanConflict] {
    let directories = [
      ("output/directory", output.directory), ("dataset/cache/directory", dataset.cache.directory),
    ]
    return directories.filter { $0.1?.utf8.contains(0) ?? false }.map { key, _ in
      PlanConflict([key], "a path cannot contain a zero character")
    }
  }
}

extension SourceOptions {
  /// The schemes that can be fetched.
  static let schemes = ["http", "https", "file"]

  /// What is wrong with the location, or `nil`.
  fileprivate var fault: String? {
    if location.utf8.contains(0) { return "a path cannot contain a zero character" }
    guard let colon = location.firstIndex(of: ":"), location[colon...].hasPrefix("://") else {
      return nil
    }
    let scheme = location[..<colon].lowercased()
    guard Self.schemes.contains(scheme) else {
      return "the scheme \"\(scheme)\" is unknown; use http, https, file or a path"
    }
    let rest = location[location.index(colon, offsetBy: 3)...]
    let authority = rest.prefix { !"/?#".contains($0) }
    if authority.contains("@") {
      return "a URL must not hold a user name or password, which would be written to logs and "
        + "results; say in /dataset/auth where they are kept"
    }
    return authority.isEmpty && scheme != "file" ? "the URL names no host" : nil
  }
}
