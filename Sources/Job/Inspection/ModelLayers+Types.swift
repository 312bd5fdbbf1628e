import Recommenders
import Storage

/// The layers of each type of model.
extension ModelLayers {
  /// Models whose key is a dot product, biases, or both.
  mutating func addFactors(_ model: ModelConfiguration) {
    var user = ["user"]
    if has("rated_item_factors") {
      // The user's row is a sum over these; it is kept, and only the reasons take it apart.
      let parts = ["rated_item_factors", "rated_item_bias", "history_factors", "history_bias"]
      add(
        ModelLayer(
          name: parts[0], type: "Rated items", shape: rowShape(parts[0]),
          parameters: parts.reduce(0) { $0 + size($1) }, inputs: user))
      user.append(parts[0])
    }
    addRows("user_factors", "Embedding", user)
    addRows("item_factors", "Embedding", ["item"])
    addRows("user_bias", "Embedding", ["user"])
    addRows("item_bias", "Embedding", ["item"])
    let biases = ["user_bias", "item_bias"].filter { has($0) }
    guard has("user_factors") else {
      add("key", "Add", [1], biases)
      return addRating(model, of: "key")
    }
    add("dot", "Dot", [1], ["user_factors", "item_factors"])
    guard !biases.isEmpty else { return addRating(model, of: "dot") }
    add("key", "Add", [1], ["dot"] + biases)
    addRating(model, of: "key")
  }

  /// The network, with the features that it has. Dropout, which works in training alone, is shown where
  /// the job's plan names it.
  mutating func addNetwork(_ model: ModelConfiguration, plan: JSONValue?) {
    addRows("user_factors", "Embedding", ["user"])
    addRows("item_factors", "Embedding", ["item"])
    var parts = ["user_factors", "item_factors"]
    addRows("genre_factors", "Embedding", ["item"])
    if has("item_genre_factors") {
      addKept("item_genre_factors", "Mean by item", ["genre_factors", "item"])
      parts.append("item_genre_factors")
    }
    addKept("user_first_day", "Lookup", ["user"])
    for part in DatePart.allCases {
      let name = "\(part.rawValue)_factors"
      guard has(name) else { continue }
      addRows(name, "Embedding", part == .days ? ["time", "user_first_day"] : ["time"])
      parts.append(name)
    }
    var width = parts.reduce(0) { $0 + rowShape($1).reduce(1, *) }
    var input = "factors"
    add(input, "Concatenate", [width], parts)
    func addDropout(_ number: Int, _ rate: JSONValue?) {
      guard let rate = rate?.doubleValue, rate > 0 else { return }
      let name = "dropout_\(number)"
      add(name, "Dropout \(TextTable.rounded(rate, digits: 4))", [width], [input])
      input = name
    }
    addDropout(1, plan?["dropout"]?["input"])
    for (index, units) in (model.hidden + [1]).enumerated() {
      let name = "dense_\(index + 1)"
      let isLast = index == model.hidden.count
      add(
        ModelLayer(
          name: name, type: isLast ? "Dense" : "Dense + ReLU", shape: [units],
          parameters: size("\(name)_kernel") + size("\(name)_bias"), inputs: [input]))
      (width, input) = (units, name)
      if !isLast { addDropout(index + 2, plan?["dropout"]?["hidden"]) }
    }
    addRating(model, of: input)
  }

  /// The machine: rows of samples, looked up for the pair, then summed as the formula says.
  mutating func addMachine(_ model: ModelConfiguration) {
    addRows("user_samples", "Samples", ["user"])
    addRows("item_samples", "Samples", ["item"])
    addRows("rater_samples", "Samples", ["user"])
    addRows("rated_samples", "Samples", ["item"])
    addKept("cross_features", "Lookup", ["user"])
    addKept("item_kinds", "Lookup", ["item"])
    addRows("cross_samples", "Samples", ["cross_features", "item_kinds"])
    addKept("days", "Lookup", ["time"])
    addRows("day_samples", "Samples", ["days"])
    addKept("recent_means", "Lookup", with: ["neighbour_bounds"], ["user", "time"])
    addRows("neighbour_samples", "Samples", ["recent_means"])
    let samples = layers.filter { $0.type == "Samples" }.map(\.name)
    let count = rowShape("global_samples").first ?? 1
    add(
      ModelLayer(
        name: "global_samples", type: "Factorization machine", shape: [count],
        parameters: size("global_samples"), inputs: samples))
    add("mean", "Mean over samples", [1], ["global_samples"])
    addRows("user_means", "Embedding", ["user"])
    addRows("user_spreads", "Embedding", ["user"])
    add("key", "Scale and shift", [1], ["mean", "user_spreads", "user_means"])
    addRating(model, of: "key")
  }

  /// Trees over ratings and the tables of a stack.
  mutating func addTrees(over ratings: [String], hasTime: Bool) {
    addKept("stack_users", "Lookup", ["user"])
    addKept("stack_items", "Lookup", ["item"])
    addKept("stack_recent", "Lookup", ["user"])
    add(
      ModelLayer(
        name: "stack_trees", type: "Sum of trees", shape: [1],
        parameters: size("stack_trees") + size("stack_roots"),
        inputs: ratings + ["stack_users", "stack_items", "stack_recent"]
          + (hasTime ? ["time"] : [])))
    add("rating", "Add", [1], Array(ratings.prefix(1)) + ["stack_trees"])
  }

  /// Biases, and what the user's ratings of similar items add to them.
  mutating func addNeighbours(_ model: ModelConfiguration) {
    addRows("user_bias", "Embedding", ["user"])
    addRows("item_bias", "Embedding", ["item"])
    add(
      ModelLayer(
        name: "neighbour_similarities", type: "Neighbours", shape: [longestList(model)],
        parameters: size("neighbour_similarities"),
        kept: size("neighbour_items") + size("neighbour_counts"), inputs: ["item"]))
    addKept(
      "residuals", "Lookup", shape: [longestList(model)],
      with: ["residual_items", "residual_counts"],
      ["user", "neighbour_similarities"])
    add("neighbours", "Weighted mean", [1], ["neighbour_similarities", "residuals"])
    add("key", "Add", [1], ["neighbours", "user_bias", "item_bias"])
    addRating(model, of: "key")
  }

  private func longestList(_ model: ModelConfiguration) -> Int {
    if case .itemKNN(let details) = model.details { return details.neighbours }
    return 1
  }

  /// What a user chose, by the column of the item; where the matrix is that of the users, the other way
  /// round.
  mutating func addEase(_ model: ModelConfiguration) {
    let size = rowShape("inverse")
    let isByUsers = model.users <= model.items
    addKept(
      "input_value", "Sparse row", shape: size, with: ["input_item", "input_count"],
      [isByUsers ? "item" : "user"])
    addRows("inverse", "Dense row", [isByUsers ? "user" : "item"])
    addRows("item_scale", "Embedding", ["item"])
    add("dot", "Dot", [1], ["input_value", "inverse"])
    add("key", "Scale and subtract", [1], ["input_value", "dot", "item_scale"])
  }
}
