import Ratings

/// Generated datasets as the text of MovieLens' files.
struct MovieLensText: Sendable {
  private static let adjectives = [
    "Silent", "Golden", "Broken", "Hidden", "Electric", "Distant", "Crimson", "Last", "Forgotten",
    "Restless", "Paper", "Midnight", "Hollow", "Burning", "Gentle", "Étrange",
  ]
  private static let nouns = [
    "Harbor", "Garden", "Road", "Winter", "Kingdom", "Letter", "Stranger", "Orchard", "Signal",
    "Voyage", "Café", "Mirror", "Summer", "Empire", "Daughter", "Clockmaker",
  ]
  private static let genres = [
    "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller",
  ]

  /// The first line of `ratings.csv`.
  static let ratingsHeader = Array("userId,movieId,rating,timestamp\n".utf8)

  private let itemNumbers: [[UInt8]]

  /// Prepares the text of a generator's ratings.
  init(_ generator: RatingsGenerator) {
    itemNumbers = generator.itemNumbers.map { Array(String($0).utf8) }
  }

  /// Returns the lines of some users' ratings.
  func rows(_ ratings: GeneratedRatings) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(ratings.items.count * 28)
    var row = 0
    for (position, count) in ratings.counts.enumerated() {
      let user = Array("\(ratings.users.lowerBound + position + 1),".utf8)
      for _ in 0..<count {
        text += user
        text += itemNumbers[Int(ratings.items[row])]
        let halves = ratings.halfStars[row]
        text.append(UInt8(ascii: ","))
        text.append(UInt8(ascii: "0") + halves / 2)
        text.append(UInt8(ascii: "."))
        text.append(halves % 2 == 0 ? UInt8(ascii: "0") : UInt8(ascii: "5"))
        text.append(UInt8(ascii: ","))
        Self.append(ratings.timestamps[row], to: &text)
        text.append(UInt8(ascii: "\n"))
        row += 1
      }
    }
    return text
  }

  /// Returns `movies.csv`: a made-up title with its year, one to three genres.
  static func movies(_ generator: RatingsGenerator) -> [UInt8] {
    var text = "movieId,title,genres\n"
    for (item, number) in generator.itemNumbers.enumerated() {
      let words = generator.titleWords(of: item)
      let name = adjectives[Int(words.0 >> 28)] + " " + nouns[Int(words.1 >> 28)]
      let title = "\(name), The (\(1930 + words.2 % 85))"
      let first = Int(words.3 >> 28)
      let count = 1 + Int(words.3 % 3)
      // A step that has no factor in common with 16 never meets a genre twice.
      let names = (0..<count).map { genres[(first + 5 * $0) % genres.count] }
      text += "\(number),\"\(title)\",\(names.sorted().joined(separator: "|"))\n"
    }
    return Array(text.utf8)
  }

  private static func append(_ timestamp: Int64, to text: inout [UInt8]) {
    var divisor: Int64 = 1
    while timestamp / divisor > 9 { divisor *= 10 }
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(timestamp / divisor % 10))
      divisor /= 10
    }
  }
}
