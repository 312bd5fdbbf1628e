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
        "The layout of the files; `auto` tells it from their names. `delimited` and `jsonl` are "
          + "described by the keys that follow."),
      Field(
        "ratings", \DatasetOptions.ratings, .nullable(.text, prototype: ""),
        "The archive member with the ratings; `null` finds it by its name."),
    ] + rowFields(\DatasetOptions.parsing.format, \DatasetOptions.parsing.rows) + [
      Field(
        "columns", \DatasetOptions.parsing.columns, .object(ratingsColumns),
        "The columns of the ratings: each a name in the header or, in `jsonl`, keys with points "
          + "between them, or a position from 0."
      ).onlyDescribed(\DatasetOptions.parsing.format),
      Field(
        "timestamps", \DatasetOptions.parsing.timestamps, .choice,
        "How timestamps are written; those of `iso8601` are in UTC where they have no offset."
      ).onlyDescribed(\DatasetOptions.parsing.format),
      Field(
        "items", \DatasetOptions.items, .items,
        "The titles and genres: `null` finds them by their name, a text names the archive member, an "
          + "object describes the member or a file with sources of its own."),
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
      Field(
        "filters", \DatasetOptions.parsing.filters, .object(filters),
        "Which ratings are used, after repeated ones are merged; users and items without a rating "
          + "that is left are not part of the dataset."),
      Field("cache", \DatasetOptions.cache, .object(cache), "Where fetched files are kept."),
      Field(
        "auth", \DatasetOptions.auth, .nullable(.object(auth), prototype: auth.prototype),
        "What the server of the first http or https source is told so that it gives the dataset, "
          + "and the items where they are on the same. "
          + "Only this server hears it: the same scheme, host and port, and over https unless it is "
          + "this machine. The job file says where the secret is and never holds it."),
      Field(
        "limits", \DatasetOptions.limits, .object(fetchLimits),
        "How large a download may be, and how long and how often is tried."),
    ])

  /// The keys that say how the rows of a delimited file are written.
  private static func rowFields<Root>(
    _ format: any WritableKeyPath<Root, RatingsFormat> & Sendable,
    _ rows: any WritableKeyPath<Root, RowOptions> & Sendable
  ) -> [Field<Root>] {
    rowKeys.map { key in
      Field(key, at: rows).only("only for the format `delimited`", byKey: "format") {
        $0[keyPath: format] == .delimited
      }
    }
  }

  private static let rowKeys: [Field<RowOptions>] = [
    Field(
      "delimiter", \RowOptions.delimiter, .mark, "What stands between the fields of a row."),
    Field("header", \RowOptions.header, .bool, "Whether the first row names the columns."),
    Field(
      "quotes", \RowOptions.quotes, .bool,
      "Whether a field may be quoted, with quotes in it doubled, as RFC 4180 describes."),
    Field(
      "comment", \RowOptions.comment, .nullable(.mark, prototype: ""),
      "What a line begins with that is passed over; `null` is nothing."),
    Field("encoding", \RowOptions.encoding, .choice, "How the bytes of the file become text."),
  ]

  private static let ratingsColumns = ObjectSchema(
    RatingsColumns(),
    [
      Field("user", \RatingsColumns.user, .column, "The users' ids, of any text."),
      Field("item", \RatingsColumns.item, .column, "The items' ids, of any text."),
      Field("rating", \RatingsColumns.rating, .column, "The ratings, in decimals with a point."),
      Field(
        "timestamp", \RatingsColumns.timestamp, .nullable(.column, prototype: .position(0)),
        "The times of the ratings; `null` is none."),
    ])

  private static let itemsColumns = ObjectSchema(
    ItemsColumns(),
    [
      Field("item", \ItemsColumns.item, .column, "The items' ids, as the ratings have them."),
      Field(
        "title", \ItemsColumns.title, .nullable(.column, prototype: .position(0)),
        "The titles; `null` is none."),
      Field(
        "genres", \ItemsColumns.genres, .nullable(.column, prototype: .position(0)),
        "The genres: names with `genre_separator` between them or, in `jsonl`, an array of names; "
          + "`null` is none."),
    ])

  fileprivate static let items = ObjectSchema(
    ItemsOptions(),
    [
      Field(
        "sources", \ItemsOptions.sources,
        .array(of: .source, prototype: SourceOptions(""), count: 0...100),
        "Mirrors of a file of its own, as those of the dataset; without any, the items are in the "
          + "dataset."),
      Field(
        "sha256", \ItemsOptions.sha256, .nullable(.sha256, prototype: SHA256Digest(of: "")),
        "The SHA-256 that this file must have."),
      Field(
        "member", \ItemsOptions.member, .nullable(.text, prototype: ""),
        "The archive member with the items; `null` finds it by its name."),
      Field(
        "format", \ItemsOptions.parsing.format, .choice,
        "The layout of the file; `auto` tells it from its name, or takes that of the ratings."),
    ] + rowFields(\ItemsOptions.parsing.format, \ItemsOptions.parsing.rows) + [
      Field("columns", \ItemsOptions.parsing.columns, .object(itemsColumns), "The columns.")
        .onlyDescribed(\ItemsOptions.parsing.format),
      Field(
        "genre_separator", \ItemsOptions.parsing.separator,
        ValueSchema<String>.text(matching: #"[^\r\n]"#, meaning: "one character")
          .mapped(to: { $0.first ?? "|" }, from: { String($0) }),
        "The character between genres."
      ).onlyDescribed(\ItemsOptions.parsing.format),
    ])

  private static let filters = ObjectSchema(
    RatingFilters(),
    [
      Field(
        "min_user_ratings", \RatingFilters.minUserRatings, .integer(1...1_000_000_000),
        "The ratings that a user must have. Users and items are dropped in turns until all that are "
          + "left have their minimum."),
      Field(
        "min_item_ratings", \RatingFilters.minItemRatings, .integer(1...1_000_000_000),
        "The ratings that an item must have."),
      Field(
        "since", \RatingFilters.since, .nullable(.instant, prototype: 0),
        "The time from which ratings are used; `null` is the oldest."),
      Field(
        "until", \RatingFilters.until, .nullable(.instant, prototype: 0),
        "The time before which ratings are used; `null` is after the newest."),
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

extension Field {
  /// The same key as one that has a meaning only for formats that the job describes.
  fileprivate func onlyDescribed(
    _ format: any WritableKeyPath<Root, RatingsFormat> & Sendable
  ) -> Field {
    only("only for the formats `delimited` and `jsonl`", byKey: "format") {
      $0[keyPath: format].isDescribedByJob
    }
  }
}

extension ValueSchema where Value == String {
  /// What tells fields or comments apart from the rest of a file.
  fileprivate static var mark: ValueSchema {
    .text(
      matching: #"[^\r\n"0-9A-Za-z.+-]{1,16}"#,
      meaning: "1 to 16 characters without letters, digits, signs, points, quotes and line ends")
  }
}

extension ValueSchema where Value == ItemsOptions {
  /// A member's name, an object, or `null` for the default.
  fileprivate static var items: ValueSchema {
    let text = ValueSchema<String>.text
    let object = ValueSchema.object(JobSchema.items)
    return ValueSchema(
      noun: "text, object or null",
      members: [
        JSONMember(key: "anyOf", value: [["type": "null"], text.schema, object.schema])
      ],
      rows: object.rows,
      read: { node, _, decoder in
        switch node.kind {
        case .null: return ItemsOptions()
        case .string:
          guard let member = text.read(node, "", &decoder) else { return nil }
          var options = ItemsOptions()
          options.member = member
          return options
        case .object: return object.read(node, ItemsOptions(), &decoder)
        default:
          decoder.mismatch(expected: "text, object or null", at: node)
          return nil
        }
      },
      write: { options in
        var rest = options
        rest.member = nil
        guard rest == ItemsOptions() else { return object.write(options) }
        return options.member.map { .string($0) } ?? .null
      })
  }
}

extension ValueSchema where Value == ColumnReference {
  /// A name, or a position from 0.
  fileprivate static var column: ValueSchema {
    let (name, position) = (ValueSchema<String>.text, ValueSchema<Int>.integer(0...9_999))
    return ValueSchema(
      noun: "text or whole number", range: "a name, or a position from 0",
      members: [
        JSONMember(key: "type", value: ["string", "integer"]),
        JSONMember(key: "minLength", value: 1), JSONMember(key: "minimum", value: 0),
        JSONMember(key: "maximum", value: 9_999),
      ],
      read: { node, _, decoder in
        switch node.kind {
        case .string: name.read(node, "", &decoder).map { .named($0) }
        case .number: position.read(node, 0, &decoder).map { .position($0) }
        default:
          {
            decoder.mismatch(expected: "text or whole number", at: node)
            return nil
          }()
        }
      },
      write: { column in
        switch column {
        case .named(let text): name.write(text)
        case .position(let number): position.write(number)
        }
      })
  }
}

extension ValueSchema where Value == Int64 {
  /// A time, as ISO 8601 writes it or in seconds.
  fileprivate static var instant: ValueSchema {
    let least = -62_135_596_800
    let greatest = 253_402_300_799
    let seconds = ValueSchema<Int>.integer(least...greatest)
    return ValueSchema(
      noun: "text or whole number",
      range: "a date or time as ISO 8601 writes it, or seconds since 1970-01-01 UTC",
      members: [
        JSONMember(key: "type", value: ["string", "integer"]),
        JSONMember(key: "pattern", value: "^[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        JSONMember(key: "minimum", value: .integer(least)),
        JSONMember(key: "maximum", value: .integer(greatest)),
      ],
      read: { node, _, decoder in
        switch node.kind {
        case .string(let text):
          guard let time = ISO8601.seconds(text.utf8) else {
            decoder.fault(
              "\(StrictDecoder.describe(node)) is not a date or time as ISO 8601 writes it",
              at: node)
            return nil
          }
          return time
        case .number: return seconds.read(node, 0, &decoder).map { Int64($0) }
        default:
          decoder.mismatch(expected: "text or whole number", at: node)
          return nil
        }
      },
      write: { .integer(Int($0)) })
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
