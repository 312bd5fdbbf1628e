/// A picture of how a model's layers are connected, from the inputs at the top to the rating below.
public struct LayerDiagram: Sendable {
  /// A layer.
  public struct Layer: Sendable, Equatable {
    /// Its name, which others refer to.
    public let name: String
    /// What it does and the shape of what it gives, as `Embedding (50)`.
    public let detail: String
    /// The names of the layers that it takes its input from.
    public let inputs: [String]

    /// Describes a layer.
    public init(name: String, detail: String, inputs: [String]) {
      self.name = name
      self.detail = detail
      self.inputs = inputs
    }
  }

  let identifier: String
  let title: String
  private let layers: [Layer]
  private let layout: LayeredLayout

  /// Describes a picture; inputs that are not among the layers before their own are passed over.
  public init(_ identifier: String, title: String, layers: [Layer]) {
    self.identifier = identifier
    self.title = title
    self.layers = layers
    layout = LayeredLayout(
      widths: layers.map { layer in
        max(Double(layer.name.count) * 6.6, Double(layer.detail.count) * 6) + 16
      },
      inputs: layers.enumerated().map { position, layer in
        layer.inputs.compactMap { name in layers[..<position].firstIndex { $0.name == name } }
      }, gap: Self.gap)
  }

  /// The width of the picture, in the units of its texts.
  var width: Double { max(ChartFrame.width, layout.width + 4) }

  private static let rowHeight = 58.0
  private static let boxHeight = 36.0
  private static let gap = 10.0

  /// The figure.
  public var markup: Markup {
    func center(_ node: Int) -> (x: Double, y: Double) {
      (
        width / 2 + layout.places[node],
        Double(layout.ranks[node]) * Self.rowHeight + Self.boxHeight / 2 + 2
      )
    }
    var shapes: [Markup] = []
    for edge in layout.edges {
      let (from, to) = (center(edge.from), center(edge.to))
      let half = Self.boxHeight / 2
      shapes.append(ChartFrame.line(from.x, from.y + half, to.x, to.y - half, "edge"))
    }
    // A line that passes a row goes straight down between its boxes.
    for point in layout.places.indices where !layout.isBox(point) {
      let (x, y) = center(point)
      let half = Self.boxHeight / 2
      shapes.append(ChartFrame.line(x, y - half, x, y + half, "edge"))
    }
    for (position, layer) in layers.enumerated() {
      let (x, y) = center(position)
      let boxWidth = layout.widths[position]
      shapes.append(
        ChartFrame.rectangle(
          x - boxWidth / 2, y - Self.boxHeight / 2, boxWidth, Self.boxHeight, "box"))
      shapes.append(ChartFrame.text(layer.name, x, y - 3, "middle", "strong"))
      shapes.append(ChartFrame.text(layer.detail, x, y + 11, "middle"))
    }
    let description = layers.map { layer in
      "\(layer.name): \(layer.detail)"
        + (layer.inputs.isEmpty ? "" : ", from \(layer.inputs.joined(separator: " and "))")
    }.joined(separator: "; ")
    let height = Double((layout.ranks.max() ?? 0)) * Self.rowHeight + Self.boxHeight + 4
    let picture = ChartFrame.picture(
      identifier, title: title, description: description + ".", width: width, height: height,
      shapes)
    return ChartFrame.figure(
      title,
      [
        width > ChartFrame.width
          ? HTMLTable.scrolling(title, picture)
          : picture
      ])
  }
}

/// Nodes in rows, each below those that it depends on: the rows' order keeps lines from crossing.
struct LayeredLayout {
  /// The nodes, and after them a point for each row that a line passes on its way.
  private(set) var widths: [Double]
  private(set) var ranks: [Int] = []
  /// Where the middle of each node is, from the middle of the picture.
  private(set) var places: [Double] = []
  /// The lines, from row to row.
  private(set) var edges: [(from: Int, to: Int)] = []
  /// The width of the widest row.
  private(set) var width = 0.0
  private let boxCount: Int

  /// Lays out nodes of some widths, whose inputs come before them.
  init(widths: [Double], inputs: [[Int]], gap: Double) {
    self.widths = widths
    boxCount = widths.count
    rank(inputs)
    for (node, sources) in inputs.enumerated() {
      for source in sources { connect(source, node) }
    }
    place(gap: gap)
  }

  /// Whether a node is a layer, and not a point that a line passes.
  func isBox(_ node: Int) -> Bool { node < boxCount }

  /// A row for each node: the inputs of the whole at the top, all others just above what needs them.
  private mutating func rank(_ inputs: [[Int]]) {
    var earliest = [Int](repeating: 0, count: boxCount)
    for node in 0..<boxCount {
      earliest[node] = inputs[node].map { earliest[$0] + 1 }.max() ?? 0
    }
    let last = earliest.max() ?? 0
    var latest = [Int](repeating: last, count: boxCount)
    for node in (0..<boxCount).reversed() {
      for source in inputs[node] { latest[source] = min(latest[source], latest[node] - 1) }
    }
    ranks = (0..<boxCount).map { inputs[$0].isEmpty ? 0 : latest[$0] }
  }

  private mutating func connect(_ source: Int, _ target: Int) {
    var from = source
    for rank in (ranks[source] + 1)..<max(ranks[target], ranks[source] + 1) {
      ranks.append(rank)
      widths.append(14)
      edges.append((from, ranks.count - 1))
      from = ranks.count - 1
    }
    edges.append((from, target))
  }

  private mutating func place(gap: Double) {
    let last = ranks.max() ?? 0
    var rows = (0...last).map { rank in ranks.indices.filter { ranks[$0] == rank } }
    var order = [Double](repeating: 0, count: ranks.count)
    func renumber(_ row: [Int]) {
      for (place, node) in row.enumerated() { order[node] = Double(place) }
    }
    for row in rows { renumber(row) }
    /// Sorts a row by the mean place of each node's neighbours in another; equal ones stay.
    func sort(_ rank: Int, by neighbours: (Int) -> [Int]) {
      let keys = rows[rank].map { node -> Double in
        let near = neighbours(node)
        return near.isEmpty
          ? order[node] : near.reduce(0) { $0 + order[$1] } / Double(near.count)
      }
      rows[rank] = zip(rows[rank], keys).enumerated().sorted {
        ($0.element.1, $0.offset) < ($1.element.1, $1.offset)
      }.map { $0.element.0 }
      renumber(rows[rank])
    }
    for _ in 0..<3 {
      for rank in rows.indices.dropFirst() {
        sort(rank) { node in edges.filter { $0.to == node }.map(\.from) }
      }
      for rank in rows.indices.dropLast().reversed() where rank > 0 {
        sort(rank) { node in edges.filter { $0.from == node }.map(\.to) }
      }
    }
    places = Array(repeating: 0, count: ranks.count)
    for row in rows {
      let length = row.reduce(0) { $0 + widths[$1] } + gap * Double(max(row.count - 1, 0))
      width = max(width, length)
      var start = -length / 2
      for node in row {
        places[node] = start + widths[node] / 2
        start += widths[node] + gap
      }
    }
  }
}
