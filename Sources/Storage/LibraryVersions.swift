import CStorage

/// The versions of the C libraries that are loaded, which may be newer than those of the build.
public enum LibraryVersions {
  /// libarchive's, with those of the libraries that it uses.
  public static var archive: String {
    // Safety: the library returns a text that stays.
    unsafe archive_version_details().map { unsafe String(cString: $0) } ?? "unknown"
  }

  /// zlib's.
  public static var zlib: String {
    // Safety: as above.
    unsafe zlibVersion().map { unsafe String(cString: $0) } ?? "unknown"
  }
}
