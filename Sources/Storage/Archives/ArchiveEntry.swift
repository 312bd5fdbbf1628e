/// A member's header.
struct ArchiveEntry {
  enum Kind {
    case file, directory, link, sparse, special

    /// The kind by the file type in a mode of Unix; none is a file.
    init(mode: Int) {
      // S_IFMT and what it may hold, which formats store as these numbers on every system.
      switch mode & 0o170000 {
      case 0, 0o100000: self = .file
      case 0o040000: self = .directory
      case 0o120000: self = .link
      default: self = .special
      }
    }
  }

  var name: String
  var kind: Kind
  var size: Int?
  var isEncrypted: Bool
  /// What libarchive finds wrong with the header though it goes on.
  var warning: String?

  /// Why the member is not read, or `nil`.
  var refusal: String? {
    if isEncrypted { return "is encrypted; pack it without a password" }
    return switch kind {
    case .file: nil
    case .directory: "is a directory; name a file"
    case .link: "is a link; pack the file that it leads to"
    case .sparse: "is a sparse file; pack it without --sparse"
    case .special: "is not a regular file; name one that is"
    }
  }
}
