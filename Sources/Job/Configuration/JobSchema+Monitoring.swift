import Storage

extension JobSchema {
  static let monitoring = ObjectSchema(
    MonitoringOptions(),
    [
      Field(
        "metrics_file", \MonitoringOptions.metricsFile, .nullable(.text, prototype: ""),
        "The file for Prometheus' node_exporter (textfile collector), relative to the job file, with "
          + "a name that ends in `.prom` and a directory that exists. Each job needs a file of its "
          + "own."),
      Field(
        "ping", \MonitoringOptions.ping, .nullable(.object(ping), prototype: ping.prototype),
        "The URLs that are posted to when a run starts and ends; the body of a failure has the end of "
          + "the log."),
      Field(
        "open_lineage", \MonitoringOptions.openLineage, .lineage,
        "Whether runs have a file with OpenLineage events; an object chooses the job's namespace."),
    ])

  private static let ping = ObjectSchema(
    PingOptions(),
    [
      Field(
        "url", \PingOptions.url, .optionalAddress,
        "The URL of a check of healthchecks: a start goes to URL`/start`, a success to URL, a failure "
          + "to URL`/`exit status, or URL`/fail` where a signal ends the run."),
      Field("start", \PingOptions.start, .optionalAddress, "The URL that hears of the start."),
      Field(
        "success", \PingOptions.success, .optionalAddress,
        "The URL that hears of a run that published, or found nothing new."),
      Field("failure", \PingOptions.failure, .optionalAddress, "The URL that hears of a failure."),
    ])

  /// The object form of `open_lineage`.
  fileprivate static let lineage = ObjectSchema(
    LineageOptions(),
    [
      Field("namespace", \LineageOptions.namespace, .text, "The namespace of the job.")
    ])
}

extension ValueSchema where Value == PingAddress? {
  /// A URL, where it is kept, or `null`.
  fileprivate static var optionalAddress: ValueSchema {
    .nullable(.address, prototype: .url(""))
  }
}

extension ValueSchema where Value == PingAddress {
  /// A URL, or an object that says where it is kept.
  fileprivate static var address: ValueSchema {
    let (text, secret) = (ValueSchema<String>.text, ValueSchema<SecretOptions>.secret)
    return ValueSchema(
      noun: "text or object",
      members: [JSONMember(key: "anyOf", value: [text.schema, secret.schema])],
      rows: secret.rows,
      read: { node, _, decoder in
        if case .object = node.kind {
          return secret.read(node, SecretOptions(), &decoder).map { .secret($0) }
        }
        guard case .string = node.kind else {
          decoder.mismatch(expected: "text or object", at: node)
          return nil
        }
        return text.read(node, "", &decoder).map { .url($0) }
      },
      write: { address in
        switch address {
        case .url(let url): .string(url)
        case .secret(let place): secret.write(place)
        }
      })
  }
}

extension ValueSchema where Value == LineageOptions? {
  /// `true`, `false`, or an object that chooses the namespace.
  fileprivate static var lineage: ValueSchema {
    let bool = ValueSchema<Bool>.bool
    let object = ValueSchema<LineageOptions>.object(JobSchema.lineage)
    return ValueSchema(
      noun: "truth value or object", range: bool.range,
      members: [JSONMember(key: "anyOf", value: [bool.schema, object.schema])],
      rows: object.rows,
      read: { node, _, decoder in
        switch node.kind {
        case .object:
          return object.read(node, LineageOptions(), &decoder).map { .some($0) }
        case .bool(let isWanted): return .some(isWanted ? LineageOptions() : nil)
        default:
          decoder.mismatch(expected: "truth value or object", at: node)
          return nil
        }
      },
      write: { lineage in
        guard let lineage else { return false }
        return lineage == LineageOptions() ? true : object.write(lineage)
      })
  }
}
