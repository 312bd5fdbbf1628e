/// What the title of an item tells: the year of its release, its words, and what a series of titles
/// has in common.
///
/// Titles are taken as MovieLens writes them, "Lord of the Rings: The Two Towers, The (2002)", but any
/// text will do.
struct ItemTitle: Equatable, Sendable {
  /// The year in the last brackets that begin with four digits; `nil` if there are none, or it is not
  /// between 1850 and 2150.
  let year: Int?
  /// The words of at least two letters or digits in lower case, without the year.
  let words: [String]
  /// The words that the title begins with, up to a colon, a bracket, a dash or "and the", without
  /// numbers at their end; `nil` if nothing is left.
  let franchise: String?

  /// Reads a title.
  init(_ title: String) {
    let text = Array(title.lowercased())
    let found = Self.lastYear(text)
    year = found.flatMap { 1850...2150 ~= $0.year ? $0.year : nil }
    let named = Array(text[..<(found?.start ?? text.endIndex)])
    words = Self.words(named).filter { $0.count > 1 }
    franchise = Self.franchise(named)
  }

  /// The number of five-year bins and decades start at multiples of their lengths.
  static func bin(of year: Int, years: Int) -> Int { year / years }

  private static func lastYear(_ text: [Character]) -> (start: Int, year: Int)? {
    for start in text.indices.reversed() where text[start] == "(" && start + 5 < text.count {
      var year = 0
      for character in text[start + 1...start + 4] {
        guard character.isASCII, let digit = character.wholeNumberValue else {
          year = -1
          break
        }
        year = year * 10 + digit
      }
      let next = text[start + 5]
      if year >= 0, !(next.isASCII && next.isNumber) { return (start, year) }
    }
    return nil
  }

  private static func words(_ text: some Sequence<Character>) -> [String] {
    var words: [String] = []
    var word = ""
    for character in text {
      if character.isLetter || character.isNumber {
        word.append(character)
      } else if character != "'", !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static let articles: Set<String> = ["the", "a", "an"]
  private static let ends: Set<String> = [
    "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "part", "episode", "volume", "vol",
    "chapter",
  ]

  private static func franchise(_ text: [Character]) -> String? {
    var end = text.endIndex
    for place in text.indices {
      let isDash =
        text[place] == "-" && place > 0 && text[place - 1] == " " && place + 1 < text.count
        && text[place + 1] == " "
      if text[place] == ":" || text[place] == "(" || isDash {
        end = place
        break
      }
    }
    var words = words(text[..<end])
    if let first = words.first, articles.contains(first) { words.removeFirst() }
    if let last = words.last, articles.contains(last) { words.removeLast() }
    for place in words.indices.dropLast()
    where place > 0 && words[place] == "and" && words[place + 1] == "the" {
      words.removeSubrange(place...)
      break
    }
    while let last = words.last, words.count > 1,
      ends.contains(last) || last.allSatisfy(\.isNumber)
    {
      words.removeLast()
    }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
