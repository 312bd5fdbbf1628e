import Kernels
import Testing

struct RowSelectionTests {
  /// Users and rows, some of which are candidates, with what is excluded for each user.
  private struct Case {
    let users: EmbeddingTable
    let items: EmbeddingTable
    let candidates: [UInt32]
    let excluded: [[UInt32]]

    init(users: Int, items: Int, dimension: Int, steps: Float?) {
      // Rounded to few values there are many equal keys.
      func table(_ rows: Int, _ seed: UInt64) -> EmbeddingTable {
        let numbers = ScalarReference.numbers(rows * dimension, seed: seed).map { number in
          steps.map { (number * $0).rounded() / $0 } ?? number
        }
        return EmbeddingTable(rows: rows, dimension: dimension, values: numbers)
      }
      self.users = table(users, 1)
      self.items = table(items, 2)
      candidates = (0..<UInt32(items)).filter { $0 % 11 != 3 }
      excluded = (0..<users).map { user in
        (0..<UInt32(items)).filter { (Int($0) * 7 + user) % (user + 2) == 0 }
      }
    }

    func row(_ table: EmbeddingTable, _ number: Int) -> [Float] {
      (0..<table.dimension).map { table[number, $0] }
    }

    /// The lists by sorting every key.
    func expected(_ k: Int, _ users: Range<Int>, _ key: (Int, Int) -> Float) -> [[ScoredRow]] {
      users.map { user in
        ScalarReference.best(
          k, candidates.filter { !excluded[user].contains($0) }.map { ($0, key(user, Int($0))) }
        ).map { ScoredRow(key: $0.key, row: $0.row) }
      }
    }

    func lists(_ selection: some RowSelection, _ k: Int, _ users: Range<Int>) -> [[ScoredRow]] {
      var rows = ExcludedRows()
      for user in users { rows.append(excluded[user]) }
      return selection.lists(of: k, for: users, excluding: rows)
    }
  }

  @Test(arguments: [1, 31, 32, 33, 200], [1, 2, 5, 52])
  func dotProductsSelectWhatSortingWouldPutFirst(items: Int, dimension: Int) {
    for (users, k, steps) in [(1, 1, nil), (11, 3, 4), (12, 10, nil), (13, 7, 2), (25, 300, nil)]
      as [(Int, Int, Float?)]
    {
      let data = Case(users: users, items: items, dimension: dimension, steps: steps)
      let selection = DotSelection(
        users: data.users, items: data.items, candidates: data.candidates, biasLanes: nil)
      let expected = data.expected(k, 0..<users) { user, item in
        ScalarReference.panelScore(data.row(data.users, user), data.row(data.items, item))
      }
      #expect(data.lists(selection, k, 0..<users) == expected)
      let part = users / 2..<users
      #expect(data.lists(selection, k, part) == Array(expected[part]))
    }
  }

  /// More rows than a processor's own cache holds, which all groups of users visit piece by piece.
  @Test func manyRowsAreVisitedInPieces() {
    let data = Case(users: 26, items: 1500, dimension: 52, steps: nil)
    let selection = DotSelection(
      users: data.users, items: data.items, candidates: data.candidates, biasLanes: nil)
    let expected = data.expected(10, 0..<26) { user, item in
      ScalarReference.panelScore(data.row(data.users, user), data.row(data.items, item))
    }
    #expect(data.lists(selection, 10, 0..<26) == expected)
  }

  /// A few long rows and many short ones, most of which no list needs to look at.
  @Test func boundsLeaveNothingOut() {
    let (users, items, factors) = (30, 900, 6)
    let numbers = ScalarReference.numbers((users + items) * (factors + 2), seed: 5)
    func table(_ rows: Int, from first: Int, constant: Int) -> EmbeddingTable {
      var table = EmbeddingTable(rows: rows, dimension: factors + 2)
      for row in 0..<rows {
        let size: Float = row % 37 == 0 ? 2 : 0.2
        for lane in 0..<factors + 2 {
          table[row, lane] = numbers[(first + row) * (factors + 2) + lane] * size
        }
        table[row, constant] = 1
      }
      return table
    }
    let userTable = table(users, from: 0, constant: factors + 1)
    let itemTable = table(items, from: users, constant: factors)
    let all = (0..<UInt32(items)).map { $0 }
    let selection = DotSelection(
      users: userTable, items: itemTable, candidates: all,
      biasLanes: (user: factors, item: factors + 1))
    var none = ExcludedRows()
    for _ in 0..<users { none.append([]) }
    let lists = selection.lists(of: 10, for: 0..<users, excluding: none)
    for user in 0..<users {
      let left = (0..<factors + 2).map { userTable[user, $0] }
      let expected = ScalarReference.best(
        10,
        all.map { item in
          (
            item,
            ScalarReference.panelScore(left, (0..<factors + 2).map { itemTable[Int(item), $0] })
          )
        })
      #expect(lists[user].map(\.row) == expected.map(\.row))
      #expect(lists[user].map(\.key.bitPattern) == expected.map(\.key.bitPattern))
    }
  }

  /// Each product of the last rows is three quarters of the least number there is and is rounded up to
  /// it, so that their keys are above the product of the lengths.
  @Test func boundsHoldForProductsThatLoseDigits() {
    let (items, dimension) = (40, 64)
    let user = [Float](repeating: 0x1p-75, count: dimension)
    let exact = [Float](repeating: 0x1p-74, count: 60) + [0, 0, 0, 0]
    let rounded = [Float](repeating: 0x1.8p-75, count: dimension)
    let rows = (0..<items).map { $0 < 32 ? exact : rounded }
    let selection = DotSelection(
      users: EmbeddingTable(rows: 1, dimension: dimension, values: user),
      items: EmbeddingTable(rows: items, dimension: dimension, values: rows.flatMap(\.self)),
      candidates: (0..<UInt32(items)).map { $0 }, biasLanes: nil)
    var none = ExcludedRows()
    none.append([])
    let expected = ScalarReference.best(
      10, (0..<items).map { (UInt32($0), ScalarReference.panelScore(user, rows[$0])) })
    let list = selection.lists(of: 10, for: 0..<1, excluding: none)[0]
    #expect(list.map(\.row) == expected.map(\.row))
    #expect(list.map(\.key) == expected.map(\.key))
    #expect(list.first?.row == 32)
  }

  @Test(arguments: [1, 32, 45, 200], [1, 3, 10, 17])
  func networksSelectWhatSortingWouldPutFirst(items: Int, dimension: Int) {
    for (users, k, steps) in [(1, 1, nil), (13, 5, 3), (24, 250, nil)] as [(Int, Int, Float?)] {
      let data = Case(users: users, items: items, dimension: dimension, steps: steps)
      let weights = ScalarReference.numbers(dimension, seed: 3)
      let selection = NetworkSelection(
        users: data.users, items: data.items, candidates: data.candidates, weights: weights,
        bias: 0.25)
      let expected = data.expected(k, 0..<users) { user, item in
        ScalarReference.networkKey(
          data.row(data.users, user), data.row(data.items, item), weights: weights, bias: 0.25)
      }
      #expect(data.lists(selection, k, 0..<users) == expected)
    }
  }

  @Test func keysSelectWhatSortingWouldPutFirst() {
    let data = Case(users: 5, items: 70, dimension: 3, steps: 2)
    func key(_ user: Int, _ item: Int) -> Float {
      ScalarReference.panelScore(data.row(data.users, user), data.row(data.items, item))
    }
    let keys = (0..<5).map { user in data.candidates.map { key(user, Int($0)) } }
    let selection = KeySelection(candidates: data.candidates) { keys[$0] }
    #expect(data.lists(selection, 6, 0..<5) == data.expected(6, 0..<5, key))
    #expect(data.lists(selection, 0, 0..<5) == Array(repeating: [], count: 5))
  }

  @Test func keysThatAreNoNumbersAreNeverListed() {
    let users = EmbeddingTable(rows: 2, dimension: 1, values: [1, .infinity])
    let items = EmbeddingTable(rows: 4, dimension: 1, values: [.nan, 2, 0, 3])
    let selection = DotSelection(
      users: users, items: items, candidates: [0, 1, 2, 3], biasLanes: nil)
    var none = ExcludedRows()
    none.append([])
    none.append([])
    let rows = selection.lists(of: 9, for: 0..<2, excluding: none).map { $0.map(\.row) }
    // Infinity times 0 is not a number either.
    #expect(rows == [[3, 1, 2], [1, 3]])
  }
}
