import Recommenders

/// The form of one kind of export: it turns lists into bytes and knows no file.
protocol RecommendationWriter: Sendable {
  /// What it writes.
  var format: ExportFormat { get }
  /// The number of records that a list makes.
  func rows(of list: RecommendationList) -> Int
  /// Adds what each file begins with.
  func appendHeader(to bytes: inout [UInt8])
  /// Adds one user's list.
  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError)
  /// Adds what the last file ends with.
  func appendFooter(to bytes: inout [UInt8])
}

extension RecommendationWriter {
  func appendHeader(to bytes: inout [UInt8]) {}
  func appendFooter(to bytes: inout [UInt8]) {}
}
