/// The loops from lists to files.
enum ExportLoops {
  static let entries: [LoopEntry] = []
}
