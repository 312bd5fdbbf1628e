import Ratings
import Recommenders
import Storage

extension Plan {
  /// What is wrong with the models that are compared and the ranges that are searched, which are read
  /// over the rest of the job.
  ///
  /// What is wrong with the job itself, `besides`, is not repeated.
  func searchFaults(
    in root: JSONNode, besides faults: [StrictDecoder.Fault]
  ) -> [StrictDecoder.Fault] {
    comparisonFaults(in: root, besides: faults) + tuningFaults(in: root)
  }

  private func comparisonFaults(
    in root: JSONNode, besides known: [StrictDecoder.Fault]
  ) -> [StrictDecoder.Fault] {
    guard case .array(let entries)? = root["compare"]?.kind else { return [] }
    let base = root.withoutSearch
    return entries.enumerated().flatMap { index, entry -> [StrictDecoder.Fault] in
      let place = JSONPointer(["compare", "\(index)"])
      if known.contains(where: { $0.pointer.tokens.starts(with: place.tokens) }) { return [] }
      let changes = entry.removing(["name"] + ObjectSchema<Plan>.annotations)
      var faults = Plan.read(base.merging(changes)).faults.filter { fault in
        // A key of the job that has no meaning for another model simply stands by.
        !(fault.kind == .meaninglessKey && !changes.holds(fault.pointer.tokens))
          && !known.contains { $0.pointer == fault.pointer && $0.reason == fault.reason }
      }
      for number in faults.indices {
        faults[number].pointer.tokens.insert(contentsOf: place.tokens, at: 0)
      }
      if let compare, compare.indices.contains(index),
        compare[..<index].contains(where: { $0.name == compare[index].name })
      {
        faults.append(
          StrictDecoder.Fault(
            position: entry["name"]?.position ?? entry.position,
            pointer: place.appending("name"),
            reason: "\(JSONValue.string(compare[index].name).text()) names an earlier model already"
          ))
      }
      return faults
    }
  }
}

extension Plan {
  /// What keeps a job from being compared or searched.
  func searchConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    if split.validation == .test, compare != nil || tune != nil {
      conflicts.append(
        PlanConflict(["split/validation", compare != nil ? "compare" : "tune"], Self.watchesTest))
    }
    if let tune, split.validation == .carve, split.validationFraction == 0 {
      conflicts.append(
        PlanConflict(
          ["split/validation_fraction", "tune"],
          "a search chooses by its \(tune.metric.title) and needs validation rows; raise the fraction"
        ))
    }
    if tune != nil, models.count > 1 {
      conflicts.append(
        PlanConflict(["tune", "model"], "a search is of one model; \"model\" is a list of several"))
    }
    if let tune, tune.metric == .validationRMSE,
      ([model.type] + tune.modelTypes).contains(where: \.isRelevance)
    {
      conflicts.append(
        PlanConflict(
          ["tune/metric", "model/type", "tune/ranges"],
          "a relevance model predicts no ratings; the metric must be "
            + "\"\(TuneMetric.validationNDCG.rawValue)\""))
    }
    return conflicts
  }

  /// Why a job that watches the held-out rows is neither compared nor searched.
  static let watchesTest =
    "\"test\" would choose by the held-out rows, which a comparison and a search refuse; it must be "
    + "\"carve\""
}

extension TuneOptions {
  /// The types of model that are searched; empty where the type is the job's own.
  var modelTypes: [ModelType] {
    guard case .choices(let values) = ranges.first(where: { $0.path == "model.type" })?.range else {
      return []
    }
    return values.compactMap { $0.stringValue.flatMap { ModelType(rawValue: $0) } }
  }
}
