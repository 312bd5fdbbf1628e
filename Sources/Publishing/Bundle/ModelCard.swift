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

    A `\(model.type.rawValue)` model, made by recjob. It predicts how a user would rate an item that
    the user has not rated yet; the items with the highest predictions are recommended.

    ## Data

    | users | items | ratings | least rating | greatest rating |
    |---|---|---|---|---|
    | \(bundle.users.count) | \(bundle.items.count) | \(bundle.seen.indices.count) | \
    \(DecimalText.shortest(model.scale.minimum)) | \(DecimalText.shortest(model.scale.maximum)) |

    \(trainedOn)

    ## Prediction

        \(bundle.configuration.formula)

    `p` and `q` are rows of `user_factors` and `item_factors`, `b` and `c` values of `user_bias` and
    `item_bias`, `W_n` and `d_n` the kernel and bias of dense layer n; `train_mean` and the rating
    scale are in `config.json`. Lists are ordered by `key`, ties by item index.

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
    `indices[indptr[u]:indptr[u + 1]]`, and `ratings` is aligned with them |
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

  private var trainedOn: String {
    switch bundle.training["trained_on"]?.stringValue {
    case "all": "The parameters were trained on all ratings, the held-out ones included."
    default: "The parameters were trained without the held-out ratings."
    }
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

  /// A Python function `lists(bundle_directory, k)`, with `score(...)` for single users; keys are
  /// computed in float32.
  private var pythonReader: String {
    """
    import csv, json
    import numpy as np
    from safetensors.numpy import load_file

    def lists(bundle_directory, k):
        config, tensors, seen, users, items = load(bundle_directory)
        result = {}
        for u, user in enumerate(users):
            key = keys(config, tensors, users, items, u)
            key[seen["indices"][seen["indptr"][u]:seen["indptr"][u + 1]]] = -np.inf
            best = [i for i in np.argsort(-key, kind="stable")[:k] if key[i] > -np.inf]
            scores = ratings(config, key[best])
            result[user["user_id"]] = [(items[i]["item_id"], s) for i, s in zip(best, scores)]
        return result

    def load(bundle_directory):
        config = json.load(open(f"{bundle_directory}/config.json", encoding="utf-8"))
        tensors, seen = (load_file(f"{bundle_directory}/{name}.safetensors")
                         for name in ("model", "seen"))
        users, items = (list(csv.DictReader(
            open(f"{bundle_directory}/{name}.csv", encoding="utf-8", newline="")))
            for name in ("users", "items"))
        return config, tensors, seen, users, items

    def keys(config, tensors, users, items, u):  # of all items, for the user in row u
    \(pythonKeys)
        return key

    def ratings(config, key):
        return \(pythonRating)
    """
  }

  /// The lines that compute `key` for the model's type.
  private var pythonKeys: String {
    switch model.type {
    case .bias:
      """
          key = tensors["user_bias"][u] + tensors["item_bias"]
      """
    case .biasedDot, .logisticDot:
      """
          key = tensors["item_factors"] @ tensors["user_factors"][u]
          key = key + tensors["user_bias"][u] + tensors["item_bias"]
      """
    case .dot:
      """
          key = tensors["item_factors"] @ tensors["user_factors"][u]
      """ + pythonColdKeys("config[\"train_mean\"]")
    case .neural:
      """
          p = np.broadcast_to(tensors["user_factors"][u], tensors["item_factors"].shape)
          key = np.concatenate([p, tensors["item_factors"]], axis=1)
          for n in range(1, len(config["hidden"]) + 2):
              key = key @ tensors[f"dense_{n}_kernel"] + tensors[f"dense_{n}_bias"]
              if n <= len(config["hidden"]):
                  key = np.maximum(key, 0)
          key = key[:, 0]
      """ + pythonColdKeys(pythonMeanKey)
    }
  }

  /// The lines for pairs that the model knows nothing of, where they are not as trained.
  private func pythonColdKeys(_ meanKey: String) -> String {
    guard model.cold == .knownTerms else { return "" }
    return "\n" + """
          cold = np.array([item["train_count"] == "0" for item in items])
          key[cold | (users[u]["train_count"] == "0")] = \(meanKey)
      """
  }

  private var pythonMeanKey: String {
    DecimalText.shortest(model.meanKey)
  }

  private var pythonRating: String {
    switch model.link {
    case .sigmoid:
      """
      config["rating_scale"]["minimum"] + (
              config["rating_scale"]["maximum"] - config["rating_scale"]["minimum"]
          ) / (1 + np.exp(-np.float64(key)))
      """
    case .identity, .auto:
      model.type == .dot ? "np.float64(key)" : "config[\"train_mean\"] + np.float64(key)"
    }
  }
}
