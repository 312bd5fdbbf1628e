import Ratings
import Recommenders
public import Storage

extension ModelBundle {
  /// Reads a bundle and verifies every file of it against its manifest.
  ///
  /// The path may be that of a bundle's directory, its `.tar.gz`, a run (then its `model`) or an
  /// output directory (then its `latest`).
  ///
  /// - Throws: ``PublishingError``; a file that is missing, additional, changed or contradicts
  ///   another is named, and so is a format that is newer than this program.
  public static func read(_ path: String) throws(PublishingError) -> ModelBundle {
    let source = try BundleSource.find(path)
    // First of all, since a newer format may change everything else.
    let configurationBytes = try source.readText(BundleFile.configuration)
    let json = try ManifestFile.parseObject(
      configurationBytes, file: BundleFile.configuration, owner: source.path)
    let configuration = try BundleConfiguration(json, owner: source.path)

    let manifest = try ManifestFile.parse(
      try source.readText(ManifestFile.name), owner: source.path)
    guard let version = BundleVersion(manifest: manifest) else {
      throw .damaged(
        path: source.path, file: ManifestFile.name, reason: "does not list every file of a bundle")
    }
    let wanted = Set(BundleVersion.files + [BundleFile.metrics, BundleFile.plan])
    let (differences, contents) = try source.compare(with: manifest, keeping: wanted)
    if let difference = differences.first {
      throw .damaged(path: source.path, difference)
    }
    return try BundleDecoder(
      owner: source.path, configuration: configuration, version: version, contents: contents
    ).bundle()
  }
}

extension PublishingError {
  /// The error for the first difference from a manifest.
  public static func damaged(path: String, _ difference: Manifest.Difference) -> PublishingError {
    let reason =
      switch difference {
      case .missing: "is missing"
      case .unlisted: "is not in the manifest"
      case .size(_, let expected, let actual): "has \(actual) bytes instead of \(expected)"
      case .digest(_, let expected, let actual):
        "has the SHA-256 \(actual) instead of \(expected)"
      }
    return .damaged(path: path, file: difference.path, reason: reason)
  }
}

/// Turns the verified files of a bundle into its value, trusting no number in them.
private struct BundleDecoder {
  let owner: String
  let configuration: BundleConfiguration
  let version: BundleVersion
  let contents: [String: [UInt8]]

  func bundle() throws(PublishingError) -> ModelBundle {
    let shape = configuration.model
    let userRows = try EntityRows(
      try bytes(BundleFile.users), header: UserTable.header, expected: shape.users,
      file: BundleFile.users, owner: owner)
    let itemRows = try EntityRows(
      try bytes(BundleFile.items), header: ItemTable.header, expected: shape.items,
      file: BundleFile.items, owner: owner)
    let counts = TrainingCounts(users: userRows.trainingCounts, items: itemRows.trainingCounts)
    let (matrix, ratings, untrained) = try seenItems()
    let (model, blend) = try models(counts)
    let bundle = ModelBundle(
      model: model, blend: blend,
      users: try encoder(userRows.labels, file: BundleFile.users),
      items: try encoder(itemRows.labels, file: BundleFile.items),
      itemDetails: Self.details(itemRows),
      ratings: SeenRatings(starts: matrix.indptr, items: matrix.indices, values: ratings),
      untrained: untrained, matrix: matrix,
      training: configuration.training,
      metrics: try object(BundleFile.metrics), resultPlan: try object(BundleFile.plan),
      version: version)
    guard bundle.userCounts == userRows.counts else {
      throw damage(BundleFile.users, "counts other ratings than \(BundleFile.seen) has")
    }
    guard bundle.itemCounts == itemRows.counts else {
      throw damage(BundleFile.items, "counts other ratings than \(BundleFile.seen) has")
    }
    return bundle
  }

  /// The model, and what its lists are ordered by where that is more.
  private func models(
    _ counts: TrainingCounts
  ) throws(PublishingError) -> (any RatingPredictor, RelevanceBlend?) {
    var tensors: [NamedTensor] = []
    var relevance: [NamedTensor] = []
    let prefix = BlendConfiguration.tensorPrefix
    for tensor in try readTensors(BundleFile.model) {
      guard case .float32(let values) = tensor.values else {
        throw damage(BundleFile.model, "has \"\(tensor.name)\" in another type than F32")
      }
      if configuration.blend != nil, tensor.name.hasPrefix(prefix) {
        let name = String(tensor.name.dropFirst(prefix.count))
        relevance.append(NamedTensor(name: name, shape: tensor.shape, values: values))
      } else {
        tensors.append(NamedTensor(name: tensor.name, shape: tensor.shape, values: values))
      }
    }
    let model = try model(configuration.model, tensors, counts)
    guard let blend = configuration.blend else { return (model, nil) }
    return (
      model, RelevanceBlend(try self.model(blend.model, relevance, counts), weights: blend.weights)
    )
  }

  private func model(
    _ configuration: ModelConfiguration, _ tensors: [NamedTensor], _ counts: TrainingCounts
  ) throws(PublishingError) -> any RatingPredictor {
    do throws(ModelError) {
      return try ModelRestoration.model(
        configuration, tensors: tensors, trainingCounts: counts)
    } catch {
      throw damage(BundleFile.model, "does not fit config.json: \(error)")
    }
  }

  private func seenItems() throws(PublishingError) -> (
    InteractionMatrix, [Float], InteractionMatrix?
  ) {
    let tensors = try readTensors(BundleFile.seen)
    func values(_ name: String) -> SafetensorsTensor.Values? {
      tensors.first { $0.name == name }?.values
    }
    guard case .int64(let starts) = values(SeenTensor.starts),
      case .int32(let items) = values(SeenTensor.items),
      case .float32(let ratings) = values(SeenTensor.ratings)
    else { throw damage(BundleFile.seen, "lacks indptr, indices or ratings") }
    let users = configuration.model.users
    guard starts.count == users + 1, starts.first == 0, starts.last == Int64(items.count),
      items.count == ratings.count, zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw damage(BundleFile.seen, "has rows that do not fit its values") }
    var owners: [UserIndex] = []
    owners.reserveCapacity(items.count)
    for user in 0..<users {
      var previous: Int32 = -1
      for entry in Int(starts[user])..<Int(starts[user + 1]) {
        guard items[entry] > previous, Int(items[entry]) < configuration.model.items,
          ratings[entry].isFinite
        else {
          throw damage(
            BundleFile.seen, "has an item out of order or range, or no number, at \(entry)")
        }
        previous = items[entry]
        owners.append(UserIndex(user))
      }
    }
    let columns = RatingColumns(
      users: owners, items: items.map { ItemIndex(Int($0)) }, values: ratings)
    return (
      InteractionMatrix(users: users, columns: columns), ratings,
      try untrained(of: columns, values(SeenTensor.untrained))
    )
  }

  /// The seen items that the model was not trained with.
  private func untrained(
    of columns: RatingColumns, _ values: SafetensorsTensor.Values?
  ) throws(PublishingError) -> InteractionMatrix? {
    guard let values else { return nil }
    guard case .int32(let places) = values,
      places.allSatisfy({ columns.items.indices.contains(Int($0)) }),
      zip(places, places.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw damage(BundleFile.seen, "names untrained ratings that are not there") }
    return InteractionMatrix(
      users: configuration.model.users, ratings: RatingSubset(columns, rows: places))
  }

  private func encoder<Index>(
    _ labels: [String], file: String
  ) throws(PublishingError) -> LabelEncoder<Index> {
    let encoder = LabelEncoder<Index>(fitting: labels)
    guard encoder.count == labels.count,
      zip(encoder.labels, labels).allSatisfy({ $0.utf8.elementsEqual($1.utf8) })
    else { throw damage(file, "does not have distinct ids in their order") }
    return encoder
  }

  private static func details(_ rows: EntityRows) -> [ItemDetails] {
    let details = rows.details.map { columns in
      ItemDetails(
        title: columns[0].isEmpty ? nil : columns[0],
        genres: columns[1].utf8.split(separator: UInt8(ascii: "|")).map {
          String(decoding: $0, as: UTF8.self)
        })
    }
    return details.contains { $0 != ItemDetails() } ? details : []
  }

  private func readTensors(_ file: String) throws(PublishingError) -> [SafetensorsTensor] {
    let bytes = try bytes(file)
    do throws(SafetensorsProblem) {
      return try Safetensors.read(bytes)
    } catch {
      throw damage(file, error.reason)
    }
  }

  private func object(_ file: String) throws(PublishingError) -> JSONValue {
    try ManifestFile.parseObject(try bytes(file), file: file, owner: owner)
  }

  private func bytes(_ file: String) throws(PublishingError) -> [UInt8] {
    guard let bytes = contents[file] else { throw damage(file, "is missing") }
    return bytes
  }

  private func damage(_ file: String, _ reason: String) -> PublishingError {
    .damaged(path: owner, file: file, reason: reason)
  }
}
