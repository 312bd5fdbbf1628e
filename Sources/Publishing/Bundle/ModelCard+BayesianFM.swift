extension ModelCard {
  /// The lines that compute the keys of a `bayesian-fm` model, as of the newest training row.
  ///
  /// Of a row of samples, [0] is the linear term and [1:] are the factors, some features having only the
  /// first ones; a feature loses half the squares of its factors, which the rows of users and items have
  /// lost already.
  static let machineKeys = """
    from statistics import NormalDist
    details, t, normal = config["details"], tensors, NormalDist()
    row = np.float64(t["user_samples"][u])
    def feature(values, x):
        part = np.zeros(row.shape)
        part[: len(values)] = np.float64(values) * x
        part[0] -= (part[1:] ** 2).sum(axis=0) / 2
        return part
    row[0] += t["global_samples"][0]
    if "days" in t:
        for d in np.flatnonzero(t["days"] == details["as_of"] // 86400):
            row += feature(t["day_samples"][d], 1)
    if "recent_means" in t:
        for n, x in enumerate(t["recent_means"][u]):
            row += feature(t["neighbour_samples"][n], x)
            place = 2 + 20 * n + (x >= t["neighbour_bounds"][n]).sum()
            row += feature(t["neighbour_samples"][place], 1)
    a = (int(users[u]["train_count"]) + 1) ** -0.5
    key = np.empty(len(items), np.float32)
    for i in range(len(items)):
        total = row + t["item_samples"][i]
        if "rated_samples" in t:
            b = (int(items[i]["train_count"]) + 1) ** -0.5
            total = total + feature(t["rated_samples"][i], a) + feature(t["rater_samples"][u], b)
        if "item_kinds" in t:
            for j in np.flatnonzero(t["item_kinds"][i]):
                pair = int(t["cross_features"][u, j])
                if pair > 0:
                    total = total + feature(t["cross_samples"][pair - 1], t["item_kinds"][i, j])
        score = total[0] + (total[1:] ** 2).sum(axis=0) / 2
        if details["levels"]:
            levels = details["levels"]
            cuts = t["global_samples"][2:]
            score = [levels[0] + sum((levels[n + 1] - levels[n]) * normal.cdf(s - cuts[n, k])
                     for n in range(len(levels) - 1)) for k, s in enumerate(score)]
        mean = t["user_means"][u] + t["user_spreads"][u] * np.mean(score)
        if not details["levels"]:  # what to expect if noise beyond the scale is rated with its ends
            low, high = config["rating_scale"]["minimum"], config["rating_scale"]["maximum"]
            noise = t["user_spreads"][u] * np.mean(t["global_samples"][1]) ** 0.5
            if noise > 0:
                excess = lambda x: normal.pdf(x) + x * normal.cdf(x)
                mean += noise * (excess((low - mean) / noise) - excess((mean - high) / noise))
            mean = min(max(mean, low), high)
        key[i] = mean - config["train_mean"]
    return key
    """
}
