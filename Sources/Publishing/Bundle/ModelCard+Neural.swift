import Recommenders

extension ModelCard {
  /// The lines of the Python reader that compute the keys of a network; `coldKeys` are those for
  /// pairs that training did not see both sides of.
  func pythonNeuralKeys(of model: ModelConfiguration, coldKeys: String) -> String {
    let layers = """
      for n in range(1, len(config["hidden"]) + 2):
          if n > 1: key = np.maximum(key, 0)
          key = key @ tensors[f"dense_{n}_kernel"] + tensors[f"dense_{n}_bias"]
      key = key[:, 0]
      """
    guard case .neural(let network) = model.details else {
      return """
        key = np.concatenate([np.broadcast_to(tensors["user_factors"][u],
            tensors["item_factors"].shape), tensors["item_factors"]], axis=1)
        \(layers)
        \(coldKeys)return key
        """
    }
    let genres =
      network.genres == nil ? "" : "\ninputs.append(tensors[\"item_genre_factors\"])"
    return """
      wide = lambda row: np.broadcast_to(row, (len(items), len(row)))
      inputs = [wide(tensors["user_factors"][u]), tensors["item_factors"]]\(genres)\
      \(pythonDate(network.date))
      key = np.concatenate(inputs, axis=1)
      \(layers)
      \(network.hasFeatures ? "" : coldKeys)return key
      """
  }

  /// The lines that add the date that recommendations are made for.
  private func pythonDate(_ date: DateEncoding?) -> String {
    guard let date else { return "" }
    guard date.asOf != nil else {
      return """

        for name in ["year", "month", "weekday", "hour", "days"]:
            inputs.append(wide(tensors[f"{name}_factors"][0]))  # no time is known
        """
    }
    return """

      date = config["details"]["date"]
      time = datetime.datetime.fromtimestamp(date["as_of"], datetime.timezone.utc)
      days = max(date["as_of"] // 86400 - int(tensors["user_first_day"][u]), 0)
      days = 0 if users[u]["train_count"] == "0" else 1 + min(days.bit_length(), 15)
      rows = {"year": 1 + time.year - date["first_year"], "month": time.month,
              "weekday": 1 + time.weekday(), "hour": 1 + time.hour, "days": days}
      for name, row in rows.items(): inputs.append(wide(tensors[f"{name}_factors"][row]))
      """
  }

  /// The modules of Python that the keys need besides those of every model.
  var pythonModules: String {
    let needsDates = bundle.model.configuration.parts.contains { part in
      if case .neural(let network) = part.details { return network.date?.asOf != nil }
      return false
    }
    return needsDates ? ", datetime" : ""
  }

  /// What stands between the formula and the other tensors: the tensors of features.
  var featureNotes: String {
    guard case .neural(let network) = bundle.model.configuration.details, network.hasFeatures else {
      return ""
    }
    var notes = ""
    if network.genres != nil {
      notes += """


        `g` is a row of `item_genre_factors`: the mean of the rows of `genre_factors` that belong to
        the item's genres, or its row 0 for an item without genres. The others belong to the `genres`
        of `config.json`, in their order.
        """
    }
    if network.date != nil {
      notes += """


        `year_t` to `days_t` are rows of `year_factors`, `month_factors`, `weekday_factors`,
        `hour_factors` and `days_factors`: row 0 where the time is not known, then the years from
        `first_year` on (the nearest for others), January to December, Monday to Sunday and the hours
        from 0 to 23, all in UTC, and for n days since the user's first rating (`user_first_day`,
        counted from 1970-01-01) the row 1 + min(number of binary digits of n, 15). Held-out rows are
        predicted at their own times; lists are made for the time `as_of`, the newest in training.
        """
    }
    return notes
  }
}
