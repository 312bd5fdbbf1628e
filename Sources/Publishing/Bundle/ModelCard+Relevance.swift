import Recommenders

/// The lines of the reader in Python that are about relevance.
extension ModelCard {
  /// The body of `keys` for `ease`; `tensors` are those of its model.
  static let pythonEaseKeys = """
    counts, chosen, value = (tensors[f"input_{n}"] for n in ("count", "item", "value"))
    rows, chosen = np.repeat(np.arange(len(counts)), counts.astype(int)), chosen.astype(int)
    own = np.zeros(len(items), np.float32)
    own[chosen[rows == u]] = value[rows == u]
    if len(users) <= len(items):
        sums = np.bincount(chosen, value * tensors["inverse"][u][rows], len(items))
    else:
        sums = own @ tensors["inverse"]
    return (own - sums * tensors["item_scale"]).astype(np.float32)
    """

  /// Functions for lists that are ordered by relevance; nothing for others.
  static func pythonOrder(_ blend: RelevanceBlend?) -> String {
    guard let blend else { return "" }
    let prefix = BlendConfiguration.tensorPrefix
    let keys =
      blend.model.configuration.type == .ease
      ? pythonEaseKeys : #"return tensors["item_factors"] @ tensors["user_factors"][u]"#
    return """

      def relevance(tensors, users, items, u):  # of all items
          tensors = {n[\(prefix.count):]: t for n, t in tensors.items() if n.startswith("\(prefix)")}
      \(keys.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))

      def order(config, tensors, users, items, u, key):  # without diversity and caps of genres
          def z(values):
              unseen = np.float64(values)[key > -np.inf]
              deviation = unseen.std()
              return (np.float64(values) - unseen.mean()) / deviation if deviation > 0 else 0 * key
          share = min(int(users[u]["train_count"]) / \(RelevanceBlend.fewChoices), 1)
          popularity = np.log([max(int(item["train_count"]), 1) for item in items])
          weights = config["relevance"]
          with np.errstate(invalid="ignore"):
              score = (share * z(relevance(tensors, users, items, u))
                       + weights["rating_weight"] * z(ratings(config, key))
                       + (1 - share - share * weights["rarity_weight"]) * z(popularity))
          return np.where(key > -np.inf, np.float32(score), -np.inf)

      """
  }
}
