public import Storage

/// A page of the documentation and the blocks of code on it.
public struct MarkdownPage: Sendable {
  /// A fenced block.
  public struct Block: Sendable {
    /// The line of the page that the block begins with.
    public let line: Int
    /// The language; empty where none is named.
    public let language: String
    /// Why nothing runs the block, where it is marked as an example: `sh example: it needs a timer`.
    public let exampleReason: String?
    /// What stands between the fences.
    public let text: String
  }

  /// The path below the root of the project.
  public let path: String
  /// The whole page.
  public let text: String
  /// Its blocks, in their order.
  public let blocks: [Block]

  /// Reads a page of a project.
  public init(_ path: String, root: String) throws(StorageError) {
    self.init(path: path, text: try FileSystem.readText(PathName.joined(root, path)))
  }

  /// Takes a page apart.
  public init(path: String, text: String) {
    self.path = path
    self.text = text
    var blocks: [Block] = []
    var opened: (line: Int, indent: Int, info: Substring)?
    var lines: [Substring] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let content = line.drop { $0 == " " }
      if let block = opened {
        if content == "```" {
          blocks.append(
            Self.block(line: block.line, info: block.info, text: lines.joined(separator: "\n")))
          (opened, lines) = (nil, [])
        } else {
          lines.append(line.dropFirst(min(block.indent, line.count - content.count)))
        }
      } else if content.hasPrefix("```") {
        opened = (number + 1, line.count - content.count, content.dropFirst(3))
      }
    }
    self.blocks = blocks
  }

  private static func block(line: Int, info: Substring, text: String) -> Block {
    let mark = " example:"
    let place = info.firstRange(of: mark)
    return Block(
      line: line, language: String(info[..<(place?.lowerBound ?? info.endIndex)]),
      exampleReason: place.map { String(info[$0.upperBound...].drop { $0 == " " }) }, text: text)
  }

  /// The pages of a project: what people open first, what stands beside jobs and schedules, and the
  /// articles beside the code.
  public static func all(root: String) throws(StorageError) -> [MarkdownPage] {
    var paths = ["README.md"]
    for folder in ["cron", "jobs", "Sources"] {
      for name in try FileSystem.listTree(PathName.joined(root, folder))
      where name.hasSuffix(".md") && !name.hasPrefix("out/") {
        paths.append(PathName.joined(folder, name))
      }
    }
    var pages: [MarkdownPage] = []
    for path in paths { pages.append(try MarkdownPage(path, root: root)) }
    return pages
  }
}
