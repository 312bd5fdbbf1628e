import Storage
import Testing

@Suite struct StorageErrorTests {
  @Test(
    arguments: [
      (.notFound(path: "a.zip"), "a.zip does not exist."),
      (
        .digestMismatch(path: "a.zip", expected: "12", actual: "34"),
        "a.zip has the SHA-256 34, but 12 was expected."
      ),
      (
        .outOfSpace(path: "out", neededBytes: nil, freeBytes: 7),
        "out: no space left on the device (7 bytes are free)."
      ),
      (
        .outOfSpace(path: "out", neededBytes: 4096, freeBytes: 9, freeFiles: 0),
        "out: no space left on the device (4096 bytes were to be written, 9 bytes are free, "
          + "no more files can be made)."
      ),
      (
        .locked(path: "out/.lock", holder: "process 5"),
        "out/.lock is locked by process 5; try again later."
      ),
      (.malformedJSON(path: "j", line: 2, column: 3, reason: "no value"), "j:2:3: no value."),
    ] as [(StorageError, String)])
  func failuresAreOneSentence(error: StorageError, sentence: String) {
    #expect(error.description == sentence)
  }
}
