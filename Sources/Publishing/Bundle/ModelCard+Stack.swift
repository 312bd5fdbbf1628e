extension ModelCard {
  /// The lines that compute the keys of a stack from what its models predict.
  static let pythonStackKeys = """
    missing = -np.finfo(np.float32).max  # stands for what is not known
    rows, days = tensors["stack_trees"], details.get("as_of", 0) / 86400
    low, high = config["rating_scale"]["minimum"], config["rating_scale"]["maximum"]
    key = predicted[0].copy()
    for i in range(len(items)):
        year = tensors["stack_items"][i, 3]
        age = missing if year == missing else days / 365.2425 + 1970 - year
        x = np.float32([predicted[0][i], *(other[i] - predicted[0][i] for other in predicted[1:]),
                        *tensors["stack_users"][u], *tensors["stack_items"][i],
                        *([age, days] if "as_of" in details else [missing, missing]),
                        *tensors["stack_recent"][u]])
        total = 0
        for root in tensors["stack_roots"]:
            feature, bound, child = rows[int(root)]  # of a leaf: -1 and its value
            while feature >= 0:
                feature, bound, child = rows[int(child) + int(x[int(feature)] >= bound)]
            total += bound
        key[i] += np.float32((high - low) or 1) * np.float32(total)
    return key - np.float32(config["train_mean"])
    """
}
