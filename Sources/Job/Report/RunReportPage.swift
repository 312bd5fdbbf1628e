public import Publishing
import Storage

/// The page of a published run, made again from the run's files.
public struct RunReportPage: Sendable {
  /// The run's directory.
  public let run: String
  /// The text of the page.
  public let text: String

  /// Makes the page of a run, or of the latest run of an output directory.
  ///
  /// - Throws: `PublishingError` if there is no run, or a file of it cannot be read.
  public init(path: String) throws(PublishingError) {
    guard FileSystem.isDirectory(path) else { throw .storage(.notFound(path: path)) }
    run = try RunDirectory.resolvingLatest(path)
    text = ReportPage(try RunDocuments(of: run)).text
  }

  /// Writes the page to a file, in one step.
  ///
  /// - Throws: `PublishingError` if it cannot be written.
  public func write(to path: String) throws(PublishingError) {
    do throws(StorageError) {
      try DurableFile.write(text, to: path)
    } catch {
      throw .storage(error)
    }
  }
}
