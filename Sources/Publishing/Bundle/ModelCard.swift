import Ratings
import Recommenders
import Storage

/// The `README.md` of a bundle: what it is, how good it is, how to read it, and its limits.
///
/// It depends on the bundle alone, so that equal bundles have equal cards.
struct ModelCard {
  let bundle: ModelBundle
  let version: BundleVersion

  private var model: ModelConfiguration { bundle.model.configuration }

  var text: String {
    """
    # Recommendation model `\(version.short)`

    A `\(model.type.rawValue)` model, made by recjob. \(purpose)

    ## Data

    | users | items | ratings | least rating | greatest rating |
    |---|---|---|---|---|
    | \(bundle.users.count) | \(bundle.items.count) | \(bundle.seenRatings.count) | \
    \(DecimalText.shortest(model.scale.minimum)) | \(DecimalText.shortest(model.scale.maximum)) |

    \(trainedOn)

    ## Prediction

        \(bundle.configuration.formula)

    `p` and `q` are rows of `user_factors` and `item_factors`, `b` and `c` values of `user_bias` and
    `item_bias`, `W_n` and `d_n` the kernel and bias of dense layer n; `train_mean` and the rating
    scale are in `config.json`. Lists are ordered by `key`, ties by item index.\(featureNotes)

    ## Settings

    \(Self.table(bundle.training))
    ## Evaluation

    \(Self.table(bundle.metrics))
    ## Files

    | file | content |
    |---|---|
    | `config.json` | type, sizes, rating scale, link, training settings, format version |
    | `model.safetensors` | the parameters, float32 |
    | `seen.safetensors` | what each user has rated: the items of user u are \
    `indices[indptr[u]:indptr[u + 1]]`, and `ratings` is aligned with them\(untrainedNote) |
    | `users.csv`, `items.csv` | index in the tensors, raw id, number of ratings in all and in \
    training; title, and genres joined by a bar |
    | `metrics.json` | the evaluation |
    | `plan.json` | the settings that determine the result |
    | `manifest.json` | size and SHA-256 of every file |

    The version is the SHA-256 over `path NUL sha256 LF` of `config.json`, `items.csv`,
    `model.safetensors`, `seen.safetensors` and `users.csv`: `\(version)`.

    ## Reading it with Python

    With numpy and safetensors, this recomputes the lists of all users. It ranks every item; if the
    plan restricts the candidates, leave out the others.

    ```python
    \(pythonReader)
    ```

    ## Limits

    - The model knows the users and items of its data and no others.
    - Predictions are not clipped to the rating scale, and measure taste, not quality.
    - Items with few ratings are predicted from little and may stand too high or too low.
    - It has what each user rated, which may be personal data; keep it as carefully as its source.

    """
  }

  private var purpose: String {
    if model.type.isRelevance {
      return """
        It says which of the items that a user has not rated yet the user is most
        likely to choose and to like; its scores are not on the rating scale.
        """
    }
    let prediction = """
      It predicts how a user would rate an item that
      the user has not rated yet;
      """
    return bundle.blend == nil
      ? prediction + " the items with the highest predictions are recommended."
      : prediction + " the items are recommended by relevance, rating and rarity together."
  }

  private var trainedOn: String {
    switch bundle.training["trained_on"]?.stringValue {
    case "all": "The parameters were trained on all ratings, the held-out ones included."
    default: "The parameters were trained without the held-out ratings."
    }
  }

  /// What else the file of the seen items has.
  private var untrainedNote: String {
    bundle.untrained == nil
      ? "" : "; `untrained` are the places in both of what the parameters were trained without"
  }

  /// The numbers, texts and truth values of an object, one a row, named by their path.
  private static func table(_ value: JSONValue) -> String {
    var rows = ""
    func visit(_ value: JSONValue, name: String) {
      switch value {
      case .object(let members):
        for member in members {
          visit(member.value, name: name.isEmpty ? member.key : "\(name).\(member.key)")
        }
      case .array, .null: break
      case .bool, .number, .string:
        rows += "| \(name) | \(cell(value)) |\n"
      }
    }
    visit(value, name: "")
    return rows.isEmpty ? "None are recorded.\n" : "| name | value |\n|---|---|\n\(rows)"
  }

  private static func cell(_ value: JSONValue) -> String {
    let text = value.stringValue ?? value.text()
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0 == "|" || $0 == "\n" || $0 == "\r" ? " " : $0 }))
  }

  // MARK: - The reader

  /// A Python function `lists(bundle_directory, k)` and its parts; keys are computed in float32,
  /// and the lines that compute them are those of the model's own type.
  private var pythonReader: String {
    """
    import csv, json\(pythonModules)
    import numpy as np
    from safetensors.numpy import load_file

    def load(directory):
        with open(f"{directory}/config.json", encoding="utf-8") as file: config = json.load(file)
        tensors, seen = (load_file(f"{directory}/{n}.safetensors") for n in ("model", "seen"))
        users, items = (list(csv.DictReader(open(f"{directory}/{n}.csv", encoding="utf-8",
                                                 newline=""))) for n in ("users", "items"))
        return config, tensors, seen, users, items

    \(pythonParts)def keys(config, tensors, users, items, u):  # of all items, for the user of row u
    \(pythonKeys(of: model).indentedLines)

    def ratings(config, key):  # the predicted ratings that keys stand for
    \(pythonRatings(of: model).indentedLines)
    \(Self.pythonOrder(bundle.blend))
    def lists(bundle_directory, k):  # {user_id: [(item_id, score), ...]}, best first
        config, tensors, seen, users, items = load(bundle_directory)
        result = {}
        for u, user in enumerate(users):
            key = keys(config, tensors, users, items, u)
            key[seen["indices"][seen["indptr"][u]:seen["indptr"][u + 1]]] = -np.inf
            score = \(pythonScore)
            best = np.argsort(-score, kind="stable")[:k]
            best = best[key[best] > -np.inf]
            result[user["user_id"]] = [(items[i]["item_id"], float(ratings(config, key[i])))
                                       for i in best]
        return result
    """
  }

  /// What the lists are ordered by.
  private var pythonScore: String {
    bundle.blend == nil ? "key" : "order(config, tensors, users, items, u, key)"
  }

  /// The functions `keys_n` and `ratings_n` of each part of a blend or stack; nothing for other models.
  private var pythonParts: String {
    model.details.members.enumerated().map { number, part in
      """
      def keys_\(number + 1)(config, tensors, users, items, u):
      \(pythonKeys(of: part).indentedLines)

      def ratings_\(number + 1)(config, key):
      \(pythonRatings(of: part).indentedLines)


      """
    }.joined()
  }

  /// The predictions of the parts of a blend or stack.
  private static func pythonPartRatings(parts: Int) -> String {
    let functions = (1...parts).map { "(keys_\($0), ratings_\($0))" }.joined(separator: ", ")
    return """
      details, predicted = config["details"], []
      for n, (part_keys, part_ratings) in enumerate([\(functions)]):
          part, prefix = details["models"][n], f"model_{n + 1}."
          own = {t[len(prefix):]: v for t, v in tensors.items() if t.startswith(prefix)}
          rating = part_ratings(part, part_keys(part, own, users, items, u))
          predicted.append(np.float32(rating))

      """
  }

  private static let pythonBlendKeys = """
    key = np.zeros(len(items), np.float32)
    for rating, weight in zip(predicted, details["weights"]): key += np.float32(weight) * rating
    return key - np.float32(config["train_mean"])
    """

  private func pythonKeys(of model: ModelConfiguration) -> String {
    let dotProducts = #"tensors["item_factors"] @ tensors["user_factors"][u]"#
    let biases = #"tensors["user_bias"][u] + tensors["item_bias"]"#
    return switch model.type {
    case .bias: "return \(biases)"
    case .biasedDot, .logisticDot, .svdPlusPlus, .als:
      "key = \(dotProducts)\nreturn key + \(biases)"
    case .dot: "key = \(dotProducts)\n\(Self.pythonColdKeys(of: model))return key"
    case .ials: "return \(dotProducts)"
    case .ease: Self.pythonEaseKeys
    case .bayesianFM: Self.machineKeys
    case .itemKNN: Self.pythonNeighbourKeys
    case .blend:
      Self.pythonPartRatings(parts: model.details.members.count) + Self.pythonBlendKeys
    case .stack:
      Self.pythonPartRatings(parts: model.details.members.count) + Self.pythonStackKeys
    case .neural: pythonNeuralKeys(of: model, coldKeys: Self.pythonColdKeys(of: model))
    }
  }

  private static let pythonNeighbourKeys = """
    key = tensors["user_bias"][u] + tensors["item_bias"]
    rated, near = (np.concatenate([[0], np.cumsum(tensors[n].astype(np.int64))])
                   for n in ("residual_counts", "neighbour_counts"))
    known = np.full(len(items), np.nan, dtype=np.float32)
    row = slice(rated[u], rated[u + 1])
    known[tensors["residual_items"][row].astype(np.int64)] = tensors["residuals"][row]
    for i in range(len(items)):  # neighbours stand by falling similarity
        row = slice(near[i], near[i + 1])
        e = known[tensors["neighbour_items"][row].astype(np.int64)]
        on = np.flatnonzero(~np.isnan(e))[:config["details"]["neighbours"]]
        if len(on) == 0: continue
        s2 = tensors["neighbour_similarities"][row][on] ** 2
        key[i] += (s2 * e[on]).sum() / (s2.sum() + np.float32(config["details"]["damping"]))
    return key
    """

  /// The lines for pairs that training did not see both sides of, where the tensors do not already
  /// say what is predicted for them.
  private static func pythonColdKeys(of model: ModelConfiguration) -> String {
    guard model.cold == .knownTerms else { return "" }
    return """
      cold = np.array([item["train_count"] == "0" for item in items])
      key[cold | (users[u]["train_count"] == "0")] = \(DecimalText.shortest(model.meanKey))

      """
  }

  private func pythonRatings(of model: ModelConfiguration) -> String {
    switch model.link {
    case .sigmoid:
      """
      low, high = config["rating_scale"]["minimum"], config["rating_scale"]["maximum"]
      return low + (high - low) / (1 + np.exp(-np.float64(key)))
      """
    case .identity, .auto:
      model.type == .dot || model.type.isRelevance
        ? "return np.float64(key)" : #"return config["train_mean"] + np.float64(key)"#
    }
  }
}

extension ModelConfiguration {
  /// The models of a blend or stack; the model itself where it is neither.
  var parts: [ModelConfiguration] {
    details.members.isEmpty ? [self] : details.members
  }
}

extension String {
  /// The lines as the body of a Python function.
  fileprivate var indentedLines: String {
    split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
  }
}
