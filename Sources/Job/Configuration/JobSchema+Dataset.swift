import Ratings
import Storage

extension JobSchema {
  static let dataset = ObjectSchema(
    DatasetOptions(sources: []),
    [
      Field(
        "sources", \DatasetOptions.sources,
        .array(of: .source, prototype: SourceOptions(""), count: 1...100),
        "Mirrors of the dataset, tried in this order: a URL (http, https, file) or a path relative "
          + "to the job file."
      ).required(),
      Field(
        "sha256", \DatasetOptions.sha256, .nullable(.sha256, prototype: SHA256Digest(of: "")),
        "The SHA-256 that the fetched file must have; it is checked before anything is read."),
      Field(
        "pin", \DatasetOptions.pin, .choice,
        "With `lock`, the first run records the SHA-256 beside the job file and later runs must "
          + "find the same. It excludes `sha256`."),
      Field(
        "format", \DatasetOptions.parsing.format, .choice,
        "The layout of the files; `auto` tells it from their names."),
      Field(
        "ratings", \DatasetOptions.ratings, .nullable(.text, prototype: ""),
        "The archive member with the ratings; `null` finds it by its name."),
      Field(
        "items", \DatasetOptions.items, .nullable(.text, prototype: ""),
        "The archive member with the titles; `null` finds it by its name."),
      Field(
        "max_bad_rows", \DatasetOptions.parsing.maxBadRows, .integer(0...1_000_000_000),
        "How many unreadable rows of a file are skipped and counted before one ends the run."),
      Field(
        "duplicates", \DatasetOptions.parsing.duplicates, .choice,
        "What becomes of several ratings of one item by one user: the newest stands, their mean, "
          + "or the run ends."),
      Field(
        "rating_scale", \DatasetOptions.parsing.ratingScale,
        .nullable(.object(ratingScale), prototype: ratingScale.prototype),
        "The scale that ratings must lie on; `null` accepts every finite number."),
      Field("cache", \DatasetOptions.cache, .object(cache), "Where fetched files are kept."),
      Field(
        "auth", \DatasetOptions.auth, .nullable(.object(auth), prototype: auth.prototype),
        "What the server of the first http or https source is told so that it gives the dataset. "
          + "Only this server hears it: the same scheme, host and port, and over https unless it is "
          + "this machine. The job file says where the secret is and never holds it."),
      Field(
        "limits", \DatasetOptions.limits, .object(fetchLimits),
        "How large a download may be, and how long and how often is tried."),
    ])

  private static let source = ObjectSchema(
    SourceOptions(""),
    [
      Field("url", \SourceOptions.location, .text, "The URL or path of this mirror.").required(),
      Field(
        "sha256", \SourceOptions.sha256, .nullable(.sha256, prototype: SHA256Digest(of: "")),
        "The SHA-256 of this mirror, where mirrors are packed differently."),
    ])

  private static let ratingScale = ObjectSchema(
    RatingScale(minimum: 0, maximum: 0),
    [
      Field("minimum", \RatingScale.minimum, .rating, "The least rating.").required(),
      Field("maximum", \RatingScale.maximum, .rating, "The greatest rating.").required(),
    ])

  private static let cache = ObjectSchema(
    CacheOptions(),
    [
      Field(
        "directory", \CacheOptions.directory, .nullable(.text, prototype: ""),
        "The directory, relative to the job file; `null` is the user's cache directory."),
      Field(
        "allow_stale", \CacheOptions.allowStale, .bool,
        "Whether a cached dataset serves when no source can be reached; the run is then marked "
          + "stale."),
    ])

  /// The object form of a source, for `ValueSchema.source`.
  fileprivate static var sourceObject: ValueSchema<SourceOptions> { .object(source) }
}

extension ValueSchema where Value == SourceOptions {
  /// A location, or an object with location and hash.
  fileprivate static var source: ValueSchema {
    let text = ValueSchema<String>.text
    let object = JobSchema.sourceObject
    return ValueSchema(
      noun: "text or object",
      members: [JSONMember(key: "anyOf", value: [text.schema, object.schema])],
      rows: object.rows,
      read: { node, current, decoder in
        switch node.kind {
        case .string: text.read(node, "", &decoder).map { SourceOptions($0) }
        case .object: object.read(node, current, &decoder)
        default:
          {
            decoder.mismatch(expected: "text or object", at: node)
            return nil
          }()
        }
      },
      write: { source in
        source.sha256 == nil ? .string(source.location) : object.write(source)
      })
  }
}

extension ValueSchema where Value == Float {
  /// A rating.
  fileprivate static var rating: ValueSchema {
    var rating = ValueSchema<Double>
      .number(NumberRange(lower: .including(-1e9), upper: .including(1e9)))
      .mapped(to: { Float($0) }, from: { Double($0) })
    // The float's own digits: 0.1, not those of the double beside it.
    rating.write = { .number(JSONNumber($0)) }
    return rating
  }
}
