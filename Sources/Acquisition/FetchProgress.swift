/// How far a download is.
public struct FetchProgress: Equatable, Sendable {
  /// The source as the job wrote it.
  public var origin: String
  /// The bytes that are here, those of an earlier attempt included.
  public var received: Int
  /// The size of the whole, if the server tells it.
  public var total: Int?
}
