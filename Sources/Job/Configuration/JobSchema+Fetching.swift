import Acquisition
import Storage

extension JobSchema {
  static let auth = ObjectSchema(
    AuthOptions(),
    [
      Field("type", \AuthOptions.type, .choice, "How the server is told who asks.").required(),
      Field(
        "token", \AuthOptions.token, .nullable(.secret, prototype: SecretOptions()),
        "Where the token is."
      ).only("only for the type `bearer`", byKey: "type") { $0.type == .bearer },
      Field(
        "username", \AuthOptions.username, .nullable(.text, prototype: ""), "The user name."
      ).only("only for the type `basic`", byKey: "type") { $0.type == .basic },
      Field(
        "password", \AuthOptions.password, .nullable(.secret, prototype: SecretOptions()),
        "Where the password is."
      ).only("only for the type `basic`", byKey: "type") { $0.type == .basic },
    ])

  static let fetchLimits = ObjectSchema(
    FetchLimits(),
    [
      Field(
        "max_bytes", \FetchLimits.maxBytes, .integer(1...(1 << 44)),
        "The most bytes of a download; a larger one is refused."),
      Field(
        "connect_seconds", \FetchLimits.connectSeconds, .number(seconds(upTo: 3600)),
        "How long a server may take to begin its answer."),
      Field(
        "stall_seconds", \FetchLimits.stallSeconds, .number(seconds(upTo: 3600)),
        "How long nothing may arrive after that."),
      Field(
        "total_seconds", \FetchLimits.totalSeconds, .number(seconds(upTo: 604_800)),
        "How long one source may take with all its attempts."),
      Field(
        "attempts", \FetchLimits.attempts, .integer(1...100),
        "How often one source is tried in a row without one more byte to go on from."),
    ])

  private static func seconds(upTo most: Double) -> NumberRange {
    NumberRange(lower: .including(0.1), upper: .including(most))
  }

  /// The places of a secret, for `ValueSchema.secret`; one object has one of them.
  fileprivate static let secretPlaces = [
    ObjectSchema(
      SecretOptions(),
      [
        Field(
          "env", \SecretOptions.env,
          .present(
            .text(matching: "[A-Za-z_][A-Za-z0-9_]*", meaning: "the name of a variable")),
          "The variable of the environment that has the secret."
        ).required()
      ]),
    ObjectSchema(
      SecretOptions(),
      [
        Field(
          "file", \SecretOptions.file, .present(.text),
          "The file that has the secret in one line, relative to the job file."
        ).required()
      ]),
    ObjectSchema(
      SecretOptions(),
      [
        Field(
          "credential", \SecretOptions.credential,
          .present(
            .text(
              matching: "[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}", meaning: "the name of a credential")),
          "The credential of the systemd service that has the secret."
        ).required()
      ]),
  ]
}

extension ValueSchema where Value == SecretOptions {
  /// An object that says where a secret is, in one of three ways.
  static var secret: ValueSchema {
    let places = JobSchema.secretPlaces
    return ValueSchema(
      noun: "object",
      members: [
        JSONMember(
          key: "anyOf", value: .array(places.map { ValueSchema.object($0).schema }))
      ],
      rows: places.flatMap(\.rows),
      read: { node, _, decoder in
        guard case .object = node.kind else {
          decoder.mismatch(expected: "object with one of env, file and credential", at: node)
          return nil
        }
        let named = places.filter { node[$0.fields[0].key] != nil }
        guard named.count == 1 else {
          decoder.fault("a secret has exactly one of the keys env, file and credential", at: node)
          return nil
        }
        return named[0].read(node, over: SecretOptions(), &decoder)
      },
      write: { secret in
        let place = places.first { $0.fields[0].write(secret) != .null }
        return place.map { $0.write(secret) } ?? .null
      })
  }
}

extension ValueSchema {
  /// A value of an optional property that is never `null` where its key is written.
  fileprivate static func present(_ wrapped: ValueSchema<String>) -> ValueSchema
  where Value == String? {
    var present: ValueSchema = .nullable(wrapped, prototype: "")
    present.noun = wrapped.noun
    present.members = wrapped.members
    present.read = { node, current, decoder in
      wrapped.read(node, current ?? "", &decoder).map { .some($0) }
    }
    return present
  }
}
