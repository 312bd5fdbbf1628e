public import Storage

/// The files that tell shells and `man` of the program, below a directory of shared files.
public struct HelpFiles: Sendable {
  private let files: [(path: String, text: String)]

  /// Takes the manual pages and the completion scripts of the shells.
  public init(pages: [ManualPages.Page], bash: String, zsh: String, fish: String) {
    files =
      [
        ("bash-completion/completions/recjob", bash), ("zsh/site-functions/_recjob", zsh),
        ("fish/vendor_completions.d/recjob.fish", fish),
      ] + pages.map { ("man/man1/\($0.fileName)", $0.text) }
  }

  /// Writes them, readable by all, and returns their paths; directories that are missing are made.
  public func write(below directory: String) throws(StorageError) -> [String] {
    var written: [String] = []
    for file in files {
      let path = PathName.joined(directory, file.path)
      try FileSystem.makeDirectory(PathName.parent(of: path))
      try DurableFile.write(file.text, to: path, isForAll: true)
      written.append(path)
    }
    return written
  }
}
