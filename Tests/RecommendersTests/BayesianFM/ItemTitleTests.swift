import Testing

@testable import Recommenders

struct ItemTitleTests {
  @Test(arguments: [
    ("Toy Story 2 (1999)", 1999, "toy story"),
    ("Lord of the Rings: The Two Towers, The (2002)", 2002, "lord of the rings"),
    ("Matrix, The (1999)", 1999, "matrix"),
    ("Godfather: Part II, The (1974)", 1974, "godfather"),
    ("Rocky III (1982)", 1982, "rocky"),
    ("Indiana Jones and the Last Crusade (1989)", 1989, "indiana jones"),
    ("Star Wars: Episode IV - A New Hope (1977)", 1977, "star wars"),
    ("Death Note: Desu nôto (2006–2007)", 2006, "death note"),
    ("2001: A Space Odyssey (1968) ", 1968, "2001"),
  ])
  func yearAndFranchiseAreRead(title: String, year: Int, franchise: String) {
    let read = ItemTitle(title)
    #expect(read.year == year)
    #expect(read.franchise == franchise)
  }

  @Test func wordsAreLowerCaseWithoutTheYear() {
    #expect(
      ItemTitle("Cité des enfants perdus, La (1995)").words
        == ["cité", "des", "enfants", "perdus", "la"])
    #expect(ItemTitle("Harrison's Flowers (2000)").words == ["harrisons", "flowers"])
  }

  @Test(arguments: ["", "(", "(1995", "(199)", "(19955)", "()", "((((", "(1789)", "🎬 (٢٠٠١)", ":"])
  func anyTextWillDo(title: String) {
    #expect(ItemTitle(title).year == nil)
  }
}
