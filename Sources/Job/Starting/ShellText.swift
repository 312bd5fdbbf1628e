import Foundation
import Storage

/// Words of commands that people copy.
enum ShellText {
  /// A word as a shell reads it: in quotes where it has more than letters, digits and harmless signs.
  static func word(_ text: String) -> String {
    let isPlain = text.allSatisfy { letter in
      letter.isLetter || letter.isNumber || "._-/:@+=,".contains(letter)
    }
    return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: #"'\''"#))'"
  }

  /// A command of such words.
  static func command(_ words: [String]) -> String {
    words.map(word).joined(separator: " ")
  }

  /// A command in a crontab, where a percent sign would end the line.
  static func cronCommand(_ words: [String]) -> String {
    command(words).replacing("%", with: #"\%"#)
  }

  /// A path that means the same in any directory.
  static func absolute(_ path: String) -> String {
    URL(filePath: PathName.joined(FileManager.default.currentDirectoryPath, path)).standardized.path
  }

  /// Where a shell would find this program, since cron looks in fewer places; otherwise where it is.
  static func program(searchPath: String?) -> String {
    let found = (searchPath ?? "").split(separator: ":").map {
      PathName.joined(String($0), "recjob")
    }
    .first { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) }
    return found ?? (try? FileSystem.readLink("/proc/self/exe")) ?? "recjob"
  }
}
