import Storage

/// Finds where two files of tensors begin to differ.
public enum TensorComparison {
  /// Returns the name of the first tensor whose shape or values differ, or that one file lacks; `nil`
  /// if there is none.
  ///
  /// - Throws: ``PublishingError`` if a file cannot be read or is damaged.
  public static func firstDifference(
    _ path: String, _ otherPath: String
  ) throws(PublishingError) -> String? {
    let (tensors, others) = (try read(path), try read(otherPath))
    for tensor in tensors where others.first(where: { $0.name == tensor.name }) != tensor {
      return tensor.name
    }
    return others.first { other in !tensors.contains { $0.name == other.name } }?.name
  }

  private static func read(_ path: String) throws(PublishingError) -> [SafetensorsTensor] {
    let bytes = try wrappingStorageErrors { () throws(StorageError) in
      try FileSystem.readBytes(path)
    }
    do throws(SafetensorsProblem) {
      return try Safetensors.read(bytes)
    } catch {
      throw .damaged(
        path: PathName.parent(of: path), file: PathName.lastComponent(of: path),
        reason: error.reason)
    }
  }
}
